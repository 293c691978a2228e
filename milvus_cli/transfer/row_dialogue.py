"""Asks for a row field by field, and again after a value that does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import InvalidInput
from ..files.cells import read_plain
from ..output.console import Console
from ..schema.field_json import as_json, write_default
from ..schema.schema import is_vector, kind_of
from ..server.overview import type_text
from ..text.json import parse_json
from ..values.encode import check_value, taken_fields, takes_none
from ..values.invalid import BadValue

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema
    from ..schema.schema import Field

SHAPES = {
    "ARRAY": "a list in JSON",
    "JSON": "in JSON",
    "SPARSE_FLOAT_VECTOR": '{"index": value, …}',
    "ARRAY_OF_STRUCT": "a list of objects in JSON",
    "GEOMETRY": "such as POINT (1 2)",
    "TIMESTAMPTZ": "such as 2026-01-31T12:00:00Z",
}


def ask_row(console: Console, schema: CollectionSchema, *, upsert: bool) -> dict[str, Any]:
    """Raises InvalidInput if the user ends the dialogue with Ctrl-D."""
    found = {}
    for field in taken_fields(schema, (), upsert=upsert):
        value = _ask(console, field)
        if value is not None:
            found[field.name] = value
    return {**found, **_ask_more(console)} if schema.enable_dynamic_field else found


def _ask(console: Console, field: Field) -> Any:
    kind = kind_of(field)
    shape = SHAPES.get(kind) or ("numbers with commas between" if is_vector(field) else "")
    default = write_default(field)
    empty = "" if not takes_none(field) else " [null]" if default is None else f" [{as_json(default)}]"
    while True:
        text = console.ask(f"{field.name}, {type_text(field)}{shape and ', '}{shape}{empty}: ")
        if not text and takes_none(field):
            return None
        try:
            value = read_plain(field, text)
            check_value(field, value)
            return value
        except BadValue as exc:
            console.note(exc.reason)


def _ask_more(console: Console) -> dict[str, Any]:
    """Asks for values of the dynamic field."""
    while True:
        text = console.ask('More values, as JSON such as {"color": "red"} [none]: ')
        try:
            value = parse_json(text or "{}", "that", "")
        except InvalidInput as exc:
            console.note(exc.message)
            continue
        if isinstance(value, dict):
            return value
        console.note("that is no JSON object")
