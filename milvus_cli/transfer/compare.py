"""Compares two collections (schema, indexes, counts and rows) and reports the differences."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..output.progress import Progress
from ..result import Report, Section, Table
from ..rows.cursor import Cursor
from ..rows.selection import with_keys
from ..schema.difference import Difference, compare
from ..session.session import Session
from ..text.json import dump_json
from .contents import Contents
from .equality import Schemas
from .merge import merged
from .shortened import shortened
from .side import Side

if TYPE_CHECKING:
    from .merge import Run

ALL_ROWS, NO_ROWS = "all", "none"
THERE = "there"
FETCHED_AT_ONCE = 500
"""Sampled rows fetched by key in one call."""


@dataclass(frozen=True)
class Depth:
    """Depth of the comparison of rows: `rows` is "all", "sample" or "none"; at most `most` differences are reported."""

    rows: str
    sample: int
    most: int


@dataclass
class RowDifferences:
    """Differences between rows: all are counted, the first `most` are kept."""

    most: int
    differences: list[Difference] = field(default_factory=list)
    compared: int = 0
    differing: int = 0
    only_a: int = 0
    only_b: int = 0

    @property
    def total(self) -> int:
        return self.differing + self.only_a + self.only_b

    @property
    def unlisted(self) -> int:
        return max(0, self.total - self.most)

    def add(self, differences: Sequence[Difference]) -> None:
        """Adds the differences of one row, which has already been counted."""
        if not self.unlisted:
            self.differences += differences


def compare_collections(session: Session, a: Side, b: Side, depth: Depth) -> Report:
    """Raises CliError if a collection is missing, or its rows can't be read."""
    for side in (a, b):
        side.require()
    compared = compare(a.definition(), b.definition(), (a.version, b.version))
    differences, left_out = list(compared.differences), [*compared.left_out, *compared.unknown]
    counts = _counts(a, b, needed=depth.rows != NO_ROWS)
    if None not in counts and counts[0] != counts[1]:
        differences.append(Difference("rows", *counts))
    found, known = RowDifferences(depth.most), not compared.unknown
    reason = "--rows none" if depth.rows == NO_ROWS else _not_comparable(a, b, counts)
    if reason:
        left_out.append(f"rows ({reason})")
        return _comparison_report((a, b), counts, differences, left_out, found=None, known=known)
    comparison = _Comparison(session, a, b, depth, found)
    comparison.run(sum(each or 0 for each in counts))
    left_out += comparison.uncompared
    differences += found.differences
    return _comparison_report((a, b), counts, differences, left_out, found=found, known=known)


def _counts(a: Side, b: Side, *, needed: bool) -> tuple[int | None, int | None]:
    """Returns None for a collection that is not loaded, which is an error if rows are to be read."""
    for side in (a, b):
        if needed:
            side.require_loaded()
    return (a.count() if a.loaded() else None), (b.count() if b.loaded() else None)


def _not_comparable(a: Side, b: Side, counts: tuple[int | None, int | None]) -> str:
    """Returns why the rows of these collections can't be matched, "" if they can."""
    one, other = (side.selection().primary for side in (a, b))
    if (one.name, one.data_type) != (other.name, other.data_type):
        return "their primary fields are not the same"
    if (one.autoID or other.autoID) and counts[0] != counts[1]:
        return "their numbers differ, and the server generates the keys"
    return ""


