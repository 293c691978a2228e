"""Draws the pictures of docs/: sessions of the program in a pseudo-terminal, on Milvus Lite and, of `top`, on Milvus.

`python -m tests.picture` writes them anew. What differs between sessions is replaced: the port, the times, and the
version of Milvus Lite.
"""

import os
import re
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.cli import ROOT
from tests.support.milvus_server import MilvusServer
from tests.support.terminal import Terminal

DOCS = ROOT / "docs"
COLS = 96
CELL_WIDTH, CELL_HEIGHT, MARGIN, SIZE = 8.4, 19, 14, 14
"""Pixels."""
BACKGROUND, TEXT = "#1e1e2e", "#d9e0ee"
COLORS = {
    "black": "#45475a",
    "red": "#f38ba8",
    "green": "#a6e3a1",
    "brown": "#f9e2af",
    "blue": "#89b4fa",
    "magenta": "#cba6f7",
    "cyan": "#94e2d5",
    "white": "#bac2de",
    "brightblack": "#7f849c",
    "brightred": "#f38ba8",
    "brightgreen": "#a6e3a1",
    "brightbrown": "#f9e2af",
    "brightblue": "#89b4fa",
    "brightmagenta": "#cba6f7",
    "brightcyan": "#94e2d5",
    "brightwhite": "#ffffff",
}
VOLATILE = tuple(
    (re.compile(pattern), fixed)
    for pattern, fixed in (
        (r"127\.0\.0\.1:\d+", "127.0.0.1:19530"),
        (r"milvus_lite-[\d.]+", "milvus_lite-3.2"),
        (r"\d+(\.\d+)? ms", "3.1 ms"),
    )
)
SEARCH = "search films -v [0.9,0.4,0,0] --filter 'year > 1960' --fields title,year"
TYPED = "search films --like 1 --f"
POINTS = "insert fake points -n 400 --clusters 5 --seed 3"
PLOT = "plot vectors points"
SEARCHES = 20_000
"""More than there are before `top` has been drawn."""


class Cell(NamedTuple):
    text: str
    color: str
    background: str
    bold: bool


def drawn() -> dict[str, str]:
    """Returns the pictures of sessions of today's program, by name."""
    with tempfile.TemporaryDirectory(prefix="milvus_cli-picture-") as home:
        env = {**os.environ, "MILVUS_CLI_HOME": home, "COLORTERM": ""}
        program = [sys.executable, "-m", "milvus_cli"]
        try:
            with Terminal([*program, "quickstart"], rows=80, cols=COLS, env=env, cwd=Path(home)) as first:
                first.wait_for("List the commands")
                first.wait_for("/default>")
                first.send_line("exit")
                first.wait_exit()
            return {
                "shell": _shell(program, env, Path(home)),
                "plot": _plot(program, env, Path(home)),
                "top": _top(program, env, Path(home)),
            }
        finally:
            with Terminal([*program, "stop", "server", "--all", "--yes"], env=env, cwd=Path(home)) as last:
                last.wait_exit()


def _shell(program: Sequence[str], env: Mapping[str, str], home: Path) -> str:
    with Terminal(program, rows=22, cols=COLS, env=env, cwd=home) as shell:
        shell.wait_for("/default>")
        shell.send_line(SEARCH)
        shell.wait_for("consistency Strong\nquickstart/default>")
        shell.send(TYPED)
        shell.wait_for("--force")
        found = _picture(shell, "hits of a search, and an option that is being completed")
        shell.send_key("c-c")
        shell.send_line("exit")
        shell.wait_exit()
    return found


def _plot(program: Sequence[str], env: Mapping[str, str], home: Path) -> str:
    made = f"create collection points --dim 8; {POINTS}; load points"
    with Terminal([*program, "-c", made], rows=22, cols=COLS, env=env, cwd=home) as before:
        before.wait_exit()
    script = f"echo '$ milvus_cli {PLOT}'; {shlex.join(program)} {PLOT}"
    with Terminal(["bash", "-c", script], rows=28, cols=COLS, env=env, cwd=home) as terminal:
        terminal.wait_exit()
        return _picture(terminal, "vectors of five clusters as points on a plane")


def _top(program: Sequence[str], env: Mapping[str, str], home: Path) -> str:
    with MilvusServer(home / "milvus") as server:
        connect = f"connect -p {server.port} --management-port {server.management_port} -a production"
        made = f"create collection points --dim 8; {POINTS}; load points; flush points"
        with Terminal([*program, "-c", f"{connect}; {made}"], rows=22, cols=COLS, env=env, cwd=home) as before:
            before.wait_exit()
        searching = [*program, "bench", "search", "points", "-n", str(SEARCHES), "-j", "2", "-q"]
        with Terminal(searching, rows=22, cols=COLS, env=env, cwd=home):
            # The calls that it begins with must have passed.
            time.sleep(5)
            with Terminal([*program, "top"], rows=16, cols=COLS, env=env, cwd=home) as top:
                time.sleep(15)
                found = _picture(top, "requests, latencies, collections and nodes of a server")
                top.send("q")
                top.wait_exit()
    return found


def _picture(terminal: Terminal, title: str) -> str:
    return svg([_settled(row) for row in terminal.cells], title)


def _settled(row: Sequence[Any]) -> list[Cell]:
    """Returns a row of pyte's cells as ours, with what is volatile replaced."""
    cells = [_cell(each) for each in row]
    for pattern, fixed in VOLATILE:
        if found := pattern.search("".join(each.text or " " for each in cells)):
            cells[found.start() : found.end()] = [cells[found.start()]._replace(text=each) for each in fixed]
    return [*cells, *(cells[-1]._replace(text=" ") for _ in range(COLS - len(cells)))][:COLS]


def _cell(char: Any) -> Cell:
    color, background = _color(char.fg, TEXT), _color(char.bg, BACKGROUND)
    if char.reverse:
        color, background = background, color
    return Cell(char.data, color, background, char.bold)


def _color(name: str, default: str) -> str:
    return default if name == "default" else COLORS.get(name, f"#{name}")


def svg(rows: Sequence[Sequence[Cell]], title: str) -> str:
    width, height = COLS * CELL_WIDTH + 2 * MARGIN, len(rows) * CELL_HEIGHT + 2 * MARGIN
    lines = [line for number, row in enumerate(rows) for line in _row(number, row)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}"'
            f' font-family="ui-monospace, Menlo, Consolas, monospace" font-size="{SIZE}">',
            f"<title>The shell of milvus_cli: {title}</title>",
            f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>',
            *lines,
            "</svg>\n",
        ]
    )


def _row(number: int, row: Sequence[Cell]) -> Iterator[str]:
    top, column = MARGIN + number * CELL_HEIGHT, 0
    for (color, background, bold), group in groupby(row, lambda cell: cell[1:]):
        text = "".join(cell.text for cell in group)
        left, width = MARGIN + column * CELL_WIDTH, len(text) * CELL_WIDTH
        column += len(text)
        if background != BACKGROUND:
            yield f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{CELL_HEIGHT}" fill="{background}"/>'
        if text.strip():
            weight = ' font-weight="bold"' if bold else ""
            yield (
                f'<text x="{left:.1f}" y="{top + SIZE}" textLength="{width:.1f}" fill="{color}"{weight} '
                f'xml:space="preserve">{escape(text)}</text>'
            )


if __name__ == "__main__":
    for file, text in drawn().items():
        (DOCS / f"{file}.svg").write_text(text, encoding="utf-8")
