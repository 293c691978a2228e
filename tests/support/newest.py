"""A server that says it is Milvus 3.0, and the requests that this program and pymilvus send to it."""

import json
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from pymilvus import MilvusClient

from tests.support.cli import Run
from tests.support.grpc_peer import GrpcPeer, Handler, replies
from tests.support.official import common_pb2, milvus_pb2, official_client, schema_pb2
from tests.support.recorder import run_here

INFO = common_pb2.ServerInfo(build_tags="v3.0.1", deploy_mode="STANDALONE")
SCHEMA = schema_pb2.CollectionSchema(
    name="book",
    fields=[
        schema_pb2.FieldSchema(fieldID=100, name="id", data_type=schema_pb2.Int64, is_primary_key=True),
        schema_pb2.FieldSchema(fieldID=101, name="title", data_type=schema_pb2.VarChar),
    ],
)


def has_book(request: Any, context: object) -> Message:
    answer: Message = milvus_pb2.BoolResponse(value=request.collection_name == "book")
    return answer


HANDLERS: Mapping[str, Handler] = {
    "Connect": replies(milvus_pb2.ConnectResponse(server_info=INFO, identifier=1)),
    "GetVersion": replies(milvus_pb2.GetVersionResponse(version="v3.0.1")),
    "ListDatabases": replies(milvus_pb2.ListDatabasesResponse(db_names=["default", "shop"])),
    "ShowCollections": replies(milvus_pb2.ShowCollectionsResponse(collection_names=["book"])),
    "HasCollection": has_book,
    "DescribeCollection": replies(
        milvus_pb2.DescribeCollectionResponse(schema=SCHEMA, collection_name="book", collectionID=7)
    ),
    "ShowPartitions": replies(
        milvus_pb2.ShowPartitionsResponse(partition_names=["_default", "novels"], partitionIDs=[8, 9])
    ),
}


class Newest:
    """typed("list snapshots book") -> Run, against a peer with the collection `book` and what a test adds to it."""

    def __init__(self, peer: GrpcPeer, home: Path) -> None:
        self.peer, self.home = peer, home

    def __call__(self, line: str, *, input: str = "") -> Run:
        return run_here(shlex.split(line), self.home, self.peer.uri, input=input)

    def answers(self, method: str, response: Message) -> None:
        self.peer.handlers[method] = replies(response)

    def json(self, line: str) -> Any:
        run = self(f"-o json {line}")
        assert (run.code, run.err) == (0, ""), run
        return json.loads(run.out)

    def sent(self, line: str, method: str) -> Message:
        """The last request for METHOD that a line leads to; the line must succeed."""
        self.peer.calls.clear()
        run = self(line)
        assert (run.code, run.err) == (0, ""), run
        return self.peer.requests(method)[-1]

    def official(self, act: Callable[[MilvusClient], object], method: str) -> Message:
        """The last request for METHOD of pymilvus."""
        self.peer.calls.clear()
        client = official_client(self.peer.uri)
        act(client)
        client.close()
        return self.peer.requests(method)[-1]

    def agree(self, line: str, act: Callable[[MilvusClient], object], method: str) -> None:
        """Asserts that a line and pymilvus send the same request."""
        assert self.sent(line, method) == self.official(act, method)
