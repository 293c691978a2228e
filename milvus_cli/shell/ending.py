"""Handles signals at the prompt: the prompt ends as after a line, which restores the terminal, and then the program."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from prompt_toolkit.application import Application

from ..output.terminal_modes import ENDING, die_of, ends_us


class Ended(Exception):
    """Raised by a prompt that a signal ended."""


class Ending:
    """Signal handling of one prompt."""

    def __init__(self, app: Application[str]) -> None:
        self._app = app
        self._number = 0

    def watch(self) -> None:
        """Handles signals until the running event loop ends."""
        loop = asyncio.get_running_loop()
        for number in filter(ends_us, ENDING):
            loop.add_signal_handler(number, self._end, number)

    def complete(self) -> None:
        """Ends the program if a signal requested it."""
        if self._number:
            die_of(self._number)

    def _end(self, number: int) -> None:
        if self._number:
            die_of(number)
        self._number = number
        # A prompt that is about to end by itself restores the terminal before `complete` is called.
        with suppress(Exception):
            self._app.exit(exception=Ended())
