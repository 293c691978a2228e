"""Splits rows of a partial upsert into requests: all rows of one give the same fields, and each key once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..values.encode import ABSENT


def new_patterns(columns: Iterable[Sequence[Any]], count: int) -> list[int]:
    """Returns the rows that give other fields than the row before; `columns` are those of fields."""
    mixed = [values for values in columns if isinstance(values, list) and any(each is ABSENT for each in values)]
    if not mixed:
        return []
    given = [tuple(values[row] is ABSENT for values in mixed) for row in range(count)]
    return [row for row in range(1, count) if given[row] != given[row - 1]]


def repeated_keys(keys: Sequence[Any]) -> list[int]:
    """Returns the rows at which a request must begin, so that none has a key twice: servers keep one of such rows."""
    if len(set(keys)) == len(keys):
        return []
    starts: list[int] = []
    seen: set[Any] = set()
    for row, key in enumerate(keys):
        if key in seen:
            starts.append(row)
            seen.clear()
        seen.add(key)
    return starts
