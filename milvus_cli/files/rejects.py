"""Writes rejected rows to a file, and keeps the first few for display."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from io import FileIO
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..errors import CliError
from ..text.unwritable import unwritable
from .rejects_format import rejected_line
from .row_stream import RejectedRow

if TYPE_CHECKING:
    from ..schema.schema import Field

SHOWN_ROWS = 10


class Rejects:
    """Writes one JSON line per rejected row: file, line or row_number, column, reason and row.

    Without a path it only keeps `shown`.
    """

    def __init__(self, path: str | None, *, fields: Mapping[str, Field] = MappingProxyType({}), size: int = 0) -> None:
        self._path = path
        self._fields = fields
        self._size = size
        self.shown: list[str] = []
        self._file: FileIO | None = None
        self._seekable = False
        if path:
            try:
                # Unbuffered, so that data that failed to be written is not written again on close.
                self._file = FileIO(os.open(path, os.O_WRONLY | (0 if size else os.O_CREAT), 0o666), "w")
                # A device or pipe can only be appended to.
                self._seekable = stat.S_ISREG(os.fstat(self._file.fileno()).st_mode)
            except OSError as exc:
                raise self._failed(exc) from exc

    def begin(self) -> None:
        """Drops the content of an earlier job. Called once rows were read, so that a job that never begins keeps it."""
        if self._file is not None and self._seekable:
            self._file.truncate(self._size)

    def add(self, name: str, bad: Sequence[RejectedRow], *, at: int) -> int:
        """Writes rows at position `at` of the file; returns the file's new size."""
        for each in bad:
            if len(self.shown) < SHOWN_ROWS:
                self.shown.append(rejection_text(name, each))
        if self._file is None:
            return 0
        data = b"".join(rejected_line(name, each, self._fields) for each in bad)
        end = at + len(data)
        try:
            if self._seekable:
                self._file.seek(at)
            while data:
                data = data[self._file.write(data) :]
            return end
        except OSError as exc:
            raise self._failed(exc) from exc

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _failed(self, error: OSError) -> CliError:
        return unwritable(self._path, error, hint="make room; then run the same command with --resume to continue")


def rejection_text(name: str, bad: RejectedRow) -> str:
    """Formats a rejected row: file, line or row, column and reason."""
    column = f", column {bad.field!r}" if bad.field else ""
    return f"{name}, {bad.unit} {bad.line}{column}: {bad.reason}"
