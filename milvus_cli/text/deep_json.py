"""JSON without recursion: for values nested more deeply than Python's own parser and writer go."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

TOKEN = re.compile(r'[ \t\r\n]*(?:([\[\]{},:])|("[^"\\]*(?:\\.[^"\\]*)*")|([^\s\[\]{},:"]+))', re.DOTALL)
"""A mark, a text, or any other value."""

TEXT, OTHER = "text", "other"
VALUE = ("[", "{", TEXT, OTHER)
NAME = (TEXT,)

Scalar = Callable[[Any], str]


def read(text: str) -> Any:
    """As json.loads, but slower. Raises ValueError."""
    top: list[Any] = []
    opened: list[Any] = [top]
    names: list[str] = []
    wanted: tuple[str, ...] = VALUE
    naming = False
    for kind, value in _tokens(text):
        here = opened[-1]
        if kind not in wanted:
            raise ValueError(f"expected {' or '.join(wanted) or 'the end'}, got {kind}")
        if kind == ":":
            wanted, naming = VALUE, False
        elif kind == ",":
            naming = isinstance(here, dict)
            wanted = NAME if naming else VALUE
        elif kind in ("]", "}"):
            opened.pop()
            wanted, naming = _after(opened, top), False
        elif naming:
            names.append(value)
            wanted = (":",)
        else:
            if isinstance(here, dict):
                here[names.pop()] = value
            else:
                here.append(value)
            if kind in ("[", "{"):
                opened.append(value)
            naming = kind == "{"
            wanted = ("}", *NAME) if naming else ("]", *VALUE) if kind == "[" else _after(opened, top)
    if len(opened) > 1 or not top:
        raise ValueError("the text ends too early")
    return top[0]


def _after(opened: list[Any], top: list[Any]) -> tuple[str, ...]:
    """What may follow a value."""
    here = opened[-1]
    return () if here is top else (",", "}") if isinstance(here, dict) else (",", "]")


def _tokens(text: str) -> Iterator[tuple[str, Any]]:
    """What each is, and its value; that of a bracket is what it opens."""
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
    """On one line. `scalar` makes texts of what is no list and no mapping, and of the keys."""
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
    """With a comma before each but the first."""
    for number, (before, each) in enumerate(members):
        yield (comma if number else "") + before, each
