"""All rows of a selection in the order of the primary key, page by page; the next page comes meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import CliError, Unsupported
from ..rpc.client import Client
from ..rpc.filters import quoted
from ..rpc.schema import params, type_name
from ..rpc.selection import LONGEST_WINDOW, Selection, keys_of, query, understood

if TYPE_CHECKING:
    from ..rpc.wire.schema_pb2 import FieldData, FieldSchema

PAGE_BYTES = 2 << 20
FIRST_ROWS = 1_000
GROWTH = 8
"""A page has so many times the rows of the one before at the most."""

# Milvus before 2.4 needs none of these; Milvus Lite sorts by key only then.
ORDERED = {"iterator": "True", "reduce_stop_for_best": "True"}
ELEMENT_BYTES = {"FLOAT_VECTOR": 4.0, "FLOAT16_VECTOR": 2.0, "BFLOAT16_VECTOR": 2.0, "INT8_VECTOR": 1.0,
                 "BINARY_VECTOR": 0.125}  # fmt: skip
SOME_BYTES = 1_024
"""Taken for what may be of any size: JSON, an array, a sparse vector."""


@dataclass(frozen=True)
class Page:
    """Columns as the server sent them, with the primary keys; after the key `last` the next page begins."""

    columns: Sequence[FieldData]
    keys: Sequence[Any]
    last: Any


class Cursor:
    """Pages of `rows` rows, or of about PAGE_BYTES each."""

    def __init__(self, client: Client, selection: Selection, *, rows: int | None = None) -> None:
        self._client = client
        self._selection = selection
        self._rows = rows
        self._limit = rows or _first_rows(selection)
        self._moment: int | None = None

    def pages(self, after: Any = None) -> Iterator[Page]:
        """Those behind a key, or all. Raises CliError as calls do, and where a server sends keys out of order."""
        if after is None:
            page = self._whole()
            if page is not None:
                yield page
                return
        pool = ThreadPoolExecutor(1)
        try:
            page = self._next(after)
            while page.keys:
                following = pool.submit(self._next, page.last)
                yield page
                page = following.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _whole(self) -> Page | None:
        """All rows in one page where there are few: no server leaves some out of a plain query below its limit."""
        limit = self._limit
        page = self._read(self._selection.filter, {"limit": limit})
        return page if len(page.keys) < limit else None

    def _next(self, after: Any) -> Page:
        page = self._read(self._behind(after), {"limit": self._limit, **ORDERED}, moment=self._fresh())
        ordered = sorted(set(page.keys)) if after is None else sorted({after, *page.keys})[1:]
        if list(page.keys) != ordered:
            raise CliError("the server sends rows out of order: not all of them would come",
                           hint="ask for them by ranges of the primary key")  # fmt: skip
        return page

    def _read(self, expression: str, parameters: dict[str, object], *, moment: int = 0) -> Page:
        with understood(self._selection):
            columns = query(self._client, self._selection, expression, params=parameters, moment=moment)
        keys = keys_of(columns, self._selection)
        if keys and self._rows is None:
            size = sum(column.ByteSize() for column in columns) / len(keys)
            self._limit = max(1, min(int(PAGE_BYTES / size), self._limit * GROWTH, LONGEST_WINDOW))
        return Page(columns, keys, max(keys, default=None))

    def _behind(self, after: Any) -> str:
        if after is None:
            return self._selection.filter
        key = f"{self._selection.primary.name} > {quoted(after)}"
        return f"({self._selection.filter}) and {key}" if self._selection.filter else key

    def _fresh(self) -> int:
        """The moment that every page of a strong read sees, so that one wait is enough; 0 where servers tell none."""
        if self._moment is None:
            self._moment = 0
            if self._selection.consistency == "Strong":
                with suppress(Unsupported):
                    self._moment = int(self._client.call("AllocTimestamp").timestamp)
        return self._moment


def row_bytes(selection: Selection) -> float:
    """What a row of these fields takes in a message, about."""
    asked = selection.fields.asked
    return sum(_bytes(field) for field in selection.schema.fields if field.name in asked) or 1


def _first_rows(selection: Selection) -> int:
    return max(1, min(FIRST_ROWS, int(PAGE_BYTES / row_bytes(selection))))


def _bytes(field: FieldSchema) -> float:
    kind, given = type_name(field.data_type), params(field.type_params)
    if kind in ELEMENT_BYTES:
        return int(given["dim"]) * ELEMENT_BYTES[kind]
    if kind == "VARCHAR":
        return int(given.get("max_length", 0)) / 4
    return SOME_BYTES if kind in ("JSON", "ARRAY", "SPARSE_FLOAT_VECTOR") else 8
