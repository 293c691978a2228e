"""Looks for primary keys that several rows have. Milvus takes a key twice, and shows one row of it ever after.

Queries return one row of a key, whichever; only count(*) counts them all. So the keys of a page are counted, and where
there are more rows than keys, the page is halved until it is known which ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ..rpc.client import Client
from .pages import Key, after, key_pages, up_to
from .target import Keys


@dataclass
class KeyAudit:
    """`surplus` rows have a key that another row has too; `copies` tells how many rows the first such keys have."""

    rows: int = 0
    keys: int = 0
    copies: dict[Key, int] = field(default_factory=dict)

    @property
    def surplus(self) -> int:
        return self.rows - self.keys


def audit_keys(client: Client, keys: Keys, *, most: int, seen: Callable[[int], None]) -> KeyAudit:
    """Tells `most` of the keys at most."""
    found, last = KeyAudit(), None
    for page in key_pages(client, keys):
        # A server that shows all rows of a key may do so across the end of a page.
        distinct = sorted(set(page.keys) - {last})
        if not distinct:
            continue
        rows = _count(client, keys, last, distinct[-1])
        found.rows, found.keys = found.rows + max(rows, len(distinct)), found.keys + len(distinct)
        if rows > len(distinct):
            for key, count in _several(client, keys, last, distinct, rows):
                if len(found.copies) >= most:
                    break
                found.copies[key] = count
        last = distinct[-1]
        seen(found.keys)
    return found


def _several(
    client: Client, keys: Keys, last: Key | None, group: Sequence[Key], rows: int
) -> Iterator[tuple[Key, int]]:
    """Of a group of keys that follow `last`, those with several rows; `rows` is how many all of them have."""
    if rows <= len(group):
        return
    if len(group) == 1:
        yield group[0], rows
        return
    half = len(group) // 2
    first = _count(client, keys, last, group[half - 1])
    yield from _several(client, keys, last, group[:half], first)
    yield from _several(client, keys, group[half - 1], group[half:], rows - first)


def _count(client: Client, keys: Keys, last: Key | None, upto: Key) -> int:
    """Rows with keys after `last`, up to one."""
    expression = up_to(keys, upto)
    if last is not None:
        expression = f"{after(keys, last)} and {expression}"
    answer = client.call("Query", collection_name=keys.collection, expr=expression, output_fields=["count(*)"],
                         consistency_level="Bounded")  # fmt: skip
    return int(answer.fields_data[0].scalars.long_data.data[0])
