"""Reads all rows of a selection in primary key order, page by page, and fetches the next page ahead."""

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
from .patience import NO_PATIENCE, Patience
from .selection import Selection, keys_of, query, strong_timestamp, understood

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData
    from ..schema.schema import Field

PAGE_BYTES = 2 << 20
FIRST_ROWS = 1_000
GROWTH = 8
"""Highest growth of a page's rows over the page before."""

# Milvus before 2.4 ignores these; Milvus Lite sorts by key only with them.
ORDERED = {"iterator": "True", "reduce_stop_for_best": "True"}
SOME_BYTES = 1_024
"""Assumed bytes of a field of any size: JSON, arrays, sparse vectors."""
SCALAR_BYTES = 8


@dataclass(frozen=True)
class Page:
    """Columns as the server sent them, with the primary keys; the next page begins after the key `last`.

    `size` is their bytes.
    """

    columns: Sequence[FieldData]
    keys: Sequence[Any]
    last: Any
    size: int


class Cursor:
    """Yields pages of `rows` rows, or of about PAGE_BYTES each. A lost server is retried with `patience`."""

    def __init__(
        self, client: Client, selection: Selection, *, rows: int | None = None, patience: Patience = NO_PATIENCE
    ) -> None:
        self._client = client
        self._selection = selection
        self._rows = rows
        self._limit = rows or rows_at_once(selection)
        self._timestamp: int | None = None
        # A stop event of its own: ending this cursor must not end the patience of others.
        self._patience = replace(patience, stopped=threading.Event())

    def pages(self, after: Any = None) -> Iterator[Page]:
        """Yields the pages after a key, or all. Raises CliError as calls do, and for keys that come out of order."""
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
        """Returns an empty page only at the end: Milvus 2.3 shows one of the rows with equal keys, but counts all."""
        page = self._patience.tried(lambda: self._read(self._behind(after), timestamp=self._strong_timestamp()))
        ordered = sorted(set(page.keys)) if after is None else sorted({after, *page.keys})[1:]
        if list(page.keys) != ordered:
            raise CliError(
                "the server sends rows out of order: not all of them would come",
                hint="ask for them by ranges of the primary key",
            )
        return page

    def _read(self, expression: str, *, timestamp: int) -> Page:
        parameters = {"limit": self._limit, **ORDERED}
        with understood(self._selection):
            columns = query(self._client, self._selection, expression, params=parameters, timestamp=timestamp)
        keys = keys_of(columns, self._selection)
        size = sum(column.ByteSize() for column in columns)
        if keys and self._rows is None:
            self._limit = max(1, min(PAGE_BYTES * len(keys) // size, self._limit * GROWTH, HIGHEST_LIMIT))
        return Page(columns, keys, max(keys, default=None), size)

    def _behind(self, after: Any) -> str:
        return both(self._selection.filter, above(self._selection.primary.name, after) if after is not None else "")

    def _strong_timestamp(self) -> int:
        if self._timestamp is None:
            self._timestamp = strong_timestamp(self._client, self._selection)
        return self._timestamp


def row_bytes(selection: Selection) -> float:
    """Returns the approximate bytes of a row of these fields in a message."""
    asked = selection.fields.asked
    return sum(_field_bytes(field) for field in row_fields(selection.schema) if field.name in asked) or 1


def rows_at_once(selection: Selection) -> int:
    """Returns the number of rows to request while their size is unknown."""
    return max(1, min(FIRST_ROWS, int(PAGE_BYTES / row_bytes(selection))))


def _field_bytes(field: Field) -> float:
    kind, given = kind_of(field), params(field.type_params)
    if kind in WIDTHS:
        return int(given["dim"]) * WIDTHS[kind] / 8
    if kind == "VARCHAR":
        return int(given.get("max_length", 0)) / 4
    return SCALAR_BYTES if shape_of(kind) in (ValueShape.BOOLEAN, ValueShape.WHOLE, ValueShape.NUMBER) else SOME_BYTES
