"""Inserting files: the pipeline of `transfer` in a session, with its connection, progress bar and last line."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import CliError, InvalidInput, Partial
from ..output.progress import Progress
from ..result import Done
from ..session import Session

if TYPE_CHECKING:
    from ..rpc.writing import Target
    from ..transfer.checkpoint import Checkpoint
    from ..transfer.checkpoint import Progress as Counts
    from ..transfer.pipeline import Job, Step

IN_FLIGHT = 2
WORTH_TELLING = 1.0
"""Seconds: of what is done sooner nobody asks how fast it was."""


@dataclass(frozen=True)
class Request:
    """What the person asked for; `mapping` has the field of a column, empty to leave the column out."""

    collection: str
    paths: Sequence[str] = ()
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
    from ..rpc.writing import exact_count
    from ..transfer.intake import Intake
    from ..transfer.pipeline import Job, read_steps
    from ..transfer.sources import STDIN, find_places

    places = find_places(request.paths, request.format)
    if STDIN in request.paths and session.console.commands_on_stdin:
        raise InvalidInput("- is standard input, and the commands come from there", hint="name a file")
    target = _target(session, request)
    intake = Intake(target, dict(request.mapping), request.ignore_unknown)
    job = Job(places, intake, getattr(session.console.stdin, "buffer", None))
    before = exact_count(session.client, request.collection)
    checkpoint = _checkpoint(session, request, job)
    meter = Meter(sum(_size(each.path) for each in places))
    try:
        shown = _run(session, request, target, checkpoint, read_steps(job, checkpoint.progress.done), meter)
        counts = checkpoint.progress
        checkpoint.finish()
    except CliError as exc:
        _tell_how_to_go_on(exc, checkpoint.progress)
        raise
    finally:
        checkpoint.close()
    return _finished(session, request, counts, shown, before)


def insert_fake(session: Session, request: Request, **recipe: int) -> Done:
    """As `insert_files`, of rows that are made up as a Recipe says."""
    from ..rpc.writing import exact_count
    from ..transfer.checkpoint import Checkpoint
    from ..transfer.fake import Recipe, fake_chunks
    from ..transfer.intake import Intake
    from ..transfer.pipeline import made_steps

    target = _target(session, request)
    before = exact_count(session.client, request.collection)
    checkpoint = Checkpoint()
    steps = made_steps(fake_chunks(target.schema, Recipe(**recipe)), Intake(target, {}))
    shown = _run(session, request, target, checkpoint, steps, Meter(rows=recipe["count"]))
    return _finished(session, request, checkpoint.progress, shown, before)


def _target(session: Session, request: Request) -> Target:
    from ..rpc.features import require_types
    from ..rpc.writing import Target

    schema = session.client.call("DescribeCollection", collection_name=request.collection).schema
    require_types(session.client, schema)
    return Target(request.collection, request.partition, schema, request.upsert)


def _checkpoint(session: Session, request: Request, job: Job) -> Checkpoint:
    from ..transfer.checkpoint import Checkpoint, default_path
    from ..transfer.sources import identity

    profile, target = session.profile, job.intake.target
    paths = [each.path if each.is_url else os.path.abspath(each.path) for each in job.places]
    where = [
        profile.lite or profile.address,
        profile.database,
        request.collection,
        request.partition,
        target.method,
        *paths,
    ]
    path = Path(request.checkpoint) if request.checkpoint else default_path(session.config.home, where)
    checkpoint = Checkpoint(path, {
        "target": where, "--format": request.format, "--map": dict(request.mapping),
        "--ignore-unknown": request.ignore_unknown, "--rejects": request.rejects,
        "state of the files": list(map(identity, job.places)),
    })  # fmt: skip
    checkpoint.begin(resume=request.resume, restart=request.restart)
    return checkpoint


def _run(
    session: Session, request: Request, target: Target, checkpoint: Checkpoint, steps: Iterable[Step], meter: Meter
) -> Sequence[str]:
    """Returns the first rejects, as they were told."""
    from ..transfer.pipeline import Pipeline
    from ..transfer.rejects import Rejects
    from ..transfer.sender import Sender

    profile = session.served(session.profile)
    rejects = Rejects(request.rejects, size=checkpoint.progress.rejects_size)
    sender = Sender(lambda: session.open(profile), target, in_flight=IN_FLIGHT,
                    patience=request.patience, seconds=session.timeout)  # fmt: skip
    quiet = bool(session.options.quiet)
    with Progress(session.console, f"{target.method}ing into {target.collection!r}", quiet=quiet) as bar:
        try:
            Pipeline(
                sender, checkpoint, rejects, strict=request.strict,
                moved=lambda size, rows: bar.show(*meter.moved(size, rows)),
            ).run(steps)  # fmt: skip
        finally:
            rejects.close()
            for line in rejects.shown:
                session.console.note(line)
    if not quiet and meter.seconds >= WORTH_TELLING:
        session.console.note(f"{meter.seconds:.1f} s: {meter.speed}")
    return rejects.shown


class Meter:
    """How far and how fast it goes, of so many bytes or rows where they are known."""

    def __init__(self, size: int = 0, *, rows: int = 0) -> None:
        self._total = size or rows
        self._counts_rows = bool(rows)
        self._begin = time.monotonic()
        self._rows = self._bytes = 0

    @property
    def seconds(self) -> float:
        return max(time.monotonic() - self._begin, 0.001)

    @property
    def speed(self) -> str:
        return f"{self._rows / self.seconds:,.0f} rows/s, {self._bytes / 1e6 / self.seconds:,.1f} MB/s"

    def moved(self, size: int, rows: int) -> tuple[float | None, str]:
        """The fraction, and words about it, after so many bytes and rows in all."""
        self._rows, self._bytes = rows, size
        done = rows if self._counts_rows else size
        fraction = min(done / self._total, 1.0) if self._total else None
        left = f", {self.seconds * (1 - fraction) / fraction:.0f} s left" if fraction else ""
        return fraction, f"{rows:,} rows, {self.speed}{left}"


def _size(path: str) -> int:
    return os.path.getsize(path) if os.path.isfile(path) else 0


def _tell_how_to_go_on(error: CliError, counts: Counts) -> None:
    if counts.read:
        error.message += f"; {counts.inserted:,} rows are in"
        error.hint = error.hint or "the same line with --resume goes on there"


def _finished(session: Session, request: Request, counts: Counts, shown: Sequence[str], before: int | None) -> Done:
    """The last line, with what there was before and is now."""
    from ..rpc.writing import exact_count

    verb = "Upserted" if request.upsert else "Inserted"
    after = exact_count(session.client, request.collection)
    known = "" if before is None or after is None else f", which had {before:,} and has {after:,}"
    message = f"{verb} {counts.inserted:,} of {counts.read:,} rows into {request.collection!r}{known}"
    if counts.doubtful:
        session.console.note(
            f"{counts.doubtful:,} rows were sent again as answers were lost: Milvus gives out the keys, so that "
            "nobody can tell how many of them are in twice"
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
