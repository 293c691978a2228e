"""Shows a progress line on stderr if it is a terminal."""

from __future__ import annotations

import shutil
import time
from types import TracebackType

from .console import Console
from .values import harmless

WIDTH, NARROWEST = 24, 4
LEFT_FREE = 3
"""Free columns at the end of the line, for the ^C that a terminal echoes: a wrapped line could not be erased."""

ERASE = "\r\x1b[K"
APPEARS_AFTER = 0.3
"""Seconds before the line appears; shorter tasks need none."""


class Progress:
    """Used as `with Progress(console, "Loading 'book'") as bar: bar.show(0.4)`; erases its line at the end."""

    def __init__(self, console: Console, label: str, *, quiet: bool = False) -> None:
        self._console = console
        self._label = label
        self._started = time.monotonic()
        self._wanted = console.stderr_is_terminal and not quiet

    def __enter__(self) -> Progress:
        return self

    def show(self, fraction: float | None, detail: str = "") -> None:
        """Shows a fraction from 0 to 1, None if unknown; `detail` replaces the elapsed seconds."""
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

    def leave(self, text: str) -> None:
        """Writes a line that stays, above the progress line; on a terminal only."""
        if self._wanted:
            self._write(f"{ERASE}{harmless(text)}\n")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._wanted:
            self._write(ERASE)

    def _write(self, text: str) -> None:
        self._console.stderr.write(text)
        self._console.stderr.flush()
