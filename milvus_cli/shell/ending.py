"""Signals at the prompt: it ends as after a line, which gives the terminal back, and then the program does."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from prompt_toolkit.application import Application

from ..output.terminal_modes import ENDING, die_of, ends_us


class Ended(Exception):
    """Raised by a prompt that a signal ended."""


class Ending:
    """What a signal does at one prompt."""

    def __init__(self, app: Application[str]) -> None:
        self._app = app
        self._number = 0

    def watch(self) -> None:
        """From now to the end of the event loop that runs."""
        loop = asyncio.get_running_loop()
        for number in filter(ends_us, ENDING):
            loop.add_signal_handler(number, self._end, number)

    def complete(self) -> None:
        """Ends the program, if a signal asked for that."""
        if self._number:
            die_of(self._number)

    def _end(self, number: int) -> None:
        if self._number:
            die_of(number)
        self._number = number
        # A prompt that is about to end by itself gives the terminal back before `complete` is called.
        with suppress(Exception):
            self._app.exit(exception=Ended())
