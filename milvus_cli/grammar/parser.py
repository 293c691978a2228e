"""Takes the words after a command apart into options and plain words, for running and for completing a line.

The rules are those of the documented spellings: an option is a whole word, and never taken apart into letters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import click

from .params import GlobalOption, OptionalValueOption, SwitchOption, WordOption
from .spellings import NUMBER, Layer, spelled


class Given(NamedTuple):
    """One option of a line, by a spelling of its own. `value` is None for a flag, and for an option without a value."""

    option: click.Option
    spelling: str
    value: str | None = None


@dataclass
class Parsed:
    """The words of a line: options, plain words, and words that look like options of another command.

    `waiting` is an option at the end whose value is missing, `optional` one there whose value may follow. `ended` is
    set by `--`.
    """

    options: list[Given] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    waiting: Given | None = None
    optional: Given | None = None
    ended: bool = False


class LineParser:
    """Reads the words after a command that has these parameters."""

    def __init__(self, params: Sequence[click.Parameter]) -> None:
        self.spellings = layers(params)
        self.plain = plain_params(params)
        self._options = _by_spelling(params)

    def parse(self, words: Sequence[str], *, interspersed: bool = True) -> Parsed:
        """Reads all words; without `interspersed`, everything from the first plain word on is plain."""
        parsed, position = Parsed(), 0
        while position < len(words):
            word = words[position]
            position += 1
            if parsed.ended or not word.startswith("-") or len(word) == 1:
                parsed.plain.append(word)
                parsed.ended = parsed.ended or not interspersed
            elif word == "--":
                parsed.ended = True
            elif (found := spelled(word, self.spellings)) is None:
                # A negative number, such as a key, is no option.
                (parsed.plain if NUMBER.fullmatch(word) else parsed.unknown).append(word)
            else:
                following = words[position] if position < len(words) else None
                position += _take(parsed, Given(self._options[found.name], found.name, found.value), following)
        return parsed


def _take(parsed: Parsed, given: Given, following: str | None) -> int:
    """Adds an option, with the following word if that is its value; returns how many words that took."""
    option = given.option
    if given.value is not None or option.is_flag:
        parsed.options.append(given)
        return 0
    stands_alone = isinstance(option, OptionalValueOption) and (following is None or not option.takes(following))
    if following is None and not stands_alone:
        parsed.waiting = given
        return 0
    parsed.optional = given if following is None and not isinstance(option, SwitchOption) else None
    parsed.options.append(given if stands_alone else Given(option, given.spelling, following))
    return 0 if stands_alone else 1


def layers(params: Sequence[click.Parameter]) -> tuple[Layer, Layer]:
    """Returns the spellings of a command's own options and of the global ones. Own ones win: -alias is --alias-name."""
    own: dict[str, object] = {}
    common: dict[str, object] = {}
    for param in params:
        if isinstance(param, click.Option):
            layer = common if isinstance(param, GlobalOption) else own
            layer |= dict.fromkeys(param.opts, param.name) | dict.fromkeys(param.secondary_opts, f"no {param.name}")
    return own, common


def plain_params(params: Sequence[click.Parameter]) -> list[click.Parameter]:
    """Returns the parameters that plain words give, in the order of the words."""
    return [each for each in params if isinstance(each, (WordOption, click.Argument))]


def _by_spelling(params: Sequence[click.Parameter]) -> dict[str, click.Option]:
    """Maps each spelling to its option; a command's own options come before the global ones."""
    options = [each for each in params if isinstance(each, click.Option)]
    ordered = sorted(options, key=lambda each: not isinstance(each, GlobalOption))
    return {spelling: each for each in ordered for spelling in (*each.opts, *each.secondary_opts)}


def written_out(parsed: Parsed, plain: Sequence[click.Parameter]) -> list[str]:
    """Returns the words as click reads them: plain words that give a WordOption stand behind its name.

    `plain` are the parameters that plain words give.
    """
    given = {each.option.name for each in parsed.options}
    free = [each for each in plain if isinstance(each, WordOption) and (each.multiple or each.name not in given)]
    words = list(parsed.plain)
    named = [word for each in _shared_out(words, free) for word in each]
    return [*(word for each in parsed.options for word in _written(each)), *named, "--", *words]


def _shared_out(words: list[str], free: Sequence[WordOption]) -> Iterator[tuple[str, str]]:
    """Takes the words that options get from the list, as pairs of a spelling and a word."""
    for position, option in enumerate(free, start=1):
        count = max(0, len(words) - (len(free) - position)) if option.multiple else 1
        for word in words[:count]:
            yield _long_spelling(option, option.opts[0]), word
        del words[:count]


def _written(given: Given) -> Sequence[str]:
    spelling = _long_spelling(given.option, given.spelling)
    if given.value is None:
        return (spelling,)
    if isinstance(given.option, OptionalValueOption):
        return (f"{spelling}={given.value}",)
    return (spelling, given.value)


def _long_spelling(option: click.Option, spelling: str) -> str:
    # click looks up a short spelling as a long one first, and composes an error with suggestions when that fails.
    return spelling if spelling.startswith("--") else next((each for each in option.opts if each[:2] == "--"), spelling)


OTHERS = 3
"""Most commands that are named as those that have an option."""


def commands_with(spelling: str, command: click.Command, path: str = "") -> list[str]:
    """Returns the commands, from this one down, that have an option of this long spelling."""
    if isinstance(command, click.Group):
        below = command.commands.items()
        return [found for name, each in below for found in commands_with(spelling, each, f"{path} {name}".strip())]
    has = spelling.startswith("--") and any(spelling in each.opts for each in command.params)
    return [path] if has and not command.hidden else []
