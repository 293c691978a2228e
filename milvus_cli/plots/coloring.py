"""Groups the rows of a picture by a field, one color each: by value, or numbers by ranges with about as many rows."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ..output.values import NULL, to_json
from .figure import CATEGORIES, OTHERS, RANGES, Group


def text_of(value: Any) -> str:
    """Returns a value as one line of text."""
    if value is None:
        return NULL
    return value if isinstance(value, str) and value else to_json(value)


def grouped(values: Sequence[Any]) -> list[Group]:
    """Returns groups of positions. Each position is in one of them; those without a value are in the last."""
    present = [place for place, value in enumerate(values) if value is not None]
    absent = [place for place, value in enumerate(values) if value is None]
    are_numbers = all(_is_number(values[each]) for each in present)
    if are_numbers and len({values[each] for each in present}) > len(CATEGORIES):
        found = _by_range(values, present)
    else:
        found = _by_value({place: text_of(values[place]) for place in present})
    return [*found, *([Group(NULL, OTHERS, absent)] if absent else [])]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _by_range(values: Sequence[Any], places: Sequence[int]) -> list[Group]:
    ordered = sorted(values[each] for each in places)
    bounds = sorted({ordered[len(ordered) * step // len(RANGES)] for step in range(1, len(RANGES))} - {ordered[0]})
    members: list[list[int]] = [[] for _ in range(len(bounds) + 1)]
    for place in places:
        members[bisect_right(bounds, values[place])].append(place)
    found = []
    for number, group in enumerate(members):
        low, high = min(values[each] for each in group), max(values[each] for each in group)
        color = RANGES[round(number * (len(RANGES) - 1) / max(1, len(members) - 1))]
        found.append(Group(f"{_number(low)} to {_number(high)}" if low != high else _number(low), color, group))
    return found


def _by_value(texts: Mapping[int, str]) -> list[Group]:
    """Returns a group for each text, the most frequent first; the rarest share one."""
    counts = Counter(texts.values())
    names = sorted(counts, key=lambda name: (-counts[name], name))
    shown = names if len(names) <= len(CATEGORIES) else names[: len(CATEGORIES) - 1]
    members: dict[str, list[int]] = {name: [] for name in shown}
    rest = list[int]()
    for place, text in texts.items():
        members.get(text, rest).append(place)
    found = [Group(name, color, members[name]) for name, color in zip(shown, CATEGORIES, strict=False)]
    others = len(names) - len(shown)
    return [*found, *([Group(f"{others:,} others", OTHERS, rest)] if others else [])]


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.6g}"
