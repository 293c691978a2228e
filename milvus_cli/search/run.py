"""Runs searches: options to requests, requests to rows, with the schema that the server confirms."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from dataclasses import field as given_field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..client.versions import is_lite
from ..errors import CliError, InvalidAnswer, InvalidInput, ServerRefused
from ..output.progress import Progress
from ..result import Table
from ..rows.filters import both, explained, filled
from ..schema.cache import Counted, Seen, telling_metrics
from ..server.existence import row_count_of
from ..session.session import Session
from ..text.json import parse_json
from ..values.dynamic import Wanted, names_in
from .check import check_rerankers, check_search, explained_refusal, is_made_of_text, text_function
from .queries import entity_query, read_queries, text_queries
from .request import EVERY_FIELD, Search, Shown, hits, search_field, shown_fields
from .reranker_text import parse_rerankers

if TYPE_CHECKING:
    from ..client.client import Client, Pending
    from ..client.wire.milvus_pb2 import SearchResults
    from ..client.wire.schema_pb2 import CollectionSchema

HIT = ("query", "rank", "id", "distance")
"""What every hit has; a field of such a name gets another column."""

IN_FLIGHT = 2
FOR_PEOPLE = ("table", "vertical", "markdown")
LITE_RANGE = "Milvus Lite looks for a range among the nearest 5 × limit rows only: a larger -l may find more"
LITE_GROWING = "Milvus Lite has no growing segments: nothing is left out"
NO_QUERY = "no query is given"
BY_OPTIONS = "give one: -v VECTOR, --like ID or --text TEXT"


@dataclass
class SearchOptions:
    """A search as options say it, not yet looked at."""

    session: Session = given_field(repr=False)
    collection: str
    vectors: Sequence[str] = ()
    like: str | None = None
    texts: Sequence[str] = ()
    field: str | None = None
    limit: int = 10
    offset: int = 0
    filter: str = ""
    parameters: Sequence[tuple[str, str]] = ()
    partitions: Sequence[str] = ()
    fields: str | None = None
    metric: str = ""
    params: Sequence[str] = ()
    radius: float | None = None
    range_filter: float | None = None
    group_by: str = ""
    group_size: int | None = None
    round_decimal: int | None = None
    consistency: str = "Strong"
    ignore_growing: bool = False
    rerank: Sequence[str] = ()
    force: bool = False

    @cached_property
    def client(self) -> Client:
        """One for the whole search: to find it the session asks its store each time."""
        return self.session.client

    @cached_property
    def place(self) -> tuple[str, str, str]:
        """The collection, among those of all servers."""
        profile = self.client.profile
        return profile.address, profile.database, self.collection

    @property
    def is_counted(self) -> bool:
        """Whether its rows were counted a moment ago."""
        seen = self.session.seen.get(self.place)
        return seen is not None and seen.counted is not None and seen.counted.holds(self.client)

    @property
    def names(self) -> list[str]:
        """The output fields."""
        return names_in(self.fields)

    @property
    def expression(self) -> str:
        return filled(self.filter, self.parameters)

    @cached_property
    def _standard_input(self) -> bytes:
        from .queries import LARGEST

        return self.session.console.read_bytes(LARGEST)

    def search(self, schema: CollectionSchema) -> Search:
        """The request that it makes of a collection with this schema. Raises InvalidInput and CliError."""
        expression = self.expression
        if self.texts:
            function = text_function(schema, self.field)
            searched = search_field(schema, self.field or function.output_field_names[0])
            queries = text_queries(self.texts)
        else:
            searched = search_field(schema, self.field)
            if self.vectors and is_made_of_text(schema, searched.name):
                raise InvalidInput(
                    f"{searched.name!r} is made of text: no vector finds anything in it",
                    hint="search it with --text, or --like ID",
                )
            if self.like is not None:
                queries, other = entity_query(self.client, schema, searched, self.like, self.collection)
                expression = both(expression, other)
            else:
                queries = read_queries(self.vectors, searched, lambda: self._standard_input)
        shown = shown_fields(schema, self.names)
        if self.group_by:
            shown_fields(schema, [self.group_by])
        return Search(
            self.collection,
            searched.name,
            queries,
            self.limit,
            self.offset,
            expression,
            self.partitions,
            shown.asked,
            self.metric.upper(),
            parse_params(self.params),
            self.radius,
            self.range_filter,
            self.group_by,
            self.group_size,
            self.round_decimal,
            self.consistency,
            self.client.written,
            self.ignore_growing,
            parse_rerankers(self.rerank, 0),
        )


@dataclass(frozen=True)
class SearchAnswer:
    """A search whose first answer is there; `milliseconds` of that. `counting` asks how many rows there are."""

    search: Search
    schema: CollectionSchema
    answer: SearchResults
    rest: Sequence[Search]
    milliseconds: float
    counting: Pending | None = None

    @property
    def count(self) -> int:
        return sum(self.answer.results.topks)


def parse_params(given: Sequence[str]) -> dict[str, Any]:
    """Parameters as JSON objects, or KEY=VALUE or KEY:VALUE each. Raises InvalidInput."""
    values: dict[str, Any] = {}
    for text in given:
        if text.lstrip().startswith("{"):
            values.update(parse_json(text, "--params", 'write it as {"ef": 64}'))
            continue
        key, _, value = text.replace(":", "=", "=" not in text).partition("=")
        if not key.strip() or not value.strip():
            raise InvalidInput(f"bad parameter {text!r}", hint='write ef=64, or {"ef": 64}')
        values[key.strip()] = _value(value.strip())
    return values


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def for_people(session: Session) -> bool:
    return session.output in FOR_PEOPLE and not session.options.quiet


def needs_query(session: Session, given: Mapping[str, Any]) -> bool:
    """Whether a person can be asked for the query that options don't give."""
    return session.interactive and not (given["vectors"] or given["like"] is not None or given["texts"])


