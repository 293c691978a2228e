"""The live view of `top` on a terminal: a thread for each server, and what keys do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from .drawing import Canvas
from .frame import Choices, frame, next_interval, next_sort
from .probe import Probe
from .state import ServerState

FIRST_WAIT = 1.0
"""Most seconds between the first two readings, before which there are no rates."""

LOOK = 0.05
"""Seconds between two looks whether the first readings are there."""


class Dashboard:
    """Reads all servers at once, each in a thread, so that one that hangs delays no other and no key."""

    def __init__(self, probes: Sequence[Probe], seconds: float, times: int | None, canvas: Canvas) -> None:
        self._probes = probes
        self._choices = Choices(seconds)
        self._times = times
        self._canvas = canvas
        self._states = [ServerState(each.alias, each.address) for each in probes]
        self._frozen: list[ServerState] | None = None
        self._changed = threading.Condition()
        self._is_closed = False
        self._failure: Exception | None = None
        self._wake: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Takes the first readings. Raises CliError if no server answered."""
        for place in range(len(self._probes)):
            threading.Thread(target=self._follow, args=(place,), daemon=True).start()
        while not all(each.reading for each in self._states):
            self._raise_failure()
            time.sleep(LOOK)
        readings = [each.reading for each in self._states if each.reading]
        failure = readings[0].failure
        if failure is not None and not any(each.is_answered for each in readings):
            raise failure

    def show_on(self, wake: Callable[[], None]) -> None:
        """Calls `wake`, from any thread, when there is something new to draw."""
        self._wake = wake

    @property
    def is_finished(self) -> bool:
        """True once each server was read `times` times."""
        self._raise_failure()
        return self._times is not None and all(each.readings > self._times for each in self._states)

    def lines(self, width: int, height: int) -> list[str]:
        return frame(self._frozen or self._states, self._choices, self._canvas, width, height)

    def press(self, key: str) -> bool:
        """Returns whether the view goes on."""
        chosen = self._choices
        if chosen.shows_help:
            self._choices = replace(chosen, shows_help=False)
        elif key == "q":
            return False
        elif key == "p":
            self._frozen = None if self._frozen else list(self._states)
            self._choices = replace(chosen, is_paused=self._frozen is not None)
        elif key in "+=-_":
            self._set_interval(next_interval(chosen.seconds, longer=key in "+="))
        elif key == "s":
            self._choices = replace(chosen, sort=next_sort(chosen.sort))
        elif key in "h?":
            self._choices = replace(chosen, shows_help=True)
        return True

    def close(self) -> None:
        """Ends the threads; one that waits for a server ends by itself."""
        with self._changed:
            self._is_closed, self._wake = True, lambda: None
            self._changed.notify_all()
        for each in self._probes:
            each.close()

    def _set_interval(self, seconds: float) -> None:
        with self._changed:
            self._choices = replace(self._choices, seconds=seconds)
            self._changed.notify_all()

    def _follow(self, place: int) -> None:
        """Reads a server again and again."""
        probe = self._probes[place]
        try:
            while not self._is_closed:
                started = time.monotonic()
                state = self._states[place].after(probe.read())
                self._states[place] = replace(state, address=probe.address)
                self._wake()
                self._wait(started, at_most=FIRST_WAIT if state.readings == 1 else None)
        except Exception as exc:
            # A thread can't report it; the main thread raises it.
            self._failure = exc
            self._wake()

    def _wait(self, started: float, *, at_most: float | None) -> None:
        """Waits for the end of the interval, which keys may change meanwhile."""
        with self._changed:
            while not self._is_closed:
                seconds = min(self._choices.seconds, at_most or self._choices.seconds)
                left = started + seconds - time.monotonic()
                if left <= 0:
                    return
                self._changed.wait(left)

    def _raise_failure(self) -> None:
        if self._failure is not None and not self._is_closed:
            raise self._failure
