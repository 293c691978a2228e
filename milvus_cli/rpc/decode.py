"""Milvus's columns to values. Vectors come as packed little-endian numbers, row after row."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import CliError
from .floats import bfloat16, float32_rows, packed, shortest, shortest_of
from .schema import type_name

if TYPE_CHECKING:
    from .wire.schema_pb2 import FieldData


def decode_column(column: FieldData) -> list[Any]:
    """The values of a column: JSON's types, floats of 32 and 16 bits as the shortest number that is the same float.

    Raises CliError, naming the field, for a type that this program does not know.
    """
    kind, content = type_name(column.type), column.WhichOneof("field")
    if content == "vectors":
        values = _decode_vectors(kind, column)
    elif content == "scalars" or content is None:
        values = _decode_scalars(column.scalars)
    else:
        raise _unknown(kind, column)
    return with_nulls(values, column.valid_data)


def _decode_scalars(scalars: Any) -> list[Any]:
    source = scalars.WhichOneof("data")
    if source is None:
        return []
    if source == "array_data":
        return [_decode_scalars(each) for each in scalars.array_data.data]
    data = getattr(scalars, source).data
    if source == "json_data":
        return [_decode_json(each) for each in data]
    if source == "float_data":
        return [shortest(each) for each in data]
    if source in ("bytes_data", "geometry_data"):
        return [each.hex() for each in data]
    return list(data)


def _decode_json(raw: bytes) -> Any:
    """Text where it is no JSON; nothing at the place of a null."""
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode("utf-8", "backslashreplace")


def _decode_vectors(kind: str, column: FieldData) -> list[Any]:
    vectors = column.vectors
    decoders: dict[str, Callable[[], list[Any]]] = {
        "FLOAT_VECTOR": lambda: float32_rows(packed(vectors.float_vector), vectors.dim),
        "FLOAT16_VECTOR": lambda: _chunks(_unpack_float16(vectors.float16_vector), vectors.dim),
        "BFLOAT16_VECTOR": lambda: _chunks(_unpack_bfloat16(vectors.bfloat16_vector), vectors.dim),
        "INT8_VECTOR": lambda: _chunks(list(memoryview(vectors.int8_vector).cast("b")), vectors.dim),
        "BINARY_VECTOR": lambda: _chunks(list(vectors.binary_vector), vectors.dim // 8),
        "SPARSE_FLOAT_VECTOR": lambda: [_unpack_sparse(each) for each in vectors.sparse_float_vector.contents],
    }
    if kind not in decoders:
        raise _unknown(kind, column)
    return decoders[kind]()


def _unknown(kind: str, column: FieldData) -> CliError:
    message = f"field {column.field_name!r}: values of type {kind} can't be shown yet"
    return CliError(message, hint="leave it out with --fields")


def _chunks(values: list[Any], size: int) -> list[Any]:
    return [values[start : start + size] for start in range(0, len(values), size or 1)]


def _unpack_float16(raw: bytes) -> list[float]:
    numbers = struct.unpack(f"<{len(raw) // 2}e", raw)
    return [shortest_of(each, 1, 5, lambda number: struct.pack("<e", number)) for each in numbers]


def _unpack_bfloat16(raw: bytes) -> list[float]:
    halves = struct.unpack(f"<{len(raw) // 2}H", raw)
    numbers = struct.unpack(f"<{len(halves)}f", struct.pack(f"<{len(halves)}I", *(half << 16 for half in halves)))
    return [shortest_of(each, 1, 4, bfloat16) for each in numbers]


def _unpack_sparse(raw: bytes) -> dict[str, float]:
    return {str(index): shortest(value) for index, value in struct.iter_unpack("<If", raw)}


def with_nulls(values: Sequence[Any], valid: Sequence[bool]) -> list[Any]:
    """Servers send either all places with a mark for each, or only the values that are there."""
    if not valid:
        return list(values)
    if len(values) == len(valid):
        return [value if there else None for value, there in zip(values, valid, strict=True)]
    found = iter(values)
    return [next(found, None) if there else None for there in valid]
