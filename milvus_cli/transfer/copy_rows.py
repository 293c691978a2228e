"""Rows from one collection into another: columns as they came, some calls in flight, what has arrived left out."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from ..errors import CliError, Interrupted
from ..files.readers import Chunk
from ..rows.cursor import Cursor, Page
from ..rows.patience import NONE, Patience
from ..rows.writing import WriteTarget, write
from ..schema.schema import kind_of
from ..text.json import load_json
from ..values.columns import field_named, moved, raw_values
from ..values.dynamic import DYNAMIC, reserved_key, reserved_names
from ..values.encode import taken_fields
from ..values.lite_json import changed
from .equality import Schemas
from .intake import Batch
from .merge import Rows, Window, merged, paired
from .sender import Outcome, Refused, Sender

if TYPE_CHECKING:
    from ..client.client import Client
    from ..rows.selection import Selection

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
class CopyRoute:
    """From where to where. A side that went away is waited for with `patience`."""

    source: Client
    selection: Selection
    target: WriteTarget
    patience: Patience = NONE

    def rows(self) -> Iterator[Page]:
        return Cursor(self.source, self.selection, patience=self.patience).pages()


@dataclass(frozen=True)
class Piece:
    """Rows to be sent. With `replaces` the target has others with their keys."""

    rows: Rows
    replaces: bool = False


@dataclass(frozen=True)
class Sent:
    """How many rows arrived, and how many of them took the place of others."""

    rows: int = 0
    replaced: int = 0


def all_rows(way: CopyRoute) -> Iterator[Piece]:
    for page in way.rows():
        window = Window(page)
        yield Piece(window.take(window.left))


def differing_rows(way: CopyRoute, there: Iterator[Page], *, has_others: bool) -> Iterator[Piece]:
    """What the target lacks or has with other values, by the rows that are `there`: a key alone proves nothing.

    Raises CliError for a row that the source lacks, unless the target `has_others`.
    """
    schemas = Schemas(way.selection.schema, way.target.schema)
    fields = schemas.common_fields()
    # The target is read before any row behind the last one read is written, so that what is written now is never
    # taken for what was there.
    for run in merged(way.rows(), there):
        if run.a is None:
            if run.b is not None and not has_others:
                raise _foreign(way, run.b.keys[0])
        elif run.b is None:
            yield Piece(run.a)
        else:
            yield from _changed(run.a, schemas.differences(run, fields))


def _changed(rows: Rows, differing: Collection[int]) -> Iterator[Piece]:
    """Neighbours at once."""
    for row in range(len(rows)):
        if row in differing and row - 1 not in differing:
            end = next(each for each in count(row) if each not in differing)
            yield Piece(Rows(rows.window, rows.start + row, rows.start + end), replaces=True)


def rows_behind(way: CopyRoute, there: Iterator[Page]) -> Iterator[Piece]:
    """What follows the rows that are `there`, where the server generates keys: in the order in which rows were sent.

    Raises CliError where those are not what the source begins with.
    """
    schemas = Schemas(way.selection.schema, way.target.schema)
    fields = [name for name in schemas.common_fields() if name != way.selection.primary.name]
    for run in paired(way.rows(), there):
        if run.a is None or schemas.differences(run, fields):
            raise CliError(
                f"{way.target.collection!r} has rows that are not the first of the source: which have arrived is "
                "unknown, as the server generates the keys",
                hint="delete it, and copy anew",
            )
        if run.b is None:
            yield Piece(run.a)


def _foreign(way: CopyRoute, key: Any) -> CliError:
    return CliError(
        f"{way.target.collection!r} has a row {key!r} that the source lacks: it is no copy that was interrupted",
        hint="--into-existing leaves such rows, and puts the source's beside them",
    )


def send(
    pieces: Iterator[Piece], way: CopyRoute, sender: Sender, replacing: Sender, *, moved_on: Callable[[int, int], None]
) -> Sent:
    """Sends all by one or the other; `moved_on` hears of the rows and bytes of each batch that arrived.

    Raises Interrupted at Ctrl-C, and what keeps rows from being read or sent.
    """
    waiting: deque[tuple[int, Piece, Future[Outcome]]] = deque()
    sent = Sent()

    def acknowledge(seconds: float | None = None) -> None:
        nonlocal sent
        size, piece, future = waiting[0]
        arrived = future.result(seconds).inserted
        waiting.popleft()
        sent = Sent(sent.rows + arrived, sent.replaced + (arrived if piece.replaces else 0))
        moved_on(arrived, size)

    try:
        for piece in pieces:
            rows, by = piece.rows, replacing if piece.replaces else sender
            size = rows.page.size * len(rows) // len(rows.page.keys)
            waiting.append((size, piece, by.submit(_batch(rows, way), doubtful=False)))
            while len(waiting) >= sender.in_flight:
                acknowledge()
        while waiting:
            acknowledge()
    except KeyboardInterrupt:
        _leave(waiting, acknowledge)
        raise Interrupted() from None
    finally:
        sender.stop()
        replacing.stop()
    return sent


def _leave(waiting: Sequence[object], acknowledge: Callable[[float], None]) -> None:
    """After Ctrl-C: what is about to come back counts."""
    until = time.monotonic() + LEAVING
    try:
        while waiting:
            acknowledge(max(0.0, until - time.monotonic()))
    except (CliError, NotYet, KeyboardInterrupt):
        pass


def _batch(rows: Rows, way: CopyRoute) -> Batch:
    schema, places, length = way.target.schema, rows.places, len(rows.page.keys)
    taken = {DYNAMIC, *(field.name for field in taken_fields(schema, (), upsert=bool(way.target.key)))}
    columns = []
    for column in rows.page.columns:
        field = field_named(schema, column.field_name)
        if way.target.lite and column.field_name == DYNAMIC:
            _refuse_reserved(raw_values(column, length), rows, way)
        elif way.target.lite and field is not None and kind_of(field) == "JSON":
            _refuse_changed(raw_values(column, length), rows, way, field.name)
        if field is not None and field.name in taken:
            columns.append(moved(column, field, length, places))
    return Batch(len(rows), columns, rows.keys, Chunk({}, ()))


def _refuse_reserved(objects: Sequence[Any], rows: Rows, way: CopyRoute) -> None:
    """Raises CliError for a row that the target would change: only Milvus keeps keys that are called as fields are."""
    reserved = reserved_names(way.target.schema)
    may_have = re.compile(rb'\\|"(?:' + b"|".join(re.escape(name.encode()) for name in reserved) + rb')"').search
    for place in rows.places or range(len(rows.page.keys)):
        value = _parsed(objects[place]) if may_have(objects[place] or b"") else None
        key = reserved_key(value, reserved) if isinstance(value, dict) else None
        if key is not None:
            raise CliError(
                f"row {rows.page.keys[place]!r} of {way.selection.collection!r} has a key {key!r} in its dynamic "
                "field: Milvus Lite would take it for the field of that name",
                hint="upsert the row without that key in the source",
            )


def _refuse_changed(values: Sequence[Any], rows: Rows, way: CopyRoute, field: str) -> None:
    """Raises CliError for a row whose JSON text the target would return as another value."""
    for place in rows.places or range(len(rows.page.keys)):
        raw = values[place] or b""
        reason = changed(_parsed(raw)) if raw.lstrip().startswith(b'"') else ""
        if reason:
            raise CliError(
                f"row {rows.page.keys[place]!r} of {way.selection.collection!r}, field {field!r}: {reason}",
                hint="upsert the row with another value in the source",
            )


def _parsed(raw: bytes) -> Any:
    """None of what is no JSON, which moves as it is."""
    try:
        return load_json(raw)
    except (ValueError, RecursionError):
        return None
