"""Lists the segments of a collection that are in storage, with what each server knows of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..client.enums import value_name
from ..client.wire.common_pb2 import SegmentLevel, SegmentState
from ..connections.version import Version
from ..result import Table, Value
from ..session.session import Session

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import PersistentSegmentInfo

COLUMNS = ("segment", "state", "partition_id", "rows", "level", "sorted", "storage_version", "channel", "merged_from")
LEVELS, SORTED, STORAGE, LINEAGE = "2.4", "2.5", "2.6", "3.0"
"""The first Milvus that reports each of these."""


def stored_table(session: Session, collection: str, states: Sequence[str]) -> Table:
    """A row for each segment; None for what the server does not report."""
    client = session.client
    if states:
        client.require("GetPersistentSegmentInfo.states")
    session.require_collection(collection)
    infos = client.call("GetPersistentSegmentInfo", collectionName=collection, states=states).infos
    version = client.version
    rows = [_row(each, version) for each in sorted(infos, key=lambda info: info.segmentID)]
    return Table(COLUMNS, rows, optional=("channel", "merged_from", "storage_version"))


def _row(info: PersistentSegmentInfo, version: Version) -> tuple[Value, ...]:
    return (
        info.segmentID,
        value_name(SegmentState, info.state),
        info.partitionID,
        info.num_rows,
        None if version.before(LEVELS) else value_name(SegmentLevel, info.level),
        None if version.before(SORTED) else info.is_sorted,
        None if version.before(STORAGE) else info.storage_version,
        info.insert_channel or None,
        None if version.before(LINEAGE) else list(info.compaction_from),
    )
