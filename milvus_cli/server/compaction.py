"""Operations on compactions: start and wait for one, show its state and plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..client.client import Client
from ..errors import CliError
from ..result import Done, Record, Table
from ..session.session import Session
from .progress import COMPACTION_STATES, compacted_fraction
from .waiting import Work, wait_for

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import GetCompactionStateResponse


def compact(session: Session, collection: str, *, seconds: float | None, wait: bool) -> Done:
    """Compacts a collection and waits for it. Raises CliError when plans fail, or when `seconds` have passed."""
    client = session.client
    session.require_collection(collection)
    number = client.call("DescribeCollection", collection_name=collection).collectionID
    compaction = client.call("ManualCompaction", collectionID=number, collection_name=collection).compactionID
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
    return Done(f"Compacted collection {collection!r}.", {**made, "completed": True, **_plans(state)})


def state_record(client: Client, compaction: int) -> Record:
    state = _state(client, compaction)
    name = COMPACTION_STATES.get(state.state, str(state.state))
    return Record({"compaction": compaction, "state": name, **_plans(state)})


def plan_table(session: Session, collection: str | None, compaction: int) -> Table:
    """The segments that each plan merges; a collection is only checked to exist."""
    if collection:
        session.require_collection(collection)
    plans = session.client.call("GetCompactionStateWithPlans", compactionID=compaction).mergeInfos
    return Table(("target", "sources"), [(plan.target, list(plan.sources)) for plan in plans])


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
