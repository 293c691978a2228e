"""Draws rows at random, each equally likely, and the same ones again with the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ..client.client import Client
from .cursor import Cursor
from .selection import Fields, Selection, with_keys


def sampled(client: Client, selection: Selection, size: int, seed: int) -> Selection:
    """Returns a selection of `size` of the selection's rows, chosen by key; of all of them if there are fewer.

    Reads the keys of all rows, a page at a time.
    """
    name = (selection.primary.name,)
    keys = replace(selection, fields=Fields(name, name, flat=False))
    chosen, _ = reservoir((page.keys for page in Cursor(client, keys).pages()), size, seed)
    return with_keys(selection, chosen)


def reservoir(pages: Iterable[Sequence[Any]], size: int, seed: int) -> tuple[list[Any], int]:
    """Returns `size` keys in order, each equally likely, and the number of all keys (Vitter's algorithm R)."""
    pick, chosen, total = random.Random(seed), list[Any](), 0
    for page in pages:
        for key in page:
            total += 1
            if len(chosen) < size:
                chosen.append(key)
            elif (position := pick.randrange(total)) < size:
                chosen[position] = key
    return sorted(chosen), total
