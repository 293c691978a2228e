"""Timestamps as ISO 8601 text, to the microsecond."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

from .beyond_json import NotJson

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)
CYCLE = 146_097
"""Days in 400 years, the cycle of the calendar."""
EXAMPLE = "2026-01-31T12:00:00Z"
TEXT = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"(?:[Tt ](?P<time>\d\d:\d\d(?::\d\d)?)(?:\.(?P<fraction>\d+))?\s?(?P<zone>[Zz]|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
DIGITS = 6
"""Digits of a second's fraction; servers silently drop any further ones."""


def instant(microseconds: int) -> Any:
    """Returns exact ISO 8601 text; the number itself if it is outside the years 1 to 9999."""
    try:
        return _text(EPOCH + timedelta(microseconds=microseconds))
    except OverflowError:
        return microseconds


def beyond_calendars(days: int, time: str = "") -> NotJson:
    """Returns a date by its days since 1970, for a year outside 1 to 9999."""
    cycles, day = divmod(days, CYCLE)
    near = EPOCH + timedelta(day)
    text = f"{near.year + 400 * cycles:+05d}{near:-%m-%d}{time}"
    return NotJson(text, f"date out of range: {text} (expected the years 1 to 9999)")


def microseconds(text: str) -> int | None:
    """Returns microseconds since 1970 in UTC; None for a text without zone, to which the collection's zone applies.

    Raises ValueError for other texts, and for fractions finer than a microsecond.
    """
    found = TEXT.fullmatch(text)
    if found is None:
        raise ValueError("it is not written like " + EXAMPLE)
    fraction = (found["fraction"] or "").rstrip("0")
    if len(fraction) > DIGITS:
        raise ValueError("microseconds are the finest that Milvus keeps")
    moment = datetime.fromisoformat(f"{found['date']}T{found['time'] or '00:00'}")
    zone = _zone(found["zone"])
    if zone is None:
        return None
    since = moment.replace(tzinfo=timezone.utc) - EPOCH - zone
    return since // MICROSECOND + int(fraction.ljust(DIGITS, "0"))


def in_utc(text: str) -> str:
    """Normalizes a timestamp to the form that every server accepts; one without zone stays as it is.

    Raises ValueError like `microseconds`.
    """
    since = microseconds(text)
    moment = None if since is None else instant(since)
    return moment if isinstance(moment, str) else text


def _zone(text: str | None) -> timedelta | None:
    if not text:
        return None
    if text in "Zz":
        return timedelta(0)
    digits = text[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        raise ValueError(f"unknown time zone {text}")
    ahead = timedelta(hours=hours, minutes=minutes)
    return -ahead if text[0] == "-" else ahead


def _text(moment: datetime) -> str:
    text = moment.isoformat()
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
