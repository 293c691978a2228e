"""Columns of a page to texts, one a row: JSON, and cells of csv. What is null is None."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from ..output.values import exact
from ..rows.selection import Fields
from ..schema.kinds import ValueShape, shape_of
from ..schema.schema import type_name
from ..text import deep_json
from ..text.floats import float32_texts, packed
from ..text.json import dump_json, load_json
from ..values.decode import decode_column
from ..values.dynamic import DYNAMIC
from ..values.nulls import with_nulls

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData

Texts = list[str | None]


def texts_of(columns: Sequence[FieldData], fields: Fields, rows: int) -> dict[str, Texts]:
    """JSON by the names of the shown fields; with `flat` the dynamic field comes too."""
    by_name = {column.field_name: column for column in columns}
    found: dict[str, Texts] = {}
    for name in (*fields.shown, *((DYNAMIC,) if fields.flat and DYNAMIC not in fields.shown else ())):
        if name in by_name:
            found[name] = json_texts(by_name[name])
        elif name == DYNAMIC or DYNAMIC not in by_name:
            found[name] = [None] * rows
        else:
            values = (_object(text).get(name) for text in json_texts(by_name[DYNAMIC]))
            found[name] = [None if value is None else to_text(value) for value in values]
    return found


def json_texts(column: FieldData) -> Texts:
    """The values of a column as JSON. What is JSON on the server stays as it is there, to the letter."""
    kind, content = type_name(column.type), column.WhichOneof("field")
    if kind == "FLOAT_VECTOR" and content == "vectors":
        vectors = column.vectors
        return _with_nulls(float32_texts(packed(vectors.float_vector), vectors.dim), column)
    if kind == "JSON" and content == "scalars":
        return _with_nulls([_json_text(each) for each in column.scalars.json_data.data], column)
    write = WRITERS.get(shape_of(kind), to_text)
    return [None if value is None else write(value) for value in decode_column(column)]


def csv_cells(kind: str, texts: Sequence[str | None], delimiter: str) -> list[str]:
    """Cells from JSON texts: a text is unwrapped, and what a reader could take for something else is in quotes.

    Nothing at all is null, and `""` the empty text.
    """
    needs_quotes = re.compile(f'^$|["\r\n{delimiter}]').search
    plain = _unwrapped(kind, texts)
    return ["" if text is None else _quoted(text) if needs_quotes(text) else text for text in plain]


def to_text(value: Any) -> str:
    try:
        return dump_json(value, compact=True, allow_nan=False)
    except ValueError:
        # Lists may hold what JSON has no number for.
        return deep_json.write(value, _scalar, separators=(",", ":"))


def flattened(names: Iterable[str], dynamic: str | None, reserved: frozenset[str]) -> str:
    """The members of a JSON object that are none of the names, as `,"key":value…` to go on after them.

    Those that are called as fields are stay an object of their own, as nothing else tells them from the fields.
    """
    found = _object(dynamic)
    taken = set(names) & found.keys()
    if dynamic is None or not found:
        return ""
    hidden = {} if reserved.isdisjoint(found) else {key: found[key] for key in found if key in reserved}
    if taken or hidden:
        kept = {key: value for key, value in found.items() if key not in taken and key not in hidden}
        dynamic = to_text({**kept, DYNAMIC: hidden} if hidden else kept)
    inner = dynamic.strip()[1:-1].strip()
    return f",{inner}" if inner else ""


def _json_text(raw: bytes) -> str | None:
    """On one line; what is no JSON is a text."""
    if not raw:
        return None
    text = raw.decode("utf-8", "backslashreplace")
    try:
        value = load_json(text)
    except ValueError:
        return encode_basestring(text)
    return to_text(value) if "\n" in text or "\r" in text else text


def _object(text: str | None) -> dict[str, Any]:
    value = load_json(text) if text else {}
    return value if isinstance(value, dict) else {}


def _unwrapped(kind: str, texts: Sequence[str | None]) -> Sequence[str | None]:
    """Texts and names of numbers without the quotes of JSON."""
    if shape_of(kind) in (ValueShape.TEXT, ValueShape.LITERAL, ValueShape.NUMBER, None):
        return [json.loads(text) if text and text[0] == '"' else text for text in texts]
    return texts


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _with_nulls(values: Sequence[str | None], column: FieldData) -> Texts:
    return with_nulls(values, column.valid_data)


def _float_text(value: float) -> str:
    return repr(value) if math.isfinite(value) else f'"{exact(value)}"'


def _scalar(value: Any) -> str:
    return _float_text(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _literal(value: Any) -> str:
    """A time beyond the years that dates have is a number."""
    return encode_basestring(value) if isinstance(value, str) else str(value)


def _boolean(value: bool) -> str:
    return "true" if value else "false"


WRITERS: dict[ValueShape | None, Callable[[Any], str]] = {
    ValueShape.BOOLEAN: _boolean,
    ValueShape.WHOLE: str,
    ValueShape.NUMBER: _float_text,
    ValueShape.TEXT: encode_basestring,
    ValueShape.LITERAL: _literal,
}
