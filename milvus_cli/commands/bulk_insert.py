"""Commands for bulk inserts of files in the server's own storage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import collection_option, command, option, optional_collection_option
from ..grammar.file_options import stage_option
from ..grammar.options import options
from ..grammar.row_options import target_partition_option
from ..grammar.types import IMPORT_OPTION
from ..result import Done, Record, Table

if TYPE_CHECKING:
    from ..importing.bulk_insert import ImportOptions
    from ..session.session import Session


@command("bulk_insert")
@collection_option
@option(
    "-f",
    "--files",
    "files",
    needed=True,
    multiple=True,
    metavar="PATH",
    help="File in the server's storage, or with --stage on this machine (repeatable or comma-separated).",
)
@target_partition_option
@option(
    "--option",
    "settings",
    multiple=True,
    type=IMPORT_OPTION,
    metavar="KEY=VALUE",
    help="Option of the import, e.g. sep=';' for CSV or backup=true (repeatable).",
)
@option("--force", is_flag=True, help="Send options this client does not recognize.")
@stage_option("Copy files of this machine there, import them, wait, and remove the copies: ")
@options("importing.bulk_insert:ImportOptions")
def bulk_insert(session: Session, collection: str, options: ImportOptions) -> Done:
    """Import files from the server's storage.

    The server imports JSON, Parquet or CSV files, or NPY files with one field each, in the background; Milvus 2.3 only
    JSON and NPY. A standalone server with local storage expects absolute paths on its own machine.

    \b
    Example: bulk_insert -c book -f /var/lib/milvus/rows.json
    Example: bulk_insert -c book -f rows.json --stage shared/
    """
    from ..importing.staged import bulk_insert

    return bulk_insert(session, collection, options)


@command("show bulk_insert_state")
@option(
    "-id",
    "--task-id",
    "--id",
    "task",
    needed=True,
    type=click.IntRange(0, 2**63 - 1),
    metavar="N",
    help="Task id.",
)
def show_bulk_insert_state(session: Session, task: int) -> Record:
    """Show the progress of a bulk insert.

    \b
    Example: show bulk_insert_state -id 447265736549269506
    """
    from ..importing.bulk_insert import import_record

    return import_record(session.client, task)


@command("list bulk_insert_tasks")
@optional_collection_option("List only this collection's.")
@option("-l", "--limit", type=click.IntRange(1, 2**31), metavar="N", help="Maximum number of tasks.")
def list_bulk_insert_tasks(session: Session, collection: str | None, limit: int | None) -> Table:
    """List bulk insert tasks.

    \b
    Example: list bulk_insert_tasks -c book -l 10
    """
    from ..importing.bulk_insert import import_table

    return import_table(session.client, collection or "", limit or 0)
