"""Makes Ctrl-C safe during grpc calls: an interrupt while grpc holds a channel's lock leaves all its calls hanging.

SIGINT is therefore deferred while grpc works, for microseconds, and delivered while it waits.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

Answer = TypeVar("Answer")

WAITS = "grpc._channel"
"""grpc's module whose functions hold no lock while they wait for the answer to a blocking call."""

SOON = 0.02
"""Seconds until a deferred signal is raised again."""

LOOK = 0.2
"""Seconds between checks for a signal that another thread received."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """Defers KeyboardInterrupt to the end of the block."""
    before = signal.getsignal(signal.SIGINT)
    # Python handles signals only in the main thread, and a handler installed from C can't be restored.
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield
        return
    came: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)


def interruptible(ask: Callable[[], Answer]) -> Answer:
    """Returns the answer of a blocking grpc call. KeyboardInterrupt cancels it, and is raised where that is safe."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        return ask()
    interrupted, late = before, list[threading.Timer]()

    def arrived(number: int, frame: FrameType | None) -> None:
        if frame is not None and frame.f_globals.get("__name__") == WAITS:
            interrupted(number, frame)
            return
        again = threading.Timer(SOON, signal.raise_signal, [number])
        late.append(again)
        again.start()

    signal.signal(signal.SIGINT, arrived)
    try:
        return ask()
    finally:
        signal.signal(signal.SIGINT, before)
        if late and not late[-1].finished.is_set():
            late[-1].cancel()
            signal.raise_signal(signal.SIGINT)


class Call:
    """A running grpc call; `start` sends it and returns grpc's future, which nothing else may use."""

    def __init__(self, start: Callable[[], Any]) -> None:
        # Waiting with grpc's own methods holds a lock that its threads need.
        self._done = done = threading.Lock()
        done.acquire()
        with undisturbed():
            self._call: Any = start()
            self._call.add_done_callback(lambda call: done.release())

    def result(self) -> Any:
        """Waits for the answer, once. KeyboardInterrupt cancels the call."""
        try:
            while not self._done.acquire(timeout=LOOK):
                pass
        except KeyboardInterrupt:
            self.cancel()
            raise
        with undisturbed():
            call, self._call = self._call, None
            try:
                return call.result()
            finally:
                # Destroying it takes locks too.
                del call

    def cancel(self) -> None:
        """Cancels the call unless its answer was taken."""
        with undisturbed():
            if self._call is not None:
                self._call.cancel()
