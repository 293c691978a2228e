"""Asks one server what `top` shows: its metrics, and over gRPC what they lack."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import zip_longest
from typing import Any, NamedTuple

from ..client.client import Client
from ..client.enums import value_name
from ..client.optional import permitted
from ..client.parallel import gather
from ..client.wire.milvus_pb2 import QuotaState
from ..connections.profile import Profile
from ..errors import CliError, Unsupported
from ..server.existence import row_count
from ..server.metrics import management_text
from .alarms import quota_alarm
from .rates import Watcher
from .series import Totals
from .state import CollectionUse, Reading

SELDOM = 5.0
"""Least seconds between calls that are not light: health, names, rows."""

MOST_COLLECTIONS = 200
"""Collections whose rows are requested one by one, where there are no metrics."""

UNHEALTHY = "the server reports that it is not healthy"


class Probe:
    """Reads one server repeatedly, in one thread. `open_client` opens a client of the server as it runs now."""

    def __init__(
        self, profile: Profile, port: int | None, seconds: float, open_client: Callable[[Profile], Client]
    ) -> None:
        self.alias, self.address = profile.alias or "MILVUS_URI", profile.address
        self._profile = profile
        self._watcher = Watcher(profile.alias, lambda: management_text(profile, port, seconds))
        self._open = open_client
        self._seconds = seconds
        self._client: Client | None = None
        self._is_warm = False
        self._places: dict[str, _Place] = {}
        self._seen: tuple[object, ...] = ()
        self._due = 0.0
        self._rows: Sequence[CollectionUse] | None = None
        self._totals: Totals | None = None
        self._complaints: Sequence[str] = ()

    def read(self) -> Reading:
        """Asks the server once. The reading has the failures, too."""
        # Over gRPC first: what this asks at the start is then no request that the metrics show.
        due, before = self._due, self._totals
        reading = self._over_grpc(Reading(time.monotonic(), datetime.now()))
        found = self._watcher.look()
        self._totals = totals = found.totals
        if before is None and self._due > due:
            self._seen = _seen(totals)
        if totals is None:
            reading = replace(reading, no_metrics=found.error or "")
            return reading if reading.failure else replace(reading, collections=self._counted())
        return replace(reading, activity=found, uptime=_uptime(totals), collections=self._used(totals))

    def close(self) -> None:
        """Ends a call that runs, from any thread."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _over_grpc(self, reading: Reading) -> Reading:
        try:
            ping, version = self._ping(), self._opened().version.product
            self._ask_seldom()
        except CliError as exc:
            self._lost()
            return replace(reading, failure=exc)
        return replace(reading, ping_ms=ping, version=version, complaints=self._complaints)

    def _opened(self) -> Client:
        if self._client is None:
            self._client = self._open(self._profile)
            self.address = self._client.profile.address
        return self._client

    def _lost(self) -> None:
        """Forgets the answers over gRPC. A restarted Milvus Lite may have another address."""
        self._rows, self._complaints, self._due, self._is_warm = None, (), 0.0, False
        if self._profile.lite:
            self.close()

    def _ping(self) -> float:
        """Returns the milliseconds of a light call on an open channel."""
        client = self._opened()
        if not self._is_warm:
            _answer(client, "GetVersion")
            self._is_warm = True
        started = time.monotonic()
        _answer(client, "GetVersion")
        return (time.monotonic() - started) * 1000

    def _ask_seldom(self) -> None:
        """Asks what takes more than a light call, and what the server's own metrics count as requests."""
        if time.monotonic() < self._due:
            return
        client = self._opened()
        self._complaints = _complaints(client)
        seen = _seen(self._totals)
        if self._totals is None or seen != self._seen:
            self._places, self._seen = _places(client), seen
        self._due, self._rows = time.monotonic() + SELDOM, None

    def _counted(self) -> Sequence[CollectionUse]:
        """Returns collections with their rows, which are asked for seldom."""
        if self._rows is None:
            self._rows = ()
            with suppress(CliError):
                self._rows = _counted_rows(self._opened(), list(self._places.values()), self._seconds)
        return self._rows

    def _used(self, totals: Totals) -> list[CollectionUse]:
        """Returns rows and sizes by the metrics, also of collections whose names this user can't list."""
        named = [_use(each, place.label, totals) for each, place in self._places.items()]
        others = [_use(each, f"id {each}", totals) for each in sorted(_ids(totals) - self._places.keys())]
        # Milvus 2.3 keeps series of deleted collections, with no rows.
        return named + [each for each in others if each.rows or each.loaded]


def _seen(totals: Totals | None) -> tuple[object, ...]:
    """Returns the parts of the metrics that change when a collection is created or deleted."""
    return () if totals is None else (totals.value("collections"), *sorted(_ids(totals)))


def _uptime(totals: Totals) -> float | None:
    started = totals.value("started")
    return None if started is None else max(0.0, time.time() - started)


def _ids(totals: Totals) -> set[str]:
    return {each for what in ("loaded_rows", "growing_rows", "stored_rows") for each in totals.of(what)} - {""}


def _use(identity: str, name: str, totals: Totals) -> CollectionUse:
    def total(*names: str) -> float | None:
        values = [totals.of(each)[identity] for each in names if identity in totals.of(each)]
        return sum(values) if values else None

    # Milvus 2.3 keeps the size of growing segments after they are sealed, with no rows in them.
    growing = ("growing_bytes",) if totals.of("growing_rows").get(identity) else ()
    return CollectionUse(
        name,
        total("stored_rows"),
        total("loaded_rows", "growing_rows"),
        total("loaded_bytes", *growing),
        total("stored_bytes"),
    )


def _answer(client: Client, method: str, **fields: Any) -> Any:
    """Returns the answer of a server; None if it lacks the call, or this user may not make it."""
    try:
        return permitted(client.call, method, **fields)
    except Unsupported:
        return None


def _complaints(client: Client) -> list[str]:
    answer = _answer(client, "CheckHealth")
    if answer is None:
        return []
    states = [quota_alarm(value_name(QuotaState, each)) for each in answer.quota_states]
    return [*(answer.reasons or ([] if answer.isHealthy else [UNHEALTHY])), *states]


class _Place(NamedTuple):
    database: str
    collection: str

    @property
    def label(self) -> str:
        return self.collection if self.database in ("", "default") else f"{self.database}.{self.collection}"


def _places(client: Client) -> dict[str, _Place]:
    """Returns the collections of all databases by id, which Milvus Lite lacks: there by their names."""
    found: dict[str, _Place] = {}
    for database in _databases(client):
        listed = _answer(client, "ShowCollections", db_name=database)
        if listed is not None:
            places = [_Place(database, name) for name in listed.collection_names]
            ids = listed.collection_ids if any(listed.collection_ids) else [each.label for each in places]
            found |= dict(zip(map(str, ids), places, strict=False))
    return found


def _databases(client: Client) -> Sequence[str]:
    listed = _answer(client, "ListDatabases")
    return list(listed.db_names) if listed else [client.profile.database]


def _counted_rows(client: Client, places: Sequence[_Place], seconds: float) -> list[CollectionUse]:
    """Returns all collections, the first ones with their rows by the statistics: to count them takes a query."""
    counts = gather(partial(_rows_of, client), places[:MOST_COLLECTIONS], seconds=seconds)
    return [CollectionUse(place.label, rows) for place, rows in zip_longest(places, counts)]


def _rows_of(client: Client, place: _Place, left: float) -> int | None:
    there = client.with_options(database=place.database or client.profile.database, timeout=left)
    return permitted(row_count, there, place.collection, timeout=left)
