"""The file of lines typed before: private to its owner, and without any that carries a secret."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from ..errors import CliError
from ..grammar.command import GLOBAL_OPTIONS, Leaf, SecretOption, layers
from ..grammar.lines import scan
from ..grammar.spellings import Layer, spelled
from ..grammar.tree import find, leaves, tree
from ..grammar.types import CommandWords

ADDRESS_WITH_SECRET = re.compile(r"://[^\s/]*@|https?://[^\s?]*[?]")
"""With a user, or a query, which often has a token."""


def history_path(home: Path) -> Path:
    return home / "history"


def read_history(home: Path) -> list[str]:
    """The lines, oldest first, as prompt_toolkit's FileHistory keeps them: `+` before each line of an entry."""
    entries: list[list[str]] = []
    inside = False
    for line in _text(home).split("\n"):
        if line.startswith("+"):
            if not inside:
                entries.append([])
            entries[-1].append(line[1:])
        inside = line.startswith("+")
    return ["\n".join(entry) for entry in entries]


def clear_history(home: Path) -> None:
    """Empties the file. Raises CliError where it can't be written."""
    path = history_path(home)
    try:
        if path.exists():
            path.write_text("")
    except OSError as exc:
        raise CliError(f"can't write {path}: {exc.strerror}") from exc


def carries_secret(line: str) -> bool:
    """Whether a word is an option that takes a secret, or an address with a password; wrong only to the safe side."""
    return any(_carries_secret([word.value for word in words]) for words in scan(line))


def _carries_secret(words: list[str]) -> bool:
    params = _params(words)
    secret = {spelling for param in params if isinstance(param, SecretOption) for spelling in param.opts}
    known = layers([*params, *GLOBAL_OPTIONS])
    return any(_gives_secret(word, secret, known) or ADDRESS_WITH_SECRET.search(word) for word in words)


def _params(words: list[str]) -> list[click.Parameter]:
    """Those of the command that the words name: `-t` is a token to one and a time to others.

    Those of all commands where the words name none, or one that takes other commands.
    """
    with suppress(click.UsageError):
        found = find(words).command
        if isinstance(found, Leaf) and not any(isinstance(param.type, CommandWords) for param in found.params):
            return found.params
    return [param for leaf in leaves(tree()) for param in leaf.params]


def _gives_secret(word: str, secret: set[str], known: Sequence[Layer]) -> bool:
    """`-t`, `--token=x`, `-tok`; and what is refused but was typed all the same, as `-tx` and `--toke=x`."""
    found = spelled(word, known)
    if found is not None:
        return found.name in secret
    name = word.partition("=")[0]
    return word[:2] in secret or any(each.startswith((name, f"-{name}")) for each in secret if len(name) > 2)


def _text(home: Path) -> str:
    path = history_path(home)
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    except OSError as exc:
        raise CliError(f"can't read {path}: {exc.strerror}") from exc
