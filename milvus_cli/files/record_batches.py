"""Turns Arrow record batches of any size into small chunks of rows. Passes the numbers of vectors on as bytes."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..errors import CliError
from ..values.packing import Packed
from .arrow_package import newer_pyarrow, pyarrow
from .arrow_plain import list_items, plain_values
from .memory import give_back
from .row_stream import Chunk, Dense, RowStream
from .sources import BUFFER, Source

COLUMN_CHUNK = 1 << 20
"""Approximate bytes of a chunk, and of the message made of it."""
TRIMMED = 8
"""Number of chunks after which free memory is returned to the system; it piles up with rows of many kilobytes."""

UNNAMED_INDEX = re.compile(r"__index_level_[0-9]+__")
"""The column of an index of pandas without a name."""
TEXTS = ("string", "large_string", "string_view")
PIECE, PIECE_ROWS = COLUMN_CHUNK // 4, 256
"""Maximum bytes (as stored) and rows read from a file at once."""

ARROW = {"f4": "float32", "f2": "float16", "i1": "int8", "u1": "uint8"}
"""Arrow's names of the number types in vectors."""

Piece = tuple[Any, float]
"""A few rows as a record batch, and the fraction of the file that is read with them."""


def prepared_pyarrow() -> Any:
    """Returns the module. Raises CliError if it is not installed."""
    arrow = pyarrow()
    # pyarrow's own memory pools retain tens of megabytes.
    arrow.set_memory_pool(arrow.system_memory_pool())
    return arrow


def is_plain(source: Source) -> bool:
    """Returns True for a file on disk that is stored as it is.

    False for pipes, URLs, compressed files, and files within others.
    """
    file = source.file
    return source.total is not None and not (file.compression or file.is_url or file.span)


def random_access(source: Source) -> Any:
    """Returns the path of a plain file, the stream of one that is read in ranges, else a copy on disk."""
    if is_plain(source):
        return source.file.path
    return source.raw if source.total is not None and not source.file.compression else copy_on_disk(source)


def copy_on_disk(source: Source) -> Any:
    """Copies the content to an unnamed file, for formats that are not read from begin to end."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115
    while found := source.stream.read(BUFFER):
        copy.write(found)
    copy.seek(0)
    return copy


def piece_rows(rows: int, size: int) -> int:
    """Returns the rows of a piece, given all rows of a part and their bytes."""
    return int(max(1, min(PIECE_ROWS, PIECE * rows // max(1, size))))


def rows_of_pieces(
    source: Source, kind: str, schema: Any, pieces: Iterable[Piece], reader: ColumnReader, rows: int | None = None
) -> RowStream:
    """Returns the rows of all pieces; `kind` names the format in errors."""
    twice = next((name for name in schema.names if schema.names.count(name) > 1), None)
    if twice is not None:
        raise CliError(f"{source.file.name} has two columns {twice!r}")
    nested = {each.name for each in schema if str(_plain_type(each.type)) in TEXTS}
    given = _pandas_index(schema)
    ranges = _ranges(source, [each for each in given if isinstance(each, dict)], schema.names, rows)
    index = {each for each in schema.names if UNNAMED_INDEX.fullmatch(each) or each in given} | ranges.keys()
    chunks = _chunks(source, kind, pieces, reader, ranges)
    return RowStream(chunks, [*schema.names, *ranges], nested=nested, rows=rows, index=index)


def _pandas_index(schema: Any) -> Sequence[Any]:
    """Returns the index of pandas by the schema's metadata: columns by name, and ranges of numbers as objects."""
    try:
        given = json.loads((schema.metadata or {}).get(b"pandas", b"{}")).get("index_columns", ())
    except (ValueError, AttributeError):
        return ()
    return given if isinstance(given, list) else ()


def _ranges(
    source: Source, index: Sequence[Mapping[str, Any]], columns: Collection[str], rows: int | None
) -> dict[str, range]:
    """Returns the numbers of indexes that have a name and are no column, by name.

    Those without a number for each row are noted, as where the rows are only a part of pandas' table.
    """
    found = {}
    for each in index:
        name = each.get("name")
        if not isinstance(name, str) or name in columns:
            continue
        try:
            numbers = range(each["start"], each["stop"], each["step"])
        except (KeyError, TypeError, ValueError):
            numbers = range(0)
        if len(numbers) == rows:
            found[name] = numbers
        else:
            source.note(f"note: {source.file.name}: the index {name!r} of pandas is not stored as a column: left out")
    return found


@contextmanager
def format_errors(source: Source, kind: str) -> Iterator[None]:
    import pyarrow

    try:
        yield
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as exc:
        # pyarrow has an OSError without a number for content that it can't read.
        if isinstance(exc, OSError) and exc.errno:
            raise
        name = source.file.name
        if isinstance(exc, pyarrow.ArrowNotImplementedError):
            hint = "write the file without columns of that type"
            raise CliError(f"{name} has a type that pyarrow can't read: {exc}", hint=hint) from exc
        article = "an" if kind == "Arrow" else "a"
        raise CliError(f"{name} is not {article} {kind} file, or broken: {exc}", hint=newer_pyarrow()) from exc


