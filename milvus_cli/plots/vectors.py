"""Draws the vectors of a sample of rows on a plane, with the fields that tell what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from ..checks.target import CheckedCollection, index_on
from ..errors import InvalidInput
from ..output.progress import Progress
from ..result import Done, Picture, Table
from ..rows.options import RowOptions
from ..session.session import Session
from ..text.counts import counted
from ..values.dynamic import DYNAMIC, names_in
from .coloring import grouped, text_of
from .figure import CATEGORIES, MARKED, Group, Scatter, Shape
from .files import PlotFiles
from .nearest import Nearest, QueryOptions, nearest
from .projection import METHODS, Plane, finite, matrix, plane
from .rows import SampledRows, require_some, sampled_rows, scalar_fields

NO_NEAREST = Nearest((), None)
ROW, NEAR, QUERY = "row", "near", "query"


@dataclass(frozen=True)
class VectorPlotOptions(PlotFiles, QueryOptions, RowOptions):
    """Options of `plot vectors`; `fields` are shown with each row, and `color` is the field that groups them."""

    field: str | None = None
    color: str | None = None
    method: str = "pca"


def plot_vectors(session: Session, options: VectorPlotOptions) -> Picture | Table | Done:
    """Raises CliError for a missing package, or too few rows, before anything is written."""
    options.require_usable(session, in_text="plotext", needed={f"--method {options.method}": METHODS[options.method]})
    near = nearest(session, options, options, options.field) if options.has_query else NO_NEAREST
    target, rows = sampled_rows(session, options, options.field, _names(session, options), near.keys)
    if options.color and (not rows.values or names_in(options.color) == [target.field]):
        raise InvalidInput(f"--color takes a field with values, and {options.color!r} has vectors")
    drawn, rows = _projected(session, options, target, rows, near)
    figure = _figure(options, target, rows, near, drawn)
    return options.shown(session, figure, _table(options, target, rows, near, drawn))


def _names(session: Session, options: VectorPlotOptions) -> Sequence[str]:
    """Returns the fields to read: that of the color first, and all without vectors for a page of HTML."""
    names = names_in(options.fields)
    if options.html and not names:
        names = scalar_fields(session, options.collection)
    return [*(names_in(options.color)[:1]), *names]


def _projected(
    session: Session, options: VectorPlotOptions, target: CheckedCollection, rows: SampledRows, near: Nearest
) -> tuple[Plane, SampledRows]:
    """Returns the plane, whose last point is the query if its vector is known, and the rows that are on it."""
    require_some(rows, options.collection)
    index = index_on(session.client, target)
    given = [near.vector] if near.vector is not None else []
    numbers = matrix(target.kind, [*rows.vectors, *given], directions=index is not None and index.metric == "COSINE")
    usable = finite(numbers)
    kept = rows.kept(usable[: len(rows.keys)])
    require_some(kept, options.collection)
    if len(kept.keys) < len(rows.keys):
        session.console.note(f"note: left out {counted(len(rows.keys) - len(kept.keys), 'row')} with NaN or infinities")
    with Progress(session.console, f"Projecting {len(kept.keys):,} vectors", quiet=session.quiet) as bar:
        bar.show(None)
        return plane(options.method, numbers[usable], len(given), options.seed), kept


def _figure(
    options: VectorPlotOptions, target: CheckedCollection, rows: SampledRows, near: Nearest, drawn: Plane
) -> Scatter:
    fields = [(name, values) for name, values in rows.values.items() if name != target.keys.primary.name]
    key = target.keys.primary.name
    notes = [
        [(key, text_of(rows.keys[place])), *chain(*(_noted(name, values[place]) for name, values in fields))]
        for place in range(len(rows.keys))
    ]
    groups = (
        grouped(next(iter(rows.values.values())))
        if options.color
        else [Group("rows", CATEGORIES[0], range(len(rows.keys)))]
    )
    marked = [place for place, each in enumerate(rows.keys) if each in {*near.keys}]
    if marked:
        groups.append(Group("nearest", MARKED, marked, Shape.RING))
    if len(drawn.points) > len(rows.keys):
        groups.append(Group("query", MARKED, [len(rows.keys)], Shape.STAR))
        notes.append([("query", options.near or options.like or options.text or "")])
    by = f", colored by {options.color}" if options.color else ""
    title = f"Vectors of {options.collection}.{target.field}{by}"
    x, y = [each[0] for each in drawn.points], [each[1] for each in drawn.points]
    return Scatter(title, drawn.axes, x, y, groups, notes)


def _noted(name: str, value: Any) -> Sequence[tuple[str, str]]:
    """Returns a field as text; of the dynamic field each key."""
    if name == DYNAMIC and isinstance(value, dict):
        return [(key, text_of(each)) for key, each in value.items()]
    return [(name, text_of(value))]


def _table(
    options: VectorPlotOptions, target: CheckedCollection, rows: SampledRows, near: Nearest, drawn: Plane
) -> Table:
    key, hits = target.keys.primary.name, {*near.keys}
    names = [name for name in rows.values if name != key]
    first = [key, "x", "y", *(["role"] if options.has_query else [])]
    columns = [*first, *(f"{name}_field" if name in first else name for name in names)]
    found: list[Sequence[Any]] = []
    for place, point in enumerate(drawn.points):
        is_row = place < len(rows.keys)
        role = QUERY if not is_row else NEAR if rows.keys[place] in hits else ROW
        values = [rows.values[name][place] if is_row else None for name in names]
        found.append([rows.keys[place] if is_row else None, *point, *([role] if options.has_query else []), *values])
    return Table(columns, found, note=_note(options, rows, drawn))


def _note(options: VectorPlotOptions, rows: SampledRows, drawn: Plane) -> str:
    text = f"{len(rows.keys):,} of {rows.total:,} rows"
    if rows.total > len(rows.keys):
        text += f", seed {options.seed}"
    return text if drawn.kept is None else f"{text}; the plane keeps {drawn.kept:.1%} of the variance"
