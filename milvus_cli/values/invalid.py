"""Errors for invalid values: the bare reason, and the reason with row and field."""

from __future__ import annotations

from typing import Any

from ..errors import InvalidInput
from ..text.beyond_json import Digits, NotJson
from ..text.json import dump_json

MISSING = "is missing"


class BadValue(InvalidInput):
    """An invalid value; `row` counts from 0, `field` is "" for a problem of the whole row."""

    def __init__(self, row: int, field: str, reason: str, *, hint: str = "") -> None:
        where = f"row {row + 1}" + (f", field {field!r}" if field else "")
        super().__init__(f"{where}{' ' if reason == MISSING else ': '}{reason}", hint=hint)
        self.row = row
        self.field = field
        self.reason = reason


class InvalidValue(Exception):
    """The reason why a value is invalid; callers that know row and field raise BadValue from it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def in_words(value: object) -> str:
    """Returns a text for messages for a value that JSON lacks."""
    if isinstance(value, Digits):
        return value.text
    if isinstance(value, NotJson):
        return value.shown
    return f"{len(value)} bytes" if isinstance(value, bytes) else str(value)


def as_json(value: Any) -> str:
    """Encodes a value for messages."""
    return value.text if isinstance(value, Digits) else dump_json(value, default=in_words)


def unfit(wanted: str, value: Any) -> InvalidValue:
    if isinstance(value, NotJson):
        return InvalidValue(value.reason)
    text = as_json(value)
    text = text if is_encodable(text) else text.encode("ascii", "backslashreplace").decode()
    return InvalidValue(f"expected {wanted}, got {text if len(text) < 60 else text[:59] + '…'}")


def is_encodable(text: str) -> bool:
    """Reports whether a text has no lone surrogates, which UTF-8 cannot encode."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
