"""History of typed lines, shared by shells in a private file; lines with secrets are not kept."""

import os
from pathlib import Path
from typing import TypeAlias

from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from ..app.history import carries_secret, history_path
from ..connections.private_files import make_private
from ..session.session import Session

FileState: TypeAlias = tuple[int, int, int]
"""The inode of a file, its size, and its time in nanoseconds."""


class PrivateHistory(FileHistory):
    """A history file readable only by its owner, without secrets; `failure` is the reason if it can't be written."""

    failure = ""
    _reported = False

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._path = path
        self._state = _state(path)

    @property
    def is_current(self) -> bool:
        """Returns False if the file was changed or emptied, here or by another shell, but not by this history."""
        return bool(self.failure) or _state(self._path) == self._state

    def store_string(self, string: str) -> None:
        if carries_secret(string):
            return
        was_current = self.is_current
        try:
            _make_file(self._path)
            super().store_string(string)
        except OSError as exc:
            # A full disk must not keep the user from typing.
            self.failure = exc.strerror or str(exc)
        if was_current:
            self._state = _state(self._path)

    def report(self, session: Session) -> None:
        """Shows the failure once."""
        if self.failure and not self._reported:
            self._reported = True
            session.console.note(f"history is not kept: {self.filename!s}: {self.failure}")


def _make_file(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _state(path: Path) -> FileState | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def open_history(session: Session) -> History:
    """Returns the shared history, or one for this shell alone if the file can't be written."""
    path = history_path(session.config.home)
    try:
        make_private(path.parent)
        _make_file(path)
    except OSError as exc:
        session.console.note(f"history is not kept: {path}: {exc.strerror}")
        return InMemoryHistory()
    return PrivateHistory(path)
