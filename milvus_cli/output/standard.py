"""The standard streams. One that was closed before we started gets its descriptor back."""

import os
import sys
from typing import TextIO, cast


def standard_input() -> TextIO:
    """A closed one is empty."""
    if sys.stdin is None:
        sys.stdin = _reopened(0, os.O_RDONLY, "r")
    return sys.stdin


def standard_output() -> TextIO:
    """A closed one fails at the first write."""
    if sys.stdout is None:
        sys.stdout = _reopened(1, os.O_RDONLY, "w")
    return sys.stdout


def standard_error() -> TextIO:
    """A closed one loses what is written: there is nobody to tell."""
    if sys.stderr is None:
        sys.stderr = _reopened(2, os.O_WRONLY, "w")
    return sys.stderr


def abandon(stream: TextIO) -> None:
    """Drops what the stream still holds: it must not fail once more when Python ends."""
    _move(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _reopened(number: int, flags: int, mode: str) -> TextIO:
    """Without it the next file or socket that is opened takes the number, and gets what is meant for the stream."""
    _move(os.open(os.devnull, flags), number)
    os.set_inheritable(number, True)
    return cast(TextIO, open(number, mode, encoding="utf-8", closefd=False))


def _move(file: int, number: int) -> None:
    if file != number:
        os.dup2(file, number)
        os.close(file)
