"""Metrics of a server's management port: all of them, and the activity between two readings."""

from __future__ import annotations

import fnmatch
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..client.http import management
from ..connections.profile import Profile
from ..errors import CliError, Fault, Unreachable
from ..result import Table

PATH = "/metrics"
GLOB = "*?["
NOT_MILVUS = "its management port shows no metrics of Milvus"

LATENCIES = {
    "milvus_proxy_req_latency": "function_name",
    "milvus_proxy_sq_latency": "query_type",
    "milvus_proxy_mutation_latency": "msg_type",
}
"""Histograms in milliseconds, and the label with the type: searches, queries and writes have separate histograms."""

REQUESTS = "milvus_proxy_req_count"
LOADED_ROWS = "milvus_querynode_entity_num"
SEGMENTS = "milvus_datacoord_segment_num"
GAUGES = {
    "milvus_rootcoord_collection_num": "collections",
    "process_resident_memory_bytes": "memory",
    "process_cpu_seconds_total": "cpu",
}
WATCHED = (REQUESTS, *LATENCIES, LOADED_ROWS, SEGMENTS, *GAUGES)


@dataclass(frozen=True)
class Sample:
    name: str
    labels: Mapping[str, str]
    value: float


def metric_table(profile: Profile, port: int | None, seconds: float, pattern: str | None) -> Table:
    """The metrics with the pattern in their names, or all."""
    text = management_text(profile, port, seconds)
    rows = [(each.name, dict(each.labels), _without_point(each.value)) for each in matching(samples(text), pattern)]
    return Table(("name", "labels", "value"), rows)


def _without_point(value: float) -> float:
    """A whole number as int, so that it is shown without its point."""
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def samples(text: str) -> Iterator[Sample]:
    """Yields the samples of a text in Prometheus format. Raises CliError for other text."""
    from prometheus_client.parser import text_string_to_metric_families

    try:
        for family in text_string_to_metric_families(text):
            for each in family.samples:
                yield Sample(each.name, each.labels, float(each.value))
    except (ValueError, KeyError, IndexError) as exc:
        raise CliError(
            f"the management port did not return metrics: {str(exc)[:200]!r}",
            hint="is it the port of a Milvus? give it with --management-port",
        ) from exc


def matching(found: Iterable[Sample], pattern: str | None) -> Iterator[Sample]:
    """Yields samples whose name contains the pattern, or matches it if it contains *, ? or [."""
    for each in found:
        if not pattern or (
            fnmatch.fnmatchcase(each.name, pattern) if set(GLOB) & set(pattern) else pattern in each.name
        ):
            yield each


@dataclass(frozen=True)
class SeriesKey:
    """Key under which series are summed: `what`, the type of request, and the upper bound of the latency."""

    what: str
    type: str = ""
    up_to: float = 0.0


@dataclass(frozen=True)
class Totals:
    """Counters and gauges at one point in time."""

    at: float
    sums: Mapping[SeriesKey, float]

    def value(self, what: str) -> float | None:
        """Returns None if the server does not report the value."""
        return self.sums.get(SeriesKey(what))


@dataclass(frozen=True)
class Requests:
    """Requests of one type since the last reading; latencies are None if none finished."""

    type: str
    per_second: float
    errors_per_second: float
    p50_ms: float | None
    p99_ms: float | None


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
        self._keys: dict[str, SeriesKey | None] = {}
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
        return _activity(self.alias, before, now) if before else Activity(self.alias, totals=now)

    def _totals(self) -> Totals:
        """Sums the watched series. Parsing is slow, so each series is parsed once; later only its number is read."""
        text = self._fetch()
        sums: dict[SeriesKey, float] = {}
        for line in watched_lines(text):
            series, _, number = line.rpartition(" ")
            if series not in self._keys:
                self._keys[series] = _series_key(next(samples(f"{series} 0\n")))
            key = self._keys[series]
            if key is not None:
                sums[key] = sums.get(key, 0.0) + float(number)
        if not sums:
            raise Unreachable(NOT_MILVUS, fault=Fault.NOT_MILVUS)
        return Totals(time.monotonic(), sums)


def watched_lines(text: str) -> Iterator[str]:
    """Yields the samples of the watched families; each family follows its TYPE line in one piece."""
    for name in WATCHED:
        start = text.find(f"# TYPE {name} ")
        if start >= 0:
            first = text.find("\n", start) + 1
            end = text.find("\n#", first)
            yield from filter(None, text[first : end if end >= 0 else None].split("\n"))


def _series_key(sample: Sample) -> SeriesKey | None:
    """Returns None for a series that is not needed."""
    name, labels = sample.name, sample.labels
    state, status = labels.get("segment_state"), labels.get("status")
    if name == REQUESTS:
        kind = labels.get("function_name", "")
        return None if status == "success" else SeriesKey("requests" if status == "total" else "failures", kind)
    if name.removesuffix("_bucket") in LATENCIES and "le" in labels:
        kind = labels.get(LATENCIES[name.removesuffix("_bucket")], "")
        # The histograms of searches and writes have lowercase types.
        return SeriesKey("latencies", kind[:1].upper() + kind[1:], float(labels["le"]))
    if name == LOADED_ROWS:
        return SeriesKey("growing_rows" if state == "Growing" else "loaded_rows")
    if name == SEGMENTS:
        return None if state == "Dropped" else SeriesKey("segments")
    return SeriesKey(GAUGES[name]) if name in GAUGES else None


def _activity(alias: str, before: Totals, now: Totals) -> Activity:
    seconds = max(now.at - before.at, 1e-9)
    counts: dict[str, float] = {}
    failures: dict[str, float] = {}
    latencies: dict[str, dict[float, float]] = {}
    for key, value in now.sums.items():
        grown = _grown(before.sums.get(key, 0.0), value)
        if key.what == "latencies":
            latencies.setdefault(key.type, {})[key.up_to] = grown
        elif key.what in ("requests", "failures") and grown:
            (counts if key.what == "requests" else failures)[key.type] = grown / seconds
    requests = [
        Requests(kind, count, failures.get(kind, 0.0), *_percentiles([latencies.get(kind, {})]))
        for kind, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    everything = Requests("", sum(counts.values(), 0.0), sum(failures.values(), 0.0), *_percentiles(latencies.values()))
    cpu = now.value("cpu")
    percent = None if cpu is None else 100 * _grown(before.value("cpu") or 0.0, cpu) / seconds
    return Activity(alias, None, everything, requests, now, percent)


def _grown(before: float, now: float) -> float:
    """Returns a counter's increase; a counter below its earlier value was reset by a restart."""
    return now - before if now >= before else now


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


def management_text(profile: Profile, port: int | None, seconds: float) -> str:
    """Returns the text of all metrics. Raises CliError for a wrong port, Unreachable for a closed one."""
    status, text = management(profile, port, PATH, seconds)
    if status != 200:
        raise CliError(
            f"port {port or profile.management_port} {PATH}: HTTP {status}", hint="is it a Milvus's management port?"
        )
    return text
