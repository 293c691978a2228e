"""Milvus's types, names and limits, and the checks that make a schema acceptable to a server."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, TypeAlias

from ..client.wire.schema_pb2 import CollectionSchema, DataType, FieldSchema, StructArrayFieldSchema
from ..errors import InvalidInput
from ..text.names import nearest
from .kinds import FIELD_TYPES, INNER, STRUCTS, ValueShape, shape_of, types_of_shape

Field: TypeAlias = FieldSchema | StructArrayFieldSchema
"""Anything that a row has a value for."""

ELEMENT_TYPES = ("BOOL", "INT8", "INT16", "INT32", "INT64", "FLOAT", "DOUBLE", "VARCHAR")
DENSE_VECTORS = types_of_shape(ValueShape.DENSE)
WIDTHS = {name: FIELD_TYPES[name].bits for name in DENSE_VECTORS}
"""Bits per dimension of each dense vector type."""
PRIMARY_TYPES = ("INT64", "VARCHAR")
DEFAULT_MAX_LENGTH = 65_535
"""Default max_length of a VARCHAR, which is Milvus's limit."""

LIMITS = {"dim": 32_768, "max_length": 65_535, "max_capacity": 4_096}
"""Milvus's limits (https://milvus.io/docs/limitations.md).

Milvus Lite has none, but collections beyond them can't be moved to a Milvus.
"""
BITS = 8
"""Bits per byte, and the factor by which a binary vector may have more dimensions."""

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,254}")
NAME_HINT = "a name has letters, digits and _, begins with a letter or _, and has 255 characters at most"
# Milvus since 2.4 allows - in names of partitions; 2.3 refuses it with its own message.
PARTITION_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_$-]{0,254}")
PARTITION_HINT = "a name has letters, digits and _, and 255 characters at most"
SYSTEM_FIELDS = ("RowID", "Timestamp")
"""Names that Milvus reserves for its own fields. Milvus Lite reserves others, and reports them itself."""


@cache
def type_name(number: int) -> str:
    """Returns Milvus's name of a DataType; such as DATE if it is not in FIELD_TYPES, or "type 107" for a newer one."""
    wire: dict[int, str] = {getattr(DataType, kind.wire): name for name, kind in {**FIELD_TYPES, **INNER}.items()}
    unsupported = {each: name.upper() for name, each in DataType.items() if each}
    return wire.get(number) or unsupported.get(number) or (f"type {number}" if number else "None")


def type_number(kind: str) -> Any:
    """Returns the DataType with Milvus's name `kind`."""
    return getattr(DataType, (FIELD_TYPES.get(kind) or INNER[kind]).wire)


def known_type(word: str, types: Iterable[str]) -> str | None:
    """Parses a type, also in the spelling on the wire (FloatVector); returns None if it is unknown."""
    folded = word.strip().upper().replace("_", "")
    return next((each for each in types if each.replace("_", "") == folded), None)


def no_such_type(word: str, where: str, types: Iterable[str], *, meaning: str = "type") -> InvalidInput:
    types = tuple(types)
    hint = nearest(word.strip().upper(), types) or f"{meaning}s: {', '.join(types)}"
    return InvalidInput(f"{where}: unknown {meaning} {word!r}", hint=hint)


def kind_of(field: Field) -> str:
    """Returns Milvus's name of a field's type; STRUCTS for a struct array."""
    return type_name(field.data_type) if hasattr(field, "data_type") else STRUCTS


def row_fields(schema: CollectionSchema) -> list[Field]:
    """Returns all fields and struct arrays, for which rows have values."""
    return [*schema.fields, *schema.struct_array_fields]


def short_name(struct: str, field: str) -> str:
    """Returns a struct's field without its struct: servers name it `struct[field]`."""
    prefix = f"{struct}["
    return field[len(prefix) : -1] if field.startswith(prefix) and field.endswith("]") else field


def is_vector(field: Field) -> bool:
    return shape_of(kind_of(field)) in (ValueShape.DENSE, ValueShape.SPARSE)


def vector_fields(schema: CollectionSchema) -> list[FieldSchema]:
    return [field for field in schema.fields if is_vector(field)]


def scalar_fields(schema: CollectionSchema) -> list[FieldSchema]:
    """Returns the fields that can have an order or be grouped by."""
    return [field for field in schema.fields if not is_vector(field)]


def require_scalars(schema: CollectionSchema, names: Iterable[str], option: str) -> None:
    """Raises InvalidInput for a vector field or a struct array, also for a part of one."""
    for name in names:
        field = next((each for each in row_fields(schema) if each.name == name.partition("[")[0].strip()), None)
        if field is not None and (kind_of(field) == STRUCTS or is_vector(field)):
            kind = "a struct array" if kind_of(field) == STRUCTS else kind_of(field)
            known = ", ".join(each.name for each in scalar_fields(schema) if not each.is_dynamic)
            raise InvalidInput(f"{option}: field {field.name!r} is {kind}", hint=f"fields: {known}")


