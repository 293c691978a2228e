"""Writes a table of rows in each output format, in pieces as the rows arrive."""

import io
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, repeat
from types import MappingProxyType
from typing import Any, NamedTuple

from ..text.counts import counted
from ..text.yaml import to_yaml
from .colors import PLAIN, Palette
from .grid import TABLE_STYLES, Borders, Grid, table_width
from .values import CELL_WIDTH, ELLIPSIS, NULL, exact, harmless, shown, to_json, width_of

FOR_PROGRAMS = ("json", "jsonl", "csv", "tsv", "yaml")
ROWS_SHOWN = 1000
"""Most rows that a table shows on a terminal unless the user chose a number; the others are only counted."""

NO_ROLES: Mapping[str, str] = MappingProxyType({})

BETWEEN = " | "
"""Separates name and value in the layout with one value per line."""

JSON_WORD = re.compile(r'(?P<key>"(?:[^"\\]|\\.)*"(?=:))|"(?:[^"\\]|\\.)*"|(?P<null>\bnull\b)')
"""A key, a text or a null of JSON."""

BOXES = ("rounded", "square")
"""Table styles that only Unicode has."""

CUT_NOTE = "Long values are cut. -o json shows them whole."


def format_in(argv: Sequence[str]) -> str | None:
    """Returns the output format in the words of a line, even if the line can't be parsed."""
    for option, value in pairwise(argv):
        if option in ("-o", "--output") and value in FORMATS:
            return value
    return None


class Style(NamedTuple):
    """Layout of the output: cells and rows are cut on a terminal, and nowhere else.

    `room` is the width of a cell in columns, and `most` the number of rows; 0 is no limit. `counted` adds a line with
    the number of rows. `expanded` shows a table's rows with one value per line: "on", "off", or "auto", for a table
    wider than the terminal, which first loses the columns of `optional`, one after the other. `null` is how people
    see NULL. `borders` is a name of TABLE_STYLES. `palette` has the colors, and `roles` what columns are painted as.
    """

    terminal: bool = False
    unicode: bool = True
    encoding: str = "utf-8"
    expanded: str = "auto"
    counted: bool = True
    headers: bool = True
    room: int = CELL_WIDTH
    most: int = ROWS_SHOWN
    null: str = NULL
    borders: str = "rounded"
    optional: Sequence[str] = ()
    palette: Palette = PLAIN
    roles: Mapping[str, str] = NO_ROLES

    def written(self, texts: Iterable[str]) -> list[str]:
        """Escapes characters that the encoding lacks, before widths are measured: an escape is wider."""
        if self.unicode:
            return list(texts)
        return [text.encode(self.encoding, "backslashreplace").decode(self.encoding) for text in texts]

    def cells(self, row: Iterable[Any]) -> list[str]:
        """Returns the texts of a row for people."""
        return [shown(value, width=self.width, null=self.null) for value in row]

    def cell_roles(self, columns: Sequence[str], row: Sequence[Any]) -> list[str]:
        """Returns what the cells of a row are painted as."""
        return [_role(value, self.roles.get(name, "")) for name, value in zip(columns, row, strict=True)]

    @property
    def columns(self) -> int:
        """The terminal's width."""
        return shutil.get_terminal_size().columns

    @property
    def width(self) -> int | None:
        return self.room if self.terminal and self.room else None

    @property
    def table_borders(self) -> Borders:
        borders = TABLE_STYLES[self.borders]
        return borders if self.unicode or self.borders not in BOXES else TABLE_STYLES["ascii"]


Rows = Iterable[Sequence[Any]]
Writer = Callable[[Sequence[str], Rows, Style], Iterator[str]]


