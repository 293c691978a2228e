"""Runs a command in a real pseudo-terminal and shows what a person would see."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from copy import copy, deepcopy
from pathlib import Path
from types import TracebackType
from typing import Any

import pyte
from typing_extensions import Self

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "s-tab": "\x1b[Z",
    "escape": "\x1b",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "delete": "\x1b[3~",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "c-space": "\x00",
    "c-\\": "\x1c",
}
KEYS |= {f"c-{letter}": chr(ord(letter) - ord("a") + 1) for letter in "abcdefghijklmnopqrstuvwxyz"}

ALTERNATE_SCREEN = 1049

# Python's own way to a controlling terminal runs Python between fork and exec, which threads of ours (gRPC's) make
# hang now and then.
TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)


class _Screen(pyte.Screen):
    """pyte's screen, whose answers reach the program, and with the alternate screen, which pyte lacks."""

    def __init__(self, columns: int, lines: int, answer: Callable[[str], None]) -> None:
        super().__init__(columns, lines)
        self._answer = answer
        self._main_screen: tuple[Any, Any] | None = None

    def write_process_input(self, data: str) -> None:
        self._answer(data)

    def mute(self) -> None:
        self._answer = lambda data: None

    def set_mode(self, *modes: int, **options: Any) -> None:
        if ALTERNATE_SCREEN in modes:
            self._main_screen = deepcopy(self.buffer), copy(self.cursor)
        super().set_mode(*modes, **options)

    def reset_mode(self, *modes: int, **options: Any) -> None:
        super().reset_mode(*modes, **options)
        if ALTERNATE_SCREEN in modes and self._main_screen is not None:
            (self.buffer, self.cursor), self._main_screen = self._main_screen, None
            self.dirty.update(range(self.lines))


class Terminal:
    """A terminal of ROWS by COLS with COMMAND in it; an xterm, unless TERM says something else.

    It reads while a test waits or looks; it answers the program's question for the cursor position.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        rows: int = 24,
        cols: int = 80,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        term: str = "xterm-256color",
    ) -> None:
        self.raw = b""
        self._rendered: list[str] | None = None
        self._display = _Screen(cols, rows, self.send)
        self._stream = pyte.ByteStream(self._display)
        self._master, slave = pty.openpty()
        _set_size(slave, rows, cols)
        self.first_modes = termios.tcgetattr(slave)
        self._child = subprocess.Popen(
            [sys.executable, "-ISc", TAKE_TERMINAL, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**(os.environ if env is None else env), "TERM": term},
            cwd=cwd,
            start_new_session=True,
        )
        os.close(slave)
        self._is_open = True

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def modes(self) -> list[Any]:
        """The current modes of the terminal, from termios; `first_modes` are those of the beginning."""
        return termios.tcgetattr(self._master)

    @property
    def screen(self) -> list[str]:
        """The text on the screen now, a string a row, without the spaces at the end."""
        self._read(0)
        # A wait polls 50 times a second, and pyte takes milliseconds to render.
        if self._rendered is None:
            self._rendered = [line.rstrip() for line in self._display.display]
        return list(self._rendered)

    @property
    def text(self) -> str:
        """The screen as one string, without the empty rows at the end."""
        return "\n".join(self.screen).rstrip("\n")

    @property
    def cells(self) -> list[list[Any]]:
        """The characters on the screen now, with their colors: pyte's Char, a list a row."""
        self._read(0)
        return [
            [self._display.buffer[row][col] for col in range(self._display.columns)]
            for row in range(self._display.lines)
        ]

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column of the cursor, from 0."""
        self._read(0)
        return self._display.cursor.y, self._display.cursor.x

    def mute(self) -> None:
        """Answers no question of the program from now on, as simple terminals do."""
        self._display.mute()

    def send(self, text: str) -> None:
        """Type TEXT as it is; a line ends with "\\r"."""
        data = text.encode()
        while data and self._is_open:
            data = data[os.write(self._master, data) :]

    def send_key(self, *names: str) -> None:
        """Press keys by prompt_toolkit's names: "c-c", "tab", "up"."""
        for name in names:
            self.send(KEYS[name])

    def send_line(self, text: str) -> None:
        self.send(text + KEYS["enter"])

    def resize(self, rows: int, cols: int) -> None:
        _set_size(self._master, rows, cols)
        self._display.resize(rows, cols)
        self._rendered = None

    def wait_for(self, text: str, timeout: float = 30) -> None:
        """Wait until TEXT stands on the screen; a row's end counts as a newline."""
        self._wait(lambda: text in self.text, f"{text!r} did not appear", timeout)

    def wait_gone(self, text: str, timeout: float = 30) -> None:
        """Wait until TEXT no longer stands on the screen."""
        self._wait(lambda: text not in self.text, f"{text!r} did not go away", timeout)

    def wait_exit(self, timeout: float = 30) -> int:
        """Wait for the end of the command: its exit code, or minus the signal that ended it."""
        self._wait(lambda: self._child.poll() is not None, "the command did not end", timeout)
        self._read(0)
        return self._child.wait()

    def close(self) -> None:
        """End the command, by SIGKILL when the terminal's end is not enough."""
        self._hang_up()
        try:
            self._child.wait(0.1)
        except subprocess.TimeoutExpired:
            os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _wait(self, is_done: Callable[[], bool], failure: str, timeout: float) -> None:
        until = time.monotonic() + timeout
        while not is_done():
            if time.monotonic() > until:
                raise AssertionError(f"{failure} within {timeout:g} s; the screen:\n{self.text}")
            self._read(0.02)

    def _read(self, seconds: float) -> None:
        """Take over all output that is there, waiting SECONDS for the first of it."""
        while self._is_open and select.select([self._master], [], [], seconds)[0]:
            try:
                chunk = os.read(self._master, 65536)
            except OSError:  # Nobody has the terminal open any more.
                self._hang_up()
                return
            self.raw += chunk
            self._stream.feed(chunk)
            self._rendered = None
            seconds = 0
        if not self._is_open:
            time.sleep(seconds)

    def _hang_up(self) -> None:
        if self._is_open:
            self._is_open = False
            os.close(self._master)


def _set_size(terminal: int, rows: int, cols: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
