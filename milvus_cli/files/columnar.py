"""Reads Parquet and NPY files. Numbers of vectors are passed from file to message as bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ..errors import CliError, InvalidInput
from ..values.packing import Packed
from .arrow_package import pyarrow
from .arrow_plain import plain_values
from .memory import give_back
from .npy import NpyArray, read_npy
from .row_stream import Chunk, Dense, RowStream
from .sources import BUFFER, Source

COLUMN_CHUNK = 1 << 20
"""Approximate bytes of a chunk, and of the message made of it."""
TRIMMED = 8
"""Number of chunks after which free memory is returned to the system; it piles up with rows of many kilobytes."""

TEXTS = ("string", "large_string", "string_view")
PARQUET_PIECE, PARQUET_PIECE_ROWS = COLUMN_CHUNK // 4, 256
"""Maximum bytes (as stored) and rows read from a Parquet file at once."""

ARROW = {"f4": "float32", "f2": "float16", "i1": "int8", "u1": "uint8"}
"""Arrow's names of the number types in vectors."""


def read_parquet(source: Source, dense: Mapping[str, Dense]) -> RowStream:
    """Raises CliError if pyarrow is not installed, or the file is not valid Parquet."""
    arrow = pyarrow()
    from pyarrow import parquet

    # pyarrow's own memory pools retain tens of megabytes.
    arrow.set_memory_pool(arrow.system_memory_pool())
    with _parquet_errors(source):
        file = parquet.ParquetFile(_seekable(source), buffer_size=BUFFER, pre_buffer=False)
        schema = file.schema_arrow
        twice = next((name for name in schema.names if schema.names.count(name) > 1), None)
        if twice is not None:
            raise CliError(f"{source.place.name} has two columns {twice!r}")
        nested = {each.name for each in schema if str(_plain_type(each.type)) in TEXTS}
        return RowStream(_parquet_chunks(source, file, dense), schema.names, nested=nested, rows=file.metadata.num_rows)


def _seekable(source: Source) -> Any:
    """Returns the path of a plain file, else a copy on disk: Parquet's metadata is at the end of the file."""
    if source.total is not None and not source.place.compression:
        return source.place.path
    copy = tempfile.TemporaryFile()  # noqa: SIM115
    while found := source.stream.read(BUFFER):
        copy.write(found)
    copy.seek(0)
    return copy


def _parquet_chunks(source: Source, file: Any, dense: Mapping[str, Dense]) -> Iterator[Chunk]:
    total, done = file.metadata.num_rows, 0
    with _parquet_errors(source):
        for number, batch in enumerate(_batches(file)):
            if number % TRIMMED == 0:
                give_back()
            columns = {name: _column_values(batch.column(name), dense.get(name)) for name in batch.schema.names}
            rows = batch.num_rows
            source.read = (source.total or 0) * (done + rows) // max(1, total)
            yield Chunk(columns, range(done + 1, done + rows + 1), unit="row")
            done += rows


def _batches(file: Any) -> Iterator[Any]:
    """Yields batches of about COLUMN_CHUNK bytes, read in pieces: the size of dictionary-encoded text is unknown."""
    waiting, size = list[Any](), 0
    for piece in file.iter_batches(batch_size=_rows_of_a_piece(file.metadata), use_threads=False):
        waiting.append(_without_dictionaries(piece))
        size += waiting[-1].nbytes
        if size >= COLUMN_CHUNK:
            yield from _cut(_joined(waiting))
            waiting, size = [], 0
    if waiting:
        yield from _cut(_joined(waiting))


def _rows_of_a_piece(metadata: Any) -> int:
    size = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    return int(max(1, min(PARQUET_PIECE_ROWS, PARQUET_PIECE * metadata.num_rows // max(1, size))))


def _without_dictionaries(batch: Any) -> Any:
    """Decodes dictionaries: they cover the whole file, and would be copied into each piece."""
    import pyarrow

    columns = [each.dictionary_decode() if pyarrow.types.is_dictionary(each.type) else each for each in batch.columns]
    return pyarrow.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _joined(batches: Sequence[Any]) -> Any:
    import pyarrow

    columns = [pyarrow.concat_arrays(each) for each in zip(*(batch.columns for batch in batches), strict=True)]
    return pyarrow.RecordBatch.from_arrays(columns, names=batches[0].schema.names)


def _cut(batch: Any) -> Iterator[Any]:
    """Splits a batch into parts of about COLUMN_CHUNK bytes, assuming rows of similar size."""
    rows = max(1, batch.num_rows * COLUMN_CHUNK // max(COLUMN_CHUNK, batch.nbytes))
    return (batch.slice(start, rows) for start in range(0, batch.num_rows, rows))


def _plain_type(kind: Any) -> Any:
    """Returns the type of the values, inside a dictionary or an extension type such as JSON."""
    import pyarrow

    kind = kind.value_type if pyarrow.types.is_dictionary(kind) else kind
    return getattr(kind, "storage_type", kind)


@contextmanager
def _parquet_errors(source: Source) -> Iterator[None]:
    import pyarrow

    try:
        yield
    except pyarrow.ArrowException as exc:
        raise CliError(f"{source.place.name} is no Parquet file, or broken: {exc}") from exc


def _column_values(array: Any, dense: Dense | None) -> Sequence[Any]:
    packed = _packed(array, dense) if dense and len(array) else None
    if packed is not None:
        return packed
    if dense and "binary" in str(array.type):
        # Vectors in Milvus's own byte format.
        values: list[Any] = array.to_pylist()
        return values
    return plain_values(array)


def _packed(array: Any, dense: Dense) -> Packed | None:
    """Returns the numbers of a list column as bytes; None unless each list has the dimension of the vector field."""
    import pyarrow

    kind = array.type
    lists = pyarrow.types.is_list(kind) or pyarrow.types.is_large_list(kind)
    if array.null_count or not (lists or pyarrow.types.is_fixed_size_list(kind)):
        return None
    numbers = array.flatten()
    if not (pyarrow.types.is_integer(numbers.type) or pyarrow.types.is_floating(numbers.type)):
        return None
    width = dense.size // int(dense.code[1:])
    if numbers.null_count or len(numbers) != width * len(array) or (lists and not _are_even(array, width)):
        return None
    try:
        numbers = numbers.cast(ARROW[dense.code])
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError):
        return None
    start = numbers.offset * int(dense.code[1:])
    return Packed(memoryview(numbers.buffers()[1])[start : start + dense.size * len(array)], dense.size)


def _are_even(array: Any, width: int) -> bool:
    """Returns True if every list has `width` numbers."""
    offsets = array.offsets
    first = offsets[0].as_py()
    return bool(offsets.to_pylist() == list(range(first, first + width * len(array) + 1, width)))


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
