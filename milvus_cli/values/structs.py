"""Converts struct arrays between a list of objects per row and a column for each field of the struct."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..schema.schema import params, short_name, type_name
from .invalid import InvalidValue, unfit
from .nulls import with_nulls
from .packing import dimension, fill_vectors, unpack
from .scalars import fill_list, read_scalars

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData, FieldSchema, StructArrayField, StructArrayFieldSchema


def fill_structs(
    column: StructArrayField, struct: StructArrayFieldSchema, values: Sequence[Any], valid: Sequence[bool]
) -> None:
    """Encodes lists of objects into a column; `valid` has a flag per row if the struct array is nullable.

    Raises InvalidValue for the first invalid value.
    """
    names = [short_name(struct.name, field.name) for field in struct.fields]
    for value in values:
        _require_objects(value, names, struct)
    for name, field in zip(names, struct.fields, strict=True):
        inner = column.fields.add(type=field.data_type, field_name=name, valid_data=valid)
        rows = [[each[name] for each in value] for value in values]
        try:
            _fill(inner, field, rows)
        except InvalidValue as exc:
            raise InvalidValue(f"{name!r}: {exc.reason}") from None


def read_structs(column: StructArrayField, struct: str) -> list[Any]:
    """Decodes the values of a column; None for a null row."""
    names = [short_name(struct, each.field_name) for each in column.fields]
    columns = [with_nulls(read_lists(each), each.valid_data) for each in column.fields]
    return [
        None if None in row else [dict(zip(names, each, strict=True)) for each in zip(*row, strict=True)]
        for row in zip(*columns, strict=True)
    ]


def read_lists(column: FieldData) -> list[Any]:
    """Decodes lists of scalars or vectors, one per row."""
    if column.WhichOneof("field") != "vectors":
        return read_scalars(column.scalars)
    return [
        unpack(each, slot) if (slot := each.WhichOneof("data")) else [] for each in column.vectors.vector_array.data
    ]


def _require_objects(value: Any, names: Sequence[str], struct: StructArrayFieldSchema) -> None:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise unfit("a list of objects", value)
    capacity = int(params(struct.fields[0].type_params).get("max_capacity", len(value)))
    if len(value) > capacity:
        raise InvalidValue(f"{len(value)} objects are more than its max_capacity")
    for number, each in enumerate(value, start=1):
        missing = next((name for name in names if each.get(name) is None), None)
        unknown = next((name for name in each if name not in names), None)
        if missing is not None:
            raise InvalidValue(f"object {number} lacks {missing!r}")
        if unknown is not None:
            raise InvalidValue(f"object {number} has {unknown!r}, which the struct has not: {', '.join(names)}")


def _fill(column: FieldData, field: FieldSchema, rows: Sequence[Sequence[Any]]) -> None:
    """Encodes a list per row. A column without rows gets its type too."""
    if type_name(field.data_type) == "ARRAY":
        arrays = column.scalars.array_data
        arrays.element_type = field.element_type
        for row in rows:
            fill_list(arrays.data.add(), field, row)
        return
    vectors = column.vectors.vector_array
    vectors.dim, vectors.element_type = dimension(field), field.element_type
    for row in rows:
        fill_vectors(vectors.data.add(), field, row)
