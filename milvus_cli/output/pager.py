"""Shows output longer than the screen in a pager, and shorter output directly."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from typing import TextIO, cast

from .console import Console
from .terminal_modes import end_child, given_back, left_to_child, moves_cursor

DEFAULT_PAGER = "less"
# Show colours, chop long lines instead of folding them, and leave the text on the screen at the end.
LESS_OPTIONS = "-RSX"


def paged(console: Console) -> AbstractContextManager[None]:
    """Sends the console's output within it to the pager if it is long and goes to a terminal that can be scrolled."""
    if not console.to_terminal or not console.interactive or not moves_cursor():
        return nullcontext()
    command = _command(os.environ.get("PAGER", ""))
    return nullcontext() if shutil.which(command[0]) is None else _paged(console, command)


@contextmanager
def _paged(console: Console, command: list[str]) -> Iterator[None]:
    screen = console.stdout
    pager = Pager(screen, command, shutil.get_terminal_size().lines - 1, keys=console.stdin)
    console.stdout = cast(TextIO, pager)
    try:
        # The pager may be closed before all is written.
        with suppress(BrokenPipeError):
            yield
    finally:
        console.stdout = screen
        pager.close()


def _command(chosen: str) -> list[str]:
    """Returns the words of $PAGER; the default pager if it is empty or can't be parsed."""
    words = [DEFAULT_PAGER]
    with suppress(ValueError):
        words = shlex.split(chosen) or words
    # Whatever $LESS says: without it colors are shown as escape sequences.
    return [*words, "-R"] if os.path.basename(words[0]) == "less" else words


class Pager:
    """Stand-in for a terminal that holds text back until it has more lines than the screen."""

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
        """Does nothing: the text is held back until its length is known."""

    def close(self) -> None:
        """Waits until the pager is closed; Ctrl-C belongs to the pager meanwhile."""
        if self._process is None:
            self._screen.write(self._held)
            self._screen.flush()
            return
        with left_to_child(), self._given_back, suppress(BrokenPipeError):
            self._process.communicate()

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
