"""Vector searches: the request, and its hits as rows."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any

from ..client.failures import invalid
from ..errors import CliError, InvalidInput
from ..schema.schema import pairs, primary_field, type_name, vector_fields
from ..text.floats import shortest
from ..text.json import parse_json
from ..text.names import nearest
from ..values.decode import decode_column
from ..values.dynamic import COUNT, DYNAMIC, Wanted, dynamic_key, dynamic_objects, is_count
from .rerankers import Reranker, function_score

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema, SearchResultData

HIGHEST_LIMIT = 16_384
"""Milvus's limit of hits (and of offset plus limit) per query vector, and of query vectors per request."""

HITS_AT_ONCE = 10_000
BYTES_AT_ONCE = 16 << 20
"""Hits that one request may bring, and bytes of query vectors that it may take: more is cut into several requests."""

EVERY_FIELD = "*"

GUARANTEES = {"Strong": 0, "Session": 1, "Bounded": 2, "Eventually": 1}
"""Timestamps that stand for a level on the wire; of Session, for a client that has written nothing before."""


@dataclass(frozen=True)
class Queries:
    """Query vectors or texts as they travel: `kind` is a number of PlaceholderType, which are those of DataType."""

    kind: int
    values: Sequence[bytes]

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class Search:
    """One search. `limit` counts hits per query, `radius` and `range_filter` bound their distances.

    `fields` are the output fields, "*" all of them. An empty `metric` is the index's.
    """

    collection: str
    field: str
    queries: Queries
    limit: int = 10
    offset: int = 0
    filter: str = ""
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
    written: int = 0
    ignore_growing: bool = False
    rerankers: Sequence[Reranker] = ()

    def request(self, metric: str = "") -> dict[str, Any]:
        """The fields of a SearchRequest; `metric` is named where the search names none."""
        return {
            "collection_name": self.collection,
            "partition_names": self.partitions,
            "dsl": self.filter,
            "dsl_type": "BoolExprV1",
            "nq": len(self.queries),
            "output_fields": self.fields,
            "placeholder_group": placeholder_group(self.queries.kind, self.queries.values),
            "search_params": pairs(self._values(self.metric or metric)),
            **guarantee(self.consistency, self.written),
            **({"function_score": function_score(self.rerankers)} if self.rerankers else {}),
        }

    def _values(self, metric: str) -> dict[str, Any]:
        bounds = {"radius": self.radius, "range_filter": self.range_filter}
        params = {**self.params, **{key: value for key, value in bounds.items() if value is not None}}
        optional = {
            "metric_type": metric,
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
        }

    def of_one(self, query: bytes) -> Search:
        """The same search for one query."""
        return replace(self, queries=replace(self.queries, values=[query]))

    def chunks(self) -> Iterator[Search]:
        """The same search in requests of a bearable size, its queries in order."""
        values = self.queries.values
        size = max(map(len, values[:1]), default=1) or 1
        step = max(1, min(HIGHEST_LIMIT, HITS_AT_ONCE // self.limit, BYTES_AT_ONCE // size))
        if len(values) <= step:
            yield self
            return
        for start in range(0, len(values), step):
            yield replace(self, queries=replace(self.queries, values=values[start : start + step]))


def placeholder_group(kind: int, values: Sequence[bytes]) -> bytes:
    """Queries as a serialized PlaceholderGroup."""
    from ..client.wire.common_pb2 import PlaceholderGroup, PlaceholderValue

    value = PlaceholderValue(tag="$0", type=kind, values=values)  # type: ignore[arg-type]
    return PlaceholderGroup(placeholders=[value]).SerializeToString()


def guarantee(level: str, written: int = 0) -> dict[str, Any]:
    """What a read's request says about consistency. Raises InvalidInput for a level that there is not."""
    name = level.capitalize()
    if name not in GUARANTEES:
        raise InvalidInput(
            f"no consistency level {level!r}", hint=nearest(name, GUARANTEES) or f"levels: {', '.join(GUARANTEES)}"
        )
    until = written if name == "Session" and written else GUARANTEES[name]
    return {"consistency_level": name, "guarantee_timestamp": until}


def parse_vectors(text: str) -> list[Any]:
    """One vector, or a list of vectors, in JSON; a sparse one is an object. Raises InvalidInput."""
    value = parse_json(text, "the vector", "write it as [0.1, 0.2, …]")
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list) or not value:
        raise InvalidInput("the vector is not a list of numbers", hint="write it as [0.1, 0.2, …]")
    return value if isinstance(value[0], (list, dict)) else [value]


def search_field(schema: CollectionSchema, name: str | None) -> FieldSchema:
    """The vector field of that name, or the only one."""
    fields = {field.name: field for field in vector_fields(schema)}
    if name is None and len(fields) == 1:
        return next(iter(fields.values()))
    if not fields:
        raise CliError(f"{schema.name} has no vector field", hint="only vectors can be searched")
    if name is None:
        raise InvalidInput(f"{schema.name} has {len(fields)} vector fields", hint=f"give one: -f {' or '.join(fields)}")
    if name not in fields:
        other = next((type_name(each.data_type) for each in schema.fields if each.name == name), "")
        if other:
            raise CliError(
                f"{name!r} of {schema.name} is no vector: its type is {other}",
                hint=f"vector fields: {', '.join(fields)}",
            )
        raise CliError(
            f"{schema.name} has no vector field {name!r}",
            hint=nearest(name, fields) or f"vector fields: {', '.join(fields)}",
        )
    return fields[name]


@dataclass(frozen=True)
class Shown:
    """What of each hit is shown: its columns, what the server is asked for, and which columns are dynamic keys.

    `named` are those keys that were named as fields are, so that some hit must have them.
    """

    columns: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    keys: frozenset[str] = frozenset()
    named: tuple[str, ...] = ()


NOTHING = Shown()


def shown_fields(schema: CollectionSchema, names: Sequence[str]) -> Shown:
    """The columns that output fields make: "*" is every field but the primary one, which is the id of every hit.

    Raises CliError for a field that there is not; where rows may have values without a field, any name can be meant.
    """
    if not names:
        return NOTHING
    if any(map(is_count, names)):
        raise InvalidInput(f"a hit has no {COUNT}", hint="count")
    known = [each.name for each in schema.fields] + [each.name for each in schema.struct_array_fields]
    columns: list[str] = []
    keys: dict[str, str] = {}
    for name in names:
        if name == EVERY_FIELD:
            columns += _every_field(schema, known)
        elif (key := dynamic_key(schema, name, known)) is not None:
            keys[name] = key
            columns.append(key)
        else:
            columns.append(name)
    asked = [each for each in names if each not in keys]
    # Milvus 2.3 takes names only, also of keys.
    asked += keys if all(each == key and each.isidentifier() for each, key in keys.items()) else [DYNAMIC]
    named = tuple(key for name, key in keys.items() if name == key)
    return Shown(tuple(dict.fromkeys(columns)), tuple(dict.fromkeys(asked)), frozenset(keys.values()), named)


def _every_field(schema: CollectionSchema, known: Sequence[str]) -> list[str]:
    primary = primary_field(schema)
    computed = [each.name for each in schema.fields if each.is_function_output]
    every = [each for each in known if primary is None or each not in (primary.name, *computed)]
    return [*every, DYNAMIC] if schema.enable_dynamic_field else every


def hit_ids(results: SearchResultData) -> Sequence[Any]:
    """Of the hits of all queries, one query after the other."""
    return results.ids.int_id.data or results.ids.str_id.data


def hits(
    results: SearchResultData, shown: Shown = NOTHING, *, first: int = 0, wanted: Wanted | None = None
) -> Iterator[tuple[Any, ...]]:
    """A row per hit: query (counted from `first`), rank (from 1), id, distance, then the columns.

    None where a row has no such key. The dynamic field is a column of JSON objects, which `wanted` gets to see.
    Raises InvalidAnswer for a column that was asked for and did not come.
    """
    ids = hit_ids(results)
    chosen = zip(*_columns(results, shown, len(ids), wanted), strict=True) if shown.columns else repeat(())
    found = zip(ids, results.scores, chosen, strict=False)
    for query, count in enumerate(results.topks, start=first):
        for rank, (key, score, values) in enumerate(islice(found, count), start=1):
            yield (query, rank, key, shortest(score), *values)


def _columns(results: SearchResultData, shown: Shown, count: int, wanted: Wanted | None) -> list[list[Any]]:
    """Those that are shown; the others, which Milvus Lite sends unasked, are not worth decoding."""
    if not count:
        return [[] for _ in shown.columns]
    names = {*(each for each in shown.columns if each not in shown.keys), *([DYNAMIC] if shown.keys else ())}
    columns = {each.field_name: decode_column(each) for each in results.fields_data if each.field_name in names}
    missing = next((each for each in sorted(names) if each not in columns), None)
    if missing is not None:
        raise invalid("Search", f"column {missing!r} was requested and is missing")
    dynamic = dynamic_objects(columns.get(DYNAMIC, ()))
    if wanted is not None:
        wanted.see(dynamic)
    return [[row.get(name) for row in dynamic] if name in shown.keys else columns[name] for name in shown.columns]
