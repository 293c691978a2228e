"""Builds the request of a hybrid search: several searches, whose hits the server's rerankers merge."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..schema.schema import pairs
from ..text.consistency import guarantee
from .request import Search
from .rerankers import Reranker, function_score


@dataclass(frozen=True)
class Hybrid:
    """A hybrid search: its legs, and the options for their merged hits. Each leg has its own filter and consistency."""

    legs: Sequence[Search]
    rerankers: Sequence[Reranker]
    limit: int = 10
    offset: int = 0
    fields: Sequence[str] = ()
    partitions: Sequence[str] = ()
    group_by: str = ""
    group_size: int | None = None
    strict_group_size: bool = False
    namespace: str = ""
    round_decimal: int | None = None
    consistency: str = "Strong"
    timestamp: int = 0

    def request(self) -> dict[str, Any]:
        """Returns the fields of a HybridSearchRequest."""
        rank: dict[str, Any] = {"limit": self.limit, "offset": self.offset}
        if self.round_decimal is not None:
            rank["round_decimal"] = self.round_decimal
        if self.group_by:
            rank["group_by_field"] = self.group_by
        if self.group_size:
            rank["group_size"] = self.group_size
        if self.strict_group_size:
            rank["strict_group_size"] = True
        more: dict[str, Any] = {"namespace": self.namespace} if self.namespace else {}
        if any(each.is_function for each in self.rerankers):
            more["function_score"] = function_score(self.rerankers)
        else:
            rank |= {"strategy": self.rerankers[0].name, "params": json.dumps(dict(self.rerankers[0].params))}
        return {
            "collection_name": self.legs[0].collection,
            "partition_names": self.partitions,
            "requests": [replace(each, fields=()).request() for each in self.legs],
            "rank_params": pairs(rank),
            "output_fields": self.fields,
            **guarantee(self.consistency, self.timestamp),
            **more,
        }
