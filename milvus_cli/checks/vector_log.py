"""Records each vector's digest and norm in a temporary database: memory is bounded, and the file is deleted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any

from .directions import Cosines, same_directions

TABLE = "CREATE TABLE seen (digest BLOB, norm REAL, key)"
DIRECTIONS = "CREATE TABLE directions (seen INTEGER PRIMARY KEY, a REAL, b REAL, c REAL, d REAL)"
ORDERED = "SELECT seen, digest, a, b, c, d FROM directions JOIN seen ON seen.rowid = directions.seen ORDER BY a"
DOUBLES = "SELECT digest FROM seen GROUP BY digest HAVING count(*) > 1"
COPIES = f"SELECT count(*), count(DISTINCT digest) FROM seen WHERE digest IN ({DOUBLES})"
FIRST_GROUPS = "SELECT min(key) AS first, digest FROM seen GROUP BY digest HAVING count(*) > 1 ORDER BY first LIMIT ?"


class VectorLog:
    """`with VectorLog() as log:` takes digests, norms (None if not finite) and keys; SQLite does the sorting."""

    def __enter__(self) -> VectorLog:
        # An empty name is a private temporary database, which SQLite spills to disk.
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute(TABLE)
        self._connection.execute(DIRECTIONS)
        self._connection.execute("BEGIN")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def add(self, rows: Iterable[tuple[bytes, float | None, int | str]]) -> None:
        self._connection.executemany("INSERT INTO seen VALUES (?, ?, ?)", rows)

    def add_directions(self, cosines: Iterable[Cosines | None]) -> None:
        """Takes the cosines of the rows that were added last, None for vectors without a direction."""
        found = list(cosines)
        first = int(self._one("SELECT coalesce(max(rowid), 0) FROM seen")[0]) - len(found) + 1
        rows = [(first + number, *each) for number, each in enumerate(found) if each is not None]
        self._connection.executemany("INSERT INTO directions VALUES (?, ?, ?, ?, ?)", rows)

    def seal(self) -> None:
        """Makes vectors of the same direction equal, and builds the indexes, before the first query."""
        rows = ((number, digest, each) for number, digest, *each in self._connection.execute(ORDERED))
        same = [(digest, number) for number, digest in same_directions(rows)]
        self._connection.executemany("UPDATE seen SET digest = ? WHERE rowid = ?", same)
        self._connection.execute("CREATE INDEX by_digest ON seen (digest)")
        self._connection.execute("CREATE INDEX by_norm ON seen (norm)")

    def doubles(self) -> int:
        """Returns the number of vectors equal to another one, not counting the first of each group."""
        copies, groups = self._one(COPIES)
        return int(copies) - int(groups)

    def groups(self, count: int) -> list[list[Any]]:
        """Returns up to `count` keys of each of the first `count` groups of equal vectors, ordered by lowest key."""
        query = "SELECT key FROM seen WHERE digest = ? ORDER BY key LIMIT ?"
        found = self._connection.execute(FIRST_GROUPS, (count,)).fetchall()
        return [[key for (key,) in self._connection.execute(query, (digest, count))] for _, digest in found]

    def norms(self, fractions: Sequence[float]) -> list[float | None]:
        """Returns, for each fraction, the norm that this share of vectors does not exceed; None if there is none."""
        (count,) = self._one("SELECT count(norm) FROM seen")
        query = "SELECT norm FROM seen WHERE norm IS NOT NULL ORDER BY norm LIMIT 1 OFFSET ?"
        return [self._one(query, round(each * (count - 1)))[0] if count else None for each in fractions]

    def mean(self) -> float | None:
        found: float | None = self._one("SELECT avg(norm) FROM seen")[0]
        return found

    def _one(self, query: str, *values: Any) -> tuple[Any, ...]:
        found: tuple[Any, ...] = self._connection.execute(query, values).fetchone()
        return found
