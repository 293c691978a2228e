"""Snapshots of collections: create, list, show, delete, restore and export them, and the jobs of the latter two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..client.client import Client
from ..client.optional import Permitted
from ..client.parallel import gather
from ..client.wire.milvus_pb2 import ExportSnapshotState, RestoreSnapshotState
from ..result import Done, Record, Removal, Table, Value
from ..schema.schema import check_name
from ..session.session import Session
from ..text.names import missing_name
from .existence import require_free
from .jobs import JobKind, time_text
from .waiting import Work, wait_for

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import DescribeSnapshotResponse, ExportSnapshotInfo, RestoreSnapshotInfo

RESTORES = JobKind(RestoreSnapshotState, "RestoreSnapshot")
EXPORTS = JobKind(ExportSnapshotState, "ExportSnapshot")
SNAPSHOT_COLUMNS = ("snapshot", "created", "partitions", "description")
RESTORE_COLUMNS = (
    "job",
    "state",
    "progress",
    "snapshot",
    "database",
    "collection",
    "started",
    "milliseconds",
    "reason",
)


def create_snapshot(session: Session, collection: str, snapshot: str, description: str, protect: float | None) -> Done:
    """`protect` is the number of seconds for which the snapshot's segments are not compacted, if any."""
    session.require_collection(collection)
    session.client.call(
        "CreateSnapshot",
        name=snapshot,
        collection_name=collection,
        description=description,
        compaction_protection_seconds=round(protect or 0),
    )
    made = {"snapshot": snapshot, "collection": collection}
    return Done(f"Created snapshot {snapshot!r} of collection {collection!r}.", made)


def snapshot_table(session: Session, collection: str | None) -> Table:
    """The snapshots of a collection, described; or the names of all in the database."""
    client = session.client
    if collection:
        session.require_collection(collection)
    names = sorted(client.call("ListSnapshots", collection_name=collection or "").snapshots)
    if not collection:
        return Table(("snapshot",), [(name,) for name in names], bare=True)
    permitted = Permitted()

    def ask(name: str, seconds: float) -> DescribeSnapshotResponse | None:
        found: DescribeSnapshotResponse | None = permitted(
            client.call, "DescribeSnapshot", name=name, collection_name=collection, timeout=seconds
        )
        return found

    found = gather(ask, names, seconds=session.timeout)
    permitted.tell(session.console.note)
    return Table(SNAPSHOT_COLUMNS, [_snapshot_row(name, each) for name, each in zip(names, found, strict=True)])


def _snapshot_row(name: str, found: DescribeSnapshotResponse | None) -> tuple[Value, ...]:
    if found is None:
        return (name, None, None, None)
    return (name, time_text(found.create_ts), list(found.partition_names), found.description or None)


def snapshot_record(session: Session, collection: str, snapshot: str) -> Record:
    require_snapshot(session, collection, snapshot)
    found = session.client.call("DescribeSnapshot", name=snapshot, collection_name=collection)
    return Record(
        {
            "snapshot": found.name,
            "collection": found.collection_name or collection,
            "created": time_text(found.create_ts),
            "partitions": list(found.partition_names),
            "location": found.s3_location or None,
            "description": found.description or None,
        }
    )


def snapshot_removal(session: Session, collection: str, snapshot: str) -> Removal:
    require_snapshot(session, collection, snapshot)
    client = session.client
    return Removal(
        "delete",
        f"snapshot {snapshot!r} of collection {collection!r}",
        "",
        {"snapshot": snapshot, "collection": collection},
        lambda: client.call("DropSnapshot", name=snapshot, collection_name=collection),
    )


def require_snapshot(session: Session, collection: str, snapshot: str) -> None:
    """Raises CliError, with the nearest name, for a snapshot that does not exist."""
    session.require_collection(collection)
    known = session.client.call("ListSnapshots", collection_name=collection).snapshots
    if snapshot not in known:
        hint = f"run `list snapshots -c {collection}`"
        raise missing_name("snapshot", snapshot, known, hint, after=f" in {collection!r}")


@dataclass(frozen=True)
class RestoreOptions:
    """The new collection, its database ("" for the current one), and how long to wait."""

    collection: str
    snapshot: str
    target: str
    to_database: str = ""
    timeout: float | None = None
    no_wait: bool = False


