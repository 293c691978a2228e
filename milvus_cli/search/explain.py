"""Measures the steps of a search: connecting, describing, encoding, the call and the server's part in it, decoding.

The server's part comes from the counters on its management port, read before and after; they count the
searches of everyone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..client.client import Client
from ..client.handshake import handshake
from ..client.http import management_metrics
from ..client.optional import permitted
from ..errors import CliError, Unsupported
from ..result import Report, Section, Table
from ..schema.indexes import field_index
from ..server.existence import row_count
from ..server.progress import load_state
from ..server.segments import loaded_segments
from ..values.dynamic import Wanted
from .check import describe_field
from .histogram import bars, bins, largest_gap
from .hits import hits, shown_fields
from .options import SearchOptions
from .run import SearchAnswer, all_hits, first_answer, hit_table

# A counter of milliseconds (its _sum and _count) with what it counts.
STEPS = (
    ("proxy", "milvus_proxy_sq_latency", 'query_type="search"'),
    ("consistency wait", "milvus_querynode_sq_wait_tsafe_latency", 'query_type="search"'),
    ("queue", "milvus_querynode_sq_queue_latency", 'query_type="search"'),
    ("sealed segments", "milvus_querynode_sq_segment_latency", 'segment_state="Sealed"'),
    ("growing segments", "milvus_querynode_sq_segment_latency", 'segment_state="Growing"'),
    ("reduce of segments", "milvus_querynode_sq_reduce_latency", 'reduce_level="segments"'),
    ("reduce of shards", "milvus_querynode_sq_reduce_latency", 'reduce_level="shards"'),
    ("reduce in the proxy", "milvus_proxy_sq_reduce_result_latency", 'query_type="search"'),
    ("decoding in the proxy", "milvus_proxy_sq_decode_result_latency", 'query_type="search"'),
)


@dataclass(frozen=True)
class Step:
    """One step; `where` its time is spent: here, on the network and the server together, or in the server."""

    step: str
    where: str
    milliseconds: float | None
    note: str = ""


def with_histogram(asked: SearchOptions, found: SearchAnswer) -> Report:
    """Returns the hits, with a histogram of their distances."""
    fields = shown_fields(found.schema, asked.names)
    wanted = Wanted(found.schema, fields.named)
    rows = list(all_hits(asked, found, fields, wanted))
    wanted.require()
    table = hit_table(asked, found)
    columns = table.columns if len(found.search.queries) > 1 else ("query", *table.columns)
    shown = [row if len(found.search.queries) > 1 else row[1:] for row in rows]
    distances = [row[3] for row in rows]
    first = [row[3] for row in rows if row[0] == 0]
    gap = largest_gap(first if len(first) == len(rows) else sorted(distances))
    parts = bins(distances, gap)
    lines = bars(parts, gap)
    values: dict[str, Any] = {
        "count": len(rows),
        "nearest": distances[0] if distances else None,
        "farthest": distances[-1] if rows else None,
        "largest_gap": {"after_hits": gap.hits, "from": gap.near, "to": gap.far} if gap else None,
    }
    kept = columns if len(found.search.queries) > 1 else columns[1:]
    histogram = Section(
        "histogram",
        Table(
            ("from", "to", "hits", ""),
            [(each.low, each.high, each.hits, line) for each, line in zip(parts, lines, strict=True)],
        ),
        [{"from": each.low, "to": each.high, "hits": each.hits, "gap": each.gap} for each in parts],
    )
    return Report(
        values,
        [
            Section("hits", Table(kept, shown), [dict(zip(kept, row, strict=True)) for row in shown]),
            histogram,
        ],
    )


def explain(asked: SearchOptions) -> Report:
    """Searches once to warm caches, then reports the steps of the next search, without its hits."""
    session = asked.session
    client = asked.client
    connecting = _connecting(asked)
    for _ in range(2):
        first_answer(asked)
    describing, _ = _timed(lambda: client.call("DescribeCollection", collection_name=asked.collection))
    before = management_metrics(client.profile, session.timeout)
    whole, found = _timed(lambda: first_answer(asked))
    after = management_metrics(client.profile, session.timeout)
    decoding, rows = _timed(lambda: list(hits(found.answer.results, shown_fields(found.schema, asked.names))))
    encoding, _ = _timed(lambda: found.search.request())
    steps = [
        Step("connect", "network and server", connecting, "done once for each connection"),
        Step("describe", "network and server", describing, "before the first search, and beside those that rest on it"),
        *(Step("embed", "embedder", each, "done once for each text") for each in asked.embedding_times),
        Step("encode", "here", encoding),
        Step("search", "network and server", found.milliseconds),
        *_server_steps(before, after),
        Step("decode", "here", decoding),
        Step("all", "here and there", whole + decoding + sum(asked.embedding_times)),
    ]
    return Report(_facts(asked, found, client, len(rows)), [_timing(steps), *_segments(client, asked.collection)])


def _facts(asked: SearchOptions, found: SearchAnswer, client: Client, count: int) -> dict[str, Any]:
    search = found.search
    field = next(each for each in found.schema.fields if each.name == search.field)
    index = permitted(field_index, client, asked.collection, search.field)
    return {
        "collection": asked.collection,
        "field": f"{field.name} ({describe_field(field)})",
        "index": index.name if index else None,
        "index_type": index.type if index else None,
        "metric": search.metric or (index.metric if index else None) or None,
        "index_params": dict(index.params) if index else {},
        "search_params": dict(search.params),
        "load_state": permitted(load_state, client, asked.collection),
        "consistency": search.consistency,
        "filter": search.filter or None,
        "queries": len(search.queries),
        "hits": count,
        "rows_by_statistics": permitted(row_count, client, asked.collection),
    }


def _connecting(asked: SearchOptions) -> float:
    """Measures a separate channel and handshake, in milliseconds."""

    def connect() -> None:
        client = asked.session.open(asked.client.profile)
        try:
            handshake(client)
        finally:
            client.close()

    return _timed(connect)[0]


def _server_steps(before: Mapping[str, float] | None, after: Mapping[str, float] | None) -> list[Step]:
    """Returns the growth of the counters in milliseconds, averaged if others searched meanwhile."""
    if before is None or after is None:
        return [Step("of it in the server", "server", None, "the management port does not respond")]
    found = []
    for name, counter, label in STEPS:
        taken = _sum(after, f"{counter}_sum", label) - _sum(before, f"{counter}_sum", label)
        count = _sum(after, f"{counter}_count", label) - _sum(before, f"{counter}_count", label)
        if count > 0:
            searches = _sum(after, "milvus_proxy_sq_latency_count", 'query_type="search"') - _sum(
                before, "milvus_proxy_sq_latency_count", 'query_type="search"'
            )
            note = f"averaged over {searches:.0f} searches" if searches > 1 else ""
            found.append(Step(f"of it: {name}", "server", taken / max(1.0, searches), note))
    return found


def _sum(metrics: Mapping[str, float], name: str, label: str) -> float:
    wanted = re.compile(rf"{name}\{{.*{re.escape(label)}")
    search = 'query_type="search"'
    return sum(value for key, value in metrics.items() if wanted.match(key) and search in key)


def _timing(steps: list[Step]) -> Section:
    rows = [
        (each.step, each.where, None if each.milliseconds is None else round(each.milliseconds, 2), each.note or "")
        for each in steps
    ]
    columns = ("step", "where", "ms", "note")
    items = [dict(zip(columns, row, strict=True)) for row in rows]
    return Section("timing", Table(columns, rows), items)


def _segments(client: Client, collection: str) -> list[Section]:
    try:
        found = loaded_segments(client, collection)
    except Unsupported:
        return []
    except CliError as exc:
        return [Section("segments", Table(("segments",), [(exc.message,)]), [])]
    columns = ("segment", "state", "rows", "bytes", "index")
    rows = [(each.number, each.state, each.rows, each.size, each.index or None) for each in found]
    return [Section("segments", Table(columns, rows), [dict(zip(columns, row, strict=True)) for row in rows])]


def _timed(act: Any) -> tuple[float, Any]:
    began = time.monotonic()
    value = act()
    return (time.monotonic() - began) * 1000, value
