"""Parses rerankers: `rrf:60`, `weighted:0.7,0.3`, `decay:field=year,function=gauss,origin=2000,scale=10`, …"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..errors import InvalidInput
from ..text.quoting import outside
from .rerankers import BY_RANKS, FORMS, PARAMETERS, Reranker, made, ranked, unknown

ONE_WAY = "rrf and weighted cannot be combined"
ARGUMENT = re.compile(r"\s*(\w+)\s*=(?!=)")


def parse_rerankers(texts: Sequence[str], legs: int) -> list[Reranker]:
    """Parses each `NAME[:ARGUMENTS]`. A single search has no rank-based rerankers. Raises InvalidInput."""
    found = [_parse(text, legs) for text in texts]
    if sum(not each.is_function for each in found) > 1:
        raise InvalidInput(ONE_WAY)
    return found


def _parse(text: str, legs: int) -> Reranker:
    name, _, rest = text.partition(":")
    name = name.strip().lower()
    if name in BY_RANKS and legs:
        return ranked(name, rest.split(","), text, legs)
    if name in BY_RANKS:
        functions = ", ".join(PARAMETERS)
        raise InvalidInput(
            f"{name} makes one list of several searches' hits, and search has one",
            hint=f"hybrid_search has several; search takes {functions}",
        )
    if name not in PARAMETERS:
        raise unknown(name)
    values: dict[str, str] = {}
    for each in _arguments(rest):
        found = ARGUMENT.match(each)
        if found is None:
            raise InvalidInput(f"invalid reranker {text!r}", hint=f"write {FORMS[name]}")
        values[found[1]] = each[found.end() :].strip()
    return made(name, values, text)


def _arguments(text: str) -> Iterator[str]:
    """Splits the text at commas before `KEY=`, outside of quotes and brackets."""
    start = 0
    for position, each in outside(text):
        if each == "," and ARGUMENT.match(text, position + 1):
            yield text[start:position]
            start = position + 1
    if text[start:].strip():
        yield text[start:]
