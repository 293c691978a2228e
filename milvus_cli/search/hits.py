"""The hits of a search as rows, and the columns they show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any

from ..client.failures import invalid
from ..errors import InvalidInput
from ..schema.nested import nested_names
from ..schema.schema import primary_field
from ..text.floats import shortest
from ..values.decode import decode_column, nested_columns
from ..values.dynamic import COUNT, DYNAMIC, Wanted, dynamic_key, dynamic_objects, is_count
from ..values.unread import name_unread
from .marks import Mark, mark_columns

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema, SearchResultData

HIT = ("query", "rank", "id", "distance")
"""The columns of every hit. A field with such a name gets another column."""
EVERY_FIELD = "*"
ID = "id"
"""The column of primary keys in every table of hits; asked for by a field of this name, it is there already."""


@dataclass(frozen=True)
class Shown:
    """The columns shown of each hit, the output fields requested for them, and which columns are dynamic keys.

    `named` are the keys named like fields: at least one hit must have each of them.
    """

    columns: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    keys: frozenset[str] = frozenset()
    named: tuple[str, ...] = ()


NOTHING = Shown()


def shown_fields(schema: CollectionSchema, names: Sequence[str]) -> Shown:
    """Returns the columns for these output fields; "*" is every field but the primary key, which each hit has as id.

    Raises CliError for a missing field. With a dynamic field, any name is accepted.
    """
    if not names:
        return NOTHING
    if any(map(is_count, names)):
        raise InvalidInput(f"a hit has no {COUNT}", hint="count")
    known = [each.name for each in schema.fields] + [each.name for each in schema.struct_array_fields]
    nested = nested_names(schema) if schema.struct_array_fields else []
    primary = next((each.name for each in schema.fields if each.is_primary_key), "")
    columns: list[str] = []
    keys: dict[str, str] = {}
    for name in names:
        if name == EVERY_FIELD:
            columns += _every_field(schema, known)
        elif name in nested:
            columns.append(name)
        elif (key := dynamic_key(schema, name, known)) is not None:
            keys[name] = key
            columns.append(key)
        elif not name == ID == primary:
            columns.append(name)
    asked = [each for each in names if each not in keys]
    # Milvus 2.3 takes names only, also of keys.
    asked += keys if all(each == key and each.isidentifier() for each, key in keys.items()) else [DYNAMIC]
    named = tuple(key for name, key in keys.items() if name == key)
    return Shown(tuple(dict.fromkeys(columns)), tuple(dict.fromkeys(asked)), frozenset(keys.values()), named)


def _every_field(schema: CollectionSchema, known: Sequence[str]) -> list[str]:
    primary = primary_field(schema)
    computed = [each.name for each in schema.fields if each.is_function_output]
    every = [each for each in known if primary is None or each not in (primary.name, *computed)]
    return [*every, DYNAMIC] if schema.enable_dynamic_field else every


def hit_column(name: str) -> str:
    """Returns the column of a field beside those of every hit."""
    return f"{name}_field" if name in HIT else name


def hit_ids(results: SearchResultData) -> Sequence[Any]:
    """Returns the primary keys of all hits, query by query."""
    return results.ids.int_id.data or results.ids.str_id.data


def hits(
    results: SearchResultData,
    shown: Shown = NOTHING,
    *,
    first: int = 0,
    wanted: Wanted | None = None,
    marks: Sequence[Mark] = (),
) -> Iterator[tuple[Any, ...]]:
    """Yields a row per hit: query (counted from `first`), rank (from 1), id, distance, the marks, then the columns.

    A missing dynamic key is None. `wanted` sees the objects of the dynamic field. Raises InvalidAnswer if a requested
    column is missing.
    """
    ids = hit_ids(results)
    columns: list[Sequence[Any]] = [*_columns(results, shown, len(ids), wanted)] if shown.columns else []
    if marks:
        columns = [*mark_columns(results, marks, len(ids)), *columns]
    chosen = zip(*columns, strict=True) if columns else repeat(())
    found = zip(ids, results.scores, chosen, strict=False)
    for query, count in enumerate(results.topks, start=first):
        for rank, (key, score, values) in enumerate(islice(found, count), start=1):
            yield (query, rank, key, shortest(score), *values)


def _columns(results: SearchResultData, shown: Shown, count: int, wanted: Wanted | None) -> list[list[Any]]:
    """Decodes the columns that are shown. Milvus Lite sends others too."""
    if not count:
        return [[] for _ in shown.columns]
    name_unread(results.fields_data, count)
    names = {*(each for each in shown.columns if each not in shown.keys), *([DYNAMIC] if shown.keys else ())}
    columns = {each.field_name: decode_column(each) for each in results.fields_data if each.field_name in names}
    columns |= nested_columns(results.fields_data, [each for each in names if each not in columns])
    missing = next((each for each in sorted(names) if each not in columns), None)
    if missing is not None:
        raise invalid("Search", f"column {missing!r} was requested and is missing")
    dynamic = dynamic_objects(columns.get(DYNAMIC, ()))
    if wanted is not None:
        wanted.see(dynamic)
    return [[row.get(name) for row in dynamic] if name in shown.keys else columns[name] for name in shown.columns]
