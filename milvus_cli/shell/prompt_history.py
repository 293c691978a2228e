"""Lines typed before, kept between shells in a private file; a line with a secret is kept by none."""

import os

from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from ..app.history import carries_secret, history_path
from ..connections.private_files import make_private
from ..session.session import Session


class PrivateHistory(FileHistory):
    """A history file that only its owner reads, and that no secret is written to; `failure` is why it takes no more."""

    failure = ""
    _reported = False

    def store_string(self, string: str) -> None:
        if carries_secret(string):
            return
        try:
            super().store_string(string)
        except OSError as exc:
            # Who types must not be kept from it by a full disk.
            self.failure = exc.strerror or str(exc)

    def report(self, session: Session) -> None:
        """Shows the failure once."""
        if self.failure and not self._reported:
            self._reported = True
            session.console.note(f"history is not kept: {self.filename!s}: {self.failure}")


def was_cleared(history: History, session: Session) -> bool:
    """Whether the file was emptied, here or by another shell, while this one still remembers lines of it."""
    path = history_path(session.config.home)
    return (
        isinstance(history, PrivateHistory)
        and not history.failure
        and bool(history.get_strings())
        and not (path.exists() and path.stat().st_size)
    )


def open_history(session: Session) -> History:
    """The shared history; one of this shell alone where the file can't be written."""
    path = history_path(session.config.home)
    try:
        make_private(path.parent)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as exc:
        session.console.note(f"history is not kept: {path}: {exc.strerror}")
        return InMemoryHistory()
    return PrivateHistory(str(path))
