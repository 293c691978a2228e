"""The questions of `calc distance`: two groups of vectors, from a collection or typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..errors import InvalidInput
from ..grammar.params import read_value
from ..rows.options import RowOptions
from ..rows.reading import rows_by_ids
from ..schema.schema import vector_fields
from ..search.calc import parse_vectors

if TYPE_CHECKING:
    from ..grammar.dialogue import Interview


def ask_distance(ask: Interview) -> None:
    for side in ("left", "right"):
        _ask_side(ask, side)
    ask.ask("metric", "Metric")
    if ask.value("metric") == "L2":
        ask.ask_flag("sqrt", "Take the square root")


def _ask_side(ask: Interview, side: str) -> None:
    if ask.is_given(side):
        return
    if ask.yes(f"Are the {side} vectors in a collection?"):
        ask.give(side, _stored(ask, side))
    else:
        ask.ask(
            side,
            f"The {side} vectors, as JSON or @FILE",
            check=lambda text: _require_vectors(ask, text),
        )


def _require_vectors(ask: Interview, text: str) -> None:
    parse_vectors(read_value(text, ask.session), "that")


def _stored(ask: Interview, side: str) -> str:
    """Asks for ids of a collection until all have a vector; returns the vectors as JSON."""
    session = ask.session
    collection = ask.text(
        "  Collection",
        needed=True,
        check=session.require_collection,
        offered=lambda text: ask.named("collections", text),
    )
    schema = session.client.call("DescribeCollection", collection_name=collection).schema
    names = [each.name for each in vector_fields(schema)]
    field = ask.choice("  Vector field", names, default=names[0])
    found: list[object] = []

    def check(ids: str) -> None:
        options = RowOptions(collection, fields=field)
        table = rows_by_ids(session.client, options, ids)
        found[:] = [row[table.columns.index(field)] for row in table.rows]
        failure = table.failure() if callable(table.failure) else table.failure
        if failure is not None:
            raise InvalidInput(str(failure))

    ask.text(f"  Ids of the {side} vectors, separated by commas", needed=True, check=check)
    return json.dumps(found)
