"""Reads files in several processes: cuts CSV, TSV and JSON Lines into blocks, and yields their batches in order.

The rows, their places and what is wrong with them are those of one reader. A block that does not end where a row ends
is read again with the next one; what can't be cut or read is left to a reader in this process.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection, Generator, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial

from ..errors import CliError
from ..files import row_stream
from ..files.blocks import LARGEST, Block, Blocks, joined
from ..files.encodings import as_utf8
from ..files.row_stream import RowStream
from ..files.separated import TOLD
from ..files.sources import InputFile, Source, open_source
from ..files.tables import group_tables, open_table
from ..files.text_layout import SEPARATED, UTF8, TextLayout
from .checkpoint import Mark
from .intake import Batch
from .pieces import Parsed, Piece, decoded, piece_source
from .pipeline import InsertStep, Job, last_line, table_steps, with_columns
from .processes import Processes
from .recognition import Earlier

AHEAD = 2
"""Blocks that wait for a process, or for their turn, beside those at work."""
FORMATS = (*SEPARATED, "jsonl")


def read_split(job: Job, done: Mark, digest: str, processes: Processes) -> Iterator[InsertStep]:
    """Like `pipeline.read_steps`. Raises WorkerLost too."""
    reader, before, told = SplitReader(job, processes), 0, set[str]()
    for number, files in enumerate(group_tables(job.files)):
        if number < done.file:
            continue
        if obstacle := _obstacle(job, files):
            if obstacle not in told:
                job.note(f"note: --jobs has no effect {obstacle}")
            told.add(obstacle)
            yield from reader.drain()
            earlier = Earlier(done.line, digest) if number == done.file else Earlier()
            before += yield from table_steps(job, number, files, earlier, before)
        else:
            after = done.line if number == done.file else 0
            before += yield from reader.steps(files[0], number, after, before)
    yield from reader.drain()


def _obstacle(job: Job, files: Sequence[InputFile]) -> str:
    """Returns what is read in this process, and why; empty for files that are split."""
    if job.encoder.filling.needs:
        return "with --embed: rows wait for the embedder"
    if len(files) > 1 or files[0].format not in FORMATS:
        return f"on {files[-1].format} files: only CSV, TSV and JSON Lines are split"
    return "" if os.path.isfile(files[0].path) else f"on {files[0].name}: only files are split"


@dataclass
class TextFile:
    """A file that is read in blocks. `after` is the line up to which it was inserted, `before` the bytes before it.

    Blocks behind the first have the layout `inner`. `failed` says that it could not be read to its end.
    """

    file: InputFile
    number: int
    after: int
    before: int
    layout: TextLayout
    source: Source
    blocks: Blocks
    inner: TextLayout
    head: RowStream | None = None
    notes: int = 0
    failed: bool = False

    def piece(self, block: Block) -> Piece:
        layout = self.inner if block.before else self.layout
        return Piece(self.file, layout, self.source.encoding, block, self.after)

    def learn(self, table: RowStream) -> None:
        """Takes the names of the columns from the first block."""
        self.head = replace(table, chunks=iter(()))
        if table.text:
            names = (table.columns or ())[: len(table.columns or ()) - len(table.cells)]
            self.inner = replace(self.layout, delimiter=table.delimiter, no_header=True, columns=tuple(names), skip=0)

    @property
    def position(self) -> int:
        """Bytes read, of this file and those before it; none of this one once it is closed."""
        return self.before + (0 if self.source.raw.closed else self.source.position)


@dataclass
class Reading:
    """A block that is read by another process; `position` is that of its end in all files."""

    file: TextFile
    block: Block
    position: int
    future: Future[Parsed | None] = field(repr=False)


class SplitReader:
    """Keeps some blocks ahead of the batches that it yields."""

    def __init__(self, job: Job, processes: Processes) -> None:
        self._job = job
        self._processes = processes
        self._pending: deque[Reading] = deque()

    def steps(self, file: InputFile, number: int, after: int, before: int) -> Generator[InsertStep, None, int]:
        """Yields the batches that are ready, of this file or earlier ones. Returns the bytes of the file.

        Rows up to line `after` are left out; `before` are the bytes of earlier files.
        """
        try:
            with open_source(file, self._job.stdin, self._job.note) as source:
                self._job.opened(source)
                text = self._opened(source, number, after, before)
                try:
                    yield from self._ahead(text)
                except CliError:
                    text.failed = True
                    raise
                source.require_unchanged()
                return source.position
        except CliError:
            # What was read before the error still counts.
            yield from self.drain()
            raise

    def _opened(self, source: Source, number: int, after: int, before: int) -> TextFile:
        as_utf8(source, self._job.layout.encoding)
        layout = replace(self._job.layout, encoding=UTF8)
        blocks = Blocks(source.file, source.stream, layout)
        return TextFile(source.file, number, after, before, layout, source, blocks, layout)

    def _ahead(self, text: TextFile) -> Iterator[InsertStep]:
        for block in text.blocks:
            if text.head is None and not self._is_readable(text, block):
                yield from self._left(text, [block])
                return
            self._pending.append(self._reading(text, block, text.position))
            while len(self._pending) >= self._processes.count + AHEAD:
                yield from self._next()
        if text.head is None or not text.blocks.ended:
            yield from self._left(text, [])

    def _left(self, text: TextFile, blocks: Sequence[Block]) -> Iterator[InsertStep]:
        """Reads what can't be split, behind what other processes have read."""
        yield from self.drain()
        yield from self._plain(text, blocks, text.position)

    def drain(self) -> Iterator[InsertStep]:
        while self._pending:
            yield from self._next()

    def _is_readable(self, text: TextFile, block: Block) -> bool:
        """Takes the columns from the first block of a file; returns False if it has none, or others than it should."""
        source = piece_source(text.piece(block), joined([block.data]), lambda note: None)
        try:
            table = open_table([source], self._job.encoder.wanted, text.layout)
            self._job.encoder.require_columns(text.file.name, table)
        except CliError:
            return False
        text.learn(table)
        return True

    def _reading(self, text: TextFile, block: Block, position: int) -> Reading:
        return Reading(text, block, position, self._processes.parse(text.piece(block)))

    def _next(self) -> Iterator[InsertStep]:
        """Yields the batches of the oldest block."""
        first = self._pending.popleft()
        try:
            parsed = first.future.result()
            if parsed is None or any(each.unit == "row" for each in parsed.batches):
                yield from self._rest(first)
            elif not parsed.cut:
                yield from self._parsed(first, parsed)
            elif self._pending and self._pending[0].file is first.file:
                yield from self._joined(first, self._pending.popleft())
            elif not first.file.failed:
                yield from self._parsed(first, parsed)
        except BaseException:
            self._pending.clear()
            raise

    def _joined(self, first: Reading, second: Reading) -> Iterator[InsertStep]:
        """Reads two blocks as one: a row begins in the first, and ends in the second."""
        block = first.block + second.block
        both = replace(first, block=block, position=second.position)
        if len(block.data) > LARGEST * row_stream.CHUNK_SIZE:
            yield from self._rest(both)
        else:
            self._pending.appendleft(self._reading(first.file, block, second.position))

    def _rest(self, first: Reading) -> Iterator[InsertStep]:
        """Reads this block and the rest of its file in this process."""
        found = [first]
        while self._pending and self._pending[0].file is first.file:
            found.append(self._pending.popleft())
        yield from self._plain(first.file, [each.block for each in found], found[-1].position)

    def _plain(self, text: TextFile, blocks: Sequence[Block], position: int) -> Iterator[InsertStep]:
        """Reads blocks and what follows them as one text."""
        begin = Block(b"", blocks[0].before if blocks else text.blocks.lines, 0)
        rest = None if text.blocks.ended else text.blocks.rest
        piece = text.piece(begin)
        source = piece_source(piece, joined([each.data for each in blocks], rest), partial(self._note, text))
        table = open_table([source], self._job.encoder.wanted, piece.layout)
        if not begin.before:
            self._job.encoder.require_columns(text.file.name, table)
            table, columns = with_columns(table)
            self._tell(text, table, columns)
        for batch in self._job.encoder.batches(table, after=text.after):
            yield self._step(text, batch, max(position, text.position))

    def _parsed(self, reading: Reading, parsed: Parsed) -> Iterator[InsertStep]:
        text = reading.file
        if not reading.block.before and text.head is not None:
            self._tell(text, text.head, parsed.columns if text.head.columns is None else text.head.columns)
        for note in parsed.notes:
            self._note(text, note)
        for batch in decoded(self._job.encoder, text.piece(reading.block), parsed):
            yield self._step(text, batch, reading.position)

    def _step(self, text: TextFile, batch: Batch, position: int) -> InsertStep:
        return InsertStep(batch, text.file.name, Mark(text.number, last_line(batch)), position)

    def _tell(self, text: TextFile, table: RowStream, columns: Collection[str]) -> None:
        for note in self._job.encoder.notes(text.file.name, table, columns):
            self._job.note(note)

    def _note(self, text: TextFile, note: str) -> None:
        """Passes as many notes of the reader on as one reader gives."""
        text.notes += 1
        if text.notes <= TOLD:
            self._job.note(note)
