"""Reads the aggregation of hits in buckets from JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..client.wire.common_pb2 import MetricAggSpec, OrderSpec, SearchAggregationSpec, SortSpec, TopHitsSpec
from ..errors import InvalidInput
from ..text.json import parse_json
from ..text.names import missing_name

HINT = (
    'write {"fields": ["color"], "size": 10, "metrics": {"mean": {"avg": "price"}}, "order": [{"mean": "desc"}], '
    '"top_hits": {"size": 2, "sort": [{"_score": "desc"}]}}'
)
KEYS = ("fields", "size", "metrics", "order", "top_hits", "sub_aggregation")
METRICS = ("avg", "count", "max", "min", "sum")
DIRECTIONS = ("asc", "desc")
OF_BUCKETS = ("_count", "_key")
"""Names by which buckets can be ordered, besides their metrics."""


def aggregation(text: str) -> SearchAggregationSpec:
    """Parses an aggregation, whose keys are those of pymilvus's SearchAggregation. Raises InvalidInput."""
    return _level(parse_json(text, "--aggregate", HINT))


def grouped_fields(spec: SearchAggregationSpec) -> Iterator[str]:
    """Yields the fields that hits are grouped by, on all levels."""
    yield from spec.fields
    if spec.HasField("sub_aggregation"):
        yield from grouped_fields(spec.sub_aggregation)


def _level(given: Any) -> SearchAggregationSpec:
    values = _object(given, "--aggregate", KEYS)
    fields = values.get("fields")
    if not isinstance(fields, list) or not fields or not all(isinstance(each, str) and each for each in fields):
        raise InvalidInput("--aggregate: fields is not a list of fields", hint=HINT)
    metrics = _object(values.get("metrics", {}), "metrics")
    inner = values.get("sub_aggregation")
    return SearchAggregationSpec(
        fields=fields,
        size=_size(values, "--aggregate"),
        metrics={alias: _metric(alias, each) for alias, each in metrics.items()},
        order=[
            OrderSpec(key=key, direction=word)
            for key, word in _orders(values.get("order", []), "order", (*metrics, *OF_BUCKETS))
        ],
        top_hits=_top_hits(values["top_hits"]) if "top_hits" in values else None,
        sub_aggregation=None if inner is None else _level(inner),
    )


def _top_hits(given: Any) -> TopHitsSpec:
    values = _object(given, "top_hits", ("size", "sort"))
    sort = [SortSpec(field_name=key, direction=word) for key, word in _orders(values.get("sort", []), "sort")]
    return TopHitsSpec(size=_size(values, "top_hits"), sort=sort)


def _metric(alias: str, given: Any) -> MetricAggSpec:
    op, field = _pair(given, f"metrics: {alias}")
    if op not in METRICS:
        raise missing_name("metric", op, METRICS, error=InvalidInput)
    if field == "*" and op != "count":
        raise InvalidInput(f"metrics: {op} takes a field, and only count takes *", hint=HINT)
    return MetricAggSpec(op=op, field_name=field)


def _orders(given: Any, what: str, known: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    if not isinstance(given, list):
        raise InvalidInput(f"--aggregate: {what} is not a list", hint=HINT)
    for each in given:
        key, direction = _pair(each, what)
        if direction not in DIRECTIONS:
            raise InvalidInput(f"{what}: {direction!r} is not asc or desc", hint=HINT)
        if known and key not in known:
            raise missing_name(f"key of {what}", key, known, error=InvalidInput)
        yield key, direction


def _pair(given: Any, what: str) -> tuple[str, str]:
    values = _object(given, what)
    if len(values) != 1 or not all(isinstance(each, str) and each for each in values.values()):
        raise InvalidInput(f"{what} is not an object with one text", hint=HINT)
    return next(iter(values.items()))


def _object(given: Any, what: str, keys: Sequence[str] = ()) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise InvalidInput(f"{what} is not an object", hint=HINT)
    unknown = next((key for key in given if keys and key not in keys), None)
    if unknown is not None:
        raise missing_name(f"key of {what}", unknown, keys, error=InvalidInput)
    return given


def _size(values: Mapping[str, Any], what: str) -> int:
    size = values.get("size")
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise InvalidInput(f"{what}: size is not a whole number from 1", hint=HINT)
    return size
