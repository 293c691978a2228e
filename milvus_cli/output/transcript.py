"""A copy of what a shell shows, without colors, at the end of a file."""

from __future__ import annotations

import os
from contextlib import suppress

from ..text.unwritable import unwritable
from .values import COLOR_SEQUENCE


class Transcript:
    """An open file that gets each text at once."""

    def __init__(self, path: str) -> None:
        """Raises CliError for a file that can't be opened."""
        self._path = os.path.expanduser(path)
        try:
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        except OSError as exc:
            raise unwritable(path, exc) from exc

    def write(self, text: str) -> None:
        """Raises OSError."""
        data = COLOR_SEQUENCE.sub("", text).encode(errors="backslashreplace")
        while data:
            data = data[os.write(self._file, data) :]

    def close(self) -> str:
        """Returns the path."""
        with suppress(OSError):
            os.close(self._file)
        return self._path
