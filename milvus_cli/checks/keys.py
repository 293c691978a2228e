"""Finds primary keys shared by several rows: Milvus accepts a key twice, and from then on shows one of the rows.

Queries return one row of a key, whichever; only count(*) counts them all. So the rows of a page are counted, and if
there are more rows than keys, the page is halved until the keys are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ..client.client import Client
from ..rows.filters import above, both, up_to
from ..rows.selection import Selection, exact_count
from .pages import Key, key_pages


@dataclass
class KeyAudit:
    """`surplus` is the number of rows beyond one per key; `copies` counts the rows of the first repeated keys."""

    rows: int = 0
    keys: int = 0
    copies: dict[Key, int] = field(default_factory=dict)

    @property
    def surplus(self) -> int:
        return self.rows - self.keys


def audit_keys(client: Client, keys: Selection, *, most: int, seen: Callable[[int], None]) -> KeyAudit:
    """Reports at most `most` of the repeated keys."""
    found, last = KeyAudit(), None
    for page in key_pages(client, keys):
        rows = _count_between(client, keys, last, page.keys[-1])
        found.rows, found.keys = found.rows + max(rows, len(page.keys)), found.keys + len(page.keys)
        if rows > len(page.keys):
            for key, count in _several(client, keys, last, page.keys, rows):
                if len(found.copies) >= most:
                    break
                found.copies[key] = count
        last = page.keys[-1]
        seen(found.keys)
    return found


def _several(
    client: Client, keys: Selection, last: Key | None, group: Sequence[Key], rows: int
) -> Iterator[tuple[Key, int]]:
    """Yields the repeated keys of a group that follows `last`; `rows` is the number of rows in the group."""
    if rows <= len(group):
        return
    if len(group) == 1:
        yield group[0], rows
        return
    half = len(group) // 2
    first = _count_between(client, keys, last, group[half - 1])
    yield from _several(client, keys, last, group[:half], first)
    yield from _several(client, keys, group[half - 1], group[half:], rows - first)


def _count_between(client: Client, keys: Selection, last: Key | None, upto: Key) -> int:
    """Counts rows with keys after `last`, up to and including `upto`."""
    name = keys.primary.name
    expression = both(above(name, last) if last is not None else "", up_to(name, upto))
    return exact_count(client, replace(keys, filter=expression, consistency="Bounded"))
