"""Files that pandas, Polars, DuckDB and Hugging Face's datasets have written go in, value by value."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.typed import Typed

FOLDER = Path(__file__).parent / "written_by_others"
FIELDS = {
    "id": "INT64",
    "title": "VARCHAR:99",
    "price": "DOUBLE",
    "n": "INT32",
    "ok": "BOOL",
    "at": "VARCHAR:99",
    "money": "VARCHAR:9",
    "tag": "VARCHAR:9",
    "tags": "ARRAY:VARCHAR:8:9",
    "meta": "JSON",
    "vector": "FLOAT_VECTOR:4",
}
NULLABLE = [name for name in FIELDS if name not in ("id", "vector")]
ROWS: list[dict[str, Any]] = [
    {
        "id": 1,
        "title": 'Änne 漢🦅, "quoted"\nline',
        "price": 1.5,
        "n": 7,
        "ok": True,
        "at": "2024-01-02T03:04:05",
        "money": "1.50",
        "tag": "new",
        "tags": ["a", "ü,b"],
        "meta": {"k": {"deep": [1, None]}, "s": "x"},
        "vector": [0.1, 0.2, 0.3, 0.4],
    },
    {
        **dict.fromkeys(NULLABLE),
        "id": 2,
        "tag": "old",
        "tags": [],
        "meta": {"k": {"deep": []}, "s": None},
        "vector": [0.5, -1.0, 1e-8, 4.0],
    },
]


@dataclass(frozen=True)
class Written:
    """Peculiarities of a file: the moment as text, columns without the type of their field, columns of no field, notes.

    `note` is told of the file, `told` without its name.
    """

    at: str = "2024-01-02T03:04:05"
    without: tuple[str, ...] = ()
    more: bool = False
    note: str = ""
    told: str = ""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows that a collection then has."""
        first = {**ROWS[0], "at": self.at}
        return [{**row, **dict.fromkeys(self.without)} for row in (first, ROWS[1])]


SPACED = "2024-01-02 03:04:05"
INDEX = "column '__index_level_0__' is the index of pandas: left out"
OWN = "column 'tag' is in the files and in their paths: the values in the paths are left out"
FILES = {
    "pandas.csv": Written(SPACED),
    "pandas_numpy.csv": Written(SPACED),
    "pandas_index.tsv": Written(SPACED, note="column 1 has no name: left out"),
    # Without date_format="iso" pandas writes milliseconds.
    "pandas.json": Written(without=("at",)),
    "pandas.jsonl": Written("2024-01-02T03:04:05.000"),
    "pandas.feather": Written(),
    "pandas_index.parquet": Written(note=INDEX),
    "polars.csv": Written("2024-01-02T03:04:05.000000"),
    "polars.ndjson": Written(SPACED),
    "polars.parquet": Written(),
    "polars_parts": Written(told=OWN),
    "polars.arrow": Written(),
    "polars_zstd.ipc": Written(),
    "polars.arrows": Written(),
    # DuckDB has a notation of its own for lists and structs in CSV, and writes decimals as JSON's numbers.
    "duckdb.csv": Written(SPACED, without=("tags", "meta"), more=True),
    "duckdb.json": Written(SPACED, without=("money",), more=True),
    "duckdb_array.json": Written(SPACED, without=("money",), more=True),
    "duckdb_zstd.parquet": Written(more=True),
    "duckdb_parts": Written(more=True),
    # A ClassLabel is a number; to_csv writes repr of NumPy's arrays, and to_json milliseconds.
    "datasets.csv": Written(SPACED, without=("tag", "meta", "money")),
    "datasets.jsonl": Written(without=("at", "tag", "money")),
    "datasets.parquet": Written(without=("tag",)),
    "datasets_saved": Written(without=("tag",)),
}


@pytest.fixture
def books(cli: Cli, lite: LiteServer, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """An empty collection whose fields are nullable; the files are in the current directory."""
    monkeypatch.chdir(FOLDER)
    typed = Typed(cli, lite)
    typed.gone("others")
    fields = " ".join(f"-f {name}:{kind}" for name, kind in FIELDS.items())
    nullable = " ".join(f"--nullable {name}" for name in NULLABLE)
    typed.all(
        f"create collection -c others {fields} {nullable} -p id --index vector:FLAT:L2", "load collection -c others"
    )
    return typed


def test_every_file_has_a_line_in_the_table() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {*FILES, "README.md"}
    assert max(path.stat().st_size for path in FOLDER.rglob("*")) < 10_000


@pytest.mark.parametrize("name", FILES)
def test_rows_of_other_programs_go_in(books: Typed, name: str) -> None:
    written = FILES[name]
    options = "".join(f" --map {column}=" for column in written.without) + " --ignore-unknown" * written.more
    assert books(f"insert file -c others {name}{options}") == Run(
        0,
        "Inserted 2 of 2 rows into 'others', which had 0 and has 2.\n",
        f"{name}: {written.note}\n" if written.note else f"{written.told}\n" if written.told else "",
    )
    assert sorted(books.json("query -c others"), key=lambda row: int(row["id"])) == written.rows


@pytest.mark.parametrize("name", FILES)
def test_a_collection_is_made_of_the_files_of_other_programs(books: Typed, name: str) -> None:
    books.gone("others")
    run = books(f"create collection others --from {name}")
    assert (run.code, run.out) == (0, "Inserted 2 of 2 rows into 'others', which had 0 and has 2.\n")
    rows = sorted(books.json("query -c others"), key=lambda row: int(row["id"]))
    assert [(row["title"], row["vector"]) for row in rows] == [(row["title"], row["vector"]) for row in ROWS]
    assert "__index_level_0__" not in rows[0]


def test_lists_and_objects_that_python_prints_make_fields_of_their_type(books: Typed) -> None:
    run = books("create collection others --from pandas.csv --dry-run")
    assert run.code == 0
    assert " -f tags:ARRAY:VARCHAR:256:16 -f meta:JSON " in run.out


@pytest.mark.parametrize("name", [name for name, written in FILES.items() if written.without])
def test_values_of_another_type_are_rejected_with_their_column(books: Typed, name: str) -> None:
    run = books(f"insert file -c others {name} --ignore-unknown")
    assert run.code == 5
    columns = {line.split("column ")[1].split("'")[1] for line in run.err.splitlines() if ", column " in line}
    assert columns <= set(FILES[name].without)


def test_lists_and_objects_of_duckdb_in_csv_are_refused_with_what_to_write(books: Typed) -> None:
    run = books("insert file -c others duckdb.csv --ignore-unknown --map meta=")
    reason = "texts in it need double quotes, as in JSON (DuckDB: to_json(COLUMN))"
    assert run.err.splitlines()[0] == f"duckdb.csv, line 2, column 'tags': invalid ARRAY value \"[a, 'ü,b']\": {reason}"
    run = books("upsert file -c others duckdb.csv --ignore-unknown --map tags=")
    assert re.search(f'invalid JSON value ".*": {re.escape(reason)}$', run.err.splitlines()[0])
