"""Tries what only reads again and again, while a server that went away may still come back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from ..errors import CliError, ServerRefused, Unreachable
from .writing import is_busy

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Seconds between two attempts, doubled each time."""

T = TypeVar("T")


def _silent(seconds: float, patience: float) -> None:
    pass


@dataclass(frozen=True)
class Patience:
    """So many seconds from the first failure on, for each call anew; none at all unless given.

    `retrying` hears, in any thread, for how long a call has been tried in vain, and how long the patience is. Once
    `stopped` is set nobody waits any longer.
    """

    seconds: float = 0.0
    retrying: Callable[[float, float], None] = _silent
    stopped: threading.Event = field(default_factory=threading.Event, compare=False)

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
            until = until or time.monotonic() + self.seconds
            self._wait(pause, until, error)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _wait(self, pause: float, until: float, error: CliError) -> None:
        end = time.monotonic() + pause
        if end > until:
            raise error
        while (left := end - time.monotonic()) > 0:
            self.retrying(self.seconds - (until - time.monotonic()), self.seconds)
            if self.stopped.wait(min(left, 1.0)):
                raise error


NONE = Patience()
