"""Creates, lists and describes the indexes of a collection."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..client.not_found import NO_INDEX
from ..errors import ServerRefused
from .field_json import as_param
from .schema import pairs, params

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import IndexDescription

NO_METRIC = "NONE"
"""Milvus Lite's metric of an index on a scalar field."""

INDEX_STATES = {0: "none", 1: "waiting", 2: "building", 3: "finished", 4: "failed", 5: "trying again"}


@dataclass(frozen=True)
class Index:
    """An index to build. The name defaults to the field's, the metric to the server's choice.

    `params` has the form that servers keep: one by one or, if a client sent them so, as one JSON text under `params`.
    """

    field: str
    name: str = ""
    type: str = "AUTOINDEX"
    metric: str = ""
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def create_index(client: Client, collection: str, index: Index) -> None:
    """Creates an index. Sends parameters one by one like pymilvus; Milvus Lite 3 accepts them only as one JSON text."""
    metric = {"metric_type": index.metric} if index.metric else {}
    given = {key: as_param(each) for key, each in index.params.items()}
    if given and client.version.is_lite:
        given = {"params": json.dumps(one_by_one(given))}
    elif not client.version.text:
        # Milvus Lite before 3.0 drops those in a JSON text beside others.
        given = one_by_one(given)
    values = {"index_type": index.type, **metric, **given}
    client.call(
        "CreateIndex",
        collection_name=collection,
        field_name=index.field,
        index_name=index.name,
        extra_params=pairs(values),
    )


def indexes(client: Client, collection: str) -> list[IndexDescription]:
    """Lists the indexes of a collection. Raises ServerRefused for a missing collection."""
    try:
        return list(client.call("DescribeIndex", collection_name=collection).index_descriptions)
    except ServerRefused as exc:
        if exc.server_code == NO_INDEX:
            return []
        raise


def field_index(client: Client, collection: str, field: str) -> Index | None:
    """Returns the index of a field, by the name it has: Milvus Lite names it after the field in any case."""
    return next((index_of(each) for each in indexes(client, collection) if each.field_name == field), None)


def index_of(found: IndexDescription) -> Index:
    """Converts a server's description of an index."""
    given = params(found.params)
    kind, metric = given.pop("index_type", ""), given.pop("metric_type", "")
    return Index(
        found.field_name,
        name=found.index_name,
        type=kind,
        metric="" if metric == NO_METRIC else metric,
        params=given,
    )


def described(found: IndexDescription) -> dict[str, Any]:
    """Returns the values of an index that commands show."""
    index = index_of(found)
    return {
        "index": index.name,
        "field": index.field,
        "index_type": index.type or None,
        "metric_type": index.metric or None,
        "params": one_by_one(index.params),
        "state": INDEX_STATES.get(found.state, str(found.state)),
        "indexed_rows": found.indexed_rows,
        "total_rows": found.total_rows,
    }


def one_by_one(given: Mapping[str, Any]) -> dict[str, Any]:
    """Returns parameters one by one, including those that a client sent as one JSON text."""
    try:
        inner = json.loads(given.get("params", "{}"))
    except (ValueError, RecursionError):
        return dict(given)
    flat = {key: each for key, each in given.items() if key != "params"}
    return {**flat, **inner} if isinstance(inner, dict) else dict(given)
