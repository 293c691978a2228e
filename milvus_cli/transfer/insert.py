"""Inserts files, or generated rows, in a session: the pipeline with its connection, progress bar and last line."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from ..client.optional import permitted
from ..connections.read_only import require_writable
from ..errors import CliError, InvalidInput
from ..files.memory import share_one_heap
from ..files.rejects import Rejects
from ..files.sources import InputFile, files_of_rows, find_files
from ..files.text_layout import SEPARATED
from ..result import Done
from ..rows.write_target import WriteTarget
from ..rows.writing import writes_at_once
from ..schema.features import require_types
from ..schema.schema import params, row_fields
from ..server.existence import collection_identity, exact_row_count, require_partition_to_write
from ..session.session import Session
from ..text.names import missing_name
from .checkpoint import Checkpoint, InsertCounts
from .embedding_job import InsertEmbedding
from .fake import Recipe, fake_chunks
from .insert_job import (
    IMPORT_AGAIN,
    InsertOptions,
    begun_checkpoint,
    continue_hint,
    locked,
    repeat_hint,
    require_same_content,
    require_usable,
)
from .insert_summary import count_again, summary, with_counts
from .intake import RowEncoder
from .meter import Meter
from .pipeline import InsertStep, Job, Pipeline, WorkerLost, made_steps, read_steps
from .sender import Sender
from .side_by_side import require_equal_lengths

if TYPE_CHECKING:
    from .import_run import ImportRun

INSERTS_IN_FLIGHT = 2
TAKES_GENERATED = "allow_insert_auto_id"
"""Property of a collection that takes values for a generated primary key (https://milvus.io/docs/primary-field.md)."""


def ignore_rows(rows: int) -> None:
    pass


def insert_files(
    session: Session,
    options: InsertOptions,
    stdin: BinaryIO | None = None,
    *,
    report: Callable[[int], None] = ignore_rows,
) -> Done:
    """Inserts the rows of files. `options.seconds` is the deadline of each call, if given.

    `stdin` replaces standard input. `report` takes the rows that have been read and acknowledged.

    Raises Partial if rows were rejected, and errors that keep the rest from being read or sent.
    """
    share_one_heap()
    if options.seconds:
        session = session.with_options(replace(session.options, timeout=options.seconds))
    files = options.files or find_files(options.paths, options.format)
    require_usable(session, options, options.paths, files)
    if options.types and not all(each.format in SEPARATED for each in files_of_rows(files)):
        raise InvalidInput("--types is for CSV and TSV files", hint="values of other files have types")
    if options.rejects and any(_is_same_file(options.rejects, each.path) for each in files):
        raise InvalidInput(f"--rejects {options.rejects} is one of the files to insert", hint="name another file")
    if len(files_of_rows(files)) < len(files):
        require_equal_lengths(session, files, options.layout)
    target, made = _target(session, options)
    exact = _exact_fields(options, target)
    encoder = RowEncoder(target, dict(options.mapping), options.ignore_unknown, dict(options.types), exact)
    stdin = stdin or getattr(session.console.stdin, "buffer", None)
    job = Job(files, encoder, stdin, anew=IMPORT_AGAIN if options.via else repeat_hint(target), layout=options.layout)
    return _insert(session, options, job, made, InsertEmbedding(session, options, target), report)


def _insert(
    session: Session,
    options: InsertOptions,
    job: Job,
    made: Sequence[object],
    embedding: InsertEmbedding,
    report: Callable[[int], None],
) -> Done:
    """`made` is the identity of the collection."""
    target, notes = job.encoder.target, list[str]()
    importing = _import_run(session, options, target)
    with locked(session, options, job, made):
        before = importing.count() if importing else permitted(exact_row_count, session.client, options.collection)
        checkpoint = begun_checkpoint(session, options, job, made, embedding.described, before)
        size = sum(map(_file_size, job.files))
        counts = checkpoint.progress
        encoder = replace(job.encoder, filling=embedding.begin(checkpoint.path))
        opened = partial(require_same_content, checkpoint)
        job = replace(job, encoder=encoder, note=notes.append, opened=opened)

        def fraction(rows: int, done: int) -> float | None:
            report(rows)
            return done / size if size else None

        steps = _steps(job, checkpoint.progress, options.processes)
        reading = Reading(steps)
        try:
            shown = _run_pipeline(
                session,
                options,
                target,
                checkpoint,
                steps=reading,
                fraction=fraction,
                importing=importing,
            )
            # The checkpoint stays until the rows are counted: if killed before, --resume finds that all arrived.
            if importing:
                after = importing.count_again(None if before is None or options.resume else before + counts.inserted)
            else:
                after = count_again(session, options.collection)
            checkpoint.finish()
            embedding.finish()
        except CliError as exc:
            is_of_files = exc is reading.failure and not (embedding.has_raised(exc) or isinstance(exc, WorkerLost))
            hint = continue_hint(job, exc if is_of_files else None)
            raise with_counts(exc, checkpoint.progress, hint) from exc
        finally:
            steps.close()
            embedding.close(counts)
            checkpoint.close()
            # What is true of many files is noted once.
            for line in dict.fromkeys(notes):
                session.console.note(line)
    return summary(session, options, counts, shown, (before, after))


def _import_run(session: Session, options: InsertOptions, target: WriteTarget) -> ImportRun | None:
    """Returns None unless the server is to import the rows."""
    if not options.via:
        return None
    # Most inserts import nothing.
    from .import_run import ImportRun

    return ImportRun(session, options, target)


def _steps(job: Job, counts: InsertCounts, processes: int) -> Generator[InsertStep, None, None]:
    # Parts of an import that were sent are in the checkpoint, until they are done.
    done = counts.sent if counts.folder else counts.done
    if processes == 1:
        yield from read_steps(job, done, counts.digest)
        return
    # Most inserts start no processes.
    from .processes import Processes
    from .split_reading import read_split

    with Processes(processes, job.encoder) as workers:
        yield from read_split(job, done, counts.digest, workers)


@dataclass
class Reading:
    """The steps of a job, and the error that ended reading them early."""

    steps: Iterable[InsertStep]
    failure: CliError | None = None

    def __iter__(self) -> Iterator[InsertStep]:
        try:
            yield from self.steps
        except CliError as exc:
            self.failure = exc
            raise


def insert_fake(session: Session, collection: str, partition: str, recipe: Recipe) -> Done:
    """Like `insert_files`, with generated rows."""
    options = InsertOptions(collection=collection, partition=partition)
    target, _ = _target(session, options)
    before = permitted(exact_row_count, session.client, options.collection)
    checkpoint = Checkpoint()
    steps = made_steps(fake_chunks(target.schema, recipe), RowEncoder(target, {}))
    try:
        shown = _run_pipeline(
            session, options, target, checkpoint, steps=steps, fraction=lambda rows, _: rows / recipe.count
        )
    except CliError as exc:
        raise with_counts(exc, checkpoint.progress) from exc
    after = count_again(session, options.collection)
    return summary(session, options, checkpoint.progress, shown, (before, after))


def _target(session: Session, options: InsertOptions) -> tuple[WriteTarget, Sequence[object]]:
    """Returns the target, and the identity of its collection (see `collection_identity`)."""
    require_writable(session.profile, f"nothing was {'upserted' if options.upsert else 'inserted'}")
    if options.partial:
        session.client.require("Upsert.partial_update")
    answer = session.client.call("DescribeCollection", collection_name=options.collection)
    require_types(session.client, answer.schema)
    require_partition_to_write(session.client, options.collection, options.partition)
    lite = session.client.version.is_lite
    takes_generated = lite or params(answer.properties).get(TAKES_GENERATED) == "true"
    target = WriteTarget(
        options.collection,
        options.partition,
        answer.schema,
        options.upsert,
        lite,
        takes_generated=takes_generated,
        partial=options.partial,
        pastes_keys=session.client.version.pastes_keys,
    )
    return target, collection_identity(answer)


def _run_pipeline(
    session: Session,
    options: InsertOptions,
    target: WriteTarget,
    checkpoint: Checkpoint,
    *,
    steps: Iterable[InsertStep],
    fraction: Callable[[int, int], float | None],
    importing: ImportRun | None = None,
) -> Sequence[str]:
    """Returns the first rejected rows, as shown; `fraction` returns the progress after some rows and bytes."""
    fields = {each.name: each for each in row_fields(target.schema)}
    rejects = Rejects(options.rejects, fields=fields, size=checkpoint.progress.rejects_size)
    steps = _with_begin(steps, rejects.begin)
    try:
        if importing:
            importing.run(steps, checkpoint, rejects, fraction)
        else:
            _send(session, options, target, checkpoint, rejects, steps=steps, fraction=fraction)
    finally:
        rejects.close()
        for line in rejects.shown:
            session.console.note(line)
    return rejects.shown


def _send(
    session: Session,
    options: InsertOptions,
    target: WriteTarget,
    checkpoint: Checkpoint,
    rejects: Rejects,
    *,
    steps: Iterable[InsertStep],
    fraction: Callable[[int, int], float | None],
) -> None:
    profile = session.servers.served(session.profile)
    meter = Meter(session, f"{target.verb}ing into {target.collection!r}", rows=checkpoint.progress.read)
    sender = Sender(
        lambda: session.open(profile),
        target,
        in_flight=writes_at_once(target, INSERTS_IN_FLIGHT),
        patience=options.patience,
        seconds=session.timeout,
        retrying=meter.retrying,
    )
    with meter:
        Pipeline(
            sender,
            checkpoint,
            rejects,
            strict=options.strict,
            moved=lambda size, rows: meter.moved(rows, size, fraction(rows, size)),
        ).run(steps)


def _with_begin(steps: Iterable[InsertStep], begin: Callable[[], None]) -> Iterator[InsertStep]:
    """Yields the steps; calls `begin` once the first was read, or when there is none."""
    begun = False
    for step in steps:
        if not begun:
            begin()
            begun = True
        yield step
    if not begun:
        begin()


def _exact_fields(options: InsertOptions, target: WriteTarget) -> frozenset[str]:
    """Returns the fields whose numbers must keep all digits. Raises InvalidInput for exceptions that are none."""
    names = [each.name for each in row_fields(target.schema)]
    if options.inexact and not options.exact:
        raise InvalidInput("--inexact requires --exact-numbers", hint="leave it out: no field is exact")
    unknown = next((each for each in options.inexact if each not in names), None)
    if unknown is not None:
        raise missing_name("field", unknown, names, after=f" in {target.collection!r}", error=InvalidInput)
    return frozenset(names).difference(options.inexact) if options.exact else frozenset()


def _is_same_file(a: str, b: str) -> bool:
    return os.path.exists(a) and os.path.exists(b) and os.path.samefile(a, b)


def _file_size(file: InputFile) -> int:
    if file.span is not None:
        return file.span.size
    return os.path.getsize(file.path) if os.path.isfile(file.path) else 0
