"""Hybrid searches for the queries of a file: each leg takes a vector or a text from the line of the query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..errors import InvalidInput
from ..search.check import check_rerankers, check_search
from ..search.extras import require_operations
from ..search.hits import shown_fields
from ..search.hybrid import Hybrid
from ..search.hybrid_run import HybridOptions
from ..search.legs import parse_leg
from ..search.options import SearchOptions
from ..search.request import HITS_AT_ONCE, Search
from ..search.reranker_text import parse_rerankers
from .rankings import Call, Ranking, document_field, prepare_queries, rankings_of

DEFAULT_RERANKERS = ("rrf:60",)
QUERY_KEYS = ("vector", "text", "like")


def find_hybrid_rankings(
    asked: SearchOptions, requests: Sequence[str], path: str, document: str | None
) -> tuple[list[str], list[Ranking]]:
    """Like `find_rankings`, for searches whose hits are merged by the rerankers."""
    client = asked.client
    client.require("HybridSearch")
    schema = client.call("DescribeCollection", collection_name=asked.collection).schema
    options = _hybrid_options(asked, requests, document_field(schema, document))
    rerankers = parse_rerankers(options.rerank, len(requests))
    fresh = options.fresh(client)
    legs = [_leg(options, text) for text in requests]
    for each in legs:
        require_operations(client, each)
    prepared = [prepare_queries(each, schema, path) for each in legs]
    searches = [replace(each.search, consistency=fresh.level, timestamp=fresh.timestamp) for each in prepared]
    for search in searches:
        check_search(client, search, force=asked.force)
    check_rerankers(client, rerankers, schema)
    hybrid = options.hybrid(searches, rerankers, shown_fields(schema, legs[0].names), fresh)
    return [each.field for each in searches], rankings_of(legs[0], schema, prepared[0], _calls(hybrid))


def _hybrid_options(asked: SearchOptions, requests: Sequence[str], document: str | None) -> HybridOptions:
    return HybridOptions(
        asked.session,
        asked.collection,
        requests,
        rerank=asked.rerank or DEFAULT_RERANKERS,
        limit=asked.limit,
        filter=asked.filter,
        parameters=asked.parameters,
        partitions=asked.partitions,
        fields=document,
        force=asked.force,
    )


def _leg(options: HybridOptions, text: str) -> SearchOptions:
    given = [key for key in QUERY_KEYS if key in parse_leg(text)]
    if given:
        raise InvalidInput(
            f"--request {text!r} has a query of its own", hint=f"leave out {given[0]}=: queries come from the file"
        )
    return options.leg(text)


def _calls(hybrid: Hybrid) -> Iterator[Call]:
    """Splits a search with all queries into requests of limited size."""
    count = len(hybrid.legs[0].queries)
    step = max(1, HITS_AT_ONCE // max(each.limit for each in hybrid.legs))
    for start in range(0, count, step):
        part = replace(hybrid, legs=[_part(each, start, start + step) for each in hybrid.legs])
        yield len(part.legs[0].queries), "HybridSearch", part.request()


def _part(search: Search, start: int, stop: int) -> Search:
    return replace(search, queries=replace(search.queries, values=search.queries.values[start:stop]))
