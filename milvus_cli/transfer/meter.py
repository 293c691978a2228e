"""Rows on their way: a bar with their number, speed and time left on a terminal, and at the end a line anywhere."""

from __future__ import annotations

import time
from dataclasses import dataclass
from types import TracebackType

from ..output.progress import Progress
from ..session.session import Session

WORTH_TELLING = 1.0
"""Seconds: of what is done sooner nobody asks how fast it was."""


@dataclass(frozen=True)
class Moved:
    """How much by a moment."""

    rows: int
    size: int = 0
    fraction: float = 0.0


class Meter:
    """`with Meter(session, "Exporting 'book'") as meter: meter.moved(rows, size)`: what has been moved in all.

    `rows` were moved before it began; `size` is in bytes.
    """

    def __init__(self, session: Session, label: str, *, rows: int = 0) -> None:
        self._console = session.console
        self._quiet = session.quiet
        self._bar = Progress(session.console, label, quiet=self._quiet)
        self._begin = time.monotonic()
        self._now = Moved(rows)
        # What was moved before has been passed over at another speed.
        self._begun = None if rows else self._now

    @property
    def rows(self) -> int:
        """Moved in all."""
        return self._now.rows

    def add(self, rows: int, size: int, *, of: int) -> None:
        """Another so many, of those that there are in all."""
        rows += self._now.rows
        self.moved(rows, self._now.size + size, rows / of if of else None)

    def moved(self, rows: int, size: int, fraction: float | None = None) -> None:
        """`fraction` is how far it is, from 0 to 1, where that is known."""
        fraction = None if fraction is None else min(fraction, 1.0)
        self._now = Moved(rows, size, fraction or 0.0)
        self._begun = self._begun or self._now
        done = self._now.fraction - self._begun.fraction
        left = f", {self._seconds * (1 - self._now.fraction) / done:.0f} s left" if done > 0 else ""
        self._bar.show(fraction, f"{rows:,} rows, {self.speed.replace(' rows/', '/')}{left}")

    def retrying(self, seconds: float, patience: float) -> None:
        """Nothing moves, as the server can't be reached since so many seconds."""
        fraction = self._now.fraction or None
        self._bar.show(fraction, f"{self._now.rows:,} rows, retrying, {seconds:.0f} s of {patience:.0f}")

    @property
    def speed(self) -> str:
        begun = self._begun or self._now
        rows, size = self._now.rows - begun.rows, self._now.size - begun.size
        return f"{rows / self._seconds:,.0f} rows/s, {size / 1e6 / self._seconds:,.1f} MB/s"

    @property
    def _seconds(self) -> float:
        return max(time.monotonic() - self._begin, 0.001)

    def __enter__(self) -> Meter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.__exit__(kind, error, trace)
        if error is None and not self._quiet and self._seconds >= WORTH_TELLING:
            self._console.note(f"{self._seconds:.1f} s: {self.speed}")
