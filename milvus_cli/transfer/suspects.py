"""Finds rows that fit the schema but that some servers refuse; only the server's answer shows which do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..files.row_stream import Chunk
from ..schema.schema import kind_of, params, row_fields
from ..values.dynamic import DYNAMIC
from ..values.encode import ABSENT
from ..values.scalars import json_bytes

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema
    from ..schema.schema import Field

LONGEST_JSON = 65_536
"""Milvus's limit of a JSON value, and of a row's dynamic field, in bytes."""

JSON_WORDS = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list"}


@dataclass(frozen=True)
class Suspect:
    """`kind` is what is unusual about the row: a server refuses all rows of a kind, or none."""

    kind: str
    field: str
    reason: str


def suspects(chunk: Chunk, schema: CollectionSchema) -> dict[int, Suspect]:
    """Returns suspects by row; the chunk's columns are named as fields."""
    found: dict[int, Suspect] = {}
    for field in row_fields(schema):
        for row, value in enumerate(chunk.columns.get(field.name, ())):
            if row not in found and _has_value(value):
                for each in _of_value(field, value):
                    found.setdefault(row, each)
    if schema.enable_dynamic_field:
        _add_dynamic(found, chunk, schema)
    return found


def named_field(reason: str, schema: CollectionSchema) -> str:
    """Returns the field that a server's refusal names in quotes, "" for none."""
    quoted = set(re.findall(r"""['"`\[]([^'"`\[\]]+)['"`\]]""", reason))
    return next((field.name for field in row_fields(schema) if field.name in quoted), "")


def _of_value(field: Field, value: Any) -> Iterator[Suspect]:
    kind = kind_of(field)
    if kind == "VARCHAR":
        yield from _too_long(field, [value])
    elif kind == "ARRAY" and isinstance(value, list):
        yield from _too_long(field, value)
    elif kind == "JSON":
        if not isinstance(value, dict):
            # Milvus 2.3 accepts only objects; Milvus Lite also accepts texts and lists, but no numbers.
            what = JSON_WORDS.get(type(value), "another value")
            yield Suspect(what, field.name, f"expected a JSON object, got {what}")
        if (size := len(json_bytes(value))) > LONGEST_JSON:
            yield _large("JSON", field.name, size)


def _too_long(field: Field, values: Sequence[Any]) -> Iterator[Suspect]:
    longest = int(params(field.type_params).get("max_length", 0))
    size = max((len(each.encode()) for each in values if isinstance(each, str)), default=0)
    if longest and size > longest:
        yield Suspect("bytes", field.name, f"too long: {size:,} bytes in UTF-8, max_length is {longest:,}")


def _add_dynamic(found: dict[int, Suspect], chunk: Chunk, schema: CollectionSchema) -> None:
    names = {field.name for field in row_fields(schema)} | {DYNAMIC}
    extra = {name: values for name, values in chunk.columns.items() if name not in names}
    whole = chunk.columns.get(DYNAMIC) or [None] * len(chunk.lines)
    for row, meta in enumerate(whole):
        own = {name: values[row] for name, values in extra.items() if values[row] is not ABSENT}
        size = len(json_bytes({**(meta if isinstance(meta, dict) else {}), **own}))
        if size > LONGEST_JSON:
            found.setdefault(row, _large("dynamic", "", size))


def _large(kind: str, field: str, size: int) -> Suspect:
    what = "JSON" if field else "dynamic fields"
    return Suspect(kind, field, f"too long: {size:,} bytes of {what}, the limit is {LONGEST_JSON:,}")


def _has_value(value: Any) -> bool:
    return value is not None and value is not ABSENT
