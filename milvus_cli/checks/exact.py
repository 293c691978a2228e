"""Exact search by brute force, page by page. Memory holds the queries, one page, and some distances per query."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from .arithmetic import Arithmetic, slack
from .pages import Key, VectorPage


class Exact:
    """Keeps, for each query, the k least distances to all rows except the query's own.

    `learn` adds the distances of rows that a search found, so that both sides use the same arithmetic.
    """

    def __init__(self, arithmetic: Arithmetic, metric: str, queries: VectorPage, k: int) -> None:
        self._arithmetic = arithmetic
        self._metric = metric
        self._numbers = arithmetic.numbers(queries.vectors)
        self._keys = queries.keys
        self._k = k
        self._best: list[Any] = [()] * len(queries.keys)
        self._distances: list[dict[Key, float]] = [{} for _ in queries.keys]

    def add(self, page: VectorPage) -> None:
        """Takes a page of all rows."""
        if not page.keys:
            return
        positions = {key: position for position, key in enumerate(page.keys)}
        for query, distances in enumerate(self._to_all(page)):
            own = positions.get(self._keys[query])
            if own is not None:
                distances[own] = math.inf
            self._best[query] = self._arithmetic.least([self._best[query], distances], self._k)

    def unknown(self, found: Sequence[Collection[Key]]) -> list[Key]:
        """Returns the keys found for queries, whose distances to them are not known."""
        missing = (key for query, keys in enumerate(found) for key in keys if key not in self._distances[query])
        return list(dict.fromkeys(missing))

    def learn(self, found: Sequence[Collection[Key]], page: VectorPage) -> None:
        """Takes a page of rows that a search found, for each query those with the keys found for it."""
        if not page.keys:
            return
        positions = {key: position for position, key in enumerate(page.keys)}
        for query, distances in enumerate(self._to_all(page)):
            for key in found[query]:
                if key in positions:
                    self._distances[query][key] = float(distances[positions[key]])

    def _to_all(self, page: VectorPage) -> Iterator[Any]:
        """Yields, for each query, its distances to the rows of a page."""
        return self._arithmetic.distances(self._metric, self._numbers, self._arithmetic.numbers(page.vectors))

    def recall(self, query: int, keys: Sequence[Key]) -> float:
        """Returns the share of the k nearest rows that a search found; any row as near as the k-th counts."""
        best = [float(each) for each in self._best[query] if math.isfinite(each)]
        if not best:
            return 1.0
        limit = best[-1] + slack(self._metric, best[-1], float(self._numbers.squares[query]))
        near = sum(self._distances[query].get(key, math.inf) <= limit for key in set(keys))
        return min(near, len(best)) / len(best)
