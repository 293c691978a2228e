"""Copies rows between collections: columns unconverted, several calls in flight, without rows that have arrived."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from ..errors import CliError
from ..files.row_stream import Chunk
from ..rows.cursor import Cursor, Page
from ..rows.patience import NO_PATIENCE, Patience
from ..rows.write_target import WriteTarget
from ..rows.writing import write_rows
from ..schema.schema import kind_of
from ..text.json import load_json
from ..values.columns import field_named, moved, raw_values
from ..values.dynamic import DYNAMIC, reserved_key, reserved_names
from ..values.encode import taken_fields
from ..values.lite_json import changed
from .equality import Schemas
from .intake import Batch
from .merge import PageWindow, WindowRows, merged, paired
from .sender import Outcome, Refused, Sender
from .window import SendWindow

if TYPE_CHECKING:
    from ..client.client import Client
    from ..rows.selection import Selection

COPIES_IN_FLIGHT = 3


class Forwarder(Sender):
    """Sends columns that another server returned: a refusal is not about single rows.

    Without a key it is impossible to know whether a lost write has arrived, so it is never sent again.
    """

    def _written(self, client: Client, batch: Batch, *, doubtful: bool) -> Outcome:
        if self.target.key:
            outcome = super()._written(client, batch, doubtful=doubtful)
            if outcome.unknown:
                raise CliError(
                    f"{outcome.unknown:,} rows may be in {self.target.collection!r} or not: an answer was lost"
                )
            return outcome
        write_rows(client, self.target, batch.columns, batch.rows, seconds=self._seconds)
        return Outcome(batch.rows)

    def _sifted(self, client: Client, batch: Batch, refused: Refused) -> Outcome:
        raise refused.refusal


@dataclass(frozen=True)
class CopyRoute:
    """Source and target of a copy. A lost server is retried with `patience`."""

    source: Client
    selection: Selection
    target: WriteTarget
    patience: Patience = NO_PATIENCE

    def rows(self) -> Iterator[Page]:
        return Cursor(self.source, self.selection, patience=self.patience).pages()


@dataclass(frozen=True)
class Piece:
    """Rows to send. `replaces` says that the target has other rows with their keys."""

    rows: WindowRows
    replaces: bool = False

    @property
    def size(self) -> int:
        """The rows' share of the page's bytes."""
        return self.rows.page.size * len(self.rows) // len(self.rows.page.keys)


@dataclass(frozen=True)
class CopiedRows:
    """Number of rows that arrived, and of those that replaced others."""

    rows: int = 0
    replaced: int = 0


def all_rows(route: CopyRoute) -> Iterator[Piece]:
    for page in route.rows():
        window = PageWindow(page)
        yield Piece(window.take(window.left))


def differing_rows(route: CopyRoute, there: Iterator[Page], *, has_others: bool) -> Iterator[Piece]:
    """Yields the rows that the target lacks or has with other values; an equal key alone proves nothing.

    `there` are the target's rows. Raises CliError for a row that the source lacks, unless the target `has_others`.
    """
    schemas = Schemas(route.selection.schema, route.target.schema)
    fields = schemas.common_fields()
    # The target is always read ahead of the rows being written, so that rows written now are never taken for
    # rows that were there before.
    for run in merged(route.rows(), there):
        if run.a is None:
            if run.b is not None and not has_others:
                raise _foreign(route, run.b.keys[0])
        elif run.b is None:
            yield Piece(run.a)
        else:
            yield from _changed(run.a, schemas.differences(run, fields))


def _changed(rows: WindowRows, differing: Collection[int]) -> Iterator[Piece]:
    """Yields consecutive differing rows as one piece."""
    for row in range(len(rows)):
        if row in differing and row - 1 not in differing:
            end = next(each for each in count(row) if each not in differing)
            yield Piece(WindowRows(rows.window, rows.start + row, rows.start + end), replaces=True)


def rows_behind(route: CopyRoute, there: Iterator[Page]) -> Iterator[Piece]:
    """Yields the rows after those that are `there`, for generated keys; rows are sent in the source's order.

    Raises CliError if `there` are not the first rows of the source.
    """
    schemas = Schemas(route.selection.schema, route.target.schema)
    fields = [name for name in schemas.common_fields() if name != route.selection.primary.name]
    for run in paired(route.rows(), there):
        if run.a is None or schemas.differences(run, fields):
            raise CliError(
                f"{route.target.collection!r} has rows that are not the first of the source: which have arrived is "
                "unknown, as the server generates the keys",
                hint="delete it, and copy again",
            )
        if run.b is None:
            yield Piece(run.a)


def _foreign(route: CopyRoute, key: Any) -> CliError:
    return CliError(
        f"{route.target.collection!r} has a row {key!r} that the source lacks: it is not a copy that was interrupted",
        hint="--into-existing leaves such rows, and puts the source's beside them",
    )


def send(
    pieces: Iterator[Piece],
    route: CopyRoute,
    sender: Sender,
    replacing: Sender,
    *,
    moved_on: Callable[[int, int], None],
) -> CopiedRows:
    """Sends each piece with one of the senders; `moved_on` takes the rows and bytes of each batch that arrived.

    Raises Interrupted at Ctrl-C, and errors that keep rows from being read or sent.
    """
    sent = CopiedRows()

    def count_piece(piece: Piece, outcome: Outcome) -> None:
        nonlocal sent
        arrived = outcome.inserted
        sent = CopiedRows(sent.rows + arrived, sent.replaced + (arrived if piece.replaces else 0))
        moved_on(arrived, piece.size)

    window = SendWindow(sender.in_flight, count_piece)
    try:
        with window.open():
            for piece in pieces:
                by = replacing if piece.replaces else sender
                window.add(piece, by.submit(_batch(piece.rows, route), doubtful=False))
            window.drain()
    finally:
        sender.stop()
        replacing.stop()
    return sent


def _batch(rows: WindowRows, route: CopyRoute) -> Batch:
    schema, positions, length = route.target.schema, rows.positions, len(rows.page.keys)
    taken = {DYNAMIC, *(field.name for field in taken_fields(schema, (), upsert=bool(route.target.key)))}
    columns = []
    for column in rows.page.columns:
        field = field_named(schema, column.field_name)
        if route.target.lite and column.field_name == DYNAMIC:
            _refuse_reserved(raw_values(column, length), rows, route)
        elif route.target.lite and field is not None and kind_of(field) == "JSON":
            _refuse_changed(raw_values(column, length), rows, route, field.name)
        if field is not None and field.name in taken:
            columns.append(moved(column, field, length, positions))
    return Batch(len(rows), columns, rows.keys, Chunk({}, ()))


def _refuse_reserved(objects: Sequence[Any], rows: WindowRows, route: CopyRoute) -> None:
    """Raises CliError for dynamic keys with the name of a field, which only Milvus keeps apart from the field."""
    reserved = reserved_names(route.target.schema)
    may_have = re.compile(rb'\\|"(?:' + b"|".join(re.escape(name.encode()) for name in reserved) + rb')"').search
    for position in rows.positions or range(len(rows.page.keys)):
        value = _parsed_json(objects[position]) if may_have(objects[position] or b"") else None
        key = reserved_key(value, reserved) if isinstance(value, dict) else None
        if key is not None:
            raise CliError(
                f"row {rows.page.keys[position]!r} of {route.selection.collection!r} has a key {key!r} in its dynamic "
                "field: Milvus Lite would take it for the field of that name",
                hint="upsert the row without that key in the source",
            )


def _refuse_changed(values: Sequence[Any], rows: WindowRows, route: CopyRoute, field: str) -> None:
    """Raises CliError for JSON text that the target would return as another value."""
    for position in rows.positions or range(len(rows.page.keys)):
        raw = values[position] or b""
        reason = changed(_parsed_json(raw)) if raw.lstrip().startswith(b'"') else ""
        if reason:
            raise CliError(
                f"row {rows.page.keys[position]!r} of {route.selection.collection!r}, field {field!r}: {reason}",
                hint="upsert the row with another value in the source",
            )


def _parsed_json(raw: bytes) -> Any:
    """Returns None for invalid JSON, which is copied unchanged."""
    try:
        return load_json(raw)
    except (ValueError, RecursionError):
        return None
