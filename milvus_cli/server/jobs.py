"""Jobs of a server that a client follows by their id: their state in words, their progress, and times."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..client.enums import Enumeration, value_name
from ..errors import CliError, Fault
from ..text.consistency import LOGICAL_BITS
from ..text.timestamps import instant

LATEST_MILLISECONDS = 253_402_300_800_000
"""The year 10000; a larger time is a hybrid timestamp."""

WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Between two words of a name such as InProgress."""


@dataclass(frozen=True)
class JobKind:
    """A kind of jobs: the enumeration of their states, and what the names of these begin with."""

    states: Enumeration
    prefix: str

    def state(self, number: int) -> str:
        """Returns "pending", "executing", "completed", "failed" or other words of the server, as "in progress"."""
        return WORD.sub(" ", value_name(self.states, number).removeprefix(self.prefix)).lower()

    def fraction(self, ask: Callable[[], Any], doing: str) -> float:
        """Returns the progress of the job that `ask` returns, below 1 until it is complete.

        Raises CliError for a failed one.
        """
        job = ask()
        state = self.state(job.state)
        if state == "failed":
            raise CliError(f"{doing} failed: {job.reason or 'the server gives no reason'}", fault=Fault.SAID_NO)
        return 1.0 if state == "completed" else min(0.99, max(0.0, job.progress / 100))


def time_text(stamp: int) -> str | int | None:
    """Returns a time in milliseconds, or a hybrid timestamp, as ISO 8601 text; None for 0."""
    milliseconds = stamp >> LOGICAL_BITS if stamp >= LATEST_MILLISECONDS else stamp
    text: str | int = instant(milliseconds * 1000)
    return text if stamp else None
