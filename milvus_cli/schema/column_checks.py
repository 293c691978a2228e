"""Checks the columns of an answer: slots that fit their types, and equal numbers of rows.

Checks look at lengths and numbers, not at values, so that they cost a few microseconds a column. Unknown types of a
newer server are accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from google.protobuf.unknown_fields import UnknownFieldSet

from ..client.failures import invalid
from ..client.wire.schema_pb2 import CollectionSchema, FieldData, FieldSchema, ScalarField, VectorField
from .kinds import FIELD_TYPES, shape_of
from .nested import nested_parts
from .schema import BITS, WIDTHS, params, row_fields, type_name

# Slots in which servers return the values of a type.
SLOTS: Mapping[str, frozenset[str]] = {
    **{name: frozenset({kind.slot}) for name, kind in FIELD_TYPES.items()},
    "GEOMETRY": frozenset({"geometry_data", "geometry_wkt_data", "string_data"}),
    "TIMESTAMPTZ": frozenset({"timestamptz_data", "string_data", "long_data"}),
    "ARRAY_OF_VECTOR": frozenset({"vector_array"}),
}
SMALL: Mapping[str, int] = {"INT8": 1 << 7, "INT16": 1 << 15}
"""Integers sent in a wider type, with the first value out of range."""


def is_unread(column: FieldData | ScalarField) -> bool:
    """Reports whether the values of a column, or of an array, are in a part of the message that is unknown here."""
    if not isinstance(column, FieldData):
        return column.WhichOneof("data") is None and len(UnknownFieldSet(column)) > 0
    held = column.scalars.WhichOneof("data") or column.vectors.WhichOneof("data")
    if held or column.WhichOneof("field") == "struct_arrays":
        return False
    return any(len(UnknownFieldSet(each)) for each in (column, column.scalars, column.vectors))


class Inconsistent(Exception):
    """An answer contradicts itself or its request; the message says where."""


def require_columns(columns: Sequence[FieldData], schema: CollectionSchema, names: Iterable[str]) -> None:
    """Raises InvalidAnswer if a named column is missing or does not match the schema. Empty answers pass."""
    by_name = {column.field_name: column for column in columns}
    if not any(map(_rows, columns)):
        return
    fields: dict[str, Any] = {field.name: field for field in row_fields(schema)}
    for name in names:
        column = by_name.get(name) or by_name.get(nested_parts(name)[0])
        if column is None:
            raise invalid("Query", f"column {name!r} was requested and is missing")
        if name in fields and (reason := _unlike(column, fields[name])):
            raise invalid("Query", f"column {name!r}: {reason}")


def _unlike(column: FieldData, field: Any) -> str:
    """Returns why a column does not match its field; "" if it does."""
    if not isinstance(field, FieldSchema):
        return ""
    if column.type not in (0, field.data_type) and not _is_time_in_parts(column, field):
        return f"{type_name(column.type)} values for a field of type {type_name(field.data_type)}"
    dim = params(field.type_params).get("dim")
    if dim and column.WhichOneof("field") == "vectors" and column.vectors.dim not in (0, int(dim)):
        return f"dimension {column.vectors.dim} for a field of dimension {dim}"
    return ""


def _is_time_in_parts(column: FieldData, field: FieldSchema) -> bool:
    """Reports whether these are times as lists of the parts that `time_fields` asked for."""
    return type_name(field.data_type) == "TIMESTAMPTZ" and type_name(column.type) == "ARRAY"


def _rows(column: FieldData) -> int | None:
    """Returns the number of rows of a column; None if its form is unknown here."""
    found, valid = _values(column), column.valid_data
    if found is None or not valid:
        return found
    if found not in (len(valid), sum(valid)):
        raise Inconsistent(f"column {column.field_name!r}: {found} values, and marks for {len(valid)} rows")
    return len(valid)


def _values(column: FieldData) -> int | None:
    content, kind = column.WhichOneof("field"), type_name(column.type)
    if content == "struct_arrays":
        return _structs(column)
    holder: ScalarField | VectorField = column.vectors if content == "vectors" else column.scalars
    slot = holder.WhichOneof("data")
    if slot is None:
        return None if is_unread(column) or (content and shape_of(kind) is None) else 0
    if kind in SLOTS and slot not in SLOTS[kind]:
        raise Inconsistent(f"column {column.field_name!r}: {slot} for values of type {kind}")
    held: Any = getattr(holder, slot)
    if kind in SMALL and held.data and not -SMALL[kind] <= min(held.data) <= max(held.data) < SMALL[kind]:
        raise Inconsistent(f"column {column.field_name!r}: a value that is not a valid {kind}")
    try:
        return _dense(column.vectors, slot) if slot in DENSE else COUNTERS.get(slot, _data)(held)
    except Inconsistent as exc:
        raise Inconsistent(f"column {column.field_name!r}: {exc}") from None


def _data(held: Any) -> int:
    return len(held.data)


def _dense(vectors: VectorField, slot: str) -> int:
    """Counts packed vectors."""
    held: Any = getattr(vectors, slot)
    numbers = len(held.data) if slot == "float_vector" else len(held)
    if not numbers:
        return 0
    bits = vectors.dim * (BITS if slot == "float_vector" else DENSE[slot])
    if vectors.dim <= 0 or bits % BITS or numbers % (bits // BITS):
        what = "numbers" if slot == "float_vector" else "bytes"
        raise Inconsistent(f"{numbers} {what} for vectors of dimension {vectors.dim}")
    return numbers // (bits // BITS)


def _sparse(held: Any) -> int:
    if any(len(each) % 8 for each in held.contents):
        raise Inconsistent("a sparse vector that is not pairs of 4 bytes each")
    return len(held.contents)


def _arrays(held: Any) -> int:
    """Counts arrays of scalars, and requires the declared element type."""
    kind = type_name(held.element_type)
    if kind in SLOTS:
        for row in held.data:
            slot = row.WhichOneof("data")
            if slot is not None and slot not in SLOTS[kind]:
                raise Inconsistent(f"{slot} in an array of type {kind}")
    return len(held.data)


def _lists(held: Any) -> int:
    """Counts lists of vectors."""
    for row in held.data:
        slot = row.WhichOneof("data")
        if slot in DENSE:
            _dense(row, slot)
        elif slot == "sparse_float_vector":
            _sparse(row.sparse_float_vector)
        elif slot is not None:
            raise Inconsistent(f"{slot} in a list of vectors")
    return len(held.data)


def _structs(column: FieldData) -> int | None:
    """Counts the rows of a struct array, and requires as many elements of every field within a row."""
    fields, where = column.struct_arrays.fields, f"column {column.field_name!r}: "
    rows = same_rows(fields, where)
    lengths = zip(*(_lengths(each) for each in fields), strict=True)
    if any(len(set(row)) > 1 for row in lengths):
        raise Inconsistent(f"{where}fields of a struct with different numbers of elements")
    return rows


def _lengths(column: FieldData) -> list[int]:
    """Returns the number of elements in each row of a field of a struct."""
    if column.WhichOneof("field") == "vectors":
        rows = column.vectors.vector_array.data
        return [_dense(row, slot) if (slot := row.WhichOneof("data")) in DENSE else 0 for row in rows]
    lists = column.scalars.array_data.data
    return [len(getattr(row, slot).data) if (slot := row.WhichOneof("data")) else 0 for row in lists]


DENSE: Mapping[str, int] = {FIELD_TYPES[name].slot: bits for name, bits in WIDTHS.items()}
"""Bits per dimension of the slots with packed vectors."""
COUNTERS: Mapping[str, Callable[[Any], int]] = {
    "sparse_float_vector": _sparse,
    "array_data": _arrays,
    "vector_array": _lists,
}
"""Counters of rows for slots that are no plain list of values."""


def same_rows(columns: Iterable[FieldData], where: str = "") -> int | None:
    """Returns the number of rows, which must be the same in all columns; None if it is unknown."""
    found: dict[str, int] = {}
    seen: set[str] = set()
    for column in columns:
        if column.field_name in seen:
            raise Inconsistent(f"{where}two columns {column.field_name!r}")
        seen.add(column.field_name)
        rows = _rows(column)
        if rows is not None:
            found[column.field_name] = rows
    first = next(iter(found), "")
    other = next((name for name in found if found[name] != found[first]), None)
    if other is not None:
        raise Inconsistent(f"{where}{found[first]} rows of {first!r} and {found[other]} of {other!r}")
    return found.get(first)
