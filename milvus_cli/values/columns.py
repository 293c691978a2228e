"""Splits and builds columns in their wire encoding, to compare them and to move them between servers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..client.wire.schema_pb2 import CollectionSchema, DataType, FieldData, FieldSchema, StructArrayFieldSchema
from ..errors import CliError
from ..schema.kinds import FIELD_TYPES, STRUCTS
from ..schema.schema import WIDTHS, is_vector, kind_of, params, row_fields, short_name, type_name, type_number
from ..text.floats import fill_packed, packed
from ..text.timestamps import microseconds
from ..text.wkt import plain
from .decode import decode_column
from .dynamic import DYNAMIC
from .encode import takes_none
from .nulls import with_nulls
from .packing import Packed, dimension, put_raw
from .scalars import read_scalars

if TYPE_CHECKING:
    from ..schema.schema import Field

NUMBERS = {"float_data": 4, "double_data": 8}
"""Bytes per number of scalars that are compared by their bytes, so that a NaN equals itself."""
BITS = {FIELD_TYPES[name].slot: bits for name, bits in WIDTHS.items()}
"""Bits per dimension, by slot."""
FOREIGN = ("geometry_data", "timestamptz_data")
"""Slots that servers use in answers, but don't accept in requests."""


def raw_values(column: FieldData, count: int) -> Sequence[Any]:
    """Returns a value per row: integers, texts, None for null, and other values as bytes.

    Raises CliError with the field's name for a wrong number of values.
    """
    found, valid = _present(column), column.valid_data
    if not all(valid):
        found = with_nulls(found, valid)
    if len(found) not in (0, count):
        raise CliError(f"field {column.field_name!r}: {len(found)} values came for {count} rows")
    return found if count == len(found) else [None] * count


