"""Replication between clusters: which cluster copies which, and how far a copy is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..client.client import Client
from ..client.enums import value_name
from ..client.wire.common_pb2 import WALName
from ..result import Record, Report, Section, Table, Value
from .jobs import time_text

if TYPE_CHECKING:
    from ..client.wire.common_pb2 import ReplicateCheckpoint

CLUSTER_COLUMNS, LINK_COLUMNS = ("cluster", "uri", "channels"), ("source", "target")


def replication_report(client: Client) -> Report:
    """The clusters and the links between them, without the tokens of connections."""
    found = client.call("GetReplicateConfiguration").configuration
    clusters = [(each.cluster_id, each.connection_param.uri, list(each.pchannels)) for each in found.clusters]
    links = [(each.source_cluster_id, each.target_cluster_id) for each in found.cross_cluster_topology]
    sections = [
        Section("clusters", Table(CLUSTER_COLUMNS, clusters), _items(CLUSTER_COLUMNS, clusters)),
        Section("links", Table(LINK_COLUMNS, links), _items(LINK_COLUMNS, links)),
    ]
    return Report({"replicated": bool(links)}, sections)


def checkpoint_record(client: Client, source: str, channel: str) -> Record:
    """Returns the last message replicated from a channel of `source`, None for values that are not set."""
    answer = client.call("GetReplicateInfo", source_cluster_id=source, target_pchannel=channel)
    return Record(
        {
            "source": source,
            "channel": channel,
            **_checkpoint(answer.checkpoint if answer.HasField("checkpoint") else None, ""),
            **_checkpoint(answer.salvage_checkpoint if answer.HasField("salvage_checkpoint") else None, "salvage_"),
        }
    )


def _checkpoint(found: ReplicateCheckpoint | None, prefix: str) -> dict[str, Value]:
    values: tuple[Value, ...] = (None,) * 4
    if found is not None:
        position = found.message_id
        values = (
            position.id or None,
            value_name(WALName, position.WAL_name),
            time_text(found.time_tick),
            found.time_tick,
        )
    return dict(zip((f"{prefix}message", f"{prefix}log", f"{prefix}time", f"{prefix}time_tick"), values, strict=True))


def _items(columns: tuple[str, ...], rows: list[tuple[Value, ...]]) -> list[dict[str, Value]]:
    return [dict(zip(columns, row, strict=True)) for row in rows]