def _chunks(
    source: Source, kind: str, pieces: Iterable[Piece], reader: ColumnReader, ranges: Mapping[str, range]
) -> Iterator[Chunk]:
    """Yields chunks with the numbers of `ranges` as further columns."""
    done = 0
    with format_errors(source, kind):
        for number, (batch, share) in enumerate(_gathered(pieces)):
            if number % TRIMMED == 0:
                give_back()
            columns = {name: _values(source, reader, name, batch.column(name)) for name in batch.schema.names}
            columns |= {name: numbers[done : done + batch.num_rows] for name, numbers in ranges.items()}
            source.read = int((source.total or 0) * share)
            yield Chunk(columns, range(done + 1, done + batch.num_rows + 1), unit="row")
            done += batch.num_rows


def _values(source: Source, reader: ColumnReader, name: str, array: Any) -> Sequence[Any]:
    """Returns the values of a column. Raises CliError, with its name and type, if pyarrow can't convert them."""
    import pyarrow

    try:
        return reader.values(name, array)
    except pyarrow.ArrowException as exc:
        raise CliError(
            f"{source.file.name}: can't convert column {name!r} of type {array.type}: {exc}",
            hint="write the column with another type, or the file without it",
        ) from exc
    except CliError as exc:
        raise exc.with_context(prefix=f"{source.file.name}, column {name!r}") from exc


def _gathered(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yields batches of about COLUMN_CHUNK bytes. Pieces are small, as the size of decoded dictionaries is unknown."""
    waiting, size, share = list[Any](), 0, 0.0
    for piece, share in pieces:
        waiting.append(_without_dictionaries(piece))
        size += batch_bytes(waiting[-1])
        if size >= COLUMN_CHUNK:
            yield from ((part, share) for part in _cut(_joined(waiting)))
            waiting, size = [], 0
    if waiting:
        yield from ((part, share) for part in _cut(_joined(waiting)))


def batch_bytes(batch: Any) -> int:
    """Returns the bytes of the rows; of views, which pyarrow before 24 can't measure, all bytes of their buffers."""
    import pyarrow

    try:
        return int(batch.nbytes)
    except pyarrow.ArrowException:
        return int(batch.get_total_buffer_size())


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
    rows = max(1, batch.num_rows * COLUMN_CHUNK // max(COLUMN_CHUNK, batch_bytes(batch)))
    return (batch.slice(start, rows) for start in range(0, batch.num_rows, rows))


def _plain_type(kind: Any) -> Any:
    """Returns the type of the values, inside a dictionary or an extension type such as JSON."""
    import pyarrow

    kind = kind.value_type if pyarrow.types.is_dictionary(kind) else kind
    return getattr(kind, "storage_type", kind)


@dataclass(frozen=True)
class ColumnReader:
    """Converts arrays to the values of a column. `dense` are the vectors, and `texts` the columns that become text."""

    dense: Mapping[str, Dense]
    texts: Collection[str] = ()

    def values(self, name: str, array: Any) -> Sequence[Any]:
        import pyarrow

        dense = self.dense.get(name)
        packed = _packed(array, dense) if dense and len(array) else None
        if packed is not None:
            return packed
        if dense and "binary" in str(array.type):
            # Vectors in Milvus's own byte format.
            values: list[Any] = array.to_pylist()
            return values
        if name in self.texts and pyarrow.types.is_decimal(array.type):
            return [None if each is None else f"{each:f}" for each in array.to_pylist()]
        return plain_values(array)


def _packed(array: Any, dense: Dense) -> Packed | None:
    """Returns the numbers of a list column as bytes; None unless each list has the dimension of the vector field."""
    import pyarrow

    kind = array.type
    lists = pyarrow.types.is_list(kind) or pyarrow.types.is_large_list(kind)
    if array.null_count or not (lists or pyarrow.types.is_fixed_size_list(kind)):
        return None
    numbers = list_items(array)
    if not (pyarrow.types.is_integer(numbers.type) or pyarrow.types.is_floating(numbers.type)):
        return None
    width = dense.size // int(dense.code[1:])
    if numbers.null_count or len(numbers) != width * len(array) or (lists and not _are_even(array, width)):
        return None
    wanted = pyarrow.type_for_alias(ARROW[dense.code])
    try:
        # A cast would load pyarrow.compute.
        numbers = numbers if numbers.type == wanted else numbers.cast(wanted)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError):
        return None
    start = numbers.offset * int(dense.code[1:])
    return Packed(memoryview(numbers.buffers()[1])[start : start + dense.size * len(array)], dense.size)


def _are_even(array: Any, width: int) -> bool:
    """Returns True if every list has `width` numbers."""
    offsets = array.offsets
    first = offsets[0].as_py()
    return bool(offsets.to_pylist() == list(range(first, first + width * len(array) + 1, width)))
