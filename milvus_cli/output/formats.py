"""Writes a table of rows in each output format, in pieces as the rows arrive."""

import io
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from ..text.yaml import to_yaml
from .values import CELL_WIDTH, ELLIPSIS, exact, harmless, shown, to_json, width_of

FOR_PROGRAMS = ("json", "jsonl", "csv", "tsv", "yaml")
ROWS_SHOWN = 1000
"""Most rows that a table shows on a terminal; the others are only counted."""

BETWEEN = " | "
"""Separates name and value in the layout with one value per line."""

CUT_NOTE = "Long values are cut: whole ones are in -o json\n"


def format_in(argv: Sequence[str]) -> str | None:
    """Returns the output format in the words of a line, even if the line can't be parsed."""
    for option, value in pairwise(argv):
        if option in ("-o", "--output") and value in FORMATS:
            return value
    return None


class Style(NamedTuple):
    """Layout of the output: cells and rows are cut on a terminal, and nowhere else.

    `room` is the width of a cell in columns; `counted` adds a line with the number of rows. `expanded` shows a
    table's rows with one value per line: "on", "off", or "auto", for a table wider than the terminal.
    """

    terminal: bool = False
    unicode: bool = True
    encoding: str = "utf-8"
    expanded: str = "auto"
    counted: bool = True
    room: int = CELL_WIDTH

    def expands(self, table: str) -> bool:
        if self.expanded != "auto" or not self.terminal:
            return self.expanded == "on"
        return len(table.partition("\n")[0]) > self.columns

    def written(self, texts: Iterable[str]) -> list[str]:
        """Escapes characters that the encoding lacks, before widths are measured: an escape is wider."""
        if self.unicode:
            return list(texts)
        return [text.encode(self.encoding, "backslashreplace").decode(self.encoding) for text in texts]

    @property
    def columns(self) -> int:
        """The terminal's width."""
        return shutil.get_terminal_size().columns

    @property
    def width(self) -> int | None:
        return self.room if self.terminal else None


Rows = Iterable[Sequence[Any]]
Writer = Callable[[Sequence[str], Rows, Style], Iterator[str]]


def write_table(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    kept, total = _first(rows, ROWS_SHOWN if style.terminal else None)
    cells = [[shown(value, width=style.width) for value in row] for row in kept]
    written = cells if style.unicode else [style.written(row) for row in cells]
    table = _tabulate(columns, written, kept, "rounded_outline" if style.unicode else "outline")
    if kept and style.expands(table):
        # Each value then has a line of its own.
        label = max(map(width_of, _names(columns))) + len(BETWEEN)
        style = style._replace(room=max(style.room, style.columns - label))
        cells = [[shown(value, width=style.width) for value in row] for row in kept]
        yield from _blocks(columns, cells)
    else:
        yield f"{table}\n"
    if style.counted:
        yield f"({total} row{'' if total == 1 else 's'})\n"
    if total > len(kept):
        yield f"{total - len(kept)} rows not shown: all are in -o csv or -o jsonl\n"
    if any(any(map(_is_cut, *each)) for each in zip(kept, cells, strict=True)):
        yield CUT_NOTE


def write_markdown(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    rows = list(rows)
    cells = [style.written(shown(value).replace("|", "\\|") for value in row) for row in rows]
    yield _tabulate([shown(column).replace("|", "\\|") for column in columns], cells, rows, "pipe") + "\n"


def write_vertical(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    """Cuts only vectors: this format is for reading whole values."""
    cut, style = False, style._replace(room=sys.maxsize)

    def cells() -> Iterator[list[str]]:
        nonlocal cut
        for row in rows:
            texts = [shown(value, width=style.width) for value in row]
            cut = cut or any(map(_is_cut, row, texts))
            yield texts

    yield from _blocks(columns, cells())
    if cut:
        yield CUT_NOTE


def write_json(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    separator = "["
    for row in rows:
        yield f"{separator}\n  {to_json(_named(columns, row), ascii_only=not style.unicode)}"
        separator = ","
    yield "[]\n" if separator == "[" else "\n]\n"


def write_jsonl(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    for row in rows:
        yield to_json(_named(columns, row), ascii_only=not style.unicode) + "\n"


def write_csv(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    return _separated(columns, rows, style, ",")


def write_tsv(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    return _separated(columns, rows, style, "\t")


def write_yaml(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    empty = True
    for row in rows:
        empty = False
        yield to_yaml([_named(columns, row)], ascii_only=not style.unicode)
    if empty:
        yield "[]\n"


WRITERS: dict[str, Writer] = {
    "table": write_table,
    "vertical": write_vertical,
    "json": write_json,
    "jsonl": write_jsonl,
    "csv": write_csv,
    "tsv": write_tsv,
    "markdown": write_markdown,
    "yaml": write_yaml,
}
FORMATS = tuple(WRITERS)
FOR_PEOPLE = tuple(each for each in FORMATS if each not in FOR_PROGRAMS)


def _blocks(columns: Sequence[str], cells: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yields lines `column | cell` for each row, under the row's number."""
    names = _names(columns)
    widest = max(map(width_of, names), default=0)
    padded = [name + " " * (widest - width_of(name)) for name in names]
    for number, row in enumerate(cells, start=1):
        yield f"-[ {number} ]-\n"
        for name, cell in zip(padded, row, strict=True):
            yield f"{name}{BETWEEN}{cell}\n"


def _named(columns: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(columns, row, strict=True))


def _separated(columns: Sequence[str], rows: Rows, style: Style, delimiter: str) -> Iterator[str]:
    yield _line(columns, style, delimiter)
    for row in rows:
        yield _line([exact(value) for value in row], style, delimiter)


def _line(cells: Sequence[str], style: Style, delimiter: str) -> str:
    import csv

    if style.terminal:
        cells = [harmless(cell, keep="\n\t") for cell in cells]
    buffer = io.StringIO()
    # Python before 3.13 quotes a lone CR only if it is part of the line terminator, so use CRLF and cut it off.
    csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().removesuffix("\r\n") + "\n"


def _first(rows: Rows, limit: int | None) -> tuple[list[Sequence[Any]], int]:
    """Returns the rows to show, and the number of all rows."""
    kept: list[Sequence[Any]] = []
    total = 0
    for total, row in enumerate(rows, start=1):
        if limit is None or total <= limit:
            kept.append(row)
    return kept, total


def _is_cut(value: Any, text: str) -> bool:
    """Reports whether the text of a cell omits a part of its value."""
    return ELLIPSIS in text and text != shown(value)


def _names(columns: Sequence[str]) -> list[str]:
    return [shown(column) for column in columns]


def _tabulate(columns: Sequence[str], cells: list[list[str]], rows: Sequence[Sequence[Any]], table_format: str) -> str:
    from tabulate import tabulate

    align = ["right" if _is_numeric(rows, index) else "left" for index in range(len(columns))]
    # One row of multi-line cells: tabulate inspects each cell several times. It needs a text in the last line.
    at_once = [["\n".join(column) for column in zip(*cells, strict=True)]] if cells and any(cells[-1]) else cells
    return str(
        tabulate(
            at_once,
            headers=_names(columns),
            tablefmt=table_format,
            disable_numparse=True,
            preserve_whitespace=True,
            colalign=align if cells else None,
        )
    )


def _is_numeric(rows: Sequence[Sequence[Any]], index: int) -> bool:
    values = [row[index] for row in rows if row[index] is not None]
    return bool(values) and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
