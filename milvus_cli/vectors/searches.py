"""Single searches, sent as prepared: what stays the same between them, and one query vector each."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..rpc.client import Client
from ..rpc.schema import pairs
from .pages import Key

if TYPE_CHECKING:
    from ..rpc.wire.schema_pb2 import FieldSchema


@dataclass(frozen=True)
class Plan:
    """A search less its vector. Without a metric it is the index's."""

    collection: str
    field: str
    limit: int
    metric: str = ""
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    filter: str = ""
    partitions: Sequence[str] = ()
    consistency: str = "Bounded"

    def with_params(self, params: Mapping[str, Any]) -> Plan:
        return replace(self, params={**self.params, **params})


def placeholder(vector: bytes, schema: FieldSchema) -> bytes:
    """A query vector as a server's field has it, as a serialized PlaceholderGroup."""
    from ..rpc.wire.common_pb2 import PlaceholderGroup, PlaceholderValue

    # A placeholder's type has the number of the field's type.
    value = PlaceholderValue(tag="$0", type=schema.data_type, values=[vector])  # type: ignore[arg-type]
    return PlaceholderGroup(placeholders=[value]).SerializeToString()


def search(client: Client, plan: Plan, query: bytes) -> list[Key]:
    """The keys that one query vector finds, nearest first; `query` is a serialized PlaceholderGroup."""
    metric = {"metric_type": plan.metric} if plan.metric else {}
    values = {"anns_field": plan.field, "topk": plan.limit, "params": json.dumps(dict(plan.params)), **metric}
    ids = client.call(
        "Search", collection_name=plan.collection, dsl=plan.filter, dsl_type="BoolExprV1", nq=1,
        placeholder_group=query, partition_names=plan.partitions, search_params=pairs(values),
        consistency_level=plan.consistency,
    ).results.ids  # fmt: skip
    return list(ids.int_id.data or ids.str_id.data)
