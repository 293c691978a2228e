"""What a collection was when it was last seen, and by what a server refuses a search that is meant for what it was."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..client.client import Client
from ..client.versions import is_lite
from ..errors import CliError
from .indexes import index_of, indexes
from .schema import vector_fields

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema


COUNT_HOLDS = 10.0
"""Seconds; statistics are behind the rows by more, as Milvus counts what it sealed."""


@dataclass(frozen=True)
class Counted:
    """Rows by the statistics; None where the user may not know. `at` by the monotonic clock.

    `changes` are the client's own until then.
    """

    rows: int | None
    at: float
    changes: int

    def holds(self, client: Client) -> bool:
        return self.changes == client.changes and time.monotonic() < self.at + COUNT_HOLDS


@dataclass(frozen=True)
class Seen:
    """`metrics` has the metric to name for each vector field that is searched without asking; None: not known yet."""

    schema: CollectionSchema
    metrics: Mapping[str, str] | None = None
    counted: Counted | None = None


def telling_metrics(client: Client, collection: str, schema: CollectionSchema) -> Mapping[str, str]:
    """What a search names for a vector field, so that it fails where the collection has others by now.

    Milvus 2.3 takes vectors of any type that has as many bytes, but no other metric than the index has, which goes
    with the type. Milvus Lite is the other way round: nothing is to be named.
    """
    try:
        if is_lite(str(client.call("GetVersion").version)):
            return {each.name: "" for each in vector_fields(schema)}
        found = [index_of(each) for each in indexes(client, collection)]
    except CliError:
        # Such as of a user who may search and no more: each search is confirmed then.
        return {}
    return {each.field: each.metric for each in found if each.metric}
