"""Reads single keys while something is shown; without a terminal it only waits."""

from __future__ import annotations

import os
import select
import time
from contextlib import ExitStack
from types import TracebackType
from typing import Any

from .console import Console
from .terminal_modes import given_back


class Keys:
    """Used as `with Keys(console) as keys: keys.wait(1.0)`. Ctrl-C still interrupts."""

    def __init__(self, console: Console) -> None:
        self._descriptor = console.stdin.fileno() if console.interactive and console.to_terminal else None
        self._stdin = console.stdin
        self._saved: Any = None
        self._given_back = ExitStack()

    def __enter__(self) -> Keys:
        if self._descriptor is not None:
            import termios
            import tty

            self._saved = termios.tcgetattr(self._descriptor)
            self._given_back.enter_context(given_back(self._stdin))
            tty.setcbreak(self._descriptor, termios.TCSADRAIN)
        return self

    def wait(self, seconds: float) -> str:
        """Returns the next key pressed within `seconds`, else ""."""
        if self._descriptor is None:
            time.sleep(seconds)
            return ""
        ready, _, _ = select.select([self._descriptor], [], [], seconds)
        return os.read(self._descriptor, 1).decode("utf-8", "replace") if ready else ""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor is not None:
            import termios

            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._saved)
        self._given_back.close()
