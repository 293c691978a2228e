"""Lays texts out in columns under headers, with borders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from .values import width_of


@dataclass(frozen=True)
class Edge:
    """What stands before, between and after the columns; `fill` makes a line of it."""

    before: str
    between: str
    after: str
    fill: str = ""

    def line(self, widths: Sequence[int]) -> str:
        return self.before + self.between.join(self.fill * width for width in widths) + self.after


@dataclass(frozen=True)
class Borders:
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
    """Rows of texts under headers. Columns in `right` are aligned to the right."""

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[bool]

    @cached_property
    def widths(self) -> list[int]:
        columns = zip(*self.rows, strict=True) if self.rows else ((),) * len(self.headers)
        return [max(map(width_of, (name, *cells))) for name, cells in zip(self.headers, columns, strict=True)]

    def lines(self, borders: Borders, *, with_headers: bool = True) -> Iterator[str]:
        """Yields the lines of the table, without line ends."""
        if borders.above:
            yield borders.above.line(self.widths)
        if with_headers:
            yield self._line(self.headers, borders.row)
            if borders.below_header:
                yield borders.below_header.line(self.widths)
        for row in self.rows:
            yield self._line(row, borders.row)
        if borders.below:
            yield borders.below.line(self.widths)

    def markdown(self) -> Iterator[str]:
        """Yields the lines of a table of Markdown, whose second line aligns its columns."""
        marks = [_alignment(width, right) for width, right in zip(self.widths, self.right, strict=True)]
        lines = self.lines(MARKDOWN)
        yield next(lines)
        yield f"|{'|'.join(marks if self.rows else ['-' * len(each) for each in marks])}|"
        yield from lines

    def _line(self, cells: Sequence[str], edge: Edge) -> str:
        padded = map(_padded, cells, self.widths, self.right)
        line = edge.before + edge.between.join(padded) + edge.after
        return line if edge.after else line.rstrip(" ")


def table_width(widths: Sequence[int], borders: Borders) -> int:
    """Returns the width of a table whose columns have these widths."""
    row = borders.row
    return sum(widths) + len(row.before) + len(row.between) * (len(widths) - 1) + len(row.after)


def _padded(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - width_of(text))
    return blanks + text if right else text + blanks


def _alignment(width: int, right: bool) -> str:
    return "-" * (width + 1) + ":" if right else ":" + "-" * (width + 1)
