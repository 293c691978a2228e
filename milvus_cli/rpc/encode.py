"""Rows to Milvus's columns. Vectors go as packed little-endian numbers, row after row."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, overload

from ..errors import InvalidInput
from ..names import nearest
from .field_json import write_default
from .floats import bfloat16, fill_packed
from .schema import WIDTHS, params, type_name

if TYPE_CHECKING:
    from .wire.schema_pb2 import CollectionSchema, FieldData, FieldSchema

Row = Mapping[str, Any]

INTEGERS = {"INT8": 7, "INT16": 15, "INT32": 31, "INT64": 63}
"""Bits of magnitude of each integer type."""

SCALARS = {
    "BOOL": "bool_data",
    **dict.fromkeys(("INT8", "INT16", "INT32"), "int_data"),
    "INT64": "long_data",
    "FLOAT": "float_data",
    "DOUBLE": "double_data",
    "VARCHAR": "string_data",
    "JSON": "json_data",
}

PACKED = {"FLOAT_VECTOR": "f", "FLOAT16_VECTOR": "e", "INT8_VECTOR": "b"}

ABSENT: Any = type("Absent", (), {"__slots__": (), "__repr__": lambda self: "ABSENT"})()
"""In a column: this row does not have it. To a field that is as null; a dynamic field has no such key then."""


@dataclass(frozen=True)
class Packed(Sequence[bytes]):
    """A column of vectors as they travel: `size` bytes a row, one row after the other."""

    data: bytes | memoryview
    size: int

    def __len__(self) -> int:
        return len(self.data) // self.size

    def __iter__(self) -> Iterator[bytes]:
        return (bytes(self.data[start : start + self.size]) for start in range(0, len(self.data), self.size))

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Packed: ...
    def __getitem__(self, index: int | slice) -> bytes | Packed:
        if isinstance(index, slice):
            start, stop, _ = index.indices(len(self))
            return Packed(self.data[start * self.size : stop * self.size], self.size)
        if not 0 <= index < len(self):
            raise IndexError(index)
        return bytes(self.data[index * self.size : (index + 1) * self.size])


Column: TypeAlias = Sequence[Any]
"""The values of a column, one a row: JSON's types, None for null, ABSENT; a vector may be its bytes as they travel."""


class BadValue(InvalidInput):
    """A value that does not fit; `row` counts from 0, `field` is empty for what concerns the whole row."""

    def __init__(self, row: int, field: str, reason: str, *, hint: str = "") -> None:
        where = f"row {row + 1}" + (f", field {field!r}" if field else "")
        super().__init__(f"{where}{' ' if reason == MISSING else ': '}{reason}", hint=hint)
        self.row = row
        self.field = field
        self.reason = reason


MISSING = "is missing"


