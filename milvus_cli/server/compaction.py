"""Operations on compactions: start and wait for one, show its state and plans."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..client.enums import value_name
from ..client.wire.common_pb2 import CompactionTaskState, CompactionType
from ..errors import CliError, InvalidInput
from ..result import Done, Record, Table, Value
from ..session.row_counts import collection_key
from ..session.session import Session
from ..text.consistency import LOGICAL_BITS
from .partitions import partition_number
from .progress import COMPACTION_STATES, compacted_fraction
from .waiting import Work, wait_for

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import CompactionMergeInfo, DescribeCollectionResponse, GetCompactionStateResponse


TASK_COLUMNS = ("compaction", "plan", "type", "state", "partition_id", "channel", "sources", "targets", "reason")

FIRST_ID = 1_577_836_800
"""Unix time of the earliest possible id: 2020, before Milvus 2.0."""
CLOCK_DIFFERENCE = 86_400
"""Seconds that a server's clock may be ahead of this machine's."""


@dataclass(frozen=True)
class CompactOptions:
    """Options of compaction: by the clustering key, only deletions (L0), one partition, segments of this size (MiB)."""

    clustering: bool = False
    l0: bool = False
    target_size: int | None = None
    partition: str = ""


def compact(session: Session, collection: str, options: CompactOptions, *, seconds: float | None, wait: bool) -> Done:
    """Compacts a collection and waits for it. Raises CliError when plans fail, or when `seconds` have passed."""
    client = session.client
    chosen = _chosen(client, options)
    session.require_collection(collection)
    if options.partition:
        chosen["partition_id"] = partition_number(client, collection, options.partition)
    found = client.call("DescribeCollection", collection_name=collection)
    number = found.collectionID
    compaction = client.call("ManualCompaction", collectionID=number, collection_name=collection, **chosen).compactionID
    session.state.compactions[_key(client, found)] = compaction
    made = {"collection": collection, "compaction": compaction}
    if not wait:
        return Done(f"Compacting collection {collection!r}: compaction {compaction}.", {**made, "completed": False})
    look = f"show compaction_state -id {compaction}"
    work = Work(f"compacting collection {collection!r}", lambda: compacted_fraction(_state(client, compaction)), look)
    wait_for(session, work, seconds=seconds)
    state = _state(client, compaction)
    failed = state.failedPlanNo + state.timeoutPlanNo
    if failed:
        raise CliError(f"compacting {collection!r}: {failed} plans failed", hint=look)
    done = f"Compacted collection {collection!r}: compaction {compaction}."
    return Done(done, {**made, "completed": True, **_plans(state)})


def _chosen(client: Client, options: CompactOptions) -> dict[str, Any]:
    """Returns the fields of a request but for the partition. Raises Unsupported for what the server would ignore."""
    fields = {
        "majorCompaction": options.clustering,
        "l0Compaction": options.l0,
        "target_size": options.target_size,
        "partition_id": options.partition,
    }
    given = {name: value for name, value in fields.items() if value}
    for name in given:
        client.require(f"ManualCompaction.{name}")
    return given


def state_record(session: Session, collection: str | None, compaction: int | None) -> Record:
    """The state of a compaction, by default the last one of the collection. Raises CliError for an unknown one."""
    compaction = _which(session, collection, compaction)
    state = _state(session.client, compaction)
    if not any(_plans(state).values()):
        _require_possible(session.client, compaction)
    name = COMPACTION_STATES.get(state.state, str(state.state))
    return Record({"compaction": compaction, "state": name, **_plans(state)})


def plan_table(session: Session, collection: str | None, compaction: int | None) -> Table:
    """The segments that each plan merges. Raises CliError for an unknown compaction."""
    compaction = _which(session, collection, compaction)
    plans = session.client.call("GetCompactionStateWithPlans", compactionID=compaction).mergeInfos
    if not plans:
        _require_possible(session.client, compaction)
    if any(plan.plan_id for plan in plans):
        return Table(TASK_COLUMNS, list(map(_task, plans)))
    return Table(("target", "sources"), [(plan.target, list(plan.sources)) for plan in plans])


def task_table(session: Session, collection: str) -> Table:
    """The compactions that the server still remembers of a collection: it forgets those that ended long ago."""
    client = session.client
    session.require_collection(collection)
    plans = client.call("GetCompactionStateWithPlans", collection_name=collection).mergeInfos
    return Table(TASK_COLUMNS, list(map(_task, plans)), optional=("channel", "partition_id", "plan"))


def _task(plan: CompactionMergeInfo) -> tuple[Value, ...]:
    return (
        plan.trigger_id,
        plan.plan_id,
        value_name(CompactionType, plan.type).removeprefix("CompactionType"),
        value_name(CompactionTaskState, plan.state).removeprefix("CompactionTaskState").lower(),
        plan.partition_id,
        plan.channel,
        list(plan.sources),
        list(plan.targets) or ([plan.target] if plan.target else []),
        plan.failure_reason or None,
    )


def _which(session: Session, collection: str | None, compaction: int | None) -> int:
    """The id that was given, or that of the collection's last compaction in this session."""
    if collection is not None:
        session.require_collection(collection)
    if compaction is not None:
        return compaction
    if collection is None:
        raise InvalidInput("missing compaction id", hint="-id ID, or -c NAME for the last compaction of a collection")
    client = session.client
    found = client.call("DescribeCollection", collection_name=collection)
    last = session.state.compactions.get(_key(client, found))
    if last is None:
        hint = f"run `compact -c {collection}` for its id, then give -id ID"
        raise CliError(f"no compaction of collection {collection!r} in this shell or script", hint=hint)
    return last


def _key(client: Client, found: DescribeCollectionResponse) -> tuple[str, str, str]:
    # Milvus Lite gives collections no ids.
    return collection_key(client, str(found.collectionID or found.schema.name))


def _require_possible(client: Client, compaction: int) -> None:
    """Raises CliError for an id that the server can't have given.

    Milvus answers "completed" without plans for unknown ids, and also for compactions that had nothing to merge. Its
    ids begin with a time; Milvus Lite's only id is 0.
    """
    given_at = (compaction >> LOGICAL_BITS) / 1000
    possible = compaction == 0 if client.version.is_lite else FIRST_ID <= given_at <= time.time() + CLOCK_DIFFERENCE
    if not possible:
        raise CliError(
            f"compaction {compaction} not found", hint="compact prints the id of the compaction that it starts"
        )


def _state(client: Client, compaction: int) -> GetCompactionStateResponse:
    state: GetCompactionStateResponse = client.call("GetCompactionState", compactionID=compaction)
    return state


def _plans(state: GetCompactionStateResponse) -> dict[str, int]:
    return {
        "executing_plans": state.executingPlanNo,
        "completed_plans": state.completedPlanNo,
        "failed_plans": state.failedPlanNo,
        "timed_out_plans": state.timeoutPlanNo,
    }
