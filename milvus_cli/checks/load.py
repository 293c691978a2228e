"""Runs many searches in several threads, times each, and counts failures by message."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Lock

from ..client.interrupts import undisturbed
from ..errors import CliError

REFRESH_SECONDS = 0.1
"""Time between two updates of the progress bar."""


@dataclass
class Load:
    """`latencies` of the answered searches, in milliseconds; `seconds` is the wall-clock time of the whole run."""

    latencies: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def sent(self) -> int:
        return len(self.latencies) + self.failures.total()


class _Workers:
    """The threads of a load test: each takes the next number, sends it, and records how long that took."""

    def __init__(self, send: Callable[[int], object], count: int) -> None:
        self.load = Load()
        self.stopped = Event()
        self._send = send
        self._numbers = iter(range(1, count))
        self._lock = Lock()

    def work(self) -> None:
        while not self.stopped.is_set():
            with self._lock:
                number = next(self._numbers, None)
            if number is None:
                return
            self._send_timed(number)

    def _send_timed(self, number: int) -> None:
        started, failure = time.perf_counter(), ""
        try:
            self._send(number)
        except CliError as exc:
            failure = exc.message
        latency = _milliseconds_since(started)
        with self._lock:
            if self.stopped.is_set():
                return
            if failure:
                self.load.failures[failure] += 1
            else:
                self.load.latencies.append(latency)


def put_load(send: Callable[[int], object], count: int, threads: int, show: Callable[[float], None]) -> Load:
    """Calls `send` with 0, 1, …, `count` - 1 in several threads. `show` takes the fraction that is done.

    Ctrl-C ends it early: what was measured by then is the result. Raises what the first call raises, because the
    others would fail the same way.
    """
    workers, pool = _Workers(send, count), ThreadPoolExecutor(threads)
    load, begun = workers.load, time.perf_counter()
    try:
        send(0)
        load.latencies.append(_milliseconds_since(begun))
        # SimpleQueue is implemented in C: wherever Ctrl-C interrupts this thread, no worker is left waiting for it.
        ended: SimpleQueue[Future[None]] = SimpleQueue()
        with undisturbed():
            for _ in range(threads):
                pool.submit(workers.work).add_done_callback(ended.put)
        while threads:
            try:
                ended.get(timeout=REFRESH_SECONDS).result()
                threads -= 1
            except Empty:
                show(load.sent / count)
    except KeyboardInterrupt:
        load.interrupted = True
    finally:
        workers.stopped.set()
        load.seconds = time.perf_counter() - begun
        pool.shutdown(wait=False, cancel_futures=True)
    return load


def _milliseconds_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
