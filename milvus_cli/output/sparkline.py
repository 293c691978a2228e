"""Draws values over time in one line of text, or in several for a higher picture."""

from __future__ import annotations

from collections.abc import Sequence

LEVELS = "▁▂▃▄▅▆▇█"
ASCII_LEVELS = "_.,-~+*#"
NOTHING = " "


def sparkline(values: Sequence[float | None], *, lines: int = 1, unicode: bool = True) -> list[str]:
    """Returns lines of a character for each value, higher for higher ones; blanks for None."""
    levels = LEVELS if unicode else ASCII_LEVELS
    most = max((value for value in values if value is not None), default=0.0)
    heights = [0 if value is None else _height(value, most, lines * len(levels)) for value in values]
    return [
        "".join(_part(height - line * len(levels), levels) for height in heights) for line in reversed(range(lines))
    ]


def _height(value: float, most: float, highest: int) -> int:
    """Zero alone has the lowest height, so that little is told from nothing."""
    if value <= 0 or most <= 0:
        return 1
    return max(2, round(value / most * highest))


def _part(height: int, levels: str) -> str:
    """Returns what a column has in a line, from the height above the line's foot."""
    return NOTHING if height <= 0 else levels[min(height, len(levels)) - 1]