def restore_snapshot(session: Session, options: RestoreOptions) -> Done:
    """Restores a snapshot as a new collection and waits for it. Raises CliError if that exists, or if it fails."""
    client = session.client
    check_name(options.target, "collection")
    require_snapshot(session, options.collection, options.snapshot)
    database = options.to_database or client.profile.database
    require_free(client.with_options(database=database, timeout=client.timeout), options.target)
    job = client.call(
        "RestoreSnapshot",
        name=options.snapshot,
        collection_name=options.collection,
        target_db_name=options.to_database,
        target_collection_name=options.target,
    ).job_id
    made = {"snapshot": options.snapshot, "collection": options.target, "job": job}
    thing = f"snapshot {options.snapshot!r} as collection {options.target!r}"
    if options.no_wait:
        return Done(f"Restoring {thing}: job {job}.", {**made, "restored": False})
    doing = f"restoring {thing}"
    work = Work(
        doing, lambda: RESTORES.fraction(lambda: _restore_job(client, job), doing), f"show restore_job -id {job}"
    )
    wait_for(session, work, seconds=options.timeout)
    return Done(f"Restored {thing}.", {**made, "restored": True})


def restore_record(client: Client, job: int) -> Record:
    return Record(dict(zip(RESTORE_COLUMNS, _restore_row(_restore_job(client, job)), strict=True)))


def restore_table(session: Session, collection: str | None) -> Table:
    """The restore jobs that the server remembers; a collection is the new one of a job."""
    jobs = session.client.call("ListRestoreSnapshotJobs", collection_name=collection or "").jobs
    rows = [_restore_row(each) for each in sorted(jobs, key=lambda job: job.job_id)]
    return Table(RESTORE_COLUMNS, rows, optional=("milliseconds", "database", "started"))


def _restore_job(client: Client, job: int) -> RestoreSnapshotInfo:
    found: RestoreSnapshotInfo = client.call("GetRestoreSnapshotState", job_id=job).info
    return found


def _restore_row(job: RestoreSnapshotInfo) -> tuple[Value, ...]:
    return (
        job.job_id,
        RESTORES.state(job.state),
        job.progress,
        job.snapshot_name,
        job.db_name or None,
        job.collection_name,
        time_text(job.start_time),
        job.time_cost,
        job.reason or None,
    )


@dataclass(frozen=True)
class ExportOptions:
    """Where to export a snapshot: a path in an object store, with a specification of that as JSON ("" for none)."""

    collection: str
    snapshot: str
    target: str
    spec: str = ""
    timeout: float | None = None
    no_wait: bool = False


def export_snapshot(session: Session, options: ExportOptions) -> Done:
    """Has the server copy the files of a snapshot to an object store, and waits for it."""
    client = session.client
    require_snapshot(session, options.collection, options.snapshot)
    answer = client.call(
        "ExportSnapshot",
        name=options.snapshot,
        collection_name=options.collection,
        target_s3_path=options.target,
        external_spec=options.spec,
    )
    job = answer.job_id
    made = {"snapshot": options.snapshot, "collection": options.collection, "job": job}
    thing = f"snapshot {options.snapshot!r} to {options.target}"
    if options.no_wait:
        return Done(f"Exporting {thing}: job {job}.", {**made, "metadata": answer.snapshot_metadata_uri or None})
    doing = f"exporting {thing}"
    work = Work(doing, lambda: EXPORTS.fraction(lambda: _export_job(client, job), doing), f"show export_job -id {job}")
    wait_for(session, work, seconds=options.timeout)
    metadata = _export_job(client, job).snapshot_metadata_uri or answer.snapshot_metadata_uri
    return Done(f"Exported {thing}.", {**made, "metadata": metadata or None})


def export_record(client: Client, job: int) -> Record:
    found = _export_job(client, job)
    return Record(
        {
            "job": found.job_id,
            "state": EXPORTS.state(found.state),
            "progress": found.progress,
            "snapshot": found.snapshot_name,
            "database": found.db_name or None,
            "collection": found.collection_name,
            "files": found.total_files,
            "copied_files": found.copied_files,
            "bytes": found.total_bytes,
            "metadata": found.snapshot_metadata_uri or None,
            "started": time_text(found.start_time),
            "milliseconds": found.time_cost,
            "reason": found.reason or None,
        }
    )


def _export_job(client: Client, job: int) -> ExportSnapshotInfo:
    found: ExportSnapshotInfo = client.call("GetExportSnapshotState", job_id=job).info
    return found
