"""Inserting files: the pipeline of `transfer` in a session, with its connection, progress bar and last line."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import CliError, InvalidInput, Partial
from .output.progress import Progress
from .result import Done
from .session import Session

if TYPE_CHECKING:
    from .transfer.checkpoint import Checkpoint
    from .transfer.checkpoint import Progress as Counts
    from .transfer.pipeline import Job

IN_FLIGHT = 3


@dataclass(frozen=True)
class Request:
    """What the person asked for; `mapping` has the field of a column, empty to leave the column out."""

    collection: str
    paths: Sequence[str]
    partition: str = ""
    upsert: bool = False
    format: str | None = None
    mapping: Sequence[tuple[str, str]] = ()
    ignore_unknown: bool = False
    rejects: str | None = None
    strict: bool = False
    resume: bool = False
    restart: bool = False
    checkpoint: str | None = None
    patience: float = 60.0


def insert_files(session: Session, request: Request) -> Done:
    """Raises Partial when rows were rejected, and what keeps the rest from being read or sent."""
    from .rpc.writing import Target, exact_count
    from .transfer.intake import Intake
    from .transfer.pipeline import Job
    from .transfer.sources import STDIN, find_places

    places = find_places(request.paths, request.format)
    if STDIN in request.paths and session.console.commands_on_stdin:
        raise InvalidInput("- is standard input, and the commands come from there", hint="name a file")
    schema = session.client.call("DescribeCollection", collection_name=request.collection).schema
    target = Target(request.collection, request.partition, schema, request.upsert)
    intake = Intake(target, dict(request.mapping), request.ignore_unknown)
    stdin = getattr(session.console.stdin, "buffer", None)
    job = Job(places, intake, stdin, request.strict)
    before = exact_count(session.client, request.collection)
    checkpoint = _checkpoint(session, request, job)
    try:
        counts, shown = _run(session, request, job, checkpoint)
    except CliError as exc:
        _tell_how_to_go_on(exc, checkpoint.progress)
        raise
    finally:
        checkpoint.close()
    checkpoint.finish()
    return _finished(session, request, counts, shown, (before, exact_count(session.client, request.collection)))


def _checkpoint(session: Session, request: Request, job: Job) -> Checkpoint:
    from .transfer.checkpoint import Checkpoint, default_path
    from .transfer.sources import identity

    profile = session.profile
    paths = [each.path if each.is_url else os.path.abspath(each.path) for each in job.places]
    where = [profile.address, profile.database, request.collection, request.partition, job.intake.target.method, *paths]
    state = [str(dict(request.mapping)), str(request.format), *map(identity, job.places)]
    path = Path(request.checkpoint) if request.checkpoint else default_path(session.config.home, where)
    checkpoint = Checkpoint(path, [*where, *state])
    checkpoint.begin(resume=request.resume, restart=request.restart)
    return checkpoint


def _run(session: Session, request: Request, job: Job, checkpoint: Checkpoint) -> tuple[Counts, Sequence[str]]:
    from .transfer.pipeline import Pipeline
    from .transfer.rejects import Rejects
    from .transfer.sender import Sender

    profile = session.served(session.profile)
    rejects = Rejects(request.rejects, size=checkpoint.progress.rejects_size)
    sender = Sender(lambda: session.open(profile), job.intake.target, in_flight=IN_FLIGHT,
                    patience=request.patience, seconds=session.timeout)  # fmt: skip
    target = job.intake.target
    label = f"{target.method}ing into {target.collection!r}"
    with Progress(session.console, label, quiet=bool(session.options.quiet)) as bar:
        meter = _Meter(job, bar)
        try:
            Pipeline(job, sender, checkpoint, rejects, in_flight=IN_FLIGHT, moved=meter.moved).run()
        finally:
            rejects.close()
            for line in rejects.shown:
                session.console.note(line)
    if not session.options.quiet:
        session.console.note(meter.told())
    return checkpoint.progress, rejects.shown


class _Meter:
    """How fast it goes, for the bar and for the line at the end."""

    def __init__(self, job: Job, bar: Progress) -> None:
        self._bar = bar
        self._total = sum(_size(each.path) for each in job.places)
        self._begin = time.monotonic()
        self._rows = self._bytes = 0

    def moved(self, position: int, rows: int) -> None:
        """The bytes of all files that have been read, and the rows so far."""
        self._rows, self._bytes = rows, position
        seconds = max(time.monotonic() - self._begin, 0.001)
        fraction = min(position / self._total, 1.0) if self._total else None
        left = f", {seconds * (1 - fraction) / fraction:.0f} s left" if fraction else ""
        self._bar.show(fraction, f"{rows:,} rows, {_speed(rows, position, seconds)}{left}")

    def told(self) -> str:
        seconds = max(time.monotonic() - self._begin, 0.001)
        return f"{seconds:.1f} s: {_speed(self._rows, self._bytes, seconds)}"


def _speed(rows: int, size: int, seconds: float) -> str:
    return f"{rows / seconds:,.0f} rows/s, {size / 1e6 / seconds:,.1f} MB/s"


def _size(path: str) -> int:
    return os.path.getsize(path) if os.path.isfile(path) else 0


def _tell_how_to_go_on(error: CliError, counts: Counts) -> None:
    if counts.read:
        error.message += f"; {counts.inserted:,} rows are in"
        error.hint = error.hint or "the same line with --resume goes on there"


def _finished(
    session: Session, request: Request, counts: Counts, shown: Sequence[str], totals: tuple[int | None, int | None]
) -> Done:
    verb = "Upserted" if request.upsert else "Inserted"
    before, after = totals
    known = "" if before is None or after is None else f", which had {before:,} and has {after:,}"
    message = f"{verb} {counts.inserted:,} of {counts.read:,} rows into {request.collection!r}{known}"
    if counts.doubtful:
        session.console.note(
            f"{counts.doubtful:,} rows were sent again as the answer was lost: Milvus gives out the keys, so that "
            "nobody can tell whether they are in twice"
        )
    if counts.rejected:
        more = counts.rejected - len(shown)
        if more > 0:
            session.console.note(f"… and {more:,} more")
        hint = f"{request.rejects} has them" if request.rejects else "--rejects FILE keeps them"
        raise Partial(f"{message}; {counts.rejected:,} rejected", hint=hint)
    made = {"collection": request.collection, "read": counts.read, "inserted": counts.inserted,
            "rejected": counts.rejected, "before": before, "after": after}  # fmt: skip
    return Done(f"{message}.", made)
