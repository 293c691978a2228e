"""Reads all rows of a selection in primary key order, page by page, and fetches the next page ahead.

Milvus Lite scans the whole collection for each query, unless its filter is only a list of keys. From there the cursor
reads large pages of keys, and then the rows by their keys.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..errors import CliError
from ..schema.kinds import ValueShape, shape_of
from ..schema.schema import WIDTHS, kind_of, params, row_fields
from ..text.limits import HIGHEST_LIMIT
from .changes import explaining_changes
from .filters import above, both, quoted
from .patience import NO_PATIENCE, Patience
from .selection import (
    NO_FILTERS,
    Fields,
    Selection,
    exact_count,
    explaining_selection_errors,
    keys_of,
    query,
    refuses_filters,
    strong_timestamp,
)

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData
    from ..schema.schema import Field

PAGE_BYTES = 2 << 20
FIRST_ROWS = 1_000
GROWTH = 8
"""Highest growth of a page's rows over the page before."""
LITE_KEYS = 1 << 18
"""Most keys in a page of keys from Milvus Lite, which has no highest limit."""

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
    """Yields pages of `rows` rows, or of about `page_bytes` each. A lost server is retried with `patience`."""

    def __init__(
        self,
        client: Client,
        selection: Selection,
        *,
        rows: int | None = None,
        page_bytes: int = PAGE_BYTES,
        patience: Patience = NO_PATIENCE,
    ) -> None:
        self._client = client
        self._selection = selection
        # A stop event of its own: ending this cursor must not end the patience of others.
        self._patience = replace(patience, stopped=threading.Event())
        limit, fixed = rows or rows_at_once(selection), rows is not None
        self._rows = _Reader(client, selection, self._patience, limit, page_bytes=page_bytes, fixed=fixed)

    def pages(self, after: Any = None) -> Iterator[Page]:
        """Yields the pages after a key, or all. Raises CliError as calls do, and for keys that come out of order."""
        pool, pages = ThreadPoolExecutor(1), self._pages(after)
        try:
            page = next(pages, None)
            while page is not None:
                following = pool.submit(next, pages, None)
                yield page
                page = following.result()
        finally:
            self._patience.stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)

    def _pages(self, after: Any) -> Iterator[Page]:
        # A row that matched the filter when its key was read may not match when it is read by its key.
        if self._selection.filter or not self._client.version.is_lite:
            yield from self._rows.behind(after)
        else:
            for page in self._keys().behind(after):
                yield from self._rows.with_keys(page.keys)

    def _keys(self) -> _Reader:
        name = (self._selection.primary.name,)
        only_keys = replace(self._selection, fields=Fields(name, name, flat=False))
        limit = min(LITE_KEYS, int(PAGE_BYTES / row_bytes(only_keys)))
        return _Reader(self._client, only_keys, self._patience, limit, highest=LITE_KEYS)


class _Reader:
    """Reads pages of `limit` rows, which is adapted to `page_bytes` up to `highest` unless it is `fixed`."""

    def __init__(
        self,
        client: Client,
        selection: Selection,
        patience: Patience,
        limit: int,
        *,
        highest: int = HIGHEST_LIMIT,
        page_bytes: int = PAGE_BYTES,
        fixed: bool = False,
    ) -> None:
        self._client = client
        self._selection = selection
        self._patience = patience
        self._limit = limit
        self._highest = highest
        self._page_bytes = page_bytes
        self._fixed = fixed
        self._timestamp: int | None = None

    def behind(self, after: Any) -> Iterator[Page]:
        """Yields all pages after a key, if any."""
        if refuses_filters(self._client, self._selection.schema):
            yield from self._by_offset(after)
            return
        while True:
            limit = self._limit
            page = self._page(self._behind(after), {"limit": limit, **ORDERED}, after)
            if page.keys:
                yield page
            # Milvus 2.3 shows one of the rows with equal keys, but counts all: only an empty page is its last.
            if not page.keys or (self._client.version.is_lite and len(page.keys) < limit):
                return
            after = page.last

    def _by_offset(self, after: Any) -> Iterator[Page]:
        """Yields the pages by their offsets. Raises CliError before the first if they would not be all."""
        self._require_reachable()
        offset, last = self._offset_behind(after), after
        while offset < HIGHEST_LIMIT:
            page = self._page("", {"limit": min(self._limit, HIGHEST_LIMIT - offset), "offset": offset}, last)
            if not page.keys:
                return
            yield page
            offset, last = offset + len(page.keys), page.last

    def _require_reachable(self) -> None:
        rows = self._patience.tried(lambda: exact_count(self._client, self._selection))
        if rows > HIGHEST_LIMIT:
            raise CliError(
                f"can't read all {rows:,} rows of {self._selection.collection!r}: {NO_FILTERS}, and returns only the "
                f"first {HIGHEST_LIMIT:,} rows without one",
                hint="insert them into Milvus Lite 3 from where they came",
            )

    def _offset_behind(self, after: Any) -> int:
        if after is None:
            return 0
        name = (self._selection.primary.name,)
        only_keys = replace(self._selection, fields=Fields(name, name, flat=False))
        columns = query(
            self._client, only_keys, "", params={"limit": HIGHEST_LIMIT}, timestamp=self._strong_timestamp()
        )
        return bisect_right(keys_of(columns, only_keys), after)

    def with_keys(self, keys: Sequence[Any]) -> Iterator[Page]:
        """Yields the rows with these keys, from Milvus Lite; rows deleted meanwhile are missing."""
        start = 0
        while start < len(keys):
            part = keys[start : start + self._limit]
            start += len(part)
            # Only this form is no scan; ORDERED would make it one. Rows come in the order of their keys.
            page = self._page(f"{self._selection.primary.name} in {quoted(part)}", {})
            if page.keys:
                yield page

    def _page(self, expression: str, parameters: Mapping[str, object], after: Any = None) -> Page:
        chosen = self._selection
        explained = (
            explaining_changes(self._client, chosen.collection, chosen.schema) if after is not None else nullcontext()
        )
        with explained:
            page = self._patience.tried(lambda: self._read(expression, parameters, self._strong_timestamp()))
        in_turn = page.keys if after is None else chain([after], page.keys)
        if any(one >= other for one, other in pairwise(in_turn)):
            raise CliError(
                "the server sends rows out of order: not all of them would come",
                hint="ask for them by ranges of the primary key",
            )
        return page

    def _read(self, expression: str, parameters: Mapping[str, object], timestamp: int) -> Page:
        with explaining_selection_errors(self._selection):
            columns = query(self._client, self._selection, expression, params=parameters, timestamp=timestamp)
        keys = keys_of(columns, self._selection)
        size = sum(column.ByteSize() for column in columns)
        if keys and not self._fixed:
            self._limit = max(1, min(self._page_bytes * len(keys) // size, self._limit * GROWTH, self._highest))
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
