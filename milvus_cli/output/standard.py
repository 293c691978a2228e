"""Opens the standard streams. One that was closed before the start gets its descriptor back."""

import os
import sys
from typing import TextIO, cast


def standard_input() -> TextIO:
    """Returns stdin; an empty one if it was closed."""
    if sys.stdin is None:
        sys.stdin = _reopened(0, os.O_RDONLY, "r")
    return sys.stdin


def standard_output() -> TextIO:
    """Returns stdout; one that fails at the first write if it was closed."""
    if sys.stdout is None:
        sys.stdout = _reopened(1, os.O_RDONLY, "w")
    return sys.stdout


def standard_error() -> TextIO:
    """Returns stderr; one that discards its text if it was closed."""
    if sys.stderr is None:
        sys.stderr = _reopened(2, os.O_WRONLY, "w")
    return sys.stderr


def abandon(stream: TextIO) -> None:
    """Discards the stream's buffered text, so that it does not fail once more when Python exits."""
    _move(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _reopened(number: int, flags: int, mode: str) -> TextIO:
    """Occupies the descriptor: the next file or socket opened would get it, and the stream's text."""
    _move(os.open(os.devnull, flags), number)
    os.set_inheritable(number, True)
    return cast(TextIO, open(number, mode, encoding="utf-8", closefd=False))


def _move(file: int, number: int) -> None:
    if file != number:
        os.dup2(file, number)
        os.close(file)