class _Comparison:
    """Compares all rows in key order; for a sample, all keys and the values of some rows.

    Where the server generates the keys, it compares the contents of all rows without them.
    """

    def __init__(self, session: Session, a: Side, b: Side, depth: Depth, found: RowDifferences) -> None:
        self._session = session
        self._sides = (a, b)
        self._depth = depth
        self._found = found
        self._selections = (a.selection(), b.selection())
        self._schemas = Schemas(*(each.schema for each in self._selections))
        self._fields = self._schemas.common_fields()
        self._generated = {each.primary.name for each in self._selections if each.primary.autoID}
        self._seen = 0

    @property
    def uncompared(self) -> list[str]:
        generated = [f"{name} (the server generates the keys)" for name in self._generated]
        return [*self._schemas.uncompared(), *generated]

    def run(self, total: int) -> None:
        """`total` is the number of rows of both sides together."""
        started = time.monotonic()
        with Progress(self._session.console, "Comparing", quiet=self._session.quiet) as bar:
            for _ in self._steps(total):
                rate = self._seen / max(time.monotonic() - started, 0.001)
                bar.show(
                    min(self._seen / total, 1.0) if total else None,
                    f"{self._seen:,} of {total:,} rows, {rate:,.0f} rows/s",
                )

    def _steps(self, total: int) -> Iterator[None]:
        if self._generated:
            return self._without_keys()
        return self._whole() if self._depth.rows == ALL_ROWS else self._sampled(total // 2)

    def _without_keys(self) -> Iterator[None]:
        fields = [each for each in self._fields if each not in self._generated]
        digests = []
        for side in self._sides:
            contents = Contents(self._schemas.a, fields)
            for page in Cursor(side.client, side.selection(fields)).pages():
                contents.add(page)
                self._seen += len(page.keys)
                yield
            digests.append(contents.digest)
        self._found.compared = self._seen // 2
        if digests[0] != digests[1]:
            self._found.add([Difference("digest of the rows without their keys", *digests)])

    def _whole(self) -> Iterator[None]:
        for run in self._runs(self._fields):
            self._take_lonely(run)
            self._take_values(run)
            yield

    def _sampled(self, total: int) -> Iterator[None]:
        """Compares every n-th row of those with a key on both sides, so that the sample is spread over all keys."""
        step = max(1, total // self._depth.sample)
        keys: list[Any] = []
        position = 0
        for run in self._runs([self._selections[0].primary.name]):
            self._take_lonely(run)
            if run.a is not None and run.b is not None:
                keys += run.a.keys[-position % step :: step]
                position += len(run.a)
            while len(keys) >= FETCHED_AT_ONCE:
                self._take_fetched(keys[:FETCHED_AT_ONCE])
                keys = keys[FETCHED_AT_ONCE:]
            yield
        self._take_fetched(keys)

    def _runs(self, fields: Sequence[str]) -> Iterator[Run]:
        a, b = (Cursor(side.client, side.selection(fields)).pages() for side in self._sides)
        for run in merged(a, b):
            self._seen += len(run.a or ()) + len(run.b or ())
            yield run

    def _take_lonely(self, run: Run) -> None:
        """Adds rows that only one side has."""
        if run.b is None and run.a is not None:
            for key in run.a.keys:
                self._found.only_a += 1
                self._found.add([Difference(f"row {dump_json(key)}", THERE, None, key)])
        elif run.a is None and run.b is not None:
            for key in run.b.keys:
                self._found.only_b += 1
                self._found.add([Difference(f"row {dump_json(key)}", None, THERE, key)])

    def _take_fetched(self, keys: Sequence[Any]) -> None:
        if not keys:
            return
        a, b = (Cursor(side.client, with_keys(side.selection(self._fields), keys)).pages() for side in self._sides)
        for run in merged(a, b):
            self._take_values(run)

    def _take_values(self, run: Run) -> None:
        """Adds rows that both sides have, and that differ."""
        if run.a is None or run.b is None:
            return
        self._found.compared += len(run.a)
        for row, different in self._schemas.differences(run, self._fields).items():
            self._found.differing += 1
            key = run.a.keys[row]
            self._found.add(
                [
                    Difference(f"row {dump_json(key)}: {each.field}", each.a, each.b, key, each.field)
                    for each in different
                ]
            )


def _comparison_report(
    sides: tuple[Side, Side],
    counts: tuple[int | None, int | None],
    differences: Sequence[Difference],
    left_out: Sequence[str],
    *,
    found: RowDifferences | None,
    known: bool,
) -> Report:
    """`same` is None (unknown) if no difference was found but a schema has parts that this client does not `know`."""
    same: bool | None = not differences and (found is None or found.total == 0)
    if same and not known:
        same = None
    values = {
        "a": str(sides[0]),
        "b": str(sides[1]),
        "same": same,
        "rows_a": counts[0],
        "rows_b": counts[1],
        "compared": found and found.compared,
        "differing": found and found.differing,
        "only_in_a": found and found.only_a,
        "only_in_b": found and found.only_b,
        "not_compared": list(left_out),
    }
    rows = [(each.what, *shortened(each.a, each.b)) for each in differences]
    items = [
        {"what": each.what, "key": each.key, "field": each.field, "a": each.a, "b": each.b} for each in differences
    ]
    roles = {"a": "removed", "b": "added"}
    table = Table(("what", "a", "b"), rows, _note(found) if found else "", roles=roles)
    return Report(values, [Section("differences", table, items)], 0 if same else 1)


def _note(found: RowDifferences) -> str:
    """Returns the note about differences beyond the limit."""
    words = "1 more row differs" if found.unlisted == 1 else f"{found.unlisted:,} more rows differ"
    return f"{words}: use --limit {found.total} to see all" if found.unlisted else ""
