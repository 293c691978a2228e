"""Shows the buckets of aggregated hits as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from ..client.failures import invalid
from ..result import Table
from ..text.floats import shortest
from .hits import hit_column

if TYPE_CHECKING:
    from ..client.wire.common_pb2 import SearchAggregationSpec
    from ..client.wire.milvus_pb2 import SearchResults
    from ..client.wire.schema_pb2 import AggBucket, AggHit, CollectionSchema, SearchResultData

    Rows: TypeAlias = Iterator[tuple[Any, ...]]
    ReadAll: TypeAlias = Callable[[Callable[[SearchResults, int], Rows]], Rows]

COLUMNS = ("count", "hits", "groups")


@dataclass(frozen=True)
class BucketReader:
    """Reads the buckets of an aggregation, or those of a level in it."""

    spec: SearchAggregationSpec
    schema: CollectionSchema

    @property
    def columns(self) -> list[str]:
        """The columns of buckets: their key, count, metrics, and what is nested in them."""
        nested = (*(("hits",) if self._has_hits else ()), *(("groups",) if self._has_groups else ()))
        return [*self.spec.fields, "count", *(self._column(alias) for alias in sorted(self.spec.metrics)), *nested]

    def rows(self, results: SearchResultData, first: int = 0) -> Iterator[tuple[Any, ...]]:
        """Yields a row per bucket of the first level, with the number of its query, from `first`."""
        columns = self.columns
        buckets = iter(results.agg_buckets)
        for query, count in enumerate(results.agg_topks or [len(results.agg_buckets)], start=first):
            for _ in range(count):
                values = self._bucket(next(buckets))
                yield (query, *(values.get(name) for name in columns))

    def _bucket(self, bucket: AggBucket) -> dict[str, Any]:
        values = self._key(bucket)
        values["count"] = bucket.count
        values |= {self._column(alias): _set_value(bucket.metrics[alias]) for alias in sorted(bucket.metrics)}
        if self._has_hits:
            values["hits"] = [self._hit(each) for each in bucket.hits]
        if self._has_groups:
            inner = BucketReader(self.spec.sub_aggregation, self.schema)
            values["groups"] = [inner._bucket(each) for each in bucket.sub_groups]
        return values

    def _key(self, bucket: AggBucket) -> dict[str, Any]:
        """Returns the key by field: a server may name its parts, give their ids, or only their order."""
        fields = list(self.spec.fields)
        found: dict[str, Any] = {}
        for position, each in enumerate(bucket.key):
            name = each.field_name or self._field_name(each.field_id)
            asked = fields[position] if position < len(fields) else ""
            found[asked if name not in fields and self._may_be(name, asked) else name] = _set_value(each)
        if found.keys() != {*fields} or len(bucket.key) != len(fields):
            raise invalid("Search", f"the key of a bucket is not {', '.join(fields)}")
        return found

    def _may_be(self, name: str, asked: str) -> bool:
        """Reports whether a server may call a field so: by an unknown name, or by the field of a path or key."""
        known = {each.name: each.is_dynamic for each in self.schema.fields}
        return known.get(name, True) or asked.partition("[")[0].strip() == name

    def _hit(self, hit: AggHit) -> dict[str, Any]:
        key = hit.WhichOneof("pk")
        fields = {hit_column(each.field_name or self._field_name(each.field_id)): each for each in hit.fields}
        return {
            "id": getattr(hit, key) if key else None,
            "distance": shortest(hit.score),
            **{name: _set_value(each) for name, each in fields.items()},
        }

    def _field_name(self, number: int) -> str:
        """Returns the name of a field by its id; the id as text if there is none."""
        return next((each.name for each in self.schema.fields if each.fieldID == number), str(number))

    def _column(self, alias: str) -> str:
        return f"{alias}_metric" if alias in (*self.spec.fields, *COLUMNS) else alias

    @property
    def _has_hits(self) -> bool:
        return self.spec.HasField("top_hits")

    @property
    def _has_groups(self) -> bool:
        return self.spec.HasField("sub_aggregation")


def bucket_table(reader: BucketReader, read: ReadAll, queries: int) -> Table:
    """Returns a row per bucket of hits. `read` gives the rows of all answers, by those of one."""
    columns = ("query", *reader.columns)
    rows = read(lambda answer, first: reader.rows(answer.results, first))
    return Table(columns, rows) if queries > 1 else Table(columns[1:], (row[1:] for row in rows))


def _set_value(message: Any) -> Any:
    """Returns the value that is set; a float has its shortest digits, and bytes are text."""
    slot = message.WhichOneof("value")
    value = getattr(message, slot) if slot else None
    if isinstance(value, float) and slot == "float_val":
        return shortest(value)
    return value.decode(errors="replace") if isinstance(value, bytes) else value
