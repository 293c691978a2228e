"""Draws the whole screen of `top`: a panel for each server, and the keys below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from .alarms import alarms
from .drawing import Canvas, Line
from .numbers import rate
from .panel import SORTS, panel
from .state import ServerState

LEAST_WIDTH, LEAST_HEIGHT = 56, 4
"""The smallest panel beside or above others; smaller ones become one line for each server."""

BETWEEN = ("border", " │ ")
ASCII_BETWEEN = ("border", " | ")

INTERVALS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds between readings that + and - choose from."""

HELP = """\
q  quit
p  pause the screen, and continue
+  longer interval      -  shorter interval
s  sort requests by rate, latency, failures or name
h  this help; any key closes it

A line with ! is an alarm: the server is silent, denies
requests, lacks nodes, or has a growing backlog.
"""


@dataclass(frozen=True)
class Choices:
    """What the person chose by keys."""

    seconds: float
    sort: str = "rate"
    is_paused: bool = False
    shows_help: bool = False


def frame(states: Sequence[ServerState], choices: Choices, canvas: Canvas, width: int, height: int) -> list[str]:
    """Returns the lines of the screen, `height` at most and no wider than `width`."""
    footer = canvas.painted(_footer(states, choices, width), width)
    if height < 2:
        return [footer][:height]
    body = _help(canvas, width) if choices.shows_help else _panels(states, choices, canvas, width, height - 1)
    body = body[: height - 1]
    return [*body, *[""] * (height - 1 - len(body)), footer]


def _panels(states: Sequence[ServerState], choices: Choices, canvas: Canvas, width: int, height: int) -> list[str]:
    count = len(states)
    between = BETWEEN if canvas.unicode else ASCII_BETWEEN
    across = max(1, min(count, (width + len(between[1])) // (LEAST_WIDTH + len(between[1]))))
    down = -(-count // across)
    if count > 1 and height // down < LEAST_HEIGHT:
        return _summary(states, canvas, width, height)
    lines: list[str] = []
    separator = canvas.palette.paint(*between)
    for row in range(down):
        # The last servers share the width among themselves.
        beside = states[row * across : (row + 1) * across]
        tall = height // down + (row < height % down)
        ruled = tall - 1 if row < down - 1 else tall
        room = (width - len(between[1]) * (len(beside) - 1)) // len(beside)
        drawn = [panel(each, choices.sort, canvas, room, ruled) for each in beside]
        lines += [separator.join(parts) for parts in zip_longest(*drawn, fillvalue="")]
        if ruled < tall:
            lines.append(canvas.painted([("border", ("─" if canvas.unicode else "-") * width)], width))
    return lines


def _summary(states: Sequence[ServerState], canvas: Canvas, width: int, height: int) -> list[str]:
    """Returns a line for each server; the last line counts those that have none."""
    shown = states if len(states) <= height else states[: height - 1]
    lines = [canvas.painted(_summary_line(each, canvas), width) for each in shown]
    if len(shown) < len(states):
        lines.append(canvas.painted([("count", f"{len(states) - len(shown)} more servers")], width))
    return lines


def _summary_line(state: ServerState, canvas: Canvas) -> Line:
    found, alias = alarms(state), canvas.safe(state.alias)
    if found:
        return [("error", f"{alias}  ! {found[0]}")]
    if not state.points:
        return [("verb", alias), ("", "  waiting for the first answer")]
    last = state.points[-1]
    rates = "" if last.requests is None else f"  {rate(last.requests)} req/s"
    return [("verb", alias), ("", f"{rates}  {rate(last.latency_ms)} ms  {state.version}")]


def _footer(states: Sequence[ServerState], choices: Choices, width: int) -> Line:
    seconds = f"{choices.seconds:g} s"
    keys = f"q quit  p pause  +/- {seconds}  s sort: {choices.sort}  h help"
    if len(keys) > width:
        keys = f"q p +/- {seconds} s {choices.sort} h help"
    if choices.is_paused:
        return [("note", "PAUSED  "), ("count", keys)]
    last = _last_time(states)
    clock = f"{last:%H:%M:%S}" if last else ""
    blanks = width - len(keys) - len(clock)
    return [("count", keys + (" " * blanks + clock if blanks >= 2 else ""))]


def _last_time(states: Sequence[ServerState]) -> datetime | None:
    return max((each.reading.time for each in states if each.reading), default=None)


def _help(canvas: Canvas, width: int) -> list[str]:
    return [canvas.painted([("", line)], width) for line in HELP.splitlines()]


def next_interval(seconds: float, *, longer: bool) -> float:
    others = [each for each in INTERVALS if (each > seconds if longer else each < seconds)]
    return (others[0] if longer else others[-1]) if others else seconds


def next_sort(sort: str) -> str:
    names = list(SORTS)
    return names[(names.index(sort) + 1) % len(names)]
