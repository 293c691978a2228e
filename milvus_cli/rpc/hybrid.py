"""Hybrid searches: several searches at once, their hits made one list by a reranker of the server."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidInput
from ..names import nearest
from .schema import pairs
from .search import Search, guarantee

RRF_K = 60
BY_RANKS = ("rrf", "weighted")
BY_FUNCTION = ("decay", "model", "boost")
"""Rerankers that travel as functions, which Milvus has since 2.6."""
FORMS = "rrf:60, weighted:0.7,0.3, decay:field=year,function=gauss,origin=2000,scale=10, or model:provider=…"


@dataclass(frozen=True)
class Reranker:
    """`params` as the server calls them; `fields` are those that a function reads."""

    name: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    fields: Sequence[str] = ()

    @property
    def is_function(self) -> bool:
        return self.name in BY_FUNCTION


@dataclass(frozen=True)
class Hybrid:
    """The legs with what becomes of their hits. Filter and consistency of the legs are their own."""

    legs: Sequence[Search]
    reranker: Reranker
    limit: int = 10
    offset: int = 0
    fields: Sequence[str] = ()
    partitions: Sequence[str] = ()
    group_by: str = ""
    group_size: int | None = None
    round_decimal: int | None = None
    consistency: str = "Strong"
    written: int = 0

    def request(self) -> dict[str, Any]:
        """The fields of a HybridSearchRequest."""
        rank: dict[str, Any] = {"limit": self.limit, "offset": self.offset}
        if self.round_decimal is not None:
            rank["round_decimal"] = self.round_decimal
        if self.group_by:
            rank["group_by_field"] = self.group_by
        if self.group_size:
            rank["group_size"] = self.group_size
        more: dict[str, Any] = {}
        if self.reranker.is_function:
            more["function_score"] = {"functions": [_function(self.reranker)]}
        else:
            rank |= {"strategy": self.reranker.name, "params": json.dumps(dict(self.reranker.params))}
        return {
            "collection_name": self.legs[0].collection, "partition_names": self.partitions,
            "requests": [each.request() for each in self.legs], "rank_params": pairs(rank),
            "output_fields": self.fields, **guarantee(self.consistency, self.written), **more,
        }  # fmt: skip


def parse_reranker(text: str, legs: int) -> Reranker:
    """`NAME[:ARGUMENTS]` for so many legs. Raises InvalidInput."""
    name, _, arguments = text.partition(":")
    name = name.strip().lower()
    if name == "rrf":
        return Reranker(name, {"k": _number(arguments.removeprefix("k=") or str(RRF_K), text)})
    if name == "weighted":
        return _weighted(arguments, text, legs)
    if name not in BY_FUNCTION:
        raise InvalidInput(f"no reranker {name!r}", hint=nearest(name, (*BY_RANKS, *BY_FUNCTION)) or f"write {FORMS}")
    values = dict(_pair(each, text) for each in arguments.split(",") if each.strip())
    fields = [each for key in ("field", "fields") for each in str(values.pop(key, "")).split("+") if each]
    return Reranker(name, {"reranker": name, **values}, fields)


def _weighted(arguments: str, text: str, legs: int) -> Reranker:
    words = [each.strip() for each in arguments.split(",") if each.strip()]
    weights = [_number(each, text) for each in words if "=" not in each]
    if len(weights) != legs:
        raise InvalidInput(f"{legs} requests and {len(weights)} weights", hint="give each --request its weight")
    return Reranker("weighted", {"weights": weights, "norm_score": "norm_score=false" not in words})


def _pair(text: str, whole: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise InvalidInput(f"bad reranker {whole!r}", hint=f"write {FORMS}")
    return key.strip(), value.strip()


def _number(text: str, whole: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise InvalidInput(f"bad reranker {whole!r}: {text!r} is no number", hint=f"write {FORMS}") from None
    return int(number) if number.is_integer() else number


def _function(reranker: Reranker) -> dict[str, Any]:
    return {"name": reranker.name, "type": "Rerank", "input_field_names": list(reranker.fields),
            "params": pairs(dict(reranker.params))}  # fmt: skip
