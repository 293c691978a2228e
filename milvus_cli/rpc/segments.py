"""The segments that hold a collection's rows: those in storage, and those that are loaded."""

from __future__ import annotations

from dataclasses import dataclass

from .client import Client


@dataclass(frozen=True)
class Segment:
    """`state` as Milvus calls it (Growing, Sealed, Flushed …); `size` in bytes of memory, `nodes` that hold it."""

    number: int
    state: str
    partition: int
    rows: int
    size: int = 0
    index: str = ""
    nodes: tuple[int, ...] = ()


def stored_segments(client: Client, collection: str) -> list[Segment]:
    from .wire.common_pb2 import SegmentState

    infos = client.call("GetPersistentSegmentInfo", collectionName=collection).infos
    return [Segment(each.segmentID, SegmentState.Name(each.state), each.partitionID, each.num_rows) for each in infos]


def loaded_segments(client: Client, collection: str) -> list[Segment]:
    from .wire.common_pb2 import SegmentState

    infos = client.call("GetQuerySegmentInfo", collectionName=collection).infos
    return [
        Segment(each.segmentID, SegmentState.Name(each.state), each.partitionID, each.num_rows, each.mem_size,
                each.index_name, tuple(each.nodeIds or filter(None, [each.nodeID])))
        for each in infos
    ]  # fmt: skip
