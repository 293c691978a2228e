"""Reads NPY files from any stream, without numpy: one or two dimensions, little-endian, C order.

The format is numpy.lib.format's: magic, version, header length, a Python literal of a dict, then the data.
"""

from __future__ import annotations

import ast
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

from ..errors import CliError
from ..text.timestamps import beyond_calendars, instant
from .arrow_plain import DAY, FRACTION_DIGITS, duration_text, far_moment

NPY_MAGIC = b"\x93NUMPY"
LONGEST_HEADER = 1 << 16
LONGEST_TYPE = 12
LONGEST_SIDE = 2**63 - 1
NPY_ROW_LIMIT = 64 << 20
"""Bytes; larger rows fit in no message to a server."""
BLOCK_SIZE = 1 << 20
"""Maximum bytes of a block, unless a single row is larger."""

NUMBER_CODES = {
    "|b1": "?",
    "|i1": "b",
    "|u1": "B",
    "<i2": "h",
    "<u2": "H",
    "<i4": "i",
    "<u4": "I",
    "<i8": "q",
    "<u8": "Q",
    "<f2": "e",
    "<f4": "f",
    "<f8": "d",
}
"""struct's codes of the number types. `<U7` is text of 7 characters."""
NOT_A_TIME = -(2**63)
HINTS = {
    "O": "save an array of numbers or of texts (dtype str)",
    "S": "save text: array.astype(str)",
    "c": "save two arrays: array.real and array.imag",
    "f": "save array.astype('<f8')",
    "M": "save array.astype('<M8[s]'), or '<M8[D]' for dates",
    "m": "save array.astype('<m8[s]')",
}
"""Arrays to save in place of unreadable ones, by NumPy's kind of type."""


