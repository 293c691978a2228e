"""Converts scalars and arrays of scalars between Python and Milvus's columns."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..schema.kinds import FIELD_TYPES, ValueShape
from ..schema.schema import params, type_name
from ..text.beyond_json import Digits, NotJson
from ..text.floats import shortest
from ..text.json import load_json
from ..text.numbers import NOT_FINITE
from ..text.timestamps import EXAMPLE, in_utc, instant
from ..text.wkt import require_wkt, wkt
from .invalid import InvalidValue, in_words, is_encodable, unfit

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldSchema, ScalarField


def fill_scalars(column: ScalarField, field: FieldSchema, values: Sequence[Any]) -> None:
    """Encodes values into a column. Raises InvalidValue for the first invalid one.

    A column without values still gets its type: Milvus 2.3 crashes on one without.
    """
    kind = type_name(field.data_type)
    held: Any = getattr(column, FIELD_TYPES[kind].slot)
    held.SetInParent()
    if FIELD_TYPES[kind].shape is not ValueShape.LIST:
        held.data.extend(WRITERS[FIELD_TYPES[kind].shape](kind, field, values))
        return
    held.element_type = field.element_type
    capacity = int(params(field.type_params).get("max_capacity", 0))
    for value in values:
        if not isinstance(value, list):
            raise unfit("a list", value)
        if capacity and len(value) > capacity:
            raise InvalidValue(f"{len(value)} values are more than its max_capacity")
        fill_list(held.data.add(), field, value)


def fill_list(row: ScalarField, field: FieldSchema, values: Sequence[Any]) -> None:
    """Encodes the elements of one array. Raises InvalidValue."""
    element = type_name(field.element_type)
    held: Any = getattr(row, FIELD_TYPES[element].slot)
    held.SetInParent()
    held.data.extend(WRITERS[FIELD_TYPES[element].shape](element, field, values))


def read_scalars(column: ScalarField) -> list[Any]:
    """Decodes the values of a column."""
    slot = column.WhichOneof("data")
    if slot is None:
        return []
    held = getattr(column, slot)
    read = READERS.get(slot)
    return list(held.data) if read is None else [read(each) for each in held.data]


def _booleans(kind: str, field: FieldSchema, values: Sequence[Any]) -> Sequence[bool]:
    if not set(map(type, values)) <= {bool}:
        raise unfit("true or false", next(each for each in values if type(each) is not bool))
    return values


def _whole(kind: str, field: FieldSchema, values: Sequence[Any]) -> Sequence[int]:
    limit = 2 ** (FIELD_TYPES[kind].bits - 1)
    types = set(map(type, values))
    if float in types:
        values = list(map(whole, values))
        types = set(map(type, values))
    if not types <= {int} or (values and not -limit <= min(values) <= max(values) < limit):
        wrong = next(each for each in values if type(each) is not int or not -limit <= each < limit)
        if type(wrong) is float and wrong.is_integer() and -limit <= wrong < limit:
            raise InvalidValue(
                f"{in_words(wrong)} may have lost digits: a DOUBLE is exact only for integers below 2^53"
            )
        raise unfit(f"an integer from {-limit} to {limit - 1}", wrong)
    return values


def _numbers(kind: str, field: FieldSchema, values: Sequence[Any]) -> Sequence[float]:
    if not set(map(type, values)) <= {int, float}:
        values = list(map(named, values))
        if not set(map(type, values)) <= {int, float}:
            raise unfit("a number", next(each for each in values if type(each) not in (int, float)))
    code = FIELD_TYPES[kind].code
    try:
        struct.pack(f"<{len(values)}{code}", *values)
    except (OverflowError, struct.error):
        wrong = next(each for each in values if not packs(code, each))
        raise unfit(f"a number in the range of {kind}", wrong) from None
    return values


def _texts(kind: str, field: FieldSchema, values: Sequence[Any]) -> Sequence[str]:
    _require_text("text", values)
    # Milvus counts bytes, Milvus Lite characters; texts that are too long only in bytes are left to the server.
    longest = int(params(field.type_params).get("max_length", 0))
    if longest and values and max(map(len, values)) > longest:
        length = next(len(each) for each in values if len(each) > longest)
        raise InvalidValue(f"{length} characters are more than its max_length {longest}")
    return values


def _require_text(what: str, values: Sequence[Any]) -> None:
    if not set(map(type, values)) <= {str} or not is_encodable("".join(values)):
        raise unfit(what, next(each for each in values if not isinstance(each, str) or not is_encodable(each)))


def _literals(kind: str, field: FieldSchema, values: Sequence[Any]) -> Sequence[str]:
    what, read = LITERALS[kind]
    _require_text(what, values)
    found = []
    for value in values:
        try:
            found.append(read(value))
        except ValueError as exc:
            raise InvalidValue(f"{unfit(what, value).reason}: {exc}") from None
    return found


def _documents(kind: str, field: FieldSchema, values: Sequence[Any]) -> Sequence[bytes]:
    return list(map(json_bytes, values))


def json_bytes(value: Any) -> bytes:
    """Encodes a value as JSON. Raises InvalidValue for values that JSON lacks."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_digits).encode()
    except UnicodeEncodeError:
        raise unfit("JSON", value) from None
    except ValueError:
        raise InvalidValue("JSON has no NaN and no Infinity") from None
    except RecursionError:
        raise InvalidValue("it is nested too deeply") from None