class _Unfit(Exception):
    """Why a value does not fit; whoever knows its row says so."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


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
        found.append(_encode_dynamic(columns, count, fields))
    return found


def taken_fields(schema: CollectionSchema, names: Iterable[str], *, upsert: bool) -> list[FieldSchema]:
    """The fields that are sent when these are given; Milvus gives the others.

    An auto id that is given all the same goes out too: newer servers may take it, and the others say why not.
    """
    given = set(names)
    return [field for field in schema.fields if not (field.is_function_output or field.is_dynamic)
            and (not field.autoID or upsert or field.name in given)]  # fmt: skip


def takes_none(field: FieldSchema) -> bool:
    """Whether a row may do without a value."""
    return field.nullable or field.HasField("default_value")


def pack_queries(vectors: Sequence[Any], field: FieldSchema) -> list[bytes]:
    """Query vectors of a field as they travel. Raises InvalidInput for one that does not fit."""
    values = []
    for number, vector in enumerate(vectors, start=1):
        try:
            values.append(pack(field, vector))
        except _Unfit as exc:
            raise InvalidInput(f"query vector {number}: {exc.reason}") from None
    return values


def _refuse_unknown(columns: Mapping[str, Column], fields: Sequence[FieldSchema], schema: CollectionSchema) -> None:
    names = [field.name for field in fields]
    computed = [field.name for field in schema.fields if field.is_function_output]
    found = [name for name in columns if name in computed or not (name in names or schema.enable_dynamic_field)]
    places = [(row, name) for name in found if (row := _first(columns[name])) is not None]
    if not places:
        return
    row, name = min(places, key=lambda place: place[0])
    if name in computed:
        raise BadValue(row, name, "Milvus computes it", hint="leave it out")
    raise BadValue(row, "", f"{schema.name} has no field {name!r}",
                   hint=nearest(name, names) or f"fields: {', '.join(names)}")  # fmt: skip


def _first(values: Column) -> int | None:
    """The first row that has a value."""
    return next((row for row, value in enumerate(values) if value is not ABSENT), None)


def _encode_column(field: FieldSchema, values: Column | None, count: int) -> FieldData:
    from .wire.schema_pb2 import FieldData

    column = FieldData(type=field.data_type, field_name=field.name)
    values = [None] * count if values is None else values
    rows: Sequence[int] = range(count)
    if not isinstance(values, Packed):
        values = _with_defaults(field, values)
        rows = [row for row, value in enumerate(values) if value is not None and value is not ABSENT]
        if len(rows) < count:
            _refuse_nulls(field, rows, count)
            values = [values[row] for row in rows]
    if takes_none(field):
        there = set(rows)
        column.valid_data.extend(row in there for row in range(count))
    fill = _fill_vectors if type_name(field.data_type).endswith("_VECTOR") else _fill_scalars
    try:
        fill(column, field, values)
    except _Unfit:
        _refuse_first(field, values, rows, fill)
        raise
    return column


def _with_defaults(field: FieldSchema, values: Column) -> Column:
    """Milvus 2.3 fills in a default only where a column has no value at all, so that we do it where it has some."""
    if field.nullable or not field.HasField("default_value") or not any(map(_is_there, values)):
        return values
    default = write_default(field)
    return [value if _is_there(value) else default for value in values]


def _is_there(value: Any) -> bool:
    return value is not None and value is not ABSENT


def _refuse_nulls(field: FieldSchema, rows: Sequence[int], count: int) -> None:
    """A null that the field can't take is an error."""
    if not takes_none(field):
        there = set(rows)
        missing = next(row for row in range(count) if row not in there)
        hint = f"it is {type_name(field.data_type)} and takes no null"
        raise BadValue(missing, field.name, MISSING, hint=hint)


def _refuse_first(field: FieldSchema, values: Column, rows: Sequence[int], fill: Any) -> None:
    """Raises BadValue for the first value that does not fit by itself."""
    from .wire.schema_pb2 import FieldData

    for row, value in zip(rows, values, strict=True):
        try:
            fill(FieldData(type=field.data_type, field_name=field.name), field, [value])
        except _Unfit as exc:
            raise BadValue(row, field.name, exc.reason) from None


def check_value(field: FieldSchema, value: Any) -> None:
    """Raises BadValue for what does not fit in a field."""
    _encode_column(field, [value], 1)


def _fill_scalars(column: FieldData, field: FieldSchema, values: Column) -> None:
    kind, target = type_name(field.data_type), column.scalars
    if kind != "ARRAY":
        _extend(_scalars(target, kind, field), kind, field, values)
        return
    element = type_name(field.element_type)
    target.array_data.element_type = field.element_type
    target.array_data.SetInParent()
    for value in values:
        if not isinstance(value, list):
            raise _unfit("a list", value)
        if len(value) > int(params(field.type_params).get("max_capacity", len(value))):
            raise _Unfit(f"{len(value)} values are more than its max_capacity")
        _extend(_scalars(target.array_data.data.add(), element, field), element, field, value)


