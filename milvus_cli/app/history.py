"""The history file: private to its owner, and without lines that contain a secret."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise, takewhile
from pathlib import Path

import click

from ..errors import CliError
from ..grammar.click_nodes import Leaf
from ..grammar.lines import SYSTEM, Word, scan
from ..grammar.params import GLOBAL_OPTIONS, SecretOption
from ..grammar.parser import layers, plain_params
from ..grammar.spellings import Layer, spelled
from ..grammar.tree import CommandWords, find, leaves, tree
from ..text.names import nearest
from ..text.unwritable import unwritable

ADDRESS_WITH_SECRET = re.compile(r"://[^\s/]*@|https?://[^\s?]*[?]|(^|=)[\w.%+-]*:[^\s@]*@[^\s@]")
"""A URL with a user, or with a query, which often contains a token."""

SECRET_NAME = r"\w*(password|passwd|secret|token|api_?key|credential)\w*"

SECRET_IN_JSON = re.compile(rf"""["']{SECRET_NAME}["']\s*:""", re.IGNORECASE)
"""A JSON key whose value is a secret, as in the body of a RESTful request."""

SECRET_VARIABLE = re.compile(rf"(^-?|[=\[]){SECRET_NAME}\]*=[^=\s]", re.IGNORECASE)
"""An assignment to a variable of a shell, such as MILVUS_TOKEN=root:Milvus, or to a field of a RESTful request."""

SECRETS = (ADDRESS_WITH_SECRET, SECRET_IN_JSON, SECRET_VARIABLE)

USERS = ("-u", "--user", "--username")
"""Options that take a name here, and user:password elsewhere."""


def history_path(home: Path) -> Path:
    return home / "history"


def read_history(home: Path) -> list[str]:
    """Returns the entries, oldest first. As in prompt_toolkit's FileHistory, `+` precedes each line of an entry."""
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
        raise unwritable(path, exc) from exc


def carries_secret(line: str) -> bool:
    """Returns whether a line may contain a secret; in doubt it does."""
    return any(_carries_secret(_separate(words)) for words in scan(line))


def _separate(words: Sequence[Word]) -> list[str]:
    """Returns the words of a command; also those of a shell's command."""
    values = [word.value for word in words]
    return [word for value in values for word in value.split()] if values[:1] == [SYSTEM] else values


def _carries_secret(words: list[str]) -> bool:
    if any(pattern.search(word) for word in words for pattern in SECRETS):
        return True
    if any(option in USERS and ":" in word for option, word in pairwise(words)):
        return True
    leaf, rest = _command(words)
    everything = [param for each in leaves(tree()) for param in each.params]
    params = leaf.params if leaf else everything
    secret, known = _secrets(params), layers([*params, *GLOBAL_OPTIONS])
    # Options of other commands too: the person may have taken one for this command's.
    anywhere = secret | {each for each in _secrets(everything) if each.startswith("--")}
    if any(_gives_secret(word, anywhere, known) for word in words):
        return True
    return bool(secret) and leaf is not None and (_has_one_too_many(rest, params) or _has_unknown(rest, known))


def _secrets(params: Sequence[click.Parameter]) -> set[str]:
    """Returns the spellings of the options that take a secret."""
    return {spelling for param in params if isinstance(param, SecretOption) for spelling in param.opts}


def _command(words: list[str]) -> tuple[Leaf | None, list[str]]:
    """Returns the command that the words name, and the words after it: `-t` is a token for one and a time for others.

    None if they name no command, or one that runs other commands.
    """
    with suppress(click.UsageError):
        found = find(words)
        leaf = found.command
        if isinstance(leaf, Leaf) and not any(isinstance(param.type, CommandWords) for param in leaf.params):
            return leaf, list(found.rest)
    return None, words


def _has_one_too_many(rest: list[str], params: Sequence[click.Parameter]) -> bool:
    """Returns whether there are too many plain words; the last one may be the secret: `create user ann SECRET`."""
    plain = plain_params(params)
    given = list(takewhile(lambda word: not word.startswith("-"), rest))
    return all(param.nargs == 1 and not param.multiple for param in plain) and len(given) > len(plain)


def _has_unknown(rest: list[str], known: Sequence[Layer]) -> bool:
    """Returns whether there is an unknown option, which may be a mistyped secret: `--passwrd SECRET`."""
    return any(OPTION.match(word) and spelled(word, known) is None for word in rest)


OPTION = re.compile(r"--?[A-Za-z]")


def _gives_secret(word: str, secret: set[str], known: Sequence[Layer]) -> bool:
    """Returns whether a word is a secret option: `-t`, `--token=x`, `-tok`, or a misspelled one: `-tx`, `--toke=x`."""
    found = spelled(word, known)
    if found is not None:
        return found.name in secret
    name = word.partition("=")[0]
    if len(name) <= 2 or not OPTION.match(name):
        return word[:2] in secret
    return (
        word[:2] in secret
        or any(each.startswith((name, f"-{name}")) for each in secret)
        or bool(nearest(name, [each for each in secret if each.startswith("--")]))
    )


def _text(home: Path) -> str:
    path = history_path(home)
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    except OSError as exc:
        raise CliError(f"can't read {path}: {exc.strerror}") from exc
