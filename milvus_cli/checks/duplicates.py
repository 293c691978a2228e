"""Finds rows whose vectors are nearly equal: the server's searches propose pairs, and distances computed here decide.

Each row is searched for once, with few hits; only a row whose hits are all near is searched for again, with more.
Memory holds a page of rows, the hits of one request, and the keys of rows that are near to another one.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..client.client import Client
from ..errors import CliError
from ..search.hits import hits
from ..search.request import Search
from ..search.run import refusals_explained
from .arithmetic import Arithmetic, PreparedVectors, arithmetic
from .audit import UNIT
from .groups import Groups
from .pages import Key, VectorPage, pages_of
from .target import CheckedCollection

FIRST_NEIGHBORS, GROWTH = 10, 4
"""Neighbors that the first search for a row requests, and the growth of each further one."""
ANGLES = {"COSINE": 1e-5, "IP": 3e-3}
"""Metrics of angles, and how far a similarity of the server may be off: by IP the lengths are not exactly 1."""
SERVER_ROUNDING = 1e-3
"""Tolerance for the distances of servers, which compute in float32, relative to the limit."""
ROUNDING = 1e-12
"""The same for distances computed here, in float64."""
WIDTHS = ("ef", "search_list", "reorder_k", "itopk_size")
"""Parameters of searches that must not be less than the number of hits."""
EXACT_INDEXES = ("FLAT", "IVF_FLAT", "HNSW", "DISKANN", "BIN_FLAT", "BIN_IVF_FLAT", "GPU_BRUTE_FORCE", "GPU_IVF_FLAT")
"""Indexes whose hits have distances to the vectors themselves, not to shortened ones."""


@dataclass
class NearRows:
    """`cut` counts rows with more near neighbors than were requested, `invalid` rows whose vectors are not finite."""

    rows: int = 0
    cut: int = 0
    invalid: int = 0
    groups: Groups = field(default_factory=Groups)


@dataclass(frozen=True)
class Nearness:
    """The greatest distance of two near-duplicates, by a metric. IP requires vectors of length 1."""

    arithmetic: Arithmetic
    metric: str
    within: float

    def distances(self, one: PreparedVectors, others: PreparedVectors) -> list[float]:
        """Returns the distances of one vector to others, none below 0: 1 - similarity for angles."""
        if self.metric not in ANGLES:
            [found] = self.arithmetic.distances(self.metric, one, others)
            return [max(0.0, float(each)) for each in found]
        [found] = self.arithmetic.distances("COSINE", one, others)
        return [max(0.0, 1.0 + float(each)) for each in found]

    def holds(self, distance: float, square: float) -> bool:
        scale = 1.0 if self.metric in ANGLES else max(1.0, square)
        return distance <= self.within + ROUNDING * scale

    def may_hold(self, score: float, square: float) -> bool:
        """Reports whether a server's distance or similarity leaves room for a near pair."""
        limit = self.within * (1 + SERVER_ROUNDING)
        if self.metric in ANGLES:
            return 1.0 - score <= limit + ANGLES[self.metric]
        return score <= limit + SERVER_ROUNDING / 100 * square

    def require_lengths(self, squares: Mapping[Key, float]) -> None:
        """Raises CliError for a vector by whose length IP is not an angle."""
        for key, square in squares.items() if self.metric == "IP" else ():
            if abs(math.sqrt(square) - 1) > UNIT:
                raise CliError(
                    f"row {key!r} has a vector of length {math.sqrt(square):.6g}: under IP, lengths other than 1 count",
                    hint="near-duplicates of any length are found by an index with COSINE or L2",
                )


def nearness(kind: str, metric: str, within: float) -> Nearness:
    return Nearness(arithmetic(kind), metric, within)


def find_near_rows(
    client: Client,
    target: CheckedCollection,
    near: Nearness,
    search: Search,
    pages: Iterable[VectorPage],
    *,
    most: int,
    trusted: bool,
    seen: Callable[[int], None],
) -> NearRows:
    """Groups rows that are near to one another, directly or through others.

    `search` has the parameters of each search, `most` is the highest number of neighbors requested for a row. The
    server's distances are `trusted` where its index does not shorten vectors. `seen` is called with the number of rows.
    """
    finder = _Finder(client, target, near, search, most, trusted)
    for page in pages:
        finder.add(page)
        seen(finder.found.rows)
    return finder.found


def farthest(
    client: Client, target: CheckedCollection, near: Nearness, kept: Key, others: Sequence[Key]
) -> float | None:
    """Returns the greatest distance of the kept row to the others of its group; None if a row is gone."""
    one = next((each for each in pages_of(client, target, [kept]) if each.keys), None)
    if one is None:
        return None
    prepared = near.arithmetic.numbers(one.vectors)
    pages = (near.arithmetic.numbers(each.vectors) for each in pages_of(client, target, others) if each.keys)
    return max((max(near.distances(prepared, each)) for each in pages), default=None)


