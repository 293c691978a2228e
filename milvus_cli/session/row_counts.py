"""Keeps row counts for a short time: Milvus Lite takes longer to count rows than to search them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..client.client import Client

HOLDS_SECONDS = 10.0
"""Statistics lag behind the rows by more than this: Milvus counts sealed segments."""


class RowCount(NamedTuple):
    """Rows by the statistics, None if the user may not know. `at` is monotonic time, `changes` the client's by then."""

    rows: int | None
    at: float
    changes: int


class RowCounts:
    """The recent row counts of a session's collections. A write by the session invalidates them."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str], RowCount] = {}

    def recent(self, client: Client, collection: str) -> RowCount | None:
        """Returns the count of a collection while it holds."""
        found = self._counts.get(collection_key(client, collection))
        if found is None or found.changes != client.changes or time.monotonic() > found.at + HOLDS_SECONDS:
            return None
        return found

    def keep(self, client: Client, collection: str, rows: int | None) -> None:
        self._counts[collection_key(client, collection)] = RowCount(rows, time.monotonic(), client.changes)


def collection_key(client: Client, collection: str) -> tuple[str, str, str]:
    """Returns what identifies a collection among those of all servers: address, database and name."""
    return client.profile.address, client.profile.database, collection
