"""Handles signals at a prompt: it ends as after a line, which restores the terminal, and then they take effect."""

from __future__ import annotations

import signal
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any

from prompt_toolkit.application import Application

from ..output.terminal_modes import ENDING, die_of, ends_us


class Ended(Exception):
    """Raised by a prompt that a signal ended."""


class Ending:
    """Used as `with Ending(app) as ending`, around a prompt that calls `ending.begin` as its `pre_run`.

    An event loop that ends forgets a signal whose handler it has not called yet: these are Python's own handlers.
    """

    def __init__(self, app: Application[str]) -> None:
        self._app = app
        self._number = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Ending:
        # Ctrl-C may be ignored, as in the background.
        interrupts = [signal.SIGINT] if callable(signal.getsignal(signal.SIGINT)) else []
        for number in (*interrupts, *filter(ends_us, ENDING)):
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the program if a signal requested it. Raises KeyboardInterrupt for SIGINT."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._number:
            signal.raise_signal(self._number)

    def begin(self) -> None:
        """Ends the prompt if a signal came before it was drawn."""
        if self._number:
            self._leave()

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._number not in (0, signal.SIGINT):
            if number != signal.SIGINT:
                die_of(number)
            return
        self._number = number
        if self._app.loop is not None:
            self._app.loop.call_soon_threadsafe(self._leave)

    def _leave(self) -> None:
        # A prompt that is about to end by itself needs no help.
        with suppress(Exception):
            self._app.exit(exception=Ended())
