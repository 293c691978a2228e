"""Finds where the cursor is in a filter that is being typed, what can come there, and what is not closed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import InvalidInput

TOKENS = re.compile(
    r"""(?P<open>"(?:\\.|[^"\\])*$|'(?:\\.|[^'\\])*$)|(?P<value>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\d[\w.]*|[\])])"""
    r"""|(?P<name>\{\w*\}?|[^\W\d]\w*)|(?P<other>\S)""",
    re.DOTALL,
)
CLOSING = {")": "(", "]": "["}
GOES_ON = {"and", "or", "not", "in", "like", "exists", "is"}
"""Words that a value must follow."""


@dataclass(frozen=True)
class Cursor:
    """The word at the end of a filter, and the text before it. `after_value` is set where an operator must follow.

    `in_text` is set inside a string literal, which is not completed.
    """

    before: str
    word: str
    after_value: bool
    in_text: bool = False


def cursor(text: str) -> Cursor:
    """Returns the cursor at the end of a filter."""
    found = list(TOKENS.finditer(text))
    if found and found[-1]["open"]:
        return Cursor(text, "", after_value=False, in_text=True)
    word = ""
    if found and found[-1]["name"] and found[-1].end() == len(text):
        word = found.pop()[0]
    last = found[-1] if found else None
    is_value = bool(last and (last["value"] or (last["name"] and last[0].lower() not in GOES_ON)))
    return Cursor(text[: len(text) - len(word)], word, is_value)


def require_closed(text: str) -> None:
    """Raises InvalidInput for a filter with a quote or bracket that is not closed, or not opened."""
    opened: list[re.Match[str]] = []
    for found in TOKENS.finditer(text):
        if found["open"]:
            raise _bad(found, "is not closed")
        if found[0] in CLOSING.values():
            opened.append(found)
        elif found[0] in CLOSING and (not opened or opened.pop()[0] != CLOSING[found[0]]):
            raise _bad(found, "closes nothing")
    if opened:
        raise _bad(opened[-1], "is not closed")


def _bad(found: re.Match[str], why: str) -> InvalidInput:
    return InvalidInput(f"invalid filter: the {found[0][0]} at character {found.start() + 1} {why}")


def parameters_in(text: str) -> Sequence[str]:
    """Returns the names of the `{parameters}` of a filter, each once."""
    named = (found["name"] for found in TOKENS.finditer(text) if found["name"])
    return list(dict.fromkeys(each[1:-1] for each in named if each.startswith("{") and each.endswith("}")))
