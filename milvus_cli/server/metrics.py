"""The metrics that a server shows on its management port: all of them, and what goes on between two looks at them."""

from __future__ import annotations

import fnmatch
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

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
"""Histograms in milliseconds, and the label that says of what: searches, queries and writes have ones of their own."""

REQUESTS = "milvus_proxy_req_count"
ROWS = "milvus_querynode_entity_num"
SEGMENTS = "milvus_datacoord_segment_num"
GAUGES = {
    "milvus_rootcoord_collection_num": "collections",
    "process_resident_memory_bytes": "memory",
    "process_cpu_seconds_total": "cpu",
}
WATCHED = (REQUESTS, *LATENCIES, ROWS, SEGMENTS, *GAUGES)


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
    """Every sample of the Prometheus text. Raises CliError for what is none."""
    from prometheus_client.parser import text_string_to_metric_families

    try:
        for family in text_string_to_metric_families(text):
            for each in family.samples:
                yield Sample(each.name, each.labels, float(each.value))
    except (ValueError, KeyError, IndexError) as exc:
        raise CliError(
            f"what the management port shows are no metrics: {str(exc)[:200]!r}",
            hint="is it the port of a Milvus? give it with --management-port",
        ) from exc


def matching(found: Iterable[Sample], pattern: str | None) -> Iterator[Sample]:
    """Those whose name has the pattern in it, or, where that has * ? or [, is like it."""
    for each in found:
        if not pattern or (
            fnmatch.fnmatchcase(each.name, pattern) if set(GLOB) & set(pattern) else pattern in each.name
        ):
            yield each


@dataclass(frozen=True)
class SeriesKey:
    """Where a series is added up: `what` of which type of request, and up to which latency."""

    what: str
    type: str = ""
    up_to: float = 0.0


@dataclass(frozen=True)
class Totals:
    """What the counters and gauges say at one moment."""

    at: float
    sums: Mapping[SeriesKey, float]

    def value(self, what: str) -> float | None:
        """None where the server does not tell."""
        return self.sums.get(SeriesKey(what))


@dataclass(frozen=True)
class Requests:
    """Requests of one type since the look before; milliseconds are None where none was finished."""

    type: str
    per_second: float
    errors_per_second: float
    p50_ms: float | None
    p99_ms: float | None


@dataclass(frozen=True)
class Activity:
    """What went on at one server; the rest is None with an `error`."""

    alias: str
    error: str | None = None
    everything: Requests | None = None
    requests: Sequence[Requests] = ()
    totals: Totals | None = None
    cpu_percent: float | None = None


class Watcher:
    """Looks at one server again and again; `fetch` gets the text of its metrics, or raises CliError."""

    def __init__(self, alias: str, fetch: Callable[[], str]) -> None:
        self.alias = alias
        self._fetch = fetch
        self._places: dict[str, SeriesKey | None] = {}
        self._before: Totals | None = None

    def start(self) -> CliError | None:
        """The first look, with which the next one is compared; what went wrong."""
        try:
            self._before = self._totals()
        except CliError as exc:
            return exc
        return None

    def look(self) -> Activity:
        """What went on since the last look; after an outage the first one only begins again."""
        try:
            now = self._totals()
        except CliError as exc:
            self._before = None
            return Activity(self.alias, exc.message)
        before, self._before = self._before, now
        return _activity(self.alias, before, now) if before else Activity(self.alias, totals=now)

    def _totals(self) -> Totals:
        """Parsing is slow, so it is done once for a series: of one known already only the number is read."""
        text = self._fetch()
        sums: dict[SeriesKey, float] = {}
        for line in watched_lines(text):
            series, _, number = line.rpartition(" ")
            if series not in self._places:
                self._places[series] = _place(next(samples(f"{series} 0\n")))
            place = self._places[series]
            if place is not None:
                sums[place] = sums.get(place, 0.0) + float(number)
        if not sums:
            raise Unreachable(NOT_MILVUS, fault=Fault.NOT_MILVUS)
        return Totals(time.monotonic(), sums)


