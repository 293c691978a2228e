"""Rows to Milvus's columns. Vectors go as packed little-endian numbers, row after row."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from ..errors import InvalidInput
from ..names import nearest
from .floats import bfloat16
from .schema import params, type_name

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

ATTRIBUTES = {
    "BINARY_VECTOR": "binary_vector",
    "FLOAT16_VECTOR": "float16_vector",
    "BFLOAT16_VECTOR": "bfloat16_vector",
    "INT8_VECTOR": "int8_vector",
}


def encode_rows(rows: Sequence[Row], schema: CollectionSchema, *, upsert: bool = False) -> list[FieldData]:
    """Columns of all rows, in the schema's order.

    Raises InvalidInput, naming row and field, for values that don't fit, are missing, or have no field.
    """
    fields = [field for field in schema.fields if not _is_given_by_server(field, rows, upsert=upsert)]
    _refuse_unknown(rows, fields, schema)
    columns = [_encode_column(field, rows) for field in fields]
    if schema.enable_dynamic_field:
        columns.append(_encode_dynamic(rows, fields))
    return columns


def encode_vectors(vectors: Sequence[Any], field: FieldSchema) -> bytes:
    """Query vectors of a field as a serialized PlaceholderGroup."""
    from .wire.common_pb2 import PlaceholderGroup, PlaceholderValue

    values = [_pack(field, vector, f"query vector {number}") for number, vector in enumerate(vectors, start=1)]
    # A placeholder's type has the number of the field's type.
    value = PlaceholderValue(tag="$0", type=field.data_type, values=values)  # type: ignore[arg-type]
    return PlaceholderGroup(placeholders=[value]).SerializeToString()


def _is_given_by_server(field: FieldSchema, rows: Sequence[Row], *, upsert: bool) -> bool:
    """An auto id that a row has all the same goes out too: newer servers may take it, and the others say why not."""
    is_auto_id = field.autoID and not upsert and not any(field.name in row for row in rows)
    return field.is_function_output or field.is_dynamic or is_auto_id


def _refuse_unknown(rows: Sequence[Row], fields: Sequence[FieldSchema], schema: CollectionSchema) -> None:
    names = [field.name for field in fields]
    computed = [field.name for field in schema.fields if field.is_function_output]
    for number, row in enumerate(rows, start=1):
        for name in row:
            if name in computed:
                raise InvalidInput(f"row {number}, field {name!r}: Milvus computes it", hint="leave it out")
            if name not in names and not schema.enable_dynamic_field:
                raise InvalidInput(f"row {number}: {schema.name} has no field {name!r}",
                                   hint=nearest(name, names) or f"fields: {', '.join(names)}")  # fmt: skip


def _encode_column(field: FieldSchema, rows: Sequence[Row]) -> FieldData:
    from .wire.schema_pb2 import FieldData

    column = FieldData(type=field.data_type, field_name=field.name)
    present = list(_present(field, rows))
    if field.nullable or field.HasField("default_value"):
        column.valid_data.extend(name is not None for name in (row.get(field.name) for row in rows))
    if type_name(field.data_type).endswith("_VECTOR"):
        _fill_vectors(column, field, present)
    else:
        _fill_scalars(column.scalars, field, present)
    return column


def _present(field: FieldSchema, rows: Sequence[Row]) -> Iterator[tuple[str, Any]]:
    """The values that are there, each with where it stands; a null that the field can't take is an error."""
    for number, row in enumerate(rows, start=1):
        value, where = row.get(field.name), f"row {number}, field {field.name!r}"
        if value is not None:
            yield where, value
        elif not field.nullable and not field.HasField("default_value"):
            raise InvalidInput(f"{where} is missing", hint=f"it is {type_name(field.data_type)} and takes no null")


def _fill_scalars(target: Any, field: FieldSchema, present: Sequence[tuple[str, Any]]) -> None:
    kind = type_name(field.data_type)
    if kind == "ARRAY":
        element = type_name(field.element_type)
        target.array_data.element_type = field.element_type
        for where, value in present:
            if not isinstance(value, list):
                raise _unfit(where, "a list", value)
            data = _scalars(target.array_data.data.add(), element, field)
            data.extend(_checked(element, where, each) for each in value)
        if not present:
            target.array_data.SetInParent()
        return
    data = _scalars(target, kind, field)
    data.extend(_checked(kind, where, value) for where, value in present)


def _scalars(target: Any, kind: str, field: FieldSchema) -> Any:
    if kind not in SCALARS:
        raise InvalidInput(f"field {field.name!r}: values of type {kind} can't be written yet")
    array = getattr(target, SCALARS[kind])
    # A column without values still has its type: Milvus 2.3 crashes on one that has none.
    array.SetInParent()
    return array.data


def _checked(kind: str, where: str, value: Any) -> Any:
    if kind == "JSON":
        return _json_bytes(value, where)
    if kind == "BOOL" and not isinstance(value, bool):
        raise _unfit(where, "true or false", value)
    if kind == "VARCHAR" and not (isinstance(value, str) and _is_encodable(value)):
        raise _unfit(where, "text", value)
    if kind in INTEGERS:
        limit = 2 ** INTEGERS[kind]
        if not isinstance(value, int) or isinstance(value, bool) or not -limit <= value < limit:
            raise _unfit(where, f"a whole number from {-limit} to {limit - 1}", value)
    if kind in ("FLOAT", "DOUBLE"):
        return _checked_float(kind, where, value)
    return value


