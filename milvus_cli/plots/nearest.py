"""Searches for the rows that a picture marks: the nearest ones to a query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidInput
from ..rows.options import RowOptions
from ..search.hits import hit_ids
from ..search.options import SearchOptions
from ..search.run import first_answer
from ..session.session import Session


@dataclass(frozen=True, kw_only=True)
class QueryOptions:
    """One query at most: a vector, the key of a row, or a text; `hits` is the number of rows to mark."""

    near: str | None = None
    like: str | None = None
    text: str | None = None
    hits: int = 10

    @property
    def has_query(self) -> bool:
        return (self.near, self.like, self.text) != (None, None, None)


@dataclass(frozen=True)
class Nearest:
    """The keys of the hits, nearest first, and the query's vector, which is unknown if the server makes it."""

    keys: Sequence[Any]
    vector: bytes | None


def nearest(session: Session, rows: RowOptions, query: QueryOptions, field: str | None) -> Nearest:
    """Raises InvalidInput unless there is exactly one query, and CliError as a search does."""
    asked = SearchOptions(
        session=session,
        collection=rows.collection,
        vectors=() if query.near is None else (query.near,),
        like=query.like,
        texts=() if query.text is None else (query.text,),
        field=field,
        limit=query.hits,
        filter=rows.expression,
        parameters=rows.parameters,
        partitions=rows.partitions,
    )
    found = first_answer(asked)
    queries = found.search.queries
    if len(queries) != 1:
        raise InvalidInput(f"--near has {len(queries)} vectors", hint="give one")
    kind = next(each.data_type for each in found.schema.fields if each.name == found.search.field)
    value = queries.values[0] if queries.kind == kind else None
    return Nearest(hit_ids(found.answer.results), value if isinstance(value, bytes) else None)