def watched_lines(text: str) -> Iterator[str]:
    """The samples of the families that are of interest; each family stands in one piece after its TYPE."""
    for name in WATCHED:
        start = text.find(f"# TYPE {name} ")
        if start >= 0:
            first = text.find("\n", start) + 1
            end = text.find("\n#", first)
            yield from filter(None, text[first : end if end >= 0 else None].split("\n"))


def _place(sample: Sample) -> SeriesKey | None:
    """None for what is of no interest."""
    name, labels = sample.name, sample.labels
    state, status = labels.get("segment_state"), labels.get("status")
    if name == REQUESTS:
        kind = labels.get("function_name", "")
        return None if status == "success" else SeriesKey("requests" if status == "total" else "failures", kind)
    if name.removesuffix("_bucket") in LATENCIES and "le" in labels:
        kind = labels.get(LATENCIES[name.removesuffix("_bucket")], "")
        # The histograms of searches and writes write their types small.
        return SeriesKey("latencies", kind[:1].upper() + kind[1:], float(labels["le"]))
    if name == ROWS:
        return SeriesKey("growing_rows" if state == "Growing" else "loaded_rows")
    if name == SEGMENTS:
        return None if state == "Dropped" else SeriesKey("segments")
    return SeriesKey(GAUGES[name]) if name in GAUGES else None


def _activity(alias: str, before: Totals, now: Totals) -> Activity:
    seconds = max(now.at - before.at, 1e-9)
    counts: dict[str, float] = {}
    failures: dict[str, float] = {}
    latencies: dict[str, dict[float, float]] = {}
    for place, value in now.sums.items():
        grown = _grown(before.sums.get(place, 0.0), value)
        if place.what == "latencies":
            latencies.setdefault(place.type, {})[place.up_to] = grown
        elif place.what in ("requests", "failures") and grown:
            (counts if place.what == "requests" else failures)[place.type] = grown / seconds
    requests = [
        Requests(kind, count, failures.get(kind, 0.0), *_percentiles([latencies.get(kind, {})]))
        for kind, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    everything = Requests("", sum(counts.values(), 0.0), sum(failures.values(), 0.0), *_percentiles(latencies.values()))
    cpu = now.value("cpu")
    percent = None if cpu is None else 100 * _grown(before.value("cpu") or 0.0, cpu) / seconds
    return Activity(alias, None, everything, requests, now, percent)


def _grown(before: float, now: float) -> float:
    """A counter that is smaller than it was has begun again, with the server."""
    return now - before if now >= before else now


def _percentiles(histograms: Iterable[Mapping[float, float]]) -> tuple[float | None, float | None]:
    """p50 and p99 of histograms together; their buckets are cumulative."""
    steps: dict[float, float] = {}
    for histogram in histograms:
        for up_to, count in histogram.items():
            steps[up_to] = steps.get(up_to, 0.0) + count
    ordered = sorted(steps.items())
    return _quantile(ordered, 0.5), _quantile(ordered, 0.99)


def _quantile(ordered: Sequence[tuple[float, float]], share: float) -> float | None:
    """As Prometheus's histogram_quantile: even within a bucket; the highest bound there is for what lies above it."""
    if not ordered or not ordered[-1][1]:
        return None
    rank, lower, below = share * ordered[-1][1], 0.0, 0.0
    for upper, count in ordered:
        if count >= rank and count > below:
            return lower if math.isinf(upper) else lower + (upper - lower) * (rank - below) / (count - below)
        lower, below = upper, count
    return lower


def management_text(profile: Profile, port: int | None, seconds: float) -> str:
    """The text of all metrics. Raises CliError where there is no such port, Unreachable where it is closed."""
    from ..client.http import management

    status, text = management(profile, port, PATH, seconds)
    if status != 200:
        raise CliError(
            f"port {port or profile.management_port} {PATH}: HTTP {status}", hint="is it a Milvus's management port?"
        )
    return text
