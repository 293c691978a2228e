"""Adds columns of NPY files to the rows of another file: the first row of each belongs to the first row of the file.

A row that can't be read counts as well, so that the others keep their columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from ..errors import CliError, InvalidInput
from ..values.packing import Packed
from .npy import NpyArray, read_npy
from .npy_tables import npy_values
from .record_batches import COLUMN_CHUNK
from .row_stream import Chunk, Dense, RowStream
from .sources import Source


def with_side_columns(table: RowStream, sources: Sequence[Source], where: str, dense: Mapping[str, Dense]) -> RowStream:
    """Adds the arrays of NPY sources to a table; `where` is its name. Raises CliError for lengths that differ."""
    arrays = read_arrays(sources)
    require_other_names(where, table.columns or (), arrays)
    if table.rows is not None:
        require_length(where, table.rows, arrays)
    known = None if table.columns is None else [*table.columns, *arrays]
    return replace(
        table, chunks=_widened(table, arrays, where, dense), columns=known, plain=list(arrays), arrays=arrays
    )


def read_arrays(sources: Sequence[Source]) -> Mapping[str, NpyArray]:
    """Returns the arrays by column. Raises InvalidInput for a column that two files give."""
    found: dict[str, NpyArray] = {}
    for source in sources:
        name = source.file.column_name
        if name in found:
            raise InvalidInput(f"two files give the column {name!r}", hint="write COLUMN=FILE for another name")
        found[name] = read_npy(source.stream, source.file.name)
    return found


def require_length(where: str, rows: int, arrays: Mapping[str, NpyArray]) -> None:
    """Raises CliError for an array that has not as many rows as the file `where`."""
    for array in arrays.values():
        if array.length != rows:
            raise CliError(
                f"{where} has {rows:,} rows, and {array.name} has {array.length:,}",
                hint="each row needs its own row of the array",
            )


def require_other_names(where: str, columns: Sequence[str], arrays: Mapping[str, NpyArray]) -> None:
    """Raises InvalidInput for an array with the name of a column in the file `where`."""
    twice = next((name for name in arrays if name in columns), None)
    if twice is not None:
        raise InvalidInput(
            f"{where} has a column {twice!r} itself, which {arrays[twice].name} also gives",
            hint="write COLUMN=FILE for another name, or remove one of them",
        )


def _widened(
    table: RowStream, arrays: Mapping[str, NpyArray], where: str, dense: Mapping[str, Dense]
) -> Iterator[Chunk]:
    most, done = max(1, COLUMN_CHUNK // sum(each.row_size for each in arrays.values())), 0
    for whole in table.chunks:
        for chunk in whole.cut(range(most, len(whole.lines), most)):
            require_other_names(where, [*chunk.columns], arrays)
            done += len(chunk.lines) + len(chunk.bad)
            _require_enough(where, done, arrays)
            yield _with_arrays(chunk, arrays, dense)
    require_length(where, done, arrays)


def _require_enough(where: str, rows: int, arrays: Mapping[str, NpyArray]) -> None:
    for array in arrays.values():
        if array.length < rows:
            raise CliError(f"{where} has more rows than {array.name}, which has {array.length:,}")


def _with_arrays(chunk: Chunk, arrays: Mapping[str, NpyArray], dense: Mapping[str, Dense]) -> Chunk:
    count = len(chunk.lines) + len(chunk.bad)
    good = _places(chunk) if chunk.bad else None
    added = {name: npy_values(array, array.next_rows(count), dense.get(name)) for name, array in arrays.items()}
    if good is not None:
        added = {name: _picked(values, good) for name, values in added.items()}
    return replace(chunk, columns={**chunk.columns, **added})


def _places(chunk: Chunk) -> Sequence[int]:
    """Returns the places of the good rows among all rows of a chunk."""
    bad = {each.line for each in chunk.bad}
    ordered = sorted(chain(chunk.lines, (each.line for each in chunk.bad)))
    return [place for place, line in enumerate(ordered) if line not in bad]


def _picked(values: Sequence[Any], places: Sequence[int]) -> Sequence[Any]:
    if isinstance(values, Packed):
        return Packed(b"".join(values[each] for each in places), values.size)
    return [values[each] for each in places]
