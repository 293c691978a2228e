"""Pipeline of an insert through the server's own import: rows are written to parts, each read by a job of the server.

Parts are recorded in the checkpoint before their jobs start, so that none is imported twice or left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from ..client.wire.schema_pb2 import CollectionSchema
from ..errors import CliError, Fault, Interrupted, InvalidAnswer, Unreachable
from ..files.import_parts import PartFormat, PartWriter
from ..files.rejects import Rejects, rejection_text
from ..importing.jobs import Jobs, JobState
from ..importing.stage import Stage, folder_name
from ..rows.patience import Patience
from .checkpoint import Checkpoint, InsertCounts, Mark, StagedPart
from .pipeline import WITHOUT_STRICT, InsertStep

PART_BYTES, PART_ROWS = 256 << 20, 1_000_000
"""Size at which a part is complete."""
JOBS_AT_ONCE = 2
"""Parts that jobs read while another one is written: they bound the room that the stage needs."""
FIRST_POLL, LONGEST_POLL = 0.1, 1.0
"""Seconds between two looks at the jobs."""
SETTLING_SECONDS = 1.0
"""Seconds after which a job whose start was not answered is in the server's list."""


class JobFailed(CliError):
    """A job of the server that failed."""


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
        schema: CollectionSchema,
        checkpoint: Checkpoint,
        rejects: Rejects,
        *,
        strict: bool,
        patience: Patience,
        show: Callable[[ImportStatus], None],
    ) -> None:
        self._jobs = jobs
        self._stage = stage
        self._form = form
        self._schema = schema
        self._checkpoint = checkpoint
        self._rejects = rejects
        self._strict = strict
        self._patience = patience
        self._show = show
        self._open: OpenPart | None = None
        self._next_look = 0.0
        self._position = 0
        self._rejects_size = checkpoint.progress.rejects_size
        self._states: dict[str, JobState] = {}

    def run(self, steps: Iterable[InsertStep]) -> None:
        """Raises Interrupted at Ctrl-C, and errors of reading, writing or importing; parts at work are finished then.

        After Ctrl-C, or without the server, they stay in the checkpoint.
        """
        try:
            self._clear_abandoned()
            try:
                self._continue_parts()
                for step in steps:
                    self._require_good(step)
                    self._add(step)
                self._launch()
                self._follow(0)
            except CliError as exc:
                self._drop_open()
                if not isinstance(exc, (Interrupted, Unreachable)):
                    with suppress(CliError):
                        self._follow_others()
                    self._forget_failed()
                raise
        except KeyboardInterrupt:
            raise Interrupted() from None
        finally:
            self._drop_open()
            if not self._checkpoint.progress.parts and self._checkpoint.progress.folder:
                self._remove(self._checkpoint.progress.folder)

    def _clear_abandoned(self) -> None:
        if self._checkpoint.abandoned:
            self._remove(self._checkpoint.abandoned)

    def _continue_parts(self) -> None:
        """Takes up the parts of an earlier run: jobs that failed, or did not start, start again."""
        for part in self._checkpoint.progress.parts:
            if part.job and self._state(part).failure:
                self._mark_failed(part)
            if not part.job:
                self._start(part, in_doubt=not part.has_failed)

    def _require_good(self, step: InsertStep) -> None:
        if self._strict and step.batch.bad:
            raise CliError(rejection_text(step.name, step.batch.bad[0]), hint=WITHOUT_STRICT)

    def _add(self, step: InsertStep) -> None:
        part = self._open = self._open or self._opened()
        batch = step.batch
        if batch.bad:
            self._rejects_size = self._rejects.add(step.name, batch.bad, at=self._rejects_size)
        if batch.rows:
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
            self._look()

    def _opened(self) -> OpenPart:
        progress = self._checkpoint.progress
        if not progress.folder:
            progress.folder = folder_name()
            self._checkpoint.save()
        folder = f"{progress.folder}/{progress.read}"
        writer = self._form(self._stage.made(folder), self._schema)
        return OpenPart(progress.sent, progress.sent, folder, writer)

    def _launch(self) -> None:
        """Completes the open part, and has a job import it."""
        part = self._open
        if part is None:
            return
        part.writer.close()
        self._follow(JOBS_AT_ONCE - 1)
        progress = self._checkpoint.progress
        before = replace(progress)
        if part.rows:
            files = self._stage.published(part.folder)
            staged = StagedPart(part.begin, part.end, part.rows, part.place, part.folder, files)
            progress.parts = [*progress.parts, staged]
        progress.sent, progress.digest, progress.rejects_size = part.end, part.digest, self._rejects_size
        progress.read += part.read
        progress.rejected += part.rejected
        self._advance()
        try:
            self._checkpoint.save()
        except CliError:
            vars(progress).update(vars(before))
            raise
        self._open = None
        if part.rows:
            self._start(staged)
        self._look()

    def _start(self, part: StagedPart, *, in_doubt: bool = False) -> None:
        """Starts the job of a part; `in_doubt` says that it may have started before."""
        doubts = [in_doubt]

        def started() -> str:
            if doubts[0]:
                time.sleep(SETTLING_SECONDS)
                if found := self._jobs.find(part.files[0], part.failed):
                    return found
            doubts[0] = True
            return self._jobs.start(part.files)

        try:
            part.job = self._patience.tried(started)
        except CliError as exc:
            # Of a call without an answer it is unknown whether the job started.
            if not isinstance(exc, (Unreachable, Interrupted, InvalidAnswer)):
                self._mark_failed(part)
            raise
        self._checkpoint.save()

    def _follow(self, at_most: int) -> None:
        """Waits until at most this number of parts is at work. Raises CliError for a job that failed."""
        pause = FIRST_POLL
        while len(self._checkpoint.progress.parts) > at_most:
            self._next_look = 0.0
            self._look()
            if len(self._checkpoint.progress.parts) > at_most:
                time.sleep(pause)
                pause = min(pause * 2, LONGEST_POLL)

    def _follow_others(self) -> None:
        """Waits for the jobs that have not failed, so that the counts hold."""
        while waiting := [each for each in self._checkpoint.progress.parts if each.job]:
            for part in waiting:
                with suppress(JobFailed):
                    self._settle(part, self._state(part))
            self._tell()
            time.sleep(FIRST_POLL)

    def _forget_failed(self) -> None:
        """Takes back what was staged if no row of it is in, so that a later run begins anew."""
        progress = self._checkpoint.progress
        if not progress.inserted and all(each.has_failed for each in progress.parts):
            folder, versions = progress.folder, progress.versions
            vars(progress).update(vars(InsertCounts(versions=versions)))
            if folder:
                self._remove(folder)

    def _mark_failed(self, part: StagedPart) -> None:
        part.failed, part.job = [*part.failed, part.job], ""
        self._checkpoint.save()

    def _look(self) -> None:
        """Looks at the jobs, unless that was done just now."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + LONGEST_POLL
            for part in self._checkpoint.progress.parts:
                self._settle(part, self._state(part))
            self._tell()

    def _state(self, part: StagedPart) -> JobState:
        state = self._patience.tried(partial(self._jobs.state, part.job))
        self._states[part.job] = state
        return state

    def _settle(self, part: StagedPart, state: JobState) -> None:
        if state.failure:
            self._mark_failed(part)
            raise JobFailed(f"the server could not import {part.place}: {state.failure}", fault=Fault.SAID_NO)
        if state.done:
            progress = self._checkpoint.progress
            progress.parts = [each for each in progress.parts if each is not part]
            progress.inserted += state.rows
            progress.missed += part.rows - state.rows
            self._advance()
            self._checkpoint.save()
            self._remove(part.folder)

    def _advance(self) -> None:
        progress = self._checkpoint.progress
        progress.done = progress.parts[0].begin if progress.parts else progress.sent

    def _tell(self) -> None:
        progress = self._checkpoint.progress
        at_work = sum(
            part.rows * self._states[part.job].fraction for part in progress.parts if part.job in self._states
        )
        staged = progress.read - progress.rejected + (self._open.rows if self._open else 0)
        status = ImportStatus(staged, progress.inserted + int(at_work), len(progress.parts), self._position)
        self._show(status)

    def _drop_open(self) -> None:
        part, self._open = self._open, None
        # Ctrl-C may come after a part was recorded.
        if part is not None and all(each.folder != part.folder for each in self._checkpoint.progress.parts):
            with suppress(CliError):
                part.writer.close()
            self._remove(part.folder)

    def _remove(self, folder: str) -> None:
        # What stays in the stage is in nobody's way.
        with suppress(CliError):
            self._stage.remove(folder)
