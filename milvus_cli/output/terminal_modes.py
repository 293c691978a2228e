"""Gives the terminal back as it was when a signal ends the program while its keys are ours, or a pager's."""

from __future__ import annotations

import os
import signal
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TextIO

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""Signals that end the program; SIGINT raises KeyboardInterrupt, and needs no care."""

SOON = 1.0
"""Seconds that a pager has to end by itself."""


def ends_us(number: int) -> bool:
    """Whether a signal would end the program; one that is ignored, as under nohup, stays so."""
    return signal.getsignal(number) is signal.SIG_DFL


def die_of(number: int) -> None:
    """Ends the program as the signal does by default, so that who waits for it sees which one it was."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


@contextmanager
def given_back(terminal: TextIO, first: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Within it a signal that ends the program does `first`, and sets the terminal's modes as they are now."""
    try:
        descriptor = terminal.fileno()
        modes = termios.tcgetattr(descriptor)
    except (OSError, ValueError, termios.error):
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        first()
        with suppress(OSError, termios.error):
            # In the background the modes are somebody else's, and to set them would stop the program.
            if os.tcgetpgrp(descriptor) == os.getpgrp():
                termios.tcsetattr(descriptor, termios.TCSANOW, modes)
        die_of(number)

    # Only the main thread may say what a signal does.
    ours = [each for each in ENDING if ends_us(each)] if threading.current_thread() is threading.main_thread() else []
    for each in ours:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each in ours:
            signal.signal(each, signal.SIG_DFL)


def end_child(pid: int) -> None:
    """Ends a program of ours, which may have changed the terminal, and waits for it, in the handler of a signal."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for each in [*_below(pid), pid]:
            with suppress(ProcessLookupError):
                os.kill(each, number)
        until = time.monotonic() + SOON
        while time.monotonic() < until:
            try:
                if os.waitpid(pid, os.WNOHANG)[0]:
                    return
            except ChildProcessError:
                return
            time.sleep(0.01)


def _below(pid: int) -> list[int]:
    """The processes that a shell runs, as far as the system tells: its end is not theirs."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            children = [int(each) for each in file.read().split()]
    except (OSError, ValueError):
        return []
    return [each for child in children for each in (*_below(child), child)]
