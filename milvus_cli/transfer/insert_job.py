"""One job of inserting files: its options, the locks it holds, its checkpoint, and how to continue or repeat it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ..connections.private_files import make_private
from ..errors import CliError, InvalidInput
from ..files.sources import STDIN, InputFile, Source, identity
from ..files.text_layout import TextLayout
from ..files.urls import is_url, shown_url
from ..rows.write_target import WriteTarget
from ..session.session import Session
from ..text.counts import counted
from ..text.unwritable import unwritable
from .checkpoint import FILES_KEY, RESUME_HINT, TARGET_KEY, Abandoned, Checkpoint, InsertCounts, default_path
from .job_locks import address_of, file_lock, key_lock
from .pipeline import Job

IMPORT_AGAIN = "compare the row count with the file: --restart imports all rows again, beside those that are in"


@dataclass(frozen=True)
class InsertOptions(TextLayout):
    """Options of the command; `mapping` maps columns to fields, or to "" to leave a column out.

    `files` replace `paths` where they were found already. `types` maps columns of text that go into the dynamic field
    to types. With `exact`, numbers of text files must keep all digits, except in the fields `inexact`. `embeds` names
    text columns, the vector fields that they fill, and embedders. `processes` is the number of those that read text.
    """

    collection: str = ""
    paths: Sequence[str] = ()
    files: Sequence[InputFile] = ()
    partition: str = ""
    upsert: bool = False
    partial: bool = False
    format: str | None = None
    mapping: Sequence[tuple[str, str]] = ()
    types: Sequence[tuple[str, str]] = ()
    embeds: Sequence[tuple[str, str, str]] = ()
    exact: bool = False
    inexact: Sequence[str] = ()
    ignore_unknown: bool = False
    rejects: str | None = None
    strict: bool = False
    resume: bool = False
    restart: bool = False
    checkpoint: str | None = None
    patience: float = 60.0
    seconds: float | None = None
    processes: int = 1
    via: str = ""
    stage: str = ""


def require_usable(session: Session, layout: TextLayout, paths: Sequence[str], files: Sequence[InputFile]) -> None:
    """Raises InvalidInput for files that can't be read with this layout, or from a standard input of commands."""
    layout.require_use(files)
    if layout.no_header and not layout.columns:
        raise InvalidInput("--no-header needs the names of the columns", hint="give --columns id,title,vector")
    if STDIN in paths and session.console.commands_on_stdin:
        raise InvalidInput("- is standard input, and the commands come from there", hint="name a file")


@contextmanager
def locked(session: Session, options: InsertOptions, job: Job, made: Sequence[object]) -> Iterator[None]:
    """Locks what two equal jobs would share: these files for this collection, the checkpoint, and the rejects file.

    `made` is the collection's identity. Raises CliError naming the process that holds a lock.
    """
    names = ", ".join(each.name for each in job.files[:3]) + (", …" if len(job.files) > 3 else "")
    doing = f"{job.encoder.target.verb.lower()}ing {names} into {options.collection!r}"
    with ExitStack() as stack:
        if all(each.path != STDIN for each in job.files):
            profile = session.servers.served(session.profile)
            where = made or (address_of(profile), profile.database, options.collection)
            keys = sorted(map(_file_key, job.files))
            stack.enter_context(key_lock(session, ("insert", *where, options.partition, *keys), doing))
        path = _checkpoint_path(session, options, job)
        try:
            make_private(path.parent)
        except OSError as exc:
            raise unwritable(f"the checkpoint {path}", exc) from exc
        try:
            stack.enter_context(file_lock(session, str(path), doing, what=f"the checkpoint {path}"))
        except CliError as exc:
            # All pipes have the same name, and so the same checkpoint, even for different jobs.
            more_hint = "give each its own --checkpoint FILE" if STDIN in options.paths else ""
            raise exc.with_context(more_hint=more_hint) from exc
        # Several jobs may write to one device, and a device gets no lock file beside it.
        if options.rejects and not is_device(options.rejects):
            stack.enter_context(file_lock(session, options.rejects, f"writing rejected rows to {options.rejects}"))
        yield


