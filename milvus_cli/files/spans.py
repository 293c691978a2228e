"""Reads a file that lies within another one uncompressed, such as a member of a tar file, without extracting it."""

from __future__ import annotations

import errno
import io
import os
import stat
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Span:
    """The bytes of a file that hold another one, whose name is `name`.

    `state` is the `state_of` the file around it when the span was found.
    """

    name: str
    start: int
    size: int
    state: str


def state_of(found: os.stat_result) -> str:
    """Identifies the state of a file; empty for pipes and devices."""
    if not stat.S_ISREG(found.st_mode):
        return ""
    return f"{found.st_dev}:{found.st_ino}:{found.st_size}:{found.st_mtime_ns}"


class SpanStream(io.RawIOBase):
    """The bytes of a span, as if they were a file. `size` is their number.

    Raises OSError if the file around it can't be read, or has changed since the span was found.
    """

    def __init__(self, path: str, span: Span) -> None:
        super().__init__()
        self.size = span.size
        self._start, self._position = span.start, 0
        self._file = os.open(path, os.O_RDONLY)
        if state_of(os.fstat(self._file)) != span.state:
            self.close()
            raise OSError(errno.ESTALE, "it changed while it was read", path)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), max(0, self.size - self._position))
        if not wanted:
            return 0
        found = os.pread(self._file, wanted, self._start + self._position)
        if not found:
            raise OSError(errno.ESTALE, "it changed while it was read")
        buffer[: len(found)] = found
        self._position += len(found)
        return len(found)

    def close(self) -> None:
        if not self.closed:
            os.close(self._file)
        super().close()
