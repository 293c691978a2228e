"""Reads JSON values and lines from a stream on demand. Knows nothing of rows."""

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
from .encodings import not_decoded, require_rows
from .row_stream import ROW_LIMIT
from .sources import Source

READ_SIZE = 1 << 18
"""Minimum bytes read at once."""

NEAR = 1 << 21
"""Bytes within which a line or an object must end; longer ones are read member by member."""

TOO_LONG_FOR_64_BITS = re.compile(rb"[0-9]{20}")
SPACE = re.compile(rb"[ \t\r\n]*")
MARKS = re.compile(rb'\\.|["\[\]{}]', re.DOTALL)
"""Tokens that determine nesting: brackets, and the quotes and escapes of strings, which may contain brackets."""

TOO_DEEP = "nested too deeply"
MOST_MARKS = 1 << 16
"""Maximum of MARKS in a value that is nested too deeply, as they are found one by one, in 2 µs each."""

ESCAPE = 16
"""Characters of the longest token that is an error until its end is read: an escape or a literal."""


class TooLong(Exception):
    """A value or line is longer than its limit."""


class TooDeep(TooLong):
    """A value is nested too deeply, and too long to look for its end."""


class Malformed(Exception):
    """The text is not valid JSON; `offset` is in bytes from the start of the value."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


@dataclass(frozen=True)
class UnreadableValue:
    """A complete value that can't be read, with the reason and its text."""

    reason: str
    text: str


@dataclass(frozen=True)
class Repeated(UnreadableValue):
    """An object with a repeated key, in itself or in a nested object, and the value without the duplicates."""

    value: Any


def loads_exact() -> Callable[[bytes], Any]:
    """Returns a JSON parser that keeps every digit of whole numbers; it uses orjson if that is installed."""
    try:
        import orjson
    except ImportError:
        return exact_loads

    def loads(text: bytes) -> Any:
        # orjson turns integers beyond 64 bits into floats, and rejects NaN.
        if TOO_LONG_FOR_64_BITS.search(text):
            return exact_loads(text)
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return exact_loads(text)

    return loads


class JsonText:
    """A JSON text of which only as much is held as the current value needs.

    Values are scanned as Latin-1, where each byte is one character: JSON's own characters are the same in it. Values
    with other characters are parsed again from their bytes.
    """

    def __init__(self, source: Source) -> None:
        self.name = source.file.name
        self._source = source
        self._encoding = source.encoding
        self.loads = loads_exact()
        self._read: Callable[[int], bytes] = getattr(source.stream, "read1", source.stream.read)
        self._failure: Exception | None = None
        self._scan: Any = None
        self._data = b""
        self._latin: str | None = None
        self._at = 0
        self._dropped = 0
        self._ended = False
        self.number = source.before + 1
        """Line number of the next character."""
        self._more()
        require_rows(self._data, source.file)
        self._at = len(codecs.BOM_UTF8) if self._data.startswith(codecs.BOM_UTF8) else 0

    @property
    def taken(self) -> int:
        """Bytes consumed as values or lines."""
        return self._dropped + self._at

    def line(self) -> bytes | None:
        """Returns the rest of the line, empty at the end of the text; None if the line's end is more than NEAR away."""
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
        """Goes back to byte `taken`, the start of the last line or value returned."""
        end, self._at = self._at, taken - self._dropped
        self.number -= self._data.count(b"\n", self._at, end)

    def skip_line(self) -> None:
        """Skips to the next line, however long this one is."""
        while self.line() is None:
            self._at = len(self._data)

    def peek(self) -> bytes:
        """Returns the next non-space character without consuming it; empty at the end."""
        while True:
            match = SPACE.match(self._data, self._at)
            self._go(match.end() if match else self._at)
            if self._at < len(self._data) or self._ended:
                self._source.cut |= self._at == len(self._data)
                return self._data[self._at : self._at + 1]
            self._more()

    def after_peek(self) -> bytes:
        """Returns the non-space character after the next one."""
        while True:
            match = SPACE.match(self._data, self._at + 1)
            end = match.end() if match else self._at
            if end < len(self._data) or self._ended:
                return self._data[end : end + 1]
            self._more()

    def advance(self) -> None:
        """Consumes the character returned by `peek`."""
        self._at += 1

    def require(self, mark: bytes) -> None:
        """Consumes `mark`. Raises Malformed if something else follows."""
        if self.peek() != mark:
            raise Malformed(f"expected {mark.decode()!r}, got {self._what_follows(self._at)}", 0)
        self._at += 1

    def value(self, most: int = ROW_LIMIT) -> Any:
        """Returns the next value, or an Unreadable. Raises Malformed, or TooLong if it exceeds `most` bytes."""
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
        if isinstance(value, UnreadableValue):
            return value
        try:
            value = value if raw.isascii() else self.loads(raw)
            refuse_repeated_keys(raw, value)
        except RepeatedKey as exc:
            return Repeated(str(exc), raw.decode("utf-8", "backslashreplace"), value)
        except RecursionError:
            return UnreadableValue(TOO_DEEP, raw.decode("utf-8", "backslashreplace"))
        except UnicodeDecodeError as exc:
            return UnreadableValue(not_decoded(exc, self._encoding), raw.decode("utf-8", "backslashreplace"))
        except ValueError as exc:
            return UnreadableValue(f"not JSON: {exc}", raw.decode("utf-8", "backslashreplace"))
        return value

    def _end_of_value(self) -> tuple[Any, int] | None:
        """Returns the next value and its end; None if more text is needed."""
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
            if exc.msg.startswith("Unterminated") and self._may_continue():
                return None
        else:
            # A number may continue beyond the text read so far.
            return (value, end) if end < len(self._data) or self._ended else None
        if at + ESCAPE >= len(self._data) and self._may_continue():
            return None
        raise Malformed(error, at - self._at)

    def _deep(self) -> tuple[Any, int] | None:
        """Like `_end_of_value`, for a value nested too deeply for the parser: finds only its end."""
        depth, inside = 0, False
        for count, found in enumerate(MARKS.finditer(self._data, self._at)):
            if count == MOST_MARKS:
                raise TooDeep
            mark = found.group()
            inside ^= mark == b'"'
            depth += 0 if inside else (mark in b"[{") - (mark in b"]}")
            if not depth:
                text = self._data[self._at : found.end()].decode("utf-8", "backslashreplace")
                return UnreadableValue(TOO_DEEP, text), found.end()
        if self._may_continue():
            return None
        raise Malformed("it has no end", len(self._data) - self._at)

    def _may_continue(self) -> bool:
        """Returns True unless the text is read to its end, which then is within a value."""
        self._source.cut |= self._ended
        return not self._ended

    def _what_follows(self, at: int) -> str:
        if at >= len(self._data):
            return "the end of the file"
        line = self._data[at : at + 40].split(b"\n", 1)[0]
        return repr(line.decode("utf-8", "replace").rstrip())

    def _go(self, end: int) -> None:
        self.number += self._data.count(b"\n", self._at, end)
        self._at = end

    def _more(self) -> None:
        # An incomplete value is scanned again, so each read doubles the text.
        rest = self._data[self._at :]
        data = self._block(max(READ_SIZE, len(rest)))
        self._dropped += self._at
        self._data, self._latin, self._at = rest + data, None, 0
        self._ended = not data

    def _block(self, size: int) -> bytes:
        """Reads `size` bytes, fewer at the end. Data before a failure is returned first: it may contain whole rows."""
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
