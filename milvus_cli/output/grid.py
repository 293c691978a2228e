"""Tables of text: columns as wide as what stands in them, in lines or in Markdown.

Written here because importing tabulate takes as long as a whole short command.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Row = Sequence[str]


@dataclass(frozen=True)
class Frame:
    """Each rule as left end, line, crossing and right end; `side` stands between cells."""

    top: str
    middle: str
    bottom: str
    side: str


ROUNDED = Frame("╭─┬╮", "├─┼┤", "╰─┴╯", "│")
PLAIN = Frame("+-++", "+=++", "+-++", "|")


def framed(names: Row, rows: Sequence[Row], right: Sequence[bool], frame: Frame) -> str:
    """The table; `right` tells which columns are aligned to the right."""
    widths = _widths(names, rows)
    lines = [_rule(frame.top, widths), _line(names, widths, right, frame.side), _rule(frame.middle, widths)]
    lines += [_line(row, widths, right, frame.side) for row in rows]
    return "\n".join([*lines, _rule(frame.bottom, widths)]) + "\n"


def markdown(names: Row, rows: Sequence[Row], right: Sequence[bool]) -> str:
    """As `framed`, in Markdown."""
    widths = _widths(names, rows)
    marks = ["-" * (width + 1) + ":" if each else ":" + "-" * (width + 1)
             for width, each in zip(widths, right, strict=True)]  # fmt: skip
    lines = [_line(names, widths, right, "|"), f"|{'|'.join(marks)}|"]
    return "\n".join([*lines, *(_line(row, widths, right, "|") for row in rows)]) + "\n"


def width(text: str) -> int:
    """How many columns of a terminal it takes."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    return wcswidth(text)


def padded(text: str, columns: int, *, right: bool = False) -> str:
    blank = " " * (columns - width(text))
    return blank + text if right else text + blank


def _widths(names: Row, rows: Sequence[Row]) -> list[int]:
    widths = list(map(width, names))
    for row in rows:
        widths = [max(known, width(cell)) for known, cell in zip(widths, row, strict=True)]
    return widths


def _line(row: Row, widths: Sequence[int], right: Sequence[bool], side: str) -> str:
    cells = (padded(cell, columns, right=each) for cell, columns, each in zip(row, widths, right, strict=True))
    return f"{side} {f' {side} '.join(cells)} {side}"


def _rule(marks: str, widths: Sequence[int]) -> str:
    left, line, cross, end = tuple(marks)
    return left + cross.join(line * (columns + 2) for columns in widths) + end
