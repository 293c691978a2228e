"""Encodes rows as Milvus's columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from ..client.wire.schema_pb2 import CollectionSchema, DataType, FieldData, FieldSchema
from ..errors import InvalidInput
from ..schema.field_json import write_default
from ..schema.kinds import FIELD_TYPES, STRUCTS
from ..schema.nested import lone_part, nested_parts, part_alone
from ..schema.schema import is_vector, kind_of, type_name, type_number
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
"""Marks a row without a value in a column: null in a field, no key in the dynamic field."""

Column: TypeAlias = Sequence[Any]
"""The values of a column, one per row: JSON's types, None for null, ABSENT; a vector may be in its wire encoding."""


def encode_rows(
    rows: Sequence[Row], schema: CollectionSchema, *, upsert: bool = False, partial: bool = False
) -> list[FieldData]:
    """Returns columns with all rows, in the schema's order; for a partial upsert only those that are given.

    Raises InvalidInput with row and field for values that are invalid, missing, or without a field.
    """
    return encode_columns(to_columns(rows), len(rows), schema, upsert=upsert, partial=partial)


def to_columns(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Returns a column for every key of any row."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name, ABSENT) for row in rows] for name in names}


def encode_columns(
    columns: Mapping[str, Column],
    count: int,
    schema: CollectionSchema,
    *,
    upsert: bool = False,
    partial: bool = False,
) -> list[FieldData]:
    """Like `encode_rows`, for `count` rows in columns. Raises BadValue for the first invalid value."""
    fields = taken_fields(schema, columns, upsert=upsert)
    _refuse_unknown(columns, fields, schema)
    if partial:
        columns = {name: values for name, values in columns.items() if _first(values) is not None}
        fields = given_fields(schema, columns)
    found = [
        _encode_column(field, columns.get(field.name), count)
        for field in fields
        if not _is_left_to_server(field, columns.get(field.name))
    ]
    if schema.enable_dynamic_field:
        found.append(_encode_dynamic(columns, count, fields, schema))
    return found


def taken_fields(schema: CollectionSchema, names: Iterable[str], *, upsert: bool) -> list[Field]:
    """Returns the fields to send for the given names; Milvus fills the others.

    A value for an auto id is sent too: newer servers may accept it, and others report why not.
    """
    given = set(names)
    plain = [
        field
        for field in schema.fields
        if not (field.is_function_output or field.is_dynamic) and (not field.autoID or upsert or field.name in given)
    ]
    return [*plain, *schema.struct_array_fields]


def given_fields(schema: CollectionSchema, names: Iterable[str]) -> list[Field]:
    """Returns the fields to send in a partial upsert with values for the given names: these, and the primary key."""
    given = set(names)
    taken = taken_fields(schema, given, upsert=True)
    return [each for each in taken if each.name in given or getattr(each, "is_primary_key", False)]


def takes_none(field: Field) -> bool:
    """Reports whether a row may lack a value."""
    return field.nullable or has_default(field)


def has_default(field: Field) -> bool:
    return write_default(field) is not None


def _is_left_to_server(field: Field, values: Column | None) -> bool:
    """Reports whether a field has no values, and a type that only newer clients can write: servers fill it."""
    return not is_writable(field) and takes_none(field) and (values is None or not any(map(_is_there, values)))


def is_writable(field: Field) -> bool:
    """Reports whether this client can encode values of a field's type."""
    kind = kind_of(field)
    if kind == "ARRAY" and isinstance(field, FieldSchema):
        kind = type_name(field.element_type)
    return kind in FIELD_TYPES or kind == STRUCTS


def _type_words(field: Field) -> str:
    element = type_name(field.element_type) if isinstance(field, FieldSchema) and field.element_type else ""
    return (f"{kind_of(field)} of {element}" if element else kind_of(field)).removeprefix("type ")


def _refuse_unknown(columns: Mapping[str, Column], fields: Sequence[Field], schema: CollectionSchema) -> None:
    part = lone_part(schema, columns)
    if part and (row := _first(columns[part])) is not None:
        raise BadValue(row, "", part_alone(part), hint=f"give {nested_parts(part)[0]!r}")
    names = [field.name for field in fields]
    computed = [field.name for field in schema.fields if field.is_function_output]
    found = [name for name in columns if name in computed or not (name in names or schema.enable_dynamic_field)]
    rows = [(row, name) for name in found if (row := _first(columns[name])) is not None]
    if not rows:
        return
    row, name = min(rows, key=lambda each: each[0])
    if name in computed:
        raise BadValue(row, name, "Milvus computes it", hint="leave it out")
    raise BadValue(
        row, "", f"{schema.name} has no field {name!r}", hint=nearest(name, names) or f"fields: {', '.join(names)}"
    )


def _first(values: Column) -> int | None:
    """Returns the first row with a value."""
    if isinstance(values, Packed):
        return 0 if values else None
    return next((row for row, value in enumerate(values) if value is not ABSENT), None)


def _encode_column(field: Field, values: Column | None, count: int) -> FieldData:
    if not is_writable(field):
        raise InvalidInput(f"field {field.name!r}: values of type {_type_words(field)} can't be written yet")
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
    """Returns whether each row has a value, for fields that may lack it; empty for others."""
    if not takes_none(field):
        return ()
    there = set(rows)
    return [row in there for row in range(count)]


def _column(field: Field, values: Column, valid: Sequence[bool]) -> FieldData:
    """Encodes values without nulls. Raises InvalidValue."""
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
    """Fills in the default: Milvus 2.3 does so only for columns without any value."""
    default = None if field.nullable else write_default(field)
    if default is None or not any(map(_is_there, values)):
        return values
    return [value if _is_there(value) else default for value in values]


def _is_there(value: Any) -> bool:
    return value is not None and value is not ABSENT


def _refuse_nulls(field: Field, rows: Sequence[int], count: int) -> None:
    """Raises BadValue for the first null, unless the field allows it."""
    if not takes_none(field):
        there = set(rows)
        missing = next(row for row in range(count) if row not in there)
        hint = f"it is {kind_of(field)} and takes no null"
        raise BadValue(missing, field.name, MISSING, hint=hint)


def _refuse_first(field: Field, values: Column, rows: Sequence[int]) -> None:
    """Raises BadValue for the first value that is invalid by itself."""
    for row, value in zip(rows, values, strict=True):
        try:
            _column(field, [value], ())
        except InvalidValue as exc:
            raise BadValue(row, field.name, exc.reason) from None


def check_value(field: Field, value: Any) -> None:
    """Raises BadValue for a value that is invalid for a field."""
    _encode_column(field, [value], 1)


def _encode_dynamic(
    columns: Mapping[str, Column], count: int, fields: Sequence[Field], schema: CollectionSchema
) -> FieldData:
    """Encodes keys without a field, merged with the objects of the column $meta, as one JSON object per row."""
    names, reserved = {field.name for field in fields}, reserved_names(schema)
    extra = {name: values for name, values in columns.items() if name not in names and name != DYNAMIC}
    column = FieldData(type=DataType.JSON, field_name=DYNAMIC, is_dynamic=True)
    whole = columns.get(DYNAMIC) or [ABSENT] * count
    for row in range(count):
        own = {name: values[row] for name, values in extra.items() if values[row] is not ABSENT}
        meta = whole[row] if _is_there(whole[row]) else {}
        if not isinstance(meta, dict):
            raise BadValue(row, DYNAMIC, f"expected a JSON object, got {json.dumps(meta)[:40]}")
        if (key := reserved_key(meta, reserved)) is not None:
            raise BadValue(row, DYNAMIC, f"key {key!r} is the name of a field", hint="rename the key, or leave it out")
        # An export may have a key both in its own column and in the object.
        if (key := next((key for key in meta if key in own and own[key] != meta[key]), None)) is not None:
            raise BadValue(row, DYNAMIC, f"key {key!r} has another value outside it", hint="remove the duplicates")
        try:
            column.scalars.json_data.data.append(json_bytes({**meta, **own}))
        except InvalidValue as exc:
            raise BadValue(row, "", exc.reason) from None
    return column
