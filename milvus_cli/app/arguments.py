"""Puts arguments into the commands of a script: $1, $2 and so on, and $@ for all of them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from re import Match

from ..errors import InvalidInput
from ..grammar.lines import SYSTEM, SYSTEM_MARK, Statement
from ..text.counts import counted

PLACE = re.compile(r"\$([1-9][0-9]?|@)")
ALL = "$@"


def require_arguments(name: str, text: str, given: Sequence[str]) -> None:
    """Raises InvalidInput if a text has a place for more or fewer arguments than are given."""
    places = set(PLACE.findall(text))
    most = max((int(each) for each in places - {"@"}), default=0)
    if len(given) < most or (len(given) > most and "@" not in places):
        raise InvalidInput(
            f"{name!r} takes {counted(most, 'argument')}{' or more' * ('@' in places)}, {len(given)} given", hint=text
        )


def filled(statement: Statement, given: Sequence[str]) -> Statement:
    """Returns a statement with the arguments in their places. Each stays one word, whatever is in it."""
    if statement.text.startswith(SYSTEM_MARK) and statement.argv[:1] == (SYSTEM,):
        return statement._replace(argv=(SYSTEM, *(_in_shell(word, given) for word in statement.argv[1:])))
    target = statement.target
    if target is not None:
        fill = _in_shell if target.kind == "|" else _in_word
        target = target._replace(name=fill(target.name, given))
    return statement._replace(argv=tuple(_words(statement.argv, given)), target=target)


def _words(words: Iterable[str], given: Sequence[str]) -> Iterable[str]:
    for word in words:
        if word == ALL:
            yield from given
        else:
            yield _in_word(word, given)


def _in_word(word: str, given: Sequence[str]) -> str:
    return PLACE.sub(lambda place: _at(place, given), word)


def _in_shell(text: str, given: Sequence[str]) -> str:
    quoted = [shlex.quote(each) for each in given]
    return PLACE.sub(lambda place: _at(place, quoted), text)


def _at(place: Match[str], given: Sequence[str]) -> str:
    return " ".join(given) if place[1] == "@" else given[int(place[1]) - 1]
