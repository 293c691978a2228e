"""Restores the terminal's modes when a signal ends the program while it, or a pager, reads single keys."""

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
"""Signals that end the program. SIGINT is none of them: it raises KeyboardInterrupt."""

WAKE = 0.5
"""Seconds between interruptions of a blocking read."""

LOCAL_MODES = 3
"""The place of the local modes in what termios returns."""

SOON = 1.0
"""Seconds that a pager has to exit after a signal."""


def moves_cursor() -> bool:
    """Returns whether the terminal, if there is one, obeys more than line feeds."""
    return os.environ.get("TERM", "dumb") not in ("", "dumb")


def ends_us(number: int) -> bool:
    """Reports whether a signal would end the program; it does not if it is ignored, as under nohup."""
    return signal.getsignal(number) is signal.SIG_DFL


def die_of(number: int) -> None:
    """Ends the program by the signal's default action, so that the parent process sees which signal it was."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


@contextmanager
def ending_as_interrupted() -> Iterator[None]:
    """Within it, a signal that ends the program first raises KeyboardInterrupt, as Ctrl-C does, so that work is undone.

    The program then ends by the signal.
    """
    came: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        if came or not callable(signal.getsignal(signal.SIGINT)):
            die_of(number)
        came.append(number)
        signal.raise_signal(signal.SIGINT)

    try:
        with _handling_ends(interrupt):
            yield
    finally:
        if came:
            die_of(came[0])


@contextmanager
def given_back(terminal: TextIO, first: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Within it, a signal that ends the program first calls `first` and restores the terminal's present modes."""
    try:
        descriptor = terminal.fileno()
        modes = termios.tcgetattr(descriptor)
    except (OSError, ValueError, termios.error):
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        first()
        with suppress(OSError, termios.error):
            # In the background the modes belong to another program, and setting them would stop this one.
            if os.tcgetpgrp(descriptor) == os.getpgrp():
                termios.tcsetattr(descriptor, termios.TCSANOW, modes)
        die_of(number)

    with _handling_ends(end):
        yield


@contextmanager
def _handling_ends(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Within it, the signals that end the program call the handler. Only the main thread may set one."""
    ours = [each for each in ENDING if ends_us(each)] if threading.current_thread() is threading.main_thread() else []
    for each in ours:
        signal.signal(each, handler)
    try:
        yield
    finally:
        for each in ours:
            signal.signal(each, signal.SIG_DFL)


@contextmanager
def left_to_child() -> Iterator[None]:
    """Within it, Ctrl-C is for a child that has the terminal, such as a pager, and not for this program."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def unflushed(terminal: TextIO) -> Iterator[None]:
    """Within it, a terminal keeps the characters typed before Ctrl-Z or Ctrl-C, which it drops by default.

    An ignored Ctrl-Z would otherwise change an answer.
    """
    descriptor = terminal.fileno()
    before = termios.tcgetattr(descriptor)
    during = [*before[:LOCAL_MODES], before[LOCAL_MODES] | termios.NOFLSH, *before[LOCAL_MODES + 1 :]]
    termios.tcsetattr(descriptor, termios.TCSANOW, during)
    try:
        yield
    finally:
        # What was typed before Ctrl-C must not become the next line.
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)


@contextmanager
def woken() -> Iterator[None]:
    """Interrupts blocking reads within it regularly; Python resumes them after handling signals.

    Otherwise a signal between the drawing of a question and the read of its answer would wait for the answer.
    """
    before = signal.signal(signal.SIGALRM, lambda number, frame: None)
    signal.setitimer(signal.ITIMER_REAL, WAKE, WAKE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def end_child(pid: int) -> None:
    """Ends a child that may have changed the terminal, and waits for it; safe in a signal handler."""
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
    """Returns the descendants of a process, where /proc has them: a shell does not end its children."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            children = [int(each) for each in file.read().split()]
    except (OSError, ValueError):
        return []
    return [each for child in children for each in (*_below(child), child)]
