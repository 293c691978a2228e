"""Reads and writes JSON without recursion, for values nested more deeply than Python's parser and writer allow."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

TOKEN = re.compile(r'[ \t\r\n]*(?:([\[\]{},:])|("[^"\\]*(?:\\.[^"\\]*)*")|([^\s\[\]{},:"]+))', re.DOTALL)
"""A punctuation mark, a string, or any other scalar."""

TEXT, OTHER = "text", "other"
VALUE = ("[", "{", TEXT, OTHER)
NAME = (TEXT,)

Scalar = Callable[[Any], str]


def read(text: str) -> Any:
    """Like json.loads, but slower. Raises ValueError."""
    reader = _Reader()
    for kind, value in _tokens(text):
        reader.take(kind, value)
    return reader.result()


class _Reader:
    """Builds a value from tokens. `_expected` are the kinds that may come next, `_at_name` is set before a name."""

    def __init__(self) -> None:
        self._top: list[Any] = []
        self._open: list[Any] = [self._top]
        self._names: list[str] = []
        self._expect(VALUE)

    def take(self, kind: str, value: Any) -> None:
        if kind not in self._expected:
            raise ValueError(f"expected {' or '.join(self._expected) or 'the end'}, got {kind}")
        if kind == ":":
            self._expect(VALUE)
        elif kind == ",":
            self._expect_member()
        elif kind in ("]", "}"):
            self._open.pop()
            self._expect(self._after_value())
        elif self._at_name:
            self._names.append(value)
            self._expect((":",))
        else:
            self._add(kind, value)

    def result(self) -> Any:
        if len(self._open) > 1 or not self._top:
            raise ValueError("unexpected end")
        return self._top[0]

    def _add(self, kind: str, value: Any) -> None:
        here = self._open[-1]
        if isinstance(here, dict):
            here[self._names.pop()] = value
        else:
            here.append(value)
        if kind in ("[", "{"):
            self._open.append(value)
            self._expect_member("]" if kind == "[" else "}")
        else:
            self._expect(self._after_value())

    def _expect(self, kinds: tuple[str, ...], *, at_name: bool = False) -> None:
        self._expected, self._at_name = kinds, at_name

    def _expect_member(self, *ends: str) -> None:
        in_object = isinstance(self._open[-1], dict)
        self._expect((*ends, *(NAME if in_object else VALUE)), at_name=in_object)

    def _after_value(self) -> tuple[str, ...]:
        here = self._open[-1]
        return () if here is self._top else (",", "}") if isinstance(here, dict) else (",", "]")


def _tokens(text: str) -> Iterator[tuple[str, Any]]:
    """Yields the kind and value of each token; an opening bracket has an empty list or dict as its value."""
    at, end = 0, len(text.rstrip(" \t\r\n"))
    while at < end:
        found = TOKEN.match(text, at)
        if found is None:
            raise ValueError("no JSON")
        at = found.end()
        mark = found[1]
        if mark:
            yield mark, [] if mark == "[" else {} if mark == "{" else None
        else:
            yield TEXT if found[2] else OTHER, json.loads(found[2] or found[3])


def write(value: Any, scalar: Scalar, *, separators: tuple[str, str] = (", ", ": "), sort_keys: bool = False) -> str:
    """Returns JSON on one line. `scalar` encodes keys and values other than lists and mappings."""
    comma, colon = separators
    pieces: list[str] = []
    ends: list[tuple[Iterator[tuple[str, Any]], str]] = [(iter([("", value)]), "")]
    while ends:
        members, end = ends[-1]
        found = next(members, None)
        if found is None:
            pieces.append(end)
            ends.pop()
            continue
        before, each = found
        pieces.append(before)
        if isinstance(each, Mapping):
            items = sorted(each.items()) if sort_keys else each.items()
            pieces.append("{")
            ends.append((_members(((f"{scalar(str(key))}{colon}", inner) for key, inner in items), comma), "}"))
        elif isinstance(each, (list, tuple)):
            pieces.append("[")
            ends.append((_members((("", inner) for inner in each), comma), "]"))
        else:
            pieces.append(scalar(each))
    return "".join(pieces)


def _members(members: Iterator[tuple[str, Any]], comma: str) -> Iterator[tuple[str, Any]]:
    """Puts a comma before each member but the first."""
    for number, (before, each) in enumerate(members):
        yield (comma if number else "") + before, each
