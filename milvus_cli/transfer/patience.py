"""Tries what only reads again and again, while a server that went away may still come back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from ..errors import CliError, Interrupted, ServerRefused, Unreachable
from ..rpc.writing import is_busy

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Seconds between two attempts, doubled each time."""

T = TypeVar("T")


class Patience:
    """So many seconds from the first failure on, for each call anew; none at all unless given."""

    def __init__(self, seconds: float = 0.0) -> None:
        self._seconds = seconds
        self._stopped = threading.Event()

    def tried(self, act: Callable[[], T]) -> T:
        """What `act` returns at last. Raises its error when the time is over, and at once what won't pass by itself.

        A server that comes back refuses at first what it took before, in any words.
        """
        until, pause, away = 0.0, FIRST_PAUSE, False
        while True:
            try:
                return act()
            except Unreachable as exc:
                error: CliError = exc
                away = True
            except ServerRefused as exc:
                if not (away or is_busy(exc)):
                    raise
                error = exc
            until = until or time.monotonic() + self._seconds
            if time.monotonic() + pause > until:
                raise error
            if self._stopped.wait(pause):
                raise Interrupted() from error
            pause = min(pause * 2, LONGEST_PAUSE)

    def end(self) -> None:
        """Whoever waits in another thread waits no longer."""
        self._stopped.set()
