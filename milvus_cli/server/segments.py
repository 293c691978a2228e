"""Segments that hold a collection's rows: stored ones, and loaded ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..client.client import Client
from ..client.enums import value_name
from ..client.optional import permitted
from ..client.wire.common_pb2 import SegmentState
from ..errors import CliError, InvalidInput, ServerRefused, Unsupported
from ..result import Done, Record
from ..session.session import Session

TRANSFER_SECONDS = 600.0
"""Deadline of a move in seconds: a query node loads the segments before the server answers."""


@dataclass(frozen=True)
class Segment:
    """`state` is Milvus's word (Growing, Sealed, Flushed …); `size` is bytes in memory on the `nodes` that hold it."""

    number: int
    state: str
    partition: int
    rows: int
    size: int = 0
    index: str = ""
    nodes: tuple[int, ...] = ()


def stored_segments(client: Client, collection: str) -> list[Segment]:
    infos = client.call("GetPersistentSegmentInfo", collectionName=collection).infos
    return [
        Segment(each.segmentID, value_name(SegmentState, each.state), each.partitionID, each.num_rows) for each in infos
    ]


def loaded_segments(client: Client, collection: str) -> list[Segment]:
    infos = client.call("GetQuerySegmentInfo", collectionName=collection).infos
    return [
        Segment(
            each.segmentID,
            value_name(SegmentState, each.state),
            each.partitionID,
            each.num_rows,
            each.mem_size,
            each.index_name,
            tuple(each.nodeIds or filter(None, [each.nodeID])),
        )
        for each in infos
    ]


def flush_record(session: Session, collection: str) -> Record:
    """Reports whether all segments of a collection are in storage; `segments` is None where the server lists none."""
    session.require_collection(collection)
    try:
        states = [segment.state for segment in stored_segments(session.client, collection)]
    except Unsupported:
        flushed = session.client.call("GetFlushState", collection_name=collection).flushed
        return Record({"collection": collection, "flushed": flushed, "segments": None})
    waiting = sum(state not in ("Flushed", "Dropped") for state in states)
    counts = {state.lower(): states.count(state) for state in sorted(set(states))}
    return Record({"collection": collection, "flushed": not waiting, "segments": counts})


@dataclass(frozen=True)
class Move:
    """A move between query nodes, by number; no targets means any, no segments means all sealed ones."""

    source: int
    targets: Sequence[int]
    segments: Sequence[int]


def move(client: Client, collection: str, order: Move, *, seconds: float) -> list[int] | None:
    """Returns the moved segments, None if this user may not list them. Returns once they are loaded elsewhere."""
    if order.source in order.targets:
        raise InvalidInput(f"node {order.source} can't both give and get")
    held = list(order.segments) or _sealed_on(client, collection, order.source)
    try:
        client.call(
            "LoadBalance",
            collectionName=collection,
            src_nodeID=order.source,
            dst_nodeIDs=order.targets,
            sealed_segmentIDs=order.segments,
            timeout=seconds,
        )
    except ServerRefused as exc:
        hint = f"run `show query_segment_info {collection}` to see which nodes hold what"
        raise exc.with_context(default_hint=hint) from exc
    return held


def _sealed_on(client: Client, collection: str, node: int) -> list[int] | None:
    found = permitted(loaded_segments, client, collection)
    if found is None:
        return None
    return [each.number for each in found if each.state == "Sealed" and node in each.nodes]


def are_stored(client: Client, collection: str, segments: Sequence[int]) -> bool:
    """Returns True if all segments are stored; a segment that is gone was stored before it was merged into another."""
    found = stored_segments(client, collection)
    return not any(each.number in segments and each.state not in ("Flushed", "Dropped") for each in found)


def balance(session: Session, collection: str | None, wish: Move) -> Done:
    """Moves segments of a collection, by default of the one that has the first of the segments."""
    name = collection or collection_of(session.client, wish.segments)
    permitted(session.require_collection, name)
    moved = move(session.client, name, wish, seconds=session.options.timeout or TRANSFER_SECONDS)
    made = {"collection": name, "source": wish.source, "targets": list(wish.targets), "segments": moved}
    if moved == []:
        return Done(f"Node {wish.source} has no sealed segments of {name!r}: nothing moved.", made)
    count = "segments" if moved is None else "1 segment" if len(moved) == 1 else f"{len(moved)} segments"
    return Done(f"Moved {count} of {name!r} from node {wish.source}.", made)


def collection_of(client: Client, segments: Sequence[int]) -> str:
    """Returns the loaded collection with the first of these segments. Raises CliError if there is none."""
    if not segments:
        raise InvalidInput("which collection?", hint="give -c COLLECTION, or segments of it with -ss")
    for name in client.call("ShowCollections", type="InMemory").collection_names:
        try:
            if segments[0] in (each.number for each in loaded_segments(client, name)):
                return str(name)
        except ServerRefused:
            continue
    raise CliError(f"no loaded collection has segment {segments[0]}", hint="show query_segment_info -c NAME")
