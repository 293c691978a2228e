"""Draws figures as SVG and PNG with matplotlib, which takes no text of the server as a formula."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..output.values import clipped, harmless
from .figure import CATEGORIES, Figure, Group, Histogram, Scatter, Shape

INCHES, DOTS_PER_INCH = (9.0, 6.5), 130
FEW, LARGE, SMALL = 500, 26.0, 9.0
"""Up to FEW points are LARGE, in square points of print; many are SMALL."""
STYLES: dict[Shape, dict[str, Any]] = {
    Shape.DOT: {"marker": "o", "alpha": 0.75, "linewidths": 0},
    Shape.RING: {"marker": "o", "s": 70, "facecolors": "none", "linewidths": 1.4},
    Shape.STAR: {"marker": "*", "s": 260, "linewidths": 0.8, "edgecolors": "white"},
}
MORE_LETTERS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "PingFang SC",
    "Hiragino Sans",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
)
"""Fonts for Chinese, Japanese and Korean texts, where one of them is installed."""
LONGEST_NAME, LONGEST_TITLE = 40, 90


def image(figure: Figure, kind: str) -> bytes:
    """Returns the content of a file of this kind, svg or png: the same one for the same figure."""
    with _quiet():
        from matplotlib import rc_context
        from matplotlib.figure import Figure as Sheet

        look: dict[Any, Any] = {
            "text.parse_math": False,
            "svg.fonttype": "none",
            "svg.hashsalt": "milvus_cli",
            "font.family": _fonts(),
        }
        with rc_context(look):
            sheet: Any = Sheet(figsize=INCHES, dpi=DOTS_PER_INCH, layout="constrained")
            axes = sheet.subplots()
            axes.set_title(clipped(harmless(figure.title), LONGEST_TITLE))
            axes.grid(visible=True, alpha=0.25, linewidth=0.6)
            axes.set_axisbelow(True)
            if isinstance(figure, Histogram):
                _draw_bars(axes, figure)
            else:
                _draw_points(sheet, axes, figure)
            content = io.BytesIO()
            sheet.savefig(content, format=kind, metadata={"Date": None} if kind == "svg" else None)
            return content.getvalue()


@contextmanager
def _quiet() -> Iterator[None]:
    """Hides warnings about letters that no font has, and about the cache of fonts."""
    log = logging.getLogger("matplotlib")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)


def _fonts() -> list[str]:
    from matplotlib.font_manager import fontManager

    known = {each.name for each in fontManager.ttflist}
    return ["DejaVu Sans", *(each for each in MORE_LETTERS if each in known)]


def _draw_points(sheet: Any, axes: Any, figure: Scatter) -> None:
    axes.set_xlabel(harmless(figure.axes[0]))
    axes.set_ylabel(harmless(figure.axes[1]))
    if figure.y_limits:
        axes.set_ylim(*figure.y_limits)
        axes.margins(x=0.12)
    if figure.joined:
        axes.plot(figure.x, figure.y, color="#b0b0b0", linewidth=1, zorder=1)
    handles = [_draw_group(axes, figure, group) for group in figure.groups]
    for point, label in enumerate(figure.labels):
        place = (figure.x[point], figure.y[point])
        text = clipped(harmless(label), LONGEST_NAME)
        axes.annotate(text, place, xytext=(6, -11), textcoords="offset points", fontsize=8)
    if len(handles) > 1:
        names = [f"{_legend_name(each.name)} ({len(each.points):,})" for each in figure.groups]
        sheet.legend(handles, names, loc="outside right upper", frameon=False, fontsize=9)


def _draw_group(axes: Any, figure: Scatter, group: Group) -> Any:
    x, y = [figure.x[each] for each in group.points], [figure.y[each] for each in group.points]
    style = {"s": LARGE if len(figure.x) <= FEW else SMALL, **STYLES[group.shape]}
    color = {"edgecolors": f"#{group.color}"} if group.shape is Shape.RING else {"color": f"#{group.color}"}
    # Rings and stars are above all dots.
    return axes.scatter(x, y, zorder=2 + [*Shape].index(group.shape), **{**color, **style})


def _legend_name(name: str) -> str:
    """Returns a name for the legend, where matplotlib hides those that begin with an underscore."""
    text = clipped(harmless(name), LONGEST_NAME)
    return f" {text}" if text.startswith("_") else text


def _draw_bars(axes: Any, figure: Histogram) -> None:
    axes.set_xlabel(harmless(figure.axis))
    axes.set_ylabel(figure.counted)
    low, width = [each.low for each in figure.bins], [each.high - each.low for each in figure.bins]
    if len(figure.bins) == 1 and not width[0]:
        low, width = [low[0] - 0.5], [1.0]
    heights = [each.hits for each in figure.bins]
    axes.bar(low, heights, width=width, align="edge", color=f"#{CATEGORIES[0]}", edgecolor="white", linewidth=0.8)