def write_table(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    kept, total = _first(rows, style.most if style.terminal else 0)
    cells = [style.cells(row) for row in kept]
    grid = _grid(columns, cells if style.unicode else [style.written(row) for row in cells], kept, style)
    places = _fitting(columns, grid.widths, style)
    if kept and not places:
        # Each value then has a line of its own.
        label = max(map(width_of, _names(columns))) + len(BETWEEN)
        style = style._replace(room=style.room and max(style.room, style.columns - label))
        cells = [style.cells(row) for row in kept]
        yield from _blocks(columns, zip(kept, cells, strict=True), style)
    else:
        yield from _lines(_narrowed(grid, places) if places else grid, style)
    if style.counted:
        yield style.palette.paint("count", f"({counted(total, 'row')})") + "\n"
    if total > len(kept):
        yield _note(f"{counted(total - len(kept), 'row')} not shown. -o csv and -o jsonl show every row.", style)
    if places and len(places) < len(columns):
        left_out = ", ".join(name for place, name in enumerate(_names(columns)) if place not in places)
        yield _note(f"Columns not shown: {left_out}. -o vertical shows every column.", style)
    seen = places or range(len(columns))
    if any(
        _is_cut(row[place], texts[place], style.null) for row, texts in zip(kept, cells, strict=True) for place in seen
    ):
        yield _note(CUT_NOTE, style)


def _note(text: str, style: Style) -> str:
    return style.palette.paint("note", text) + "\n"


def _lines(grid: Grid, style: Style) -> Iterator[str]:
    for line in grid.lines(style.table_borders, with_headers=style.headers, palette=style.palette):
        yield f"{line}\n"


def _fitting(columns: Sequence[str], widths: Sequence[int], style: Style) -> list[int]:
    """Returns the places of the columns that a table shows; none if each value has a line of its own."""
    places = list(range(len(columns)))
    if style.expanded != "auto" or not style.terminal:
        return [] if style.expanded == "on" else places
    for name in (None, *style.optional):
        places = [place for place in places if columns[place] != name]
        if table_width([widths[place] for place in places], style.table_borders) <= style.columns:
            return places
    return []


def _narrowed(grid: Grid, places: Sequence[int]) -> Grid:
    """Returns the columns at these places."""
    if len(places) == len(grid.headers):
        return grid
    headers = [grid.headers[place] for place in places]
    right = [grid.right[place] for place in places]
    rows, roles = ([[row[place] for place in places] for row in each] for each in (grid.rows, grid.roles))
    return Grid(headers, rows, right, roles)


def write_markdown(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    rows = list(rows)
    cells = [style.written(shown(value, null=style.null).replace("|", "\\|") for value in row) for row in rows]
    grid = _grid([column.replace("|", "\\|") for column in columns], cells, rows, style._replace(palette=PLAIN))
    for line in grid.markdown():
        yield f"{line}\n"


def write_vertical(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    """Cuts only vectors: this format is for reading whole values."""
    cut, style = False, style._replace(room=style.room and sys.maxsize)

    def cells() -> Iterator[tuple[Sequence[Any], list[str]]]:
        nonlocal cut
        for row in rows:
            texts = style.cells(row)
            cut = cut or any(map(_is_cut, row, texts, repeat(style.null)))
            yield row, texts

    yield from _blocks(columns, cells(), style)
    if cut:
        yield _note(CUT_NOTE, style)


def write_json(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    separator = "["
    for row in rows:
        text = to_json(_named(columns, row), ascii_only=not style.unicode)
        yield f"{separator}\n  {painted_json(text, style.palette)}"
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


def painted_json(text: str, palette: Palette) -> str:
    """Colors the keys and the nulls of JSON."""
    if not palette.is_on:
        return text
    return JSON_WORD.sub(lambda found: palette.paint(found.lastgroup or "", found.group()), text)


def _blocks(columns: Sequence[str], rows: Iterable[tuple[Sequence[Any], Sequence[str]]], style: Style) -> Iterator[str]:
    """Yields lines `column | cell` for each row and its texts, under the row's number."""
    names, paint = _names(columns), style.palette.paint
    widest = max(map(width_of, names), default=0)
    labels = [paint("header", name) + " " * (widest - width_of(name)) + paint("border", BETWEEN) for name in names]
    for number, (row, texts) in enumerate(rows, start=1):
        yield paint("border", f"-[ {number} ]-") + "\n"
        roles = style.cell_roles(columns, row) if style.palette.is_on else ("",) * len(columns)
        for label, role, text in zip(labels, roles, texts, strict=True):
            yield f"{label}{paint(role, text)}\n"


def _named(columns: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(columns, row, strict=True))


def _separated(columns: Sequence[str], rows: Rows, style: Style, delimiter: str) -> Iterator[str]:
    if style.headers:
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


def _first(rows: Rows, limit: int) -> tuple[list[Sequence[Any]], int]:
    """Returns the rows to show, and the number of all rows; a limit of 0 is none."""
    kept: list[Sequence[Any]] = []
    total = 0
    for total, row in enumerate(rows, start=1):
        if not limit or total <= limit:
            kept.append(row)
    return kept, total


def _is_cut(value: Any, text: str, null: str) -> bool:
    """Reports whether the text of a cell omits a part of its value."""
    return ELLIPSIS in text and text != shown(value, null=null)


def _names(columns: Sequence[str]) -> list[str]:
    return [shown(column) for column in columns]


def _role(value: Any, role: str) -> str:
    if role == "sign":
        return "removed" if value == "-" else "added"
    return "null" if value is None else role


def _grid(columns: Sequence[str], cells: list[list[str]], rows: Sequence[Sequence[Any]], style: Style) -> Grid:
    right = [_is_numeric(rows, place) for place in range(len(columns))]
    roles = [style.cell_roles(columns, row) for row in rows] if style.palette.is_on else ()
    return Grid(_names(columns), cells, right, roles)


def _is_numeric(rows: Sequence[Sequence[Any]], index: int) -> bool:
    values = [row[index] for row in rows if row[index] is not None]
    return bool(values) and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
