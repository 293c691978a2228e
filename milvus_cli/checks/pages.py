"""Reads a collection's keys and vectors page by page in key order, or samples of them.

Vectors are kept as raw bytes. Rows written before the first page are included; rows written later may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import TYPE_CHECKING, Any, TypeAlias

from ..client.client import Client
from ..rows.cursor import Cursor, rows_at_once
from ..rows.sampling import reservoir
from ..rows.selection import Selection, key_filter, keys_of, query
from ..values.columns import raw_values
from .target import CheckedCollection

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData

Key: TypeAlias = Any
"""An int or a str, depending on the primary field."""


@dataclass(frozen=True)
class VectorPage:
    """Rows that have a vector; `vectors` are little-endian bytes, empty if only keys were requested."""

    keys: Sequence[Key]
    vectors: Sequence[bytes] = ()


def key_pages(client: Client, keys: Selection, *, rows: int | None = None) -> Iterator[VectorPage]:
    """Yields pages of `rows` keys, or of about as many as make a reasonable message."""
    for page in Cursor(client, keys, rows=rows).pages():
        yield VectorPage(page.keys)


def vector_pages(client: Client, target: CheckedCollection) -> Iterator[VectorPage]:
    for page in Cursor(client, target.rows).pages():
        yield page_of(page.columns, target)


def sample_keys(pages: Iterable[VectorPage], size: int, seed: int) -> tuple[list[Key], int]:
    """Returns keys as `reservoir` does."""
    return reservoir((page.keys for page in pages), size, seed)


def pages_of(client: Client, target: CheckedCollection, keys: Sequence[Key]) -> Iterator[VectorPage]:
    """Yields the rows with these keys, without those that are gone or have no vector."""
    rows, size = replace(target.rows, consistency="Bounded"), rows_at_once(target.rows)
    for start in range(0, len(keys), size):
        yield page_of(query(client, rows, key_filter(rows, keys[start : start + size]), params={}), target)


def joined(pages: Iterable[VectorPage]) -> VectorPage:
    keys, vectors = list[Key](), list[bytes]()
    for page in pages:
        keys += page.keys
        vectors += page.vectors
    return VectorPage(keys, vectors)


def page_of(columns: Sequence[FieldData], target: CheckedCollection) -> VectorPage:
    """Returns the rows that have a vector in the target's field."""
    keys = keys_of(columns, target.rows)
    column = next((each for each in columns if each.field_name == target.field), None)
    if column is None:
        return VectorPage([], [])
    vectors = raw_values(column, len(keys))
    there = [vector is not None for vector in vectors]
    return VectorPage(list(compress(keys, there)), list(compress(vectors, there)))
