"""Runs load tests on a server, with a progress bar, and reports the results."""

from __future__ import annotations

from collections.abc import Sequence

from ..client.client import Client
from ..errors import CliError, Interrupted
from ..output.progress import Progress
from ..result import Report, Section, Table
from ..search.check import check_search
from ..search.options import SearchOptions
from ..search.run import refusals_explained
from .load import Load, put_load
from .pages import joined, key_pages, pages_of, sample_keys
from .recall import percentile
from .target import CheckedCollection, find_target

DRAWN = 1_000
"""Number of rows drawn as queries, at most, if none are given."""
PERCENTILES = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1.0}


def search_load(asked: SearchOptions, *, count: int, jobs: int) -> Report:
    """Raises what the first search raises, and Interrupted if nothing was measured."""
    session, client = asked.session, asked.client
    target = find_target(client, asked.collection, asked.field)
    search = asked.search(target.keys.schema)
    queries = search.queries.values or _drawn(client, target, count)
    check_search(client, search, force=asked.force)

    def send(number: int) -> None:
        client.call("Search", **search.of_one(queries[number % len(queries)]).request())

    progress = Progress(session.console, f"Searching {asked.collection!r}", quiet=session.quiet)
    with progress as bar, refusals_explained(client, search, target.keys.schema):
        load = put_load(send, count, jobs, bar.show)
    if load.interrupted and not load.sent:
        raise Interrupted
    return _load_report(load, target, count, jobs)


def _drawn(client: Client, target: CheckedCollection, count: int) -> Sequence[bytes]:
    """Returns the vectors of randomly chosen rows."""
    keys, _ = sample_keys(key_pages(client, target.keys), min(DRAWN, count), seed=0)
    found = joined(pages_of(client, target, keys)).vectors
    if not found:
        raise CliError(f"collection {target.collection!r} has no vectors to search for", hint="give some: -v @FILE")
    return found


def _load_report(load: Load, target: CheckedCollection, count: int, jobs: int) -> Report:
    answered = len(load.latencies)
    latencies = {
        name: round(percentile(load.latencies, fraction), 3) if answered else None
        for name, fraction in PERCENTILES.items()
    }
    values = {
        "collection": target.collection,
        "field": target.field,
        "searches": load.sent,
        "wanted": count,
        "jobs": jobs,
        "errors": load.failures.total(),
        "seconds": round(load.seconds, 3),
        "qps": round(answered / load.seconds, 1),
        **latencies,
        "interrupted": load.interrupted,
    }
    rows = load.failures.most_common()
    section = Section("failures", Table(("error", "count"), rows), [{"error": text, "count": n} for text, n in rows])
    return Report(values, [section], exit_code=130 if load.interrupted else 1 if rows else 0)
