"""Commands for partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import CliError, ServerRefused
from ..grammar.command import carry_out, collection_option, command, dry_run_option, no_wait_option, option
from ..grammar.types import PARTITION
from ..result import Done, Record, Removal, Table

if TYPE_CHECKING:
    from ..client.optional import Permitted
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
    from ..client.optional import permitted
    from ..schema.schema import check_name

    check_name(partition, "partition")
    made = {"collection": collection, "partition": partition}
    session.require_collection(collection)
    known = permitted(session.client.call, "HasPartition", collection_name=collection, partition_name=partition)
    if known is not None and known.value:
        if if_not_exists:
            return Done(f"Partition {partition!r} of {collection!r} exists.", {**made, "created": False})
        raise CliError(
            f"partition {partition!r} of {collection!r} exists", hint=f"see all with: list partitions -c {collection}"
        )
    session.client.call("CreatePartition", collection_name=collection, partition_name=partition)
    if known is None:
        # Milvus says yes to one that exists, too.
        return Done(f"Partition {partition!r} of {collection!r} is there now.", {**made, "created": None})
    return Done(f"Created partition {partition!r} in {collection!r}.", {**made, "created": True})


@command("list partitions")
@collection_option
def list_partitions(session: Session, collection: str) -> Table:
    """List the partitions of a collection, with their load state and the row count of their statistics.

    \b
    Example: list partitions -c book
    """
    from ..client.optional import Permitted
    from ..client.parallel import gather

    session.require_collection(collection)
    client = session.client
    answer = client.call("ShowPartitions", collection_name=collection)
    names = list(answer.partition_names)
    ids = list(answer.partitionIDs) or [None] * len(names)

    permitted = Permitted()

    def ask(name: str, seconds: float) -> tuple[str | None, int | None]:
        return _looks(session, collection, name, permitted)

    found = [each or (None, None) for each in gather(ask, names, seconds=session.timeout)]
    permitted.tell(session.console.note)
    rows = [(name, number, *rest) for name, number, rest in zip(names, ids, found, strict=True)]
    return Table(("partition", "id", "state", "rows_by_statistics"), rows)


@command("show partition")
@collection_option
@partition_option
def show_partition(session: Session, collection: str, partition: str) -> Record:
    """Show a partition.

    \b
    Example: show partition -c book -p novels
    """
    from ..client.optional import Permitted
    from ..server.existence import require_partitions

    session.require_collection(collection)
    answer = session.client.call("ShowPartitions", collection_name=collection)
    require_partitions(session.client, collection, [partition])
    ids = dict(zip(answer.partition_names, answer.partitionIDs, strict=False))
    permitted = Permitted()
    state, rows = _looks(session, collection, partition, permitted)
    permitted.tell(session.console.note)
    return Record(
        {
            "partition": partition,
            "collection": collection,
            "id": ids.get(partition),
            "state": state,
            "rows_by_statistics": rows,
        }
    )


@command("show partition_stats")
@collection_option
@partition_option
def show_partition_stats(session: Session, collection: str, partition: str) -> Record:
    """Show the statistics of a partition. They lag behind inserts; `count` is exact.

    \b
    Example: show partition_stats -c book -p novels
    """
    from ..schema.schema import params
    from ..server.existence import require_partitions

    session.require_collection(collection)
    require_partitions(session.client, collection, [partition])
    answer = session.client.call("GetPartitionStatistics", collection_name=collection, partition_name=partition)
    numbers = {key: int(value) if value.isdecimal() else value for key, value in params(answer.stats).items()}
    return Record({"collection": collection, "partition": partition, **numbers})


@command("delete partition")
@collection_option
@partition_option
@dry_run_option
def delete_partition(session: Session, collection: str, partition: str, dry_run: bool) -> Done:
    """Delete a partition with its rows. It asks first, or takes --yes.

    \b
    Example: delete partition -c book -p novels --yes
    """
    from ..client.optional import permitted
    from ..server.existence import require_partitions, row_count

    session.require_collection(collection)
    client = session.client
    require_partitions(client, collection, [partition])
    rows = permitted(row_count, client, collection, partition)
    removal = Removal(
        "delete",
        f"partition {partition!r} of {collection!r}",
        f"with {'?' if rows is None else rows} rows by its statistics",
        {"collection": collection, "partition": partition},
        lambda: client.call("DropPartition", collection_name=collection, partition_name=partition),
    )
    return carry_out(session, removal, dry_run=dry_run)


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


def _looks(session: Session, collection: str, partition: str, permitted: Permitted) -> tuple[str | None, int | None]:
    """The load state and the rows by the statistics."""
    from ..server.existence import row_count
    from ..server.progress import load_state

    client = session.client
    try:
        state = permitted(load_state, client, collection, [partition])
    except ServerRefused:
        state = None
    return state, permitted(row_count, client, collection, partition)
