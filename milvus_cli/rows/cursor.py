"""All rows of a selection in the order of the primary key, page by page; the next page comes meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..errors import CliError
from ..schema.kinds import ValueShape, shape_of
from ..schema.schema import WIDTHS, kind_of, params, row_fields
from ..text.limits import HIGHEST_LIMIT
from .filters import above, both
from .patience import NONE, Patience
from .selection import Selection, keys_of, moment_of, query, understood

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData
    from ..schema.schema import Field

PAGE_BYTES = 2 << 20
FIRST_ROWS = 1_000
GROWTH = 8
"""A page has so many times the rows of the one before at the most."""

# Milvus before 2.4 needs none of these; Milvus Lite sorts by key only then.
ORDERED = {"iterator": "True", "reduce_stop_for_best": "True"}
SOME_BYTES = 1_024
"""Taken for what may be of any size: JSON, an array, a sparse vector."""
SMALL = 8


@dataclass(frozen=True)
class Page:
    """Columns as the server sent them, with the primary keys; after the key `last` the next page begins.

    `size` is their bytes.
    """

    columns: Sequence[FieldData]
    keys: Sequence[Any]
    last: Any
    size: int


class Cursor:
    """Pages of `rows` rows, or of about PAGE_BYTES each. A server that went away is waited for with `patience`."""

    def __init__(
        self, client: Client, selection: Selection, *, rows: int | None = None, patience: Patience = NONE
    ) -> None:
        self._client = client
        self._selection = selection
        self._rows = rows
        self._limit = rows or rows_at_once(selection)
        self._moment: int | None = None
        # Whoever ends this reading ends no other's patience.
        self._patience = replace(patience, stopped=threading.Event())

    def pages(self, after: Any = None) -> Iterator[Page]:
        """Those behind a key, or all. Raises CliError as calls do, and where a server sends keys out of order."""
        pool = ThreadPoolExecutor(1)
        try:
            page = self._next(after)
            while page.keys:
                following = pool.submit(self._next, page.last)
                yield page
                page = following.result()
        finally:
            self._patience.stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)

    def _next(self, after: Any) -> Page:
        """Empty at the end, and only there: of rows that share a key Milvus 2.3 shows one, and counts all of them."""
        page = self._patience.tried(lambda: self._read(self._behind(after), moment=self._fresh()))
        ordered = sorted(set(page.keys)) if after is None else sorted({after, *page.keys})[1:]
        if list(page.keys) != ordered:
            raise CliError(
                "the server sends rows out of order: not all of them would come",
                hint="ask for them by ranges of the primary key",
            )
        return page

    def _read(self, expression: str, *, moment: int) -> Page:
        parameters = {"limit": self._limit, **ORDERED}
        with understood(self._selection):
            columns = query(self._client, self._selection, expression, params=parameters, moment=moment)
        keys = keys_of(columns, self._selection)
        size = sum(column.ByteSize() for column in columns)
        if keys and self._rows is None:
            self._limit = max(1, min(PAGE_BYTES * len(keys) // size, self._limit * GROWTH, HIGHEST_LIMIT))
        return Page(columns, keys, max(keys, default=None), size)

    def _behind(self, after: Any) -> str:
        return both(self._selection.filter, above(self._selection.primary.name, after) if after is not None else "")

    def _fresh(self) -> int:
        if self._moment is None:
            self._moment = moment_of(self._client, self._selection)
        return self._moment


def row_bytes(selection: Selection) -> float:
    """What a row of these fields takes in a message, about."""
    asked = selection.fields.asked
    return sum(_bytes(field) for field in row_fields(selection.schema) if field.name in asked) or 1


def rows_at_once(selection: Selection) -> int:
    """How many rows of these fields one request may ask for while nothing is known of their size."""
    return max(1, min(FIRST_ROWS, int(PAGE_BYTES / row_bytes(selection))))


def _bytes(field: Field) -> float:
    kind, given = kind_of(field), params(field.type_params)
    if kind in WIDTHS:
        return int(given["dim"]) * WIDTHS[kind] / 8
    if kind == "VARCHAR":
        return int(given.get("max_length", 0)) / 4
    return SMALL if shape_of(kind) in (ValueShape.BOOLEAN, ValueShape.WHOLE, ValueShape.NUMBER) else SOME_BYTES