def _present(column: FieldData) -> Sequence[Any]:
    content = column.WhichOneof("field")
    if content == "struct_arrays":
        return _structs(column)
    holder = column.vectors if content == "vectors" else column.scalars
    source = holder.WhichOneof("data")
    if source is None:
        return []
    held: Any = getattr(holder, source)
    if source == "sparse_float_vector":
        return list(held.contents)
    if source in ("array_data", "vector_array"):
        return [each.SerializeToString() for each in held.data]
    if source in FOREIGN:
        return read_scalars(column.scalars)
    if source in BITS:
        size = max(1, column.vectors.dim * BITS[source] // 8)
        return Packed(packed(held) if source == "float_vector" else held, size)
    return Packed(packed(held, NUMBERS[source]), NUMBERS[source]) if source in NUMBERS else list(held.data)


def _structs(column: FieldData) -> list[dict[str, Any] | None]:
    """Returns a dict per row with the value of each field of the struct."""
    inner = {
        short_name(column.field_name, each.field_name): with_nulls(_present(each), each.valid_data)
        for each in column.struct_arrays.fields
    }
    return [None if None in row else dict(zip(inner, row, strict=True)) for row in zip(*inner.values(), strict=True)]


def moved(column: FieldData, field: Field, count: int, rows: Sequence[int] | None = None) -> FieldData:
    """Converts a column, or some rows of it, for a field of another server."""
    if rows is None and _is_plain(column, field):
        return _as_it_is(column, field)
    values = raw_values(column, count)
    return build(column, field, values if rows is None else [values[row] for row in rows])


def _is_plain(column: FieldData, field: Field) -> bool:
    """Reports whether the column can be sent as it was received."""
    content = column.WhichOneof("field")
    if takes_none(field) or column.valid_data or content not in ("scalars", "vectors"):
        return False
    return content == "vectors" or column.scalars.WhichOneof("data") not in FOREIGN


def _as_it_is(column: FieldData, field: Field) -> FieldData:
    made = FieldData()
    made.CopyFrom(column)
    made.ClearField("field_id")
    made.field_name, made.type = field.name, type_number(kind_of(field))
    if isinstance(field, FieldSchema):
        made.is_dynamic = field.is_dynamic
        if made.scalars.WhichOneof("data") == "array_data":
            _complete(made.scalars.array_data, field)
    return made


def build(like: FieldData, field: Field, values: Sequence[Any]) -> FieldData:
    """Builds a column from values of `raw_values`; `like` is a column with the same encoding."""
    valid = [value is not None for value in values] if takes_none(field) else ()
    there = [value for value in values if value is not None]
    if not isinstance(field, FieldSchema):
        made = FieldData(type=type_number(STRUCTS), field_name=field.name)
        _fill_structs(made, field, there, valid)
        return made
    made = FieldData(type=field.data_type, field_name=field.name, is_dynamic=field.is_dynamic, valid_data=valid)
    if is_vector(field):
        _fill_vectors(made, like, field, there)
    else:
        _fill_scalars(made, like, field, there)
    return made


def _fill_structs(
    made: FieldData, struct: StructArrayFieldSchema, values: Sequence[dict[str, Any]], valid: Sequence[bool]
) -> None:
    for field in struct.fields:
        name = short_name(struct.name, field.name)
        inner = made.struct_arrays.fields.add(type=field.data_type, field_name=name, valid_data=valid)
        is_list = type_name(field.data_type) == "ARRAY"
        held: Any = inner.scalars.array_data if is_list else inner.vectors.vector_array
        for value in values:
            held.data.add().ParseFromString(value[name])
        if is_list:
            _complete(held, field)
        else:
            held.dim, held.element_type = dimension(field), field.element_type


def _fill_vectors(made: FieldData, like: FieldData, field: FieldSchema, values: Sequence[bytes]) -> None:
    slot = like.vectors.WhichOneof("data") or FIELD_TYPES[type_name(field.data_type)].slot
    if slot == "sparse_float_vector":
        made.vectors.dim = like.vectors.dim
        made.vectors.sparse_float_vector.contents.extend(values)
        return
    made.vectors.dim = dimension(field)
    put_raw(made.vectors, slot, b"".join(values))


def _fill_scalars(made: FieldData, like: FieldData, field: FieldSchema, values: Sequence[Any]) -> None:
    kind, source = FIELD_TYPES.get(type_name(field.data_type)), like.scalars.WhichOneof("data")
    if kind is not None and (source is None or source in FOREIGN):
        source = kind.slot
    held: Any = getattr(made.scalars, source or "string_data")
    # Sets the slot even without values: Milvus 2.3 crashes on a column without a type.
    held.SetInParent()
    if source == "array_data":
        for value in values:
            held.data.add().ParseFromString(value)
        _complete(held, field)
    elif source in NUMBERS:
        fill_packed(held, b"".join(values))
    else:
        held.data.extend(values)


def _complete(arrays: Any, field: FieldSchema) -> None:
    """Sets the type of empty arrays, which a server may omit."""
    arrays.element_type = field.element_type
    source = FIELD_TYPES[type_name(field.element_type)].slot
    for each in arrays.data:
        if each.WhichOneof("data") is None:
            getattr(each, source).SetInParent()


def same_form(a: Field, b: Field) -> bool:
    """Reports whether two fields have the same wire encoding."""
    return _form(a) == _form(b)


def _form(field: Field) -> object:
    if isinstance(field, FieldSchema):
        return field.data_type, field.element_type, params(field.type_params).get("dim")
    return {short_name(field.name, each.name): _form(each) for each in field.fields}


def field_named(schema: CollectionSchema, name: str) -> Field | None:
    """Returns a field or struct array, or the dynamic field, which servers omit from schemas; None if it is missing."""
    if name == DYNAMIC and schema.enable_dynamic_field:
        return FieldSchema(name=DYNAMIC, data_type=DataType.JSON, is_dynamic=True)
    return next((field for field in row_fields(schema) if field.name == name), None)


def one_value(column: FieldData, field: Field, raw: Any) -> Any:
    """Decodes a value of `raw_values`."""
    return None if raw is None else decode_column(build(column, field, [raw]))[0]


def comparable(field: Field, value: Any) -> Any:
    """Normalizes values that servers write differently: timestamps in other zones, geometries with other spaces."""
    if not isinstance(value, str):
        return value
    with suppress(ValueError):
        if kind_of(field) == "TIMESTAMPTZ":
            since = microseconds(value)
            return value if since is None else since
        if kind_of(field) == "GEOMETRY":
            return plain(value)
    return value