def find(asked: SearchOptions) -> SearchAnswer:
    """Sends a search, and waits for the first answer.

    What was seen of the collection before is taken at its word: alone where the server would refuse what is meant for
    another, else while the server is asked whether it still holds.
    """
    check_query(asked)
    seen, place = asked.session.seen, asked.place
    known = seen.get(place)
    started = _alone(asked, known) if known else None
    if started is not None and isinstance(started.outcome, ServerRefused):
        # What was seen holds no longer, its count neither.
        started = known = None
        del seen[place]
    if started is None:
        started, seen[place] = _confirmed(asked, known)
    return started.found()


def _alone(asked: SearchOptions, known: Seen) -> _Started | None:
    """None for what depends on more of the schema than a server checks: searches by entities and texts, all fields."""
    if not known.metrics or not asked.vectors or EVERY_FIELD in asked.names:
        return None
    try:
        search = asked.search(known.schema)
        metric = known.metrics.get(search.field)
        return None if metric is None else _Started(asked, known.schema, search, metric)
    except CliError:
        return None


def _confirmed(asked: SearchOptions, known: Seen | None) -> tuple[_Started, Seen]:
    """By the schema that the server tells, before the search or beside it."""
    client = asked.client
    started = _optimistic(asked, known.schema) if known else None
    describing = client.start("DescribeCollection", collection_name=asked.collection)
    if started is not None:
        # The search first: what confirms its schema is there by then.
        started.outcome  # noqa: B018
    schema = describing.result().schema
    if started is None or known is None or schema != known.schema:
        return _Started(asked, schema, asked.search(schema)), Seen(schema)
    if known.metrics is None:
        known = replace(known, metrics=telling_metrics(client, asked.collection, schema))
    return started, known


def check_query(asked: SearchOptions) -> None:
    """Raises InvalidInput unless just one query is given, in one of the three ways."""
    given = bool(asked.vectors) + (asked.like is not None) + bool(asked.texts)
    if not given:
        raise InvalidInput(NO_QUERY, hint=BY_OPTIONS)
    if given > 1:
        raise InvalidInput("-v, --like and --text are three ways to the same: give one of them")


def _optimistic(asked: SearchOptions, schema: CollectionSchema) -> _Started | None:
    """What is wrong by a schema that may have changed is said by the one that the server tells."""
    try:
        return _Started(asked, schema, asked.search(schema), beside=True)
    except CliError:
        return None


