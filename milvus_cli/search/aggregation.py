"""Aggregates hits in buckets: reads the aggregation from JSON, and shows buckets as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from ..client.wire.common_pb2 import MetricAggSpec, OrderSpec, SearchAggregationSpec, SortSpec, TopHitsSpec
from ..errors import InvalidInput
from ..result import Table
from ..text.floats import shortest
from ..text.json import parse_json
from ..text.names import missing_name

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import SearchResults
    from ..client.wire.schema_pb2 import AggBucket, AggHit, SearchResultData

    Rows: TypeAlias = Iterator[tuple[Any, ...]]
    ReadAll: TypeAlias = Callable[[Callable[[SearchResults, int], Rows]], Rows]

HINT = (
    'write {"fields": ["color"], "size": 10, "metrics": {"mean": {"avg": "price"}}, "order": [{"mean": "desc"}], '
    '"top_hits": {"size": 2, "sort": [{"_score": "desc"}]}}'
)
KEYS = ("fields", "size", "metrics", "order", "top_hits", "sub_aggregation")
METRICS = ("avg", "count", "max", "min", "sum")
DIRECTIONS = ("asc", "desc")
OF_BUCKETS = ("_count", "_key")
"""Names by which buckets can be ordered, besides their metrics."""
COLUMNS = ("count", "hits", "groups")


def aggregation(text: str) -> SearchAggregationSpec:
    """Parses an aggregation, whose keys are those of pymilvus's SearchAggregation. Raises InvalidInput."""
    return _level(parse_json(text, "--aggregate", HINT))


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


def bucket_table(text: str, read: ReadAll, queries: int) -> Table:
    """Returns a row per bucket of hits. `read` gives the rows of all answers, by those of one."""
    spec = aggregation(text)
    columns = ("query", *bucket_columns(spec))
    rows = read(lambda answer, first: bucket_rows(answer.results, spec, first))
    return Table(columns, rows) if queries > 1 else Table(columns[1:], (row[1:] for row in rows))


def bucket_columns(spec: SearchAggregationSpec) -> list[str]:
    """Returns the columns of buckets: their key, count, metrics, and what is nested in them."""
    nested = (*(("hits",) if spec.HasField("top_hits") else ()), *(("groups",) if _has_groups(spec) else ()))
    return [*spec.fields, "count", *(_column(spec, alias) for alias in sorted(spec.metrics)), *nested]


def _column(spec: SearchAggregationSpec, alias: str) -> str:
    return f"{alias}_metric" if alias in (*spec.fields, *COLUMNS) else alias


def bucket_rows(results: SearchResultData, spec: SearchAggregationSpec, first: int = 0) -> Iterator[tuple[Any, ...]]:
    """Yields a row per bucket of the first level, with the number of its query, from `first`."""
    columns = bucket_columns(spec)
    buckets = iter(results.agg_buckets)
    for query, count in enumerate(results.agg_topks or [len(results.agg_buckets)], start=first):
        for _ in range(count):
            values = _bucket(next(buckets), spec)
            yield (query, *(values.get(name) for name in columns))


def _bucket(bucket: AggBucket, spec: SearchAggregationSpec) -> dict[str, Any]:
    values = {each.field_name or str(each.field_id): _set_value(each) for each in bucket.key}
    values["count"] = bucket.count
    values |= {_column(spec, alias): _set_value(bucket.metrics[alias]) for alias in sorted(bucket.metrics)}
    if spec.HasField("top_hits"):
        values["hits"] = [_hit(each) for each in bucket.hits]
    if _has_groups(spec):
        values["groups"] = [_bucket(each, spec.sub_aggregation) for each in bucket.sub_groups]
    return values


def _hit(hit: AggHit) -> dict[str, Any]:
    key = hit.WhichOneof("pk")
    fields = {each.field_name or str(each.field_id): _set_value(each) for each in hit.fields}
    return {"id": getattr(hit, key) if key else None, "distance": shortest(hit.score), **fields}


def _set_value(message: Any) -> Any:
    """Returns the value that is set; a float has its shortest digits, and bytes are text."""
    slot = message.WhichOneof("value")
    value = getattr(message, slot) if slot else None
    if isinstance(value, float) and slot == "float_val":
        return shortest(value)
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _has_groups(spec: SearchAggregationSpec) -> bool:
    return spec.HasField("sub_aggregation")
