"""Recall of an index: what searches find, beside what exact search finds, on rows of the collection as queries.

A query's own row is left out of both: searches ask for one hit more, and exact search passes it over.
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
from .pages import Key, Page

Setting = Mapping[str, Any]


@dataclass(frozen=True)
class SettingResult:
    """What one setting found: keys for each query, and how long each search took, in milliseconds."""

    setting: Setting
    keys: list[list[Key]]
    latencies: list[float]


@dataclass(frozen=True)
class Row:
    """`recall` is the mean of all queries, `lowest` that of the worst of them."""

    setting: Setting
    recall: float
    lowest: float
    p50_ms: float
    p95_ms: float


def settings(sweeps: Sequence[str]) -> Sequence[Setting]:
    """Every combination of `ef=16,64`, `nprobe=1,8`; one empty setting for none. Raises InvalidInput."""
    found: list[dict[str, Any]] = [{}]
    for sweep in sweeps:
        name, equals, text = sweep.partition("=")
        values = [_parse_number(each) for each in text.split(",") if each.strip()]
        if not name.strip() or not equals or not values:
            raise InvalidInput(f"bad sweep {sweep!r}", hint="write NAME=VALUE,VALUE, e.g. ef=16,64,256")
        found = [{**each, name.strip(): value} for each in found for value in values]
    return found


def measure(
    client: Client, search: Search, keys: Sequence[Key], wanted: Sequence[Setting], tick: Callable[[], None]
) -> list[SettingResult]:
    """Sends every query once with each setting, one after the other; `search` asks for k. Calls `tick` after each.

    `keys` are those of the rows that are the queries.
    """
    return [_measured(client, search, setting, keys, tick) for setting in wanted]


def compare(
    arithmetic: Arithmetic, metric: str, queries: Page, k: int, found: Sequence[SettingResult], pages: Iterable[Page]
) -> list[Row]:
    """A row for each setting; `pages` are all rows of the collection."""
    every = [{key for each in found for key in each.keys[query]} for query in range(len(queries.keys))]
    exact = Exact(arithmetic, metric, queries, k, every)
    for page in pages:
        exact.add(page)
    return [_row(each, [exact.recall(query, keys) for query, keys in enumerate(each.keys)]) for each in found]


def percentile(values: Sequence[float], fraction: float) -> float:
    """The value that so much of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(fraction * len(ordered)) - 1)]


def _measured(
    client: Client, search: Search, setting: Setting, keys: Sequence[Key], tick: Callable[[], None]
) -> SettingResult:
    found, latencies = list[list[Key]](), list[float]()
    asked = replace(search, limit=search.limit + 1, params={**search.params, **setting})
    vectors = asked.queries.values
    try:
        client.call("Search", **asked.of_one(vectors[0]).request())  # The first one may still load something.
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


def _row(found: SettingResult, recalls: Sequence[float]) -> Row:
    mean = sum(recalls) / len(recalls)
    latencies = [round(percentile(found.latencies, fraction), 3) for fraction in (0.5, 0.95)]
    return Row(found.setting, mean, min(recalls), *latencies)


def _parse_number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text.strip())
        except ValueError:
            continue
    return text.strip()
