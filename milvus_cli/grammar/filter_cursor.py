"""Finds where the cursor is in a filter that is being typed, what can come there, and what is not closed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from ..errors import InvalidInput

TOKENS = re.compile(
    r"""(?P<open>"(?:\\.|[^"\\])*$|'(?:\\.|[^'\\])*$)|(?P<value>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\d[\w.]*|[\])])"""
    r"""|(?P<name>\{\w*\}?|[^\W\d]\w*)|(?P<other>\S)""",
    re.DOTALL,
)
CLOSING = {")": "(", "]": "["}
WORDS = {"and", "or", "not", "in", "like", "exists", "is"}
"""Words with a meaning, which fields cannot have as names."""


class Place(Enum):
    """A position in a filter, by what may be typed there."""

    CONDITION = "the start of a condition"
    OPERATOR = "an operator after a field or a value"
    VALUE = "a value to compare with, or to compute with"
    ARGUMENT = "the first argument of a function"
    KEY = "the key that must exist"
    IN = "in, after not"
    NULL = "null, after is"
    NOTHING = "a literal"


class Operand(NamedTuple):
    """The value before an operator: a field, an element or key of it, or else a function's or a literal."""

    name: str = ""
    is_inside: bool = False
    function: str = ""


@dataclass
class Condition:
    """The condition that is being typed, within its bracket and the arguments of its function.

    `left` is what a comparison compares; the condition is whole when `operand` follows.
    """

    bracket: str = ""
    function: str = ""
    place: Place = Place.CONDITION
    operand: Operand | None = None
    left: Operand | None = None

    def take(self, operand: Operand) -> None:
        self.operand, self.place = operand, Place.OPERATOR

    def expect(self, place: Place) -> None:
        self.operand, self.place = None, place

    def compare(self, place: Place) -> None:
        self.left = self.operand or self.left or Operand()
        self.expect(place)

    def begin(self) -> None:
        self.left = None
        self.expect(Place.CONDITION)


@dataclass(frozen=True)
class Cursor:
    """The word at the end of a filter, and the text before it.

    `in_text` is set inside a string literal, which is not completed.
    """

    before: str
    word: str
    condition: Condition
    in_text: bool = False


def cursor(text: str) -> Cursor:
    """Returns the cursor at the end of a filter."""
    found = list(TOKENS.finditer(text))
    if found and found[-1]["open"]:
        return Cursor(text, "", Condition(place=Place.NOTHING), in_text=True)
    word = ""
    if found and found[-1]["name"] and found[-1].end() == len(text):
        word = found.pop()[0]
    stack = [Condition()]
    for token in found:
        _read(stack, token)
    return Cursor(text[: len(text) - len(word)], word, stack[-1])


def _read(stack: list[Condition], token: re.Match[str]) -> None:
    here, text = stack[-1], token[0].lower()
    if text in CLOSING.values():
        stack.append(_opened(here, text))
    elif text in CLOSING:
        if len(stack) > 1:
            _close(stack, stack.pop())
    elif text == ",":
        here.expect(Place.NOTHING)
    elif token["value"] or (token["name"] and text not in WORDS):
        here.take(Operand(token[0] if token["name"] and not text.startswith("{") else ""))
    else:
        _read_operator(here, text)


def _opened(before: Condition, bracket: str) -> Condition:
    name = before.operand.name if before.operand else ""
    if bracket == "[":
        return Condition(bracket, place=Place.NOTHING)
    return Condition(bracket, name.lower(), Place.ARGUMENT if name else Place.CONDITION)


def _close(stack: list[Condition], closed: Condition) -> None:
    here = stack[-1]
    if closed.bracket == "[":
        here.take(here.operand._replace(is_inside=True) if here.operand else Operand())
    else:
        here.take(Operand(function=closed.function or "()"))


def _read_operator(here: Condition, text: str) -> None:
    if text in ("and", "or", "&", "|"):
        here.begin()
    elif text == "not":
        here.place = {Place.OPERATOR: Place.IN, Place.NULL: Place.NOTHING}.get(here.place, Place.CONDITION)
    elif text in ("in", "like", "is", "=", "<", ">") or (text == "!" and here.operand):
        here.compare({"in": Place.NOTHING, "like": Place.NOTHING, "is": Place.NULL}.get(text, Place.VALUE))
    elif text == "exists":
        here.compare(Place.KEY)
    elif text in "+-*/%":
        here.expect(Place.VALUE)


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
