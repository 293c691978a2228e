"""A peer whose every answer can be decoded and none can be believed."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from milvus_cli.schema.declaration import Declaration, declared
from tests.support.grpc_peer import METHODS, GrpcPeer
from tests.support.official import grpc, milvus_pb2, schema_pb2

NUMBERS = (0, 1, -1, 2, 3, 4, 7, 100, 101, 255, 16_384, 65_535, 1 << 20, (1 << 31) - 1, -(1 << 31))
LONG = (*NUMBERS, 1 << 40, (1 << 53) + 1, (1 << 63) - 1, -(1 << 63))
REALS = (0.0, 1.0, -1.0, 0.5, 1e-45, 1e38, float("nan"), float("inf"), -float("inf"))
TEXTS = (
    "",
    "id",
    "title",
    "vector",
    "book",
    "default",
    "_default",
    "row_count",
    "dim",
    "max_length",
    "index_type",
    "metric_type",
    "HNSW",
    "L2",
    "0",
    "4",
    "-1",
    "abc",
    "9" * 30,
    "{}",
    "[]",
    "null",
    '{"a": 1}',
    "[" * 2_000,
    "\x1b[31mred",
    "a\nb",
    "\x00",
    "‮",
    "é" * 50,
    "💥",
    "v2.3.5",
    "v99",
    "$meta",
    "count(*)",
    "x" * 5_000,
)
KINDS = tuple(schema_pb2.DataType.values())
DEEPEST = 6
MOST_HANDLED = 300
"""Calls of one line that get an answer: one that goes on and on is told that the server is busy no more."""

F = FieldDescriptor
INTEGERS = {F.CPPTYPE_INT32: NUMBERS, F.CPPTYPE_INT64: LONG}
UNSIGNED = {F.CPPTYPE_UINT32: (1 << 32) - 1, F.CPPTYPE_UINT64: (1 << 64) - 1}


def made_up(kind: Any, chance: random.Random, depth: int = 0) -> Any:
    """A message of this type; a status in it is a good one more often than not, so that what is beside it is read."""
    message = GetMessageClass(kind)()
    if kind.name == "Status" and chance.random() < 0.85:
        return message
    density = chance.choice([0.3, 0.6, 0.9])
    for field in kind.fields:
        if chance.random() > density or (field.message_type and depth >= DEEPEST):
            continue
        if field.message_type and field.message_type.GetOptions().map_entry:
            continue
        if field.is_repeated:
            for _ in range(chance.choice([0, 1, 1, 2, 3, 3, 12])):
                _add(message, field, chance, depth)
        elif field.message_type:
            getattr(message, field.name).CopyFrom(made_up(field.message_type, chance, depth + 1))
        else:
            setattr(message, field.name, _value(field, chance))
    return message


def _add(message: Message, field: Any, chance: random.Random, depth: int) -> None:
    if field.message_type:
        getattr(message, field.name).add().CopyFrom(made_up(field.message_type, chance, depth + 1))
    else:
        getattr(message, field.name).append(_value(field, chance))


def _value(field: Any, chance: random.Random) -> Any:
    kind = field.cpp_type
    if kind in INTEGERS:
        return chance.choice(INTEGERS[kind])
    if kind in UNSIGNED:
        return chance.choice([0, 1, 3, 1 << 31, UNSIGNED[kind]])
    if kind == F.CPPTYPE_ENUM:
        known = [value.number for value in field.enum_type.values]
        return chance.choice(KINDS if field.enum_type.name == "DataType" else known) if chance.random() < 0.9 else 77
    if kind == F.CPPTYPE_BOOL:
        return chance.random() < 0.5
    if kind in (F.CPPTYPE_FLOAT, F.CPPTYPE_DOUBLE):
        return chance.choice(REALS)
    if field.type == F.TYPE_BYTES:
        return chance.choice([b"", b"\xff\xfe", b"{}", b"[1]", b"null", b"[" * 2_000, chance.randbytes(16)])
    return chance.choice(TEXTS)


def _book() -> Any:
    fields = ("id:INT64", "title:VARCHAR:200", "vector:FLOAT_VECTOR:4")
    schema = declared(Declaration("book", fields, primary="id", dynamic=True)).schema
    return schema_pb2.CollectionSchema.FromString(schema.SerializeToString())


def _believable() -> dict[str, Message]:
    """Answers after which a command goes on."""
    return {
        "DescribeCollection": milvus_pb2.DescribeCollectionResponse(schema=_book(), collectionID=1),
        "HasCollection": milvus_pb2.BoolResponse(value=True),
        "HasPartition": milvus_pb2.BoolResponse(value=True),
        "GetLoadState": milvus_pb2.GetLoadStateResponse(state=3),
        "GetLoadingProgress": milvus_pb2.GetLoadingProgressResponse(progress=100),
        "ShowCollections": milvus_pb2.ShowCollectionsResponse(collection_names=["book"], collection_ids=[1]),
        "ShowPartitions": milvus_pb2.ShowPartitionsResponse(partition_names=["_default"]),
        "ListDatabases": milvus_pb2.ListDatabasesResponse(db_names=["default", "shop"]),
        "GetFlushState": milvus_pb2.GetFlushStateResponse(flushed=True),
        "GetCompactionState": milvus_pb2.GetCompactionStateResponse(state=2),
    }


class NonsensePeer(GrpcPeer):
    """What it answers follows from `key`, the method, and how often that was called since the key was set."""

    def __init__(self) -> None:
        super().__init__({name: self._handler(name) for name in METHODS})
        self.key = ""
        self._times = Counter[str]()
        self._believable = _believable()

    def begin(self, key: str) -> None:
        """Another line begins."""
        self.key = key
        self.calls.clear()
        self._times.clear()

    def _handler(self, name: str) -> Callable[[Message, grpc.ServicerContext], Any]:
        return lambda request, context: self._answer(METHODS[name], context)

    def _answer(self, method: MethodDescriptor, context: grpc.ServicerContext) -> Any:
        self._times[method.name] += 1
        chance = random.Random(f"{self.key} {method.name} {self._times[method.name]}")
        dice = chance.random()
        if self._times.total() > MOST_HANDLED:
            context.abort(grpc.StatusCode.INTERNAL, "too many calls")
        if method.name in self._believable and dice < 0.6:
            return self._believable[method.name]
        if method.name in ("Connect", "GetVersion") and dice < 0.9:
            return (
                milvus_pb2.GetVersionResponse(version="v2.6.5")
                if method.name == "GetVersion"
                else (GetMessageClass(method.output_type)(identifier=1))
            )
        if dice < 0.65:
            return GetMessageClass(method.output_type)()
        if dice < 0.72:
            code = chance.choice([each for each in grpc.StatusCode if each is not grpc.StatusCode.OK])
            context.abort(code, chance.choice(TEXTS[:30]))
        if dice < 0.76:
            return made_up(METHODS[chance.choice(sorted(METHODS))].output_type, chance).SerializeToString()
        if dice < 0.78:
            return chance.randbytes(chance.choice([1, 9, 200]))
        return made_up(method.output_type, chance)
