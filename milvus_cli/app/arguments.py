"""Puts arguments into the commands of a script: $1, $2 and so on, and $@ for all of them.

In words of the program they are replaced, and each argument stays one word. What a shell of the system runs gets them
as its own positional parameters, so that its quotes mean what they always do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from re import Match

from ..errors import InvalidInput
from ..grammar.lines import SYSTEM, Statement, split
from ..text.counts import counted

PLACE = re.compile(r"\$([1-9][0-9]?|@)")
ALL = "$@"

LITERAL = re.compile(r"'[^']*'")
"""A part of a shell command that the shell takes literally, such as a program of awk."""


def filler(name: str, text: str, given: Sequence[str]) -> Callable[[Statement], Statement]:
    """Returns the function that puts the arguments into each command of a text.

    Raises InvalidInput if the commands have places for more or fewer arguments than are given.
    """
    places = {place for statement in split(text) for part in _texts(statement) for place in PLACE.findall(part)}
    most = max((int(each) for each in places - {"@"}), default=0)
    if len(given) < most or (len(given) > most and "@" not in places):
        expected = f"{counted(most, 'argument')}{' or more' * ('@' in places)}"
        raise InvalidInput(f"{name!r} takes {expected}, {len(given)} given", hint="`list saved_commands` shows it")
    return partial(_filled, given=given)


def _filled(statement: Statement, given: Sequence[str]) -> Statement:
    """Returns a statement with the arguments in their places."""
    target = statement.target
    if target is not None:
        of_shell = target.kind == "|"
        target = target._replace(arguments=tuple(given)) if of_shell else target._replace(name=_in(target.name, given))
    if _is_system(statement):
        options = [f"--argument={each}" for each in given]
        return statement._replace(argv=(SYSTEM, *options, *statement.argv[1:]), target=target)
    return statement._replace(argv=tuple(_words(statement.argv, given)), target=target)


def _is_system(statement: Statement) -> bool:
    return statement.argv[:1] == (SYSTEM,)


def _texts(statement: Statement) -> Iterator[str]:
    """Yields the texts that may have places."""
    for word in statement.argv:
        yield LITERAL.sub("", word) if _is_system(statement) else word
    if statement.target is not None:
        yield LITERAL.sub("", statement.target.name) if statement.target.kind == "|" else statement.target.name


def _words(words: Iterable[str], given: Sequence[str]) -> Iterator[str]:
    for word in words:
        if word == ALL:
            yield from given
        else:
            yield _in(word, given)


def _in(word: str, given: Sequence[str]) -> str:
    def argument(place: Match[str]) -> str:
        return " ".join(given) if place[1] == "@" else given[int(place[1]) - 1]

    return PLACE.sub(argument, word)
