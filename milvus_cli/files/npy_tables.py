"""Reads tables whose columns are NPY arrays. Numbers of vectors are passed from file to message as bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, cast
from zipfile import BadZipFile, ZipFile

from ..errors import CliError, InvalidInput
from ..values.packing import Packed
from .npy import NpyArray, read_npy
from .record_batches import COLUMN_CHUNK, copy_on_disk, is_plain
from .row_stream import Chunk, Dense, RowStream
from .sources import Source


def read_npys(sources: Sequence[Source], dense: Mapping[str, Dense]) -> RowStream:
    """Reads one column per file, named after the file. Raises CliError if the lengths differ."""
    stems = [each.file.column_name for each in sources]
    twice = next((stem for stem in stems if stems.count(stem) > 1), None)
    if twice is not None:
        raise InvalidInput(
            f"two files are named {twice!r}",
            hint="write COLUMN=FILE for another name of its column",
        )
    arrays = {each.file.column_name: read_npy(each.stream, each.file.name) for each in sources}
    rows = _common_length("the files", arrays)
    return RowStream(_npy_chunks(arrays, dense), list(arrays), rows=rows, arrays=arrays)


def read_npz(source: Source, dense: Mapping[str, Dense]) -> RowStream:
    """Reads one column per array of an NPZ file, all at once and block by block. Raises as `read_npys`."""
    where = source.file.name
    with _zip_errors(where):
        archive = ZipFile(source.raw if is_plain(source) else copy_on_disk(source))
        arrays = {}
        for member in archive.namelist():
            name = member.removesuffix(".npy")
            if name in arrays:
                raise CliError(f"{where} has two arrays {name!r}")
            arrays[name] = read_npy(cast(BinaryIO, archive.open(member)), f"{where}, array {name!r}")
    if not arrays:
        raise CliError(f"{where} has no array")
    rows = _common_length(f"the arrays of {where}", arrays)
    return RowStream(_npz_chunks(source, arrays, dense), list(arrays), rows=rows, arrays=arrays)


def _npz_chunks(source: Source, arrays: Mapping[str, NpyArray], dense: Mapping[str, Dense]) -> Iterator[Chunk]:
    rows = next(iter(arrays.values())).length
    with _zip_errors(source.file.name):
        for chunk in _npy_chunks(arrays, dense):
            source.read = (source.total or 0) * chunk.last // rows
            yield chunk


@contextmanager
def _zip_errors(name: str) -> Iterator[None]:
    try:
        yield
    except (BadZipFile, NotImplementedError, RuntimeError) as exc:
        # zipfile has the last two for compressions that it lacks, and for passwords.
        raise CliError(f"{name} is not an NPZ file, or is broken: {exc}") from exc


def _common_length(what: str, arrays: Mapping[str, NpyArray]) -> int:
    lengths = {each.name: each.length for each in arrays.values()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {length:,} rows" for name, length in lengths.items())
        raise CliError(f"{what} are not of one length: {told}")
    return max(lengths.values())


def _npy_chunks(arrays: Mapping[str, NpyArray], dense: Mapping[str, Dense]) -> Iterator[Chunk]:
    rows = max(1, COLUMN_CHUNK // sum(each.row_size for each in arrays.values()))
    done = 0
    for blocks in zip(*(each.blocks(rows) for each in arrays.values()), strict=True):
        columns = {
            name: npy_values(array, block, dense.get(name))
            for (name, array), block in zip(arrays.items(), blocks, strict=True)
        }
        count = len(next(iter(columns.values())))
        yield Chunk(columns, range(done + 1, done + count + 1), unit="row")
        done += count


def npy_values(array: NpyArray, block: bytes, dense: Dense | None) -> Sequence[Any]:
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
