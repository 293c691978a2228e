"""Shortens two vectors that differ to the numbers where they do, for a table."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from ..output.values import ELLIPSIS, shown

MOST = 4
"""Vectors with more numbers are shortened."""
TOGETHER = 2
"""Numbers that are shown from the first difference on."""


def shortened(a: Any, b: Any) -> tuple[Any, Any]:
    """Returns two values for a table: of long lists of numbers, and of sparse vectors, where they begin to differ."""
    if _is_list(a) and _is_list(b):
        place = next((at for at, (one, other) in enumerate(zip_longest(a, b)) if one != other), 0)
        return _part(a, place), _part(b, place)
    if _is_sparse(a) and _is_sparse(b):
        index = next((each for each in sorted({*a, *b}, key=int) if a.get(each) != b.get(each)), min(a, key=int))
        return _entry(a, index), _entry(b, index)
    return _alone(a), _alone(b)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and len(value) > MOST and all(isinstance(each, int | float) for each in value)


def _is_sparse(value: Any) -> bool:
    return isinstance(value, Mapping) and len(value) > MOST and all(map(str.isdecimal, value))


def _alone(value: Any) -> Any:
    """Shortens a vector that has none to compare with."""
    if _is_list(value):
        return _part(value, 0)
    return _entry(value, min(value, key=int)) if _is_sparse(value) else value


def _part(vector: list[Any], place: int) -> str:
    if place >= len(vector):
        return f"[{ELLIPSIS} ×{len(vector)}]"
    numbers = ", ".join(shown(each) for each in vector[place : place + TOGETHER])
    before = f"{ELLIPSIS} {place + 1}: " if place else ""
    after = f", {ELLIPSIS}" if place + TOGETHER < len(vector) else ""
    return f"[{before}{numbers}{after} ×{len(vector)}]"


def _entry(vector: Mapping[str, Any], index: str) -> str:
    value = shown(vector[index]) if index in vector else ELLIPSIS
    return f"{{{ELLIPSIS} {index}: {value}, {ELLIPSIS} ×{len(vector)}}}"
