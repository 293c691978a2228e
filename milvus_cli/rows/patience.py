"""Retries calls while a lost or busy server may still come back."""

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
        attempts, away = Attempts(self), False
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
            attempts.wait(error)


class Attempts:
    """The pauses between the attempts of one call. The patience starts with its first failure."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._until = 0.0
        self._pause = FIRST_PAUSE

    def wait(self, error: CliError, *, at_least: float = 0.0) -> None:
        """Pauses before the next attempt, for some seconds `at_least`; raises the error if there is to be none."""
        patience = self._patience
        pause = max(self._pause, at_least)
        end = time.monotonic() + pause
        self._until = self._until or time.monotonic() + patience.seconds
        if end > self._until:
            raise error
        while (left := end - time.monotonic()) > 0:
            patience.retrying(patience.seconds - (self._until - time.monotonic()), patience.seconds)
            if patience.stopped.wait(min(left, 1.0)):
                raise error
        self._pause = min(pause * 2, LONGEST_PAUSE)


NO_PATIENCE = Patience()
