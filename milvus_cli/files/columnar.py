"""Reads Parquet files, and Arrow files and streams."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from ..errors import CliError
from .arrow_plain import decodable
from .mapped import MappedFile, mapped_file
from .record_batches import (
    ColumnReader,
    Piece,
    batch_bytes,
    copy_on_disk,
    format_errors,
    is_plain,
    piece_rows,
    prepared_pyarrow,
    random_access,
    rows_of_pieces,
)
from .row_stream import Dense, RowStream
from .sources import BUFFER, Source

ARROW_MAGIC, FEATHER_V1_MAGIC = b"ARROW1", b"FEA1"
STREAM_END = b"\xff\xff\xff\xff\0\0\0\0"
OF_VALUES = ("UTF8", "whole number of days")
"""Words in pyarrow's messages about values alone: texts that are not UTF-8, and dates with a time."""
FORGOTTEN = 32
"""Number of pieces after which the pages of a mapped file are given back: they count as memory of the process."""


def read_parquet(source: Source, dense: Mapping[str, Dense], texts: Collection[str] = ()) -> RowStream:
    """Decimals of the columns `texts` keep their digits.

    Raises CliError if pyarrow is not installed, or the file is not valid Parquet.
    """
    as_columns = ColumnReader(dense, texts)
    prepared_pyarrow()
    from pyarrow import parquet

    with format_errors(source, "Parquet"):
        # Parquet's metadata is at the end of the file.
        file = parquet.ParquetFile(random_access(source), buffer_size=BUFFER, pre_buffer=False)
        return rows_of_pieces(
            source, "Parquet", file.schema_arrow, _parquet_pieces(file), as_columns, file.metadata.num_rows
        )


def _parquet_pieces(file: Any) -> Iterator[Piece]:
    metadata, done = file.metadata, 0
    size = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    for piece in file.iter_batches(batch_size=piece_rows(metadata.num_rows, size), use_threads=False):
        done += piece.num_rows
        yield piece, done / max(1, metadata.num_rows)


def read_arrow(source: Source, dense: Mapping[str, Dense], texts: Collection[str] = ()) -> RowStream:
    """Reads an Arrow file (Feather V2 too) or consecutive Arrow streams, whichever the content is.

    The file is mapped, so that a record batch of any size is read piece by piece; only one whose buffers are
    compressed is held as a whole. Raises as `read_parquet`.
    """
    arrow, as_columns = prepared_pyarrow(), ColumnReader(dense, texts)
    name = source.file.name
    mapped = mapped_file(name, source.raw if is_plain(source) else copy_on_disk(source))
    pages = mapped.pages
    if pages[:4] == FEATHER_V1_MAGIC:
        raise CliError(f"{name} is Feather V1, which is obsolete", hint="convert it to Parquet or Feather V2")
    with format_errors(source, "Arrow"):
        if pages[: len(ARROW_MAGIC)] == ARROW_MAGIC:
            reader = arrow.ipc.open_file(arrow.py_buffer(pages))
            return rows_of_pieces(source, "Arrow", reader.schema, _file_pieces(reader, mapped), as_columns)
        if pages[-len(STREAM_END) :] != STREAM_END:
            source.note(f"note: {name} has no end marker: it may be truncated")
        content = arrow.BufferReader(arrow.py_buffer(pages))
        stream = arrow.ipc.open_stream(content)
        return rows_of_pieces(source, "Arrow", stream.schema, _stream_pieces(stream, content, mapped), as_columns)


def _file_pieces(reader: Any, mapped: MappedFile) -> Iterator[Piece]:
    count = reader.num_record_batches
    for number in range(count):
        mapped.require_whole()
        for piece, share in _pieces(reader.get_batch(number), mapped):
            yield piece, (number + share) / count


def _stream_pieces(stream: Any, content: Any, mapped: MappedFile) -> Iterator[Piece]:
    """Reads on behind the end of a stream, where another one may begin."""
    import pyarrow

    schema, size = stream.schema, len(mapped.pages)
    while True:
        for batch in _batches(stream, mapped):
            yield from ((piece, content.tell() / size) for piece, _ in _pieces(batch, mapped))
        begin = content.tell()
        if begin == size:
            return
        stream = pyarrow.ipc.open_stream(content)
        if not stream.schema.equals(schema):
            raise CliError(f"{mapped.name}: a second stream begins at byte {begin:,}, and has other columns")


def _batches(stream: Any, mapped: MappedFile) -> Iterator[Any]:
    with suppress(StopIteration):
        while True:
            mapped.require_whole()
            yield stream.read_next_batch()


def _pieces(batch: Any, mapped: MappedFile) -> Iterator[Piece]:
    """Cuts a record batch. Checks it first: pyarrow reads anything from a broken file, and may crash with it."""
    from pyarrow import RecordBatch, types

    _require_valid(column for column in batch.columns if _has_parts(column.type))
    columns = [decodable(each) if types.is_dictionary(each.type) else each for each in batch.columns]
    batch = RecordBatch.from_arrays(columns, names=batch.schema.names)
    rows = piece_rows(batch.num_rows, batch_bytes(batch))
    for number, start in enumerate(range(0, batch.num_rows, rows)):
        mapped.require_whole()
        if number % FORGOTTEN == 0:
            mapped.forget()
        piece = batch.slice(start, rows)
        _require_valid(column for column in piece.columns if not _has_parts(column.type))
        yield piece, (start + piece.num_rows) / batch.num_rows


def _has_parts(kind: Any) -> bool:
    """Returns True for nested types, apart from lists of numbers: the check of a slice would check all parts."""
    from pyarrow import types

    kind = getattr(kind, "storage_type", kind)
    lists = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    if lists and types.is_primitive(kind.value_type):
        return False
    return bool(kind.num_fields) or types.is_dictionary(kind)


def _require_valid(columns: Iterable[Any]) -> None:
    """Raises ArrowInvalid unless offsets and the like are within their buffers. Values are checked later."""
    import pyarrow

    for column in columns:
        try:
            column.validate(full=True)
        except pyarrow.ArrowInvalid as exc:
            if not any(words in str(exc) for words in OF_VALUES):
                raise
