"""Vector searches: query vectors from JSON, the request, and its hits as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import CliError, InvalidInput
from ..jsontext import parse_json
from ..names import nearest
from .decode import decode_column
from .floats import shortest
from .schema import vector_fields

if TYPE_CHECKING:
    from .wire.schema_pb2 import CollectionSchema, FieldSchema, SearchResultData

HIGHEST_LIMIT = 16_384
"""Milvus's limit of hits (and of offset plus limit) per query vector."""


def parse_vectors(text: str) -> list[Any]:
    """One vector, or a list of vectors, in JSON; a sparse one is an object. Raises InvalidInput."""
    value = parse_json(text, "the vector", "write it as [0.1, 0.2, …]")
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list) or not value:
        raise InvalidInput("the vector is not a list of numbers", hint="write it as [0.1, 0.2, …]")
    return value if isinstance(value[0], (list, dict)) else [value]


def search_field(schema: CollectionSchema, name: str | None) -> FieldSchema:
    """The vector field of that name, or the only one."""
    fields = {field.name: field for field in vector_fields(schema)}
    if name is None and len(fields) == 1:
        return next(iter(fields.values()))
    if not fields:
        raise CliError(f"{schema.name} has no vector field", hint="only vectors can be searched")
    if name is None:
        raise InvalidInput(f"{schema.name} has {len(fields)} vector fields", hint=f"give one: -f {' or '.join(fields)}")
    if name not in fields:
        raise CliError(f"{schema.name} has no vector field {name!r}",
                       hint=nearest(name, fields) or f"vector fields: {', '.join(fields)}")  # fmt: skip
    return fields[name]


def hits(results: SearchResultData, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """A row per hit: query (0-based), rank (1-based), id, distance, then the named fields; None where a row has none.

    What the schema does not name comes in one column of JSON objects.
    """
    ids: Sequence[Any] = results.ids.int_id.data or results.ids.str_id.data
    columns = {column.field_name: decode_column(column) for column in results.fields_data}
    nothing: list[Any] = [{}] * len(ids)
    dynamic = next((columns[column.field_name] for column in results.fields_data if column.is_dynamic), nothing)
    chosen = [columns.get(name) or [row.get(name) for row in dynamic] for name in names]
    position = 0
    for query, count in enumerate(results.topks):
        for rank in range(1, count + 1):
            distance = shortest(results.scores[position])
            yield (query, rank, ids[position], distance, *(column[position] for column in chosen))
            position += 1
