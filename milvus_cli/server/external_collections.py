"""External collections, whose rows stay in a data lake: refresh what Milvus knows of them, and the jobs of that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..client.client import Client
from ..client.wire.milvus_pb2 import RefreshExternalCollectionState
from ..result import Done, Record, Table, Value
from ..session.session import Session
from .jobs import JobKind, time_text
from .waiting import Work, wait_for

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import RefreshExternalCollectionJobInfo

REFRESHES = JobKind(RefreshExternalCollectionState, "Refresh")
COLUMNS = ("job", "state", "progress", "collection", "source", "spec", "started", "ended", "reason")


@dataclass(frozen=True)
class RefreshOptions:
    """A new source and its specification, as JSON ("" keeps those that the collection has); how long to wait."""

    source: str = ""
    spec: str = ""
    timeout: float | None = None
    no_wait: bool = False


def refresh(session: Session, collection: str, options: RefreshOptions) -> Done:
    """Has the server look for changes of an external collection's data, and waits for it."""
    client = session.client
    session.require_collection(collection)
    job = client.call(
        "RefreshExternalCollection",
        collection_name=collection,
        external_source=options.source,
        external_spec=options.spec,
    ).job_id
    made = {"collection": collection, "job": job}
    if options.no_wait:
        return Done(f"Refreshing collection {collection!r}: job {job}.", {**made, "refreshed": False})
    doing = f"refreshing collection {collection!r}"
    work = Work(doing, lambda: REFRESHES.fraction(lambda: _job(client, job), doing), f"show refresh_job -id {job}")
    wait_for(session, work, seconds=options.timeout)
    return Done(f"Refreshed collection {collection!r}.", {**made, "refreshed": True})


def refresh_record(client: Client, job: int) -> Record:
    return Record(dict(zip(COLUMNS, _row(_job(client, job)), strict=True)))


def refresh_table(session: Session, collection: str | None) -> Table:
    if collection:
        session.require_collection(collection)
    jobs = session.client.call("ListRefreshExternalCollectionJobs", collection_name=collection or "").jobs
    rows = [_row(each) for each in sorted(jobs, key=lambda job: job.job_id)]
    return Table(COLUMNS, rows, optional=("spec", "ended", "started", "source"))


def _job(client: Client, job: int) -> RefreshExternalCollectionJobInfo:
    found: RefreshExternalCollectionJobInfo = client.call("GetRefreshExternalCollectionProgress", job_id=job).job_info
    return found


def _row(job: RefreshExternalCollectionJobInfo) -> tuple[Value, ...]:
    return (
        job.job_id,
        REFRESHES.state(job.state),
        job.progress,
        job.collection_name,
        job.external_source or None,
        job.external_spec or None,
        time_text(job.start_time),
        time_text(job.end_time),
        job.reason or None,
    )
