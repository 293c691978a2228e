"""Converts the columns of a page to texts, one per row: JSON, and cells of CSV. Nulls become None."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from ..rows.selection import Fields
from ..schema.kinds import ValueShape, shape_of
from ..schema.schema import type_name
from ..text import deep_json
from ..text.floats import float32_texts, packed
from ..text.json import dump_json, load_json
from ..text.numbers import not_finite_name
from ..values.decode import decode_column, nested_columns
from ..values.dynamic import DYNAMIC
from ..values.nulls import with_nulls

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData

Texts = list[str | None]


def texts_of(columns: Sequence[FieldData], fields: Fields, rows: int) -> dict[str, Texts]:
    """Returns JSON by shown field; with `flat` the dynamic field is included."""
    by_name = {column.field_name: column for column in columns}
    nested = nested_columns(columns, [name for name in fields.shown if name not in by_name])
    found: dict[str, Texts] = {}
    for name in (*fields.shown, *((DYNAMIC,) if fields.flat and DYNAMIC not in fields.shown else ())):
        if name in by_name:
            found[name] = json_texts(by_name[name])
        elif name in nested:
            found[name] = [None if value is None else json_text(value) for value in nested[name]]
        elif name == DYNAMIC or DYNAMIC not in by_name:
            found[name] = [None] * rows
        else:
            values = (_parsed_object(text).get(name) for text in json_texts(by_name[DYNAMIC]))
            found[name] = [None if value is None else json_text(value) for value in values]
    return found


def json_texts(column: FieldData) -> Texts:
    """Returns the values of a column as JSON. The server's JSON text is kept unchanged."""
    kind, content = type_name(column.type), column.WhichOneof("field")
    if kind == "FLOAT_VECTOR" and content == "vectors":
        vectors = column.vectors
        return _with_nulls(float32_texts(packed(vectors.float_vector), vectors.dim), column)
    if kind == "JSON" and content == "scalars":
        return _with_nulls([_json_text(each) for each in column.scalars.json_data.data], column)
    write = JSON_WRITERS.get(shape_of(kind), json_text)
    return [None if value is None else write(value) for value in decode_column(column)]


def plain_texts(kind: str, texts: Sequence[str | None]) -> Sequence[str | None]:
    """Removes JSON's quotes from texts and from names of numbers such as "NaN"."""
    if shape_of(kind) in (ValueShape.TEXT, ValueShape.LITERAL, ValueShape.NUMBER, None):
        return [json.loads(text) if text and text[0] == '"' else text for text in texts]
    return texts


def json_text(value: Any) -> str:
    try:
        return dump_json(value, compact=True, allow_nan=False)
    except ValueError:
        # A list may contain NaN or infinity, which JSON lacks.
        return deep_json.write(value, _scalar, separators=(",", ":"))


def flattened(names: Iterable[str], dynamic: str | None, reserved: frozenset[str]) -> str:
    """Returns the members of a JSON object, without `names`, as `,"key":value…` to append to other members.

    Keys with the name of a field stay in an object of their own, as nothing else distinguishes them from the fields.
    """
    found = _parsed_object(dynamic)
    taken = set(names) & found.keys()
    if dynamic is None or not found:
        return ""
    hidden = {} if reserved.isdisjoint(found) else {key: found[key] for key in found if key in reserved}
    if taken or hidden:
        kept = {key: value for key, value in found.items() if key not in taken and key not in hidden}
        dynamic = json_text({**kept, DYNAMIC: hidden} if hidden else kept)
    inner = dynamic.strip()[1:-1].strip()
    return f",{inner}" if inner else ""


def _json_text(raw: bytes) -> str | None:
    """Returns JSON on one line; invalid JSON becomes a string."""
    if not raw:
        return None
    text = raw.decode("utf-8", "backslashreplace")
    try:
        value = load_json(text)
    except ValueError:
        return encode_basestring(text)
    return json_text(value) if "\n" in text or "\r" in text else text


def _parsed_object(text: str | None) -> dict[str, Any]:
    value = load_json(text) if text else {}
    return value if isinstance(value, dict) else {}


def _with_nulls(values: Sequence[str | None], column: FieldData) -> Texts:
    return with_nulls(values, column.valid_data)


def _float_text(value: float) -> str:
    return repr(value) if math.isfinite(value) else f'"{not_finite_name(value)}"'


def _scalar(value: Any) -> str:
    return _float_text(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _literal(value: Any) -> str:
    """Times beyond the supported years are numbers."""
    return encode_basestring(value) if isinstance(value, str) else str(value)


def _boolean(value: bool) -> str:
    return "true" if value else "false"


JSON_WRITERS: dict[ValueShape | None, Callable[[Any], str]] = {
    ValueShape.BOOLEAN: _boolean,
    ValueShape.WHOLE: str,
    ValueShape.NUMBER: _float_text,
    ValueShape.TEXT: encode_basestring,
    ValueShape.LITERAL: _literal,
}
