"""Finds the problems of a server in its last reading and its history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..text.counts import counted
from .series import Totals
from .state import WAITING, Point, ServerState

LOOKED_BACK, LEAST_WAITING = 5, 10
"""Readings over which a backlog must grow, and how much must wait in the end, for an alarm."""

QUOTAS: Mapping[str, str] = {
    "DenyToWrite": "the server denies writes",
    "DenyToRead": "the server denies reads",
    "DenyToDDL": "the server denies changes to collections",
    "WriteLimited": "the server limits writes",
    "ReadLimited": "the server limits reads",
    "MemoryQuotaExhausted": "memory quota exhausted: the server may deny writes",
    "DiskQuotaExhausted": "disk quota exhausted: the server denies writes",
    "TimeTickLongDelay": "nodes lag behind: the server may deny writes",
}


def alarms(state: ServerState) -> list[str]:
    """Returns the present problems, the worst first."""
    reading = state.reading
    if reading is None:
        return []
    if not reading.is_answered:
        return [f"no response: {reading.error}"]
    found = [f"no answer over gRPC: {reading.error}"] if reading.error else []
    found += reading.complaints
    if reading.activity is not None and reading.activity.totals is not None:
        found += _of_metrics(reading.activity.totals)
        found += _fewer_nodes(state.points)
        found += _backlogs(state.points)
    return list(dict.fromkeys(found))


def quota_alarm(name: str) -> str:
    return QUOTAS.get(name, f"quota state {name}")


def _of_metrics(totals: Totals) -> Iterator[str]:
    for name, value in totals.of("quota_states").items():
        if value > 0:
            yield quota_alarm(name)
    failed = int(totals.value("failed_indexes") or 0)
    if failed:
        yield f"{counted(failed, 'index build')} failed"


def _fewer_nodes(points: Sequence[Point]) -> Iterator[str]:
    """Compares with the most nodes in the history: that a node was removed on purpose is forgotten with it."""
    for role, count in points[-1].nodes.items():
        most = max(point.nodes.get(role, 0.0) for point in points)
        if count < most:
            yield f"{counted(int(count), role)}, {int(most)} before"


def _backlogs(points: Sequence[Point]) -> Iterator[str]:
    for what, name in WAITING.items():
        counts = [point.waiting.get(what, 0.0) for point in points[-LOOKED_BACK:]]
        grows = counts == sorted(counts) and counts[-1] > counts[0]
        if len(counts) == LOOKED_BACK and grows and counts[-1] >= LEAST_WAITING:
            yield f"growing backlog: {int(counts[-1]):,} {name}"