def _scalars(target: Any, kind: str, field: FieldSchema) -> Any:
    if kind not in SCALARS:
        raise InvalidInput(f"field {field.name!r}: values of type {kind} can't be written yet")
    array = getattr(target, SCALARS[kind])
    # A column without values still has its type: Milvus 2.3 crashes on one that has none.
    array.SetInParent()
    return array.data


def _extend(data: Any, kind: str, field: FieldSchema, values: Column) -> None:
    """Appends values that all fit; raises _Unfit for the first that does not."""
    if kind == "JSON":
        data.extend(list(map(_json_bytes, values)))
        return
    types = set(map(type, values))
    if kind == "BOOL" and not types <= {bool}:
        raise _unfit("true or false", next(each for each in values if type(each) is not bool))
    if kind == "VARCHAR":
        _check_texts(field, values, types)
    elif kind in INTEGERS:
        limit = 2 ** INTEGERS[kind]
        if not types <= {int} or (values and not -limit <= min(values) <= max(values) < limit):
            wrong = next(each for each in values if type(each) is not int or not -limit <= each < limit)
            raise _unfit(f"a whole number from {-limit} to {limit - 1}", wrong)
    elif kind in ("FLOAT", "DOUBLE"):
        _check_floats(kind, values, types)
    data.extend(values)


def _check_texts(field: FieldSchema, values: Column, types: set[type]) -> None:
    if not types <= {str} or not _is_encodable("".join(values)):
        raise _unfit("text", next(each for each in values if not isinstance(each, str) or not _is_encodable(each)))
    # Milvus counts bytes and Milvus Lite characters; what is too long only in bytes is left to the server.
    longest = int(params(field.type_params).get("max_length", 0))
    if longest and values and max(map(len, values)) > longest:
        length = next(len(each) for each in values if len(each) > longest)
        raise _Unfit(f"{length} characters are more than its max_length {longest}")


def _check_floats(kind: str, values: Column, types: set[type]) -> None:
    if not types <= {int, float}:
        raise _unfit("a number", next(each for each in values if type(each) not in (int, float)))
    code = "f" if kind == "FLOAT" else "d"
    try:
        struct.pack(f"<{len(values)}{code}", *values)
    except (OverflowError, struct.error):
        wrong = next(each for each in values if not _packs(code, each))
        raise _unfit(f"a number in the range of {kind}", wrong) from None


def _packs(code: str, value: float) -> bool:
    try:
        # Only with a byte order does it refuse a number that is too large.
        struct.pack(f"<{code}", value)
    except (OverflowError, struct.error):
        return False
    return True