def _checked_float(kind: str, where: str, value: Any) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise _unfit(where, "a number", value)
    try:
        struct.pack("<f" if kind == "FLOAT" else "<d", value)
    except (OverflowError, struct.error):
        raise _unfit(where, f"a number in the range of {kind}", value) from None
    return value


def _is_encodable(text: str) -> bool:
    """Whether it has no lone surrogate, which UTF-8 has no place for."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _json_bytes(value: Any, where: str) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise _unfit(where, "JSON", value) from None
    except ValueError as exc:
        raise InvalidInput(f"{where}: JSON has no NaN and no Infinity") from exc


def _unfit(where: str, wanted: str, value: Any) -> InvalidInput:
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = text if _is_encodable(text) else json.dumps(value, default=str)
    return InvalidInput(f"{where}: {wanted} is wanted, not {text if len(text) < 60 else text[:59] + '…'}")


def _fill_vectors(column: FieldData, field: FieldSchema, present: Sequence[tuple[str, Any]]) -> None:
    kind = type_name(field.data_type)
    packed = [_pack(field, value, where) for where, value in present]
    if kind == "SPARSE_FLOAT_VECTOR":
        column.vectors.sparse_float_vector.contents.extend(packed)
        return
    column.vectors.dim = _dimension(field)
    raw = b"".join(packed)
    if kind == "FLOAT_VECTOR":
        # Parsing a packed field costs a third of appending its numbers one by one.
        column.vectors.float_vector.ParseFromString(b"\x0a" + _varint(len(raw)) + raw)
    else:
        setattr(column.vectors, ATTRIBUTES[kind], raw)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def _dimension(field: FieldSchema) -> int:
    return int(params(field.type_params)["dim"])


def _pack(field: FieldSchema, vector: Any, where: str) -> bytes:
    kind = type_name(field.data_type)
    if kind == "SPARSE_FLOAT_VECTOR":
        return _pack_sparse(vector, where)
    size = _dimension(field) // 8 if kind == "BINARY_VECTOR" else _dimension(field)
    wanted = f"a list of {size} {'bytes' if kind == 'BINARY_VECTOR' else 'numbers'}"
    if not isinstance(vector, list) or len(vector) != size:
        given = f"{len(vector)} numbers" if isinstance(vector, list) else json.dumps(vector, default=str)[:40]
        raise InvalidInput(f"{where}: {field.name!r} takes {wanted}, not {given}")
    if kind not in PACKED and kind not in ATTRIBUTES:
        raise InvalidInput(f"{where}: vectors of type {kind} can't be written yet")
    if not {int, float}.issuperset(map(type, vector)):
        _refuse_element(where, field, next(each for each in vector if type(each) not in (int, float)))
    try:
        if kind == "BINARY_VECTOR":
            return bytes(vector)
        if kind == "BFLOAT16_VECTOR":
            return b"".join(map(bfloat16, vector))
        return struct.pack(f"<{size}{PACKED[kind]}", *vector)
    except (struct.error, TypeError, ValueError, OverflowError):
        _refuse_element(where, field, next(each for each in vector if not _fits(kind, each)))


def _fits(kind: str, element: float) -> bool:
    try:
        if kind == "BINARY_VECTOR":
            bytes([element])  # type: ignore[list-item]
        elif kind == "BFLOAT16_VECTOR":
            bfloat16(element)
        else:
            # Only with a byte order does it refuse a number that is too large.
            struct.pack(f"<{PACKED[kind]}", element)
    except (struct.error, TypeError, ValueError, OverflowError):
        return False
    return True


def _refuse_element(where: str, field: FieldSchema, element: Any) -> NoReturn:
    text = json.dumps(element, default=str)[:40]
    raise InvalidInput(f"{where}: {text} does not fit in {field.name!r}, a {type_name(field.data_type)}")


def _pack_sparse(vector: Any, where: str) -> bytes:
    try:
        entries = {int(index): float(value) for index, value in vector.items()}
        if len(entries) == len(vector) and bool not in map(type, vector.values()):
            return b"".join(struct.pack("<If", index, entries[index]) for index in sorted(entries))
    except (AttributeError, TypeError, ValueError, OverflowError, struct.error):
        pass
    raise InvalidInput(f'{where}: a sparse vector is {{"index": value, …}}, each index once, from 0 to 2³²-1')


def _encode_dynamic(rows: Sequence[Row], fields: Sequence[FieldSchema]) -> FieldData:
    """What has no field of its own, as one JSON object a row."""
    from .wire.schema_pb2 import DataType, FieldData

    names = {field.name for field in fields}
    column = FieldData(type=DataType.JSON, field_name="$meta", is_dynamic=True)
    column.scalars.json_data.data.extend(
        _json_bytes({name: value for name, value in row.items() if name not in names}, f"row {number}")
        for number, row in enumerate(rows, start=1)
    )
    return column
