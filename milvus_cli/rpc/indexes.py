"""What indexes a collection has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import ServerRefused
from .client import Client

if TYPE_CHECKING:
    from .wire.milvus_pb2 import IndexDescription

NO_INDEX = 700
"""Milvus 2.3's code for a collection without any; Milvus Lite answers an empty list."""


def indexes(client: Client, collection: str) -> list[IndexDescription]:
    """The indexes of a collection; none is an empty list. Raises ServerRefused for a collection that is not there."""
    try:
        return list(client.call("DescribeIndex", collection_name=collection).index_descriptions)
    except ServerRefused as exc:
        if exc.server_code == NO_INDEX:
            return []
        raise
