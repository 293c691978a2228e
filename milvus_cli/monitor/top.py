"""The command `top`: servers as a view on the screen, as rows for programs, and as plain tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..client.client import Client
from ..connections.profile import Profile
from ..errors import CliError
from ..result import Live, Look, Table
from ..server.metrics import management_text
from ..session.clients import open_client
from ..session.session import Session
from ..text.counts import byte_size
from .dashboard import Dashboard
from .drawing import Canvas
from .probe import Probe
from .rates import Activity, Requests, Watcher

LEAST_DEADLINE = 2.0
"""Seconds that a server has for its answer, however short the interval is."""

TOP_COLUMNS = (
    "time",
    "alias",
    "requests_per_s",
    "errors_per_s",
    "p50_ms",
    "p99_ms",
    "collections",
    "loaded_rows",
    "growing_rows",
    "segments",
    "memory_bytes",
    "cpu_percent",
    "requests",
    "error",
)
ACTIVITY_COLUMNS = (
    "alias",
    "req/s",
    "err/s",
    "p50 ms",
    "p99 ms",
    "collections",
    "loaded",
    "growing",
    "segments",
    "memory",
    "CPU",
)
REQUEST_COLUMNS = ("alias", "request", "req/s", "err/s", "p50 ms", "p99 ms")


class Top:
    """Reads all servers concurrently, so that a hanging one costs only its own deadline: `start`, then many `look`."""

    def __init__(self, profiles: Sequence[Profile], port: int | None, seconds: float) -> None:
        self._watchers = [Watcher(each.alias, _fetching(each, port, seconds)) for each in profiles]
        self._pool = ThreadPoolExecutor(len(self._watchers)) if len(self._watchers) > 1 else None

    def start(self, seconds: float) -> None:
        """Takes the first readings, and waits. Raises the first error if no server returned metrics."""
        failures = self._ask(Watcher.start)
        if all(failures) and failures[0]:
            raise failures[0]
        time.sleep(seconds)

    def look(self) -> Look:
        return look_of(self._ask(Watcher.look))

    def _ask(self, question: Callable[[Watcher], Any]) -> list[Any]:
        return list(self._pool.map(question, self._watchers) if self._pool else map(question, self._watchers))


def live_view(
    session: Session, aliases: Sequence[str], *, seconds: float, times: int | None, management_port: int | None
) -> Live:
    """The view of these connections, or of the current one."""
    profiles = [session.resolved_at(alias, "").profile for alias in aliases] or [session.profile]
    deadline = min(session.timeout, max(seconds, LEAST_DEADLINE))
    top = Top(profiles, management_port, deadline)

    def open_running(profile: Profile) -> Client:
        # Without a trace, which --debug would write across the screen.
        return open_client(_located(session, profile), timeout=deadline)

    def screen() -> Dashboard:
        encoding = session.console.stdout.encoding or "ascii"
        canvas = Canvas(session.palette, encoding.lower().startswith("utf"))
        served = map(session.state.clients.served, profiles)
        return Dashboard(
            [Probe(each, management_port, deadline, open_running) for each in served], seconds, times, canvas
        )

    return Live(TOP_COLUMNS, lambda: top.start(min(seconds, 1.0)), top.look, screen, seconds, times)


def _located(session: Session, profile: Profile) -> Profile:
    """Returns the profile with the address of its Milvus Lite. Raises CliError if that is not running."""
    if not profile.lite:
        return profile
    server = session.servers.running(profile.lite)
    if server is None:
        raise CliError(f"Milvus Lite on {profile.lite} is not running")
    return replace(profile, host=server.host, port=server.port)


def look_of(found: Sequence[Activity]) -> Look:
    now = datetime.now().astimezone().isoformat(" ", "seconds")
    servers = Table(ACTIVITY_COLUMNS, [_server_row(each) for each in found], note=_error_note(found))
    kinds = [(each.alias, kind.type, *_rates(kind)) for each in found for kind in each.requests]
    return Look(
        [_data_row(now, each) for each in found], [servers, *([Table(REQUEST_COLUMNS, kinds)] if kinds else [])]
    )


def _fetching(profile: Profile, port: int | None, seconds: float) -> Callable[[], str]:
    return lambda: management_text(profile, port, seconds)


def _data_row(now: str, each: Activity) -> tuple[Any, ...]:
    rates = _rates(each.everything) if each.everything else (None,) * 4
    kinds = [
        {"type": kind.type, "per_s": rate, "errors_per_s": errors, "p50_ms": p50, "p99_ms": p99}
        for kind in each.requests
        for rate, errors, p50, p99 in [_rates(kind)]
    ]
    requests = kinds if each.everything else None
    return (now, each.alias, *rates, *_gauges(each), _rounded(each.cpu_percent), requests, each.error)


def _gauges(each: Activity) -> tuple[int | None, ...]:
    """Returns collections, loaded rows, growing rows, segments, and bytes of memory."""
    totals = each.totals
    if totals is None:
        return (None,) * 5
    values = map(totals.value, ("collections", "loaded_rows", "growing_rows", "segments", "memory"))
    return tuple(None if value is None else int(value) for value in values)


def _server_row(each: Activity) -> tuple[Any, ...]:
    rates = _rates(each.everything) if each.everything else (None,) * 4
    *counts, memory = _gauges(each)
    cpu = None if each.cpu_percent is None else f"{each.cpu_percent:.0f} %"
    return (each.alias, *rates, *counts, None if memory is None else byte_size(memory), cpu)


def _error_note(found: Sequence[Activity]) -> str:
    return "; ".join(f"{each.alias}: {each.error}" for each in found if each.error)


def _rates(kind: Requests) -> tuple[float | None, ...]:
    return tuple(map(_rounded, (kind.per_second, kind.errors_per_second, kind.p50_ms, kind.p99_ms)))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
