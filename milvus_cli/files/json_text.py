"""Reads values of JSON, and lines, from a stream as they are needed. Knows nothing of rows."""

from __future__ import annotations

import codecs
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..text.repeated_keys import RepeatedKey, refuse_repeated_keys
from ..values.exact_json import decoder_of, exact_loads
from .readers import CONVERT, LONGEST, not_utf8, require_rows
from .sources import Source

BLOCK = 1 << 18
"""Bytes that are read at once, at the least."""

NEAR = 1 << 21
"""Bytes in which the end of a line, or of an object, is looked for before its parts are read one by one."""

TOO_LONG_FOR_64_BITS = re.compile(rb"[0-9]{20}")
SPACE = re.compile(rb"[ \t\r\n]*")
MARKS = re.compile(rb'\\.|["\[\]{}]', re.DOTALL)
"""What tells how deep a value is nested: brackets, and where the texts are that may have some."""

TOO_DEEP = "nested too deeply"

ESCAPE = 16
"""Characters of the longest part of a value that is an error while its end is missing: an escape, or a literal."""


class TooLong(Exception):
    """A value or a line does not end within the bytes that it may have."""


class Malformed(Exception):
    """What stands in the text is no JSON; `offset` is where, in bytes behind the start of the value."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


@dataclass(frozen=True)
class Unreadable:
    """Stands for a value that is whole, and can't be read: the reason, and its text."""

    reason: str
    text: str


@dataclass(frozen=True)
class Repeated(Unreadable):
    """An object that has a key twice, in itself or in what it holds, and what is left of it."""

    value: Any


def loads_exact() -> Callable[[bytes], Any]:
    """Parses JSON with every digit of whole numbers, by orjson where it is installed."""
    try:
        import orjson
    except ImportError:
        return exact_loads

    def loads(text: bytes) -> Any:
        # orjson makes floats of what has more than 64 bits, and knows no NaN.
        if TOO_LONG_FOR_64_BITS.search(text):
            return exact_loads(text)
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return exact_loads(text)

    return loads


