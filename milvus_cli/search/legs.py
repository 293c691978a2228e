"""Parses and writes legs of a hybrid search: `field=dense vector=@q.json limit=50 params={"ef": 64}`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..errors import InvalidInput
from ..text.json import parse_json
from ..text.names import nearest
from ..text.quoting import outside

KEYS = (
    "field",
    "vector",
    "text",
    "like",
    "limit",
    "filter",
    "params",
    "metric",
    "radius",
    "range_filter",
    "analyzer",
    "embed",
)
FORM = 'write it as: field=dense vector=@q.json limit=50 params={"ef": 64}'


def parse_leg(text: str) -> dict[str, str]:
    """Returns the values of a leg by key, as text. A JSON object is accepted too. Raises InvalidInput."""
    if text.lstrip().startswith("{"):
        return _from_json(text)
    starts = _keys(text)
    if not starts or text[: starts[0][0]].strip():
        raise InvalidInput(f"invalid --request {text!r}", hint=FORM)
    found: dict[str, str] = {}
    ends = [start for start, _ in starts[1:]] + [len(text)]
    for (start, key), end in zip(starts, ends, strict=True):
        _put(found, key, _unquoted(text[start + len(key) + 1 : end].strip()))
    return found


def _from_json(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, each in parse_json(text, "--request", FORM).items():
        _put(found, key, each if isinstance(each, str) else json.dumps(each))
    return found


def _put(found: dict[str, str], key: str, value: str) -> None:
    key = key.replace("-", "_")
    if key not in KEYS:
        raise InvalidInput(f"a request has no {key!r}", hint=nearest(key, KEYS) or f"it has {', '.join(KEYS)}")
    if key in found:
        raise InvalidInput(f"a request gives {key} twice")
    found[key] = value


def _keys(text: str) -> list[tuple[int, str]]:
    """Returns the start of each KEY=, outside of quotes and brackets. `==` belongs to a filter."""
    begins = [position for position, _ in outside(text) if position == 0 or text[position - 1].isspace()]
    return [(position, key) for position in begins if (key := _key_at(text, position))]


def _key_at(text: str, position: int) -> str:
    word, equals, rest = text[position:].partition("=")
    return word if equals and rest[:1] != "=" and word.replace("_", "").replace("-", "").isalpha() else ""


def _unquoted(value: str) -> str:
    whole = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" and value[0] not in value[1:-1]
    return value[1:-1] if whole else value


def leg_text(values: Mapping[str, Any]) -> str:
    """Returns the text that `parse_leg` reads back."""
    return " ".join(f"{key}={value}" for key, value in values.items())
