"""Retries reads while a lost server may still come back."""

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


def ignore_retry(seconds: float, patience: float) -> None:
    pass


@dataclass(frozen=True)
class Patience:
    """Retries for `seconds` after a first failure, separately for each call; by default not at all.

    `retrying` is called from any thread with the seconds since the first failure, and the patience. Once `stopped` is
    set, waiting ends.
    """

    seconds: float = 0.0
    retrying: Callable[[float, float], None] = ignore_retry
    stopped: threading.Event = field(default_factory=threading.Event, compare=False)

    def tried(self, act: Callable[[], T]) -> T:
        """Returns the result of `act`. Raises its error once the time is over, and permanent errors at once.

        A server that comes back refuses valid requests at first, in any words.
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


NO_PATIENCE = Patience()
