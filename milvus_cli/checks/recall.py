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
from .exact import Exact
from .pages import Key, VectorPage

SearchSetting = Mapping[str, Any]
DIGITS = 6
"""Decimal places of recalls."""


@dataclass(frozen=True)
class SettingResult:
    """Result of one setting: the keys found for each query, and each search's latency in milliseconds."""

    setting: SearchSetting
    keys: list[list[Key]]
    latencies: list[float]


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
        if name.strip() in found[0]:
            raise InvalidInput(f"--sweep {name.strip()} is given twice", hint="write all values in one: ef=16,64,256")
        found = [{**each, name.strip(): value} for each in found for value in values]
    return found


def refusals(client: Client, search: Search, wanted: Sequence[SearchSetting]) -> list[str]:
    """Searches once with each setting, and returns the server's reasons to refuse it, "" for none.

    The first search may also load something. Raises ServerRefused if the server refuses every setting.
    """
    found, last = list[str](), None
    for setting in wanted:
        try:
            asked = _asked(search, setting)
            client.call("Search", **asked.of_one(asked.queries.values[0]).request())
            found.append("")
        except ServerRefused as exc:
            last = exc if last is None else last
            found.append(exc.message)
    if last is not None and all(found):
        hint = f"{search.limit + 1} hits were asked for: k, and the row itself, which is left out"
        raise last.with_context(hint=hint)
    return found


def measure(
    client: Client, search: Search, setting: SearchSetting, keys: Sequence[Key], tick: Callable[[], None]
) -> SettingResult:
    """Runs every query once with a setting, one at a time, and calls `tick` after each; `search` requests k hits.

    `keys` are the keys of the query rows.
    """
    found, latencies = list[list[Key]](), list[float]()
    asked = _asked(search, setting)
    for own, vector in zip(keys, asked.queries.values, strict=True):
        request = asked.of_one(vector).request()
        started = time.perf_counter()
        hits = hit_ids(client.call("Search", **request).results)
        latencies.append((time.perf_counter() - started) * 1000)
        found.append([key for key in hits if key != own][: search.limit])
        tick()
    return SettingResult(setting, found, latencies)


def compare_with_exact(
    exact: Exact, found: SettingResult, pages: Callable[[Sequence[Key]], Iterable[VectorPage]]
) -> RecallRow:
    """Returns the recall of a setting; `pages` reads rows by their keys."""
    for page in pages(exact.unknown(found.keys)):
        exact.learn(found.keys, page)
    return _recall_row(found, [exact.recall(query, keys) for query, keys in enumerate(found.keys)])


def percentile(values: Sequence[float], fraction: float) -> float:
    """Returns the smallest value that at least `fraction` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(fraction * len(ordered)) - 1)]


def _asked(search: Search, setting: SearchSetting) -> Search:
    """Returns the search with a setting, and with one more hit: the query's own row."""
    return replace(search, limit=search.limit + 1, params={**search.params, **setting})


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
