"""Ctrl-C and the locks of others: an interrupt where grpc holds a lock of its channel leaves all its calls hanging.

So SIGINT waits while grpc works, which takes microseconds, and comes where it waits, which takes long.
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
"""The module of grpc whose functions hold no lock while they wait for the answer of a blocking call."""

SOON = 0.02
"""Seconds until a signal that came at a bad moment is tried again."""

LOOK = 0.2
"""Seconds between two looks for a signal that another thread got."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """Within it no KeyboardInterrupt is raised; one that was due is raised at its end."""
    before = signal.getsignal(signal.SIGINT)
    # Signals reach the main thread only, and a handler that is not Python's can't be put back.
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
    """What a blocking call of grpc answers. KeyboardInterrupt cancels it, and is raised where that does no harm."""
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
    """A call of grpc under way; what `start` returns is touched by nobody else."""

    def __init__(self, start: Callable[[], Any]) -> None:
        # Not grpc's own way to wait, which holds a lock that its threads want.
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
                # Its end takes locks too.
                del call

    def cancel(self) -> None:
        """Nothing, where the answer was taken."""
        with undisturbed():
            if self._call is not None:
                self._call.cancel()
