"""Rows to Milvus's columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from ..client.wire.schema_pb2 import CollectionSchema, DataType, FieldData, FieldSchema
from ..errors import InvalidInput
from ..schema.field_json import write_default
from ..schema.kinds import FIELD_TYPES, STRUCTS
from ..schema.schema import is_vector, kind_of, type_number
from ..text.names import nearest
from .dynamic import DYNAMIC, reserved_key, reserved_names
from .invalid import MISSING, BadValue, InvalidValue
from .packing import Packed, fill_vectors
from .scalars import fill_scalars, json_bytes
from .structs import fill_structs

if TYPE_CHECKING:
    from ..schema.schema import Field

Row = Mapping[str, Any]

ABSENT: Any = type("Absent", (), {"__slots__": (), "__repr__": lambda self: "ABSENT"})()
"""In a column: this row does not have it. To a field that is as null; a dynamic field has no such key then."""

Column: TypeAlias = Sequence[Any]
"""The values of a column, one a row: JSON's types, None for null, ABSENT; a vector may be its bytes as they travel."""


def encode_rows(rows: Sequence[Row], schema: CollectionSchema, *, upsert: bool = False) -> list[FieldData]:
    """Columns of all rows, in the schema's order.

    Raises InvalidInput, naming row and field, for values that don't fit, are missing, or have no field.
    """
    return encode_columns(to_columns(rows), len(rows), schema, upsert=upsert)