def primary_field(schema: CollectionSchema) -> FieldSchema | None:
    return next((field for field in schema.fields if field.is_primary_key), None)


def params(pairs: Any) -> dict[str, str]:
    """Converts a message's key-value pairs to a dict."""
    return {pair.key: pair.value for pair in pairs}


def pairs(values: dict[str, Any]) -> list[dict[str, str]]:
    """Converts a dict to key-value pairs of a request."""
    return [{"key": key, "value": str(value)} for key, value in values.items()]


def check_name(name: str, what: str) -> None:
    """Raises InvalidInput for an invalid name of a database, collection, partition, alias, index or field.

    Milvus Lite accepts most of them, but the objects then can't be moved to a Milvus
    (https://milvus.io/docs/limitations.md).
    """
    partition = what == "partition"
    if not (PARTITION_NAME if partition else NAME).fullmatch(name):
        shown = name if len(name) <= 60 else name[:59] + "…"
        article = "an" if what[0] in "ai" else "a"
        raise InvalidInput(
            f"invalid name {shown!r} of {article} {what}", hint=PARTITION_HINT if partition else NAME_HINT
        )
    if what == "field" and name in SYSTEM_FIELDS:
        raise InvalidInput(
            f"invalid name {name!r} of a field", hint="Milvus has a field of that name in every collection"
        )


def checked(schema: CollectionSchema) -> CollectionSchema:
    """Completes the schema in place, by propagating auto ids and marking function outputs, and returns it.

    Raises InvalidInput for invalid names, sizes and combinations of fields.
    """
    check_name(schema.name, "collection")
    for field in all_fields(schema):
        check_name(field.name, "field")
        check_limits(field)
    names = [field.name for field in schema.fields] + [field.name for field in schema.struct_array_fields]
    doubles = sorted({each for each in names if names.count(each) > 1})
    if doubles:
        raise InvalidInput(f"field {doubles[0]!r} is given twice")
    _check_primary(schema)
    _mark_outputs(schema)
    return schema


def all_fields(schema: CollectionSchema) -> Iterator[FieldSchema]:
    """Yields every field, and every field of a struct array."""
    yield from schema.fields
    for struct in schema.struct_array_fields:
        yield from struct.fields


def check_limits(field: FieldSchema) -> None:
    """Raises InvalidInput for sizes that are missing or out of Milvus's range."""
    given = params(field.type_params)
    kind = type_name(field.element_type if type_name(field.data_type) == "ARRAY_OF_VECTOR" else field.data_type)
    for key, limit in LIMITS.items():
        most = limit * BITS if key == "dim" and kind == "BINARY_VECTOR" else limit
        text = given.get(key)
        if text is not None and not (text.isdecimal() and 1 <= len(text) < 10 and 1 <= int(text) <= most):
            raise InvalidInput(
                f"field {field.name!r}: {key} {text[:40]} is out of range", hint=f"{key} is from 1 to {most}"
            )
    if kind in DENSE_VECTORS and "dim" not in given:
        raise InvalidInput(f"field {field.name!r}: a {kind} needs its dimension")
    if kind == "BINARY_VECTOR" and int(given["dim"]) % BITS:
        raise InvalidInput(f"field {field.name!r}: dim {given['dim']} of a BINARY_VECTOR is not a multiple of 8")
    if type_name(field.data_type) == "ARRAY" and "max_capacity" not in given:
        raise InvalidInput(f"field {field.name!r}: an ARRAY needs its max_capacity")


def _check_primary(schema: CollectionSchema) -> None:
    primary = [field for field in schema.fields if field.is_primary_key]
    if not primary and schema.external_source:
        # Rows of an external collection have keys that the server makes.
        return
    if not primary:
        names = ", ".join(field.name for field in schema.fields) or "none"
        raise InvalidInput("no primary field", hint=f"one of the fields must be it: {names}")
    if len(primary) > 1:
        raise InvalidInput(f"two primary fields: {primary[0].name!r} and {primary[1].name!r}")
    kind = type_name(primary[0].data_type)
    if kind not in PRIMARY_TYPES:
        raise InvalidInput(
            f"the primary field {primary[0].name!r} is {kind}", hint="a primary field is INT64 or VARCHAR"
        )
    automatic = next((field.name for field in schema.fields if field.autoID and not field.is_primary_key), "")
    if automatic:
        raise InvalidInput(f"field {automatic!r}: only the primary field can have auto_id")
    primary[0].autoID = primary[0].autoID or schema.autoID
    schema.autoID = primary[0].autoID


def _mark_outputs(schema: CollectionSchema) -> None:
    names = {field.name: field for field in schema.fields}
    for function in schema.functions:
        for name in (*function.input_field_names, *function.output_field_names):
            if name not in names:
                raise InvalidInput(
                    f"function {function.name!r} names {name!r}, which is not a field",
                    hint=nearest(name, names) or f"fields: {', '.join(names)}",
                )
        for name in function.output_field_names:
            names[name].is_function_output = True
