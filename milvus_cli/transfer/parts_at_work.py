"""Follows the parts of an import that jobs of the server read, and records them in the checkpoint before they start."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from ..errors import CliError, Fault, Interrupted, InvalidAnswer, Unreachable
from ..importing.jobs import Jobs, JobState, unseen_hint
from ..importing.stage import Stage, folder_name
from ..rows.patience import Patience
from .checkpoint import Checkpoint, InsertCounts, StagedPart

FIRST_POLL, LONGEST_POLL = 0.1, 1.0
"""Seconds between two looks at the jobs."""
SETTLING_SECONDS = 1.0
"""Seconds after which a job whose start was not answered is in the server's list."""


class JobFailed(CliError):
    """A job of the server that failed."""


class PartsAtWork:
    """The parts of a checkpoint, from the start of their jobs to their end, when their files are removed.

    `told` is called after each look at the jobs.
    """

    def __init__(
        self, jobs: Jobs, stage: Stage, checkpoint: Checkpoint, patience: Patience, told: Callable[[], None]
    ) -> None:
        self._jobs = jobs
        self._stage = stage
        self._checkpoint = checkpoint
        self._patience = patience
        self._told = told
        self._next_look = 0.0
        self._states: dict[str, JobState] = {}

    @property
    def imported(self) -> int:
        """Rows that are in, and by the progress of the jobs as many of those at work."""
        progress = self._checkpoint.progress
        known = [part for part in progress.parts if part.job in self._states]
        return progress.inserted + int(sum(part.rows * self._states[part.job].fraction for part in known))

    def folder(self) -> str:
        """Returns the folder of the import in the stage, which is recorded before it is made."""
        progress = self._checkpoint.progress
        if not progress.folder:
            progress.folder = folder_name()
            self._checkpoint.save()
        return progress.folder

    def take_up(self) -> None:
        """Takes up the parts of an earlier run: jobs that failed, or did not start, start again."""
        for part in self._checkpoint.progress.parts:
            if part.job and self._state(part).failure:
                self._mark_failed(part)
            if not part.job:
                self.start(part, in_doubt=not part.has_failed)

    def start(self, part: StagedPart, *, in_doubt: bool = False) -> None:
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

    def follow(self, at_most: int) -> None:
        """Waits until at most this number of parts is at work. Raises CliError for a job that failed."""
        pause = FIRST_POLL
        while len(self._checkpoint.progress.parts) > at_most:
            self._next_look = 0.0
            self.look()
            if len(self._checkpoint.progress.parts) > at_most:
                time.sleep(pause)
                pause = min(pause * 2, LONGEST_POLL)

    def follow_others(self) -> None:
        """Waits for the jobs that have not failed, so that the counts hold."""
        while waiting := [each for each in self._checkpoint.progress.parts if each.job]:
            for part in waiting:
                with suppress(JobFailed):
                    self._settle(part, self._state(part))
            self._told()
            time.sleep(FIRST_POLL)

    def forget_failed(self) -> None:
        """Takes back what was staged if no row of it is in, so that a later run begins anew."""
        progress = self._checkpoint.progress
        if not progress.inserted and all(each.has_failed for each in progress.parts):
            folder, versions = progress.folder, progress.versions
            vars(progress).update(vars(InsertCounts(versions=versions)))
            if folder:
                self.remove(folder)

    def advance(self) -> None:
        """Moves the mark up to which all rows are in."""
        progress = self._checkpoint.progress
        progress.done = progress.parts[0].begin if progress.parts else progress.sent

    def remove(self, folder: str) -> None:
        """Removes a folder from the stage; what can't be removed is in nobody's way."""
        with suppress(CliError):
            self._stage.remove(folder)

    def _mark_failed(self, part: StagedPart) -> None:
        part.failed, part.job = [*part.failed, part.job], ""
        self._checkpoint.save()

    def look(self) -> None:
        """Looks at the jobs, unless that was done just now."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + LONGEST_POLL
            for part in self._checkpoint.progress.parts:
                self._settle(part, self._state(part))
            self._told()

    def _state(self, part: StagedPart) -> JobState:
        state = self._patience.tried(partial(self._jobs.state, part.job))
        self._states[part.job] = state
        return state

    def _settle(self, part: StagedPart, state: JobState) -> None:
        if state.failure:
            self._mark_failed(part)
            message = f"the server could not import {part.place}: {state.failure}"
            raise JobFailed(message, fault=Fault.SAID_NO, hint=unseen_hint(state.failure))
        if state.done:
            progress = self._checkpoint.progress
            progress.parts = [each for each in progress.parts if each is not part]
            progress.inserted += min(state.rows, part.rows)
            progress.missed += max(0, part.rows - state.rows)
            self.advance()
            self._checkpoint.save()
            self.remove(part.folder)
