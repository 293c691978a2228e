"""Runs hybrid searches, and each leg alone if its ranks are shown."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..client.versions import lacks
from ..errors import CliError, InvalidInput, ServerRefused, Unsupported
from ..result import Table
from ..rows.filters import both
from ..rows.freshness import Freshness, freshness
from ..schema.schema import require_scalars
from ..session.session import Session
from ..text.limits import HIGHEST_LIMIT
from ..text.numbers import finite
from ..values.dynamic import Wanted
from .check import check_rerankers, check_search
from .extras import require_operations
from .hits import HIT, Shown, hits, shown_fields
from .hybrid import Hybrid
from .legs import parse_leg
from .marks import Mark
from .options import SearchOptions
from .reranker_text import parse_rerankers
from .run import refusals_explained

if TYPE_CHECKING:
    from ..client.client import Client
    from ..client.wire.milvus_pb2 import SearchResults
    from ..client.wire.schema_pb2 import CollectionSchema
    from .request import Search
    from .rerankers import Reranker

NO_LEGS = "no --request is given"
LEG_HINT = "give one for each vector: --request 'field=dense vector=@q.json' --request 'text=words to find'"


@dataclass(frozen=True)
class HybridOptions:
    """The options of a hybrid search, unchecked."""

    session: Session = field(repr=False)
    collection: str
    requests: Sequence[str]
    rerank: Sequence[str] = ("rrf:60",)
    limit: int = 10
    offset: int = 0
    filter: str = ""
    parameters: Sequence[tuple[str, str]] = ()
    partitions: Sequence[str] = ()
    fields: str | None = None
    group_by: str = ""
    group_size: int | None = None
    round_decimal: int | None = None
    consistency: str | None = None
    guarantee_timestamp: int | None = None
    graceful_time: float | None = None
    ignore_growing: bool = False
    force: bool = False
    strict_group_size: bool = False
    timezone: str = ""
    time_fields: str = ""
    namespace: str = ""

    def leg(self, text: str) -> SearchOptions:
        """Returns a leg as a search of its own, with the options of the whole as defaults."""
        given = parse_leg(text)
        if "embed" in given and not {"text", "vector"} & given.keys():
            raise InvalidInput("embed= needs text=")
        return SearchOptions(
            self.session,
            self.collection,
            vectors=_list(given, "vector"),
            like=given.get("like"),
            texts=_list(given, "text"),
            field=given.get("field"),
            limit=_whole(given.get("limit"), self.limit + self.offset),
            filter=both(self.filter, given.get("filter", "")),
            parameters=self.parameters,
            partitions=self.partitions,
            fields=self.fields,
            metric=given.get("metric", ""),
            params=_list(given, "params"),
            radius=_float(given, "radius"),
            range_filter=_float(given, "range_filter"),
            ignore_growing=self.ignore_growing,
            analyzer=given.get("analyzer", ""),
            embed=given.get("embed", ""),
            timezone=self.timezone,
            time_fields=self.time_fields,
            namespace=self.namespace,
        )

    def hybrid(
        self, searches: Sequence[Search], rerankers: Sequence[Reranker], shown: Shown, fresh: Freshness
    ) -> Hybrid:
        """Returns the request that merges the hits of these searches."""
        return Hybrid(
            searches,
            rerankers,
            self.limit,
            self.offset,
            shown.asked,
            self.partitions,
            self.group_by,
            self.group_size,
            self.strict_group_size,
            self.namespace,
            self.round_decimal,
            *fresh,
        )

    def fresh(self, client: Client) -> Freshness:
        """The freshness of the rows, the same for all legs."""
        return freshness(
            client, self.consistency, self.guarantee_timestamp, self.graceful_time, deadline=client.timeout
        )


def hybrid_table(asked: HybridOptions, *, show_legs: bool) -> Table:
    """Returns a row per merged hit; with `show_legs` its rank and distance in each leg too."""
    if not asked.requests:
        raise InvalidInput(NO_LEGS, hint=LEG_HINT)
    session, client = asked.session, asked.session.client
    rerankers = parse_rerankers(asked.rerank, len(asked.requests))
    legs = [asked.leg(text) for text in asked.requests]
    _require_operations(client, asked, legs)
    schema = client.call("DescribeCollection", collection_name=asked.collection).schema
    require_scalars(schema, [asked.group_by], "--group-by")
    fresh = asked.fresh(client)
    searches = [replace(each.search(schema), consistency=fresh.level, timestamp=fresh.timestamp) for each in legs]
    shown = shown_fields(schema, legs[0].names)
    if len({len(each.queries) for each in searches}) > 1:
        counts = ", ".join(str(len(each.queries)) for each in searches)
        raise InvalidInput(f"the requests have different numbers of queries: {counts}")
    for each in searches:
        check_search(client, each, force=asked.force)
    check_rerankers(client, rerankers, schema)
    hybrid = asked.hybrid(searches, rerankers, shown, fresh)
    began = time.monotonic()
    pending = client.start("HybridSearch", **hybrid.request())
    alone = [client.start("Search", **each.request()) for each in searches] if show_legs else []
    with _refusals_explained(client, searches, schema):
        answer = pending.result()
        answers = [each.result() for each in alone]
    taken = (time.monotonic() - began) * 1000
    note = f"{taken:.1f} ms, {', '.join(asked.rerank)}, consistency {fresh.level}"
    marks = [Mark("group", asked.group_by)] if asked.group_by and asked.group_by not in shown.columns else []
    found = _Fused(searches, answer, answers, schema, shown, marks)
    return found.table(note if session.for_people else "")


@contextmanager
def _refusals_explained(client: Client, searches: Sequence[Search], schema: CollectionSchema) -> Iterator[None]:
    """Explains a refusal by the leg whose filter is refused alone, too: servers do not say which one it is."""
    try:
        yield
    except ServerRefused as exc:
        search = searches[0] if isinstance(exc, Unsupported) else _refused_leg(client, searches)
        with refusals_explained(client, search, schema):
            raise exc


def _refused_leg(client: Client, searches: Sequence[Search]) -> Search:
    for each in searches:
        try:
            client.call("Search", **each.request())
        except ServerRefused:
            return each
        except CliError:
            break
    return searches[0]


def _require_operations(client: Client, asked: HybridOptions, legs: Sequence[SearchOptions]) -> None:
    if asked.strict_group_size and lacks("Search.strict_group_size", client.version):
        raise client.unsupported("Search.strict_group_size")
    for each in legs:
        require_operations(client, each)


@dataclass(frozen=True)
class _Fused:
    searches: Sequence[Search]
    answer: SearchResults
    legs: Sequence[SearchResults]
    schema: CollectionSchema
    shown: Shown
    marks: Sequence[Mark] = ()

    def table(self, note: str) -> Table:
        of_legs = [f"{label}_{what}" for label in self._labels() for what in ("rank", "distance")]
        named = [*(mark.column for mark in self.marks), *self.shown.columns]
        shown = [f"{name}_field" if name in (*HIT, *of_legs) else name for name in named]
        columns, wanted = [*HIT, *of_legs, *shown], Wanted(self.schema, self.shown.named)
        if len(self.searches[0].queries) > 1:
            return Table(columns, self._rows(wanted), note, wanted.failure)
        return Table(columns[1:], (row[1:] for row in self._rows(wanted)), note, wanted.failure)

    def _labels(self) -> list[str]:
        """Returns the labels of the legs: the field, with a number if two legs search it."""
        fields = [each.field for each in self.searches] if self.legs else []
        return [
            name if fields.count(name) == 1 else f"{name}_{position}" for position, name in enumerate(fields, start=1)
        ]

    def _rows(self, wanted: Wanted) -> Iterator[tuple[Any, ...]]:
        ranks = [_ranks(each) for each in self.legs]
        for query, rank, key, distance, *values in hits(
            self.answer.results, self.shown, wanted=wanted, marks=self.marks
        ):
            of_legs = [value for each in ranks for value in each.get((query, key), (None, None))]
            yield (query, rank, key, distance, *of_legs, *values)


def _ranks(answer: SearchResults) -> Mapping[tuple[int, Any], tuple[int, float]]:
    return {(query, key): (rank, distance) for query, rank, key, distance in hits(answer.results)}


def _list(given: Mapping[str, str], key: str) -> list[str]:
    return [given[key]] if key in given else []


def _whole(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not text.isdecimal() or not 1 <= int(text) <= HIGHEST_LIMIT:
        raise InvalidInput(f"limit={text} is not a number from 1 to {HIGHEST_LIMIT}")
    return int(text)


def _float(given: Mapping[str, str], key: str) -> float | None:
    if key not in given:
        return None
    try:
        return finite(given[key])
    except ValueError:
        raise InvalidInput(f"{key}={given[key]} is not a number") from None
