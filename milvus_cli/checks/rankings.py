"""Searches for the queries of a file, and keeps the documents that each of them finds, in the server's order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from ..output.progress import Progress
from ..schema.schema import primary_field
from ..schema.vector_field import search_field
from ..search.check import check_search, is_bm25_output
from ..search.extras import require_operations
from ..search.hits import Shown, hits, shown_fields
from ..search.options import SearchOptions
from ..search.request import Queries, Search
from ..search.run import refusals_explained
from ..values.dynamic import Wanted
from ..values.packing import pack_queries
from .query_file import QueryLine, query_lines

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema

Call = tuple[int, str, Mapping[str, Any]]
"""The number of queries of a request, its method and its fields."""


@dataclass(frozen=True)
class Ranking:
    """The documents that one query found, each once, at the place of its first hit.

    `repeated` counts the further hits of the same documents. `text` is the query's, None for a vector.
    """

    query: str
    documents: Sequence[str]
    repeated: int = 0
    text: str | None = None


@dataclass(frozen=True)
class PreparedQueries:
    """A search with all queries of a file, and the identifier and the text of each."""

    search: Search
    names: Sequence[str]
    texts: Sequence[str | None]

    def calls(self) -> Iterator[Call]:
        return ((len(each.queries), "Search", each.request()) for each in self.search.chunks())


def find_rankings(asked: SearchOptions, path: str, document: str | None) -> tuple[list[str], list[Ranking]]:
    """Returns the searched field, and a ranking for each query of the file, in its order.

    `document` is the field with the document of a row, None for the primary key. Raises CliError and InvalidInput.
    """
    client = asked.client
    schema = client.call("DescribeCollection", collection_name=asked.collection).schema
    asked = replace(asked, fields=document_field(schema, document))
    require_operations(client, asked)
    prepared = prepare_queries(asked, schema, path)
    check_search(client, prepared.search, force=asked.force)
    return [prepared.search.field], rankings_of(asked, schema, prepared, prepared.calls())


def document_field(schema: CollectionSchema, name: str | None) -> str | None:
    """Returns the output field with the documents; None for the primary key, which each hit has."""
    primary = primary_field(schema)
    return None if primary is not None and name == primary.name else name


def prepare_queries(asked: SearchOptions, schema: CollectionSchema, path: str) -> PreparedQueries:
    """Reads a file of queries for the searched field: as texts where a function makes vectors of them, else vectors.

    Raises InvalidInput for a query without the one or the other.
    """
    lines = query_lines(path)
    first = next(lines)
    if _are_texts(asked, schema, first):
        names, texts = list[str](), list[str]()
        for line in chain([first], lines):
            names.append(line.id)
            texts.append(line.require_text())
        return PreparedQueries(replace(asked, texts=texts).search(schema), names, texts)
    field, names, vectors, words = search_field(schema, asked.field), [], list[bytes](), list[str | None]()
    for line in chain([first], lines):
        names.append(line.id)
        vectors += pack_queries([(line.place, line.require_vector(field.name))], field)
        words.append(line.text)
    search = asked.search(schema)
    return PreparedQueries(replace(search, queries=Queries(field.data_type, vectors)), names, words)


def rankings_of(
    asked: SearchOptions, schema: CollectionSchema, prepared: PreparedQueries, calls: Iterator[Call]
) -> list[Ranking]:
    """Sends the requests, and returns a ranking for each query. Raises CliError for documents that no row has."""
    shown = shown_fields(schema, asked.names)
    wanted = Wanted(schema, shown.named)
    found = list(_rankings(asked, schema, prepared, calls, shown, wanted))
    if (failure := wanted.failure()) is not None:
        raise failure
    return found


def _are_texts(asked: SearchOptions, schema: CollectionSchema, first: QueryLine) -> bool:
    """Reports whether the file's queries are texts: for BM25 always, else where the first has no vector."""
    if asked.field is None and first.text is not None and first.vector("") is None:
        return True
    field = asked.field or search_field(schema, None).name
    return is_bm25_output(schema, field) or (first.vector(field) is None and first.text is not None)


def _rankings(
    asked: SearchOptions,
    schema: CollectionSchema,
    prepared: PreparedQueries,
    calls: Iterator[Call],
    shown: Shown,
    wanted: Wanted,
) -> Iterator[Ranking]:
    client, session, done, total = asked.client, asked.session, 0, len(prepared.names)
    with Progress(session.console, f"Searching {asked.collection!r}", quiet=session.quiet) as bar:
        for count, method, fields in calls:
            with refusals_explained(client, prepared.search, schema):
                answer = client.call(method, **fields).results
            rows = hits(answer, shown, first=done, wanted=wanted)
            found = {query: [_document(row) for row in each] for query, each in groupby(rows, itemgetter(0))}
            for query in range(done, done + count):
                documents = [each for each in found.get(query, ()) if each is not None]
                once = list(dict.fromkeys(documents))
                repeated = len(documents) - len(once)
                yield Ranking(prepared.names[query], once, repeated, prepared.texts[query])
            done += count
            bar.show(done / total)


def _document(row: Sequence[Any]) -> str | None:
    """Returns the document of a hit as text: its field's value if one was requested, else the primary key."""
    value = row[-1] if len(row) > 4 else row[2]
    return None if value is None else str(value)
