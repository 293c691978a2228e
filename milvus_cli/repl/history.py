"""Lines typed before, kept between shells in a private file; a line with a secret is kept by none."""

import os
from collections.abc import Iterable

import click
from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from ..command import SecretOption
from ..session import Session
from ..tree import leaves, tree


class PrivateHistory(FileHistory):
    """A history file that only its owner reads, and that no secret is written to."""

    def store_string(self, string: str) -> None:
        if not carries_secret(string):
            super().store_string(string)


def open_history(session: Session) -> History:
    """The shared history; one of this shell alone where the file can't be written."""
    path = session.config.home / "history"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as exc:
        session.console.note(f"history is not kept: {path}: {exc.strerror}")
        return InMemoryHistory()
    return PrivateHistory(str(path))


def carries_secret(line: str) -> bool:
    """Whether any word could be an option that takes a secret, or an address with a password; wrong only to the safe side."""
    words = line.replace("=", " ").split()
    return any(word in _secret_spellings() for word in words) or any("://" in word and "@" in word for word in words)


def _secret_spellings() -> set[str]:
    params: Iterable[click.Parameter] = (param for leaf in leaves(tree()) for param in leaf.params)
    return {spelling for param in params if isinstance(param, SecretOption) for spelling in param.opts}
