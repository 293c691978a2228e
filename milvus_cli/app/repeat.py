"""Repeats a command: over its last output on a terminal, else one output after the other."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TextIO, cast

from ..output.keys import Keys
from ..output.redrawn import Redrawn
from ..output.terminal_modes import moves_cursor
from ..output.values import harmless
from ..result import Repeat
from ..session.session import Session
from .history import carries_secret


def run_repeatedly(repeat: Repeat, session: Session, run: Callable[[Sequence[str]], int]) -> int:
    """Repeats until q or Ctrl-C, which are not failures, or until the command fails."""
    console = session.console
    if not (console.to_terminal and moves_cursor()):
        return _run_all(repeat, session, run)
    with _redrawn(session) as redrawn:

        def drawn(argv: Sequence[str]) -> int:
            redrawn.begin(_header(repeat))
            try:
                return run(argv)
            finally:
                redrawn.end()

        return _run_all(repeat, session, drawn)


def _run_all(repeat: Repeat, session: Session, run: Callable[[Sequence[str]], int]) -> int:
    times, argv, composed = 0, repeat.argv, session.state.composed
    try:
        while repeat.times is None or times < repeat.times:
            if times and _ends_during(repeat.seconds, session):
                return 0
            times += 1
            asked = len(composed)
            code = run(argv)
            # What was asked once is not asked again.
            argv = tuple(shlex.split(composed[-1])) if len(composed) > asked else argv
            if code:
                return code
    except KeyboardInterrupt:
        # A terminal that reads single keys has echoed no ^C.
        if not (session.console.interactive and session.console.to_terminal):
            session.console.note("")
    return 0


def _ends_during(seconds: float, session: Session) -> bool:
    """Waits, and returns whether q was pressed meanwhile."""
    until = time.monotonic() + seconds
    with Keys(session.console) as keys:
        while (left := until - time.monotonic()) > 0:
            if keys.wait(left) == "q":
                return True
    return False


@contextmanager
def _redrawn(session: Session) -> Iterator[Redrawn]:
    console = session.console
    screen = console.stdout
    redrawn = Redrawn(screen, session.palette)
    console.stdout = cast(TextIO, redrawn)
    try:
        yield redrawn
    finally:
        console.stdout = screen


def _header(repeat: Repeat) -> str:
    line = harmless(shlex.join(repeat.argv))
    if carries_secret(line):
        line = f"{repeat.argv[0]} … (hidden: it has a secret)"
    return f"{datetime.now():%H:%M:%S}  every {repeat.seconds:g} s: {line}"
