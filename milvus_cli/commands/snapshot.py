"""Commands for snapshots of collections, and for external collections; and for the jobs of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import (
    collection_option,
    command,
    dry_run_option,
    named_collection_option,
    no_wait_option,
    option,
    optional_collection_word,
    wait_limit_option,
    word,
)
from ..grammar.options import options
from ..grammar.params import TEXT
from ..grammar.types import DATABASE, DURATION, SNAPSHOT
from ..result import Done, Record, Table
from ..session.removal import carry_out

if TYPE_CHECKING:
    from ..server.external_collections import RefreshOptions
    from ..server.snapshots import ExportOptions, RestoreOptions
    from ..session.session import Session

SPELLINGS = ("-n", "--name", "--snapshot-name")
snapshot_word = word("snapshot", *SPELLINGS, type=SNAPSHOT, metavar="NAME", help="Snapshot.")
job_word = word("job", "-id", "--job-id", "--id", type=click.IntRange(1, 2**63 - 1), metavar="N", help="Job id.")
spec_option = option(
    "--spec", default="", type=TEXT, metavar="JSON", help="Format and access of the storage. @FILE reads a file."
)


@command("create snapshot", needs="CreateSnapshot")
@word("snapshot", *SPELLINGS, metavar="NAME", help="Snapshot name.")
@named_collection_option
@option("-d", "--description", default="", metavar="TEXT", help="Description.")
@option(
    "--protect",
    type=DURATION,
    metavar="TIME",
    help="Don't compact the snapshot's segments for this long: seconds, 5m or 1h30m.",
)
def create_snapshot(session: Session, snapshot: str, collection: str, description: str, protect: float | None) -> Done:
    """Create a snapshot of a collection.

    It has the rows in storage: `flush` the collection before. Requires Milvus 3.0 or newer.

    \b
    Example: create snapshot nightly -c book -d 'before the migration'
    """
    from ..server import snapshots

    return snapshots.create_snapshot(session, collection, snapshot, description, protect)


@command("list snapshots", needs="CreateSnapshot")
@optional_collection_word("List only this collection's, with details.")
def list_snapshots(session: Session, collection: str | None) -> Table:
    """List snapshots.

    \b
    Example: list snapshots
    Example: list snapshots -c book
    """
    from ..server.snapshots import snapshot_table

    return snapshot_table(session, collection)


@command("show snapshot", needs="CreateSnapshot", questions=("collection", "snapshot"))
@snapshot_word
@named_collection_option
def show_snapshot(session: Session, snapshot: str, collection: str) -> Record:
    """Show a snapshot.

    \b
    Example: show snapshot nightly -c book
    """
    from ..server.snapshots import snapshot_record

    return snapshot_record(session, collection, snapshot)


@command("delete snapshot", needs="CreateSnapshot", questions=("collection", "snapshot"))
@snapshot_word
@named_collection_option
@dry_run_option
def delete_snapshot(session: Session, snapshot: str, collection: str, dry_run: bool) -> Done:
    """Delete a snapshot.

    Asks for confirmation unless --yes is given. The collection is kept.

    \b
    Example: delete snapshot nightly -c book --yes
    """
    from ..server.snapshots import snapshot_removal

    return carry_out(session, snapshot_removal(session, collection, snapshot), dry_run=dry_run)


@command("restore snapshot", needs="CreateSnapshot", questions=("collection", "snapshot", "target"))
@snapshot_word
@named_collection_option
@option("--to", "target", needed=True, metavar="NAME", help="Name of the new collection.")
@option("--to-database", type=DATABASE, default="", metavar="NAME", help="Its database. [default: the current one]")
@wait_limit_option
@no_wait_option
@options("server.snapshots:RestoreOptions")
def restore_snapshot(session: Session, options: RestoreOptions) -> Done:
    """Restore a snapshot as a new collection.

    The collection of the snapshot stays as it is. Requires Milvus 3.0 or newer.

    \b
    Example: restore snapshot nightly -c book --to book_restored
    """
    from ..server import snapshots

    return snapshots.restore_snapshot(session, options)


@command("list restore_jobs", needs="CreateSnapshot")
@optional_collection_word("List only jobs that restore this collection.")
def list_restore_jobs(session: Session, collection: str | None) -> Table:
    """List the jobs that restore snapshots.

    \b
    Example: list restore_jobs
    """
    from ..server.snapshots import restore_table

    return restore_table(session, collection)


@command("show restore_job", needs="CreateSnapshot")
@job_word
def show_restore_job(session: Session, job: int) -> Record:
    """Show the progress of restoring a snapshot.

    \b
    Example: show restore_job -id 447265736549269506
    """
    from ..server.snapshots import restore_record

    return restore_record(session.client, job)


@command("export snapshot", needs="CreateSnapshot", questions=("collection", "snapshot", "target"))
@snapshot_word
@named_collection_option
@option("--to", "target", needed=True, metavar="PATH", help="Path in an object store that the server can write.")
@spec_option
@wait_limit_option
@no_wait_option
@options("server.snapshots:ExportOptions")
def export_snapshot(session: Session, options: ExportOptions) -> Done:
    """Export a snapshot to an object store.

    The server copies the files itself. Requires Milvus 3.0 or newer.

    \b
    Example: export snapshot nightly -c book --to s3://backups/book
    """
    from ..server import snapshots

    return snapshots.export_snapshot(session, options)


@command("show export_job", needs="CreateSnapshot")
@job_word
def show_export_job(session: Session, job: int) -> Record:
    """Show the progress of exporting a snapshot.

    \b
    Example: show export_job -id 447265736549269506
    """
    from ..server.snapshots import export_record

    return export_record(session.client, job)


@command("refresh collection", needs="RefreshExternalCollection")
@collection_option
@option("--source", default="", metavar="URI", help="New source of the data. [default: the collection's]")
@spec_option
@wait_limit_option
@no_wait_option
@options("server.external_collections:RefreshOptions")
def refresh_collection(session: Session, collection: str, options: RefreshOptions) -> Done:
    """Refresh an external collection.

    Milvus looks for new and changed data in the collection's source. Requires Milvus 3.0 or newer.

    \b
    Example: refresh collection lake
    """
    from ..server.external_collections import refresh

    return refresh(session, collection, options)


@command("list refresh_jobs", needs="RefreshExternalCollection")
@optional_collection_word("List only this collection's.")
def list_refresh_jobs(session: Session, collection: str | None) -> Table:
    """List refreshes of external collections.

    \b
    Example: list refresh_jobs -c lake
    """
    from ..server.external_collections import refresh_table

    return refresh_table(session, collection)


@command("show refresh_job", needs="RefreshExternalCollection")
@job_word
def show_refresh_job(session: Session, job: int) -> Record:
    """Show the progress of a refresh.

    \b
    Example: show refresh_job -id 447265736549269506
    """
    from ..server.external_collections import refresh_record

    return refresh_record(session.client, job)
