"""Finds keys repeated within a JSON object, of which a parser silently keeps the last value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

END = r'"[ \t\r\n]*:'
"""End of every key; a string may contain it too."""
ENDS = re.compile(END), re.compile(END.encode())
EXACT = r'"(?:(?<!\\")|(?<=\\\\"))[ \t\r\n]*:'
"""The same with a quote that is not escaped by a backslash. Takes three times as long."""
EXACT_ENDS = re.compile(EXACT), re.compile(EXACT.encode())

NESTED = (dict, list)


class RepeatedKey(ValueError):
    """An object has a key twice."""

    def __init__(self, key: str) -> None:
        super().__init__(f"repeated key {key!r}")


def refuse_repeated_keys(text: str | bytes, value: Any) -> None:
    """Raises RepeatedKey if parsing `text` to `value` lost a key.

    The text has a colon for each key, and possibly more within strings. Nothing was lost if it has no more colons
    than the value has keys. Only other texts are parsed again, which is slow.
    """
    colons = text.count(":") if isinstance(text, str) else text.count(b":")
    if type(value) is dict and colons == len(value):
        return
    keys = _count_keys(value)
    if keys not in (colons, _count(ENDS, text)) and keys != _count(EXACT_ENDS, text):
        STRICT.decode(text if isinstance(text, str) else text.decode(json.detect_encoding(text), "surrogatepass"))


def _count(ends: tuple[re.Pattern[str], re.Pattern[bytes]], text: str | bytes) -> int:
    return len(ends[0].findall(text) if isinstance(text, str) else ends[1].findall(text))


def _count_keys(value: Any) -> int:
    """Counts the keys of all objects in a value, or fewer: a list that begins with a scalar is skipped."""
    count, waiting = 0, [value]
    while waiting:
        each = waiting.pop()
        if type(each) is dict:
            count += len(each)
            for inner in each.values():
                if type(inner) is dict or (type(inner) is list and inner and type(inner[0]) in NESTED):
                    waiting.append(inner)
        elif type(each) is list:
            waiting += each
    return count


def _unique(pairs: Iterable[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise RepeatedKey(key)
        seen.add(key)


STRICT = json.JSONDecoder(object_pairs_hook=_unique, parse_int=str, parse_float=str)
