"""Commands for partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import collection_option, command, dry_run_option, no_wait_option, option
from ..grammar.types import PARTITION
from ..result import Done, Record, Table
from ..session.removal import carry_out

if TYPE_CHECKING:
    from ..session.session import Session

partition_option = option(
    "-p",
    "--partition",
    "--partition-name",
    "partition",
    needed=True,
    type=PARTITION,
    metavar="NAME",
    help="The partition.",
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
    help="The partition; several when repeated.",
)


@command("create partition")
@collection_option
@option("-p", "--partition", "--partition-name", "partition", needed=True, metavar="NAME", help="The partition's name.")
@option("-d", "--description", metavar="TEXT", help="Taken for older scripts, and not sent: Milvus keeps none.")
@option("--if-not-exists", is_flag=True, help="Don't fail when it exists.")
def create_partition(
    session: Session, collection: str, partition: str, description: str | None, if_not_exists: bool
) -> Done:
    """Create a partition in a collection.

    \b
    Example: create partition -c book -p novels
    """
    from ..server import partitions

    return partitions.create_partition(session, collection, partition, if_not_exists=if_not_exists)


@command("list partitions")
@collection_option
def list_partitions(session: Session, collection: str) -> Table:
    """List the partitions of a collection, with their load state and the row count of their statistics.

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
    """Show the statistics of a partition. They lag behind inserts; `count` is exact.

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
    """Delete a partition with its rows. It asks first, or takes --yes.

    \b
    Example: delete partition -c book -p novels --yes
    """
    from ..server.partitions import partition_removal

    return carry_out(session, partition_removal(session, collection, partition), dry_run=dry_run)


@command("load partition")
@collection_option
@partitions_option
@no_wait_option
def load_partition(session: Session, collection: str, partitions: tuple[str, ...], no_wait: bool) -> Done:
    """Load partitions into memory, so that they can be searched.

    \b
    Example: load partition -c book -p novels
    """
    from ..server.waiting import load

    return load(session, collection, partitions, wait=not no_wait)


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
