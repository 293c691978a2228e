"""Many searches by several threads at once, each timed; what fails is counted by its message."""

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

LOOK = 0.1
"""Seconds between two looks at how far it is."""


@dataclass
class Load:
    """`latencies` are of the searches that were answered, in milliseconds; `seconds` is the time of all together."""

    latencies: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def sent(self) -> int:
        return len(self.latencies) + self.failures.total()


def put_load(send: Callable[[int], object], count: int, threads: int, show: Callable[[float], None]) -> Load:
    """Calls `send` with 0, 1, … so many times in all. Ctrl-C ends it: what was measured so far is the result.

    Raises what the first call raises: what it can't do, the others can't either.
    """
    load, numbers, lock, stop = Load(), iter(range(1, count)), Lock(), Event()

    def one(number: int) -> None:
        started = time.perf_counter()
        try:
            send(number)
            failure = ""
        except CliError as exc:
            failure = exc.message
        latency = (time.perf_counter() - started) * 1000
        with lock:
            if stop.is_set():
                return
            if failure:
                load.failures[failure] += 1
            else:
                load.latencies.append(latency)

    def work() -> None:
        while not stop.is_set():
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            one(number)

    # A queue that is no Python: whatever Ctrl-C breaks off here, no thread waits for it.
    ended: SimpleQueue[Future[None]] = SimpleQueue()
    begun = time.perf_counter()
    pool = ThreadPoolExecutor(threads)
    try:
        send(0)
        load.latencies.append((time.perf_counter() - begun) * 1000)
        with undisturbed():
            for _ in range(threads):
                pool.submit(work).add_done_callback(ended.put)
        while threads:
            try:
                ended.get(timeout=LOOK).result()
                threads -= 1
            except Empty:
                show(load.sent / count)
    except KeyboardInterrupt:
        load.interrupted = True
    finally:
        stop.set()
        load.seconds = time.perf_counter() - begun
        pool.shutdown(wait=False, cancel_futures=True)
    return load
