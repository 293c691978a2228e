"""Draws figures as text: points with plotext, bars by ourselves. Texts of the server are escaped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..output.colors import RESET, nearest_of_256
from ..output.values import clipped, harmless, width_of
from ..result import Canvas
from .figure import CATEGORIES, Figure, Group, Histogram, Scatter, Shape

LETTERS = "ox+#%&=~-@"
"""Marks of groups without colors."""
MARKS = {Shape.RING: ("◆", "^"), Shape.STAR: ("★", "Q")}
"""Marks of hits and queries, with Unicode and without."""
DOT = "●"
ASCII_FRAME = str.maketrans("┌┐└┘┤├┬┴┼─│", "+++++++++-|")
LONGEST_NAME = 30
SMALLEST = (24, 8)
NUMBERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Marks of points with labels, which stand in a list below the picture."""


def drawn(figure: Figure, canvas: Canvas) -> str:
    """Returns the lines of a picture, in colors if the canvas has them."""
    lines = _histogram(figure, canvas) if isinstance(figure, Histogram) else _scatter(figure, canvas)
    return "\n".join([clipped(harmless(figure.title), canvas.width, _ellipsis(canvas)), *lines])


def _scatter(figure: Scatter, canvas: Canvas) -> list[str]:
    below = _labels(figure, canvas) if figure.labels else _legend(figure, canvas)
    x_axis, y_axis = map(harmless, figure.axes)
    axes = clipped(f"x: {x_axis}   y: {y_axis}", canvas.width, _ellipsis(canvas))
    height = max(SMALLEST[1], canvas.height - len(below) - 2)
    return [*_plotted(figure, canvas._replace(height=height)), axes, *below]


def _plotted(figure: Scatter, canvas: Canvas) -> list[str]:
    """Returns the frame with the points and the ticks, as plotext draws it."""
    import plotext

    chart = plotext.figure
    chart.clear()
    chart.theme("colorless")
    chart.plot_size(max(SMALLEST[0], canvas.width), canvas.height)
    if figure.y_limits:
        chart.ruler("y").lim(*figure.y_limits)
    for number, group in enumerate(figure.groups):
        x, y = [figure.x[each] for each in group.points], [figure.y[each] for each in group.points]
        color = nearest_of_256(group.color) if canvas.color else "default"
        for mark, places in _placed(figure, number, group, canvas):
            chart.draw(
                chart.signal(
                    [x[each] for each in places], [y[each] for each in places], marker=plotext.marker(mark, color)
                )
            )
    text = str(chart.build().string(not canvas.color)).rstrip("\n")
    chart.clear()
    return (text if canvas.unicode else text.translate(ASCII_FRAME)).split("\n")


def _placed(figure: Scatter, number: int, group: Group, canvas: Canvas) -> Iterator[tuple[str, Sequence[int]]]:
    """Yields marks, each with the positions in the group that have it."""
    if not figure.labels:
        yield _mark(number, group, canvas, dense=True), range(len(group.points))
        return
    for position, point in enumerate(group.points):
        yield NUMBERS[point % len(NUMBERS)], [position]


def _mark(number: int, group: Group, canvas: Canvas, *, dense: bool = False) -> str:
    """Returns the mark of a group; `dense` ones share a character with their neighbours where colors tell them."""
    if group.shape in MARKS:
        return MARKS[group.shape][0 if canvas.unicode else 1]
    if canvas.color and canvas.unicode:
        return "braille" if dense else DOT
    return LETTERS[number % len(LETTERS)]


def _legend(figure: Scatter, canvas: Canvas) -> list[str]:
    if len(figure.groups) < 2:
        return []
    entries = []
    for number, group in enumerate(figure.groups):
        name = clipped(harmless(group.name), LONGEST_NAME, _ellipsis(canvas))
        entries.append((_mark(number, group, canvas), f"{name} ({len(group.points):,})", group.color))
    return _wrapped(entries, canvas)


def _labels(figure: Scatter, canvas: Canvas) -> list[str]:
    """Returns a line for each point with a label."""
    lines = []
    for point, label in enumerate(figure.labels):
        numbers = "  ".join(f"{text}" for _, text in figure.notes[point][1:])
        line = f"{NUMBERS[point % len(NUMBERS)]}  {harmless(label)}  {harmless(numbers)}".rstrip()
        lines.append(clipped(line, canvas.width, _ellipsis(canvas)))
    return lines


def _wrapped(entries: Sequence[tuple[str, str, str]], canvas: Canvas) -> list[str]:
    """Returns marks with their names, as many to a line as fit."""
    lines, room = [""], 0
    for mark, name, color in entries:
        name = clipped(name, max(4, canvas.width - 2), _ellipsis(canvas))
        size = width_of(mark) + 1 + width_of(name)
        if lines[-1] and size + 2 > room:
            lines.append("")
        gap = "  " if lines[-1] else ""
        room = (room if lines[-1] else canvas.width) - size - len(gap)
        lines[-1] += f"{gap}{_painted(mark, color, canvas)} {name}"
    return lines


def _painted(text: str, color: str, canvas: Canvas) -> str:
    return f"\x1b[38;5;{nearest_of_256(color)}m{text}{RESET}" if canvas.color and text else text


def _histogram(figure: Histogram, canvas: Canvas) -> list[str]:
    """Returns a line for each bar, below the name of the axis."""
    lows, highs = (_aligned([_number(each) for each in ends]) for ends in _ends(figure))
    ranges = [f"{low} {'–' if canvas.unicode else '-'} {high}" for low, high in zip(lows, highs, strict=True)]
    counts = [f"{each.hits:,}" for each in figure.bins]
    widest, longest = max(map(len, ranges), default=0), max(map(len, counts), default=0)
    room, most = max(4, canvas.width - widest - longest - 4), max((each.hits for each in figure.bins), default=0)
    lines = [clipped(f"{harmless(figure.axis)}: {figure.counted}", canvas.width, _ellipsis(canvas))]
    for text, count, each in zip(ranges, counts, figure.bins, strict=True):
        size = max(1 if each.hits else 0, round(room * each.hits / most)) if most else 0
        bar = ("█" if canvas.unicode else "#") * size
        painted = _painted(bar, CATEGORIES[0], canvas)
        lines.append(f"{text}  {count.rjust(longest)}  {painted}".rstrip())
    return lines


def _ends(figure: Histogram) -> tuple[Sequence[float], Sequence[float]]:
    return [each.low for each in figure.bins], [each.high for each in figure.bins]


def _aligned(texts: Sequence[str]) -> Sequence[str]:
    widest = max(map(len, texts), default=0)
    return [each.rjust(widest) for each in texts]


def _number(value: float) -> str:
    return f"{value:.5g}"


def _ellipsis(canvas: Canvas) -> str:
    return "…" if canvas.unicode else "."
