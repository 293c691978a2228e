"""Pipeline of an insert through the server's own import: rows are written to parts, which jobs of the server read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from ..errors import CliError, Interrupted, Unreachable
from ..files.import_parts import PartFormat, PartWriter, unfit_rows
from ..files.rejects import Rejects, rejection_text
from ..files.row_stream import Chunk, RejectedRow
from ..importing.jobs import Jobs
from ..importing.stage import Stage, staging
from ..rows.patience import Patience
from ..rows.write_target import WriteTarget
from .checkpoint import Checkpoint, Mark, StagedPart
from .intake import PLAIN_VALUES, Batch, RowEncoder
from .parts_at_work import PartsAtWork
from .pipeline import WITHOUT_STRICT, InsertStep
from .sender import row_values

PART_BYTES, PART_ROWS = 256 << 20, 1_000_000
"""Size at which a part is complete."""
JOBS_AT_ONCE = 2
"""Parts that jobs read while another one is written: they bound the room that the stage needs."""


@dataclass(frozen=True)
class ImportStatus:
    """Rows that were written to parts, and of these imported; the jobs at work; and bytes read of the files."""

    staged: int
    imported: int
    jobs: int
    position: int


@dataclass
class OpenPart:
    """A part that is being written."""

    begin: Mark
    end: Mark
    folder: str
    writer: PartWriter
    rows: int = 0
    read: int = 0
    rejected: int = 0
    is_closed: bool = False
    place: str = ""
    digest: str = ""


class ImportPipeline:
    """Writes steps to parts in the stage, and follows the jobs that import them.

    `form` makes the writers of parts. `show` takes the progress.
    """

    def __init__(
        self,
        jobs: Jobs,
        stage: Stage,
        form: PartFormat,
        target: WriteTarget,
        checkpoint: Checkpoint,
        rejects: Rejects,
        *,
        strict: bool,
        patience: Patience,
        show: Callable[[ImportStatus], None],
    ) -> None:
        self._stage = stage
        self._form = form
        self._target = target
        self._encoder = RowEncoder(target, {})
        self._checkpoint = checkpoint
        self._rejects = rejects
        self._strict = strict
        self._show = show
        self._parts = PartsAtWork(jobs, stage, checkpoint, patience, self._tell)
        self._open: OpenPart | None = None
        self._position = 0
        self._rejects_size = checkpoint.progress.rejects_size

    def run(self, steps: Iterable[InsertStep]) -> None:
        """Raises Interrupted at Ctrl-C, and errors of reading, writing or importing; parts at work are finished then.

        After Ctrl-C, or without the server, they stay in the checkpoint.
        """
        try:
            if self._checkpoint.abandoned.folder:
                self._parts.remove(self._checkpoint.abandoned.folder)
            self._run(steps)
        except KeyboardInterrupt:
            raise Interrupted() from None
        finally:
            self._drop_open()
            progress = self._checkpoint.progress
            if progress.folder and not progress.parts:
                self._parts.remove(progress.folder)

    def _run(self, steps: Iterable[InsertStep]) -> None:
        try:
            self._parts.take_up()
            for step in steps:
                fitting = replace(step, batch=self._fitting(step.batch))
                self._require_good(fitting)
                self._add(fitting)
            self._launch()
            self._parts.follow(0)
        except (Interrupted, Unreachable):
            raise
        except CliError:
            self._drop_open()
            with suppress(CliError):
                self._parts.follow_others()
            self._parts.forget_failed()
            raise

    def _fitting(self, batch: Batch) -> Batch:
        """Rejects the rows that the import would change, or refuse with all others."""
        found = unfit_rows(self._form, batch.columns)
        if not found:
            return batch
        bad = [self._rejected(batch.chunk, row, *found[row]) for row in sorted(found)]
        kept = batch.chunk.pick([row for row in range(batch.rows) if row not in found])
        part = self._encoder.batch(kept, PLAIN_VALUES)
        return replace(part, bad=sorted([*batch.bad, *bad, *part.bad], key=lambda each: each.line))

    def _rejected(self, chunk: Chunk, row: int, field: str, reason: str) -> RejectedRow:
        return RejectedRow(chunk.lines[row], field, reason, row_values(chunk.pick([row])), unit=chunk.unit)

    def _require_good(self, step: InsertStep) -> None:
        if self._strict and step.batch.bad:
            raise CliError(rejection_text(step.name, step.batch.bad[0]), hint=WITHOUT_STRICT)

    def _add(self, step: InsertStep) -> None:
        part = self._open = self._open or self._opened()
        batch = step.batch
        if batch.bad:
            self._rejects_size = self._rejects.add(step.name, batch.bad, at=self._rejects_size)
        if batch.rows:
            with staging():
                part.writer.add(batch.columns, batch.rows)
        part.rows += batch.rows
        part.rejected += len(batch.bad)
        part.read += batch.rows + len(batch.bad)
        part.end, part.digest = step.end, step.digest
        part.place = f"the rows up to {batch.chunk.unit} {step.end.line} of {step.name}"
        self._position = step.position
        if part.rows >= PART_ROWS or part.writer.size >= PART_BYTES:
            self._launch()
        else:
            self._parts.look()

    def _opened(self) -> OpenPart:
        progress = self._checkpoint.progress
        folder = f"{self._parts.folder()}/{progress.read}"
        with staging():
            writer = self._form(self._stage.made(folder), self._target.schema)
        return OpenPart(progress.sent, progress.sent, folder, writer)

    def _launch(self) -> None:
        """Completes the open part, and has a job import it."""
        part = self._open
        if part is None:
            return
        self._close(part)
        self._parts.follow(JOBS_AT_ONCE - 1)
        with staging():
            files = self._stage.published(part.folder) if part.rows else []
        staged = StagedPart(part.begin, part.end, part.rows, part.place, part.folder, files)
        self._record(part, staged)
        self._open = None
        if part.rows:
            self._parts.start(staged)
        self._parts.look()

    def _close(self, part: OpenPart) -> None:
        if not part.is_closed:
            part.is_closed = True
            with staging():
                part.writer.close()

    def _record(self, part: OpenPart, staged: StagedPart) -> None:
        """Takes a part into the checkpoint; without rows only its end and what was rejected."""
        progress = self._checkpoint.progress
        before = replace(progress)
        progress.parts = [*progress.parts, *([staged] if part.rows else [])]
        progress.sent, progress.digest, progress.rejects_size = part.end, part.digest, self._rejects_size
        progress.read += part.read
        progress.rejected += part.rejected
        self._parts.advance()
        try:
            self._checkpoint.save()
        except CliError:
            vars(progress).update(vars(before))
            raise

    def _tell(self) -> None:
        progress = self._checkpoint.progress
        staged = progress.read - progress.rejected + (self._open.rows if self._open else 0)
        self._show(ImportStatus(staged, self._parts.imported, len(progress.parts), self._position))

    def _drop_open(self) -> None:
        part, self._open = self._open, None
        # Ctrl-C may come after a part was recorded.
        if part is not None and all(each.folder != part.folder for each in self._checkpoint.progress.parts):
            with suppress(CliError):
                self._close(part)
            self._parts.remove(part.folder)
