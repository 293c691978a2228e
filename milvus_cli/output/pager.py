"""Shows what is longer than the screen in a pager, and what is not on the screen."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from typing import TextIO, cast

from .console import Console
from .terminal_modes import end_child, given_back

DEFAULT_PAGER = "less"
# Colours pass, long lines are cut and not folded, and the text stays on the screen at the end.
LESS_OPTIONS = "-RSX"


def paged(console: Console) -> AbstractContextManager[None]:
    """Within it, what is written to the console's terminal goes through the pager if it is long."""
    if not console.to_terminal or not console.interactive:
        return nullcontext()
    command = _command(os.environ.get("PAGER", ""))
    return nullcontext() if shutil.which(command[0]) is None else _paged(console, command)


@contextmanager
def _paged(console: Console, command: list[str]) -> Iterator[None]:
    screen = console.stdout
    pager = Pager(screen, command, shutil.get_terminal_size().lines - 1, keys=console.stdin)
    console.stdout = cast(TextIO, pager)
    try:
        # Who has seen enough leaves the pager before the end.
        with suppress(BrokenPipeError):
            yield
    finally:
        console.stdout = screen
        pager.close()


def _command(chosen: str) -> list[str]:
    """The words of $PAGER; the usual one for none, and for what no shell would read."""
    with suppress(ValueError):
        return shlex.split(chosen) or [DEFAULT_PAGER]
    return [DEFAULT_PAGER]


class Pager:
    """A terminal's stand-in: holds text back until there are more lines than the screen has."""

    name = "the pager"

    def __init__(self, screen: TextIO, command: list[str], lines: int, *, keys: TextIO) -> None:
        self.encoding = screen.encoding
        self._screen = screen
        self._command = command
        self._lines = lines
        self._held = ""
        self._keys = keys
        self._given_back = ExitStack()
        self._process: subprocess.Popen[str] | None = None

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._process is None:
            self._held += text
            if self._held.count("\n") > self._lines:
                self._start()
        else:
            self._send(text)
        return len(text)

    def flush(self) -> None:
        """Nothing is to be seen before it is known where."""

    def close(self) -> None:
        """Waits until the person leaves the pager; Ctrl-C is the pager's meanwhile."""
        if self._process is None:
            self._screen.write(self._held)
            self._screen.flush()
            return
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            with suppress(BrokenPipeError):
                self._process.communicate()
        finally:
            self._given_back.close()
            signal.signal(signal.SIGINT, before)

    def _start(self) -> None:
        environment = {"LESS": LESS_OPTIONS, "LESSCHARSET": "utf-8", **os.environ}
        self._given_back.enter_context(given_back(self._keys, self._end))
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, encoding=self.encoding, errors="backslashreplace", env=environment
        )
        self._send(self._held)

    def _end(self) -> None:
        if self._process is not None and self._process.returncode is None:
            end_child(self._process.pid)

    def _send(self, text: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(text)
