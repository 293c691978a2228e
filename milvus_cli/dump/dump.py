"""Dumps databases to a directory or a tar file: schemas, rows and access control, and last a manifest."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from .. import __version__
from ..access.backup import backup_access
from ..errors import CliError, Interrupted, InvalidInput, Unreachable
from ..files.arrow_package import pyarrow
from ..files.memory import share_one_heap
from ..files.urls import shown_url
from ..files.writers import COLUMNAR_FORMATS
from ..result import Done, Table
from ..session.collection_ref import CollectionRef
from ..text.counts import byte_size, counted
from ..text.unwritable import unwritable
from ..transfer.job_locks import file_lock
from ..transfer.many import AGAIN, Overall, run_each, several_failed
from ..transfer.meter import Meter
from ..transfer.side import open_side
from .collections import CollectionDumper
from .destination import Destination, destination_of
from .directory import remove_strays
from .journal import Journal
from .manifest import ACCESS, FORMAT, JOURNAL, DumpFile, Manifest, dump_file
from .plan import DumpOptions, DumpPlan, plan_dump
from .progress import REPLACES, DumpProgress

if TYPE_CHECKING:
    from ..session.session import Session

CONTINUE = "run the same command again without --force to continue"
"""The hint after an interruption of a dump that has started over."""


def dump(session: Session, options: DumpOptions) -> Done | Table:
    """Dumps what the options choose; a dump that was interrupted at this path is continued.

    Raises the error of the worst collection if some can't be dumped. The dump is incomplete then.
    """
    share_one_heap()
    if options.schema_only and options.data_only:
        raise InvalidInput("--schema-only and --data-only: give one of them")
    if options.schema_only and options.filter:
        raise InvalidInput("--schema-only dumps no rows to filter")
    if "://" in options.path:
        raise InvalidInput(
            f"can't dump to the URL {shown_url(options.path)}", hint="give the path of a directory or of a .tar file"
        )
    destination = destination_of(options.path)
    destination.require_usable(replace=_replaces(session, options))
    plan = plan_dump(session, options)
    if options.dry_run:
        return plan.table
    if not options.schema_only and options.wanted in COLUMNAR_FORMATS:
        _require_pyarrow()
    directory = destination.directory
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise unwritable(directory, exc) from exc
    with file_lock(session, str(destination.locked), f"dumping to {options.path}", what=options.path):
        try:
            return _begun(session, options, plan, destination)
        finally:
            destination.leave()


def _require_pyarrow() -> None:
    try:
        pyarrow()
    except CliError as exc:
        raise exc.with_context(more_hint="or dump with --format jsonl") from exc


def _replaces(session: Session, options: DumpOptions) -> bool:
    return options.force or bool(session.options.yes)


def _begun(session: Session, options: DumpOptions, plan: DumpPlan, destination: Destination) -> Done:
    """Dumps what is planned, or continues with it, while nobody else can."""
    directory, again = destination.directory, CONTINUE if options.force else AGAIN
    # Another process may have finished one since the command checked.
    destination.require_usable(replace=_replaces(session, options))
    destination.clear(unfinished=options.force)
    journal = Journal(directory / JOURNAL, _identity(session, options))
    try:
        return _dump(session, options, plan, journal, destination)
    except KeyboardInterrupt:
        raise Interrupted(f"{directory} is incomplete", hint=again) from None
    except OSError as exc:
        raise unwritable(directory, exc, hint=f"make room; then {again}") from exc
    except (Interrupted, Unreachable) as exc:
        raise exc.with_context(suffix=f"{directory} is incomplete", more_hint=again) from exc
    finally:
        journal.close()


def _identity(session: Session, options: DumpOptions) -> dict[str, object]:
    """Describes what must not change when a dump is continued. Collections may be chosen anew."""
    return {
        "format": FORMAT,
        "server": session.profile.address,
        "--format": options.wanted,
        "--filter": options.filter,
        "--schema-only": options.schema_only,
        "--data-only": options.data_only,
        "--access": options.access,
    }


def _dump(session: Session, options: DumpOptions, plan: DumpPlan, journal: Journal, destination: Destination) -> Done:
    started, directory = _now(), destination.directory
    progress = DumpProgress(journal.begun())
    if progress.has_begun:
        _require_finished(session, options, plan, progress)
        session.console.note(f"note: continuing the dump in {options.path}")
    else:
        journal.add({"started": started})
    if _replaces(session, options) and not progress.replaces:
        journal.add({REPLACES: True})
    rows = progress.rows_of([each.name for each in plan.collections])
    with Meter(session, "Dumping", rows=rows) as meter:
        overall = Overall(meter, plan.rows)
        dumper = CollectionDumper(session, options, directory, journal, progress, overall)
        failures = run_each(session, plan.collections, dumper.dump, jobs=options.at_once, stopping=overall.stopping)
    if failures:
        again = CONTINUE if options.force else AGAIN
        raise several_failed(session, failures, len(plan.collections), "dumped", again=again)
    finished = [dumper.finished[each.name] for each in plan.collections]
    access = _dump_access(session, directory) if options.access else None
    manifest = Manifest(
        format=FORMAT,
        program=f"milvus_cli {__version__}",
        server=session.client.version.text,
        address=session.profile.address,
        started=progress.started or started,
        finished=_now(),
        with_schemas=not options.data_only,
        with_rows=not options.schema_only,
        filter=options.filter,
        databases=plan.databases,
        access=access,
        collections=finished,
    )
    remove_strays(directory, {each.file for each in manifest.files})
    destination.publish(session, manifest)
    journal.finish()
    return _done(options, manifest)


def _require_finished(session: Session, options: DumpOptions, plan: DumpPlan, progress: DumpProgress) -> None:
    """Raises CliError if the dump would lose a collection that an earlier run has finished, and that still exists."""
    planned = {each.name for each in plan.collections}
    for name in progress.finished:
        if name not in planned and open_side(session, CollectionRef("", name.database, name.collection)).exists:
            raise CliError(
                f"{options.path} has {name} of an earlier run, which these options leave out",
                hint="choose it too, or start over with --force",
            )


def _dump_access(session: Session, directory: Path) -> DumpFile:
    backup_access(session.client, str(directory / ACCESS))
    return dump_file(directory, ACCESS)


def _done(options: DumpOptions, manifest: Manifest) -> Done:
    size = sum(each.bytes for each in manifest.files)
    words = [counted(len(manifest.collections), "collection")]
    if manifest.with_rows:
        words.append(counted(manifest.rows, "row"))
    made = {
        "path": options.path,
        "databases": len(manifest.databases),
        "collections": len(manifest.collections),
        "rows": manifest.rows,
        "bytes": size,
        "access": manifest.access is not None,
    }
    return Done(f"Dumped {' with '.join(words)} to {options.path} ({byte_size(size)}).", made)


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
