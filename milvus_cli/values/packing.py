"""Encodes and decodes vectors: packed little-endian numbers, row after row; sparse ones as pairs of index and value."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, overload

from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema, VectorField
from ..errors import InvalidInput
from ..schema.kinds import FIELD_TYPES, ValueShape, shape_of
from ..schema.schema import WIDTHS, params, type_name
from ..text.beyond_json import Digits, NotJson
from ..text.floats import bfloat16, fill_packed, first_not_finite, float32_rows, packed, shortest, shortest_of
from ..text.numbers import not_finite_name
from .invalid import InvalidValue, as_json, unfit
from .scalars import named, packs, whole

LAST_INDEX = 2**32 - 2
"""Largest index of a sparse vector."""
UNFIT = (AttributeError, LookupError, TypeError, ValueError, OverflowError, struct.error)
"""Exceptions of the parts of something that is not a sparse vector."""


@dataclass(frozen=True)
class Packed(Sequence[bytes]):
    """A column of encoded vectors: `size` bytes per row, one row after the other."""

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


def dimension(field: FieldSchema) -> int:
    return int(params(field.type_params)["dim"])


def vector_kind(field: FieldSchema) -> str:
    """Returns the type of a field's vectors, also for lists of vectors."""
    kind = type_name(field.data_type)
    return kind if kind in FIELD_TYPES else type_name(field.element_type)


def row_size(field: FieldSchema) -> int:
    """Returns the bytes of an encoded dense vector."""
    return dimension(field) * WIDTHS[vector_kind(field)] // 8


def dense_fields(schema: CollectionSchema) -> list[FieldSchema]:
    """Returns the vector fields whose rows all have the same size."""
    return [field for field in schema.fields if type_name(field.data_type) in WIDTHS]


def pack_queries(vectors: Iterable[tuple[str, Any]], field: FieldSchema) -> list[bytes]:
    """Encodes query vectors for a field, each given with its place. Raises InvalidInput for an invalid one."""
    values = []
    for place, vector in vectors:
        try:
            values.append(pack(field, vector))
            require_finite(field, values[-1])
        except InvalidValue as exc:
            raise InvalidInput(f"{place}: {exc.reason}") from None
    return values


def fill_vectors(column: VectorField, field: FieldSchema, values: Sequence[Any]) -> None:
    """Encodes vectors into a column, or into one row of a list of vectors. Raises InvalidValue."""
    kind = vector_kind(field)
    if shape_of(kind) is ValueShape.SPARSE:
        column.sparse_float_vector.contents.extend(map(packer(field), values))
        return
    column.dim = dimension(field)
    if isinstance(values, Packed) and len(values) and len(values[0]) == row_size(field):
        raw = values.data
    else:
        raw = b"".join(map(packer(field), values))
    require_finite(field, raw)
    put_raw(column, FIELD_TYPES[kind].slot, raw)


def require_finite(field: FieldSchema, raw: bytes | memoryview) -> None:
    """Raises InvalidValue for NaN and infinities in encoded dense vectors.

    Milvus refuses them. Milvus Lite stores them, and its searches then return nonsense.
    """
    kind = FIELD_TYPES[vector_kind(field)]
    if kind.shape is ValueShape.SPARSE or kind.code in ("B", "b"):
        return
    found = first_not_finite(raw, kind.code)
    if found is not None:
        position, value = found
        what = f"number {position % dimension(field) + 1} is {not_finite_name(value)}"
        raise InvalidValue(f"invalid vector: {what}, expected finite numbers")


def put_raw(column: VectorField, slot: str, raw: bytes | memoryview) -> None:
    """Sets a column's content to packed numbers."""
    if slot == "float_vector":
        fill_packed(column.float_vector, raw)
    else:
        setattr(column, slot, bytes(raw))


def pack(field: FieldSchema, vector: Any) -> bytes:
    """Encodes a vector; bytes are taken as encoded. Raises InvalidValue."""
    return packer(field)(vector)


def packer(field: FieldSchema) -> Callable[[Any], bytes]:
    """Returns what encodes the vectors of a field: it reads the field's parameters once for all of them."""
    kind = vector_kind(field)
    if shape_of(kind) is ValueShape.SPARSE:
        return _pack_sparse
    code, in_bytes, width = FIELD_TYPES[kind].code, kind == "BINARY_VECTOR", row_size(field)
    size = dimension(field) // 8 if in_bytes else dimension(field)
    form = struct.Struct(f"<{size}{code}") if code else None

    def pack_dense(vector: Any) -> bytes:
        if isinstance(vector, bytes) and len(vector) == width:
            return vector
        numbers = _numbers(field, vector, f"{size} {'bytes' if in_bytes else 'numbers'}", size)
        if code in ("b", "B"):
            numbers = list(map(whole, numbers))
        try:
            return form.pack(*numbers) if form else b"".join(map(bfloat16, numbers))
        except (struct.error, OverflowError):
            _refuse_element(field, next(each for each in numbers if not _fits(code, each)))

    return pack_dense


def _numbers(field: FieldSchema, vector: Any, wanted: str, size: int) -> list[Any]:
    """Returns the numbers of a dense vector. Raises InvalidValue for another size, and for other elements."""
    if isinstance(vector, NotJson):
        raise InvalidValue(vector.reason)
    if not isinstance(vector, list) or len(vector) != size:
        given = f"{len(vector)} numbers" if isinstance(vector, list) else as_json(vector)[:40]
        raise InvalidValue(f"{field.name!r} takes a list of {wanted}, not {given}")
    if {int, float}.issuperset(map(type, vector)):
        return vector
    numbers = [named(each) for each in vector]
    if not {int, float}.issuperset(map(type, numbers)):
        _refuse_element(field, next(each for each in numbers if type(each) not in (int, float)))
    return numbers


