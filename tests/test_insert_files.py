"""Rows go from files into collections of real servers, and what does not fit is told."""

import csv
import json
import re
import struct
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Run
from tests.support.typed import Typed

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
        rows = client.query(name, "i8 > -1000", output_fields=["*"], consistency_level="Strong")
        return sorted((dict(row) for row in rows), key=lambda row: int(row["id"]))
    finally:
        client.close()


@pytest.fixture
def fresh(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Files are written to, and named in, the current directory."""
    monkeypatch.chdir(tmp_path)
    return typed


@pytest.fixture(params=["with orjson", "without"])
def libraries(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without":
        for name in ("orjson", "numpy", "zstandard"):
            monkeypatch.setitem(sys.modules, name, None)


def make_all(typed: Typed, name: str) -> None:
    typed.gone(name)
    typed.all(f"create collection -c {name} {ALL} --dynamic", f"create index -c {name} -f v -t FLAT -m L2",
              f"load collection -c {name}")  # fmt: skip


def test_insert_file_tells_rows_and_counts(fresh: Typed) -> None:
    fresh.make("in_books", index=True)
    fresh.all("load collection -c in_books")
    Path("books.csv").write_text(
        'id,title,vector\n1,Emma,"[0.1, 0.2, 0.3, 0.4]"\n2,Persuasion,"[0.4, 0.3, 0.2, 0.1]"\n'
    )
    said = "Inserted 2 of 2 rows into 'in_books', which had 0 and has 2.\n"
    assert without_speed(fresh("import -c in_books books.csv")) == Run(0, said, "")
    made = fresh.json("upsert file -c in_books books.csv -q")
    assert made == {
        "message": "Upserted 2 of 2 rows into 'in_books', which had 2 and has 2.", "collection": "in_books",
        "read": 2, "inserted": 2, "rejected": 0, "before": 2, "after": 2,
    }  # fmt: skip
    fresh.gone("in_books")


VALUES: list[dict[str, Any]] = [
    {"id": -(2**63) + 1, "b": True, "i8": -128, "i16": -(2**15), "i32": -(2**31), "f": 0.1, "d": 0.1, "t": "",
     "j": {"a": [1, None, {"b": "ü漢🦅"}], "n": 2**63 - 1, "f": 1.5}, "a": [-(2**63), 2**63 - 1], "at": ["x", "ü,\"'"],
     "v": [0.1, -0.001, 1e-45]},
    {"id": 2**63 - 2, "b": False, "i8": 127, "i16": 2**15 - 1, "i32": 2**31 - 1, "f": 1e-45, "d": 1.7e308,
     "t": 'quotes " and "" and \', a\nline\r\nanother\rand\ttab, comma; 漢🦅', "j": {}, "a": [], "at": [],
     "v": [3.4028235e38, 2.0, 3.0]},
    {"id": 0, "b": True, "i8": 0, "i16": 0, "i32": 0, "f": -0.5, "d": -2.5e-300, "t": "nul\0 and , \"", "j": {"": ""},
     "a": [0], "at": ["", "a\nb"], "v": [1, 2, 3]},
]  # fmt: skip


def write_file(path: Path, kind: str, values: list[dict[str, Any]]) -> None:
    if kind in ("csv", "tsv"):
        rows = [{key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                 for key, value in row.items()} for row in values]  # fmt: skip
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(values[0]), delimiter="," if kind == "csv" else "\t")
            writer.writeheader()
            writer.writerows(rows)
    elif kind == "jsonl":
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in values))
    elif kind == "json":
        path.write_text(json.dumps(values, indent=1))
    elif kind == "rows.json":
        path.write_text(json.dumps({"version": 1, "rows": values, "rest": []}))
    elif kind == "parquet":
        import pyarrow
        import pyarrow.parquet

        table = pyarrow.Table.from_pylist([{**row, "j": json.dumps(row["j"])} for row in values])
        vectors = pyarrow.array([row["v"] for row in values], pyarrow.list_(pyarrow.float32()))
        pyarrow.parquet.write_table(table.set_column(table.schema.names.index("v"), "v", vectors), path)


def test_values_of_every_format_arrive_as_they_are(fresh: Typed, libraries: None) -> None:
    make_all(fresh, "in_all")
    for kind in ("csv", "tsv", "jsonl", "json", "rows.json", "parquet"):
        # The dynamic field tells which file a row is of.
        write_file(Path(f"all.{kind}"), kind, [{**row, "kind": kind} for row in VALUES])
        run = without_speed(fresh(f"upsert file -c in_all all.{kind}"))
        assert (run.code, run.err) == (0, ""), (kind, run)
        assert run.out.startswith("Upserted 3 of 3 rows into 'in_all'"), kind
        found = {row["id"]: row for row in rows_of(fresh, "in_all")}
        for row in VALUES:
            read = found[row["id"]]
            assert read["kind"] == kind
            assert {key: read[key] for key in row if key not in ("f", "v")} == {
                key: value for key, value in row.items() if key not in ("f", "v")
            }, kind
            assert struct.pack("<4f", read["f"], *read["v"]) == struct.pack("<4f", row["f"], *row["v"]), kind
    fresh.gone("in_all")
