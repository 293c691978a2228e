"""Cuts texts into blocks of whole rows without reading the rows, so that several processes can read them.

An end of a block is only likely to be the end of a row: the reader of a block tells by `Source.cut` if it is not.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from ..errors import CliError
from . import row_stream
from .encodings import require_rows
from .sources import BUFFER, InputFile
from .text_layout import SEPARATED, TextLayout

LARGEST = 4
"""Maximum size of a block, in chunks; longer rows are left to a reader of the whole text."""
BEGIN = 64
"""Bytes that tell what a text is."""
SEPARATED_BY = re.compile(rb'"?sep=', re.IGNORECASE)
"""The beginning of a line that a reader takes for a part of the layout, if it is the first."""


@dataclass(frozen=True)
class Block:
    """A part of a text, and the number of lines before it."""

    data: bytes
    before: int
    lines: int

    def __add__(self, other: Block) -> Block:
        return Block(self.data + other.data, self.before, self.lines + other.lines)


class Blocks:
    """The blocks of a text, in order. `rest` is the part of it that does not come as blocks."""

    def __init__(self, file: InputFile, stream: BinaryIO, layout: TextLayout) -> None:
        self._file = file
        self._stream = stream
        self._is_separated = file.format in SEPARATED
        self._quote = layout.quote.encode() if self._is_separated else b""
        self._held = b""
        self.lines = 0
        """Lines of the blocks so far."""
        self.ended = False
        """Set when all blocks have come, or the rest was taken."""

    def __iter__(self) -> Iterator[Block]:
        """Ends where no end of a row is found within LARGEST chunks, with a rest."""
        size = row_stream.CHUNK_SIZE
        while not self.ended and size <= LARGEST * row_stream.CHUNK_SIZE:
            data = self._held + self._read(size - len(self._held))
            end = self._end_of_row(data) if len(data) == size else len(data)
            self.ended = len(data) < size
            self._held = data[end:]
            if end:
                block = self._block(data[:end])
                self.lines += block.lines
                yield block
            size = size * 2 if not end else row_stream.CHUNK_SIZE

    @property
    def rest(self) -> BinaryIO:
        """The text behind the last block; no further block comes."""
        self.ended = True
        return joined([self._held], self._stream)

    def _read(self, size: int) -> bytes:
        """Returns fewer bytes only at the end: compressed streams return what they have."""
        parts: list[bytes] = []
        while size > 0 and (part := self._stream.read(size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _block(self, data: bytes) -> Block:
        lines = data.count(b"\n")
        if self._is_separated:
            # A reader of CSV also ends lines at a carriage return alone.
            lines += data.count(b"\r") - data.count(b"\r\n")
        return Block(data, self.lines, lines)

    def _end_of_row(self, data: bytes) -> int:
        """Returns the likely end of the last whole row; 0 if there is none."""
        at = max(0, len(data) - BEGIN)
        quotes = data.count(self._quote, 0, at) if self._quote else 0
        while (line := data.rfind(b"\n", 0, at)) >= 0:
            quotes -= data.count(self._quote, line, at) if self._quote else 0
            at, end = line, line + 1
            is_likely = quotes % 2 == 0 if self._is_separated else _is_between_objects(data, end)
            if is_likely and self._may_begin(data[end : end + BEGIN]):
                return end
        return 0

    def _may_begin(self, data: bytes) -> bool:
        """Returns False for bytes that a reader understands differently at the beginning of a text."""
        try:
            require_rows(data, self._file)
        except CliError:
            return False
        return not data.startswith(codecs.BOM_UTF8) and not SEPARATED_BY.match(data)


def _is_between_objects(data: bytes, end: int) -> bool:
    return data.startswith(b"{", end) and data.endswith((b"}\n", b"}\r\n"), 0, end)


def joined(parts: Iterable[bytes], rest: BinaryIO | None = None) -> BinaryIO:
    """Returns a stream of some bytes, and of another stream behind them."""
    return cast(BinaryIO, io.BufferedReader(_Joined(parts, rest.read if rest else None), BUFFER))


class _Joined(io.RawIOBase):
    def __init__(self, parts: Iterable[bytes], read: Callable[[int], bytes] | None) -> None:
        self._parts = [memoryview(each) for each in parts if each]
        self._more = read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._parts and self._more:
            self._parts = [memoryview(self._more(len(buffer)))]
        if not self._parts:
            return 0
        part = self._parts[0]
        size = min(len(buffer), len(part))
        buffer[:size] = part[:size]
        self._parts[:1] = [part[size:]] if size < len(part) else []
        return size