@dataclass(frozen=True)
class NpyArray:
    """An array whose data start at the position of `stream`; `name` is for messages."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    stream: BinaryIO

    @property
    def length(self) -> int:
        """Number of rows."""
        return self.shape[0]

    @property
    def width(self) -> int:
        """Numbers per row, 1 if the array has one dimension."""
        return self.shape[1] if len(self.shape) > 1 else 1

    @property
    def item_size(self) -> int:
        size = int(self.dtype[2:].partition("[")[0])
        return 4 * size if self.dtype[1] == "U" else size

    @property
    def row_size(self) -> int:
        return self.width * self.item_size

    def blocks(self, rows: int = 0) -> Iterator[bytes]:
        """Yields the data in blocks of `rows` whole rows. Raises CliError if the stream ends early."""
        rows, left = rows or max(1, BLOCK_SIZE // max(1, self.row_size)), self.length
        while left:
            wanted = min(rows, left)
            block = _read_bytes(self.stream, wanted * self.row_size)
            if len(block) != wanted * self.row_size:
                has = self.length - left + len(block) // self.row_size
                raise CliError(f"{self.name} is cut off: it has {has:,} of {self.length:,} rows")
            left -= wanted
            yield block
        if self.stream.read(1):
            raise CliError(f"{self.name} has data beyond its {self.length:,} rows")

    def next_rows(self, count: int) -> bytes:
        """Reads the data of the next rows. Raises CliError if the stream ends early."""
        block = _read_bytes(self.stream, count * self.row_size)
        if len(block) != count * self.row_size:
            raise CliError(f"{self.name} is cut off: it has fewer than its {self.length:,} rows")
        return block

    def values(self, block: bytes) -> list[Any]:
        """Returns the rows of a block: lists, or single values if the array has one dimension."""
        numbers: list[Any]
        if self.dtype[1] == "U":
            size = self.item_size
            cells = (block[start : start + size] for start in range(0, len(block), size or 1))
            try:
                numbers = [cell.decode("utf-32-le").rstrip("\0") for cell in cells]
            except UnicodeDecodeError as exc:
                raise CliError(f"{self.name} holds text that is not UTF-32") from exc
        else:
            code = NUMBER_CODES.get(self.dtype, "q")
            numbers = list(struct.unpack(f"<{len(block) // self.item_size}{code}", block))
        if text := TIME_TEXTS.get(self.dtype):
            numbers = [None if each == NOT_A_TIME else text(each) for each in numbers]
        if len(self.shape) == 1:
            return numbers
        return [numbers[start : start + self.width] for start in range(0, len(numbers), self.width)]

    def rows(self) -> Iterator[Any]:
        for block in self.blocks():
            yield from self.values(block)


def read_npy(stream: BinaryIO, name: str) -> NpyArray:
    """Reads the header. Raises CliError, with `name`, if it is not an NPY file or has an unsupported type or shape."""
    header = _read_header(stream, name)
    dtype, shape = header["descr"], header["shape"]
    if not isinstance(dtype, str) or not _is_readable(dtype):
        held = "Python objects" if dtype == "|O" else repr(dtype)[:60]
        raise CliError(f"{name} holds {held}", hint=_readable_type(dtype))
    if header["fortran_order"] and len(shape) > 1:
        raise CliError(f"{name} is in Fortran order", hint="save numpy.ascontiguousarray(array)")
    if not all(type(each) is int and 0 <= each <= LONGEST_SIDE for each in shape):
        raise CliError(f"{name} is not an NPY file: invalid shape in its header")
    if len(shape) not in (1, 2) or 0 in shape[1:]:
        raise CliError(
            f"{name} has the shape {str(shape)[:60]}", hint="one dimension is for numbers, two are for vectors"
        )
    array = NpyArray(name, dtype, shape, stream)
    if array.row_size > NPY_ROW_LIMIT:
        raise CliError(
            f"{name}: a row has {array.row_size:,} bytes, more than {NPY_ROW_LIMIT:,}",
            hint="write a row for each entity: (rows, dimension)",
        )
    return array


def _is_readable(dtype: str) -> bool:
    if len(dtype) > LONGEST_TYPE:
        return False
    is_text = dtype[:2] == "<U" and dtype[2:].strip("0123456789") == "" < dtype[2:].lstrip("0")
    return is_text or dtype in NUMBER_CODES or dtype in TIME_TEXTS


def _readable_type(dtype: Any) -> str:
    """Returns a hint for an unreadable type: what to save in its place."""
    if isinstance(dtype, list):
        return "save each field as an array of its own: array['name']"
    if isinstance(dtype, str) and dtype[:1] == ">" and _is_readable(f"<{dtype[1:]}"):
        return f"save array.astype('<{dtype[1:]}')"
    known = ", ".join(each[1:] for each in (*NUMBER_CODES, *TIME_TEXTS))
    return HINTS.get(str(dtype)[1:2], f"little-endian {known} and text (U) can be read")


def _date_text(days: int) -> Any:
    """Returns ISO 8601 text; `NotJson` outside its years."""
    text = instant(days * DAY * 10**6)
    return text.partition("T")[0] if isinstance(text, str) else beyond_calendars(days)


def _timestamp_text(value: int, digits: int) -> Any:
    """Returns ISO 8601 text with all digits, in UTC; `NotJson` outside its years."""
    seconds, rest = divmod(value, 10**digits)
    whole = instant(seconds * 10**6)
    if not isinstance(whole, str):
        return far_moment(value, digits, "Z")
    whole = whole.removesuffix("Z")
    return f"{whole}.{rest:0{digits}}Z" if rest else f"{whole}Z"


TIME_TEXTS: Mapping[str, Callable[[int], Any]] = {
    "<M8[D]": _date_text,
    **{f"<M8[{unit}]": partial(_timestamp_text, digits=digits) for unit, digits in FRACTION_DIGITS.items()},
    **{f"<m8[{unit}]": partial(duration_text, digits=digits) for unit, digits in FRACTION_DIGITS.items()},
}
"""Writers of dates, timestamps and durations, as Parquet files are read, by NumPy's type."""


def _read_header(stream: BinaryIO, name: str) -> dict[str, Any]:
    start = _read_bytes(stream, 8)
    size = {1: 2, 2: 4, 3: 4}.get(start[6], 0) if len(start) == 8 and start[:6] == NPY_MAGIC else 0
    length = int.from_bytes(_read_bytes(stream, size), "little")
    if not size or length > LONGEST_HEADER:
        raise CliError(f"{name} is not an NPY file")
    try:
        header = ast.literal_eval(_read_bytes(stream, length).decode("utf-8" if start[6] == 3 else "latin-1"))
        if header.keys() >= {"descr", "fortran_order", "shape"} and isinstance(header["shape"], tuple):
            return dict(header)
    except (ValueError, SyntaxError, TypeError, AttributeError, MemoryError, RecursionError):
        pass
    raise CliError(f"{name} is not an NPY file: its header can't be read")


def _read_bytes(stream: BinaryIO, size: int) -> bytes:
    """Reads `size` bytes, fewer only at the end; a pipe may return less at once."""
    found = stream.read(size)
    if len(found) in (0, size):
        return found
    parts, missing = [found], size - len(found)
    while missing and (more := stream.read(missing)):
        parts.append(more)
        missing -= len(more)
    return b"".join(parts)
