"""Detects texts in JSON fields that Milvus Lite 3 returns as another value, because it stores them without quotes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..schema.schema import kind_of
from ..text.beyond_json import Digits
from .invalid import BadValue, as_json
from .scalars import read_json

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema
    from .encode import Column

WORDS = {type(None): "null", bool: "true or false", str: "another text", list: "a list", dict: "an object"}


def refuse_changed(columns: Mapping[str, Column], schema: CollectionSchema) -> None:
    """Raises BadValue for the first text that would change. Only texts that are a field's whole value are affected."""
    for field in schema.fields:
        if kind_of(field) == "JSON" and not field.is_dynamic:
            for row, value in enumerate(columns.get(field.name, ())):
                reason = changed(value)
                if reason:
                    raise BadValue(row, field.name, reason)


def changed(value: Any) -> str:
    """Returns why a value would be returned changed; "" if it would not."""
    # Digits are encoded as a text.
    text = value.text if isinstance(value, Digits) else value
    if not isinstance(text, str):
        return ""
    returned = read_json(text.encode())
    if returned == text:
        return ""
    shown = as_json(text) if len(text) < 60 else as_json(f"{text[:59]}…")
    return f"Milvus Lite would return the text {shown} as {WORDS.get(type(returned), 'a number')}"
