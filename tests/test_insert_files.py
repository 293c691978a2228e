"""Rows go from files into collections of real servers, and what does not fit is told."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Run
from tests.support.typed import Typed, failed

ALL = (
    "-f id:INT64 -f b:BOOL -f i8:INT8 -f i16:INT16 -f i32:INT32 -f f:FLOAT -f d:DOUBLE -f t:VARCHAR:100 -f j:JSON "
    "-f a:ARRAY:INT64:8 -f at:ARRAY:VARCHAR:8:8 -f v:FLOAT_VECTOR:3 -p id"
)


def without_speed(run: Run) -> Run:
    """How fast it was is told when it took long."""
    return Run(run.code, run.out, re.sub(r"[\d.]+ s: [\d,]+ rows/s, [\d.,]+ MB/s\n", "", run.err))


def rows_of(typed: Typed, name: str) -> list[dict[str, Any]]:
    """All rows, as pymilvus reads them, by their keys."""
    from tests.support.official import official_client

    client = official_client(typed.server.uri)
    try:
        rows = client.query(name, "id > -9223372036854775808", output_fields=["*"], consistency_level="Strong")
        return sorted((dict(row) for row in rows), key=lambda row: int(row["id"]))
    finally:
        client.close()


@pytest.fixture
def fresh(typed: Typed, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Files are written to, and named in, the current directory; collections begin with `in_`."""
    monkeypatch.chdir(tmp_path)
    return typed


def make_books(typed: Typed, name: str) -> None:
    typed.make(name, index=True)
    typed.all(f"load collection -c {name}")


def test_insert_file_tells_rows_and_counts(fresh: Typed) -> None:
    make_books(fresh, "in_books")
    Path("books.csv").write_text(
        'id,title,vector\n1,Emma,"[0.1, 0.2, 0.3, 0.4]"\n2,Persuasion,"[0.4, 0.3, 0.2, 0.1]"\n'
    )
    said = "Inserted 2 of 2 rows into 'in_books', which had 0 and has 2.\n"
    assert without_speed(fresh("insert file -c in_books books.csv")) == Run(0, said, "")
    made = fresh.json("upsert file -c in_books books.csv -q")
    assert made == {
        "message": "Upserted 2 of 2 rows into 'in_books', which had 2 and has 2.", "collection": "in_books",
        "read": 2, "inserted": 2, "rejected": 0, "before": 2, "after": 2,
    }  # fmt: skip
    fresh.gone("in_books")
