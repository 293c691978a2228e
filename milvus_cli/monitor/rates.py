"""Computes what a server did between two readings of its metrics."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..errors import CliError
from .series import Reader, Totals

Key = TypeVar("Key")


@dataclass(frozen=True)
class Requests:
    """Requests of one type since the last reading; latencies are None if none finished."""

    type: str
    per_second: float
    errors_per_second: float
    p50_ms: float | None
    p99_ms: float | None
    mean_ms: float | None = None


@dataclass(frozen=True)
class Activity:
    """Activity of one server; with an `error` all else is None."""

    alias: str
    error: str | None = None
    everything: Requests | None = None
    requests: Sequence[Requests] = ()
    totals: Totals | None = None
    cpu_percent: float | None = None


class Watcher:
    """Reads the metrics of one server repeatedly; `fetch` returns their text, or raises CliError."""

    def __init__(self, alias: str, fetch: Callable[[], str]) -> None:
        self.alias = alias
        self._fetch = fetch
        self._reader = Reader()
        self._before: Totals | None = None

    def start(self) -> CliError | None:
        """Takes the first reading, with which the next is compared. Returns its error."""
        try:
            self._before = self._totals()
        except CliError as exc:
            return exc
        return None

    def look(self) -> Activity:
        """Returns the activity since the last reading; after an outage, only the current totals."""
        try:
            now = self._totals()
        except CliError as exc:
            self._before = None
            return Activity(self.alias, exc.message)
        before, self._before = self._before, now
        return activity(self.alias, before, now) if before else Activity(self.alias, totals=now)

    def _totals(self) -> Totals:
        return self._reader.totals(self._fetch())


def activity(alias: str, before: Totals, now: Totals) -> Activity:
    seconds = max(now.at - before.at, 1e-9)
    counts, failures = _growth(before, now, "requests"), _growth(before, now, "failures")
    spent, finished = _growth(before, now, "latency_sum"), _growth(before, now, "latency_count")
    steps = {kind: _grown_each(before.latencies.get(kind, {}), each) for kind, each in now.latencies.items()}

    def requests(kind: str) -> Requests:
        return Requests(
            kind,
            counts[kind] / seconds,
            failures.get(kind, 0.0) / seconds,
            *_percentiles([steps.get(kind, {})]),
            _mean(spent.get(kind, 0.0), finished.get(kind, 0.0)),
        )

    everything = Requests(
        "",
        sum(counts.values(), 0.0) / seconds,
        sum(failures.values(), 0.0) / seconds,
        *_percentiles(steps.values()),
        _mean(sum(spent.values()), sum(finished.values())),
    )
    busiest = sorted((kind for kind, count in counts.items() if count), key=lambda kind: (-counts[kind], kind))
    cpu = now.value("cpu")
    percent = None if cpu is None else 100 * _grown(before.value("cpu") or 0.0, cpu) / seconds
    return Activity(alias, None, everything, [requests(kind) for kind in busiest], now, percent)


def _growth(before: Totals, now: Totals, what: str) -> dict[str, float]:
    return _grown_each(before.of(what), now.of(what))


def _grown_each(before: Mapping[Key, float], now: Mapping[Key, float]) -> dict[Key, float]:
    return {key: _grown(before.get(key, 0.0), value) for key, value in now.items()}


def _grown(before: float, now: float) -> float:
    """Returns a counter's increase; a counter below its earlier value was reset by a restart."""
    return now - before if now >= before else now


def _mean(total: float, count: float) -> float | None:
    return total / count if count else None


def _percentiles(histograms: Iterable[Mapping[float, float]]) -> tuple[float | None, float | None]:
    """Returns p50 and p99 of the combined histograms, whose buckets are cumulative."""
    steps: dict[float, float] = {}
    for histogram in histograms:
        for up_to, count in histogram.items():
            steps[up_to] = steps.get(up_to, 0.0) + count
    ordered = sorted(steps.items())
    return _quantile(ordered, 0.5), _quantile(ordered, 0.99)


def _quantile(ordered: Sequence[tuple[float, float]], share: float) -> float | None:
    """Interpolates within a bucket, like Prometheus's histogram_quantile; the last bucket returns its lower bound."""
    if not ordered or not ordered[-1][1]:
        return None
    rank, lower, below = share * ordered[-1][1], 0.0, 0.0
    for upper, count in ordered:
        if count >= rank and count > below:
            return lower if math.isinf(upper) else lower + (upper - lower) * (rank - below) / (count - below)
        lower, below = upper, count
    return lower
