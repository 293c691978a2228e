"""A peer with one collection of any schema: it keeps the rows inserted last, and returns them."""

import threading
from typing import Any

from milvus_cli.client.wire.schema_pb2 import CollectionSchema
from tests.support.grpc_peer import GrpcPeer, replies
from tests.support.official import common_pb2, grpc, milvus_pb2, schema_pb2


class Shelf(GrpcPeer):
    """A newer Milvus, as far as writing and reading goes: the last insert is all that is there."""

    version = "v2.6.5"

    def __init__(self, schema: CollectionSchema, *, exists: bool = True) -> None:
        info = common_pb2.ServerInfo(build_tags=self.version)
        self.schema = schema_pb2.CollectionSchema.FromString(schema.SerializeToString())
        self.exists = exists
        self.rows = 0
        self.columns: list[Any] = []
        self._lock = threading.Lock()
        super().__init__(
            {
                "Connect": replies(milvus_pb2.ConnectResponse(server_info=info, identifier=1)),
                "GetVersion": replies(milvus_pb2.GetVersionResponse(version=self.version)),
                "DescribeCollection": replies(
                    milvus_pb2.DescribeCollectionResponse(
                        schema=self.schema, collection_name=schema.name, collectionID=1
                    )
                ),
                "ShowPartitions": replies(milvus_pb2.ShowPartitionsResponse(partition_names=["_default"])),
                "DescribeIndex": replies(milvus_pb2.DescribeIndexResponse()),
                "GetLoadState": replies(milvus_pb2.GetLoadStateResponse(state=common_pb2.LoadStateLoaded)),
                "HasCollection": lambda request, context: milvus_pb2.BoolResponse(value=self.exists),
                "CreateCollection": self._create,
                "Insert": self._insert,
                "Upsert": self._insert,
                "Query": self._query,
            }
        )

    @property
    def sent(self) -> list[bytes]:
        """The columns of the last insert, as bytes."""
        return [each.SerializeToString(deterministic=True) for each in self.columns]

    def _create(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.exists = True
        return common_pb2.Status()

    def _insert(self, request: Any, context: grpc.ServicerContext) -> Any:
        with self._lock:
            self.columns, self.rows = list(request.fields_data), request.num_rows
        ids = schema_pb2.IDs(int_id=self.columns[0].scalars.long_data)
        return milvus_pb2.MutationResult(IDs=ids, insert_cnt=self.rows, upsert_cnt=self.rows)

    def _query(self, request: Any, context: grpc.ServicerContext) -> Any:
        if list(request.output_fields) == ["count(*)"]:
            count = schema_pb2.FieldData(type=schema_pb2.Int64, field_name="count(*)")
            count.scalars.long_data.data.append(self.rows)
            return milvus_pb2.QueryResults(fields_data=[count])
        columns = [self.answered(each) for each in self.columns if each.field_name in request.output_fields]
        return milvus_pb2.QueryResults(fields_data=[] if ">" in request.expr else columns)

    def answered(self, column: Any) -> Any:
        """As a server names it: `struct[field]`."""
        found = schema_pb2.FieldData()
        found.CopyFrom(column)
        for field in found.struct_arrays.fields:
            field.field_name = f"{column.field_name}[{field.field_name}]"
        return found
