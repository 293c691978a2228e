"""Commands for partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import collection_option, command, dry_run_option, no_wait_option, option
from ..grammar.load_options import load_options
from ..grammar.options import options
from ..grammar.types import PARTITION
from ..result import Done, Record, Table
from ..session.removal import carry_out

if TYPE_CHECKING:
    from ..server.loading import LoadOptions
    from ..session.session import Session

partition_option = option(
    "-p",
    "--partition",
    "--partition-name",
    "partition",
    needed=True,
    type=PARTITION,
    metavar="NAME",
    help="Partition.",
)
partitions_option = option(
    "-p",
    "--partition",
    "--partition-name",
    "partitions",
    needed=True,
    multiple=True,
    type=PARTITION,
    metavar="NAME",
    help="Partition (repeatable).",
)


@command("create partition")
@collection_option
@option("-p", "--partition", "--partition-name", "partition", needed=True, metavar="NAME", help="Partition name.")
@option(
    "-d", "--description", metavar="TEXT", help="Ignored, accepted for older scripts: Milvus stores no description."
)
@option("--if-not-exists", is_flag=True, help="Succeed if it already exists.")
def create_partition(
    session: Session, collection: str, partition: str, description: str | None, if_not_exists: bool
) -> Done:
    """Create a partition.

    \b
    Example: create partition -c book -p novels
    """
    from ..server import partitions

    return partitions.create_partition(session, collection, partition, if_not_exists=if_not_exists)


@command("list partitions")
@collection_option
def list_partitions(session: Session, collection: str) -> Table:
    """List the partitions of a collection.

    Shows load states and row counts from the statistics.

    \b
    Example: list partitions -c book
    """
    from ..server.partitions import partition_table

    return partition_table(session, collection)


@command("show partition")
@collection_option
@partition_option
def show_partition(session: Session, collection: str, partition: str) -> Record:
    """Show a partition.

    \b
    Example: show partition -c book -p novels
    """
    from ..server.partitions import partition_record

    return partition_record(session, collection, partition)


@command("show partition_stats")
@collection_option
@partition_option
def show_partition_stats(session: Session, collection: str, partition: str) -> Record:
    """Show the statistics of a partition.

    Statistics lag behind inserts. `count` is exact.

    \b
    Example: show partition_stats -c book -p novels
    """
    from ..server.partitions import partition_statistics

    return partition_statistics(session, collection, partition)


@command("delete partition")
@collection_option
@partition_option
@dry_run_option
def delete_partition(session: Session, collection: str, partition: str, dry_run: bool) -> Done:
    """Delete a partition and its rows.

    Asks for confirmation unless --yes is given.

    \b
    Example: delete partition -c book -p novels --yes
    """
    from ..server.partitions import partition_removal

    return carry_out(session, partition_removal(session, collection, partition), dry_run=dry_run)


@command("load partition")
@collection_option
@partitions_option
@load_options
@no_wait_option
@options("server.loading:LoadOptions")
def load_partition(
    session: Session, collection: str, partitions: tuple[str, ...], options: LoadOptions, no_wait: bool
) -> Done:
    """Load partitions into memory.

    \b
    Example: load partition -c book -p novels
    """
    from ..server.waiting import load

    return load(session, collection, partitions, options=options, wait=not no_wait)


@command("release partition")
@collection_option
@partitions_option
def release_partition(session: Session, collection: str, partitions: tuple[str, ...]) -> Done:
    """Release partitions from memory.

    \b
    Example: release partition -c book -p novels
    """
    from ..server.waiting import release

    return release(session, collection, partitions)
