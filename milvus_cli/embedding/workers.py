"""Threads that embed: they end with the program, which must not wait for an answer that nobody needs."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class Workers:
    """Up to `count` threads, started as calls come. `stop` drops calls that have not begun."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._threads: list[threading.Thread] = []
        self._calls: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        self._stopped = threading.Event()

    def submit(self, call: Callable[[], Answer]) -> Future[Answer]:
        future: Future[Answer] = Future()
        self._calls.put((future, call))
        if len(self._threads) < self._count:
            self._threads.append(threading.Thread(target=self._work, name="embedding", daemon=True))
            self._threads[-1].start()
        return future

    def stop(self, seconds: float) -> None:
        """Ends the threads; waits for those that are at work, for some seconds in all."""
        self._stopped.set()
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join(seconds / len(self._threads))

    def _work(self) -> None:
        while (found := self._calls.get()) is not None:
            future, call = found
            if self._stopped.is_set():
                future.cancel()
                continue
            try:
                future.set_result(call())
            except BaseException as exc:
                future.set_exception(exc)
