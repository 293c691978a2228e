"""Computes histograms of distances, and the largest gap, which separates near hits from far ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..text.floats import shortest

MOST_BINS = 16
WIDTH = 40
"""Length of the longest bar, in characters."""


@dataclass(frozen=True)
class Gap:
    """A gap between two neighbouring distances, with `hits` on its near side."""

    hits: int
    near: float
    far: float


@dataclass(frozen=True)
class Bin:
    """A bin from `low` to `high`, which only the last includes. `gap` is set if it lies inside the largest gap."""

    low: float
    high: float
    hits: int
    gap: bool


def largest_gap(distances: Sequence[float]) -> Gap | None:
    """Returns the largest gap of ordered distances, the nearest of equal ones; None if all are the same."""
    gaps = [(abs(far - near), -number) for number, (near, far) in enumerate(pairwise(distances), start=1)]
    width, number = max(gaps, default=(0.0, 0))
    return Gap(-number, distances[-number - 1], distances[-number]) if width > 0 else None


def bins(
    distances: Sequence[float], gap: Gap | None, count: int = 0, *, edge: Callable[[float], float] = shortest
) -> list[Bin]:
    """Returns bins of equal width, nearest first; a single one if all distances are the same.

    Without a `count` there are as many as suit the number of hits, by Sturges's rule: log2(n) + 1. `edge` rounds the
    ends of bins.
    """
    finite = [each for each in distances if math.isfinite(each)]
    if not finite:
        return []
    low, high = min(finite), max(finite)
    if low == high:
        return [Bin(low, high, len(finite), gap=False)]
    count = count or min(MOST_BINS, math.ceil(math.log2(len(finite))) + 1)
    step = (high - low) / count
    counts = [0] * count
    for each in finite:
        counts[min(count - 1, int((each - low) / step))] += 1
    edges = [low + step * number for number in range(count)] + [high]
    inside = sorted((gap.near, gap.far)) if gap else [math.inf, math.inf]
    found = [
        Bin(edge(start), edge(end), hits, hits == 0 and inside[0] <= start and end <= inside[1])
        for (start, end), hits in zip(pairwise(edges), counts, strict=True)
    ]
    return found if finite[0] <= finite[-1] else found[::-1]


def bars(found: Iterable[Bin], gap: Gap | None) -> list[str]:
    """Returns a bar per bin. Marks the largest gap on the first bin it empties, else on the one that contains it."""
    found = list(found)
    most = max((each.hits for each in found), default=0)
    position = next((number for number, each in enumerate(found) if each.gap), None)
    if gap is not None and position is None:
        low = min(gap.near, gap.far)
        position = next((number for number, each in enumerate(found) if each.low <= low <= each.high), None)
    lines = []
    for number, each in enumerate(found):
        mark = number == position
        bar = "█" * max(1 if each.hits else 0, round(WIDTH * each.hits / most)) if most else ""
        lines.append(f"{bar} ◀ largest gap".strip() if mark else bar)
    return lines
