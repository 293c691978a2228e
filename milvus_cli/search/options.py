"""The options of a search, and the request they make."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as given_field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from ..errors import InvalidInput
from ..rows.filters import both
from ..rows.freshness import Freshness, freshness
from ..rows.templates import with_templates
from ..rows.text_match import require_match
from ..schema.metrics import is_of_lists
from ..schema.nested import is_nested
from ..schema.vector_field import search_field
from ..session.session import Session
from ..text.params import read_params
from .check import has_text_function, indexed_metric, is_bm25_output, text_function
from .extra_options import ExtraOptions
from .extras import extras, require_operations
from .grouping import group_field
from .hits import shown_fields
from .marks import hit_marks
from .queries import LARGEST, entity_query, key_queries, read_lists, read_queries, text_queries
from .request import Queries, Search
from .reranker_text import parse_rerankers

if TYPE_CHECKING:
    from ..client.client import Client
    from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema

NO_QUERY = "missing query"
BY_OPTIONS = "-v VECTOR, --like ID or --text TEXT"


@dataclass(frozen=True)
class SearchOptions(ExtraOptions):
    """A search as the options give it, not yet checked."""

    session: Session = given_field(repr=False)
    collection: str
    vectors: Sequence[str] = ()
    like: str | None = None
    limit: int = 10
    offset: int = 0
    partitions: Sequence[str] = ()
    metric: str = ""
    params: Sequence[str] = ()
    radius: float | None = None
    range_filter: float | None = None
    group_size: int | None = None
    round_decimal: int | None = None
    consistency: str | None = None
    guarantee_timestamp: int | None = None
    graceful_time: float | None = None
    ignore_growing: bool = False
    force: bool = False

    @cached_property
    def client(self) -> Client:
        """One client for the whole search: the session reads its store each time it is asked for one."""
        return self.session.client

    @cached_property
    def fresh(self) -> Freshness:
        """The freshness of the rows, the same for all requests of the search."""
        return freshness(
            self.client,
            self.consistency,
            self.guarantee_timestamp,
            self.graceful_time,
            deadline=self.client.timeout,
        )

    @cached_property
    def embedded(self) -> dict[tuple[str, str], dict[str, bytes]]:
        """The vectors of texts by field and embedder: a search that is sent again embeds nothing again."""
        return {}

    @cached_property
    def embedding_times(self) -> list[float]:
        """The time each embedder took for the texts, in milliseconds."""
        return []

    @cached_property
    def _standard_input(self) -> bytes:
        return self.session.console.read_bytes(LARGEST)

    def search(self, schema: CollectionSchema) -> Search:
        """Returns the request for a collection with this schema. Raises InvalidInput and CliError."""
        searched, queries, exclusion = self._query(schema)
        shown = shown_fields(schema, self.names)
        group, json_path = group_field(schema, self.group_by)
        if self.filter:
            require_match(self.client, self.filter, schema)
        expression, templates = with_templates(self.client, self.filter, self.parameters)
        more = extras(self, schema, json_path, templates)
        return Search(
            self.collection,
            searched.name,
            queries,
            limit=self.limit,
            offset=self.offset,
            filter=both(expression, exclusion),
            asked_filter=expression,
            partitions=self.partitions,
            fields=shown.asked,
            metric=self.metric.upper(),
            params=parse_params(self.params),
            radius=self.radius,
            range_filter=self.range_filter,
            group_by=group,
            group_size=self.group_size,
            round_decimal=self.round_decimal,
            consistency=self.fresh.level,
            timestamp=self.fresh.timestamp,
            ignore_growing=self.ignore_growing,
            rerankers=parse_rerankers(self.rerank, 0),
            extras=more,
            marks=hit_marks(self, schema, shown.columns, kind=queries.kind, field=searched.name),
        )

    def _query(self, schema: CollectionSchema) -> tuple[FieldSchema, Queries, str]:
        """Returns the vector field, the queries, and the filter that leaves out the entity searched by."""
        if self.texts:
            return *self._text_query(schema), ""
        searched = search_field(schema, self.field)
        if self.ids is not None:
            return searched, key_queries(self.ids, schema), ""
        if is_nested(searched.name):
            return searched, self._nested_queries(searched), ""
        if self.like is not None:
            return searched, *entity_query(self.client, schema, searched, self.like, self.collection)
        if self.vectors and is_bm25_output(schema, searched.name):
            raise InvalidInput(
                f"{searched.name!r} is generated from text, so it cannot be searched with a vector",
                hint="search it with --text, or --like ID",
            )
        embed = partial(self._embedded, schema)
        return searched, read_queries(self.vectors, searched, self._read_standard_input, embed), ""

    def _text_query(self, schema: CollectionSchema) -> tuple[FieldSchema, Queries]:
        """Returns the vector field and the texts or, where no function of the server converts them, their vectors."""
        if self.embed or not has_text_function(schema, self.field):
            # Few searches need this module, and importing it takes longer than a search.
            from .text_vectors import embedded_field, vectors_for

            found = embedded_field(self, schema)
            return found.field, Queries(found.field.data_type, vectors_for(self, schema, found, self.texts))
        function = text_function(schema, self.field)
        return search_field(schema, self.field or function.output_field_names[0]), text_queries(self.texts)

    def _embedded(self, schema: CollectionSchema, texts: Sequence[str]) -> Sequence[bytes]:
        """Returns the vectors of the texts in a file of queries. Raises CliError."""
        from .text_vectors import embedded_field, vectors_for

        return vectors_for(self, schema, embedded_field(self, schema), texts)

    def _nested_queries(self, searched: FieldSchema) -> Queries:
        """Returns the queries for a field of a struct array: lists of vectors if its index compares lists."""
        if self.like is not None:
            raise InvalidInput(
                f"--like cannot search {searched.name!r}: a row has several vectors there", hint="give vectors with -v"
            )
        metric = self.metric or indexed_metric(self.client, self.collection, searched.name)
        read = read_lists if is_of_lists(metric) else read_queries
        return read(self.vectors, searched, self._read_standard_input)

    def _read_standard_input(self) -> bytes:
        return self._standard_input


def check_query(asked: SearchOptions) -> None:
    """Raises InvalidInput unless exactly one kind of query is given, and CliError for what the server lacks."""
    given = bool(asked.vectors) + (asked.like is not None) + bool(asked.texts) + (asked.ids is not None)
    if not given:
        raise InvalidInput(NO_QUERY, hint=BY_OPTIONS)
    if given > 1:
        raise InvalidInput("-v, --like, --text and --ids cannot be combined")
    if asked.embed and not (asked.texts or asked.vectors):
        raise InvalidInput("--embed needs --text, or a file of queries with -v")
    require_operations(asked.client, asked)


def parse_params(given: Sequence[str]) -> dict[str, Any]:
    """Reads search parameters, whose values in pairs are JSON or else text. Raises InvalidInput."""
    return read_params(given, "--params", hint='write ef=64, or {"ef": 64}', read=_value)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
