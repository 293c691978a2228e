"""Reads the watched metrics out of their text, and sums them by what they measure."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..errors import Fault, Unreachable
from ..server.metrics import Sample, samples

NOT_MILVUS = "its management port shows no metrics of Milvus"

LATENCIES = {
    "milvus_proxy_req_latency": "function_name",
    "milvus_proxy_sq_latency": "query_type",
    "milvus_proxy_mutation_latency": "msg_type",
}
"""Histograms in milliseconds, and the label with the type: searches, queries and writes have separate histograms."""

REQUESTS = "milvus_proxy_req_count"
INDEX_TASKS = "milvus_datacoord_index_task_count"

BY_STATE = {
    "milvus_querynode_entity_num": ("growing_rows", "loaded_rows"),
    "milvus_querynode_entity_size": ("growing_bytes", "loaded_bytes"),
}
"""Gauges of growing segments and of others, by collection."""

GAUGES = {
    "milvus_rootcoord_collection_num": ("collections", ""),
    "milvus_datacoord_segment_num": ("segments", ""),
    "milvus_datacoord_stored_rows_num": ("stored_rows", "collection_id"),
    "milvus_datacoord_stored_binlog_size": ("stored_bytes", "collection_id"),
    "milvus_rootcoord_quota_states": ("quota_states", "quota_states"),
    "milvus_querynode_read_task_unsolved_len": ("waiting_reads", ""),
    "milvus_querynode_read_task_ready_len": ("waiting_reads", ""),
    "milvus_querynode_wait_processing_msg_count": ("waiting_writes", ""),
    "process_resident_memory_bytes": ("memory", ""),
    "process_cpu_seconds_total": ("cpu", ""),
    "process_start_time_seconds": ("started", ""),
}
"""What a gauge measures, and the label that tells its series apart; "" sums them all."""

NODES = {
    "milvus_rootcoord_proxy_num": "proxy",
    "milvus_querycoord_querynode_num": "query node",
    "milvus_datacoord_datanode_num": "data node",
    "milvus_datacoord_index_node_num": "index node",
}
"""How many nodes the coordinators know, also those in other processes."""

WATCHED = (REQUESTS, *LATENCIES, *BY_STATE, *GAUGES, *NODES, INDEX_TASKS)


@dataclass(frozen=True)
class SeriesKey:
    """Key under which series are summed: `what`, the type of request or the like, and the upper bound of a latency."""

    what: str
    type: str = ""
    up_to: float = 0.0


@dataclass(frozen=True)
class Totals:
    """Counters and gauges at one point in time: by what they measure, and then by type.

    `latencies` are the cumulative buckets of each type.
    """

    at: float
    values: Mapping[str, Mapping[str, float]]
    latencies: Mapping[str, Mapping[float, float]]

    def of(self, what: str) -> Mapping[str, float]:
        """Returns the values by type; none if the server does not report them."""
        return self.values.get(what, {})

    def value(self, what: str) -> float | None:
        """Returns None if the server does not report the value."""
        return sum(self.of(what).values()) if what in self.values else None


class Reader:
    """Reads texts of one server. Parsing is slow, so each series is parsed once; later only its number is read."""

    def __init__(self) -> None:
        self._keys: dict[str, SeriesKey | None] = {}

    def totals(self, text: str) -> Totals:
        """Raises Unreachable if the text is not that of a Milvus."""
        values: dict[str, dict[str, float]] = {}
        latencies: dict[str, dict[float, float]] = {}
        lines = list(watched_lines(text))
        self._forget(len(lines))
        for line in lines:
            series, _, number = line.rpartition(" ")
            if series not in self._keys:
                self._keys[series] = _series_key(next(samples(f"{series} 0\n")))
            key = self._keys[series]
            if key is None:
                continue
            if key.what == "latencies":
                steps = latencies.setdefault(key.type, {})
                steps[key.up_to] = steps.get(key.up_to, 0.0) + float(number)
            else:
                types = values.setdefault(key.what, {})
                types[key.type] = types.get(key.type, 0.0) + float(number)
        if not (values or latencies):
            raise Unreachable(NOT_MILVUS, fault=Fault.NOT_MILVUS)
        return Totals(time.monotonic(), values, latencies)

    def _forget(self, present: int) -> None:
        """Drops the keys when most are those of segments and collections that are gone."""
        if len(self._keys) > 2 * present:
            self._keys.clear()


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
    if name == REQUESTS:
        return _request_key(labels)
    family, _, part = name.rpartition("_")
    if family in LATENCIES:
        return _latency_key(part, labels.get(LATENCIES[family], ""), labels.get("le", ""))
    if name in BY_STATE:
        growing, other = BY_STATE[name]
        return SeriesKey(
            growing if labels.get("segment_state") == "Growing" else other, labels.get("collection_id", "")
        )
    if name == INDEX_TASKS:
        return _index_task_key(labels.get("index_task_status", ""))
    if name in NODES:
        return SeriesKey("nodes", NODES[name])
    if name not in GAUGES or labels.get("segment_state") == "Dropped":
        return None
    what, label = GAUGES[name]
    return SeriesKey(what, labels.get(label, ""))


def _request_key(labels: Mapping[str, str]) -> SeriesKey | None:
    kind, status = labels.get("function_name", ""), labels.get("status")
    return None if status == "success" else SeriesKey("requests" if status == "total" else "failures", kind)


def _latency_key(part: str, kind: str, up_to: str) -> SeriesKey | None:
    # The histograms of searches and writes have lowercase types.
    kind = kind[:1].upper() + kind[1:]
    if part == "bucket":
        return SeriesKey("latencies", kind, float(up_to)) if up_to else None
    return SeriesKey(f"latency_{part}", kind)


def _index_task_key(status: str) -> SeriesKey | None:
    if status == "failed":
        return SeriesKey("failed_indexes")
    return SeriesKey("waiting_indexes") if status in ("unissued", "in-progress") else None
