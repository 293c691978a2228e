"""Reads the Markdown of the help topics, and lays it out for a terminal: titles, paragraphs, lists, code, tables."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["title", "paragraph", "list", "code", "table"]

FENCE = "```"
GAP = "  "
"""Between the columns of a table."""
LEAST_CELL = 16
"""The narrowest last column of a table. Where there is less room, each row becomes a paragraph."""
CELL_END = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Block:
    """A part of a page: the text of a title or a paragraph, items of a list, lines of code, or rows of a table.

    `level` is that of a title, `language` that of code, "" if none is named.
    """

    kind: Kind
    lines: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = field(default_factory=tuple)
    level: int = 0
    language: str = ""


def parse(text: str) -> list[Block]:
    """Returns the blocks of a page."""
    blocks: list[Block] = []
    for part in _parts(text.splitlines()):
        if part[0].startswith(FENCE):
            blocks.append(Block("code", part[1:], language=part[0].removeprefix(FENCE)))
        elif part[0].startswith("#"):
            mark, _, title = part[0].partition(" ")
            blocks.append(Block("title", [title], level=len(mark)))
        elif part[0].startswith("|"):
            blocks.append(Block("table", rows=[_cells(line) for line in part if not line.startswith("|-")]))
        elif part[0].startswith("- "):
            items = re.split(r"^- ", "\n".join(part), flags=re.MULTILINE)[1:]
            blocks.append(Block("list", [" ".join(each.split()) for each in items]))
        else:
            blocks.append(Block("paragraph", [" ".join(" ".join(part).split())]))
    return blocks


def _parts(lines: Sequence[str]) -> Iterator[list[str]]:
    """Yields the lines of each block; those of code without their closing fence."""
    code, part = False, list[str]()
    for line in lines:
        if line.startswith(FENCE):
            if part:
                yield part
            code, part = not code, [] if code else [line]
        elif code or line.strip():
            part.append(line)
        elif part:
            yield part
            part = []
    if part:
        yield part


def _cells(line: str) -> list[str]:
    return [each.strip().replace("\\|", "|") for each in CELL_END.split(line.strip())[1:-1]]


def render(blocks: Sequence[Block], columns: int) -> str:
    """Returns the page for a terminal of this width. Code is never folded."""
    return "\n\n".join("\n".join(_rendered(each, columns)) for each in blocks)


def _rendered(block: Block, columns: int) -> list[str]:
    if block.kind == "title":
        return [block.lines[0].upper() if block.level == 1 else block.lines[0]]
    if block.kind == "code":
        return [f"    {line}".rstrip() for line in block.lines]
    if block.kind == "table":
        return _table(block.rows, columns)
    if block.kind == "list":
        return [line for item in block.lines for line in _filled(item, columns, first="  - ", rest="    ")]
    return _filled(block.lines[0], columns, first="  ", rest="  ")


def _filled(text: str, columns: int, *, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text, columns, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def _table(rows: Sequence[Sequence[str]], columns: int) -> list[str]:
    """Returns aligned columns, of which only the last one is folded."""
    shown = [[plain(cell) for cell in row] for row in rows[1:]]
    widths = [max(len(row[index]) for row in shown) for index in range(len(shown[0]) - 1)]
    indent = 2 + sum(width + len(GAP) for width in widths)
    if columns - indent < LEAST_CELL:
        return [line for row in shown for line in _filled(": ".join(row), columns, first="  ", rest="      ")]
    lines = []
    for row in shown:
        first = "  " + "".join(f"{cell:<{width}}{GAP}" for cell, width in zip(row, widths, strict=False))
        lines += _filled(row[-1], columns, first=first, rest=" " * indent) or [first.rstrip()]
    return lines


def deeper_titles(text: str) -> str:
    """Returns a page as a part of another one: its title is of the second level, those of its parts of the fourth."""
    pieces = re.split(f"(^{FENCE}.*?^{FENCE})", text, flags=re.MULTILINE | re.DOTALL)
    deeper = {"#": "##", "##": "####"}
    return "".join(
        each if each.startswith(FENCE) else re.sub(r"^#+(?= )", lambda mark: deeper[mark[0]], each, flags=re.MULTILINE)
        for each in pieces
    )


def plain(text: str) -> str:
    """Returns a text without the backticks around code."""
    return text.replace("`", "")
