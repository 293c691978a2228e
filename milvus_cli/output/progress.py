"""A line on stderr that shows how far something is; nothing where stderr is no terminal."""

from __future__ import annotations

import shutil
import time
from types import TracebackType

from .console import Console
from .values import harmless

WIDTH, NARROWEST = 24, 4
LEFT_FREE = 3
"""Columns at the end of the line, for the ^C that a terminal writes: a line that it breaks could not be erased."""

ERASE = "\r\x1b[K"
APPEARS_AFTER = 0.3
"""Seconds: what is done sooner needs no bar."""


class Progress:
    """`with Progress(console, "Loading 'book'") as bar: bar.show(0.4)`; the line is gone at the end."""

    def __init__(self, console: Console, label: str, *, quiet: bool = False) -> None:
        self._console = console
        self._label = label
        self._started = time.monotonic()
        self._wanted = console.stderr_is_terminal and not quiet

    def __enter__(self) -> Progress:
        return self

    def show(self, fraction: float | None, detail: str = "") -> None:
        """From 0 to 1, None where nobody knows; `detail` stands behind it, in place of the seconds."""
        seconds = time.monotonic() - self._started
        if not self._wanted or seconds < APPEARS_AFTER:
            return
        label, end = harmless(self._label), harmless(detail) or f"{seconds:4.0f} s"
        columns = shutil.get_terminal_size().columns
        if fraction is not None:
            width = max(NARROWEST, min(WIDTH, columns - LEFT_FREE - len(label) - len(end) - len("  100%   ")))
            done = int(fraction * width)
            label += "  " + "█" * done + "░" * (width - done) + f" {fraction:4.0%}"
        self._write(ERASE + f"{label}  {end}"[: columns - LEFT_FREE])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._wanted:
            self._write(ERASE)

    def _write(self, text: str) -> None:
        self._console.stderr.write(text)
        self._console.stderr.flush()
