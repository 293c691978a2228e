"""Progress of a transfer: rows, speed and time left as a bar on a terminal, and a summary line at the end."""

from __future__ import annotations

import time
from dataclasses import dataclass
from types import TracebackType

from ..output.progress import Progress
from ..session.session import Session

WORTH_TELLING = 1.0
"""Seconds; the speed of shorter transfers is not reported."""


@dataclass(frozen=True)
class Moved:
    """Amount moved up to a point in time."""

    rows: int
    size: int = 0
    fraction: float = 0.0


class Meter:
    """Shows progress: `with Meter(session, "Exporting 'book'") as meter: meter.moved(rows, size)`, both totals.

    `rows` were moved by an earlier run; `size` is in bytes.
    """

    def __init__(self, session: Session, label: str, *, rows: int = 0) -> None:
        self._console = session.console
        self._quiet = session.quiet
        self._bar = Progress(session.console, label, quiet=self._quiet)
        self._begin = time.monotonic()
        self._now = Moved(rows)
        self._earlier = rows
        # How much of the size and the fraction is of an earlier run shows the first move.
        self._begun = None if rows else self._now

    @property
    def rows(self) -> int:
        """Rows moved in total."""
        return self._now.rows

    def add(self, rows: int, size: int, *, of: int) -> None:
        """Adds rows and bytes; `of` is the number of rows in all."""
        rows += self._now.rows
        self.moved(rows, self._now.size + size, rows / of if of else None)

    def moved(self, rows: int, size: int, fraction: float | None = None) -> None:
        """`fraction` is the progress from 0 to 1, if known."""
        fraction = None if fraction is None else min(fraction, 1.0)
        self._now = Moved(rows, size, fraction or 0.0)
        self._begun = self._begun or self._now
        done = self._now.fraction - self._begun.fraction
        left = f", {self._seconds * (1 - self._now.fraction) / done:.0f} s left" if done > 0 else ""
        self._bar.show(fraction, f"{rows:,} rows, {self.speed.replace(' rows/', '/')}{left}")

    def retrying(self, seconds: float, patience: float) -> None:
        """Shows that the server has been unreachable for `seconds`."""
        fraction = self._now.fraction or None
        self._bar.show(fraction, f"{self._now.rows:,} rows, retrying, {seconds:.0f} s of {patience:.0f}")

    @property
    def speed(self) -> str:
        begun = self._begun or self._now
        rows, size = self._now.rows - self._earlier, self._now.size - begun.size
        sizes = f", {size / 1e6 / self._seconds:,.1f} MB/s" if size or not self._earlier else ""
        return f"{rows / self._seconds:,.0f} rows/s{sizes}"

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
