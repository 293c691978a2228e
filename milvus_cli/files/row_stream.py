"""Reads rows from open sources in chunks. Knows nothing of schemas; invalid rows are returned beside the others."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from ..values.encode import to_columns

if TYPE_CHECKING:
    from .npy import NpyArray

CHUNK_SIZE = 2 << 20
"""Approximate bytes of a source per chunk, at least one row."""

ROW_LIMIT = 16 << 20
"""Maximum bytes of a row: several times the largest useful one, and small enough to be held a few times."""

TOO_LONG = f"longer than {ROW_LIMIT >> 20} MiB"

EMPTY: Any = type("Empty", (str,), {"__slots__": ()})()
"""An empty cell in quotes: an empty text, not null."""
NULL: Any = type("Null", (str,), {"__slots__": ()})()
"""A cell with one of the texts that stand for null: null, where an empty cell may be an empty text."""


Unit = Literal["line", "row"]
"""Unit of positions: lines of a text, or rows where lines are meaningless (a list in JSON, Parquet, NPY)."""


@dataclass(frozen=True)
class RejectedRow:
    """A row that is invalid in its file or does not fit the collection; `row` holds its values by field.

    With a `delimiter` the values are cells of a text file: by field, as a list in the order of `columns`, or as a line
    that could not be split. Numbers in cells have the decimal separator `decimal`; `types` are those of cells for the
    dynamic field, by name. `unit` as in Chunk.
    """

    line: int
    field: str
    reason: str
    row: Any
    delimiter: str = ""
    decimal: str = "."
    types: Sequence[tuple[str, str]] = ()
    columns: Sequence[str] = ()
    unit: Unit = "line"


@dataclass(frozen=True)
class Chunk:
    """Rows as columns. `lines` has the position of each row, counted from 1 in `unit`s."""

    columns: Mapping[str, Sequence[Any]]
    lines: Sequence[int]
    bad: Sequence[RejectedRow] = field(default=())
    unit: Unit = "line"

    @property
    def last(self) -> int:
        """Position of the last row, 0 if there is none."""
        return max([*self.lines[-1:], *(each.line for each in self.bad)], default=0)

    def after(self, line: int) -> Chunk:
        """Returns the rows after a position."""
        start = bisect_right(self.lines, line)
        columns = {name: values[start:] for name, values in self.columns.items()}
        bad = [each for each in self.bad if each.line > line]
        return Chunk(columns, self.lines[start:], bad, self.unit)

    def cut(self, starts: Sequence[int]) -> Iterator[Chunk]:
        """Yields the parts that begin at these rows, and the one before them; rejected rows stay in their places."""
        bad = sorted(self.bad, key=lambda each: each.line)
        for start, stop in pairwise([0, *starts, len(self.lines)]):
            ends = stop == len(self.lines)
            count = len(bad) if ends else bisect_right([each.line for each in bad], self.lines[stop - 1])
            columns = {name: values[start:stop] for name, values in self.columns.items()}
            yield Chunk(columns, self.lines[start:stop], bad[:count], self.unit)
            bad = bad[count:]

    def pick(self, rows: Sequence[int]) -> Chunk:
        """Returns the selected rows."""
        columns = {name: [values[row] for row in rows] for name, values in self.columns.items()}
        return Chunk(columns, [self.lines[row] for row in rows], unit=self.unit)


@dataclass(frozen=True)
class Dense:
    """Expected format of a vector column: NumPy's code of its numbers ("f4"), and bytes per row."""

    code: str
    size: int


@dataclass(frozen=True)
class RowStream:
    """Rows of a reader, and the columns if they are known in advance.

    With `text`, all values are cells of a text file with `delimiter` and the decimal separator `decimal`, except those
    of the columns `plain`; else only those of the columns `cells`. `nested` columns hold text that may be JSON. The
    columns `index` are left out, unless there are fields of their names. Columns in `own` are in the path of the file
    too, whose values are left out.
    """

    chunks: Iterator[Chunk]
    columns: Sequence[str] | None = None
    text: bool = False
    nested: Collection[str] = ()
    cells: Collection[str] = ()
    index: Collection[str] = ()
    own: Collection[str] = ()
    delimiter: str = ""
    decimal: str = "."
    encoding: str = "utf-8"
    plain: Collection[str] = ()
    rows: int | None = None
    """The number of all rows, where the file says it."""
    arrays: Mapping[str, NpyArray] = field(default_factory=dict)
    """The NPY arrays among the columns."""


class RowCollector:
    """Collects objects for a chunk. Each gets a position after the last one: its line if it has one, else the next."""

    def __init__(self, last: int = 0) -> None:
        self._rows: list[dict[str, Any]] = []
        self._lines: list[int] = []
        self._bad: list[RejectedRow] = []
        self._unit: Unit = "line"
        self.last = last

    def add(self, line: int, value: Any) -> None:
        if isinstance(value, dict):
            self._rows.append(value)
            self._lines.append(self._position(line))
        else:
            self.refuse(line, "not a JSON object", value)

    def refuse(self, line: int, reason: str, value: Any) -> None:
        position = self._position(line)
        self._bad.append(RejectedRow(position, "", reason, value, unit="line" if position == line else "row"))

    def _position(self, line: int) -> int:
        self.last = max(line, self.last + 1)
        if self.last != line:
            self._unit = "row"
        return self.last

    def chunk(self) -> Chunk:
        return Chunk(to_columns(self._rows), self._lines, self._bad, self._unit)