def begun_checkpoint(
    session: Session,
    options: InsertOptions,
    job: Job,
    made: Sequence[object],
    embedded: Sequence[object],
    rows: int | None,
) -> Checkpoint:
    """Opens the job's checkpoint; `embedded` describes what is embedded, `rows` are those in the collection.

    Raises as `Checkpoint.begin`, and InvalidInput for a collection that may not be the one that had the earlier rows.
    """
    checkpoint = Checkpoint(
        _checkpoint_path(session, options, job),
        {
            TARGET_KEY: [without_secret(each) for each in _job_words(session, options, job)],
            "--format": options.format,
            "--map": dict(options.mapping),
            "--types": dict(options.types),
            "--embed": embedded,
            "--exact-numbers": options.exact,
            "--inexact": sorted(options.inexact),
            "--partial": options.partial,
            "--ignore-unknown": options.ignore_unknown,
            "layout of the text": options.given,
            "--rejects": options.rejects,
            "--via": options.via or "",
            "--stage": options.stage,
            "collection of that name": list(made),
            FILES_KEY: list(map(identity, job.files)),
        },
        anew=job.anew,
    )
    if not checkpoint.begin(resume=options.resume, restart=options.restart, rows=rows) and options.resume:
        session.console.note("note: nothing to resume: starting from the beginning")
    try:
        _require_earlier_rows(session, checkpoint.progress, rows, upsert=options.upsert, has_identity=bool(made))
    except CliError:
        checkpoint.close()
        raise
    if checkpoint.abandoned.rows or checkpoint.abandoned.parts:
        session.console.note(f"note: {_abandoned(checkpoint.abandoned)}")
    return checkpoint


def _require_earlier_rows(
    session: Session, counts: InsertCounts, rows: int | None, *, upsert: bool, has_identity: bool
) -> None:
    """Notes that rows of the interrupted insert are gone.

    Raises InvalidInput where nothing but its rows identifies the collection: it may have been made again.
    """
    if rows is None or rows >= (min(1, counts.inserted) if upsert else counts.counted):
        return
    gone = f"the collection has {counted(rows, 'row')}, and {counts.inserted:,} were in when the insert was interrupted"
    if has_identity:
        session.console.note(f"note: {gone}: those that were deleted since are not inserted again")
        return
    raise InvalidInput(f"{gone}: it is another one, or rows were deleted", hint="--restart sends all rows again")


def _abandoned(earlier: Abandoned) -> str:
    """Describes what an earlier import has done that is not continued."""
    parts = f", and {counted(earlier.parts, 'part')} may still come in" if earlier.parts else ""
    return f"{counted(earlier.rows, 'row')} of the interrupted import are in{parts}"


def require_same_content(checkpoint: Checkpoint, source: Source) -> None:
    """Raises InvalidInput if a URL has other content than the interrupted insert has read."""
    if source.file.is_url:
        checkpoint.recognize(without_secret(source.file.path), source.file.name, source.opened)


def continue_hint(job: Job, unread: CliError | None) -> str:
    """Returns the hint after an error; `unread` is the error that kept a file from being read, if that was it.

    Once the file is repaired it is another file, and it is unknown which of its rows have arrived.
    """
    try:
        has_files = any(map(identity, job.files))
    except CliError:
        has_files = True
    if unread is None or not has_files:
        return RESUME_HINT
    return f"{'' if unread.hint else 'repair the file, '}then {job.anew}"


def repeat_hint(target: WriteTarget) -> str:
    """Returns the hint on sending all rows again without inserting any of them twice."""
    if target.upsert:
        return "send all rows again with --restart"
    if target.key:
        return "send all rows again with `upsert file … --restart`, which replaces those that are in"
    return "delete the rows that are in, and send all again with --restart: Milvus generates the keys"


def without_secret(word: str) -> str:
    """Masks the secrets of a URL, and adds a digest that distinguishes it from other URLs."""
    if not is_url(word):
        return word
    return f"{shown_url(word)} {sha256(word.encode(errors='replace')).hexdigest()[:16]}"


def is_device(path: str) -> bool:
    """Returns True for an existing path that is not a file: a device, a pipe, or a folder (which fails to open)."""
    return os.path.exists(path) and not os.path.isfile(path)


def _file_key(file: InputFile) -> str:
    """Returns the same key for every name of a file."""
    try:
        found = os.stat(file.path)
    except OSError:
        return file.path
    within = f":{file.span.start}" if file.span is not None else ""
    return f"{found.st_dev}:{found.st_ino}{within}"


def _job_words(session: Session, options: InsertOptions, job: Job) -> list[str]:
    """Returns what distinguishes the job from others: server, target, operation and files."""
    profile = session.profile
    paths = [word for each in job.files for word in _file_words(each)]
    return [
        profile.lite or profile.address,
        profile.database,
        options.collection,
        options.partition,
        job.encoder.target.verb,
        *paths,
    ]


def _file_words(file: InputFile) -> list[str]:
    path = file.path if file.is_url else os.path.abspath(file.path)
    within = [file.span.name] if file.span is not None else []
    return [f"{file.column}=", path, *within] if file.column else [path, *within]


def _checkpoint_path(session: Session, options: InsertOptions, job: Job) -> Path:
    if options.checkpoint:
        return Path(options.checkpoint)
    return default_path(session.config.home, _job_words(session, options, job))
