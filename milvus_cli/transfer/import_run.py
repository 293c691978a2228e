"""Runs an insert through the server's own import: stage, format, jobs and progress of one session."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from ..client.optional import permitted
from ..errors import CliError, Interrupted, InvalidInput, Unsupported
from ..files.import_parts import part_format
from ..files.rejects import Rejects
from ..importing.jobs import Jobs, has_api, jobs_of
from ..importing.stage import STAGES, Stage, open_stage
from ..output.progress import Progress
from ..output.terminal_modes import ending_as_interrupted
from ..rows.patience import Patience
from ..rows.write_target import WriteTarget
from ..server.existence import exact_row_count, row_count
from ..server.loading import LoadOptions
from ..server.progress import load_state
from ..server.waiting import Stall, load
from ..session.session import Session
from ..text.counts import counted
from .checkpoint import Checkpoint
from .import_pipeline import ImportPipeline, ImportStatus
from .insert_job import InsertOptions
from .meter import WORTH_TELLING
from .pipeline import InsertStep

SEEN_SECONDS = 30.0
"""Time that a server may take until queries see rows whose import is complete."""


class ImportRun:
    """Raises InvalidInput without a usable stage, and Unsupported if the server has no import."""

    def __init__(self, session: Session, options: InsertOptions, target: WriteTarget) -> None:
        if not options.stage:
            raise InvalidInput("--via import needs --stage", hint=STAGES)
        self._session = session
        self._options = options
        self._target = target
        self._stage: Stage = open_stage(options.stage)
        try:
            self._jobs: Jobs = jobs_of(session.client, options.collection, options.partition)
        except Unsupported as exc:
            raise exc.with_context(hint="leave out --via import and --stage") from exc
        self._form = part_format(target.schema, parquet=has_api(session.client.version))
        self._begin = time.monotonic()

    def run(
        self,
        steps: Iterable[InsertStep],
        checkpoint: Checkpoint,
        rejects: Rejects,
        fraction: Callable[[int, int], float | None],
    ) -> None:
        """Imports the rows of the steps; `fraction` returns the progress after some rows and bytes."""
        session, name = self._session, self._options.collection
        stall = Stall(session, f"importing into {name!r}", f"list bulk_insert_tasks -c {name}")
        # Unfinished parts of an upload are kept, and paid for, until it is canceled.
        with ending_as_interrupted(), Progress(session.console, f"Importing into {name!r}", quiet=session.quiet) as bar:

            def show(status: ImportStatus) -> None:
                done = status.imported / status.staged if status.staged else 0.0
                read = fraction(status.imported, status.position)
                jobs = counted(status.jobs, "job")
                detail = f"{status.staged:,} rows staged, {status.imported:,} imported, {jobs} at work"
                bar.show(None if read is None else min(read, 1.0) * done, detail)
                stall.see(done)

            ImportPipeline(
                self._jobs,
                self._stage,
                self._form,
                self._target,
                checkpoint,
                rejects,
                strict=self._options.strict,
                patience=Patience(self._options.patience),
                show=show,
            ).run(steps)
        self._tell_speed(checkpoint.progress.inserted)
        self._load_again()

    def _tell_speed(self, rows: int) -> None:
        seconds = time.monotonic() - self._begin
        if seconds >= WORTH_TELLING and not self._session.quiet:
            self._session.console.note(f"{seconds:.1f} s: {rows / seconds:,.0f} rows/s")

    def _load_again(self) -> None:
        """Has a loaded collection load the new segments: Milvus 2.3 does so by itself, but later."""
        client, name = self._session.client, self._options.collection
        try:
            if permitted(load_state, client, name) == "loaded":
                permitted(load, self._session, name, options=LoadOptions(refresh=True))
        except Interrupted:
            raise
        except CliError as exc:
            # The rows are in.
            self._session.console.note(f"note: {name!r} was not loaded again: {exc.message}")

    def count(self) -> int | None:
        """Counts the collection's rows; those that are not loaded by the statistics, which know imported rows."""
        client, name = self._session.client, self._options.collection
        exact = permitted(exact_row_count, client, name)
        self._by_statistics = exact is None
        return permitted(row_count, client, name) if exact is None else exact

    def count_again(self, expected: int | None) -> int | None:
        """Counts until all imported rows are seen, for a limited time.

        Other statistics than expected are not returned: they count rows of failed jobs too, until these are cleaned up.
        """
        until = time.monotonic() + SEEN_SECONDS
        while (found := self.count()) is not None and expected is not None and found < expected:
            if time.monotonic() > until:
                break
            time.sleep(1.0)
        return None if self._by_statistics and found != expected else found
