"""Columns whose value is in a file's path, as Hive partitions tables: `lang=en/part-0.parquet`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import unquote

from ..errors import InvalidInput
from .row_stream import EMPTY, NULL, Chunk, RejectedRow, RowStream

NULL_VALUE = "__HIVE_DEFAULT_PARTITION__"

PathColumns = Sequence[tuple[str, str]]
"""Names, and cells as in a text file."""


def is_partition(directory: str) -> bool:
    return directory.find("=") > 0


def path_columns(directories: Sequence[str]) -> PathColumns:
    """Returns the columns that the names of directories give."""
    pairs = [each.partition("=") for each in directories if is_partition(each)]
    return [(unquote(name), NULL if value == NULL_VALUE else unquote(value) or EMPTY) for name, _, value in pairs]


def with_path_columns(table: RowStream, columns: PathColumns, where: str) -> RowStream:
    """Adds the columns that the file itself lacks; `where` is its name."""
    missing = [each for each in columns if each[0] not in (table.columns or ())]
    table = replace(table, own=[name for name, _ in columns if name in (table.columns or ())])
    if not missing:
        return table
    names = [name for name, _ in missing]
    known = None if table.columns is None else [*table.columns, *names]
    return replace(table, chunks=_filled(table, missing, where), columns=known, cells=names)


def _filled(table: RowStream, columns: PathColumns, where: str) -> Iterator[Chunk]:
    for chunk in table.chunks:
        both = next((name for name, _ in columns if name in chunk.columns), None)
        if both is not None:
            raise InvalidInput(f"{where}: {both!r} is in its rows and in its path", hint="remove it from the rows")
        added = {name: [cell] * len(chunk.lines) for name, cell in columns}
        bad = [_with_cells(each, [cell for _, cell in columns]) for each in chunk.bad] if table.text else chunk.bad
        yield replace(chunk, columns={**chunk.columns, **added}, bad=bad)


def _with_cells(bad: RejectedRow, cells: Sequence[str]) -> RejectedRow:
    """Adds the cells to a row that was split, so that it is complete once it is mended."""
    return replace(bad, row=[*bad.row, *cells]) if isinstance(bad.row, list) else bad
