"""Marks what changed in the lines of a text since the last time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeAlias

from .colors import RESET, Palette
from .values import COLOR_SEQUENCE

BETWEEN_CELLS = re.compile(r"\s*[│|]\s*|\s{2,}")
Cells: TypeAlias = tuple[str, ...]

CHANGED = "changed"


def marked(lines: Sequence[str], before: Sequence[str], palette: Palette) -> list[str]:
    """Returns the lines, with colors or not, with the cells and lines painted that BEFORE lacks."""
    if not palette.is_on:
        return list(lines)
    old, new = [_cells(plain(line)) for line in before], [_cells(plain(line)) for line in lines]
    found = list(lines)
    for kind, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind in ("replace", "insert"):
            for at, former in zip(range(start, end), _former(old[first:last], new[start:end]), strict=True):
                found[at] = _painted(lines[at], former, palette)
    return found


def plain(line: str) -> str:
    return COLOR_SEQUENCE.sub("", line)


def _cells(line: str) -> Cells:
    """Returns the cells of a line of a table, whose widths may change; a line of a border has none."""
    return tuple(BETWEEN_CELLS.split(line.strip())) if any(map(str.isalnum, line)) else ()


def _former(old: Sequence[Cells], new: Sequence[Cells]) -> Iterator[Cells | None]:
    """Returns what each line was before: the one that begins with the same cell, else the one in its place."""
    by_name = {_name(cells): cells for cells in reversed(old)}
    for at, cells in enumerate(new):
        yield by_name.get(_name(cells), old[at] if len(old) == len(new) else None)


def _name(cells: Cells) -> str:
    return next(filter(None, cells), "")


def _painted(line: str, former: Cells | None, palette: Palette) -> str:
    return "".join(_repainted(line, _spans(plain(line), former), palette))


def _spans(line: str, former: Cells | None) -> list[tuple[int, int]]:
    """Returns the spans of the changed cells; that of the whole line if the number of cells changed."""
    if not any(map(str.isalnum, line)):
        return []
    start, end = len(line) - len(line.lstrip()), len(line.rstrip())
    edges = [start, *(edge for gap in BETWEEN_CELLS.finditer(line, start, end) for edge in gap.span()), end]
    places = list(zip(edges[::2], edges[1::2], strict=True))
    if former is None or len(former) != len(places):
        former = ("",) * len(places)
    return [
        place for place, text in zip(places, former, strict=True) if place[0] < place[1] and line[slice(*place)] != text
    ]


def _repainted(line: str, spans: Sequence[tuple[int, int]], palette: Palette) -> Iterator[str]:
    """Yields the parts of a line; the changed ones have one color in place of their own."""
    color, at = "", 0
    for place, part in enumerate(COLOR_SEQUENCE.split(line)):
        if place % 2:
            color = "" if part == RESET else part
            yield part
            continue
        for piece, is_changed in _pieces(part, at, spans):
            yield f"{RESET if color else ''}{palette.paint(CHANGED, piece)}{color}" if is_changed else piece
        at += len(part)


def _pieces(text: str, at: int, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """Yields the parts of a text that begins AT, within spans and between them."""
    done = 0
    for start, end in spans:
        first, last = max(start - at, done), min(end - at, len(text))
        if first < last:
            yield text[done:first], False
            yield text[first:last], True
            done = last
    yield text[done:], False
