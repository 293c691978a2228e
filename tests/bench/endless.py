"""A server of as many rows as one likes, which keeps none: it forgets what it takes, and makes what it gives out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from milvus_cli.text.floats import fill_packed
from tests.support.official import common_pb2, grpc, milvus_pb2, schema_pb2

NAME = "books"
BLOCK = 4 << 20
"""Bytes of the vectors that differ; then they come again, and the texts with them."""


@dataclass(frozen=True)
class Shape:
    """A collection of `rows`, with vectors of `dim` numbers and texts of `length` characters."""

    rows: int
    dim: int
    length: int

    @property
    def block(self) -> int:
        """Rows that differ."""
        return BLOCK // (4 * self.dim)

    def schema(self) -> Any:
        schema = schema_pb2.CollectionSchema(name=NAME)
        schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
        schema.fields.add(name="title", data_type=schema_pb2.VarChar).type_params.add(key="max_length", value="65535")
        vector = schema.fields.add(name="vector", data_type=schema_pb2.FloatVector)
        vector.type_params.add(key="dim", value=str(self.dim))
        return schema

    def vectors(self) -> Any:
        """Of a block: numbers that no file makes smaller."""
        import numpy

        return numpy.random.default_rng(1).random((self.block, self.dim), dtype=numpy.float32)

    def texts(self) -> list[str]:
        return [f"title {row} ".ljust(self.length, "abcdefgh"[row % 8]) for row in range(self.block)]


class Endless:
    """`with Endless(shape) as address:`; rows are read in the order of their ids, from 0."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.inserted = 0
        self._texts, self._vectors = shape.texts(), shape.vectors()
        methods: dict[str, Callable[[bytes], Any]] = {
            "Connect": lambda _: milvus_pb2.ConnectResponse(
                server_info=common_pb2.ServerInfo(build_tags="v2.3.5", deploy_mode="STANDALONE")
            ),
            "DescribeCollection": lambda _: milvus_pb2.DescribeCollectionResponse(
                collection_name=NAME, schema=shape.schema()
            ),
            "DescribeIndex": lambda _: milvus_pb2.DescribeIndexResponse(),
            "Insert": self._insert,
            "Query": self._query,
            "GetVersion": lambda _: milvus_pb2.GetVersionResponse(version="v2.3.5"),
            "AllocTimestamp": lambda _: milvus_pb2.AllocTimestampResponse(timestamp=1),
        }
        handlers = {
            name: grpc.unary_unary_rpc_method_handler(
                lambda request, context, answer=answer: answer(request).SerializeToString()
            )
            for name, answer in methods.items()
        }
        from concurrent.futures import ThreadPoolExecutor

        options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        self._server = grpc.server(ThreadPoolExecutor(4), options=options)
        service = "milvus.proto.milvus.MilvusService"
        self._server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service, handlers)])

    def __enter__(self) -> str:
        port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        return f"http://127.0.0.1:{port}"

    def __exit__(self, *error: object) -> None:
        self._server.stop(grace=0).wait()

    def _insert(self, request: bytes) -> Any:
        rows = milvus_pb2.InsertRequest.FromString(request).num_rows
        self.inserted += rows
        return milvus_pb2.MutationResult(insert_cnt=rows)

    def _query(self, request: bytes) -> Any:
        query = milvus_pb2.QueryRequest.FromString(request)
        if list(query.output_fields) == ["count(*)"]:
            answer = milvus_pb2.QueryResults()
            count = answer.fields_data.add(type=schema_pb2.Int64, field_name="count(*)")
            count.scalars.long_data.data.append(self.shape.rows)
            return answer
        behind = re.search(r"id > (\d+)$", query.expr)
        start = int(behind[1]) + 1 if behind else 0
        limit = next(int(pair.value) for pair in query.query_params if pair.key == "limit")
        return self._page(range(start, min(start + limit, self.shape.rows)))

    def _page(self, rows: range) -> Any:
        import numpy

        answer = milvus_pb2.QueryResults()
        ids = answer.fields_data.add(type=schema_pb2.Int64, field_name="id")
        ids.scalars.long_data.data.extend(rows)
        titles = answer.fields_data.add(type=schema_pb2.VarChar, field_name="title")
        titles.scalars.string_data.data.extend(self._texts[row % self.shape.block] for row in rows)
        vectors = answer.fields_data.add(type=schema_pb2.FloatVector, field_name="vector")
        vectors.vectors.dim = self.shape.dim
        fill_packed(
            vectors.vectors.float_vector,
            self._vectors[numpy.arange(rows.start, rows.stop) % self.shape.block].tobytes(),
        )
        return answer
