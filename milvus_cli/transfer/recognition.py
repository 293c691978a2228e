"""Recognizes the rows that an interrupted insert has read, where files have no identity (URLs, pipes)."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidInput
from ..files.row_stream import Chunk
from ..text.json import dump_json
from ..values.encode import ABSENT

DIGEST_SIZE = 16
"""Bytes of a digest."""


@dataclass(frozen=True)
class Earlier:
    """Position up to which an interrupted insert has read a table, and the digest up to there ("" if none was kept)."""

    line: int = 0
    digest: str = ""


class Witness:
    """Passes chunks through, and digests their rows one by one, however the chunks are cut.

    `name` and `hint` are for the error if the rows differ from those that came `earlier`.
    """

    def __init__(self, earlier: Earlier, name: str, hint: str) -> None:
        self._earlier = earlier
        self._changed = InvalidInput(f"{name} changed since an earlier insert was interrupted", hint=hint)
        self._hash = hashlib.blake2b(digest_size=DIGEST_SIZE)

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def watch(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        """Raises InvalidInput before the first chunk with new rows if the earlier rows differ or are missing."""
        end, last, known = self._earlier.line, 0, self._earlier.line == 0
        for chunk in chunks:
            if known or chunk.last <= end:
                self._add(chunk, 0, chunk.last)
            else:
                self._add(chunk, 0, end)
                # The insert stopped behind an existing row: if no row has that line, this is another text.
                last = max([last, *(line for line in _positions(chunk) if line <= end)])
                self._require_known(last)
                known = True
                self._add(chunk, end, chunk.last)
            last = max(last, chunk.last)
            yield chunk
        if not known:
            self._require_known(last)

    def _require_known(self, last: int) -> None:
        if last < self._earlier.line or self._earlier.digest not in ("", self.digest):
            raise self._changed

    def _add(self, chunk: Chunk, after: int, end: int) -> None:
        """Digests the rows after one line and up to another, in order."""
        names = sorted(chunk.columns)
        rows = zip(*(chunk.columns[name] for name in names), strict=True) if names else iter(() for _ in chunk.lines)
        found = [
            (line, _row_bytes(names, row)) for line, row in zip(chunk.lines, rows, strict=True) if after < line <= end
        ]
        if bad := [(each.line, _value_bytes(each.row)) for each in chunk.bad if after < each.line <= end]:
            found = sorted([*found, *bad])
        for line, text in found:
            self._hash.update(b"%d %d " % (line, len(text)))
            self._hash.update(text)


def _positions(chunk: Chunk) -> Iterator[int]:
    yield from chunk.lines
    yield from (each.line for each in chunk.bad)


def _row_bytes(names: list[str], values: tuple[Any, ...]) -> bytes:
    """Skips absent values, because the columns of a chunk depend on its other rows."""
    pairs = zip(names, values, strict=True)
    return b"".join(b"%r:%b," % (name, _value_bytes(value)) for name, value in pairs if value is not ABSENT)


def _value_bytes(value: Any) -> bytes:
    """Returns equal bytes for equal values. Floats go in as they are, which takes a tenth of the time."""
    if type(value) is list and value and type(value[0]) is float:
        with suppress(TypeError, OverflowError):
            return array("d", value).tobytes()
    try:
        text = repr(value)
    except RecursionError:
        text = dump_json(value)
    return text.encode("utf-8", "surrogatepass")
