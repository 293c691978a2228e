"""Batches in flight: a bounded window, acknowledged in the order in which they were sent."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager, suppress
from typing import Generic, TypeVar

from ..errors import CliError, Interrupted
from .sender import Outcome

LEAVING_SECONDS = 3.0
"""Time that calls in flight have to return after Ctrl-C."""

T = TypeVar("T")


def _store_nothing(batch: object, outcome: Outcome) -> None:
    pass


class SendWindow(Generic[T]):
    """Holds up to `size` batches in flight, and acknowledges them oldest first.

    Each outcome goes to `store`, then to `count`. When a batch fails or `store` raises, the window is blocked: no later
    batch may count. An error of `count` blocks nothing.
    """

    def __init__(
        self,
        size: int,
        count: Callable[[T, Outcome], None],
        *,
        store: Callable[[T, Outcome], None] = _store_nothing,
    ) -> None:
        self._size = size
        self._store = store
        self._count = count
        self._pending: deque[tuple[T, Future[Outcome]]] = deque()
        self._blocked = False

    @property
    def batches(self) -> Iterator[T]:
        """The batches in flight, oldest first."""
        return (batch for batch, _ in self._pending)

    def add(self, batch: T, future: Future[Outcome]) -> None:
        """Adds a batch just sent, and waits until there is room for another."""
        self._pending.append((batch, future))
        while len(self._pending) >= self._size:
            self.acknowledge()

    def acknowledge(self, seconds: float | None = None) -> None:
        """Waits for the oldest batch. Raises its error, TimeoutError after `seconds`, or what a callback raises."""
        batch, future = self._pending[0]
        self._blocked = True
        outcome = future.result(seconds)
        self._store(batch, outcome)
        self._pending.popleft()
        self._blocked = False
        self._count(batch, outcome)

    def drain(self) -> None:
        """Waits for all batches."""
        while self._pending:
            self.acknowledge()

    def errors(self) -> Iterator[BaseException | None]:
        """The error of each batch that did not count, None for those that arrived; waits for them."""
        return (future.exception() for _, future in self._pending)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Counts what still arrives when an error or Ctrl-C ends the block. Raises Interrupted for Ctrl-C."""
        try:
            try:
                yield
            except CliError:
                self._count_the_rest()
                raise
        except KeyboardInterrupt:
            self._leave()
            raise Interrupted() from None

    def _count_the_rest(self, until: float | None = None) -> None:
        while self._pending and not self._blocked:
            # An error of `count`, such as a full disk, must not hide the outcomes behind it.
            with suppress(CliError):
                self.acknowledge(None if until is None else max(0.0, until - time.monotonic()))

    def _leave(self) -> None:
        # Ctrl-C may have come while the window waited for its oldest batch.
        self._blocked = False
        with suppress(NotYet, KeyboardInterrupt):
            self._count_the_rest(time.monotonic() + LEAVING_SECONDS)
        self._pending.clear()
