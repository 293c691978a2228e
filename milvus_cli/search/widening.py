"""Yields every hit of a search, nearest first, without a limit: none twice, and none lost between requests.

Each request asks for twice as many hits as the one before, and skips those already seen. Pages by offset would not do:
an approximate index orders them differently each time. Milvus returns at most 16,384 hits; from there on, each request
begins at the distance where the last one ended. Milvus Lite has no such limit, and searches ranges only among the
nearest hits; there the number keeps growing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..client.failures import invalid
from ..rows.filters import both, quoted
from ..values.dynamic import Wanted
from .hits import Shown, hits
from .request import Search

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import SearchResultData

FARTHEST = 3.0e38
"""A number beyond every float32 distance."""
UNLIMITED = 1 << 62


def hits_without_limit(
    client: Client,
    search: Search,
    shown: Shown,
    *,
    lower: bool,
    primary: str,
    most: int,
    wanted: Wanted | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Yields rows as `hits` does, with continued ranks. The search's limit is that of the first request.

    `lower` is set if lower distances are nearer. `most` limits the hits of one request.
    """
    seen: set[Any] = set()
    last: tuple[float, list[Any]] = (0.0, [])
    size = min(search.limit, most)
    while True:
        rows = list(hits(_answer(client, replace(search, limit=size)), shown, wanted=wanted))
        for _, _, key, distance, *values in rows:
            if key not in seen:
                seen.add(key)
                last = (distance, [*last[1], key] if distance == last[0] else [key])
                yield (0, len(seen), key, distance, *values)
        if len(rows) < size:
            return
        if size == most:
            break
        size = min(2 * size, most)
    yield from _farther(
        client, search, shown, last, rank=len(seen), lower=lower, primary=primary, most=most, wanted=wanted
    )


def _farther(
    client: Client,
    search: Search,
    shown: Shown,
    last: tuple[float, list[Any]],
    *,
    rank: int,
    lower: bool,
    primary: str,
    most: int,
    wanted: Wanted | None,
) -> Iterator[tuple[Any, ...]]:
    """Yields hits from this distance on, without those at exactly this distance that were seen."""
    radius = search.radius if search.radius is not None else FARTHEST if lower else -FARTHEST
    while True:
        distance, ties = last
        expression = both(search.filter, f"{primary} not in {quoted(ties)}")
        page = replace(search, limit=most, radius=radius, range_filter=distance, filter=expression)
        rows = list(hits(_answer(client, page), shown, wanted=wanted))
        for _, _, key, found, *values in rows:
            if key in ties:
                raise invalid("Search", f"row {key!r} came again, which the filter leaves out")
            rank += 1
            last = (found, [*last[1], key] if found == last[0] else [key])
            yield (0, rank, key, found, *values)
        if len(rows) < most:
            return


def _answer(client: Client, search: Search) -> SearchResultData:
    found: SearchResultData = client.call("Search", **search.request()).results
    return found
