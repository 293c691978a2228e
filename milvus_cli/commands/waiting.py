"""Commands for what a server does by itself: flush, compaction, segments, replicas, and waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import CliError, Unsupported
from ..grammar.command import collection_option, command, no_wait_option, option, word
from ..grammar.types import COLLECTION, DURATION, INDEX, WAITED_FOR
from ..result import Done, Record, Table

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import GetCompactionStateResponse
    from ..session.session import Session

COLUMNS_OF_REPLICAS = (
    "replica",
    "resource_group",
    "nodes",
    "addresses",
    "shard",
    "leader",
    "leader_address",
    "shard_nodes",
)

wait_limit_option = option(
    "-t", "--timeout", "timeout", type=DURATION, metavar="TIME", help="Wait so long at most: seconds, 5m, 1h30m."
)
compaction_option = option(
    "-id",
    "--compaction-id",
    "--id",
    "compaction",
    needed=True,
    type=click.IntRange(min=0),
    metavar="ID",
    help="The compaction's number, as `compact` tells it.",
)


@command("flush")
@collection_option
@wait_limit_option
@no_wait_option
def flush(session: Session, collection: str, timeout: float | None, no_wait: bool) -> Done:
    """Seal a collection's growing segments and write them to storage.

    \b
    Example: flush -c book
    """
    from ..server import waiting

    session.require_collection(collection)
    return waiting.flush(session, collection, seconds=timeout, wait=not no_wait)


@command("flush_all")
@wait_limit_option
@no_wait_option
def flush_all(session: Session, timeout: float | None, no_wait: bool) -> Done:
    """Flush all collections of the server. Milvus may take a minute to say that an idle one is flushed.

    \b
    Example: flush_all --no-wait
    """
    from ..server.waiting import Work, wait_for

    client = session.client
    stamp = client.call("FlushAll").flush_all_ts
    made = {"flush_ts": stamp}
    if no_wait:
        return Done("Flushing all collections.", {**made, "flushed": False})

    def fraction() -> float:
        return float(client.call("GetFlushAllState", flush_all_ts=stamp).flushed)

    wait_for(session, Work("flushing all collections", fraction, "show flush_state -c NAME"), seconds=timeout)
    return Done("Flushed all collections.", {**made, "flushed": True})


@command("show flush_state")
@collection_option
def show_flush_state(session: Session, collection: str) -> Record:
    """Show whether a collection's rows are in storage: its segments by their states.

    \b
    Example: show flush_state -c book
    """
    from ..server.segments import stored_segments

    session.require_collection(collection)
    try:
        states = [segment.state for segment in stored_segments(session.client, collection)]
    except Unsupported:
        flushed = session.client.call("GetFlushState", collection_name=collection).flushed
        return Record({"collection": collection, "flushed": flushed, "segments": None})
    waiting = sum(state not in ("Flushed", "Dropped") for state in states)
    counts = {state.lower(): states.count(state) for state in sorted(set(states))}
    return Record({"collection": collection, "flushed": not waiting, "segments": counts})


@command("compact")
@collection_option
@wait_limit_option
@no_wait_option
def compact(session: Session, collection: str, timeout: float | None, no_wait: bool) -> Done:
    """Merge a collection's small segments, and drop deleted rows from storage.

    \b
    Example: compact -c book
    """
    from ..server.progress import compacted_fraction
    from ..server.waiting import Work, wait_for

    client = session.client
    session.require_collection(collection)
    number = client.call("DescribeCollection", collection_name=collection).collectionID
    compaction = client.call("ManualCompaction", collectionID=number, collection_name=collection).compactionID
    made = {"collection": collection, "compaction": compaction}
    if no_wait:
        return Done(f"Compacting collection {collection!r}: compaction {compaction}.", {**made, "completed": False})

    def fraction() -> float:
        return compacted_fraction(client.call("GetCompactionState", compactionID=compaction))

    look = f"show compaction_state -id {compaction}"
    wait_for(session, Work(f"compacting collection {collection!r}", fraction, look), seconds=timeout)
    state = client.call("GetCompactionState", compactionID=compaction)
    if state.failedPlanNo or state.timeoutPlanNo:
        raise CliError(f"compacting {collection!r}: {state.failedPlanNo + state.timeoutPlanNo} plans failed", hint=look)
    return Done(f"Compacted collection {collection!r}.", {**made, "completed": True, **_plans(state)})


@command("show compaction_state")
@compaction_option
def show_compaction_state(session: Session, compaction: int) -> Record:
    """Show how far a compaction is. Milvus says "completed", with no plans, for one that it doesn't know.

    \b
    Example: show compaction_state -id 470641625798482089
    """
    from ..server.progress import COMPACTION_STATES

    state = session.client.call("GetCompactionState", compactionID=compaction)
    name = COMPACTION_STATES.get(state.state, str(state.state))
    return Record({"compaction": compaction, "state": name, **_plans(state)})


@command("show compaction_plans")
@word(
    "collection",
    "-c",
    "--collection-name",
    "--collection",
    needed=False,
    type=COLLECTION,
    metavar="NAME",
    help="Checked to exist; the number alone says which compaction.",
)
@compaction_option
def show_compaction_plans(session: Session, collection: str | None, compaction: int) -> Table:
    """Show which segments a compaction merges.

    \b
    Example: show compaction_plans -c book -id 470641625798482089
    """
    if collection:
        session.require_collection(collection)
    plans = session.client.call("GetCompactionStateWithPlans", compactionID=compaction).mergeInfos
    return Table(("target", "sources"), [(plan.target, list(plan.sources)) for plan in plans])


@command("show replicas")
@collection_option
def show_replicas(session: Session, collection: str) -> Table:
    """Show the replicas of a loaded collection: their shards, leaders and nodes, with the addresses of these.

    \b
    Example: show replicas -c book
    """
    from ..server.resource_groups import query_nodes

    session.require_collection(collection)
    number = session.client.call("DescribeCollection", collection_name=collection).collectionID
    addresses = query_nodes(session.client)
    replicas = session.client.call("GetReplicas", collectionID=number, with_shard_nodes=True).replicas
    rows = [
        (
            replica.replicaID,
            replica.resource_group_name,
            list(replica.node_ids),
            [addresses.get(node) for node in replica.node_ids],
            shard.dm_channel_name,
            shard.leaderID,
            shard.leader_addr,
            list(shard.node_ids),
        )
        for replica in replicas
        for shard in replica.shard_replicas
    ]
    return Table(COLUMNS_OF_REPLICAS, rows)


@command("show query_segment_info")
@collection_option
def show_query_segment_info(session: Session, collection: str) -> Table:
    """Show the loaded segments of a collection: rows, memory, and the nodes that hold them.

    \b
    Example: show query_segment_info -c book
    """
    return _query_segments(session, collection)


@command("show query_segment")
@collection_option
def show_query_segment(session: Session, collection: str) -> Table:
    """Show the loaded segments of a collection, by the name that older scripts use.

    \b
    Example: show query_segment -c book
    """
    return _query_segments(session, collection)


@command("wait_for_index")
@collection_option
@option(
    "-in",
    "--index-name",
    "--index",
    "index",
    type=INDEX,
    default="",
    metavar="NAME",
    help="This index; all if not given.",
)
@wait_limit_option
def wait_for_index(session: Session, collection: str, index: str, timeout: float | None) -> Done:
    """Wait until an index is built, or all of a collection.

    \b
    Example: wait_for_index -c book -in by_vector -t 60
    """
    from ..server.waiting import wait_indexed

    session.require_collection(collection)
    return wait_indexed(session, collection, index, seconds=timeout)


@command("wait collection")
@collection_option
@option(
    "--for",
    "targets",
    type=WAITED_FOR,
    default="loaded,indexed",
    show_default=True,
    metavar="WHAT",
    help="loaded, indexed, or both with a comma between.",
)
@wait_limit_option
def wait_collection(session: Session, collection: str, targets: tuple[str, ...], timeout: float | None) -> Done:
    """Wait until a collection is loaded, or indexed, or both.

    \b
    Example: wait collection book --for loaded,indexed --timeout 5m
    """
    import time

    from ..server.waiting import wait_indexed, wait_loaded

    session.require_collection(collection)
    until = time.monotonic() + timeout if timeout else None

    def left() -> float | None:
        return max(0.001, until - time.monotonic()) if until else None

    if "indexed" in targets:
        wait_indexed(session, collection, seconds=left())
    if "loaded" in targets:
        wait_loaded(session, collection, seconds=left())
    return Done(
        f"Collection {collection!r} is {' and '.join(targets)}.",
        {"collection": collection, **dict.fromkeys(targets, True)},
    )


def _query_segments(session: Session, collection: str) -> Table:
    from ..server.resource_groups import query_nodes
    from ..server.segments import loaded_segments

    session.require_collection(collection)
    segments = loaded_segments(session.client, collection)
    addresses = query_nodes(session.client)
    rows = [
        (
            each.number,
            each.state,
            each.partition,
            each.rows,
            each.size,
            each.index,
            list(each.nodes),
            [addresses.get(node) for node in each.nodes],
        )
        for each in segments
    ]
    return Table(("segment", "state", "partition_id", "rows", "memory_bytes", "index", "nodes", "addresses"), rows)


def _plans(state: GetCompactionStateResponse) -> dict[str, int]:
    return {
        "executing_plans": state.executingPlanNo,
        "completed_plans": state.completedPlanNo,
        "failed_plans": state.failedPlanNo,
        "timed_out_plans": state.timeoutPlanNo,
    }