def _is_encodable(text: str) -> bool:
    """Whether it has no lone surrogate, which UTF-8 has no place for."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _json_bytes(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise _unfit("JSON", value) from None
    except ValueError:
        raise _Unfit("JSON has no NaN and no Infinity") from None


def _unfit(wanted: str, value: Any) -> _Unfit:
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = text if _is_encodable(text) else json.dumps(value, default=str)
    return _Unfit(f"{wanted} is wanted, not {text if len(text) < 60 else text[:59] + '…'}")


def _fill_vectors(column: FieldData, field: FieldSchema, values: Column) -> None:
    kind = type_name(field.data_type)
    if kind == "SPARSE_FLOAT_VECTOR":
        column.vectors.sparse_float_vector.contents.extend([pack(field, value) for value in values])
        return
    column.vectors.dim = dimension(field)
    if isinstance(values, Packed) and len(values) and len(values[0]) == row_size(field):
        raw = values.data
    else:
        raw = b"".join([pack(field, value) for value in values])
    if kind == "FLOAT_VECTOR":
        fill_packed(column.vectors.float_vector, raw)
    else:
        setattr(column.vectors, kind.lower(), bytes(raw))


def dimension(field: FieldSchema) -> int:
    return int(params(field.type_params)["dim"])


def row_size(field: FieldSchema) -> int:
    """Bytes of a dense vector as it travels."""
    return dimension(field) * WIDTHS[type_name(field.data_type)] // 8


def dense_fields(schema: CollectionSchema) -> list[FieldSchema]:
    """Vector fields whose rows all have one size."""
    return [field for field in schema.fields if type_name(field.data_type) in WIDTHS]


def pack(field: FieldSchema, vector: Any) -> bytes:
    """A vector as it travels; what is bytes already stays. Raises _Unfit."""
    kind = type_name(field.data_type)
    if kind == "SPARSE_FLOAT_VECTOR":
        return vector if isinstance(vector, bytes) else _pack_sparse(vector)
    if kind not in WIDTHS:
        raise _Unfit(f"vectors of type {kind} can't be written yet")
    if isinstance(vector, bytes) and len(vector) == row_size(field):
        return vector
    size = dimension(field) // 8 if kind == "BINARY_VECTOR" else dimension(field)
    wanted = f"a list of {size} {'bytes' if kind == 'BINARY_VECTOR' else 'numbers'}"
    if not isinstance(vector, list) or len(vector) != size:
        given = f"{len(vector)} numbers" if isinstance(vector, list) else json.dumps(vector, default=str)[:40]
        raise _Unfit(f"{field.name!r} takes {wanted}, not {given}")
    if not {int, float}.issuperset(map(type, vector)):
        _refuse_element(field, next(each for each in vector if type(each) not in (int, float)))
    try:
        if kind == "BINARY_VECTOR":
            return bytes(vector)
        if kind == "BFLOAT16_VECTOR":
            return b"".join(map(bfloat16, vector))
        return struct.pack(f"<{size}{PACKED[kind]}", *vector)
    except (struct.error, TypeError, ValueError, OverflowError):
        _refuse_element(field, next(each for each in vector if not _fits(kind, each)))


def _fits(kind: str, element: float) -> bool:
    try:
        if kind == "BINARY_VECTOR":
            bytes([element])  # type: ignore[list-item]
        elif kind == "BFLOAT16_VECTOR":
            bfloat16(element)
        else:
            return _packs(PACKED[kind], element)
    except (struct.error, TypeError, ValueError, OverflowError):
        return False
    return True


def _refuse_element(field: FieldSchema, element: Any) -> NoReturn:
    text = json.dumps(element, default=str)[:40]
    raise _Unfit(f"{text} does not fit in {field.name!r}, a {type_name(field.data_type)}")


def _pack_sparse(vector: Any) -> bytes:
    try:
        entries = {int(index): float(value) for index, value in vector.items()}
        if len(entries) == len(vector) and bool not in map(type, vector.values()):
            return b"".join(struct.pack("<If", index, entries[index]) for index in sorted(entries))
    except (AttributeError, TypeError, ValueError, OverflowError, struct.error):
        pass
    raise _Unfit('a sparse vector is {"index": value, …}, each index once, from 0 to 2³²-1')


def _encode_dynamic(columns: Mapping[str, Column], count: int, fields: Sequence[FieldSchema]) -> FieldData:
    """What has no field of its own, as one JSON object a row; the column $meta holds such objects."""
    from .wire.schema_pb2 import DataType, FieldData

    names = {field.name for field in fields}
    extra = {name: values for name, values in columns.items() if name not in names and name != DYNAMIC}
    column = FieldData(type=DataType.JSON, field_name=DYNAMIC, is_dynamic=True)
    whole = columns.get(DYNAMIC) or [ABSENT] * count
    for row in range(count):
        own = {name: values[row] for name, values in extra.items() if values[row] is not ABSENT}
        meta = whole[row] if _is_there(whole[row]) else {}
        if not isinstance(meta, dict):
            raise BadValue(row, DYNAMIC, f"a JSON object is wanted, not {json.dumps(meta)[:40]}")
        try:
            column.scalars.json_data.data.append(_json_bytes({**meta, **own}))
        except _Unfit as exc:
            raise BadValue(row, "", exc.reason) from None
    return column


DYNAMIC = "$meta"
