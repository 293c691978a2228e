"""Measures the recall of an index against exact search, with rows of the collection as queries.

A query's own row is left out on both sides: searches request one more hit, and exact search skips it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..client.client import Client
from ..errors import InvalidInput, ServerRefused
from ..search.hits import hit_ids
from ..search.request import Search
from .arithmetic import Arithmetic
from .exact import Exact
from .pages import Key, VectorPage

SearchSetting = Mapping[str, Any]
DIGITS = 6
"""Decimal places of recalls."""


@dataclass(frozen=True)
class SettingResult:
    """Result of one setting: the keys found for each query, and each search's latency in milliseconds.

    `error` is the server's reason to refuse the setting; then there are no keys.
    """

    setting: SearchSetting
    keys: list[list[Key]]
    latencies: list[float]
    error: str = ""


@dataclass(frozen=True)
class RecallRow:
    """`recall` is the mean over all queries, `lowest` the recall of the worst one, rounded here and nowhere else.

    A setting that the server refuses has an `error`, and no figures.
    """

    setting: SearchSetting
    recall: float = 0.0
    lowest: float = 0.0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    error: str = ""

    @property
    def figures(self) -> tuple[Any, ...]:
        """The setting and its figures, None where it was refused."""
        found = (self.recall, self.lowest, self.p50_ms, self.p95_ms)
        return (dict(self.setting), *([None] * len(found) if self.error else found))


def settings(sweeps: Sequence[str]) -> Sequence[SearchSetting]:
    """Returns every combination of `ef=16,64`, `nprobe=1,8`; one empty setting for no sweeps. Raises InvalidInput."""
    found: list[dict[str, Any]] = [{}]
    for sweep in sweeps:
        name, equals, text = sweep.partition("=")
        values = [_parse_number(each) for each in text.split(",") if each.strip()]
        if not name.strip() or not equals or not values:
            raise InvalidInput(f"invalid sweep {sweep!r}", hint="write NAME=VALUE,VALUE, e.g. ef=16,64,256")
        found = [{**each, name.strip(): value} for each in found for value in values]
    return found


def measure(
    client: Client, search: Search, keys: Sequence[Key], wanted: Sequence[SearchSetting], tick: Callable[[], None]
) -> list[SettingResult]:
    """Runs every query once with each setting, one at a time, and calls `tick` after each; `search` requests k hits.

    `keys` are the keys of the query rows. Raises ServerRefused if the server refuses every setting.
    """
    found, refusals = list[SettingResult](), list[ServerRefused]()
    for setting in wanted:
        try:
            found.append(_measured(client, search, setting, keys, tick))
        except ServerRefused as exc:
            refusals.append(exc)
            found.append(SettingResult(setting, [[] for _ in keys], [], exc.message))
    if len(refusals) == len(found):
        raise refusals[0]
    return found


def compare_with_exact(
    arithmetic: Arithmetic,
    metric: str,
    queries: VectorPage,
    k: int,
    found: Sequence[SettingResult],
    pages: Iterable[VectorPage],
) -> list[RecallRow]:
    """Returns a row for each setting; `pages` must yield all rows of the collection."""
    every = [{key for each in found for key in each.keys[query]} for query in range(len(queries.keys))]
    exact = Exact(arithmetic, metric, queries, k, every)
    for page in pages:
        exact.add(page)
    return [
        RecallRow(each.setting, error=each.error)
        if each.error
        else _recall_row(each, [exact.recall(query, keys) for query, keys in enumerate(each.keys)])
        for each in found
    ]


def percentile(values: Sequence[float], fraction: float) -> float:
    """Returns the smallest value that at least `fraction` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(fraction * len(ordered)) - 1)]


def _measured(
    client: Client, search: Search, setting: SearchSetting, keys: Sequence[Key], tick: Callable[[], None]
) -> SettingResult:
    found, latencies = list[list[Key]](), list[float]()
    asked = replace(search, limit=search.limit + 1, params={**search.params, **setting})
    vectors = asked.queries.values
    try:
        client.call("Search", **asked.of_one(vectors[0]).request())  # Warm-up: the first search may load something.
    except ServerRefused as exc:
        hint = f"{asked.limit} hits were asked for: k, and the row itself, which is left out"
        raise exc.with_context(hint=hint) from exc
    for own, vector in zip(keys, vectors, strict=True):
        request = asked.of_one(vector).request()
        started = time.perf_counter()
        hits = hit_ids(client.call("Search", **request).results)
        latencies.append((time.perf_counter() - started) * 1000)
        found.append([key for key in hits if key != own][: search.limit])
        tick()
    return SettingResult(setting, found, latencies)


def _recall_row(found: SettingResult, recalls: Sequence[float]) -> RecallRow:
    mean = round(sum(recalls) / len(recalls), DIGITS)
    p50, p95 = (round(percentile(found.latencies, fraction), 3) for fraction in (0.5, 0.95))
    return RecallRow(found.setting, mean, round(min(recalls), DIGITS), p50, p95)


def _parse_number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text.strip())
        except ValueError:
            continue
    return text.strip()
