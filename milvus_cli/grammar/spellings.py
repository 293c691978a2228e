"""Matches words to option spellings. A word after a single dash is never split into letters."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ..text.names import nearest

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")

Layer = Mapping[str, Hashable]
"""Maps each spelling to a key that identifies its option."""


class Spelled(NamedTuple):
    """The declared spelling of an option, and the value attached to it in the word."""

    name: str
    value: str | None = None


def spelled(word: str, layers: Sequence[Layer]) -> Spelled | None:
    """Returns the option a word names: `-l`, `--limit`, `-limit`, `--limit=5`, `-l=5`, `-l5`. The first layer wins.

    `-lim` is `--limit` if no other option of its layer begins that way. After two dashes only the whole name counts.
    """
    name, equals, value = word.partition("=")
    given = value if equals else None
    if any(name in layer for layer in layers):
        return Spelled(name, given)
    if word.startswith("--") or len(name) <= 2:
        return None
    if NUMBER.fullmatch(word[2:]) and any(word[:2] in layer for layer in layers):
        return Spelled(word[:2], word[2:])
    for layer in layers:
        found = dict(_begun(name, layer))
        if f"-{name}" in found or len(set(found.values())) == 1:
            return Spelled(f"-{name}" if f"-{name}" in found else next(iter(found)), given)
        if found:
            return None
    return None


def begun(word: str, layers: Sequence[Layer]) -> list[str]:
    """Returns the options, by one spelling each, that begin with a word after a single dash."""
    name = word.partition("=")[0]
    found = ({which: spelling for spelling, which in _begun(name, layer)} for layer in layers)
    return [] if word.startswith("--") or len(name) <= 2 else [spelling for each in found for spelling in each.values()]


def similar(word: str, layers: Sequence[Layer]) -> str:
    """Returns "did you mean …?" for an unknown option: after a dash and a letter, the first options of that letter."""
    spellings = [(spelling, which) for layer in layers for spelling, which in layer.items() if spelling[:2] == "--"]
    if len(word) == 2:
        same = {which: spelling for spelling, which in spellings if spelling[2] == word[1]}
        return f"did you mean {' or '.join([*same.values()][:3])}?" if same else ""
    return nearest("--" + word.lstrip("-"), [spelling for spelling, _ in spellings])


def _begun(name: str, layer: Layer) -> Iterator[tuple[str, Hashable]]:
    return ((spelling, which) for spelling, which in layer.items() if spelling.startswith(f"-{name}"))
