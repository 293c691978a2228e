"""Draws the output of a repeated command over that of its last run."""

from __future__ import annotations

import shutil
from typing import TextIO

from .changes import marked, plain
from .colors import Palette
from .values import width_of

HOME, ERASE_SCREEN, ERASE_REST, ERASE_BELOW = "\x1b[H", "\x1b[2J", "\x1b[K", "\x1b[J"
AROUND = 4
"""Rows that are no output: the header and an empty one, the note of what is not shown, and the cursor's."""

MOST_HELD = 500
"""Lines that wait for the end of a result, to be drawn together."""


class Redrawn:
    """Stand-in for a terminal. What is written between `begin` and `end` is one run of the command.

    Drawn when it is flushed, with what changed since the last run, and cut to the height of the screen.
    """

    name = "standard output"

    def __init__(self, screen: TextIO, palette: Palette) -> None:
        self.encoding = screen.encoding
        self._screen = screen
        self._palette = palette
        self._header = ""
        self._held = ""
        self._is_drawn = False
        self._lines: list[str] = []
        self._before: list[str] | None = None
        self._size = (0, 0)
        self._used = self._hidden = 0

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._held += text
        if self._held.count("\n") > MOST_HELD:
            self._draw(whole=False)
        return len(text)

    def flush(self) -> None:
        self._draw(whole=False)

    def begin(self, header: str) -> None:
        self._header, self._is_drawn = header, False
        self._lines, self._used, self._hidden = [], 0, 0
        if self._before is None:
            # A question of the first run comes below the header. Later runs keep the last output until theirs is ready.
            self._draw(whole=False)

    def end(self) -> None:
        self._draw(whole=True)
        if self._hidden:
            self._send(self._palette.paint("count", f"({self._hidden:,} more lines)") + ERASE_REST + "\n")
        self._before = self._lines

    def _draw(self, *, whole: bool) -> None:
        lines = self._taken(whole=whole)
        head = "" if self._is_drawn else self._head()
        self._is_drawn = True
        new = marked(lines, self._before, self._palette) if self._before is not None else lines
        self._lines += lines
        text = "".join(line + self._end_of(line) for line in new)
        if head or text:
            self._send(head + text + ERASE_BELOW)

    def _head(self) -> str:
        size = tuple(shutil.get_terminal_size())
        start, self._size = (HOME if size == self._size else HOME + ERASE_SCREEN), (size[0], size[1])
        header = self._palette.paint("header", self._header[: size[0] - 1])
        return f"{start}{header}{ERASE_REST}\n{ERASE_REST}\n"

    def _taken(self, *, whole: bool) -> list[str]:
        """Takes the lines that are complete, or all, and returns those that fit the screen."""
        *lines, rest = self._held.split("\n")
        if whole and rest:
            lines, rest = [*lines, rest], ""
        self._held = rest
        columns, rows = shutil.get_terminal_size()
        fitting = []
        for line in lines:
            needed = max(1, -(-width_of(plain(line)) // columns))
            if self._hidden or self._used + needed > rows - AROUND:
                self._hidden += 1
            else:
                fitting.append(line)
                self._used += needed
        return fitting

    def _end_of(self, line: str) -> str:
        # Erasing behind a line that fills its row would erase its last character.
        width = width_of(plain(line))
        return "\n" if width and width % self._size[0] == 0 else f"{ERASE_REST}\n"

    def _send(self, text: str) -> None:
        self._screen.write(text)
        self._screen.flush()
