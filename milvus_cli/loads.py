"""Loads on a server, with a progress bar, as results."""

from __future__ import annotations

from dataclasses import replace

from .errors import CliError, Interrupted
from .output.progress import Progress
from .result import Report, Section, Table
from .session import Session
from .vectors.load import Load, put_load
from .vectors.pages import joined, key_pages, pages_of, sample_keys
from .vectors.queries import read_queries
from .vectors.recall import percentile
from .vectors.searches import Plan, placeholder, search
from .vectors.target import Target, find_target

DRAWN = 1_000
"""Rows that are drawn as queries at the most, where none are given."""
PERCENTILES = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1.0}


def search_load(session: Session, plan: Plan, vectors: str | None, *, count: int, jobs: int) -> Report:
    """Raises what the first search raises, and Interrupted when nothing was measured."""
    client = session.client
    target = find_target(client, plan.collection, plan.field or None)
    queries = _queries(session, target, vectors, count)
    asked = replace(plan, field=target.field)

    with Progress(session.console, f"Searching {plan.collection!r}", quiet=bool(session.options.quiet)) as bar:
        load = put_load(lambda number: search(client, asked, queries[number % len(queries)]), count, jobs, bar.show)
    if load.interrupted and not load.sent:
        raise Interrupted
    return _report(load, target, count, jobs)


def _queries(session: Session, target: Target, vectors: str | None, count: int) -> list[bytes]:
    if vectors is not None:
        return read_queries(session.console.read() if vectors == "-" else vectors, target.schema)
    client = session.client
    keys, _ = sample_keys(key_pages(client, target.keys), min(DRAWN, count), seed=0)
    found = joined(pages_of(client, target, keys)).vectors
    if not found:
        raise CliError(f"collection {target.collection!r} has no vectors to search for", hint="give some: -v @FILE")
    return [placeholder(each, target.schema) for each in found]


def _report(load: Load, target: Target, count: int, jobs: int) -> Report:
    answered = len(load.latencies)
    latencies = {
        name: round(percentile(load.latencies, fraction), 3) if answered else None
        for name, fraction in PERCENTILES.items()
    }
    values = {
        "collection": target.collection, "field": target.field, "searches": load.sent, "wanted": count, "jobs": jobs,
        "errors": load.failures.total(), "seconds": round(load.seconds, 3),
        "qps": round(answered / load.seconds, 1), **latencies, "interrupted": load.interrupted,
    }  # fmt: skip
    rows = load.failures.most_common()
    section = Section("failures", Table(("error", "count"), rows), [{"error": text, "count": n} for text, n in rows])
    return Report(values, [section], exit_code=130 if load.interrupted else 1 if rows else 0)
