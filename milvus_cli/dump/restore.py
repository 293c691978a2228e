"""Restores a dump: checks it and the server first, then creates, fills, indexes and loads the collections."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..access.backup import restore_access
from ..connections.read_only import require_writable
from ..errors import LOOK_FIRST, CliError, Interrupted, InvalidInput, Unreachable
from ..files.memory import share_one_heap
from ..result import Done, Table
from ..server.aliases import create_aliases
from ..server.databases import create_database
from ..server.existence import alias_target
from ..text.counts import counted
from ..transfer.job_locks import address_of, key_lock
from ..transfer.many import AGAIN, Overall, run_each, several_failed
from ..transfer.meter import Meter
from ..transfer.quoted import has_pasted_keys, require_unquoted
from .check import checked_files
from .journal import Journal
from .manifest import DumpedCollection, DumpFile, Manifest, read_manifest
from .restore_plan import RestoreOptions, RestorePlan, chosen_dumped, plan_restore
from .restore_progress import RestoreProgress
from .stored import StoredDump, text_of
from .tar import open_dump
from .target import Target
from .targets import TargetFiller
from .verify import extra_files, findings, require_unaltered

if TYPE_CHECKING:
    from ..session.session import Session

FOLDER = "restores"
"""The folder of journals in the data directory."""


def restore(session: Session, options: RestoreOptions) -> Done | Table:
    """Restores what the options choose; a restore of this dump that was interrupted is continued.

    Raises CliError before anything is created if the dump was altered, or the server lacks something for it.
    """
    share_one_heap()
    _require_clear(options)
    stored = open_dump(options.path)
    manifest, checksum = read_manifest(stored)
    dumped = chosen_dumped(manifest, options)
    options = _in_database(session, options, dumped)
    _require_contents(manifest, options)
    if not options.dry_run:
        require_writable(session.profile, "nothing was restored")
    if options.access:
        session.client.require("RestoreRBAC")
    identity = _identity(session, options, checksum)
    name = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
    with key_lock(session, ("restore", name), f"restoring {options.path}"):
        journal = Journal(session.config.home / FOLDER / f"{name}.jsonl", identity)
        try:
            progress = RestoreProgress(journal.earlier() if options.dry_run else journal.begun(), journal.path)
            require_unaltered(stored, extra_files(stored, manifest))
            require_unaltered(stored, findings(stored, (each.schema for each in dumped if each.schema)))
            plan = plan_restore(session, stored, manifest, dumped, options, progress)
            if plan.problem and not options.dry_run:
                raise plan.problem
            require_unaltered(stored, checked_files(session, stored, _files(manifest, plan, options, progress)))
            if not options.schema_only:
                _require_unquoted(stored, plan, progress)
            if options.dry_run:
                return plan.table
            return _restore(session, options, stored, manifest, plan, journal, progress)
        except KeyboardInterrupt:
            raise Interrupted(hint=AGAIN) from None
        except OSError as exc:
            raise CliError(f"can't read {exc.filename or stored.path}: {exc.strerror or exc}", hint=AGAIN) from exc
        except (Interrupted, Unreachable) as exc:
            # The next run looks itself what the server has done.
            raise exc.with_context(hint=AGAIN if exc.hint == LOOK_FIRST else "", more_hint=AGAIN) from exc
        finally:
            journal.close()


def _require_clear(options: RestoreOptions) -> None:
    """Raises InvalidInput for options that contradict each other."""
    if options.schema_only and options.data_only:
        raise InvalidInput("--schema-only and --data-only: give one of them")
    if options.data_only and not options.into_existing:
        raise InvalidInput("--data-only restores rows into existing collections", hint="add --into-existing")


def _in_database(session: Session, options: RestoreOptions, dumped: Sequence[DumpedCollection]) -> RestoreOptions:
    """Returns the options with --db as the new name of the only database. Raises InvalidInput if there are several."""
    database, there = session.options.database, sorted({each.database for each in dumped})
    if not database or there == [database]:
        return options
    if len(there) > 1:
        raise InvalidInput(f"--db {database}: these are collections of {len(there)} databases", hint="--map OLD/=NEW/")
    return replace(options, mapping=(*options.mapping, *((f"{each}/", f"{database}/") for each in there)))


def _require_contents(manifest: Manifest, options: RestoreOptions) -> None:
    """Raises InvalidInput for what the dump does not have."""
    if options.access and manifest.access is None:
        raise InvalidInput(f"{options.path} has no access control", hint="it was dumped without --access")
    if options.data_only and not manifest.with_rows:
        raise InvalidInput(f"{options.path} has no rows", hint="it was dumped with --schema-only")
    if not manifest.with_schemas and not options.data_only:
        raise InvalidInput(
            f"{options.path} has no schemas: it was dumped with --data-only",
            hint="restore its rows into existing collections: --data-only --into-existing",
        )


def _identity(session: Session, options: RestoreOptions, checksum: str) -> dict[str, object]:
    """Describes what must not change when a restore is continued. Collections may be chosen anew."""
    profile = session.profile
    return {
        "dump": checksum,
        "server": profile.lite or address_of(profile),
        "--map": [list(each) for each in options.mapping],
        "--suffix": options.suffix,
        "--schema-only": options.schema_only,
        "--data-only": options.data_only,
        "--into-existing": options.into_existing,
    }


def _files(manifest: Manifest, plan: RestorePlan, options: RestoreOptions, progress: RestoreProgress) -> list[DumpFile]:
    """Returns the files that are still to be read."""
    files = [
        file
        for each in plan.targets
        if not progress.of(each.name).finished
        for file in (each.dumped.files if not options.schema_only else _schemas(each.dumped))
    ]
    return [*files, *([manifest.access] if options.access and manifest.access else [])]


def _require_unquoted(stored: StoredDump, plan: RestorePlan, progress: RestoreProgress) -> None:
    """Raises CliError for rows to be upserted, into collections that exist, whose keys the server would run as SQL."""
    for target in plan.targets:
        if target.exists and not progress.of(target.name).creating:
            schema = target.side.definition().schema
            try:
                if has_pasted_keys(target.side, schema):
                    require_unquoted(schema, [stored.to_insert(each.file) for each in target.dumped.parts])
            except CliError as exc:
                raise exc.with_context(prefix=f"can't restore {target.name}") from exc


def _schemas(dumped: DumpedCollection) -> Sequence[DumpFile]:
    return [dumped.schema] if dumped.schema is not None else []


def _restore(
    session: Session,
    options: RestoreOptions,
    stored: StoredDump,
    manifest: Manifest,
    plan: RestorePlan,
    journal: Journal,
    progress: RestoreProgress,
) -> Done:
    if progress.has_begun:
        session.console.note(f"note: continuing the restore of {options.path}")
    for target in plan.targets:
        for line in target.notes:
            session.console.note(f"note: {target.name}: {line}")
    words = counted(len(plan.targets), "collection")
    session.confirm(f"Restore {words} to {session.place}?", loses_data=options.into_existing)
    for database in plan.databases:
        _create_database(session, manifest, options, database)
    wanted = 0 if options.schema_only else plan.rows
    with Meter(session, "Restoring", rows=progress.rows_of(plan.parts)) as meter:
        overall = Overall(meter, wanted)
        filler = TargetFiller(session, options, stored, journal, progress, overall)
        losses = session.client.losses
        failures = run_each(session, plan.targets, filler.fill, jobs=options.at_once, stopping=overall.stopping)
        if not failures and session.client.losses > losses:
            failures = run_each(session, plan.targets, filler.recount, jobs=options.at_once, stopping=overall.stopping)
    failed = [each.item.name for each in failures]
    for target in plan.targets:
        if target.name not in failed:
            _restore_aliases(session, target)
    if failures:
        raise several_failed(session, failures, len(plan.targets), "restored")
    if options.access and manifest.access and not progress.access:
        file = manifest.access.file
        restore_access(session.client, text_of(stored, file), str(stored.path / file))
        journal.add({"access": True})
    journal.finish()
    made = {"path": options.path, "collections": len(plan.targets), "rows": wanted, "databases": plan.databases}
    rows = f" with {counted(wanted, 'row')}" if manifest.with_rows and not options.schema_only else ""
    return Done(f"Restored {words}{rows} from {options.path}.", made)


def _create_database(session: Session, manifest: Manifest, options: RestoreOptions, database: str) -> None:
    """Creates a database that is missing, with the properties that it had where the server keeps any."""
    found = [each.properties for each in manifest.databases if options.names.database(each.database) == database]
    properties = found[0] if found and found[0] else {}
    create_database(session, database, tuple(properties.items()), if_not_exists=True)


def _restore_aliases(session: Session, target: Target) -> None:
    view = target.side.view(session)
    missing = [each for each in target.aliases if alias_target(view.client, each) != target.side.collection]
    if missing:
        create_aliases(view, target.side.collection, missing, alter=False)
