"""Settles inserts whose answers were lost: rows not proven to have arrived are sent again or counted as unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..client.client import Client
from ..errors import Fault, NotAuthorized, Unsupported
from ..rows.readback import Sent, read_back, rows_under
from ..rows.write_target import WriteTarget
from ..rows.writing import write_rows
from ..values.columns import field_named, moved


@dataclass(frozen=True)
class Settled:
    """`unknown` rows may have arrived or not. `replaced` rows arrived, and replaced any others with their keys."""

    unknown: int = 0
    replaced: int = 0


def settle(client: Client, sent: Sent, *, seconds: float) -> Settled:
    """Settles rows that bring their keys. Raises Unreachable if the answers are lost again, and refusals of rows.

    Milvus keeps several rows that share a key. So rows are sent as an upsert only if no row is seen that it would
    remove; if nothing can be read, `replaced` counts the rows sent this way.
    """
    found = read_back(client, sent, seconds=seconds)
    every = range(sent.rows)
    if found is None:
        replaced = 0 if sent.target.lite else len(every)
        unknown = _upsert(client, sent, every, seconds=seconds)
        return Settled(unknown, 0 if unknown else replaced)
    if len(found.same) == len(every):
        return Settled()
    if sent.target.lite:
        last = {key: position for position, key in enumerate(sent.keys)}
        return Settled(_upsert(client, sent, sorted({*last.values()} - {*found.same}), seconds=seconds))
    unknown = _upsert(client, sent, found.unclear, seconds=seconds)
    if _upsert(client, sent, found.absent, seconds=seconds):
        _insert(client, sent, found.absent, seconds=seconds)
    # If exactly one row has the key, and it is another row, then the row that was sent has not arrived.
    keys = {sent.keys[position] for position in found.other}
    if found.other and rows_under(client, sent, found.other, seconds=seconds) == len(keys):
        _insert(client, sent, found.other, seconds=seconds)
        found.other.clear()
    return Settled(unknown + len(found.other), 0 if unknown else len(found.unclear))


def _upsert(client: Client, sent: Sent, positions: Sequence[int], *, seconds: float) -> int:
    """Returns the number of rows that could not be sent because the server or the user has no upsert."""
    try:
        _write_part(client, sent, replace(sent.target, upsert=True), positions, seconds=seconds)
    except Unsupported:
        return len(positions)
    except NotAuthorized as exc:
        if exc.fault is not Fault.NOT_PERMITTED:
            raise
        return len(positions)
    return 0


def _insert(client: Client, sent: Sent, positions: Sequence[int], *, seconds: float) -> None:
    _write_part(client, sent, sent.target, positions, seconds=seconds)


def _write_part(client: Client, sent: Sent, target: WriteTarget, positions: Sequence[int], *, seconds: float) -> None:
    if not positions:
        return
    columns, count = sent.columns, sent.rows
    if len(positions) < count:
        schema = target.schema
        columns = [
            moved(column, field, count, sorted(positions))
            for column in columns
            if (field := field_named(schema, column.field_name)) is not None
        ]
    write_rows(client, target, columns, len(positions), seconds=seconds, operation=sent.target.verb)
