"""Reads a sample of rows with their vectors and the fields that a picture shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..checks.target import CheckedCollection, find_target
from ..client.client import Client
from ..errors import CliError
from ..output.progress import Progress
from ..rows.cursor import Cursor
from ..rows.options import RowOptions
from ..rows.sampling import reservoir
from ..rows.selection import Decoded, Fields, Selection, readable_fields, with_keys
from ..schema.kinds import ValueShape, shape_of
from ..schema.schema import kind_of, row_fields
from ..server.lost_vectors import warn_of_lost_vectors
from ..session.session import Session
from ..values.columns import raw_values
from ..values.dynamic import DYNAMIC

VECTORS = (ValueShape.DENSE, ValueShape.SPARSE)


@dataclass(frozen=True)
class SampledRows:
    """Rows with a vector: `values` has the fields by name. `total` is the number of rows they were drawn from."""

    keys: Sequence[Any]
    vectors: Sequence[bytes]
    values: Mapping[str, Sequence[Any]]
    total: int

    def kept(self, wanted: Sequence[bool]) -> SampledRows:
        """Returns the rows that are wanted."""
        places = [place for place, each in enumerate(wanted) if each]
        return SampledRows(
            [self.keys[each] for each in places],
            [self.vectors[each] for each in places],
            {name: [values[each] for each in places] for name, values in self.values.items()},
            self.total,
        )


def sampled_rows(
    session: Session, options: RowOptions, field: str | None, names: Sequence[str] = (), more: Sequence[Any] = ()
) -> tuple[CheckedCollection, SampledRows]:
    """Reads `options.sample` rows with the fields `names`, and those with the keys `more`.

    Raises CliError if the collection is not loaded, or has no such field.
    """
    client = session.client
    target = find_target(client, options.collection, field)
    warn_of_lost_vectors(session.console, client, target.collection, [target.field])
    asked = ",".join(dict.fromkeys([*names, target.field]))
    selection = replace(options, sample=None, fields=asked).selection(client)
    with Progress(session.console, f"Reading {options.collection!r}", quiet=session.quiet) as bar:
        bar.show(None)
        chosen, total = reservoir(_keys(client, selection), options.sample or 1, options.seed)
        wanted = sorted({*chosen, *more})
        return target, _read(client, with_keys(selection, wanted), target.field, len(wanted), total, bar)


def scalar_fields(session: Session, collection: str) -> list[str]:
    """Returns the fields of a collection that are no vectors, with that of the dynamic keys."""
    schema = session.client.call("DescribeCollection", collection_name=collection).schema
    vectors = {each.name for each in row_fields(schema) if shape_of(kind_of(each)) in VECTORS}
    names = [each for each in readable_fields(schema) if each not in vectors]
    return [*names, *([DYNAMIC] if schema.enable_dynamic_field else [])]


def require_some(rows: SampledRows, collection: str) -> None:
    """Raises CliError if there are fewer than two rows."""
    if len(rows.keys) < 2:
        raise CliError(
            f"{len(rows.keys)} of the selected rows of {collection!r} have a usable vector: nothing to plot",
            hint="a picture takes two or more",
        )


def _keys(client: Client, selection: Selection) -> Any:
    name = (selection.primary.name,)
    return (page.keys for page in Cursor(client, replace(selection, fields=Fields(name, name, flat=False))).pages())


def _read(client: Client, selection: Selection, field: str, count: int, total: int, bar: Progress) -> SampledRows:
    names = [each for each in selection.fields.shown if each != field]
    keys, vectors, rows, wanted = list[Any](), list[Any](), list[tuple[Any, ...]](), selection.wanted
    for page in Cursor(client, selection).pages() if count else ():
        column = next((each for each in page.columns if each.field_name == field), None)
        vectors += raw_values(column, len(page.keys)) if column is not None else [None] * len(page.keys)
        keys += page.keys
        others = Decoded([each for each in page.columns if each.field_name != field], selection)
        wanted.see(others.dynamic)
        rows += others.rows(names, rest=False)
        bar.show(min(1.0, len(keys) / count))
    wanted.require()
    found = SampledRows(keys, vectors, {name: [row[at] for row in rows] for at, name in enumerate(names)}, total)
    return found.kept([each is not None for each in vectors])
