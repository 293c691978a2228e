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


def nested_fields(schema: CollectionSchema) -> dict[str, FieldSchema]:
    """Returns the fields of struct arrays by their full names, each with a list per row."""
    return dict(zip(nested_names(schema), _fields(schema), strict=True))


def lone_part(schema: CollectionSchema, names: Iterable[str]) -> str:
    """Returns the first name that is a field of a struct array; "" if there is none."""
    nested = nested_names(schema)
    return next((each for each in names if each in nested), "") if nested else ""


def part_alone(name: str) -> str:
    """Returns why values of a field of a struct array are refused; a dynamic key would hide behind its name."""
    return f"{name!r}: a part of {nested_parts(name)[0]!r} can't be given alone"


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
    found = nested_fields(schema).get(name)
    if found is None:
        return ""
    kind = type_name(found.data_type)
    return type_name(found.element_type) if kind == "ARRAY_OF_VECTOR" else kind


def _fields(schema: CollectionSchema) -> Iterable[FieldSchema]:
    return (field for struct in schema.struct_array_fields for field in struct.fields)


def _plain(name: str, field: FieldSchema) -> FieldSchema:
    return FieldSchema(name=name, data_type=field.element_type, type_params=field.type_params)
