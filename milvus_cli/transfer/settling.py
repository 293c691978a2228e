"""Settles an insert whose answer was lost: rows that are not proven to be in are sent again, or count as unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..client.client import Client
from ..errors import Fault, NotAuthorized, Unsupported
from ..rows.readback import Sent, read_back, rows_under
from ..rows.writing import write
from ..values.columns import field_named, moved


@dataclass(frozen=True)
class Settled:
    """`unknown` rows may be in or not. `replaced` ones are in, and nothing else that may have had their keys."""

    unknown: int = 0
    replaced: int = 0


def settle(client: Client, sent: Sent, *, seconds: float) -> Settled:
    """Of rows that bring their keys. Raises Unreachable where that is lost as well, and what refuses the rows.

    Milvus keeps rows that share a key, so that rows go out as an upsert only where nothing is seen that it would
    remove; where nothing can be seen, it is said how many went out so.
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
        last = {key: place for place, key in enumerate(sent.keys)}
        return Settled(_upsert(client, sent, sorted({*last.values()} - {*found.same}), seconds=seconds))
    unknown = _upsert(client, sent, found.unclear, seconds=seconds)
    if _upsert(client, sent, found.absent, seconds=seconds):
        _insert(client, sent, found.absent, seconds=seconds)
    # A key under which there is one row, and another one: the row that was sent has not arrived.
    keys = {sent.keys[place] for place in found.other}
    if found.other and rows_under(client, sent, found.other, seconds=seconds) == len(keys):
        _insert(client, sent, found.other, seconds=seconds)
        found.other.clear()
    return Settled(unknown + len(found.other), 0 if unknown else len(found.unclear))


def _upsert(client: Client, sent: Sent, places: Sequence[int], *, seconds: float) -> int:
    """Returns how many rows could not be sent, as this server or this user has no upsert."""
    try:
        _write(client, replace(sent, target=replace(sent.target, upsert=True)), places, seconds=seconds)
    except Unsupported:
        return len(places)
    except NotAuthorized as exc:
        if exc.fault is not Fault.NOT_PERMITTED:
            raise
        return len(places)
    return 0


def _insert(client: Client, sent: Sent, places: Sequence[int], *, seconds: float) -> None:
    _write(client, sent, places, seconds=seconds)


def _write(client: Client, sent: Sent, places: Sequence[int], *, seconds: float) -> None:
    if not places:
        return
    columns, count = sent.columns, sent.rows
    if len(places) < count:
        schema = sent.target.schema
        columns = [
            moved(column, field, count, sorted(places))
            for column in columns
            if (field := field_named(schema, column.field_name)) is not None
        ]
    write(client, sent.target, columns, len(places), seconds=seconds)
