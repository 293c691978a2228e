"""The questions of `insert row` and `upsert row`: a value for each field."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..errors import InvalidInput
from ..files.cells import read_plain
from ..grammar.dialogue import EMPTY_TEXT
from ..schema.features import require_types
from ..schema.field_json import as_json, write_default
from ..schema.kinds import ValueShape, shape_of
from ..schema.schema import is_vector, kind_of
from ..server.overview import type_text
from ..text.json import parse_json
from ..values.encode import check_value, is_writable, taken_fields, takes_none
from ..values.invalid import BadValue

if TYPE_CHECKING:
    from ..grammar.dialogue import Interview
    from ..schema.schema import Field

SHAPES = {
    "ARRAY": "a list in JSON",
    "JSON": "in JSON",
    "SPARSE_FLOAT_VECTOR": '{"index": value, …}',
    "ARRAY_OF_STRUCT": "a list of objects in JSON",
    "GEOMETRY": "such as POINT (1 2)",
    "TIMESTAMPTZ": "such as 2026-01-31T12:00:00Z",
}


def ask_insert(ask: Interview) -> None:
    _ask_row(ask, upsert=False)


def ask_upsert(ask: Interview) -> None:
    _ask_row(ask, upsert=True)


def _ask_row(ask: Interview, *, upsert: bool) -> None:
    collection: str = ask.ask("collection", "Collection")
    schema = ask.session.client.call("DescribeCollection", collection_name=collection).schema
    require_types(ask.session.client, schema)
    ask.ask("partition", "Partition", shown="_default")
    row, partial = {}, upsert and any(map(ask.value, ("partial", "appended", "removed")))
    for field in filter(is_writable, taken_fields(schema, (), upsert=upsert)):
        value = _ask_value(ask, field, kept=partial and not getattr(field, "is_primary_key", False))
        if value is not None:
            row[field.name] = value
    if schema.enable_dynamic_field:
        row |= _ask_more(ask)
    ask.give("row", json.dumps(row, ensure_ascii=False))


def _ask_value(ask: Interview, field: Field, *, kept: bool = False) -> Any:
    """Asks for a value; without one None, where it may be null, have a default or be `kept` as it is."""
    kind = kind_of(field)
    shape = SHAPES.get(kind) or ("numbers separated by commas" if is_vector(field) else "")
    default = write_default(field)
    empty = "" if not takes_none(field) else "null" if default is None else as_json(default)
    empty = "unchanged" if kept else empty
    is_text = shape_of(kind) is ValueShape.TEXT
    if is_text and empty:
        shape = f"{EMPTY_TEXT} is an empty text"
    found: list[Any] = [None]

    def check(text: str) -> None:
        try:
            value = "" if is_text and empty and text == EMPTY_TEXT else read_plain(field, text)
            check_value(field, value)
            found[0] = value
        except BadValue as exc:
            raise InvalidInput(exc.reason) from exc

    ask.text(
        f"{field.name}, {type_text(field)}{shape and ', '}{shape}",
        shown=empty,
        checks_empty=not empty,
        exact=is_text,
        check=check,
    )
    return found[0]


def _ask_more(ask: Interview) -> dict[str, Any]:
    """Asks for values of the dynamic field."""

    def check(text: str) -> None:
        if not isinstance(value := parse_json(text, "that", ""), dict):
            raise InvalidInput("that is not a JSON object")
        try:
            json.dumps(value, allow_nan=False)
        except ValueError as exc:
            raise InvalidInput("JSON has no NaN and no Infinity") from exc

    text = ask.text('More values, as JSON such as {"color": "red"}', shown="none", check=check)
    more: dict[str, Any] = parse_json(text or "{}", "that", "")
    return more
