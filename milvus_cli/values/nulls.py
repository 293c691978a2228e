"""Nulls in the columns of messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def with_nulls(values: Sequence[Any], valid: Sequence[bool]) -> list[Any]:
    """Returns a value or None per row. Servers send either a value for every row, or only those that are not null."""
    if not valid:
        return list(values)
    if len(values) == len(valid):
        return [value if there else None for value, there in zip(values, valid, strict=True)]
    found = iter(values)
    return [next(found, None) if there else None for there in valid]