class JsonText:
    """A text that is held only as far as the value at hand needs it.

    Values are found in the text as Latin-1, in which a character is a byte: JSON's own characters are the same in
    it, and where a value has others, its bytes are parsed once more.
    """

    def __init__(self, source: Source) -> None:
        self.name = source.place.name
        self.loads = loads_exact()
        self._read: Callable[[int], bytes] = getattr(source.stream, "read1", source.stream.read)
        self._failure: Exception | None = None
        self._scan: Any = None
        self._data = b""
        self._latin: str | None = None
        self._at = 0
        self._dropped = 0
        self._ended = False
        self.number = 1
        """The line that the next character stands in."""
        self._more()
        require_rows(self._data, source.place)
        self._at = len(codecs.BOM_UTF8) if self._data.startswith(codecs.BOM_UTF8) else 0

    @property
    def taken(self) -> int:
        """Bytes that were read as values or lines."""
        return self._dropped + self._at

    def line(self) -> bytes | None:
        """The rest of the line, empty at the end of the text; None where its end is far away."""
        seen = self._at
        while (end := self._data.find(b"\n", seen)) < 0 and not self._ended:
            left = len(self._data) - self._at
            if left >= NEAR:
                return None
            self._more()
            seen = self._at + left
        end = end + 1 or len(self._data)
        found = self._data[self._at : end]
        self._at = end
        self.number += found.endswith(b"\n")
        return found

    def back_to(self, taken: int) -> None:
        """Takes back the line or the value that was given last, which began behind so many bytes."""
        end, self._at = self._at, taken - self._dropped
        self.number -= self._data.count(b"\n", self._at, end)

    def skip_line(self) -> None:
        """Goes behind the end of the line, however far that is."""
        while self.line() is None:
            self._at = len(self._data)

    def peek(self) -> bytes:
        """The next character that is no white space; empty at the end."""
        while True:
            match = SPACE.match(self._data, self._at)
            self._go(match.end() if match else self._at)
            if self._at < len(self._data) or self._ended:
                return self._data[self._at : self._at + 1]
            self._more()

    def after_peek(self) -> bytes:
        """The character after that one, white space apart."""
        while True:
            match = SPACE.match(self._data, self._at + 1)
            end = match.end() if match else self._at
            if end < len(self._data) or self._ended:
                return self._data[end : end + 1]
            self._more()

    def advance(self) -> None:
        """Goes behind the character that was peeked at."""
        self._at += 1

    def require(self, mark: bytes) -> None:
        """Raises Malformed where something else follows."""
        if self.peek() != mark:
            raise Malformed(f"expected {mark.decode()!r}, got {self._what_follows(self._at)}", 0)
        self._at += 1

    def value(self, most: int = LONGEST) -> Any:
        """The next value, or an Unreadable. Raises Malformed; TooLong where it does not end within so many bytes."""
        self.peek()
        while True:
            end = self._end_of_value()
            if end is not None:
                break
            if len(self._data) - self._at >= most:
                raise TooLong
            self._more()
        value, stop = end
        if stop - self._at > most:
            raise TooLong
        raw = self._data[self._at : stop]
        self._go(stop)
        if isinstance(value, Unreadable):
            return value
        try:
            value = value if raw.isascii() else self.loads(raw)
            refuse_repeated_keys(raw, value)
        except RepeatedKey as exc:
            return Repeated(str(exc), raw.decode("utf-8", "backslashreplace"), value)
        except RecursionError:
            return Unreadable(TOO_DEEP, raw.decode("utf-8", "backslashreplace"))
        except UnicodeDecodeError as exc:
            return Unreadable(f"{not_utf8(exc)}: {CONVERT}", raw.decode("utf-8", "backslashreplace"))
        except ValueError as exc:
            return Unreadable(f"no JSON: {exc}", raw.decode("utf-8", "backslashreplace"))
        return value

    def _end_of_value(self) -> tuple[Any, int] | None:
        """The value at hand, and where it ends; None while more of the text is needed."""
        if self._latin is None:
            self._latin = self._data.decode("latin-1")
            decoder: Any = decoder_of(self._latin)
            self._scan = decoder.scan_once
        try:
            value, end = self._scan(self._latin, self._at)
        except RecursionError:
            return self._deep()
        except StopIteration as exc:
            at = int(exc.value)
            error = f"expected a value, got {self._what_follows(at)}"
        except json.JSONDecodeError as exc:
            error, at = exc.msg, exc.pos
            if exc.msg.startswith("Unterminated") and not self._ended:
                return None
        else:
            # A number may go on behind what has been read.
            return (value, end) if end < len(self._data) or self._ended else None
        if at + ESCAPE >= len(self._data) and not self._ended:
            return None
        raise Malformed(error, at - self._at)

    def _deep(self) -> tuple[Any, int] | None:
        """As `_end_of_value`, of what is nested too deeply for the parser: it is not read, but it has an end."""
        depth, inside = 0, False
        for found in MARKS.finditer(self._data, self._at):
            mark = found.group()
            inside ^= mark == b'"'
            depth += 0 if inside else (mark in b"[{") - (mark in b"]}")
            if not depth:
                text = self._data[self._at : found.end()].decode("utf-8", "backslashreplace")
                return Unreadable(TOO_DEEP, text), found.end()
        if self._ended:
            raise Malformed("it has no end", len(self._data) - self._at)
        return None

    def _what_follows(self, at: int) -> str:
        if at >= len(self._data):
            return "the end of the file"
        line = self._data[at : at + 40].split(b"\n", 1)[0]
        return repr(line.decode("utf-8", "replace").rstrip())

    def _go(self, end: int) -> None:
        self.number += self._data.count(b"\n", self._at, end)
        self._at = end

    def _more(self) -> None:
        # A value that is not complete is scanned again, so each time as much comes as there is already.
        rest = self._data[self._at :]
        data = self._block(max(BLOCK, len(rest)))
        self._dropped += self._at
        self._data, self._latin, self._at = rest + data, None, 0
        self._ended = not data

    def _block(self, size: int) -> bytes:
        """So many bytes, fewer at the end. What comes before a failure is given first: it may have whole rows."""
        if self._failure is not None:
            raise self._failure
        parts: list[bytes] = []
        try:
            while size > 0 and (part := self._read(size)):
                parts.append(part)
                size -= len(part)
        except (OSError, EOFError, zlib.error) as exc:
            if not parts:
                raise
            self._failure = exc
        return b"".join(parts)
