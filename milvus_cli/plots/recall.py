"""Draws the recall of an index against the latency of its searches, a point for each setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..checks.report import RecallOptions, recall_table
from ..result import Done, Picture, Table
from ..session.session import Session
from .figure import CATEGORIES, Group, Scatter
from .files import PlotFiles

ROOM = 0.05
"""Space below the lowest recall."""


@dataclass(frozen=True)
class RecallPlotOptions(PlotFiles, RecallOptions):
    """Options of `plot recall`: those of `check recall`, and files. `force` is for both."""


def plot_recall(session: Session, options: RecallPlotOptions) -> Picture | Table | Done:
    """Raises CliError as `check recall` does. Settings that the server refuses are in the table only."""
    options.require_usable(session, in_text="plotext")
    found = recall_table(session, options)
    rows = list(found.rows)
    table = found._replace(rows=rows)
    measured = [dict(zip(found.columns, row, strict=True)) for row in rows]
    return options.shown(session, _figure(options, [each for each in measured if each["recall"] is not None]), table)


def _figure(options: RecallPlotOptions, measured: Sequence[dict[str, Any]]) -> Scatter:
    ordered = sorted(measured, key=lambda each: float(each["p50_ms"]))
    labels = [", ".join(f"{name}={value}" for name, value in each["params"].items()) or "defaults" for each in ordered]
    notes = [
        [
            ("params", label),
            ("recall", f"recall {each['recall']:.4f}"),
            ("p50", f"p50 {each['p50_ms']:.2f} ms"),
            ("p95", f"p95 {each['p95_ms']:.2f} ms"),
        ]
        for label, each in zip(labels, ordered, strict=True)
    ]
    return Scatter(
        f"Recall of {options.collection} by {options.sample:,} queries, k = {options.k}",
        ("median latency, ms", f"recall@{options.k}"),
        [float(each["p50_ms"]) for each in ordered],
        [float(each["recall"]) for each in ordered],
        [Group("settings", CATEGORIES[0], range(len(ordered)))],
        notes,
        labels,
        joined=True,
        y_limits=(max(0.0, min((float(each["recall"]) for each in ordered), default=0.0) - ROOM), 1 + ROOM / 5),
    )
