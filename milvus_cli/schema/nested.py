"""The fields of struct arrays, under the names that requests have for them: `chunks[text]`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema
from .schema import short_name, type_name

NESTED = re.compile(r"(?P<struct>[^\[\]]+)\[(?P<field>[^\[\]\"']+)\]")


def is_nested(name: str) -> bool:
    """Reports whether a name is that of a field in a struct array."""
    return NESTED.fullmatch(name) is not None


def nested_parts(name: str) -> tuple[str, str]:
    """Returns the struct array and the field; two empty names for another field."""
    found = NESTED.fullmatch(name)
    return (found["struct"], found["field"]) if found else ("", "")


def nested_names(schema: CollectionSchema) -> list[str]:
    """Returns the full names of all fields of struct arrays."""
    return [
        f"{struct.name}[{short_name(struct.name, field.name)}]"
        for struct in schema.struct_array_fields
        for field in struct.fields
    ]


def nested_vectors(schema: CollectionSchema) -> list[FieldSchema]:
    """Returns the vector fields of struct arrays as plain vector fields, with their full names."""
    return [
        _plain(f"{struct.name}[{short_name(struct.name, field.name)}]", field)
        for struct in schema.struct_array_fields
        for field in struct.fields
        if type_name(field.data_type) == "ARRAY_OF_VECTOR"
    ]


def nested_type(schema: CollectionSchema, name: str) -> str:
    """Returns the type of a field in a struct array: that of the vectors of an ARRAY_OF_VECTOR; "" if missing."""
    found = dict(zip(nested_names(schema), _fields(schema), strict=True)).get(name)
    if found is None:
        return ""
    kind = type_name(found.data_type)
    return type_name(found.element_type) if kind == "ARRAY_OF_VECTOR" else kind


def _fields(schema: CollectionSchema) -> Iterable[FieldSchema]:
    return (field for struct in schema.struct_array_fields for field in struct.fields)


def _plain(name: str, field: FieldSchema) -> FieldSchema:
    return FieldSchema(name=name, data_type=field.element_type, type_params=field.type_params)
