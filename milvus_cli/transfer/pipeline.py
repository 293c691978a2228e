"""Pipeline of an insert: rows are read, checked and encoded, sent, and acknowledged in order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Any, BinaryIO

from ..errors import CliError, NotAuthorized
from ..files.rejects import Rejects, rejection_text
from ..files.row_stream import Chunk, RejectedRow, RowStream
from ..files.sources import InputFile, Source, identity, open_source
from ..files.tables import group_tables, open_table
from ..files.text_layout import PLAIN, TextLayout
from .checkpoint import Checkpoint, Mark
from .early_checks import require_arrays, require_first
from .intake import PLAIN_VALUES, Batch, RowEncoder
from .recognition import Earlier, Witness
from .sender import Outcome, Sender
from .superseded import KeyCounter
from .window import SendWindow


class WorkerLost(CliError):
    """A process that reads files ended before its work."""


@dataclass(frozen=True)
class InsertStep:
    """A batch, the name of its file, its end, and the bytes read up to there.

    `digest` covers all rows of the file up to the end, if the file has no identity.
    """

    batch: Batch
    name: str
    end: Mark
    position: int
    digest: str = ""


@dataclass(frozen=True)
class SentStep:
    """A step in flight, with the keys of its batch if it is an upsert."""

    step: InsertStep
    keys: frozenset[Any]


@dataclass(frozen=True)
class Job:
    """The files to insert, and how. `opened` is called with every source, and may raise to refuse it.

    `anew` tells the user how to repeat the job without inserting rows twice.
    """

    files: Sequence[InputFile]
    encoder: RowEncoder
    stdin: BinaryIO | None
    note: Callable[[str], None] = lambda text: None
    """Takes notes for the user about the files."""
    opened: Callable[[Source], None] = lambda source: None
    anew: str = ""
    layout: TextLayout = PLAIN


def read_steps(job: Job, done: Mark, digest: str = "") -> Iterator[InsertStep]:
    """Yields the batches of all files after the mark `done`; `digest` is that of the rows before it.

    Raises CliError for a file that breaks off or changes.
    """
    before = 0
    for number, files in enumerate(group_tables(job.files)):
        if number >= done.file:
            earlier = Earlier(done.line, digest) if number == done.file else Earlier()
            before += yield from table_steps(job, number, files, earlier, before)


def table_steps(
    job: Job, number: int, files: Sequence[InputFile], earlier: Earlier, before: int
) -> Generator[InsertStep, None, int]:
    """Yields the batches of a table, the files with this number. Returns their bytes; `before` are those before."""
    with ExitStack() as stack:
        sources = [stack.enter_context(open_source(file, job.stdin, job.note)) for file in files]
        for source in sources:
            job.opened(source)
        table, name = open_table(sources, job.encoder.wanted, job.layout), ", ".join(file.name for file in files)
        require_arrays(job.encoder, table)
        job.encoder.require_columns(name, table)
        table, columns = with_columns(table, partial(require_first, job.encoder, name))
        for note in job.encoder.notes(name, table, columns):
            job.note(note)
        witness = _witness(files, earlier, job.anew)
        if witness:
            table = replace(table, chunks=witness.watch(table.chunks))
        for batch in job.encoder.batches(table, after=earlier.line):
            seen = witness.digest if witness else ""
            yield InsertStep(batch, name, Mark(number, last_line(batch)), before + _position(sources), seen)
        for source in sources:
            source.require_unchanged()
        return _position(sources)


def with_columns(
    table: RowStream, require: Callable[[Chunk], None] = lambda chunk: None
) -> tuple[RowStream, Collection[str]]:
    """Returns the table with its columns, those of the first chunk where they are not known in advance.

    `require` may refuse this chunk.
    """
    if table.columns is not None:
        return table, table.columns
    first = next(table.chunks, None)
    if first is None:
        return table, ()
    require(first)
    return replace(table, chunks=chain([first], table.chunks)), first.columns


def _witness(files: Sequence[InputFile], earlier: Earlier, anew: str) -> Witness | None:
    """Returns None if the files have an identity that shows whether they are the same."""
    names = [file.name for file in files if not identity(file)]
    return Witness(earlier, f"{', '.join(names)} {'has' if len(names) == 1 else 'have'}", anew) if names else None


def _position(sources: Sequence[Source]) -> int:
    return sum(source.position for source in sources)


def made_steps(chunks: Iterable[Chunk], encoder: RowEncoder) -> Iterator[InsertStep]:
    """Yields the batches of generated rows."""
    size = 0
    for chunk in chunks:
        batch = encoder.batch(chunk, PLAIN_VALUES)
        size += sum(each.ByteSize() for each in batch.columns)
        yield InsertStep(batch, "", Mark(0, last_line(batch)), size)


def last_line(batch: Batch) -> int:
    """Returns the position of the last row, whether it is valid or not."""
    return max([*batch.chunk.lines[-1:], *(each.line for each in batch.bad)])


WITHOUT_STRICT = "leave out --strict to insert the valid rows"


class Pipeline:
    """Sends batches, as many at once as the sender allows; the checkpoint follows the acknowledged ones, in order."""

    def __init__(
        self,
        sender: Sender,
        checkpoint: Checkpoint,
        rejects: Rejects,
        *,
        strict: bool,
        moved: Callable[[int, int], None],
    ) -> None:
        self._sender = sender
        self._checkpoint = checkpoint
        self._rejects = rejects
        self._strict = strict
        self._moved = moved
        self._window = SendWindow(sender.in_flight, self._count, store=self._store_rejects)
        # Rows of a partial upsert supersede none: each changes what it gives.
        self._keys = KeyCounter() if sender.target.upsert and not sender.target.partial else None

    def run(self, steps: Iterable[InsertStep]) -> None:
        """Raises Interrupted at Ctrl-C, and errors of reading or sending; what was sent by then still counts."""
        started = self._checkpoint.progress.sent
        try:
            with self._window.open():
                for step in steps:
                    self._require_good(step)
                    self._let_pass(step)
                    self._send(step, doubtful=_begin(step) < started)
                self._window.drain()
                self._count_superseded()
        except NotAuthorized:
            self._take_back(started)
            raise
        finally:
            self._sender.stop()
            if self._keys:
                self._keys.close()

    def _send(self, step: InsertStep, *, doubtful: bool) -> None:
        progress = self._checkpoint.progress
        if step.end > progress.sent:
            before, progress.sent = progress.sent, step.end
            try:
                self._checkpoint.save()
            except CliError:
                progress.sent = before
                raise
        keys = frozenset(step.batch.keys if self._sender.target.upsert else ())
        self._window.add(SentStep(step, keys), self._sender.submit(step.batch, doubtful=doubtful))

    def _let_pass(self, step: InsertStep) -> None:
        """Waits for batches that share a key with this one, as batches in flight may arrive in any order."""
        while any(not each.keys.isdisjoint(step.batch.keys) for each in self._window.batches):
            self._window.acknowledge()

    def _require_good(self, step: InsertStep) -> None:
        if self._strict and step.batch.bad:
            raise CliError(rejection_text(step.name, step.batch.bad[0]), hint=WITHOUT_STRICT)

    def _store_rejects(self, sent: SentStep, outcome: Outcome) -> None:
        bad = _rejected(sent, outcome)
        if bad:
            progress = self._checkpoint.progress
            progress.rejects_size = self._rejects.add(sent.step.name, bad, at=progress.rejects_size)

    def _count(self, sent: SentStep, outcome: Outcome) -> None:
        step, progress = sent.step, self._checkpoint.progress
        progress.done, progress.digest = step.end, step.digest
        progress.read += step.batch.rows + len(step.batch.bad) + len(step.batch.earlier.lines)
        progress.inserted += outcome.inserted
        progress.rejected += len(_rejected(sent, outcome))
        progress.doubtful += outcome.doubtful
        progress.unknown += outcome.unknown
        progress.replaced += outcome.replaced
        progress.superseded += len(step.batch.earlier.lines) - outcome.revived
        self._remember(step.batch, outcome)
        self._checkpoint.save()
        self._moved(step.position, progress.read)

    def _remember(self, batch: Batch, outcome: Outcome) -> None:
        """Remembers the keys that have arrived."""
        if self._keys:
            refused = {each.line for each in outcome.bad}
            rows = zip(batch.keys, batch.chunk.lines, strict=True)
            self._keys.add([key for key, line in rows if line not in refused] if refused else batch.keys)

    def _count_superseded(self) -> None:
        """Counts rows replaced by rows of later batches."""
        if self._keys:
            repeated = self._keys.repeated()
            self._checkpoint.progress.superseded += repeated
            self._checkpoint.progress.inserted -= repeated

    def _take_back(self, started: Mark) -> None:
        """Resets the mark if all batches were only refused: none of their rows is in doubt."""
        if all(isinstance(each, NotAuthorized) for each in self._window.errors()):
            self._checkpoint.progress.sent = max(self._checkpoint.progress.done, started)
            self._checkpoint.save()


def _rejected(sent: SentStep, outcome: Outcome) -> Sequence[RejectedRow]:
    return sorted([*sent.step.batch.bad, *outcome.bad], key=lambda each: each.line)


def _begin(step: InsertStep) -> Mark:
    """Returns the mark before the first row of a step."""
    first = min([*step.batch.chunk.lines[:1], *(each.line for each in step.batch.bad)])
    return Mark(step.end.file, first - 1)
