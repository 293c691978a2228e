"""Inserting files: the pipeline of `transfer` in a session, with its connection, progress bar and last line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..connections.private_files import make_private
from ..connections.read_only import require_writable
from ..errors import CliError, InvalidInput, Partial, ServerRefused, Unreachable
from ..files.memory import share_one_heap
from ..result import Done
from ..session.session import Session
from .locking import address_of, file_lock, key_lock
from .meter import Meter

if TYPE_CHECKING:
    from ..files.sources import InputFile, Source
    from ..rows.writing import WriteTarget
    from .checkpoint import Checkpoint
    from .checkpoint import InsertCounts as Counts
    from .pipeline import Job, Step

IN_FLIGHT = 2
GOES_ON = "the same line with --resume goes on there"


@dataclass(frozen=True)
class InsertOptions:
    """Options of the commands that insert. `mapping` pairs a column with its field, empty to leave the column out."""

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
    seconds: float | None = None


def insert_files(session: Session, options: InsertOptions) -> Done:
    """Inserts the rows of files. With `options.seconds`, that is the deadline of each call.

    Raises Partial when rows were rejected, and the error that keeps the rest from being read or sent.
    """
    from ..files.sources import STDIN, find_places
    from ..rows.writing import exact_count
    from .intake import RowEncoder
    from .pipeline import Job, read_steps

    share_one_heap()
    if options.seconds:
        session = session.with_options(replace(session.options, timeout=options.seconds))
    places = find_places(options.paths, options.format)
    if STDIN in options.paths and session.console.commands_on_stdin:
        raise InvalidInput("- is standard input, and the commands come from there", hint="name a file")
    if options.rejects and any(_is_same_file(options.rejects, each.path) for each in places):
        raise InvalidInput(f"--rejects {options.rejects} is one of the files to insert", hint="name another file")
    target, made = _target(session, options)
    intake = RowEncoder(target, dict(options.mapping), options.ignore_unknown)
    notes: list[str] = []
    job = Job(places, intake, getattr(session.console.stdin, "buffer", None), notes.append, anew=_anew(target))
    with _locked(session, options, job, made):
        before = exact_count(session.client, options.collection)
        checkpoint = _checkpoint(session, options, job, made)
        size = sum(_size(each.path) for each in places)
        job = replace(job, opened=lambda source: _recognize(checkpoint, source))
        reading = Reading(read_steps(job, checkpoint.progress.done, checkpoint.progress.digest))
        try:
            shown = _run(session, options, target, checkpoint, reading, lambda _, done: done / size if size else None)
            # The checkpoint stays while rows are counted: killed then, --resume finds that all is in.
            after = _count_again(session, options.collection)
            counts = checkpoint.progress
            checkpoint.finish()
        except CliError as exc:
            hint = _how_to_go_on(job, exc if exc is reading.failure else None)
            raise _with_progress(exc, checkpoint.progress, hint) from exc
        finally:
            checkpoint.close()
            for line in notes:
                session.console.note(line)
    return _finished(session, options, counts, shown, (before, after))


@dataclass
class Reading:
    """The steps of a job, and what kept the rest of them from being read."""

    steps: Iterable[Step]
    failure: CliError | None = None

    def __iter__(self) -> Iterator[Step]:
        try:
            yield from self.steps
        except CliError as exc:
            self.failure = exc
            raise


def insert_fake(session: Session, options: InsertOptions, **recipe: int) -> Done:
    """As `insert_files`, of rows that are made up as a Recipe says."""
    from ..rows.writing import exact_count
    from .checkpoint import Checkpoint
    from .fake import Recipe, fake_chunks
    from .intake import RowEncoder
    from .pipeline import made_steps

    target, _ = _target(session, options)
    before = exact_count(session.client, options.collection)
    checkpoint = Checkpoint()
    steps = made_steps(fake_chunks(target.schema, Recipe(**recipe)), RowEncoder(target, {}))
    try:
        shown = _run(session, options, target, checkpoint, steps, lambda rows, _: rows / recipe["count"])
    except CliError as exc:
        raise _with_progress(exc, checkpoint.progress) from exc
    after = _count_again(session, options.collection)
    return _finished(session, options, checkpoint.progress, shown, (before, after))


def _target(session: Session, options: InsertOptions) -> tuple[WriteTarget, Sequence[object]]:
    """And what no other collection has, as `collection_identity` knows it."""
    from ..rows.writing import WriteTarget
    from ..schema.features import require_types
    from ..server.existence import collection_identity

    require_writable(session.profile, f"nothing was {'upserted' if options.upsert else 'inserted'}")
    answer = session.client.call("DescribeCollection", collection_name=options.collection)
    require_types(session.client, answer.schema)
    lite = session.client.version.is_lite
    target = WriteTarget(options.collection, options.partition, answer.schema, options.upsert, lite)
    return target, collection_identity(answer)


@contextmanager
def _locked(session: Session, options: InsertOptions, job: Job, made: Sequence[object]) -> Iterator[None]:
    """Holds what two of the same job would share: these files into this collection, the checkpoint, the rejects.

    Raises CliError, which names the process that holds it.
    """
    from ..files.sources import STDIN

    names = ", ".join(each.name for each in job.places[:3]) + (", …" if len(job.places) > 3 else "")
    doing = f"{job.intake.target.verb.lower()}ing {names} into {options.collection!r}"
    with ExitStack() as stack:
        if all(each.path != STDIN for each in job.places):
            profile = session.servers.served(session.profile)
            where = made or (address_of(profile), profile.database, options.collection)
            files = sorted(map(_file, job.places))
            stack.enter_context(key_lock(session, ("insert", *where, options.partition, *files), doing))
        path = _checkpoint_path(session, options, job)
        try:
            make_private(path.parent)
        except OSError as exc:
            raise CliError(f"can't write the checkpoint {path}: {exc.strerror}") from exc
        try:
            stack.enter_context(file_lock(session, str(path), doing, what=f"the checkpoint {path}"))
        except CliError as exc:
            # Two pipes have one name, and so one checkpoint, though they are two jobs.
            more_hint = "give each its own --checkpoint FILE" if STDIN in options.paths else ""
            raise exc.with_context(more_hint=more_hint) from exc
        # Two jobs may well write to one device; and no file is made beside it.
        if options.rejects and not _is_device(options.rejects):
            stack.enter_context(file_lock(session, options.rejects, f"writing rejected rows to {options.rejects}"))
        yield


def _file(place: InputFile) -> str:
    """The same for every name of a file."""
    try:
        found = os.stat(place.path)
    except OSError:
        return place.path
    return f"{found.st_dev}:{found.st_ino}"


def _where(session: Session, options: InsertOptions, job: Job) -> list[str]:
    profile = session.profile
    paths = [each.path if each.is_url else os.path.abspath(each.path) for each in job.places]
    return [
        profile.lite or profile.address,
        profile.database,
        options.collection,
        options.partition,
        job.intake.target.verb,
        *paths,
    ]


def _checkpoint_path(session: Session, options: InsertOptions, job: Job) -> Path:
    from .checkpoint import default_path

    if options.checkpoint:
        return Path(options.checkpoint)
    return default_path(session.config.home, _where(session, options, job))


def _checkpoint(session: Session, options: InsertOptions, job: Job, made: Sequence[object]) -> Checkpoint:
    from ..files.sources import identity
    from .checkpoint import FILES, TARGET, Checkpoint

    where = [_without_secret(each) for each in _where(session, options, job)]
    checkpoint = Checkpoint(
        _checkpoint_path(session, options, job),
        {
            TARGET: where,
            "--format": options.format,
            "--map": dict(options.mapping),
            "--ignore-unknown": options.ignore_unknown,
            "--rejects": options.rejects,
            "collection of that name": list(made),
            FILES: list(map(identity, job.places)),
        },
        anew=_anew(job.intake.target),
    )
    if not checkpoint.begin(resume=options.resume, restart=options.restart) and options.resume:
        session.console.note("note: nothing to resume: starting from the beginning")
    return checkpoint


def _recognize(checkpoint: Checkpoint, source: Source) -> None:
    if source.place.is_url:
        checkpoint.recognize(_without_secret(source.place.path), source.place.name, source.opened)


def _how_to_go_on(job: Job, unread: CliError | None) -> str:
    """`unread` is what kept a file from being read: once that is another file, nobody can tell which rows are in."""
    from ..files.sources import identity

    try:
        is_file = any(map(identity, job.places))
    except CliError:
        is_file = True
    if unread is None or not is_file:
        return GOES_ON
    return f"{'' if unread.hint else 'repair the file, '}then {_anew(job.intake.target)}"


def _anew(target: WriteTarget) -> str:
    """How all rows can be sent again without having any of them twice."""
    if target.upsert:
        return "send all rows again with --restart"
    if target.key:
        return "send all rows again with: upsert file … --restart, which replaces those that are in"
    return "delete the rows that are in, and send all again with --restart: Milvus generates the keys"


def _without_secret(word: str) -> str:
    """A URL so that it can be told from others, but not read."""
    from hashlib import sha256

    from ..files.urls import is_url, shown_url

    if not is_url(word):
        return word
    return f"{shown_url(word)} {sha256(word.encode(errors='replace')).hexdigest()[:16]}"


def _run(
    session: Session,
    options: InsertOptions,
    target: WriteTarget,
    checkpoint: Checkpoint,
    steps: Iterable[Step],
    fraction: Callable[[int, int], float | None],
) -> Sequence[str]:
    """Returns the first rejects, as they were told; `fraction` is how far it is after so many rows and bytes."""
    from ..files.rejects import Rejects
    from ..rows.writing import writes_at_once
    from ..schema.schema import row_fields
    from .pipeline import Pipeline
    from .sender import Sender

    profile = session.servers.served(session.profile)
    fields = {each.name: each for each in row_fields(target.schema)}
    rejects = Rejects(options.rejects, fields=fields, size=checkpoint.progress.rejects_size)
    meter = Meter(session, f"{target.verb}ing into {target.collection!r}", rows=checkpoint.progress.read)
    sender = Sender(
        lambda: session.open(profile),
        target,
        in_flight=writes_at_once(target, IN_FLIGHT),
        patience=options.patience,
        seconds=session.timeout,
        retrying=meter.retrying,
    )
    try:
        with meter:
            Pipeline(
                sender,
                checkpoint,
                rejects,
                strict=options.strict,
                moved=lambda size, rows: meter.moved(rows, size, fraction(rows, size)),
            ).run(_begun(steps, rejects.begin))
    finally:
        rejects.close()
        for line in rejects.shown:
            session.console.note(line)
    return rejects.shown


def _begun(steps: Iterable[Step], begin: Callable[[], None]) -> Iterator[Step]:
    """The steps; calls `begin` when the first could be read, or when there is none."""
    begun = False
    for step in steps:
        if not begun:
            begin()
            begun = True
        yield step
    if not begun:
        begin()


def _is_device(path: str) -> bool:
    """Whether it is there, and no file: a device, a pipe, or a folder, which opens for nobody."""
    return os.path.exists(path) and not os.path.isfile(path)


def _is_same_file(a: str, b: str) -> bool:
    return os.path.exists(a) and os.path.exists(b) and os.path.samefile(a, b)


def _size(path: str) -> int:
    return os.path.getsize(path) if os.path.isfile(path) else 0


def _with_progress(error: CliError, counts: Counts, hint: str = "") -> CliError:
    unsure = counts.sent > counts.done
    if not counts.read and (not unsure or isinstance(error, ServerRefused)):
        return error.with_context()
    rows = f"{counts.inserted:,} rows are in{', and what was on its way may be' if unsure else ''}"
    # An error with a better hint, as of a full disk, has said already how to continue.
    has_hint = "--resume" in error.hint or "--restart" in error.hint
    return error.with_context(suffix=rows, more_hint="" if has_hint else hint)


def _finished(
    session: Session, options: InsertOptions, counts: Counts, shown: Sequence[str], rows: tuple[int | None, int | None]
) -> Done:
    """The last line; `rows` are those before and now. Raises Partial where not every row is known to be in."""
    from .sender import replaced_told

    verb = "Upserted" if options.upsert else "Inserted"
    before, after = rows
    known = "" if before is None or after is None else f", which had {before:,} and has {after:,}"
    message = f"{verb} {counts.inserted:,} of {counts.read:,} rows into {options.collection!r}{known}"
    if counts.superseded:
        # Which keys came before an interruption is not remembered.
        message += (
            f"; {'at least ' if options.resume else ''}{counts.superseded:,} superseded by later rows of their key"
        )
    if counts.replaced:
        session.console.note(replaced_told(counts.replaced))
    # Rows that were sent again are in once, where the collection has grown by no more than was read.
    once = not options.resume and before is not None and after == before + counts.inserted
    failures = list(_failures(session, options, replace(counts, doubtful=0) if once else counts, shown))
    if failures:
        error = Partial("; ".join([message, *(each.message for each in failures)]))
        for each in failures:
            error = error.with_context(more_hint=each.hint)
        raise error
    made = {
        "collection": options.collection,
        "read": counts.read,
        "inserted": counts.inserted,
        "rejected": counts.rejected,
        "before": before,
        "after": after,
    }
    if counts.superseded:
        made["superseded"] = counts.superseded
    return Done(f"{message}.", made)


def _failures(session: Session, options: InsertOptions, counts: Counts, shown: Sequence[str]) -> Iterator[Partial]:
    """What keeps an insert from being done in full."""
    if counts.rejected:
        more = counts.rejected - len(shown)
        if more > 0:
            session.console.note(f"… and {more:,} more")
        hint = f"{options.rejects} has them" if options.rejects else "--rejects FILE keeps them"
        # What became of them in a device, nobody knows.
        hint = "" if options.rejects and _is_device(options.rejects) else hint
        yield Partial(f"{counts.rejected:,} rejected", hint=hint)
    if counts.unknown:
        yield Partial(
            f"{counts.unknown:,} may be in or not: answers were lost, and other rows have the same keys",
            hint="upsert file with the same files puts every row in, and leaves one for each key",
        )
    if counts.doubtful:
        yield Partial(
            f"{counts.doubtful:,} were sent again and may be in twice: answers were lost, and Milvus assigns the keys",
            hint="compare the number of rows with the files",
        )


def _count_again(session: Session, collection: str) -> int | None:
    """What was inserted is in, whether the server can still be asked or not."""
    from ..rows.writing import exact_count

    try:
        return exact_count(session.client, collection)
    except Unreachable:
        return None
