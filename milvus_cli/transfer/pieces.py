"""Parts of text files, each read and encoded by itself: in this process, or in one of several."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from typing import Any, BinaryIO

from ..client.wire.schema_pb2 import FieldData
from ..files.blocks import Block
from ..files.row_stream import Chunk, RejectedRow, Unit
from ..files.sources import InputFile, Source
from ..files.tables import open_table
from ..files.text_layout import TextLayout
from .intake import Batch, RowEncoder, sent_keys


@dataclass(frozen=True)
class Piece:
    """A block of a file, in UTF-8 that was made from `encoding`. Rows up to line `after` are left out."""

    file: InputFile
    layout: TextLayout
    encoding: str
    block: Block
    after: int


@dataclass(frozen=True)
class EncodedBatch:
    """A batch as bytes, without the values of its rows."""

    columns: Sequence[bytes]
    lines: Sequence[int]
    bad: Sequence[RejectedRow]
    earlier: Sequence[int]
    unit: Unit


@dataclass
class Parsed:
    """The batches of a piece. `columns` are those of its first chunk. `cut` says that its end is within a row."""

    batches: list[EncodedBatch] = field(default_factory=list)
    columns: Sequence[str] = ()
    notes: list[str] = field(default_factory=list)
    cut: bool = False


def piece_source(piece: Piece, stream: BinaryIO, note: Callable[[str], None]) -> Source:
    return Source(piece.file, stream, stream, None, "", encoding=piece.encoding, before=piece.block.before, note=note)


def parse(encoder: RowEncoder, piece: Piece) -> Parsed:
    """Raises CliError for what makes the file unreadable."""
    found = Parsed()
    source = piece_source(piece, io.BytesIO(piece.block.data), found.notes.append)
    found.batches = [
        EncodedBatch(
            [each.SerializeToString() for each in batch.columns],
            batch.chunk.lines,
            batch.bad,
            batch.earlier.lines,
            batch.chunk.unit,
        )
        for batch in _batches(encoder, piece, source, found)
    ]
    found.cut = source.cut
    return found


def _batches(encoder: RowEncoder, piece: Piece, source: Source, found: Parsed) -> Iterator[Batch]:
    table = open_table([source], encoder.wanted, piece.layout)
    first = next(table.chunks, None)
    if first is None:
        return iter(())
    found.columns = list(first.columns)
    return encoder.batches(replace(table, chunks=chain([first], table.chunks)), after=piece.after)


class Reread:
    """The values of a piece, which are needed only if the server refuses rows: reads the piece again then."""

    def __init__(self, encoder: RowEncoder, piece: Piece) -> None:
        self._encoder = encoder
        self._piece = piece
        self._batches: Sequence[Batch] | None = None

    def columns(self, number: int) -> Mapping[str, Sequence[Any]]:
        """Returns the values of a batch."""
        return self._batch(number).chunk.columns

    def earlier(self, number: int) -> Mapping[str, Sequence[Any]]:
        """Returns the values of the rows that a batch left out for later rows of their keys."""
        return self._batch(number).earlier.columns

    def _batch(self, number: int) -> Batch:
        if self._batches is None:
            source = piece_source(self._piece, io.BytesIO(self._piece.block.data), lambda text: None)
            self._batches = list(_batches(self._encoder, self._piece, source, Parsed()))
        return self._batches[number]


class LateColumns(Mapping[str, Sequence[Any]]):
    """Columns that `load` returns once they are needed."""

    def __init__(self, load: Callable[[], Mapping[str, Sequence[Any]]]) -> None:
        self._load = load

    def __getitem__(self, name: str) -> Sequence[Any]:
        return self._load()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._load())

    def __len__(self) -> int:
        return len(self._load())


def decoded(encoder: RowEncoder, piece: Piece, parsed: Parsed) -> Iterator[Batch]:
    """Yields the batches of a piece that another process has encoded."""
    reread = Reread(encoder, piece)
    for number, each in enumerate(parsed.batches):
        columns = [FieldData.FromString(data) for data in each.columns]
        chunk = Chunk(LateColumns(partial(reread.columns, number)), each.lines, unit=each.unit)
        earlier = Chunk(LateColumns(partial(reread.earlier, number)), each.earlier, unit=each.unit)
        keys = sent_keys(columns, encoder.target.key) if encoder.target.key else ()
        yield Batch(len(each.lines), columns, keys, chunk, each.bad, earlier)
