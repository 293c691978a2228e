"""Names parts of a collection that this program does not support, as of a newer server, so that none is lost unseen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from google.protobuf.unknown_fields import UnknownFieldSet

from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema, FunctionSchema, FunctionType, StructArrayFieldSchema
from ..text.consistency import NUMBERS
from .kinds import shape_of
from .schema import type_name

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import DescribeCollectionResponse, IndexDescription

# Fields of Milvus's messages, by number, that are not in our .proto files and not part of a definition.
OF_SERVERS: Mapping[str, Mapping[int, str]] = {
    "DescribeCollectionResponse": {
        4: "virtual channels, which the server chooses",
        5: "physical channels, which the server chooses",
        10: "where these channels began",
        16: "the database's number",
        17: "the time of the request",
        19: "the time of the last change, as text",
    },
    "CollectionSchema": {8: "the database's name", 10: "how often the schema was changed"},
    "FieldSchema": {9: "how far the server is with adding or dropping the field"},
    "IndexDescription": {10: "the oldest format of its files", 11: "the newest format of its files"},
}

NOT_KEPT: Mapping[str, Collection[int]] = {
    "CollectionSchema": (13, 14, 15),
    "ValueField": (9, 10),
}
"""Fields of our .proto files, by number, that are not part of a definition: other commands use them."""


def unknown_parts(answer: DescribeCollectionResponse, indexes: Iterable[IndexDescription] = ()) -> tuple[str, ...]:
    """Returns a description of each part, such as "part 17 of field 'title'", with the protocol's field number."""
    return tuple(dict.fromkeys(_all(answer, indexes)))


def _all(answer: DescribeCollectionResponse, indexes: Iterable[IndexDescription]) -> Iterator[str]:
    yield from _parts(answer, "the collection")
    if answer.consistency_level not in NUMBERS.values():
        yield f"consistency level {answer.consistency_level}"
    for each in answer.properties:
        yield from _parts(each, f"property {each.key!r}")
    yield from _of_schema(answer.schema)
    for index in indexes:
        yield from _parts(index, f"the index on {index.field_name!r}")


def _of_schema(schema: CollectionSchema) -> Iterator[str]:
    yield from _parts(schema, "the schema")
    for each in schema.properties:
        yield from _parts(each, f"property {each.key!r}")
    for field in schema.fields:
        yield from _of_field(field, f"field {field.name!r}")
    for struct in schema.struct_array_fields:
        yield from _of_struct(struct)
    for function in schema.functions:
        yield from _of_function(function)


def _of_field(field: FieldSchema, name: str) -> Iterator[str]:
    yield from _parts(field, name)
    yield from _parts(field.default_value, f"the default of {name}")
    for each in (*field.type_params, *field.index_params):
        yield from _parts(each, f"parameter {each.key!r} of {name}")
    for number in (field.data_type, field.element_type):
        if number and shape_of(type_name(number)) is None:
            yield f"type {type_name(number).removeprefix('type ')} of {name}"


def _of_struct(struct: StructArrayFieldSchema) -> Iterator[str]:
    yield from _parts(struct, f"field {struct.name!r}")
    for field in struct.fields:
        yield from _of_field(field, f"field {field.name!r}")


def _of_function(function: FunctionSchema) -> Iterator[str]:
    name = f"function {function.name!r}"
    yield from _parts(function, name)
    if function.type not in FunctionType.values() or function.type == FunctionType.Unknown:
        yield f"type {function.type} of {name}"


def _parts(message: Any, name: str) -> Iterator[str]:
    """Yields the unknown fields of a message, and those that definitions lack, without those of its parts."""
    known = OF_SERVERS.get(message.DESCRIPTOR.name, {})
    found = UnknownFieldSet(message)
    for number in (found[position].field_number for position in range(len(found))):
        if number not in known:
            yield f"part {number} of {name}"
    not_kept = NOT_KEPT.get(message.DESCRIPTOR.name, ())
    yield from (f"part {field.number} of {name}" for field, _ in message.ListFields() if field.number in not_kept)
