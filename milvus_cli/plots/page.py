"""Draws figures as one HTML file with plotly, which loads nothing and shows the server's texts as plain text."""

from __future__ import annotations

from html import escape
from typing import Any

from ..output.values import harmless
from .figure import CATEGORIES, Figure, Group, Histogram, Scatter, Shape

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
"""The browser itself then refuses to load and to send anything."""
NO_CLOUD = {"showSendToCloud": False, "plotlyServerURL": ""}
"""Leaves out plotly's button that uploads the data to its makers."""
PAGE = """<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>html, body {{ height: 100%; margin: 0; }}</style>
</head>
<body>
{chart}
</body>
</html>
"""
STYLES: dict[Shape, dict[str, Any]] = {
    Shape.DOT: {"size": 7, "opacity": 0.75},
    Shape.RING: {"size": 13, "symbol": "circle-open", "line": {"width": 2}},
    Shape.STAR: {"size": 18, "symbol": "star", "line": {"width": 1, "color": "white"}},
}
LINE = 80
"""Characters in a line of a text below the pointer."""
LONGEST = 400
"""Characters of a text below the pointer."""


def page(figure: Figure) -> bytes:
    """Returns the content of the file."""
    from plotly.graph_objects import Figure as Chart

    traces = [_bars(figure)] if isinstance(figure, Histogram) else _traces(figure)
    axes = (figure.axis, figure.counted) if isinstance(figure, Histogram) else figure.axes
    chart = Chart(data=traces)
    chart.update_layout(
        title=_text(figure.title),
        xaxis_title=_text(axes[0]),
        yaxis_title=_text(axes[1]),
        template="plotly_white",
        hovermode="closest",
        hoverlabel={"align": "left"},
        yaxis_range=None if isinstance(figure, Histogram) else figure.y_limits,
        showlegend=not isinstance(figure, Histogram) and len(figure.groups) > 1,
    )
    drawn = chart.to_html(
        full_html=False,
        include_plotlyjs=True,
        include_mathjax=False,
        div_id="plot",
        default_height="100%",
        config={"displaylogo": False, "responsive": True, **NO_CLOUD},
    )
    return PAGE.format(policy=POLICY, title=escape(harmless(figure.title)), chart=drawn).encode()


def _traces(figure: Scatter) -> list[dict[str, Any]]:
    line = {
        "type": "scatter",
        "x": list(figure.x),
        "y": list(figure.y),
        "mode": "lines",
        "line": {"color": "#b0b0b0", "width": 1},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    return [*([line] if figure.joined else []), *(_trace(figure, each) for each in figure.groups)]


def _trace(figure: Scatter, group: Group) -> dict[str, Any]:
    found = {
        "type": "scatter",
        "mode": "markers+text" if figure.labels else "markers",
        "name": f"{_text(group.name)} ({len(group.points):,})",
        "x": [figure.x[each] for each in group.points],
        "y": [figure.y[each] for each in group.points],
        "hoverinfo": "text",
        "hovertext": [_note(figure, each) for each in group.points],
        "marker": {"color": f"#{group.color}", **STYLES[group.shape]},
    }
    if figure.labels:
        found |= {"text": [_text(figure.labels[each]) for each in group.points], "textposition": "bottom right"}
    return found


def _note(figure: Scatter, point: int) -> str:
    """Returns what stands below the pointer: a line for each field, longer texts in several."""
    lines = []
    for name, text in figure.notes[point] if figure.notes else ():
        whole = harmless(f"{name}: {text}")
        whole = whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…"
        lines += [escape(whole[start : start + LINE], quote=False) for start in range(0, len(whole), LINE)]
    return "<br>".join(lines)


def _bars(figure: Histogram) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": [(each.low + each.high) / 2 for each in figure.bins],
        "y": [each.hits for each in figure.bins],
        "width": [(each.high - each.low) or 1.0 for each in figure.bins],
        "hoverinfo": "text",
        "hovertext": [f"{each.low:g} – {each.high:g}: {each.hits:,}" for each in figure.bins],
        "marker": {"color": f"#{CATEGORIES[0]}", "line": {"width": 1, "color": "white"}},
    }


def _text(text: str) -> str:
    """Returns a text in which plotly finds no tags."""
    return escape(harmless(text), quote=False)
