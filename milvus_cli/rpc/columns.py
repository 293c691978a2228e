"""Columns as they travel, taken apart and put together without decoding: to be compared, and moved between servers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import CliError
from .decode import decode_column, with_nulls
from .encode import DYNAMIC, SCALARS, Packed, dimension, takes_none
from .floats import fill_packed, packed
from .schema import WIDTHS, params, type_name

if TYPE_CHECKING:
    from .wire.schema_pb2 import CollectionSchema, FieldData, FieldSchema

NUMBERS = {"float_data": 4, "double_data": 8}
"""Scalars that are compared by their bytes, in which a NaN equals itself."""
BITS = {kind.lower(): bits for kind, bits in WIDTHS.items()}
"""Of a dimension, by the words of messages."""


def raw_values(column: FieldData, count: int) -> Sequence[Any]:
    """A value a row, None where it is null: whole numbers, text, and everything else as its bytes.

    Raises CliError, naming the field, for columns of another form.
    """
    found, valid = _present(column), column.valid_data
    if not all(valid):
        found = with_nulls(found, valid)
    if len(found) not in (0, count):
        raise CliError(f"field {column.field_name!r}: {len(found)} values came for {count} rows")
    return found if count == len(found) else [None] * count


def _present(column: FieldData) -> Sequence[Any]:
    content = column.WhichOneof("field")
    if content not in ("vectors", "scalars", None):
        raise CliError(f"field {column.field_name!r}: values of type {type_name(column.type)} can't be moved yet")
    holder = column.vectors if content == "vectors" else column.scalars
    source = holder.WhichOneof("data")
    if source is None:
        return []
    held: Any = getattr(holder, source)
    if source == "sparse_float_vector":
        return list(held.contents)
    if source == "array_data":
        return [each.SerializeToString() for each in held.data]
    if source in BITS:
        size = max(1, column.vectors.dim * BITS[source] // 8)
        return Packed(packed(held) if source == "float_vector" else held, size)
    return Packed(packed(held, NUMBERS[source]), NUMBERS[source]) if source in NUMBERS else list(held.data)


def moved(column: FieldData, field: FieldSchema, count: int, rows: Sequence[int] | None = None) -> FieldData:
    """The column as a field of another server takes it: all of it, or these rows."""
    if rows is None and not takes_none(field) and not column.valid_data and column.WhichOneof("field"):
        return _as_it_is(column, field)
    values = raw_values(column, count)
    return build(column, field, values if rows is None else [values[row] for row in rows])


def _as_it_is(column: FieldData, field: FieldSchema) -> FieldData:
    from .wire.schema_pb2 import FieldData

    made = FieldData()
    made.CopyFrom(column)
    made.ClearField("field_id")
    made.field_name, made.type, made.is_dynamic = field.name, field.data_type, field.is_dynamic
    if made.scalars.WhichOneof("data") == "array_data":
        _complete(made.scalars.array_data, field)
    return made


def build(like: FieldData, field: FieldSchema, values: Sequence[Any]) -> FieldData:
    """A column of what `raw_values` gives; `like` is one of the same form."""
    from .wire.schema_pb2 import FieldData

    made = FieldData(type=field.data_type, field_name=field.name, is_dynamic=field.is_dynamic)
    if takes_none(field):
        made.valid_data.extend(value is not None for value in values)
    there = [value for value in values if value is not None]
    if type_name(field.data_type).endswith("_VECTOR"):
        _fill_vectors(made, like, field, there)
    else:
        _fill_scalars(made, like, field, there)
    return made


def _fill_vectors(made: FieldData, like: FieldData, field: FieldSchema, values: Sequence[bytes]) -> None:
    kind = like.vectors.WhichOneof("data") or type_name(field.data_type).lower()
    if kind == "sparse_float_vector":
        made.vectors.dim = like.vectors.dim
        made.vectors.sparse_float_vector.contents.extend(values)
        return
    made.vectors.dim = dimension(field)
    if kind == "float_vector":
        made.vectors.float_vector.SetInParent()
        fill_packed(made.vectors.float_vector, b"".join(values))
    else:
        setattr(made.vectors, kind, b"".join(values))


def _fill_scalars(made: FieldData, like: FieldData, field: FieldSchema, values: Sequence[Any]) -> None:
    kind = type_name(field.data_type)
    source = like.scalars.WhichOneof("data") or ("array_data" if kind == "ARRAY" else SCALARS.get(kind, "string_data"))
    held: Any = getattr(made.scalars, source)
    # A column without values still has its type: Milvus 2.3 crashes on one that has none.
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
    """Gives empty arrays the type that a server may have left out."""
    arrays.element_type = field.element_type
    source = SCALARS[type_name(field.element_type)]
    for each in arrays.data:
        if each.WhichOneof("data") is None:
            getattr(each, source).SetInParent()


def same_form(a: FieldSchema, b: FieldSchema) -> bool:
    """Whether values of one can be values of the other, as they travel."""
    return (a.data_type, a.element_type, params(a.type_params).get("dim")) == (
        b.data_type, b.element_type, params(b.type_params).get("dim")
    )  # fmt: skip


def field_named(schema: CollectionSchema, name: str) -> FieldSchema | None:
    """The field, also the dynamic one, which servers leave out of schemas."""
    from .wire.schema_pb2 import DataType, FieldSchema

    if name == DYNAMIC and schema.enable_dynamic_field:
        return FieldSchema(name=DYNAMIC, data_type=DataType.JSON, is_dynamic=True)
    return next((field for field in schema.fields if field.name == name), None)


def one_value(column: FieldData, field: FieldSchema, raw: Any) -> Any:
    """A value of `raw_values` as commands show it."""
    return None if raw is None else decode_column(build(column, field, [raw]))[0]
