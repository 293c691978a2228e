"""Runs searches: from options to a request, and from answers to rows."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..errors import CliError, Interrupted, InvalidAnswer, ServerRefused
from ..output.progress import Progress
from ..result import Table
from ..rows.filter_errors import explaining_filter_errors
from ..server.existence import row_count_of
from ..session.row_counts import collection_key
from ..session.session import Session
from ..values.dynamic import Wanted
from .check import check_rerankers, check_search, explained_refusal
from .hits import HIT, Shown, hit_column, hits, shown_fields
from .marks import Mark
from .options import SearchOptions, check_query
from .request import Search

if TYPE_CHECKING:
    from ..client.client import Client, Pending
    from ..client.wire.milvus_pb2 import SearchResults
    from ..client.wire.schema_pb2 import CollectionSchema

IN_FLIGHT = 2
LITE_RANGE = "Milvus Lite looks for a range among the nearest 5 × limit rows only: a larger -l may find more"
LITE_GROWING = "Milvus Lite has no growing segments: nothing is left out"


@dataclass(frozen=True)
class SearchAnswer:
    """A search with its first answer, which took `milliseconds`. `rest` are the requests still to be sent.

    `counting` is the call for the number of rows, for people only and once in a while.
    """

    search: Search
    schema: CollectionSchema
    answer: SearchResults
    rest: Sequence[Search]
    milliseconds: float
    counting: Pending | None = None

    @property
    def count(self) -> int:
        return sum(self.answer.results.topks)


def _shows_notes(session: Session) -> bool:
    return session.for_people and not session.quiet


def first_answer(asked: SearchOptions) -> SearchAnswer:
    """Sends a search and waits for the first answer. Raises CliError.

    A repeated search goes out by the schema of the last one, while the server is asked whether that has changed. If it
    has, the search is sent again, and the first outcome is dropped.
    """
    check_query(asked)
    client, schemas = asked.client, asked.session.state.schemas
    key = collection_key(client, asked.collection)
    known = schemas.get(key)
    describing = client.request("DescribeCollection", collection_name=asked.collection)
    if known is not None:
        describing.start()
    outcome = _outcome(asked, known) if known is not None else None
    schema = schemas[key] = describing.result().schema
    if outcome is None or schema != known:
        outcome = _outcome(asked, schema)
    if isinstance(outcome, CliError):
        raise outcome
    return outcome


def _outcome(asked: SearchOptions, schema: CollectionSchema) -> SearchAnswer | CliError:
    try:
        return _answered(asked, schema)
    except Interrupted:
        raise
    except CliError as exc:
        return exc


def _answered(asked: SearchOptions, schema: CollectionSchema) -> SearchAnswer:
    client, search = asked.client, asked.search(schema)
    check_search(client, search, force=asked.force)
    check_rerankers(client, search.rerankers, schema)
    if asked.ignore_growing and client.version.is_lite:
        asked.session.console.note(f"note: {LITE_GROWING}")
    first, *rest = search.chunks()
    began = time.monotonic()
    pending, counting = client.request("Search", **first.request()), None
    if _shows_notes(asked.session) and asked.session.state.row_counts.recent(client, asked.collection) is None:
        pending.start()
        counting = client.start("GetCollectionStatistics", collection_name=asked.collection)
    with refusals_explained(client, search, schema):
        answer: SearchResults = pending.result()
    return SearchAnswer(search, schema, answer, rest, (time.monotonic() - began) * 1000, counting)


@contextmanager
def refusals_explained(client: Client, search: Search, schema: CollectionSchema) -> Iterator[None]:
    """Explains a refusal by the filter, or by the state of the collection."""
    shown = search.asked_filter or search.filter
    try:
        with explaining_filter_errors(shown, schema) if shown else nullcontext():
            try:
                yield
            except ServerRefused as exc:
                raise _refusal_alone(client, search, exc) from exc
    except ServerRefused as exc:
        error = explained_refusal(client, search, exc)
        if error is exc:
            raise
        raise error from exc


def _refusal_alone(client: Client, search: Search, error: ServerRefused) -> ServerRefused:
    """Returns the refusal of the user's part of the filter, which names the places that the user knows."""
    if search.asked_filter in ("", search.filter):
        return error
    try:
        client.call("Search", **replace(search, filter=search.asked_filter).request())
    except ServerRefused as exc:
        return exc
    except CliError:
        pass
    return error


