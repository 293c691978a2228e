"""Reads the first rows of files, and what is known of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from ..errors import InvalidInput
from ..values.encode import ABSENT
from .encodings import cell_not_decoded
from .inference import InferredColumn, infer_columns
from .record_batches import UNNAMED_INDEX
from .row_stream import Chunk, RejectedRow, RowStream
from .separated import other_delimiter, other_mark
from .sources import InputFile, Source, open_source
from .tables import WantedColumns, group_tables, open_table
from .text_layout import COMMA, PLAIN, TextLayout

SAMPLE_ROWS, SAMPLE_CHUNKS = 5_000, 2
"""Maximum rows and chunks of a sample, small enough to read within a second."""
SAMPLE_TABLES = 20


@dataclass(frozen=True)
class Sample:
    """The first rows of a table in files, as columns; `rejected` are those that can't be read.

    `rows` is the number of all rows if it is known, `estimate` a guess by size. `file` tells format and compression.
    """

    file: InputFile
    size: int
    columns: Mapping[str, Sequence[Any]]
    inferred: Sequence[InferredColumn]
    rejected: Sequence[RejectedRow]
    rows: int | None
    estimate: int | None
    table: RowStream

    @property
    def not_decoded(self) -> str:
        """Describes the first cell that is not of the file's encoding; empty if there is none."""
        columns = self.columns.values() if self.table.text else ()
        cells = (cell for values in columns for cell in values if isinstance(cell, str))
        return next((text for cell in cells if (text := cell_not_decoded(cell, self.table.encoding))), "")

    @property
    def has_other_delimiter(self) -> bool:
        """Reports whether every row has another delimiter as often as the name of the only column has it."""
        mark = other_mark(self.table)
        header, *rows = self._lines() if mark else [""]
        return bool(rows) and {each.count(mark) for each in rows} == {header.count(mark)}

    def _lines(self) -> Iterator[str]:
        """Yields the header and the rows of a table of one column, as they stand in the file."""
        [name] = self.table.columns or [""]
        yield name
        yield from self.columns[name]
        yield from (each.row if isinstance(each.row, str) else self._joined(each.row) for each in self.rejected)

    def _joined(self, cells: Sequence[str]) -> str:
        return self.table.delimiter.join(cells)

    @property
    def count(self) -> int:
        return len(next(iter(self.columns.values()), ()))


def one_column(sample: Sample) -> InvalidInput:
    """Returns the error for a file that another delimiter divides."""
    return InvalidInput(f"{sample.file.name} has one column", hint=other_delimiter(sample.table))


def read_sample(
    files: Sequence[InputFile],
    stdin: BinaryIO | None = None,
    layout: TextLayout = PLAIN,
    note: Callable[[str], None] = lambda text: None,
) -> Sample:
    """Samples the first table of the files. Raises CliError if it can't be read."""
    return _table_sample(group_tables(files)[0], stdin, layout, note)


def read_columns(
    files: Sequence[InputFile],
    stdin: BinaryIO | None = None,
    layout: TextLayout = PLAIN,
    note: Callable[[str], None] = lambda text: None,
) -> Sample:
    """Like `read_sample`, with the columns of further tables of the same kind, until there are SAMPLE_ROWS rows."""
    groups = group_tables(files)
    found = _table_sample(groups[0], stdin, layout, note)
    for group in groups[1:SAMPLE_TABLES]:
        if found.count >= SAMPLE_ROWS:
            break
        more = _table_sample(group, stdin, layout, note)
        if more.table.text == found.table.text:
            found = replace(found, columns=_stacked(found, more))
    return replace(found, inferred=_inferred(_with_all_paths(found, files), found.table))


def _with_all_paths(sample: Sample, files: Sequence[InputFile]) -> Mapping[str, Sequence[Any]]:
    """Returns the columns, with those that paths give also from the files that were not read."""
    cells = [pair for file in files for pair in file.columns]
    more = {name: [cell for other, cell in cells if other == name] for name in sample.table.cells}
    return {name: [*values, *more.get(name, ())] for name, values in sample.columns.items()}


def _stacked(above: Sample, below: Sample) -> Mapping[str, Sequence[Any]]:
    parts = (above, below)
    names = dict.fromkeys(name for part in parts for name in part.columns)
    return {
        name: [value for part in parts for value in part.columns.get(name) or [ABSENT] * part.count] for name in names
    }


def _table_sample(
    group: Sequence[InputFile], stdin: BinaryIO | None, layout: TextLayout, note: Callable[[str], None]
) -> Sample:
    with ExitStack() as stack:
        sources = [stack.enter_context(open_source(file, stdin, note)) for file in group]
        table = open_table(sources, WantedColumns(), layout)
        chunks, complete = _first_chunks(table, sources)
        columns = _joined(table, chunks)
        rejected = [row for chunk in chunks for row in chunk.bad]
        count = sum(len(chunk.lines) for chunk in chunks) + len(rejected)
        rows = table.rows if table.rows is not None else count if complete else None
        return Sample(
            sources[0].file,
            sum(source.total or 0 for source in sources),
            columns,
            _inferred(columns, table),
            rejected,
            rows,
            None if rows is not None else _estimate(sources, count),
            table,
        )


def _inferred(columns: Mapping[str, Sequence[Any]], table: RowStream) -> Sequence[InferredColumn]:
    has_both = table.text and table.plain
    return infer_columns(
        columns,
        text=table.text and not has_both,
        cells=[name for name in columns if name not in table.plain] if has_both else table.cells,
        nested=table.nested,
        vectors=_vectors_beside(table),
        commas=[name for name in columns if name not in table.cells] if table.decimal == COMMA else (),
    )


def _vectors_beside(table: RowStream) -> list[str]:
    """Returns the columns of NPY files beside rows that have a list of numbers for each row."""
    arrays = {name: each for name, each in table.arrays.items() if name in table.plain}
    return [name for name, each in arrays.items() if len(each.shape) == 2 and each.dtype[1] in "fiu"]


def _first_chunks(table: RowStream, sources: Sequence[Source]) -> tuple[Sequence[Chunk], bool]:
    """Returns the chunks of a sample, and True if they are all there are."""
    chunks: list[Chunk] = []
    for chunk in table.chunks:
        chunks.append(chunk)
        if len(chunks) >= SAMPLE_CHUNKS or sum(len(each.lines) for each in chunks) >= SAMPLE_ROWS:
            ended = all(each.total is not None and each.position >= each.total for each in sources)
            return chunks, ended and next(iter(table.chunks), None) is None
    return chunks, True


def _joined(table: RowStream, chunks: Sequence[Chunk]) -> Mapping[str, Sequence[Any]]:
    names = dict.fromkeys(table.columns or [name for chunk in chunks for name in chunk.columns])
    # An index of pandas with a name may be meant as a field, one without is not.
    names = dict.fromkeys(name for name in names if not UNNAMED_INDEX.fullmatch(name))
    return {name: _column(name, chunks)[:SAMPLE_ROWS] for name in names}


def _column(name: str, chunks: Sequence[Chunk]) -> list[Any]:
    return [value for chunk in chunks for value in chunk.columns.get(name) or [ABSENT] * len(chunk.lines)]


def _estimate(sources: Sequence[Source], count: int) -> int | None:
    """Returns the number of rows of a file whose later rows are as long as the first ones."""
    total, position = (sum(each) for each in zip(*((one.total or 0, one.position) for one in sources), strict=True))
    return count * total // position if total and position else None
