"""Progress of work that a server continues after answering. Fractions are from 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..client.client import Client
from ..client.not_found import not_loaded
from ..client.optional import permitted
from ..client.parallel import gather
from ..errors import CliError, Fault, NotAuthorized, ServerRefused
from ..schema.indexes import indexes

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import GetCompactionStateResponse, IndexDescription

LOAD_STATES = {0: "missing", 1: "not loaded", 2: "loading", 3: "loaded"}
COMPACTION_STATES = {0: "unknown", 1: "executing", 2: "completed"}
FAILED, FINISHED = 4, 3


def load_state(client: Client, collection: str, partitions: Sequence[str] = (), *, timeout: float | None = None) -> str:
    """Returns a value of LOAD_STATES. Raises ServerRefused if the server checks that the collection exists."""
    try:
        answer = client.call("GetLoadState", collection_name=collection, partition_names=partitions, timeout=timeout)
    except NotAuthorized as exc:
        percent = _listed_percent(client, collection, partitions, exc)
        return "not loaded" if percent is None else "loaded" if percent == 100 else "loading"
    return LOAD_STATES.get(answer.state, str(answer.state))


def loaded_fraction(client: Client, collection: str, partitions: Sequence[str] = (), *, refresh: bool = False) -> float:
    """Progress of loading, or of refreshing what is loaded. Raises CliError if loading failed or was cancelled."""
    try:
        answer = client.call("GetLoadingProgress", collection_name=collection, partition_names=partitions)
    except NotAuthorized as exc:
        return (_listed_percent(client, collection, partitions, exc) or 0) / 100
    except ServerRefused as exc:
        message = f"loading {collection!r} failed: {exc.message}"
        raise CliError(message, hint=exc.hint, fault=exc.fault, server_code=exc.server_code) from exc
    return float(answer.refresh_progress if refresh else answer.progress) / 100


def loaded_percentages(client: Client, *, one_by_one: bool = False) -> Mapping[str, int]:
    """Returns percentages of loaded and loading collections, by name.

    Milvus Lite before 3.0 returns all names without percentages; with `one_by_one` each state is then requested.
    """
    answer = client.call("ShowCollections", type="InMemory")
    names, percentages = answer.collection_names, answer.inMemory_percentages
    if percentages or not one_by_one:
        return dict(zip(names, percentages, strict=False))
    states = gather(lambda name, left: load_state(client, name, timeout=left), names, seconds=client.timeout)
    return {name: 100 for name, state in zip(names, states, strict=True) if state == "loaded"}


def _listed_percent(client: Client, collection: str, partitions: Sequence[str], refusal: NotAuthorized) -> int | None:
    """Returns the percentage from the list of loaded collections, which more users may read, or raises the refusal.

    Milvus 2.3 returns one collection's state only to users who may load it.
    """
    found = None if partitions or refusal.fault is not Fault.NOT_PERMITTED else permitted(loaded_percentages, client)
    if found is None:
        raise refusal
    # The list contains no aliases.
    name = client.call("DescribeCollection", collection_name=collection).schema.name
    if name not in found and name not in client.call("ShowCollections").collection_names:
        raise refusal
    return found.get(name)


def state_of(percent: int | None) -> str:
    """Formats an entry of `loaded_percentages`: Milvus omits collections not loaded, Milvus Lite reports 0."""
    return "loaded" if percent == 100 else f"loading, {percent} %" if percent else "not loaded"


def not_loaded_error(collection: str, state: str, partitions: Sequence[str] = ()) -> CliError:
    """Returns the error for a collection, or partitions of it, in another load state than "loaded"."""
    which = f"partition {', '.join(map(repr, partitions))} of {collection!r}" if partitions else ""
    if state == "loading":
        which = which or f"collection {collection!r}"
        return CliError(f"{which} is still loading", hint=f"wait collection {collection} --for loaded")
    found = not_loaded(collection, which)
    return CliError(found.message, hint=found.hint)


def indexed_fraction(client: Client, collection: str, name: str = "") -> float:
    """Progress of one index, or of all. Raises CliError if a build failed, or if there is no index."""
    found = [each for each in indexes(client, collection) if name in ("", each.index_name)]
    if not found:
        raise CliError(
            f"no index on {collection!r} to wait for",
            hint=f"create one first with `create index -c {collection}`",
            fault=Fault.SAID_NO,
        )
    return sum(map(_built, found)) / len(found)


def _built(index: IndexDescription) -> float:
    if index.state == FAILED:
        reason = index.index_state_fail_reason or "the server gives no reason"
        raise CliError(f"building index {index.index_name!r} failed: {reason}", fault=Fault.SAID_NO)
    if index.state == FINISHED:
        return 1.0
    # All rows may be counted before the last segment's index is complete.
    return min(0.99, index.indexed_rows / index.total_rows) if index.total_rows else 0.0


def compacted_fraction(state: GetCompactionStateResponse) -> float:
    """Returns the share of a compaction's plans that ended; without any plan it is complete."""
    if COMPACTION_STATES.get(state.state) == "completed":
        return 1.0
    ended = state.completedPlanNo + state.failedPlanNo + state.timeoutPlanNo
    return min(0.99, ended / max(1, ended + state.executingPlanNo))
