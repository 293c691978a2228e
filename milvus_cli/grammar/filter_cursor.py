"""Finds where the cursor is in a filter that is being typed, and what can come there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

TOKENS = re.compile(
    r"""(?P<open>"(?:\\.|[^"\\])*$|'(?:\\.|[^'\\])*$)|(?P<value>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\d[\w.]*|[\])])"""
    r"""|(?P<name>\{\w*\}?|[^\W\d]\w*)|(?P<other>\S)""",
    re.DOTALL,
)
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


def places(text: str) -> Sequence[str]:
    """Returns the names of the `{parameters}` of a filter, each once."""
    named = (found["name"] for found in TOKENS.finditer(text) if found["name"])
    return list(dict.fromkeys(each[1:-1] for each in named if each.startswith("{") and each.endswith("}")))
