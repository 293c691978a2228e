"""Exact search by brute force, page by page. Memory holds the queries, one page, and k distances per query."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from .arithmetic import Arithmetic, slack
from .pages import Key, VectorPage


class Exact:
    """Keeps, for each query, the k least distances to all rows except the query's own.

    `found` are the keys that searches found for each query: their distances are kept as well, so that both sides use
    the same arithmetic.
    """

    def __init__(
        self, arithmetic: Arithmetic, metric: str, queries: VectorPage, k: int, found: Sequence[Collection[Key]]
    ) -> None:
        self._arithmetic = arithmetic
        self._metric = metric
        self._numbers = arithmetic.numbers(queries.vectors)
        self._keys = queries.keys
        self._k = k
        self._best: list[Any] = [()] * len(queries.keys)
        self._distances: list[dict[Key, float]] = [{} for _ in queries.keys]
        self._finders = defaultdict[Key, list[int]](list)
        for query, keys in enumerate(found):
            for key in keys:
                self._finders[key].append(query)

    def add(self, page: VectorPage) -> None:
        if not page.keys:
            return
        positions = {key: position for position, key in enumerate(page.keys)}
        wanted = defaultdict[int, list[Key]](list)
        for key in self._finders.keys() & positions.keys():
            for query in self._finders[key]:
                wanted[query].append(key)
        rows = self._arithmetic.numbers(page.vectors)
        for query, distances in enumerate(self._arithmetic.distances(self._metric, self._numbers, rows)):
            for key in wanted[query]:
                self._distances[query][key] = float(distances[positions[key]])
            own = positions.get(self._keys[query])
            if own is not None:
                distances[own] = math.inf
            self._best[query] = self._arithmetic.least([self._best[query], distances], self._k)

    def recall(self, query: int, keys: Sequence[Key]) -> float:
        """Returns the share of the k nearest rows that a search found; any row as near as the k-th counts."""
        best = [float(each) for each in self._best[query] if math.isfinite(each)]
        if not best:
            return 1.0
        limit = best[-1] + slack(self._metric, best[-1], float(self._numbers.squares[query]))
        near = sum(self._distances[query].get(key, math.inf) <= limit for key in set(keys))
        return min(near, len(best)) / len(best)
