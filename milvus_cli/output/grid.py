"""Lays texts out in columns under headers, with borders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import NamedTuple

from .colors import PLAIN, Palette
from .values import width_of


class Edge(NamedTuple):
    """The texts before, between and after the columns. A `fill` is repeated for a line instead of cells."""

    before: str
    between: str
    after: str
    fill: str = ""

    def line(self, widths: Sequence[int]) -> str:
        return self.before + self.between.join(self.fill * width for width in widths) + self.after

    def painted(self, palette: Palette) -> Edge:
        return Edge(*(palette.paint("border", part) for part in (self.before, self.between, self.after)))


class Borders(NamedTuple):
    """The borders of a table; those that it lacks are None."""

    row: Edge
    above: Edge | None = None
    below_header: Edge | None = None
    below: Edge | None = None


BOX = Edge("│ ", " │ ", " │")
BAR = Edge("| ", " | ", " |")
GAP = Edge("", "  ", "")
MARKDOWN = Borders(BAR)

TABLE_STYLES = {
    "rounded": Borders(BOX, Edge("╭─", "─┬─", "─╮", "─"), Edge("├─", "─┼─", "─┤", "─"), Edge("╰─", "─┴─", "─╯", "─")),
    "square": Borders(BOX, Edge("┌─", "─┬─", "─┐", "─"), Edge("├─", "─┼─", "─┤", "─"), Edge("└─", "─┴─", "─┘", "─")),
    "ascii": Borders(BAR, Edge("+-", "-+-", "-+", "-"), Edge("+=", "=+=", "=+", "="), Edge("+-", "-+-", "-+", "-")),
    "lines": Borders(GAP, None, Edge("", "  ", "", "-"), None),
    "plain": Borders(GAP),
}


@dataclass(frozen=True)
class Grid:
    """Rows of texts under headers. Columns in `right` are aligned to the right.

    `roles` are those of the cells, for their colors, which never count as width.
    """

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[bool]
    roles: Sequence[Sequence[str]] = ()

    @cached_property
    def widths(self) -> list[int]:
        columns = zip(*self.rows, strict=True) if self.rows else ((),) * len(self.headers)
        return [max(map(width_of, (name, *cells))) for name, cells in zip(self.headers, columns, strict=True)]

    def lines(self, borders: Borders, *, with_headers: bool = True, palette: Palette = PLAIN) -> Iterator[str]:
        """Yields the lines of the table, without line ends."""
        edge = borders.row.painted(palette)
        if borders.above:
            yield palette.paint("border", borders.above.line(self.widths))
        if with_headers:
            yield self._line(self.headers, edge, ("header",) * len(self.headers), palette)
            if borders.below_header:
                yield palette.paint("border", borders.below_header.line(self.widths))
        for row, roles in zip_longest(self.rows, self.roles, fillvalue=()):
            yield self._line(row, edge, roles, palette)
        if borders.below:
            yield palette.paint("border", borders.below.line(self.widths))

    def markdown(self) -> Iterator[str]:
        """Yields the lines of a table of Markdown, whose second line aligns its columns."""
        marks = [_alignment(width, right) for width, right in zip(self.widths, self.right, strict=True)]
        lines = self.lines(MARKDOWN)
        yield next(lines)
        yield f"|{'|'.join(marks if self.rows else ['-' * len(each) for each in marks])}|"
        yield from lines

    def _line(self, cells: Sequence[str], edge: Edge, roles: Sequence[str], palette: Palette) -> str:
        painted = map(palette.paint, roles, cells) if palette.is_on and roles else cells
        padded = map(_padded, cells, painted, self.widths, self.right)
        line = edge.before + edge.between.join(padded) + edge.after
        return line if edge.after else line.rstrip(" ")


def table_width(widths: Sequence[int], borders: Borders) -> int:
    """Returns the width of a table whose columns have these widths."""
    row = borders.row
    return sum(widths) + len(row.before) + len(row.between) * (len(widths) - 1) + len(row.after)


def _padded(text: str, painted: str, width: int, right: bool) -> str:
    blanks = " " * (width - width_of(text))
    return blanks + painted if right else painted + blanks


def _alignment(width: int, right: bool) -> str:
    return "-" * (width + 1) + ":" if right else ":" + "-" * (width + 1)
