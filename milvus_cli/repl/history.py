"""Lines typed before, kept between shells in a private file; a line with a secret is kept by none."""

import os
from collections.abc import Iterable

import click
from prompt_toolkit.history import FileHistory

from ..command import SecretOption
from ..session import Session
from ..tree import leaves, tree


class PrivateHistory(FileHistory):
    """A history file that only its owner reads, and that no secret is written to."""

    def store_string(self, string: str) -> None:
        if carries_secret(string):
            return
        os.close(os.open(self.filename, os.O_CREAT | os.O_WRONLY, 0o600))
        super().store_string(string)


def open_history(session: Session) -> PrivateHistory:
    home = session.config.home
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return PrivateHistory(str(home / "history"))


def carries_secret(line: str) -> bool:
    """Whether any word could be an option that takes a secret, or an address with a password; wrong only to the safe side."""
    words = line.replace("=", " ").split()
    return any(word in _secret_spellings() for word in words) or any("://" in word and "@" in word for word in words)


def _secret_spellings() -> set[str]:
    params: Iterable[click.Parameter] = (param for leaf in leaves(tree()) for param in leaf.params)
    return {spelling for param in params if isinstance(param, SecretOption) for spelling in param.opts}
