"""The words and fields that can come next in a filter: those that fit the types of the collection's fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..text.filter_words import (
    COMPARISONS,
    CONNECTIVES,
    FILTER_WORDS,
    FUNCTIONS,
    KEY,
    NUMBER_FUNCTIONS,
    NUMBERS,
    OPERATORS,
    STARTS,
    TEXTS,
    FilterWord,
)
from ..text.names import Name
from .filter_cursor import Condition, Operand, Place

ALIKE: tuple[tuple[str, ...], ...] = (NUMBERS, TEXTS)
"""Types that compare with each other. Others compare only with themselves."""

NOT_COMPARED = ("JSON", "ARRAY", "GEOMETRY", "STRUCT")
"""Types of fields that no operator compares whole."""

BASE = [Name(word, each.note) for word, each in FILTER_WORDS.items() if not each.since]
"""The words that every server has, for when it is not known which words fit."""


class Fields:
    """The fields of a collection, with the types that are told in their notes; none while they are unknown."""

    def __init__(self, fields: Sequence[Name]) -> None:
        self._fields = {each.text: each for each in fields if each.note}

    def types(self, name: str) -> list[str]:
        """Returns a field's type, the type of its elements, and whether it is analyzed; [] if it is unknown."""
        return self._fields[name].note.split() if name in self._fields else []

    def type_of(self, operand: Operand) -> str:
        """Returns the type of a value, KEY for a key of JSON, "" if it can't be known."""
        types = self.types(operand.name)
        if not types:
            return KEY if operand.name and self._fields else ""
        if not operand.is_inside:
            return types[0]
        return KEY if types[0] == "JSON" else types[2] if types[1:2] == ["of"] else ""

    def of(self, wanted: Iterable[str]) -> list[Name]:
        """Returns the fields of one of these types; all if there are none."""
        types = set(wanted)
        return [each for each in self.all() if not types or self.types(each.text)[0] in types]

    def analyzed(self) -> list[Name]:
        return [each for each in self.all() if "analyzed" in self.types(each.text)]

    def all(self) -> list[Name]:
        """Returns the fields that filters accept: all but vectors."""
        return [each for each in self._fields.values() if "VECTOR" not in self.types(each.text)[0]]


def offers(condition: Condition, known: Sequence[Name], words: Sequence[Name]) -> list[Name]:
    """Returns what can come next: `known` are the collection's fields, `words` those that fit it and its server."""
    fields, words = Fields(known), words or BASE
    if condition.place is Place.CONDITION:
        return [*fields.all(), *_among(words, {**STARTS, **FUNCTIONS})]
    if condition.place is Place.OPERATOR:
        return _among(words, _operators(condition, fields))
    if condition.place is Place.VALUE:
        return _comparable(condition, fields)
    if condition.place is Place.ARGUMENT:
        return _arguments(condition.function, fields)
    if condition.place is Place.KEY:
        return fields.of(["JSON"])
    if condition.place is Place.IN:
        return [Name("in", OPERATORS["not in"].note)]
    has_null = condition.place is Place.NULL and any(each.text == "is null" for each in words)
    return [Name("null", ""), Name("not null", "")] if has_null else []


def _among(words: Sequence[Name], wanted: Mapping[str, FilterWord]) -> list[Name]:
    return [each for each in words if each.text in wanted]


def _operators(condition: Condition, fields: Fields) -> Mapping[str, FilterWord]:
    """Returns what may follow an operand: the next condition, or an operator that its type has."""
    operand = condition.operand or Operand()
    if operand.function or condition.left:
        is_number = operand.function in NUMBER_FUNCTIONS and not condition.left
        return COMPARISONS if is_number else CONNECTIVES
    if not operand.name:
        return COMPARISONS
    kind = fields.type_of(operand)
    return {word: each for word, each in OPERATORS.items() if not (kind and each.types) or kind in each.types}


def _comparable(condition: Condition, fields: Fields) -> list[Name]:
    """Returns the fields that compare with the left side, or all that compare at all."""
    kind = fields.type_of(condition.left) if condition.left else ""
    alike = next((types for types in ALIKE if kind in types), (kind,) if kind not in ("", KEY) else ())
    return [each for each in fields.of(alike) if fields.types(each.text)[0] not in NOT_COMPARED]


def _arguments(function: str, fields: Fields) -> list[Name]:
    """Returns the fields that a function takes first."""
    word = FUNCTIONS.get(f"{function}(")
    if word is None:
        return fields.all()
    return fields.analyzed() if "analyzed" in word.types else fields.of(word.types) if word.types else []
