"""Shows the replicas and the loaded segments of a collection, with the addresses of the query nodes that hold them."""

from __future__ import annotations

from ..result import Table
from ..session.session import Session
from .resource_groups import query_nodes
from .segments import loaded_segments

REPLICA_COLUMNS = (
    "replica",
    "resource_group",
    "nodes",
    "addresses",
    "shard",
    "leader",
    "leader_address",
    "shard_nodes",
)
SEGMENT_COLUMNS = ("segment", "state", "partition_id", "rows", "memory_bytes", "index", "nodes", "addresses")


def replica_table(session: Session, collection: str) -> Table:
    """A row for each shard of each replica."""
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
    return Table(REPLICA_COLUMNS, rows)


def segment_table(session: Session, collection: str) -> Table:
    """A row for each loaded segment."""
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
    return Table(SEGMENT_COLUMNS, rows)
