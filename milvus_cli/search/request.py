"""Builds the request of a vector search."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..schema.schema import pairs
from ..text.consistency import guarantee
from ..text.limits import HIGHEST_LIMIT
from .rerankers import Reranker, function_score

if TYPE_CHECKING:
    from .marks import Mark

HITS_AT_ONCE = 10_000
BYTES_AT_ONCE = 16 << 20
"""Most hits of one request, and most bytes of its query vectors; larger searches are split into several requests."""


@dataclass(frozen=True)
class Queries:
    """Serialized query vectors or texts; `kind` is a number of PlaceholderType, equal to that of DataType."""

    kind: int
    values: Sequence[Any]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def size(self) -> int:
        """Bytes of one query."""
        return max(map(len, self.values[:1]), default=1) or 1

    def fields(self) -> dict[str, Any]:
        """Returns the fields of a SearchRequest that hold the queries."""
        return {"placeholder_group": placeholder_group(self.kind, self.values)}


@dataclass(frozen=True)
class Extras:
    """`beside` are parameters beside `params`, and `fields` further fields of a SearchRequest."""

    beside: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    fields: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Search:
    """One search. `limit` counts hits per query, `radius` and `range_filter` bound their distances.

    `asked_filter` is the user's part of a `filter` that has more. `fields` are the output fields, "*" all of them. An
    empty `metric` is the index's. `consistency` and the hybrid `timestamp` are as for `guarantee`. `extras` are further
    fields and parameters; `marks` are the columns that hits have because of them.
    """

    collection: str
    field: str
    queries: Queries
    limit: int = 10
    offset: int = 0
    filter: str = ""
    asked_filter: str = ""
    partitions: Sequence[str] = ()
    fields: Sequence[str] = ()
    metric: str = ""
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    radius: float | None = None
    range_filter: float | None = None
    group_by: str = ""
    group_size: int | None = None
    round_decimal: int | None = None
    consistency: str = "Strong"
    timestamp: int = 0
    ignore_growing: bool = False
    rerankers: Sequence[Reranker] = ()
    extras: Extras | None = None
    marks: Sequence[Mark] = ()

    def request(self) -> dict[str, Any]:
        """Returns the fields of a SearchRequest."""
        return {
            "collection_name": self.collection,
            "partition_names": self.partitions,
            "dsl": self.filter,
            "dsl_type": "BoolExprV1",
            "nq": len(self.queries),
            "output_fields": self.fields,
            **self.queries.fields(),
            "search_params": pairs(self._values()),
            **guarantee(self.consistency, self.timestamp),
            **({"function_score": function_score(self.rerankers)} if self.rerankers else {}),
            **(self.extras.fields if self.extras else {}),
        }

    def _values(self) -> dict[str, Any]:
        bounds = {"radius": self.radius, "range_filter": self.range_filter}
        params = {**self.params, **{key: value for key, value in bounds.items() if value is not None}}
        optional = {
            "metric_type": self.metric,
            "group_by_field": self.group_by,
            "group_size": self.group_size,
            "round_decimal": self.round_decimal,
            "ignore_growing": "true" if self.ignore_growing else None,
        }
        given = {key: value for key, value in optional.items() if value not in (None, "")}
        return {
            "anns_field": self.field,
            "topk": self.limit,
            "offset": self.offset,
            "params": json.dumps(params) if params else "{}",
            **given,
            **(self.extras.beside if self.extras else {}),
        }

    def of_one(self, query: bytes) -> Search:
        """Returns the same search for one query."""
        return replace(self, queries=replace(self.queries, values=[query]))

    def chunks(self) -> Iterator[Search]:
        """Yields the search split into requests of limited size, with its queries in order."""
        values = self.queries.values
        step = max(1, min(HIGHEST_LIMIT, HITS_AT_ONCE // self.limit, BYTES_AT_ONCE // self.queries.size))
        if len(values) <= step:
            yield self
            return
        for start in range(0, len(values), step):
            yield replace(self, queries=replace(self.queries, values=values[start : start + step]))


def placeholder_group(kind: int, values: Sequence[bytes]) -> bytes:
    """Returns the queries as a serialized PlaceholderGroup."""
    from ..client.wire.common_pb2 import PlaceholderGroup, PlaceholderValue

    value = PlaceholderValue(tag="$0", type=kind, values=values)  # type: ignore[arg-type]
    return PlaceholderGroup(placeholders=[value]).SerializeToString()