def named(value: Any) -> Any:
    """Returns the float for "NaN", "Infinity" and "-Infinity" in exports, and for `Digits`; other values unchanged."""
    if isinstance(value, Digits):
        nearest = float(value.text)
        return nearest if math.isfinite(nearest) else value
    return SPECIAL.get(value, value) if type(value) is str else value


def whole(value: Any) -> Any:
    """Returns the integer equal to a float, which other programs write for integers next to nulls; else the value."""
    return int(value) if type(value) is float and value.is_integer() and abs(value) < EXACT_FLOATS else value


def _digits(value: Any) -> str:
    """Encodes `Digits` as a text, which keeps all digits. Raises InvalidValue for others."""
    if isinstance(value, NotJson):
        raise InvalidValue(value.reason)
    if isinstance(value, Digits) and math.isfinite(float(value.text)):
        return value.text
    raise InvalidValue(f"{in_words(value)} is too large for a number in JSON")


def packs(code: str, value: float) -> bool:
    """Reports whether a number is in the range of struct's format `code`."""
    try:
        # struct refuses numbers out of range only with an explicit byte order.
        struct.pack(f"<{code}", value)
    except (OverflowError, struct.error):
        return False
    return True


def read_json(raw: bytes) -> Any:
    """Decodes JSON; returns the text for invalid JSON, None for an empty one, which is a null."""
    try:
        return load_json(raw) if raw else None
    except ValueError:
        return raw.decode("utf-8", "backslashreplace")


def _read_list(row: ScalarField) -> list[Any]:
    return read_scalars(row)


EXACT_FLOATS = 2**53
"""Bound below which floats represent every integer; above it, digits may have been lost."""
SPECIAL = {name: float(name) for name in NOT_FINITE.values()}

Write = Callable[[str, "FieldSchema", Sequence[Any]], Sequence[Any]]
WRITERS: Mapping[ValueShape, Write] = {
    ValueShape.BOOLEAN: _booleans,
    ValueShape.WHOLE: _whole,
    ValueShape.NUMBER: _numbers,
    ValueShape.TEXT: _texts,
    ValueShape.LITERAL: _literals,
    ValueShape.JSON: _documents,
}
"""Encoders by shape of value; each raises InvalidValue for the first invalid one."""

LITERALS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "GEOMETRY": ("a geometry in WKT such as POINT (1 2)", require_wkt),
    "TIMESTAMPTZ": (f"a time such as {EXAMPLE}", in_utc),
}
"""By type, a description for errors, and a function that normalizes a text for servers, or raises ValueError."""

READERS: Mapping[str, Callable[[Any], Any]] = {
    "float_data": shortest,
    "json_data": read_json,
    "array_data": _read_list,
    "bytes_data": bytes.hex,
    "mol_data": bytes.hex,
    "geometry_data": wkt,
    "timestamptz_data": instant,
}
"""Decoders by slot; values of other slots need none."""
