"""Draws on the whole screen of a terminal, and gives the terminal back as it was however that ends."""

from __future__ import annotations

import errno
import os
import re
import select
import signal
import termios
import threading
import tty
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from types import FrameType, TracebackType
from typing import Any

from .console import Console
from .terminal_modes import given_back, moves_cursor
from .values import COLOR_SEQUENCE, width_of

ALTERNATE_SCREEN, MAIN_SCREEN = "\x1b[?1049h", "\x1b[?1049l"
# No cursor, and no wrapping: the last column of the last row would scroll the screen.
BARE, USUAL = "\x1b[?25l\x1b[?7l", "\x1b[?7h\x1b[?25h"
ERASE_SCREEN, ERASE_REST = "\x1b[H\x1b[2J", "\x1b[K"
SPECIAL_KEY = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.)")
"""An arrow or the like, whose letters are no keys."""

FALLBACK = (80, 24)
MOST_TYPED = 1024


def can_fill_screen(console: Console) -> bool:
    """Returns whether there is a terminal that can be drawn on, and a person at its keys."""
    return console.to_terminal and console.interactive and moves_cursor()


class Fullscreen:
    """Used as `with Fullscreen(console) as screen: screen.draw(lines); keys = screen.keys()`.

    Ctrl-C interrupts; Ctrl-Z stops the program, and the screen is drawn again when it continues.
    """

    def __init__(self, console: Console) -> None:
        self._stdin = console.stdin
        self._encoding = console.stdout.encoding
        self._output = console.stdout.fileno()
        self._input = console.stdin.fileno()
        self._drawn: list[str] = []
        self._drawn_size = (0, 0)
        self._modes: Any = None
        self._taken = False
        self._bell: tuple[int, int] = (-1, -1)
        self._restoring = ExitStack()
        console.flush()

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        try:
            found = os.get_terminal_size(self._output)
        except OSError:
            return FALLBACK
        return found.columns or FALLBACK[0], found.lines or FALLBACK[1]

    def __enter__(self) -> Fullscreen:
        self._modes = termios.tcgetattr(self._input)
        self._bell = os.pipe()
        for end in self._bell:
            os.set_blocking(end, False)
        with ExitStack() as stack:
            stack.callback(self._close_bell)
            stack.enter_context(given_back(self._stdin, self._leave))
            stack.callback(self._restore_modes)
            stack.callback(self._leave)
            self._handle(stack, signal.SIGWINCH, lambda number, frame: self.wake())
            self._handle(stack, signal.SIGTSTP, self._stop)
            self._handle(stack, signal.SIGCONT, lambda number, frame: self._take())
            self._take()
            self._restoring = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restoring.close()

    def draw(self, lines: Sequence[str]) -> None:
        """Shows these lines, of which only those that changed are sent; they must fit `size`.

        Raises EOFError if the terminal is gone.
        """
        columns, rows = size = self.size
        pieces = []
        if size != self._drawn_size:
            self._drawn, self._drawn_size = [], size
            pieces.append(ERASE_SCREEN)
        wanted = [*lines[:rows], *[""] * (rows - len(lines))]
        before = self._drawn or [""] * rows
        for row, (line, old) in enumerate(zip(wanted, before, strict=True), start=1):
            if line != old:
                # Erasing behind a line that fills its row would erase its last character.
                rest = ERASE_REST if width_of(COLOR_SEQUENCE.sub("", line)) < columns else ""
                pieces.append(f"\x1b[{row};1H{line}{rest}")
        self._drawn = wanted
        if pieces:
            self._send("".join(pieces))

    def wake(self) -> None:
        """Makes `keys` return, from any thread."""
        with suppress(OSError):
            os.write(self._bell[1], b"!")

    def keys(self) -> str:
        """Waits until keys are pressed, the size changed or somebody called `wake`; returns the keys, if any.

        Raises EOFError if the terminal is gone.
        """
        ready, _, _ = select.select([self._input, self._bell[0]], [], [])
        if self._bell[0] in ready:
            with suppress(BlockingIOError):
                os.read(self._bell[0], MOST_TYPED)
        if self._input not in ready:
            return ""
        try:
            typed = os.read(self._input, MOST_TYPED)
        except OSError as exc:
            raise EOFError from exc
        if not typed:
            raise EOFError
        return SPECIAL_KEY.sub("", typed.decode("utf-8", "replace"))

    def _take(self) -> None:
        """Takes the terminal, also after somebody else had it. In the background this waits for the foreground."""
        while True:
            try:
                tty.setcbreak(self._input, termios.TCSADRAIN)
                break
            except termios.error as exc:
                if exc.args[0] != errno.EINTR:
                    raise
        self._send(BARE if self._taken else ALTERNATE_SCREEN + BARE)
        self._taken, self._drawn_size = True, (0, 0)
        self.wake()

    def _leave(self) -> None:
        if self._taken:
            self._taken = False
            with suppress(EOFError):
                self._send(USUAL + MAIN_SCREEN)

    def _restore_modes(self) -> None:
        with suppress(OSError, termios.error):
            termios.tcsetattr(self._input, termios.TCSADRAIN, self._modes)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """Gives the terminal back and stops, as the signal would do by itself."""
        self._leave()
        self._restore_modes()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.signal(number, self._stop)
        # Nothing stops a program that no shell could continue.
        self._take()

    def _handle(self, stack: ExitStack, number: int, handler: Callable[[int, FrameType | None], None]) -> None:
        """Only the main thread may set handlers; what is ignored stays so."""
        before = signal.getsignal(number)
        if threading.current_thread() is threading.main_thread() and before is not signal.SIG_IGN:
            signal.signal(number, handler)
            stack.callback(signal.signal, number, before)

    def _send(self, text: str) -> None:
        # Not through the buffer of stdout, which a signal handler must not enter again.
        data = text.encode(self._encoding, "backslashreplace")
        try:
            while data:
                data = data[os.write(self._output, data) :]
        except OSError as exc:
            raise EOFError from exc

    def _close_bell(self) -> None:
        ends, self._bell = self._bell, (-1, -1)
        for end in ends:
            os.close(end)
