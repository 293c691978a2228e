"""Operations on partitions: create, list, show, delete."""

from __future__ import annotations

from ..client.client import Client
from ..client.optional import Permitted, permitted
from ..client.parallel import gather
from ..errors import CliError, ServerRefused
from ..result import Done, Record, Removal, Table
from ..schema.schema import check_name
from ..session.session import Session
from ..text.counts import counted
from ..text.names import missing_name
from .existence import require_partitions, row_count, statistics
from .progress import load_state

COLUMNS = ("partition", "id", "state", "rows_by_statistics")


def create_partition(session: Session, collection: str, partition: str, *, if_not_exists: bool) -> Done:
    check_name(partition, "partition")
    made = {"collection": collection, "partition": partition}
    session.require_collection(collection)
    known = permitted(session.client.call, "HasPartition", collection_name=collection, partition_name=partition)
    if known is not None and known.value:
        if if_not_exists:
            return Done(f"Partition {partition!r} of {collection!r} already exists.", {**made, "created": False})
        raise CliError(
            f"partition {partition!r} of {collection!r} already exists", hint=f"run `list partitions -c {collection}`"
        )
    session.client.call("CreatePartition", collection_name=collection, partition_name=partition)
    if known is None:
        # Milvus accepts the name of a partition that exists, too.
        return Done(f"Partition {partition!r} of {collection!r} is there now.", {**made, "created": None})
    return Done(f"Created partition {partition!r} in {collection!r}.", {**made, "created": True})


def partition_number(client: Client, collection: str, partition: str) -> int:
    """Returns the id of a partition. Raises CliError if it does not exist."""
    answer = client.call("ShowPartitions", collection_name=collection)
    ids = dict(zip(answer.partition_names, answer.partitionIDs, strict=False))
    if partition not in ids:
        hint = f"run `list partitions -c {collection}`"
        raise missing_name("partition", partition, answer.partition_names, hint, after=f" in {collection!r}")
    return int(ids[partition])


def partition_table(session: Session, collection: str) -> Table:
    """The partitions with load state and row count; None where this user may not see them."""
    session.require_collection(collection)
    answer = session.client.call("ShowPartitions", collection_name=collection)
    names = list(answer.partition_names)
    ids = list(answer.partitionIDs) or [None] * len(names)
    permitted = Permitted()

    def ask(name: str, seconds: float) -> tuple[str | None, int | None]:
        return _state_and_rows(session, collection, name, permitted)

    found = [each or (None, None) for each in gather(ask, names, seconds=session.timeout)]
    permitted.tell(session.console.note)
    return Table(COLUMNS, [(name, number, *rest) for name, number, rest in zip(names, ids, found, strict=True)])


def partition_record(session: Session, collection: str, partition: str) -> Record:
    session.require_collection(collection)
    answer = session.client.call("ShowPartitions", collection_name=collection)
    require_partitions(session.client, collection, [partition])
    ids = dict(zip(answer.partition_names, answer.partitionIDs, strict=False))
    permitted = Permitted()
    state, rows = _state_and_rows(session, collection, partition, permitted)
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


def partition_statistics(session: Session, collection: str, partition: str) -> Record:
    session.require_collection(collection)
    require_partitions(session.client, collection, [partition])
    answer = session.client.call("GetPartitionStatistics", collection_name=collection, partition_name=partition)
    return Record({"collection": collection, "partition": partition, **statistics(answer)})


def partition_removal(session: Session, collection: str, partition: str) -> Removal:
    session.require_collection(collection)
    client = session.client
    require_partitions(client, collection, [partition])
    rows = permitted(row_count, client, collection, partition)
    return Removal(
        "delete",
        f"partition {partition!r} of {collection!r}",
        f"with {'? rows' if rows is None else counted(rows, 'row')} by its statistics",
        {"collection": collection, "partition": partition},
        lambda: client.call("DropPartition", collection_name=collection, partition_name=partition),
    )


def _state_and_rows(
    session: Session, collection: str, partition: str, permitted: Permitted
) -> tuple[str | None, int | None]:
    client = session.client
    try:
        state = permitted(load_state, client, collection, [partition])
    except ServerRefused:
        state = None
    return state, permitted(row_count, client, collection, partition)
