"""Checks well-known text (WKT), and converts well-known binary (WKB) to it, both by OGC 06-103r4."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator

TOKEN = re.compile(r"\s*(?:([A-Za-z]+)|([(),])|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))", re.ASCII)
DEPTHS = {
    "POINT": 0,
    "LINESTRING": 1,
    "POLYGON": 2,
    "MULTIPOINT": 1,
    "MULTILINESTRING": 2,
    "MULTIPOLYGON": 3,
    "GEOMETRYCOLLECTION": 0,
}
"""Depth of the lists around a point, by geometry type; the order is that of WKB's numbers, from 1."""
NAMES = tuple(DEPTHS)
SUFFIXES = ("", " Z", " M", " ZM")
"""Suffixes of a type by the thousands of its number in WKB."""
DIMENSIONS = (2, 3, 3, 4)
DEEPEST = 100
LARGEST_WHOLE = 1e15


def require_wkt(text: str) -> str:
    """Returns the text unchanged. Raises ValueError if it is not WKT; closed rings are left to servers to check."""
    reader = _Text(text)
    reader.geometry()
    reader.require("")
    return text


def plain(text: str) -> str:
    """Normalizes WKT. Raises ValueError for an invalid token."""
    words = (
        each.upper() if each[:1].isalpha() or each in "()," else _coordinate(float(each)) for each in _tokens(text)
    )
    return " ".join(words)


def wkt(raw: bytes) -> str:
    """Converts WKB to WKT; returns hexadecimal digits for other bytes."""
    try:
        reader = _Binary(raw)
        text = reader.geometry()
        return text if reader.at == len(raw) else raw.hex()
    except (struct.error, LookupError, ValueError):
        return raw.hex()


class _Text:
    """Recursive-descent parser of WKT; an empty token marks the end."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._token = next(self._tokens)

    def geometry(self, level: int = 0) -> None:
        name = self._take().upper()
        if name not in DEPTHS or level > DEEPEST:
            raise ValueError(f"unknown geometry {name[:40]!r}" if name else "it is empty")
        if f" {self._token.upper()}" in SUFFIXES[1:]:
            self._take()
        if self._is_empty():
            return
        if name == "GEOMETRYCOLLECTION":
            self._list(lambda: self.geometry(level + 1))
        elif name == "POINT":
            self._bracketed()
        else:
            self._nested(DEPTHS[name])

    def require(self, token: str) -> None:
        if self._token != token:
            wanted, found = (repr(each[:40]) if each else "the end" for each in (token, self._token))
            raise ValueError(f"expected {wanted}, got {found}")
        self._take()

    def _nested(self, depth: int) -> None:
        if depth and not self._is_empty():
            self._list(lambda: self._nested(depth - 1))
        elif not depth and self._token == "(":
            # The points of a MULTIPOINT may be in parentheses.
            self._bracketed()
        elif not depth:
            self._point()

    def _list(self, item: Callable[[], None]) -> None:
        self.require("(")
        item()
        while self._token == ",":
            self._take()
            item()
        self.require(")")

    def _bracketed(self) -> None:
        self.require("(")
        self._point()
        self.require(")")

    def _point(self) -> None:
        count = 0
        while self._token and self._token not in "()," and not self._token[0].isalpha():
            self._take()
            count += 1
        if not min(DIMENSIONS) <= count <= max(DIMENSIONS):
            raise ValueError(f"a point has 2 to 4 numbers, not {count}")

    def _is_empty(self) -> bool:
        if self._token.upper() != "EMPTY":
            return False
        self._take()
        return True

    def _take(self) -> str:
        taken, self._token = self._token, next(self._tokens, "")
        return taken


def _tokens(text: str) -> Iterator[str]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"{text[at:end].lstrip()[:40]!r} has no meaning there")
        yield found[0].lstrip()
        at = found.end()
    yield ""


class _Binary:
    """Reader of WKB; `at` is the current offset."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self.at = 0

    def geometry(self, level: int = 0) -> str:
        order = "<" if self._raw[self.at] else ">"
        self.at += 1
        thousands, number = divmod(self._count(order), 1000)
        name, dimensions = NAMES[number - 1 if number else len(NAMES)], DIMENSIONS[thousands]
        if level > DEEPEST:
            raise ValueError(level)
        body = self._body(name, order, dimensions, level)
        return f"{name}{SUFFIXES[thousands]} {body}"

    def _body(self, name: str, order: str, dimensions: int, level: int) -> str:
        if name == "POINT":
            point = self._point(order, dimensions)
            return "EMPTY" if "nan" in point else f"({point})"
        if name in ("LINESTRING", "POLYGON"):
            return self._nested(DEPTHS[name], order, dimensions)
        count = self._count(order)
        parts = [self.geometry(level + 1) for _ in range(count)]
        if name != "GEOMETRYCOLLECTION":
            parts = [each[each.index("(") :] if "(" in each else "EMPTY" for each in parts]
        return f"({', '.join(parts)})" if parts else "EMPTY"

    def _nested(self, depth: int, order: str, dimensions: int) -> str:
        count = self._count(order)
        parts = [
            self._nested(depth - 1, order, dimensions) if depth > 1 else self._point(order, dimensions)
            for _ in range(count)
        ]
        return f"({', '.join(parts)})" if parts else "EMPTY"

    def _point(self, order: str, dimensions: int) -> str:
        numbers: tuple[float, ...] = struct.unpack_from(f"{order}{dimensions}d", self._raw, self.at)
        self.at += 8 * dimensions
        return " ".join(map(_coordinate, numbers))

    def _count(self, order: str) -> int:
        found: tuple[int] = struct.unpack_from(f"{order}I", self._raw, self.at)
        self.at += 4
        return found[0]


def _coordinate(value: float) -> str:
    """Formats a number with the fewest digits."""
    return f"{value:.0f}" if value.is_integer() and abs(value) < LARGEST_WHOLE else repr(value)