class _Started:
    """A search under way, or about to be where nothing is asked `beside` it.

    One that goes alone names a `metric`, which may be "" for the server's own.
    """

    def __init__(
        self, asked: SearchOptions, schema: CollectionSchema, search: Search, metric: str = "", *, beside: bool = False
    ) -> None:
        self._schema, self._search = schema, search
        self._client = client = asked.client
        check_search(client, search, force=asked.force)
        check_rerankers(client, search.rerankers, schema)
        if asked.ignore_growing and is_lite(str(client.call("GetVersion").version)):
            asked.session.console.note(f"note: {LITE_GROWING}")
        first, *self._rest = search.chunks()
        self._began = time.monotonic()
        self._pending = client.request("Search", **first.request(metric))
        self._counting: Pending | None = None
        if for_people(asked.session) and not asked.is_counted:
            self._pending.start()
            self._counting = client.start("GetCollectionStatistics", collection_name=search.collection)
        elif beside:
            self._pending.start()

    @cached_property
    def outcome(self) -> SearchResults | CliError:
        """The answer, or what failed: waits for it, once."""
        try:
            answer: SearchResults = self._pending.result()
        except CliError as exc:
            return exc
        finally:
            self._taken = (time.monotonic() - self._began) * 1000
        return answer

    def found(self) -> SearchAnswer:
        outcome = self.outcome
        if isinstance(outcome, CliError):
            with refusals_explained(self._client, self._search, self._schema):
                raise outcome
        return SearchAnswer(self._search, self._schema, outcome, self._rest, self._taken, self._counting)


@contextmanager
def refusals_explained(client: Client, search: Search, schema: CollectionSchema) -> Iterator[None]:
    """Within it, a refusal says what is wrong with the filter, or with the collection's state."""
    names = [each.name for each in schema.fields]
    try:
        with explained(search.filter, names) if search.filter else nullcontext():
            yield
    except ServerRefused as exc:
        error = explained_refusal(client, search, exc)
        if error is exc:
            raise
        raise error from exc


def hit_table(asked: SearchOptions, found: SearchAnswer) -> Table:
    """A row per hit, written as answers come; with several queries each row tells which, from 0."""
    shown = shown_fields(found.schema, asked.names)
    columns = hit_columns(shown)
    wanted = Wanted(found.schema, shown.named)
    rows = all_hits(asked, found, shown, wanted)
    note = _footer(asked, found)
    if len(found.search.queries) > 1:
        return Table(columns, rows, note, wanted.failure)
    return Table(columns[1:], (row[1:] for row in rows), note, wanted.failure)


def hit_columns(shown: Shown) -> list[str]:
    return [*HIT, *(f"{name}_field" if name in HIT else name for name in shown.columns)]


def all_hits(asked: SearchOptions, found: SearchAnswer, shown: Shown, wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    """Of every query; the first of them are there, the rest is asked for while rows are taken."""
    yield from hits(found.answer.results, shown, wanted=wanted)
    if not found.rest:
        return
    total, done = len(found.search.queries), len(found.search.queries) - sum(len(each.queries) for each in found.rest)
    session = asked.session
    quiet = bool(session.options.quiet) or (session.console.to_terminal and session.output not in FOR_PEOPLE)
    with Progress(session.console, f"Searching for {total:,} vectors", quiet=quiet) as bar:
        for chunk, answer in _answers(asked.client, found):
            bar.show(done / total)
            yield from hits(answer.results, shown, first=done, wanted=wanted)
            done += len(chunk.queries)


def _answers(client: Client, found: SearchAnswer) -> Iterator[tuple[Search, SearchResults]]:
    """A few requests under way while answers are read, so that neither side waits for the other."""
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
    """How many of how many, how long, how consistent: for people."""
    session = asked.session
    if not for_people(session):
        return ""
    if (
        found.search.range_filter is not None
        and found.count < found.search.limit
        and is_lite(str(asked.client.call("GetVersion").version))
    ):
        session.console.note(f"note: {LITE_RANGE}")
    began = time.monotonic()
    shown = "" if found.rest else f"Top {found.count:,} of "
    level = found.search.consistency.capitalize()

    def footer() -> str:
        taken = found.milliseconds + ((time.monotonic() - began) * 1000 if found.rest else 0)
        rows = _counted(asked, found)
        counted = "" if rows is None or rows < found.count else f"{shown}{rows:,} rows by the statistics, "
        return f"{counted}{taken:.1f} ms, consistency {level}"

    return footer


def _counted(asked: SearchOptions, found: SearchAnswer) -> int | None:
    """The collection's rows, as just asked or a moment ago; None where this user may not know."""
    seen, place = asked.session.seen, asked.place
    if found.counting is not None:
        try:
            rows = row_count_of(found.counting.result())
        except InvalidAnswer:
            raise
        except CliError:
            rows = None
        seen[place] = replace(seen[place], counted=Counted(rows, time.monotonic(), asked.client.changes))
    counted = seen[place].counted
    return counted.rows if counted else None
