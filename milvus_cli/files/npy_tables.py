"""Reads tables whose columns are NPY arrays. Numbers of vectors are passed from file to message as bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..errors import CliError, InvalidInput
from ..values.packing import Packed
from .npy import NpyArray, read_npy
from .record_batches import COLUMN_CHUNK
from .row_stream import Chunk, Dense, RowStream
from .sources import Source


def read_npys(sources: Sequence[Source], dense: Mapping[str, Dense]) -> RowStream:
    """Reads one column per file, named after the file. Raises CliError if the lengths differ."""
    stems = [each.place.stem for each in sources]
    twice = next((stem for stem in stems if stems.count(stem) > 1), None)
    if twice is not None:
        raise InvalidInput(f"two files are named {twice!r}", hint="an NPY file is the column of its name: rename one")
    arrays = {each.place.stem: read_npy(each.stream, each.place.name) for each in sources}
    lengths = {each.name: each.length for each in arrays.values()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {length:,} rows" for name, length in lengths.items())
        raise CliError(f"the files are not of one length: {told}")
    return RowStream(_npy_chunks(arrays, dense), list(arrays), rows=max(lengths.values()))


def _npy_chunks(arrays: Mapping[str, NpyArray], dense: Mapping[str, Dense]) -> Iterator[Chunk]:
    rows = max(1, COLUMN_CHUNK // sum(each.row_size for each in arrays.values()))
    done = 0
    for blocks in zip(*(each.blocks(rows) for each in arrays.values()), strict=True):
        columns = {
            name: _npy_values(array, block, dense.get(name))
            for (name, array), block in zip(arrays.items(), blocks, strict=True)
        }
        count = len(next(iter(columns.values())))
        yield Chunk(columns, range(done + 1, done + count + 1), unit="row")
        done += count


def _npy_values(array: NpyArray, block: bytes, dense: Dense | None) -> Sequence[Any]:
    if dense and len(array.shape) == 2:
        if array.dtype[1:] == dense.code and array.row_size == dense.size:
            return Packed(block, dense.size)
        if (array.dtype[1:], dense.code) == ("f8", "f4") and array.row_size == 2 * dense.size:
            return _narrowed(array, block, dense)
    return array.values(block)


def _narrowed(array: NpyArray, block: bytes, dense: Dense) -> Sequence[Any]:
    try:
        import numpy
    except ImportError:
        return array.values(block)
    with numpy.errstate(over="ignore"):
        return Packed(numpy.frombuffer(block, "<f8").astype("<f4").tobytes(), dense.size)
