"""Rows without a value, as messages have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def with_nulls(values: Sequence[Any], valid: Sequence[bool]) -> list[Any]:
    """Servers send either all places with a mark for each, or only the values that are there."""
    if not valid:
        return list(values)
    if len(values) == len(valid):
        return [value if there else None for value, there in zip(values, valid, strict=True)]
    found = iter(values)
    return [next(found, None) if there else None for there in valid]
