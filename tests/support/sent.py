"""A peer with a collection, and the requests that pymilvus and this program send to it for the same intent."""

import json
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from pymilvus import MilvusClient

from milvus_cli.schema.kinds import FIELD_TYPES
from tests.support.cli import Run
from tests.support.grpc_peer import GrpcPeer, replies
from tests.support.official import common_pb2, milvus_pb2, schema_pb2
from tests.support.recorder import run_here


class Sent:
    """A server with a collection `c` of one vector field `v`, and the requests that both clients send to it."""

    def __init__(self, peer: GrpcPeer, client: MilvusClient, home: Path) -> None:
        self.peer, self.client, self.home = peer, client, home

    def has(self, kind: str, metric: str) -> None:
        schema = schema_pb2.CollectionSchema(name="c")
        schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True, fieldID=100)
        schema.fields.add(name="body", data_type=schema_pb2.VarChar, fieldID=101).type_params.add(
            key="max_length", value="99"
        )
        field = schema.fields.add(name="v", data_type=schema_pb2.DataType.Value(FIELD_TYPES[kind].wire), fieldID=102)
        if kind != "SPARSE_FLOAT_VECTOR":
            field.type_params.add(key="dim", value="8")
        if metric == "BM25":
            field.is_function_output = True
            schema.functions.add(name="f", type=schema_pb2.BM25, input_field_names=["body"], output_field_names=["v"])
        index = milvus_pb2.IndexDescription(field_name="v", index_name="v")
        for key, value in (("index_type", "HNSW"), ("metric_type", metric)):
            index.params.add(key=key, value=value)
        described = milvus_pb2.DescribeCollectionResponse(schema=schema, collection_name="c", collectionID=1)
        self.peer.handlers |= {
            "DescribeCollection": replies(described),
            "DescribeIndex": replies(milvus_pb2.DescribeIndexResponse(index_descriptions=[index])),
        }

    def run(self, *argv: str) -> Run:
        self.peer.calls.clear()
        return run_here([*argv, "-o", "jsonl"], self.home, self.peer.uri)

    def ours(self, *argv: str, method: str = "Search") -> dict[str, Any]:
        run = self.run(*argv)
        assert run.code == 0, run
        return said(self.peer.requests(method)[0])

    def theirs(self, method: str = "Search") -> dict[str, Any]:
        """The last request of pymilvus."""
        request = said(self.peer.requests(method)[-1])
        self.peer.calls.clear()
        return request


def said(request: Message) -> dict[str, Any]:
    """All fields of a request, without those that equal a missing field."""
    found = {field.name: value for field, value in request.ListFields() if field.name != "base"}
    for name in ("search_params", "rank_params"):
        if name in found:
            found[name] = _pairs(found[name])
    if "placeholder_group" in found:
        (value,) = common_pb2.PlaceholderGroup.FromString(found["placeholder_group"]).placeholders
        found["placeholder_group"] = (value.tag, value.type, list(value.values))
    if "function_score" in found:
        score = found["function_score"]
        functions = [
            (each.name, each.type, list(each.input_field_names), _pairs(each.params)) for each in score.functions
        ]
        found["function_score"] = (functions, _pairs(score.params))
    if "requests" in found:
        found["requests"] = [said(each) for each in found["requests"]]
    return {name: list(value) if name.endswith(("_names", "_fields")) else value for name, value in found.items()}


def _pairs(given: Any) -> dict[str, Any]:
    values: dict[str, Any] = {pair.key: pair.value for pair in given}
    if "ignore_growing" in values:
        values["ignore_growing"] = values["ignore_growing"].lower()
    for name, nothing in (("round_decimal", "-1"), ("ignore_growing", "false"), ("offset", "0")):
        if values.get(name) == nothing:
            del values[name]
    for name in ("params", "queries", "random_score"):
        if name in values:
            values[name] = json.loads(values[name])
    if "params" in values:
        # pymilvus repeats there what is beside it.
        values["params"] = {key: each for key, each in values["params"].items() if key not in values}
    return values
