"""Draws how the lengths of vectors, or the distances between them, are distributed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..checks.arithmetic import arithmetic, require_metric
from ..checks.target import CheckedCollection, require_field_index
from ..errors import CliError
from ..result import Done, Picture, Table
from ..rows.options import RowOptions
from ..search.histogram import bins
from ..session.session import Session
from .figure import Histogram
from .files import PlotFiles
from .rows import SampledRows, require_some, sampled_rows

SIMILARITIES = ("IP", "COSINE")
"""Metrics by which higher is nearer."""
DIGITS = 6


@dataclass(frozen=True)
class NormPlotOptions(PlotFiles, RowOptions):
    """Options of `plot norms`."""

    field: str | None = None
    bins: int = 0


@dataclass(frozen=True)
class DistancePlotOptions(NormPlotOptions):
    """Options of `plot distances`. Without a `metric` it is the index's."""

    metric: str | None = None


def plot_norms(session: Session, options: NormPlotOptions) -> Picture | Table | Done:
    """Raises CliError if fewer than two rows have a vector."""
    options.require_usable(session)
    target, rows = _sample(session, options)
    squares = [float(each) for each in arithmetic(target.kind).numbers(rows.vectors).squares]
    title = f"Lengths of the vectors of {options.collection}.{target.field}"
    return _shown(session, options, rows, title, ("length", "rows"), map(math.sqrt, filter(math.isfinite, squares)))


def plot_distances(session: Session, options: DistancePlotOptions) -> Picture | Table | Done:
    """Raises CliError if fewer than two rows have a vector, and for a metric that can't be computed here."""
    options.require_usable(session)
    target, rows = _sample(session, options)
    metric = (options.metric or require_field_index(session.client, target).metric).upper()
    require_metric(metric)
    title = f"Distances between the vectors of {options.collection}.{target.field}"
    return _shown(session, options, rows, title, (f"distance by {metric}", "pairs"), _between(target, rows, metric))


def _sample(session: Session, options: NormPlotOptions) -> tuple[CheckedCollection, SampledRows]:
    target, rows = sampled_rows(session, options, options.field)
    require_some(rows, options.collection)
    return target, rows


def _between(target: CheckedCollection, rows: SampledRows, metric: str) -> Iterator[float]:
    """Yields the distance of each pair of rows, as the server reports it: L2 is squared, IP and COSINE grow nearer."""
    count = arithmetic(target.kind)
    numbers, sign = count.numbers(rows.vectors), -1.0 if metric in SIMILARITIES else 1.0
    for row, distances in enumerate(count.distances(metric, numbers, numbers)):
        yield from (sign * float(each) for each in distances[row + 1 :])


def _shown(
    session: Session,
    options: NormPlotOptions,
    rows: SampledRows,
    title: str,
    names: tuple[str, str],
    values: Iterable[float],
) -> Picture | Table | Done:
    axis, counted = names
    found = sorted(filter(math.isfinite, values))
    if not found:
        raise CliError(f"no vector of {options.collection!r} has a finite {axis}")
    figure = Histogram(title, axis, counted, bins(found, None, options.bins, edge=_rounded))
    median = found[len(found) // 2]
    note = f"{len(rows.keys):,} of {rows.total:,} rows; {found[0]:.6g} to {found[-1]:.6g}, median {median:.6g}"
    table = Table(("from", "to", counted), [(each.low, each.high, each.hits) for each in figure.bins], note=note)
    return options.shown(session, figure, table)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