def hit_table(asked: SearchOptions, found: SearchAnswer) -> Table:
    """Returns a row per hit, as answers come. With several queries each row has the number of its query, from 0."""
    if asked.aggregate:
        from .aggregation import aggregation
        from .buckets import BucketReader, bucket_table

        buckets = BucketReader(aggregation(asked.aggregate), found.schema)
        return bucket_table(buckets, lambda rows: rows_of_all(asked, found, rows), len(found.search.queries))
    shown = shown_fields(found.schema, asked.names)
    columns = hit_columns(shown, found.search.marks)
    wanted = Wanted(found.schema, shown.named)
    rows = all_hits(asked, found, shown, wanted)
    note = _footer(asked, found)
    if len(found.search.queries) > 1:
        return Table(columns, rows, note, wanted.failure)
    return Table(columns[1:], (row[1:] for row in rows), note, wanted.failure)


def hit_columns(shown: Shown, marks: Sequence[Mark] = ()) -> list[str]:
    """Returns the columns of hits. A field named like another column gets a name of its own."""
    first = [*HIT, *(hit_column(mark.column) for mark in marks)]
    return [*first, *(f"{name}_field" if name in first else name for name in shown.columns)]


def all_hits(asked: SearchOptions, found: SearchAnswer, shown: Shown, wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    """Yields the hits of every query; requests the remaining ones while rows are taken."""
    marks = found.search.marks
    return rows_of_all(
        asked, found, lambda answer, first: hits(answer.results, shown, first=first, wanted=wanted, marks=marks)
    )


def rows_of_all(
    asked: SearchOptions, found: SearchAnswer, rows: Callable[[SearchResults, int], Iterator[tuple[Any, ...]]]
) -> Iterator[tuple[Any, ...]]:
    """Yields the rows of every answer; `rows` gets an answer, and the number of its first query."""
    yield from rows(found.answer, 0)
    if not found.rest:
        return
    total, done = len(found.search.queries), len(found.search.queries) - sum(len(each.queries) for each in found.rest)
    session = asked.session
    quiet = session.quiet or (session.console.to_terminal and not session.for_people)
    with Progress(session.console, f"Searching for {total:,} vectors", quiet=quiet) as bar:
        for chunk, answer in _answers(asked.client, found):
            bar.show(done / total)
            yield from rows(answer, done)
            done += len(chunk.queries)


def _answers(client: Client, found: SearchAnswer) -> Iterator[tuple[Search, SearchResults]]:
    """Keeps a few requests in flight while answers are read."""
    waiting: deque[tuple[Search, Pending]] = deque()
    for chunk in found.rest:
        waiting.append((chunk, client.start("Search", **chunk.request())))
        if len(waiting) >= IN_FLIGHT:
            yield _next(client, found, waiting)
    while waiting:
        yield _next(client, found, waiting)


def _next(client: Client, found: SearchAnswer, waiting: deque[tuple[Search, Pending]]) -> tuple[Search, SearchResults]:
    chunk, pending = waiting.popleft()
    with refusals_explained(client, found.search, found.schema):
        return chunk, pending.result()


def _footer(asked: SearchOptions, found: SearchAnswer) -> str | Callable[[], str]:
    """Returns the line under a table: how many hits of how many rows, the time, and the consistency level."""
    session = asked.session
    if not _shows_notes(session):
        return ""
    is_short = found.search.range_filter is not None and found.count < found.search.limit
    if is_short and asked.client.version.is_lite:
        session.console.note(f"note: {LITE_RANGE}")
    began = time.monotonic()
    level = found.search.consistency

    def footer() -> str:
        taken = found.milliseconds + ((time.monotonic() - began) * 1000 if found.rest else 0)
        rows = _row_count(asked, found)
        if rows is None or rows < found.count:
            counted = ""
        elif found.rest:
            counted = f"About {rows:,} rows in the collection, "
        else:
            counted = f"Top {found.count:,} of about {rows:,} rows, "
        embedders = ", ".join(f"embedded by {name!r}" for name in dict.fromkeys(name for _, name in asked.embedded))
        return f"{counted}{taken:.1f} ms, consistency {level}{', ' * bool(embedders)}{embedders}"

    return footer


def _row_count(asked: SearchOptions, found: SearchAnswer) -> int | None:
    """Returns the number of rows by the statistics, now or a moment ago; None if this user may not know it."""
    counts = asked.session.state.row_counts
    if found.counting is not None:
        counts.keep(asked.client, asked.collection, _counted(found.counting))
    recent = counts.recent(asked.client, asked.collection)
    return recent.rows if recent else None


def _counted(counting: Pending) -> int | None:
    try:
        return row_count_of(counting.result())
    except InvalidAnswer:
        raise
    except CliError:
        return None