def unpack(column: VectorField, slot: str) -> list[Any]:
    """Decodes the vectors of a column; floats have their shortest digits."""
    if slot == "float_vector":
        return float32_rows(packed(column.float_vector), column.dim)
    if slot == "sparse_float_vector":
        return [_unpack_sparse(each) for each in column.sparse_float_vector.contents]
    numbers = UNPACKERS[slot](getattr(column, slot))
    size = column.dim // 8 if slot == "binary_vector" else column.dim
    return [numbers[start : start + size] for start in range(0, len(numbers), size or 1)]


def unpack_one(field: FieldSchema, raw: bytes) -> Any:
    """Decodes one vector of a field."""
    slot = FIELD_TYPES[vector_kind(field)].slot
    column = VectorField(dim=dimension(field) if slot != "sparse_float_vector" else 0)
    if slot == "sparse_float_vector":
        column.sparse_float_vector.contents.append(raw)
    else:
        put_raw(column, slot, raw)
    return unpack(column, slot)[0]


def _fits(code: str, element: float) -> bool:
    if code:
        return packs(code, element)
    try:
        bfloat16(element)
    except (struct.error, OverflowError):
        return False
    return True


def _refuse_element(field: FieldSchema, element: Any) -> NoReturn:
    raise InvalidValue(f"{as_json(element)[:40]} does not fit in {field.name!r}, a {vector_kind(field)}")


def _pack_sparse(vector: Any) -> bytes:
    """Encodes {"index": value, …}, [[index, value], …], {"indices": […], "values": […]}, or a list of objects.

    Bytes are taken as encoded.
    """
    if isinstance(vector, bytes):
        return vector
    if isinstance(vector, NotJson):
        raise InvalidValue(vector.reason)
    try:
        pairs = _sparse_pairs(vector)
        entries = {_index(index): float(value) for index, value in pairs}
        if len(entries) == len(pairs) and bool not in (type(value) for _, value in pairs):
            if not all(map(math.isfinite, entries.values())):
                raise InvalidValue("invalid sparse vector: expected finite values")
            return b"".join(struct.pack("<If", index, entries[index]) for index in sorted(entries))
    except UNFIT:
        pass
    raise _unfit_sparse(vector)


def _unfit_sparse(vector: Any) -> InvalidValue:
    """Returns the reason why something is not a sparse vector."""
    if isinstance(vector, dict) and vector.keys() == {"indices", "values"}:
        sizes = [len(each) for each in vector.values() if isinstance(each, list)]
        if len(set(sizes)) == 2:
            given = f"{len(vector['values'])} for {len(vector['indices'])}"
            return InvalidValue(f"invalid sparse vector: expected as many values as indices, got {given}")
    form = InvalidValue('a sparse vector is {"index": value, …}, each index once, from 0 to 2³²-2')
    try:
        entries = [(_index(index), value) for index, value in _sparse_pairs(vector)]
    except UNFIT:
        return form
    index, value = next(((index, value) for index, value in entries if not _is_sparse_value(value)), (None, None))
    if index is None:
        return form
    is_large = isinstance(value, (int, float, Digits)) and not isinstance(value, bool)
    what = "a number in the range of a 32-bit float" if is_large else "a number"
    return InvalidValue(f"invalid sparse vector: {unfit(f'{what} at index {index}', value).reason}")


def _is_sparse_value(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and packs("f", float(value))
    except UNFIT:
        return False


def _sparse_pairs(vector: Any) -> list[tuple[Any, Any]]:
    if isinstance(vector, list):
        return [_sparse_pair(each) for each in vector]
    if set(vector) == {"indices", "values"}:
        return list(zip(vector["indices"], vector["values"], strict=True))
    return list(vector.items())


def _sparse_pair(pair: Any) -> tuple[Any, Any]:
    """Returns index and value of a pair, or of an object with these names, as Parquet's structs give it."""
    if not isinstance(pair, dict):
        index, value = pair
        return index, value
    return pair["index" if "index" in pair else "key"], pair["value"]


def _index(index: Any) -> int:
    """Parses an index. Raises ValueError for others; Milvus reserves the largest 32-bit number."""
    number = int(index)
    if (not isinstance(index, str) and number != index) or isinstance(index, bool) or not 0 <= number <= LAST_INDEX:
        raise ValueError(index)
    return number


def _unpack_sparse(raw: bytes) -> dict[str, float]:
    return {str(index): shortest(value) for index, value in struct.iter_unpack("<If", raw)}


def _unpack_float16(raw: bytes) -> list[float]:
    numbers = struct.unpack(f"<{len(raw) // 2}e", raw)
    return [shortest_of(each, 1, 5, lambda number: struct.pack("<e", number)) for each in numbers]


def _unpack_bfloat16(raw: bytes) -> list[float]:
    halves = struct.unpack(f"<{len(raw) // 2}H", raw)
    numbers = struct.unpack(f"<{len(halves)}f", struct.pack(f"<{len(halves)}I", *(half << 16 for half in halves)))
    return [shortest_of(each, 1, 4, bfloat16) for each in numbers]


UNPACKERS: Mapping[str, Callable[[bytes], list[Any]]] = {
    "binary_vector": list,
    "float16_vector": _unpack_float16,
    "bfloat16_vector": _unpack_bfloat16,
    "int8_vector": lambda raw: list(memoryview(raw).cast("b")),
}
"""Decoders of slots that hold bytes."""
