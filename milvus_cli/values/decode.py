"""Decodes Milvus's columns to Python values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..errors import CliError
from ..schema.kinds import shape_of
from ..schema.nested import nested_parts
from ..schema.schema import short_name, type_name
from .nulls import with_nulls
from .packing import unpack
from .scalars import read_scalars
from .structs import read_lists, read_structs

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData


def decode_column(column: FieldData) -> list[Any]:
    """Returns the values of a column in JSON's types; floats of 32 and 16 bits have their shortest digits.

    Raises CliError with the field's name for an unknown type.
    """
    content = column.WhichOneof("field")
    if content == "struct_arrays":
        return read_structs(column.struct_arrays, column.field_name)
    if content == "vectors":
        return with_nulls(_vectors(column), column.valid_data)
    if column.scalars.WhichOneof("data") is None and shape_of(type_name(column.type)) is None:
        raise _unknown(column)
    return with_nulls(read_scalars(column.scalars), column.valid_data)


def nested_columns(columns: Iterable[FieldData], names: Iterable[str]) -> dict[str, list[Any]]:
    """Returns the values of fields such as `chunks[text]`, a list per row, from the columns of their struct arrays.

    A server that is asked for some fields of a struct array answers with the struct array, which has only these.
    """
    found: dict[str, list[Any]] = {}
    for name in names:
        struct, inner = nested_parts(name)
        column = next((each for each in columns if each.field_name == struct), None) if struct else None
        if column is not None and any(
            short_name(struct, each.field_name) == inner for each in column.struct_arrays.fields
        ):
            rows = decode_column(column)
            found[name] = [None if row is None else [each[inner] for each in row] for row in rows]
    return found


def _vectors(column: FieldData) -> list[Any]:
    slot = column.vectors.WhichOneof("data")
    if slot is None and shape_of(type_name(column.type)) is None:
        raise _unknown(column)
    if slot is None or slot == "vector_array":
        return read_lists(column)
    return unpack(column.vectors, slot)


def _unknown(column: FieldData) -> CliError:
    message = (
        f"field {column.field_name!r}: values of type {type_name(column.type).removeprefix('type ')} can't be shown yet"
    )
    return CliError(message, hint="leave it out with --fields")
