"""Many calls at once, for listings: bounded threads, and a deadline for all of them together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ..errors import Fault, ServerRefused, Unreachable

Item = TypeVar("Item")
Answer = TypeVar("Answer")

THREADS = 8
"""More do not make 1,000 calls faster: Python sends about 2,000 small ones a second, whatever their number."""


def gather(ask: Callable[[Item, float], Answer], items: Sequence[Item], *, seconds: float) -> list[Answer | None]:
    """The answer for each item, in order; `ask` gets the item and the seconds that are left.

    None stands for what the server refused, as something may go while it is listed, and for what had no answer in time.
    """
    until = time.monotonic() + seconds
    if not items:
        return []

    def one(item: Item) -> Answer | None:
        left = until - time.monotonic()
        try:
            return ask(item, left) if left > 0 else None
        except ServerRefused:
            return None
        except Unreachable as exc:
            if exc.fault is Fault.SILENT:
                return None
            raise

    pool = ThreadPoolExecutor(min(THREADS, len(items)))
    try:
        return list(pool.map(one, items))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
