"""History of typed lines, shared by shells in a private file; lines with secrets are not kept."""

import os

from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from ..app.history import carries_secret, history_path
from ..connections.private_files import make_private
from ..session.session import Session


class PrivateHistory(FileHistory):
    """A history file readable only by its owner, without secrets; `failure` is the reason if it can't be written."""

    failure = ""
    _reported = False

    def store_string(self, string: str) -> None:
        if carries_secret(string):
            return
        try:
            super().store_string(string)
        except OSError as exc:
            # A full disk must not keep the user from typing.
            self.failure = exc.strerror or str(exc)

    def report(self, session: Session) -> None:
        """Shows the failure once."""
        if self.failure and not self._reported:
            self._reported = True
            session.console.note(f"history is not kept: {self.filename!s}: {self.failure}")


def was_cleared(history: History, session: Session) -> bool:
    """Returns True if the file was emptied, here or by another shell, while this shell still remembers lines."""
    path = history_path(session.config.home)
    return (
        isinstance(history, PrivateHistory)
        and not history.failure
        and bool(history.get_strings())
        and not (path.exists() and path.stat().st_size)
    )


def open_history(session: Session) -> History:
    """Returns the shared history, or one for this shell alone if the file can't be written."""
    path = history_path(session.config.home)
    try:
        make_private(path.parent)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as exc:
        session.console.note(f"history is not kept: {path}: {exc.strerror}")
        return InMemoryHistory()
    return PrivateHistory(str(path))