def to_columns(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Every key of any row, each with a value a row."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name, ABSENT) for row in rows] for name in names}


def encode_columns(
    columns: Mapping[str, Column], count: int, schema: CollectionSchema, *, upsert: bool = False
) -> list[FieldData]:
    """As `encode_rows`, of `count` rows that come as columns. Raises BadValue for the first value that does not fit."""
    fields = taken_fields(schema, columns, upsert=upsert)
    _refuse_unknown(columns, fields, schema)
    found = [_encode_column(field, columns.get(field.name), count) for field in fields]
    if schema.enable_dynamic_field:
        found.append(_encode_dynamic(columns, count, fields, schema))
    return found


def taken_fields(schema: CollectionSchema, names: Iterable[str], *, upsert: bool) -> list[Field]:
    """The fields that are sent when these are given; Milvus gives the others.

    An auto id that is given all the same goes out too: newer servers may take it, and the others say why not.
    """
    given = set(names)
    plain = [
        field
        for field in schema.fields
        if not (field.is_function_output or field.is_dynamic) and (not field.autoID or upsert or field.name in given)
    ]
    return [*plain, *schema.struct_array_fields]


def takes_none(field: Field) -> bool:
    """Whether a row may do without a value."""
    return field.nullable or has_default(field)


def has_default(field: Field) -> bool:
    return write_default(field) is not None


def _refuse_unknown(columns: Mapping[str, Column], fields: Sequence[Field], schema: CollectionSchema) -> None:
    names = [field.name for field in fields]
    computed = [field.name for field in schema.fields if field.is_function_output]
    found = [name for name in columns if name in computed or not (name in names or schema.enable_dynamic_field)]
    places = [(row, name) for name in found if (row := _first(columns[name])) is not None]
    if not places:
        return
    row, name = min(places, key=lambda place: place[0])
    if name in computed:
        raise BadValue(row, name, "Milvus computes it", hint="leave it out")
    raise BadValue(
        row, "", f"{schema.name} has no field {name!r}", hint=nearest(name, names) or f"fields: {', '.join(names)}"
    )


def _first(values: Column) -> int | None:
    """The first row that has a value."""
    return next((row for row, value in enumerate(values) if value is not ABSENT), None)


def _encode_column(field: Field, values: Column | None, count: int) -> FieldData:
    kind = kind_of(field)
    if kind not in FIELD_TYPES and kind != STRUCTS:
        raise InvalidInput(f"field {field.name!r}: values of type {kind} can't be written yet")
    values = [None] * count if values is None else values
    rows: Sequence[int] = range(count)
    if not isinstance(values, Packed):
        values = _with_defaults(field, values)
        rows = [row for row, value in enumerate(values) if _is_there(value)]
        if len(rows) < count:
            _refuse_nulls(field, rows, count)
            values = [values[row] for row in rows]
    try:
        return _column(field, values, _marks(field, rows, count))
    except InvalidValue:
        _refuse_first(field, values, rows)
        raise


def _marks(field: Field, rows: Sequence[int], count: int) -> Sequence[bool]:
    """Which rows have a value, for fields that need none."""
    if not takes_none(field):
        return ()
    there = set(rows)
    return [row in there for row in range(count)]


def _column(field: Field, values: Column, valid: Sequence[bool]) -> FieldData:
    """Raises Unfit."""
    if not isinstance(field, FieldSchema):
        column = FieldData(type=type_number(STRUCTS), field_name=field.name)
        fill_structs(column.struct_arrays, field, values, valid)
        return column
    column = FieldData(type=field.data_type, field_name=field.name, valid_data=valid)
    if is_vector(field):
        fill_vectors(column.vectors, field, values)
    else:
        fill_scalars(column.scalars, field, values)
    return column


def _with_defaults(field: Field, values: Column) -> Column:
    """Milvus 2.3 fills in a default only where a column has no value at all, so that we do it where it has some."""
    default = None if field.nullable else write_default(field)
    if default is None or not any(map(_is_there, values)):
        return values
    return [value if _is_there(value) else default for value in values]


def _is_there(value: Any) -> bool:
    return value is not None and value is not ABSENT


def _refuse_nulls(field: Field, rows: Sequence[int], count: int) -> None:
    """A null that the field can't take is an error."""
    if not takes_none(field):
        there = set(rows)
        missing = next(row for row in range(count) if row not in there)
        hint = f"it is {kind_of(field)} and takes no null"
        raise BadValue(missing, field.name, MISSING, hint=hint)


def _refuse_first(field: Field, values: Column, rows: Sequence[int]) -> None:
    """Raises BadValue for the first value that does not fit by itself."""
    for row, value in zip(rows, values, strict=True):
        try:
            _column(field, [value], ())
        except InvalidValue as exc:
            raise BadValue(row, field.name, exc.reason) from None


def check_value(field: Field, value: Any) -> None:
    """Raises BadValue for what does not fit in a field."""
    _encode_column(field, [value], 1)


def _encode_dynamic(
    columns: Mapping[str, Column], count: int, fields: Sequence[Field], schema: CollectionSchema
) -> FieldData:
    """What has no field of its own, as one JSON object a row; the column $meta holds such objects."""
    names, reserved = {field.name for field in fields}, reserved_names(schema)
    extra = {name: values for name, values in columns.items() if name not in names and name != DYNAMIC}
    column = FieldData(type=DataType.JSON, field_name=DYNAMIC, is_dynamic=True)
    whole = columns.get(DYNAMIC) or [ABSENT] * count
    for row in range(count):
        own = {name: values[row] for name, values in extra.items() if values[row] is not ABSENT}
        meta = whole[row] if _is_there(whole[row]) else {}
        if not isinstance(meta, dict):
            raise BadValue(row, DYNAMIC, f"a JSON object is wanted, not {json.dumps(meta)[:40]}")
        if (key := reserved_key(meta, reserved)) is not None:
            raise BadValue(row, DYNAMIC, f"key {key!r} is the name of a field", hint="rename the key, or leave it out")
        # An export may have a key in a column of its own and in the whole object.
        if (key := next((key for key in meta if key in own and own[key] != meta[key]), None)) is not None:
            raise BadValue(row, DYNAMIC, f"key {key!r} has another value outside it", hint="keep one of them")
        try:
            column.scalars.json_data.data.append(json_bytes({**meta, **own}))
        except InvalidValue as exc:
            raise BadValue(row, "", exc.reason) from None
    return column
