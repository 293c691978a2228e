"""What is known of one monitored server: its last reading, and a bounded history of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..errors import CliError
from .rates import Activity, Requests

MOST_POINTS = 900
"""Readings kept for the graphs: a quarter of an hour at one a second, and more than a terminal has columns."""

REMEMBERED = 60.0
"""Seconds for which a type of request is shown after its last request."""

WAITING = {
    "waiting_reads": "searches and queries wait for a query node",
    "waiting_writes": "messages wait for a query node",
    "waiting_indexes": "index builds wait",
}
"""Backlogs: how many things wait, and for what."""


@dataclass(frozen=True)
class CollectionUse:
    """Rows and bytes of a collection; None where the server does not tell them."""

    name: str
    rows: float | None = None
    loaded: float | None = None
    memory: float | None = None
    disk: float | None = None


@dataclass(frozen=True)
class Reading:
    """What a server told at one time.

    `activity` comes from its metrics, else `no_metrics` says why there are none. `ping_ms` is the time of a light
    call, or `failure` why it has none. `complaints` are what it reports of its own health.
    """

    at: float
    time: datetime
    activity: Activity | None = None
    no_metrics: str = ""
    ping_ms: float | None = None
    failure: CliError | None = None
    version: str = ""
    complaints: Sequence[str] = ()
    collections: Sequence[CollectionUse] = ()
    uptime: float | None = None

    @property
    def error(self) -> str:
        return self.failure.message if self.failure else ""

    @property
    def is_answered(self) -> bool:
        """Whether any part of the server answered."""
        return self.activity is not None or not self.error


@dataclass(frozen=True)
class Point:
    """A reading in the history: numbers for the graphs, and for alarms that compare them."""

    at: float
    requests: float | None = None
    latency_ms: float | None = None
    waiting: Mapping[str, float] = field(default_factory=dict)
    nodes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ServerState:
    """A monitored server; without a `reading` it was not asked yet.

    `request_types` are those seen lately, and when.
    """

    alias: str
    address: str
    reading: Reading | None = None
    points: tuple[Point, ...] = ()
    readings: int = 0
    version: str = ""
    request_types: Mapping[str, float] = field(default_factory=dict)

    def after(self, reading: Reading) -> ServerState:
        """Returns the state after another reading."""
        points = (*self.points[1 - MOST_POINTS :], _point(reading))
        # The version of a server that is gone is still known.
        version = reading.version or self.version
        return replace(
            self,
            reading=reading,
            points=points,
            readings=self.readings + 1,
            version=version,
            request_types=self._types_after(reading),
        )

    def _types_after(self, reading: Reading) -> dict[str, float]:
        requests = reading.activity.requests if reading.activity else ()
        recent = {kind: at for kind, at in self.request_types.items() if at > reading.at - REMEMBERED}
        return recent | {each.type: reading.at for each in requests}

    @property
    def requests(self) -> list[Requests]:
        """Requests by type, also of those that were seen lately: a table whose rows come and go can't be read."""
        activity = self.reading.activity if self.reading else None
        found = {each.type: each for each in activity.requests} if activity else {}
        return [found.get(kind) or Requests(kind, 0.0, 0.0, None, None) for kind in self.request_types]


def _point(reading: Reading) -> Point:
    activity = reading.activity
    if activity is None:
        return Point(reading.at, latency_ms=reading.ping_ms)
    totals, everything = activity.totals, activity.everything
    waiting = {each: totals.value(each) or 0.0 for each in WAITING} if totals else {}
    return Point(
        reading.at,
        everything.per_second if everything else None,
        everything.mean_ms if everything else None,
        waiting,
        totals.of("nodes") if totals else {},
    )
