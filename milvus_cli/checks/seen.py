"""What was seen of each vector, in a temporary database: memory stays bounded, and the file is gone at the end."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any

TABLE = "CREATE TABLE seen (digest BLOB, norm REAL, key)"
DOUBLES = "SELECT digest FROM seen GROUP BY digest HAVING count(*) > 1"
COPIES = f"SELECT count(*), count(DISTINCT digest) FROM seen WHERE digest IN ({DOUBLES})"
FIRST_GROUPS = "SELECT min(key) AS first, digest FROM seen GROUP BY digest HAVING count(*) > 1 ORDER BY first LIMIT ?"


class Seen:
    """`with Seen() as seen:` digests, norms (None for what has none) and keys; SQLite's own sorting does the rest."""

    def __enter__(self) -> Seen:
        # Without a name it is a file of its own that SQLite spills to, and nobody else sees.
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute(TABLE)
        self._connection.execute("BEGIN")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def add(self, rows: Iterable[tuple[bytes, float | None, int | str]]) -> None:
        self._connection.executemany("INSERT INTO seen VALUES (?, ?, ?)", rows)

    def seal(self) -> None:
        """Before anything is asked."""
        self._connection.execute("CREATE INDEX by_digest ON seen (digest)")
        self._connection.execute("CREATE INDEX by_norm ON seen (norm)")

    def doubles(self) -> int:
        """Vectors that are equal to another one, less the first of each."""
        copies, groups = self._one(COPIES)
        return int(copies) - int(groups)

    def groups(self, count: int) -> list[list[Any]]:
        """Keys of equal vectors, some of each group, of the first groups by their lowest key."""
        query = "SELECT key FROM seen WHERE digest = ? ORDER BY key LIMIT ?"
        found = self._connection.execute(FIRST_GROUPS, (count,)).fetchall()
        return [[key for (key,) in self._connection.execute(query, (digest, count))] for _, digest in found]

    def norms(self, fractions: Sequence[float]) -> list[float | None]:
        """The norm that so much of all vectors do not exceed, each; None where there is none."""
        (count,) = self._one("SELECT count(norm) FROM seen")
        query = "SELECT norm FROM seen WHERE norm IS NOT NULL ORDER BY norm LIMIT 1 OFFSET ?"
        return [self._one(query, round(each * (count - 1)))[0] if count else None for each in fractions]

    def mean(self) -> float | None:
        found: float | None = self._one("SELECT avg(norm) FROM seen")[0]
        return found

    def _one(self, query: str, *values: Any) -> tuple[Any, ...]:
        found: tuple[Any, ...] = self._connection.execute(query, values).fetchone()
        return found
