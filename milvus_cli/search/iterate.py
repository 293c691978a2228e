"""Runs a search without a limit: yields the hits of one query as long as they are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..errors import CliError, InvalidInput
from ..result import Table
from ..schema.indexes import field_index
from ..schema.metrics import lower_is_nearer
from ..schema.schema import primary_field
from ..text.limits import HIGHEST_LIMIT
from ..values.dynamic import Wanted
from .check import check_search
from .hits import shown_fields
from .options import SearchOptions, check_query
from .request import Search
from .run import hit_columns, refusals_explained
from .widening import UNLIMITED, hits_without_limit

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema


@dataclass(frozen=True)
class IteratorOptions(SearchOptions):
    """Options of `search_iterator`: `most` hits in all, None for every one; `batch_size` of the first request."""

    most: int | None = None
    batch_size: int = 1000


def iterated(options: IteratorOptions) -> Table:
    """Returns the hits of one query, nearest first."""
    return _iterated(replace(options, limit=min(options.batch_size, options.most or options.batch_size)))


def _iterated(asked: IteratorOptions) -> Table:
    """Returns the hits; the limit applies to the first request."""
    check_query(asked)
    client = asked.client
    schema = client.call("DescribeCollection", collection_name=asked.collection).schema
    search = asked.search(schema)
    if len(search.queries) > 1:
        raise InvalidInput(
            f"{len(search.queries)} queries are given, and search_iterator takes one", hint="search takes several"
        )
    if search.marks:
        raise InvalidInput(
            f"search_iterator finds rows, not elements of {search.field!r}", hint="search finds elements"
        )
    check_search(client, search, force=asked.force)
    index = field_index(client, asked.collection, search.field)
    metric = search.metric or (index.metric if index else "") or "COSINE"
    primary = primary_field(schema)
    if primary is None:
        raise CliError(f"{schema.name} has no primary field")
    shown = shown_fields(schema, asked.names)
    wanted = Wanted(schema, shown.named)
    rows = hits_without_limit(
        client,
        search,
        shown,
        lower=lower_is_nearer(metric),
        primary=primary.name,
        wanted=wanted,
        most=UNLIMITED if client.version.is_lite else HIGHEST_LIMIT,
    )
    explaining = _explaining(asked, search, schema, rows)
    return Table(hit_columns(shown)[1:], (row[1:] for row in islice(explaining, asked.most)), failure=wanted.failure)


def _explaining(
    asked: SearchOptions, search: Search, schema: CollectionSchema, rows: Iterator[tuple[Any, ...]]
) -> Iterator[tuple[Any, ...]]:
    with refusals_explained(asked.client, search, schema):
        yield from rows
