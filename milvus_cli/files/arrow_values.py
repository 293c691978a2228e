"""Builds Arrow arrays from buffers: pyarrow.array would import pandas if that is installed, which takes 35 MB."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Any

ARRAY_CODES = {"int8": "b", "int16": "h", "int32": "i", "int64": "q", "uint8": "B", "float": "f", "double": "d"}
"""Python's array type codes by Arrow's number types."""


def arrow_array(values: Sequence[Any], wanted: Any) -> Any:
    """Builds an array of numbers, booleans, texts, objects, or lists of these; None becomes null."""
    import pyarrow

    def made(buffers: list[Any], children: list[Any] | None = None) -> Any:
        nulls = _packed_bits([value is not None for value in values]) if None in values else None
        found = [None if each is None else pyarrow.py_buffer(each) for each in (nulls, *buffers)]
        return pyarrow.Array.from_buffers(wanted, len(values), found, children=children)

    if pyarrow.types.is_list(wanted):
        inner = list(chain.from_iterable(value or () for value in values))
        return made([_offsets(values)], [arrow_array(inner, wanted.value_type)])
    if pyarrow.types.is_struct(wanted):
        columns = ([None if value is None else value[field.name] for value in values] for field in wanted)
        return made([], [arrow_array(each, field.type) for each, field in zip(columns, wanted, strict=True)])
    if pyarrow.types.is_string(wanted):
        texts = [None if value is None else value.encode("utf-8", "surrogatepass") for value in values]
        return made([_offsets(texts), b"".join(filter(None, texts))])
    if pyarrow.types.is_boolean(wanted):
        return made([_packed_bits(values)])
    return made([array(ARRAY_CODES[str(wanted)], [0 if value is None else value for value in values])])


def arrow_lists(raw: memoryview, width: int, wanted: Any) -> Any:
    """Builds lists of `width` numbers each from raw bytes."""
    import pyarrow

    size = wanted.value_type.bit_width // 8
    rows = len(raw) // size // width
    numbers = pyarrow.Array.from_buffers(wanted.value_type, rows * width, [None, pyarrow.py_buffer(raw)])
    offsets = pyarrow.py_buffer(array("i", range(0, (rows + 1) * width, width)))
    return pyarrow.Array.from_buffers(wanted, rows, [None, offsets], children=[numbers])


def _offsets(values: Sequence[Any]) -> array[int]:
    """Returns the start of each value, and the end of the last."""
    return array("i", accumulate((len(value or ()) for value in values), initial=0))


def _packed_bits(values: Sequence[Any]) -> bytes:
    """Packs booleans into bits, the first in the lowest bit."""
    digits = "".join("1" if value else "0" for value in reversed(values))
    return int(digits or "0", 2).to_bytes((len(values) + 7) // 8, "little")
