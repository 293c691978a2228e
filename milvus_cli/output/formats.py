"""A table of rows in each output format, as pieces of text while the rows come."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .values import CELL_WIDTH, exact, shown, to_json

FORMATS = ("table", "vertical", "json", "jsonl", "csv", "tsv", "markdown", "yaml")
FOR_PROGRAMS = ("json", "jsonl", "csv", "tsv", "yaml")
ROWS_SHOWN = 1000
"""Rows that a table shows on a terminal; the rest is counted and left out."""


@dataclass(frozen=True)
class Style:
    """How much room there is: on a terminal cells and rows are cut, elsewhere nothing is."""

    cut: bool = False
    unicode: bool = True

    @property
    def width(self) -> int | None:
        return CELL_WIDTH if self.cut else None


Rows = Iterable[Sequence[Any]]
Writer = Callable[[Sequence[str], Rows, Style], Iterator[str]]


def write_table(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    shown_rows, left_out, total = _first(rows, ROWS_SHOWN if style.cut else None)
    cells = [[shown(value, width=style.width) for value in row] for row in shown_rows]
    yield _tabulate(columns, cells, shown_rows, "rounded_outline" if style.unicode else "outline") + "\n"
    yield f"({total} row{'' if total == 1 else 's'})\n"
    if left_out:
        yield f"{left_out} rows not shown: all are in -o csv or -o jsonl\n"


def write_markdown(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    rows = list(rows)
    cells = [[shown(value).replace("|", "\\|") for value in row] for row in rows]
    yield _tabulate([shown(column).replace("|", "\\|") for column in columns], cells, rows, "pipe") + "\n"


def write_vertical(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    widest = max((len(column) for column in columns), default=0)
    for number, row in enumerate(rows, start=1):
        yield f"-[ {number} ]-\n"
        for column, value in zip(columns, row):
            yield f"{shown(column):<{widest}} | {shown(value, width=style.width)}\n"


def write_json(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    separator = "["
    for row in rows:
        yield f"{separator}\n  {to_json(dict(zip(columns, row)))}"
        separator = ","
    yield "[]\n" if separator == "[" else "\n]\n"


def write_jsonl(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    for row in rows:
        yield to_json(dict(zip(columns, row))) + "\n"


def write_csv(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    return _separated(columns, rows, ",")


def write_tsv(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    return _separated(columns, rows, "\t")


def write_yaml(columns: Sequence[str], rows: Rows, style: Style) -> Iterator[str]:
    empty = True
    for row in rows:
        empty = False
        yield to_yaml([dict(zip(columns, row))])
    if empty:
        yield "[]\n"


def to_yaml(value: Any) -> str:
    import yaml

    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=2**31))


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


def _separated(columns: Sequence[str], rows: Rows, delimiter: str) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        yield _drained(buffer)
        writer.writerow([exact(value) for value in row])
    yield _drained(buffer)


def _drained(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _first(rows: Rows, limit: int | None) -> tuple[list[Sequence[Any]], int, int]:
    """The rows to show, how many more there are, and how many in all."""
    kept: list[Sequence[Any]] = []
    total = 0
    for total, row in enumerate(rows, start=1):
        if limit is None or total <= limit:
            kept.append(row)
    return kept, total - len(kept), total


def _tabulate(
    columns: Sequence[str], cells: list[list[str]], rows: Sequence[Sequence[Any]], table_format: str
) -> str:
    from tabulate import tabulate

    align = ["right" if _is_numeric(rows, index) else "left" for index in range(len(columns))]
    return str(
        tabulate(
            cells,
            headers=[shown(column) for column in columns],
            tablefmt=table_format,
            disable_numparse=True,
            colalign=align if cells else None,
        )
    )


def _is_numeric(rows: Sequence[Sequence[Any]], index: int) -> bool:
    values = [row[index] for row in rows if row[index] is not None]
    return bool(values) and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
