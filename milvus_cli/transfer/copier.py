"""Rows from one collection into another: columns as they came, some calls in flight, what has arrived left out."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..errors import CliError, Interrupted
from ..rpc.columns import field_named, moved
from ..rpc.encode import DYNAMIC, taken_fields
from ..rpc.writing import Target, write
from .cursor import Cursor, Page
from .intake import Batch
from .merging import Rows, Window, merged
from .readers import Chunk
from .sender import Outcome, Refused, Sender

if TYPE_CHECKING:
    from ..rpc.client import Client
    from ..rpc.selection import Selection

IN_FLIGHT = 3
LEAVING = 3.0
"""Seconds that calls in flight have to come back when a person has pressed Ctrl-C."""


class Forwarder(Sender):
    """Sends columns that another server gave: a refusal is not about single rows.

    Without a key nobody can tell whether a lost write has arrived, so that it is never sent again.
    """

    def _written(self, client: Client, batch: Batch, *, doubtful: bool) -> Outcome:
        if self.target.key:
            outcome = super()._written(client, batch, doubtful=doubtful)
            if outcome.unknown:
                raise CliError(
                    f"{outcome.unknown:,} rows may be in {self.target.collection!r} or not: an answer was lost"
                )
            return outcome
        write(client, self.target, batch.columns, batch.rows, seconds=self._seconds)
        return Outcome(batch.rows)

    def _sifted(self, client: Client, batch: Batch, refused: Refused) -> Outcome:
        raise refused.refusal


@dataclass(frozen=True)
class Way:
    """From where to where."""

    source: Client
    selection: Selection
    target: Target


def all_rows(way: Way, after: Any = None) -> Iterator[Rows]:
    """Everything, or what is behind a key."""
    for page in Cursor(way.source, way.selection).pages(after):
        window = Window(page)
        yield window.take(window.left)


def missing_rows(way: Way, keys_there: Callable[[Any], Iterator[Page]]) -> Iterator[Rows]:
    """What the target lacks; `keys_there` gives its keys behind one.

    Rows before the first hole are never read, only their keys. Raises CliError for a row that the source lacks.
    """
    after: Any = None
    for run in merged(_keys(way), keys_there(None)):
        if run.a is None and run.b is not None:
            raise _foreign(way, run.b.keys[0])
        if run.b is None:
            break
        after = run.b.keys[-1]
    else:
        return
    # From here on the target's keys are read before any row behind them is written, so that what is written now
    # is never taken for what was there.
    for run in merged(Cursor(way.source, way.selection).pages(after), keys_there(after)):
        if run.a is None and run.b is not None:
            raise _foreign(way, run.b.keys[0])
        if run.b is None and run.a is not None:
            yield run.a


def rows_behind(way: Way, count: int) -> Iterator[Rows]:
    """All but the first rows in the order of their keys. Raises CliError where there are not so many."""
    left, after = count, None
    for page in _keys(way):
        keys = sorted(page.keys)
        if left <= len(keys):
            after = keys[left - 1] if left else after
            left = 0
            break
        left, after = left - len(keys), keys[-1]
    if left:
        raise CliError(f"{way.target.collection!r} has {left:,} rows more than there are to copy")
    yield from all_rows(way, after)


def _keys(way: Way) -> Iterator[Page]:
    from ..rpc.selection import chosen_fields

    fields = chosen_fields(way.selection.schema, way.selection.primary.name)
    return Cursor(way.source, replace(way.selection, fields=fields)).pages()


def _foreign(way: Way, key: Any) -> CliError:
    return CliError(
        f"{way.target.collection!r} has a row {key!r} that the source lacks: it is no copy that was interrupted",
        hint="--into-existing leaves such rows, and puts the source's beside them",
    )


def send(rows: Iterator[Rows], way: Way, sender: Sender, *, moved_on: Callable[[int, int], None]) -> int:
    """Sends all, and returns how many rows arrived; `moved_on` hears of the rows and bytes of each batch.

    Raises Interrupted at Ctrl-C, and what keeps rows from being read or sent.
    """
    waiting: deque[tuple[int, Future[Outcome]]] = deque()
    arrived = 0

    def acknowledge(seconds: float | None = None) -> None:
        nonlocal arrived
        size, future = waiting[0]
        outcome = future.result(seconds)
        waiting.popleft()
        arrived += outcome.inserted
        moved_on(outcome.inserted, size)

    try:
        for each in rows:
            size = each.page.size * len(each) // len(each.page.keys)
            waiting.append((size, sender.submit(_batch(each, way), doubtful=False)))
            while len(waiting) >= sender.in_flight:
                acknowledge()
        while waiting:
            acknowledge()
    except KeyboardInterrupt:
        _leave(waiting, acknowledge)
        raise Interrupted() from None
    finally:
        sender.stop()
    return arrived


def _leave(waiting: Sequence[object], acknowledge: Callable[[float], None]) -> None:
    """After Ctrl-C: what is about to come back counts."""
    until = time.monotonic() + LEAVING
    try:
        while waiting:
            acknowledge(max(0.0, until - time.monotonic()))
    except (CliError, NotYet, KeyboardInterrupt):
        pass


def _batch(rows: Rows, way: Way) -> Batch:
    schema, places, count = way.target.schema, rows.places, len(rows.page.keys)
    taken = {DYNAMIC, *(field.name for field in taken_fields(schema, (), upsert=bool(way.target.key)))}
    columns = []
    for column in rows.page.columns:
        field = field_named(schema, column.field_name)
        if field is not None and field.name in taken:
            columns.append(moved(column, field, count, places))
    return Batch(len(rows), columns, rows.keys, Chunk({}, ()))
