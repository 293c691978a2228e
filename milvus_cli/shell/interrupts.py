"""Ctrl-C in the shell: cancels a line or a command, and never ends the shell, however often it is pressed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any


class Interrupts:
    """Within it, SIGINT raises KeyboardInterrupt in the block of `allowed`, and is ignored elsewhere.

    Between two prompts the terminal sends SIGINT too, and nobody would catch the exception there.
    """

    def __init__(self) -> None:
        self._is_allowed = False
        self._before: Any = None

    def __enter__(self) -> Interrupts:
        # It may be ignored, as in the background.
        if callable(signal.getsignal(signal.SIGINT)):
            self._before = signal.signal(signal.SIGINT, self._arrived)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    @contextmanager
    def allowed(self) -> Iterator[None]:
        self._is_allowed = True
        try:
            yield
        finally:
            self._is_allowed = False

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        if self._is_allowed:
            raise KeyboardInterrupt
