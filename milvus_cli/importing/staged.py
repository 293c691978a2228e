"""Bulk inserts of files on this machine: they are copied to a stage, imported, and removed from there."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from ..connections.read_only import require_writable
from ..errors import CliError, Fault, InvalidInput, Unsupported
from ..result import Done
from ..server.existence import require_partitions
from ..server.waiting import Work, wait_for
from ..session.session import Session
from ..text.counts import counted
from .bulk_insert import ImportOptions, check_settings
from .bulk_insert import bulk_insert as start_bulk_insert
from .jobs import Jobs, jobs_of
from .stage import folder_name, open_stage, staging


def bulk_insert(session: Session, collection: str, options: ImportOptions) -> Done:
    """Starts to import files of the server's storage, or imports files of this machine through a stage."""
    if options.stage:
        return bulk_insert_staged(session, collection, options)
    return start_bulk_insert(session.client, collection, options)


def bulk_insert_staged(session: Session, collection: str, options: ImportOptions) -> Done:
    """Imports files of this machine, and waits for it. NPY files are the columns of one table, others are tables.

    Raises CliError for a job that fails; the others are finished then.
    """
    require_writable(session.profile, "nothing was inserted")
    files = _files(options.paths)
    stage, client = open_stage(options.stage), session.client
    check_settings(client, options)
    client.call("DescribeCollection", collection_name=collection)
    if options.partition:
        require_partitions(client, collection, [options.partition])
    try:
        jobs, folder = jobs_of(client, collection, options.partition, dict(options.settings)), folder_name()
    except Unsupported as exc:
        raise exc.with_context(hint=f"run `insert file -c {collection} FILE`, which reads files itself") from exc
    try:
        with staging():
            paths = stage.put(f"{folder}/0", files)
    except BaseException:
        with suppress(CliError):
            stage.remove(folder)
        raise
    try:
        # A stage lists its files in any order.
        given = {each.name: each for each in files}
        follower = _followed(session, collection, jobs, {path: given[PurePosixPath(path).name] for path in paths})
    except CliError as exc:
        # The server may still be reading the files.
        raise exc.with_context(more_hint=f"then remove {folder} from {options.stage}") from exc
    stage.remove(folder)
    if follower.failures:
        others = f"{counted(follower.rows, 'row')} of other files went in" if len(follower.jobs) > 1 else ""
        raise CliError("; ".join([*follower.failures, *filter(None, [others])]), fault=Fault.SAID_NO)
    message = f"Imported {counted(len(files), 'file')} into {collection!r}: {counted(follower.rows, 'row')}."
    return Done(message, {"collection": collection, "tasks": follower.jobs, "rows": follower.rows})


def _followed(session: Session, collection: str, jobs: Jobs, files: Mapping[str, Path]) -> Follower:
    """Starts jobs for files, by their paths on the server, and waits until all have ended."""
    started = {jobs.start(each): [str(files[path]) for path in each] for each in _tables([*files])}
    follower = Follower(jobs, started)
    look = f"list bulk_insert_tasks -c {collection}"
    wait_for(session, Work(f"importing into {collection!r}", follower.fraction, look))
    return follower


class Follower:
    """Follows jobs, by id with the files that each imports, to their end."""

    def __init__(self, jobs: Jobs, started: dict[str, list[str]]) -> None:
        self._server = jobs
        self._started = started
        self.jobs = [*started]
        self._ended: set[str] = set()
        self.rows = 0
        self.failures: list[str] = []

    def fraction(self) -> float:
        """Returns the progress of all jobs from 0 to 1, which is reached when all have ended."""
        progress = float(len(self._ended))
        for job in [each for each in self.jobs if each not in self._ended]:
            state = self._server.state(job)
            if state.failure:
                self.failures.append(f"the server could not import {', '.join(self._started[job])}: {state.failure}")
            if state.failure or state.done:
                self._ended.add(job)
                self.rows += state.rows
            progress += 1 if job in self._ended else min(state.fraction, 0.99)
        return progress / len(self._started) if len(self._ended) < len(self._started) else 1.0


def _files(paths: Sequence[str]) -> list[Path]:
    found = [Path(each) for each in paths]
    missing = next((each for each in found if not each.is_file()), None)
    if missing is not None:
        raise InvalidInput(f"file {missing} not found", hint="with --stage, -f names files of this machine")
    names = [each.name for each in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidInput(f"two files are named {twice}", hint="import them one after the other")
    return found


def _tables(paths: Sequence[str]) -> list[list[str]]:
    """Groups the files that are imported together."""
    columns = [each for each in paths if os.path.splitext(each)[1] == ".npy"]
    others = [[each] for each in paths if each not in columns]
    return [columns, *others] if columns else others
