"""Inserting files: the pipeline of `transfer` in a session, with its connection, progress bar and last line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import CliError, InvalidInput, Partial, ServerRefused
from ..result import Done
from ..session import Session
from .metering import Meter

if TYPE_CHECKING:
    from ..rpc.writing import Target
    from ..transfer.checkpoint import Checkpoint
    from ..transfer.checkpoint import Progress as Counts
    from ..transfer.pipeline import Job, Step

IN_FLIGHT = 2


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
    if request.rejects and any(_is_same_file(request.rejects, each.path) for each in places):
        raise InvalidInput(f"--rejects {request.rejects} is one of the files to insert", hint="name another file")
    target = _target(session, request)
    intake = Intake(target, dict(request.mapping), request.ignore_unknown)
    job = Job(places, intake, getattr(session.console.stdin, "buffer", None))
    before = exact_count(session.client, request.collection)
    checkpoint = _checkpoint(session, request, job)
    size = sum(_size(each.path) for each in places)
    try:
        steps = read_steps(job, checkpoint.progress.done)
        shown = _run(session, request, target, checkpoint, steps, lambda _, done: done / size if size else None)
        counts = checkpoint.progress
        checkpoint.finish()
    except CliError as exc:
        _tell_how_far(exc, checkpoint.progress, "the same line with --resume goes on there")
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
    try:
        shown = _run(session, request, target, checkpoint, steps, lambda rows, _: rows / recipe["count"])
    except CliError as exc:
        _tell_how_far(exc, checkpoint.progress)
        raise
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
    session: Session, request: Request, target: Target, checkpoint: Checkpoint, steps: Iterable[Step],
    fraction: Callable[[int, int], float | None],
) -> Sequence[str]:  # fmt: skip
    """Returns the first rejects, as they were told; `fraction` is how far it is after so many rows and bytes."""
    from ..rpc.schema import row_fields
    from ..rpc.writing import writes_at_once
    from ..transfer.pipeline import Pipeline
    from ..transfer.rejects import Rejects
    from ..transfer.sender import Sender

    profile = session.served(session.profile)
    fields = {each.name: each for each in row_fields(target.schema)}
    rejects = Rejects(request.rejects, fields=fields, size=checkpoint.progress.rejects_size)
    sender = Sender(lambda: session.open(profile), target, in_flight=writes_at_once(session.client, IN_FLIGHT),
                    patience=request.patience, seconds=session.timeout)  # fmt: skip
    label = f"{target.method}ing into {target.collection!r}"
    try:
        with Meter(session, label, rows=checkpoint.progress.read) as meter:
            Pipeline(
                sender, checkpoint, rejects, strict=request.strict,
                moved=lambda size, rows: meter.moved(rows, size, fraction(rows, size)),
            ).run(steps)  # fmt: skip
    finally:
        rejects.close()
        for line in rejects.shown:
            session.console.note(line)
    return rejects.shown


def _is_same_file(a: str, b: str) -> bool:
    return os.path.exists(a) and os.path.exists(b) and os.path.samefile(a, b)


def _size(path: str) -> int:
    return os.path.getsize(path) if os.path.isfile(path) else 0


def _tell_how_far(error: CliError, counts: Counts, hint: str = "") -> None:
    unsure = counts.sent > counts.done
    if counts.read or (unsure and not isinstance(error, ServerRefused)):
        error.message += f"; {counts.inserted:,} rows are in{', and what was on its way may be' if unsure else ''}"
        error.hint = error.hint or hint


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
