"""Tells which vectors have the same direction, whatever their length, without holding them.

The cosines of a vector to a few fixed random axes tell its direction: two vectors agree in all of them only if they
point the same way, up to the rounding of float32.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from .arithmetic import Arithmetic, PreparedVectors

AXES = 4
TOLERANCE = 1e-6
"""Difference of cosines up to which two directions are the same: a scaled float32 vector is off by about 1e-7."""

Cosines = Sequence[float]


class Axes:
    """Random axes, the same ones for the same dimension."""

    def __init__(self, arithmetic: Arithmetic) -> None:
        self._arithmetic = arithmetic
        self._axes: PreparedVectors | None = None

    def cosines(self, rows: PreparedVectors) -> list[Cosines]:
        """Returns the cosines of each row to the axes. They mean nothing for a vector that is zero or not finite."""
        if not len(rows):
            return []
        axes = self._axes = self._axes or _axes(len(rows.vectors[0]))
        columns = [[float(each) for each in found] for found in self._arithmetic.distances("COSINE", axes, rows)]
        return list(zip(*columns, strict=True))


def same_directions(rows: Iterable[tuple[int, bytes, Cosines]]) -> Iterator[tuple[int, bytes]]:
    """Yields each row that has the direction of an earlier one, with the digest of that.

    Rows are numbers, digests and cosines, in the order of their first cosine.
    """
    recent: deque[tuple[Cosines, bytes]] = deque()
    for number, digest, cosines in rows:
        while recent and cosines[0] - recent[0][0][0] > TOLERANCE:
            recent.popleft()
        first = next((digest for others, digest in recent if _agree(cosines, others)), None)
        if first is None:
            recent.append((cosines, digest))
        elif first != digest:
            yield number, first


def _agree(one: Cosines, other: Cosines) -> bool:
    return all(abs(a - b) <= TOLERANCE for a, b in zip(one, other, strict=True))


def _axes(dimension: int) -> PreparedVectors:
    numbers = random.Random(dimension)
    vectors = [[numbers.gauss(0, 1) for _ in range(dimension)] for _ in range(AXES)]
    return PreparedVectors(vectors, [sum(each * each for each in vector) for vector in vectors])
