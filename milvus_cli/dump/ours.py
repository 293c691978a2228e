"""Tells whether a collection is the one that an interrupted restore made, also if its server has no identity for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..client.optional import permitted
from ..schema.difference import field_differences
from ..server.existence import row_count
from ..transfer.making import target_count

if TYPE_CHECKING:
    from ..session.session import Session
    from ..transfer.side import Side
    from .restore_progress import TargetProgress
    from .target import Target

WAY_OUT = "delete it, or restore it under another name with --map"


@dataclass(frozen=True)
class Expected:
    """Bounds of the rows that a restore has put into its collection: those acknowledged, and all it may have sent.

    `exactly` are numbers of rows that batches end with.
    """

    least: int
    most: int
    exactly: frozenset[int] = frozenset()

    def takes(self, rows: int) -> bool:
        """Another number of rows is only known to be ours if the server has acknowledged some."""
        return self.least <= rows <= self.most and (rows in {0, self.most, *self.exactly} or self.least > 0)

    def __str__(self) -> str:
        return f"{self.least:,}" if self.least == self.most else f"{self.least:,} to {self.most:,}"


def expected(target: Target, done: TargetProgress) -> Expected:
    """Returns the bounds by the journal."""
    parts = target.dumped.parts
    complete = sum(each.rows for each in parts if each.file in done.done)
    begun = [each for each in parts if each.file in done.begun - done.done]
    acknowledged = sum(min(done.arrived.get(each.file, 0), each.rows) for each in begun)
    ends = frozenset(complete + rows for each in begun for rows in done.sent.get(each.file, ()))
    return Expected(complete + acknowledged, complete + sum(each.rows for each in begun), ends)


def why_not_ours(session: Session, target: Target, done: TargetProgress) -> str:
    """Returns why the collection can't be the one that this restore made and has an identity for; "" if it can be."""
    if done.identity is None or target.side.identity():
        return ""
    side = target.side
    if target.definition is not None and field_differences(
        target.definition, side.definition(), (side.version, side.version)
    ):
        return f"it is not the collection that this restore made: its schema differs; {WAY_OUT}"
    rows, bounds = rows_in(session, side), expected(target, done)
    # Rows may come and go in a collection that is finished.
    if done.finished and rows is not None and rows >= target.dumped.rows:
        return ""
    if rows is None or not bounds.takes(rows):
        return f"it may not be the collection that this restore made: {_told(rows, bounds)}; {WAY_OUT}"
    return ""


def why_kept(session: Session, target: Target, done: TargetProgress) -> str:
    """Returns why the collection that this restore made can't be deleted to fill it again; "" if it can be."""
    rows, bounds = rows_in(session, target.side), expected(target, done)
    if rows is None or rows > bounds.most:
        return f"refusing to fill it again, as rows of others would be lost: {_told(rows, bounds)}; {WAY_OUT}"
    return ""


def why_twice(session: Session, target: Target, done: TargetProgress) -> str:
    """Returns why rows with generated keys can't go into a collection that was there; "" if it has only those sent."""
    rows, sent = rows_in(session, target.side), expected(target, done).most
    if rows is not None and rows <= sent:
        return ""
    has = "can't be counted" if rows is None else f"number {rows:,}"
    return f"the server generates the keys, so no row could be replaced, and those in the collection {has}; {WAY_OUT}"


def rows_in(session: Session, side: Side) -> int | None:
    """Counts the rows; by statistics, which lag behind, on a read-only connection. None if that is not permitted."""
    if side.profile.read_only and not side.loaded():
        return permitted(row_count, side.client, side.collection)
    return permitted(target_count, session, side)


def _told(rows: int | None, bounds: Expected) -> str:
    has = "its rows can't be counted" if rows is None else f"it has {rows:,} rows"
    return f"{has}, and this restore has sent {bounds}"
