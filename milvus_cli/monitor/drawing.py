"""Lines of text in colors, cut to the width of the screen, and small tables of them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from ..output.colors import PLAIN, Palette
from ..output.values import ELLIPSIS, clipped, harmless, width_of

GAP = 2
"""Blanks between two columns of a table, and between two facts in a line."""

ASCII_ELLIPSIS = "~"

Piece: TypeAlias = tuple[str, str]
"""The role of a text, for its color, and the text."""

Line: TypeAlias = Sequence[Piece]


class Canvas(NamedTuple):
    """A terminal to draw for: its colors, and whether it has Unicode."""

    palette: Palette = PLAIN
    unicode: bool = True

    @property
    def ellipsis(self) -> str:
        return ELLIPSIS if self.unicode else ASCII_ELLIPSIS

    def painted(self, line: Line, width: int, *, pad: bool = False) -> str:
        """Returns a line that is no wider than `width`, or exactly as wide with `pad`; an ellipsis tells of a cut."""
        left, parts = width, []
        for role, text in line:
            shown = self.clipped(text, left)
            left -= width_of(shown)
            parts.append(self.palette.paint(role, shown) if role else shown)
            if left <= 0:
                break
        return "".join(parts) + " " * (left if pad else 0)

    def safe(self, text: str) -> str:
        """Escapes what a terminal would obey, and what it can't show."""
        text = harmless(text)
        return text if self.unicode else text.encode("ascii", "backslashreplace").decode()

    def clipped(self, text: str, width: int) -> str:
        return clipped(self.safe(text), width, self.ellipsis)

    def wrapped(self, text: str, width: int, most: int) -> list[str]:
        """Wraps a text into `most` lines or fewer."""
        return textwrap.wrap(self.safe(text), max(width, 2), max_lines=most, placeholder=self.ellipsis)


def flowed(facts: Iterable[Line], width: int, most: int) -> list[Line]:
    """Places facts side by side, on `most` lines or fewer."""
    lines: list[list[Piece]] = []
    used = width
    for fact in facts:
        size = sum(width_of(text) for _, text in fact)
        if lines and used + GAP + size <= width:
            lines[-1] += [("", " " * GAP), *fact]
            used += GAP + size
        elif len(lines) < most:
            lines.append(list(fact))
            used = size
    return list(lines)


class Column(NamedTuple):
    """A column of numbers beside the names in the first one; those that are `spare` go first on a narrow screen."""

    title: str
    cells: Sequence[str]
    spare: int = 0

    @property
    def width(self) -> int:
        return max(width_of(each) for each in (self.title, *self.cells))


LEAST_NAME, MOST_NAME = 8, 40


def table_lines(canvas: Canvas, title: str, names: Iterable[str], columns: Sequence[Column], width: int) -> list[Line]:
    """Returns a header and a line for each name, with the columns that fit."""
    columns, names = fitting(columns, width), [canvas.safe(name) for name in names]
    taken = sum(column.width + GAP for column in columns)
    room = max(1, min(MOST_NAME, width - taken, max(map(width_of, (title, *names)))))
    head: Line = [("header", _row(canvas.clipped(title, room), room, columns, [each.title for each in columns]))]
    return [head, *(_entry(canvas.clipped(name, room), room, columns, at) for at, name in enumerate(names))]


def _entry(name: str, room: int, columns: Sequence[Column], at: int) -> Line:
    return [("", _row(name, room, columns, [each.cells[at] for each in columns]))]


def _row(name: str, room: int, columns: Sequence[Column], cells: Sequence[str]) -> str:
    numbers = (" " * (GAP + column.width - width_of(cell)) + cell for column, cell in zip(columns, cells, strict=True))
    return name + " " * (room - width_of(name)) + "".join(numbers)


def fitting(columns: Sequence[Column], width: int) -> Sequence[Column]:
    """Drops columns until the names have some room."""
    kept = list(columns)
    while kept and sum(column.width + GAP for column in kept) + LEAST_NAME > width:
        kept.remove(max(kept, key=lambda column: (column.spare, columns.index(column))))
    return kept
