"""Reads a collection's rows page by page, by rising primary key, and samples of them. Vectors stay the bytes they are.

What is written before the first page is in it or in a later one; what is written meanwhile may be or not.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING, Any, TypeAlias

from ..errors import CliError
from ..rpc.client import Client
from ..rpc.schema import pairs, type_name
from .target import Keys, Target

if TYPE_CHECKING:
    from ..rpc.wire.milvus_pb2 import QueryResults
    from ..rpc.wire.schema_pb2 import FieldData

Key: TypeAlias = Any
"""An int or a str, as the primary field is."""

PAGE_ROWS = 8_192
"""Milvus's limit is 16,384 for offset and limit together."""
PAGE_BYTES = 4 << 20
LOWEST = -(2**63)
"""The one int64 that no expression of Milvus can hold."""


@dataclass(frozen=True)
class Page:
    """Rows that have a vector; `vectors` are their bytes, little-endian, and empty where none were asked for."""

    keys: Sequence[Key]
    vectors: Sequence[bytes] = ()


def key_pages(client: Client, keys: Keys, *, rows: int = PAGE_ROWS) -> Iterator[Page]:
    for answer in _answers(client, keys, [keys.name], rows):
        yield Page(_keys(answer, keys))


def vector_pages(client: Client, target: Target) -> Iterator[Page]:
    names = [target.keys.name, target.field]
    for answer in _answers(client, target.keys, names, _rows(target)):
        yield page_of(answer, target.keys, target.field)


def sample_keys(pages: Iterable[Page], size: int, seed: int) -> tuple[list[Key], int]:
    """So many keys, each as likely as any other, and how many there are in all (Vitter's algorithm R)."""
    pick, chosen, total = random.Random(seed), list[Key](), 0
    for page in pages:
        for key in page.keys:
            total += 1
            if len(chosen) < size:
                chosen.append(key)
            elif (place := pick.randrange(total)) < size:
                chosen[place] = key
    return sorted(chosen), total


def pages_of(client: Client, target: Target, keys: Sequence[Key]) -> Iterator[Page]:
    """The rows with these keys; those that are gone, or have no vector, are left out."""
    size = min(1_024, _rows(target))
    for start in range(0, len(keys), size):
        wanted = keys[start : start + size]
        expression = f"{target.keys.name} in [{', '.join(map(literal, wanted))}]"
        answer = client.call("Query", collection_name=target.collection, expr=expression,
                             output_fields=[target.keys.name, target.field], consistency_level="Bounded")  # fmt: skip
        yield page_of(answer, target.keys, target.field)


def joined(pages: Iterable[Page]) -> Page:
    keys, vectors = list[Key](), list[bytes]()
    for page in pages:
        keys += page.keys
        vectors += page.vectors
    return Page(keys, vectors)


def literal(key: Key) -> str:
    """A key as Milvus's expressions have it."""
    return json.dumps(key, ensure_ascii=False) if isinstance(key, str) else str(key)


def after(keys: Keys, last: Key) -> str:
    """The expression for what comes after a key."""
    return f"{keys.name} >= {LOWEST + 1}" if last == LOWEST else f"{keys.name} > {literal(last)}"


def up_to(keys: Keys, last: Key) -> str:
    """The expression for a key and what comes before it."""
    return f"{keys.name} < {LOWEST + 1}" if last == LOWEST else f"{keys.name} <= {literal(last)}"


def _answers(client: Client, keys: Keys, names: Sequence[str], rows: int) -> Iterator[QueryResults]:
    """Until there is nothing more. Milvus Lite keeps to the order of keys for iterators only."""
    expression, consistency = "", "Strong"
    while True:
        answer = client.call(
            "Query", collection_name=keys.collection, expr=expression, output_fields=names,
            query_params=pairs({"limit": rows, "iterator": "True"}), consistency_level=consistency,
        )  # fmt: skip
        found = _keys(answer, keys)
        if not found:
            return
        yield answer
        # The first page waited for all that was written before it.
        expression, consistency = after(keys, max(found)), "Bounded"


def _rows(target: Target) -> int:
    return max(1, min(PAGE_ROWS, PAGE_BYTES // target.row_size))


def _keys(answer: QueryResults, keys: Keys) -> list[Key]:
    column = next((each for each in answer.fields_data if each.field_name == keys.name), None)
    if column is None:
        return []
    return list(column.scalars.string_data.data if keys.is_text else column.scalars.long_data.data)


def page_of(answer: QueryResults, primary: Keys, field: str) -> Page:
    """The rows of an answer that have a vector in this field."""
    keys = _keys(answer, primary)
    column = next((each for each in answer.fields_data if each.field_name == field), None)
    if column is None:
        return Page([], [])
    vectors, valid = vector_bytes(column), column.valid_data
    if valid and len(vectors) == len(valid):
        vectors = list(compress(vectors, valid))
    return Page(list(compress(keys, valid)) if valid else keys, vectors)


def vector_bytes(column: FieldData) -> list[bytes]:
    """A column's vectors, each as its bytes. Raises CliError for a type without fixed places."""
    kind, vectors = type_name(column.type), column.vectors
    if kind == "SPARSE_FLOAT_VECTOR":
        return list(vectors.sparse_float_vector.contents)
    raw: dict[str, Callable[[], bytes]] = {
        # A packed field, less its tag and length.
        "FLOAT_VECTOR": lambda: vectors.float_vector.SerializeToString()[-4 * len(vectors.float_vector.data) or None :],
        "FLOAT16_VECTOR": lambda: vectors.float16_vector,
        "BFLOAT16_VECTOR": lambda: vectors.bfloat16_vector,
        "INT8_VECTOR": lambda: vectors.int8_vector,
        "BINARY_VECTOR": lambda: vectors.binary_vector,
    }
    if kind not in raw:
        raise CliError(f"field {column.field_name!r}: vectors of type {kind} can't be checked yet")
    sizes = {"FLOAT_VECTOR": 4 * vectors.dim, "INT8_VECTOR": vectors.dim, "BINARY_VECTOR": vectors.dim // 8}
    content, size = raw[kind](), max(1, sizes.get(kind, 2 * vectors.dim))
    return [content[start : start + size] for start in range(0, len(content), size)]