class _Finder:
    def __init__(
        self, client: Client, target: CheckedCollection, near: Nearness, search: Search, most: int, trusted: bool
    ) -> None:
        self.found = NearRows()
        self._client, self._target, self._near = client, target, near
        self._search, self._most, self._trusted = search, most, trusted
        self._crowded: dict[bytes, Key] = {}
        """The first row of each vector that has to be searched for again, by digest. Copies have the same neighbors."""

    def add(self, page: VectorPage) -> None:
        rows = _Rows(page, self._near.arithmetic)
        self._near.require_lengths(rows.squares)
        self.found.rows += len(page.keys)
        self.found.invalid += len(page.keys) - len(rows.keys)
        waiting, limit = rows.keys, min(FIRST_NEIGHBORS, self._most)
        while waiting:
            waiting = self._without_copies(rows, self._crowded_rows(rows, self._searched(rows, waiting, limit)))
            if limit == self._most:
                self.found.cut += len(waiting)
                return
            limit = min(limit * GROWTH, self._most)

    def _searched(self, rows: _Rows, keys: Sequence[Key], limit: int) -> Iterator[_Neighbors]:
        """Searches for rows, links those that are near, and yields the neighbors of each."""
        queries = replace(self._search.queries, values=[rows.vectors[key] for key in keys])
        asked = replace(self._search, limit=limit + 1, queries=queries, params=_wide(self._search.params, limit + 1))
        start = 0
        for chunk in asked.chunks():
            with refusals_explained(self._client, chunk, self._target.keys.schema):
                answer = self._client.call("Search", **chunk.request()).results
            found = [_Neighbors(key, limit) for key in keys[start : start + len(chunk.queries)]]
            for query, _, key, score in hits(answer):
                found[query].add(key, score)
            start += len(found)
            self._link(rows, found)
            yield from found

    def _link(self, rows: _Rows, found: Sequence[_Neighbors]) -> None:
        """Links each row with those of its neighbors that are near by the distances computed here."""
        wanted = defaultdict[Key, list[Key]](list)
        for each in found:
            square = rows.squares[each.own]
            for key, score in each.scores.items():
                if self._may_be_near(score, square) and not self.found.groups.linked(each.own, key):
                    wanted[key].append(each.own)
        if not wanted:
            return
        here = [key for key in wanted if key in rows.vectors]
        self._compare(rows, wanted, VectorPage(here, [rows.vectors[key] for key in here]))
        away = [key for key in wanted if key not in rows.vectors]
        for page in pages_of(self._client, self._target, away) if away else ():
            self._compare(rows, wanted, page)

    def _may_be_near(self, score: float, square: float) -> bool:
        return not self._trusted or self._near.may_hold(score, square)

    def _compare(self, rows: _Rows, wanted: Mapping[Key, Collection[Key]], page: VectorPage) -> None:
        """Compares the rows of a page with those that found them."""
        groups, by_query = self.found.groups, defaultdict[Key, list[int]](list)
        for position, key in enumerate(page.keys):
            for own in wanted[key]:
                by_query[own].append(position)
        for own, positions in by_query.items():
            others = [each for each in positions if not groups.linked(own, page.keys[each])]
            if not others:
                continue
            numbers = self._near.arithmetic.numbers
            one, several = numbers([rows.vectors[own]]), numbers([page.vectors[each] for each in others])
            distances = self._near.distances(one, several)
            for position, distance in zip(others, distances, strict=True):
                if self._near.holds(distance, rows.squares[own]):
                    groups.link(own, page.keys[position])

    def _crowded_rows(self, rows: _Rows, found: Iterable[_Neighbors]) -> Iterator[Key]:
        """Yields the rows whose neighbors may be more than were requested: all of these are near."""
        for each in found:
            if each.is_full and all(self._counts_as_near(rows, each.own, *hit) for hit in each.scores.items()):
                yield each.own

    def _counts_as_near(self, rows: _Rows, own: Key, key: Key, score: float) -> bool:
        """Reports whether rows behind this one may be near, too: by its score, or else since it was found to be."""
        return self._near.may_hold(score, rows.squares[own]) if self._trusted else self.found.groups.linked(own, key)

    def _without_copies(self, rows: _Rows, keys: Iterable[Key]) -> list[Key]:
        """Links rows to the first one with the same vector, and returns the others: they are to be searched again."""
        left = []
        for key in keys:
            digest = hashlib.blake2b(rows.vectors[key], digest_size=16).digest()
            first = self._crowded.setdefault(digest, key)
            if first == key:
                left.append(key)
            else:
                self.found.groups.link(first, key)
        return left


def _wide(params: Mapping[str, Any], limit: int) -> dict[str, Any]:
    """Returns search parameters that allow as many hits: servers refuse an `ef` below the limit."""
    return {key: max(each, limit) if key in WIDTHS and type(each) is int else each for key, each in params.items()}


class _Rows:
    """The vectors of a page's rows by key, and their squared norms; without those that are not finite."""

    def __init__(self, page: VectorPage, count: Arithmetic) -> None:
        squares = [float(each) for each in count.numbers(page.vectors).squares] if page.keys else []
        finite = [
            (key, vector, square)
            for key, vector, square in zip(page.keys, page.vectors, squares, strict=True)
            if square - square == 0
        ]
        self.keys: list[Key] = [key for key, _, _ in finite]
        self.vectors: dict[Key, bytes] = {key: vector for key, vector, _ in finite}
        self.squares: dict[Key, float] = {key: square for key, _, square in finite}


@dataclass
class _Neighbors:
    """The hits of a search for the row `own`, without the row itself, and the number that was requested."""

    own: Key
    limit: int
    scores: dict[Key, float] = field(default_factory=dict)

    def add(self, key: Key, score: float) -> None:
        if key != self.own:
            self.scores[key] = score

    @property
    def is_full(self) -> bool:
        return len(self.scores) >= self.limit
