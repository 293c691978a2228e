"""Rows of files are inserted into collections of real servers, and rows that don't fit are reported."""

import csv
import json
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from milvus_cli.client.wire.schema_pb2 import CollectionSchema
from milvus_cli.schema.declaration import Declaration, declared
from milvus_cli.transfer.fake import Recipe, fake_chunks
from milvus_cli.values.encode import encode_columns
from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.terminal import Terminal
from tests.support.typed import Typed, failed

ALL = (
    "-f id:INT64 -f b:BOOL -f i8:INT8 -f i16:INT16 -f i32:INT32 -f f:FLOAT -f d:DOUBLE -f t:VARCHAR:100 -f j:JSON "
    "-f a:ARRAY:INT64:8 -f at:ARRAY:VARCHAR:8:8 -f v:FLOAT_VECTOR:3 -p id"
)


def rows_of(typed: Typed, name: str, expression: str = "i8 > -1000") -> list[dict[str, Any]]:
    """All rows by key, as pymilvus reads them."""
    from tests.support.official import official_client

    client = official_client(typed.server.uri)
    try:
        rows = client.query(name, expression, output_fields=["*"], consistency_level="Strong")
        return sorted((dict(row) for row in rows), key=lambda row: int(row["id"]))
    finally:
        client.close()


@pytest.fixture
def typed_in_tmp(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Commands on each kind of server in turn; the current directory is empty."""
    monkeypatch.chdir(tmp_path)
    return typed


@pytest.fixture(params=["with orjson", "without"])
def optional_libraries(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without the libraries that only make things faster."""
    if request.param == "without":
        for name in ("orjson", "numpy", "zstandard"):
            monkeypatch.setitem(sys.modules, name, None)


def make_all(typed: Typed, name: str) -> None:
    typed.gone(name)
    typed.all(
        f"create collection -c {name} {ALL} --dynamic",
        f"create index -c {name} -f v -t FLAT -m L2",
        f"load collection -c {name}",
    )


def test_insert_file_tells_rows_and_counts(typed_in_tmp: Typed) -> None:
    typed_in_tmp.make("in_books", index=True)
    typed_in_tmp.all("load collection -c in_books")
    Path("books.csv").write_text(
        'id,title,vector\n1,Emma,"[0.1, 0.2, 0.3, 0.4]"\n2,Persuasion,"[0.4, 0.3, 0.2, 0.1]"\n'
    )
    said = "Inserted 2 of 2 rows into 'in_books', which had 0 and has 2.\n"
    assert typed_in_tmp("import -c in_books books.csv") == Run(0, said, "")
    made = typed_in_tmp.json("upsert file -c in_books books.csv -q")
    assert made == {
        "message": "Upserted 2 of 2 rows into 'in_books', which had 2 and has 2.",
        "collection": "in_books",
        "read": 2,
        "inserted": 2,
        "rejected": 0,
        "before": 2,
        "after": 2,
    }
    typed_in_tmp.gone("in_books")


VALUES: list[dict[str, Any]] = [
    {
        "id": -(2**63) + 1,
        "b": True,
        "i8": -128,
        "i16": -(2**15),
        "i32": -(2**31),
        "f": 0.1,
        "d": 0.1,
        "t": "",
        "j": {"a": [1, None, {"b": "ü漢🦅"}], "n": 2**63 - 1, "f": 1.5},
        "a": [-(2**63), 2**63 - 1],
        "at": ["x", "ü,\"'"],
        "v": [0.1, -0.001, 1e-45],
    },
    {
        "id": 2**63 - 2,
        "b": False,
        "i8": 127,
        "i16": 2**15 - 1,
        "i32": 2**31 - 1,
        "f": 1e-45,
        "d": 1.7e308,
        "t": 'quotes " and "" and \', a\nline\r\nanother\rand\ttab, comma; 漢🦅',
        "j": {},
        "a": [],
        "at": [],
        "v": [3.4028235e38, 2.0, 3.0],
    },
    {
        "id": 0,
        "b": True,
        "i8": 0,
        "i16": 0,
        "i32": 0,
        "f": -0.5,
        "d": -2.5e-300,
        "t": 'nul\0 and , "',
        "j": {"": ""},
        "a": [0],
        "at": ["", "a\nb"],
        "v": [1, 2, 3],
    },
]


def write_file(path: Path, kind: str, values: list[dict[str, Any]]) -> None:
    if kind in ("csv", "tsv"):
        rows = [
            {
                key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                for key, value in row.items()
            }
            for row in values
        ]
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


def test_values_of_every_format_arrive_as_they_are(typed_in_tmp: Typed, optional_libraries: None) -> None:
    make_all(typed_in_tmp, "in_all")
    for kind in ("csv", "tsv", "jsonl", "json", "rows.json", "parquet"):
        # The dynamic field identifies the file of a row.
        write_file(Path(f"all.{kind}"), kind, [{**row, "kind": kind} for row in VALUES])
        types = "--types kind=VARCHAR" if kind in ("csv", "tsv") else ""
        run = typed_in_tmp(f"upsert file -c in_all all.{kind} {types}")
        assert (run.code, run.err) == (0, ""), (kind, run)
        assert run.out.startswith("Upserted 3 of 3 rows into 'in_all'"), kind

        found = {row["id"]: row for row in rows_of(typed_in_tmp, "in_all")}
        for row in VALUES:
            read = found[row["id"]]
            assert read["kind"] == kind
            assert {key: read[key] for key in row if key not in ("f", "v")} == {
                key: value for key, value in row.items() if key not in ("f", "v")
            }, kind
            assert struct.pack("<4f", read["f"], *read["v"]) == struct.pack("<4f", row["f"], *row["v"]), kind
    typed_in_tmp.gone("in_all")


@pytest.fixture
def lite_in_tmp(cli: Cli, lite: LiteServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Commands on Milvus Lite; the current directory is empty."""
    monkeypatch.chdir(tmp_path)
    return Typed(cli, lite)


PLAIN = "create collection -c {name} -f id:INT64 -f t:VARCHAR:5 -f v:FLOAT_VECTOR:2 -p id"


def test_rows_that_do_not_fit_are_reported_and_kept_and_the_others_inserted(lite_in_tmp: Typed) -> None:
    lite_in_tmp.gone("in_bad")
    lite_in_tmp.all(
        PLAIN.format(name="in_bad"), "create index -c in_bad -f v -t FLAT -m L2", "load collection -c in_bad"
    )
    Path("bad.csv").write_text(
        'id,t,v\n1,a,1 2\n\nx,"b\nc",1 2\n3,c\n4,toolong,1 2\n5,"a"b,1 2\n6,d,1;x\n7,e,[1]\n8,f,[1;2]\n'
    )
    columns = ["id", "t", "v"]
    told: list[tuple[int, str | None, str, Any]] = [
        (4, "id", "invalid INT64 value 'x'", {"id": "x", "t": "b\nc", "v": "1 2"}),
        (6, None, "expected 3 cells, got 2", ["3", "c"]),
        (7, "t", "7 characters are more than its max_length 5", {"id": "4", "t": "toolong", "v": "1 2"}),
        (8, None, "',' expected after '\"'", '5,"a"b,1 2'),
        (9, "v", "invalid FLOAT_VECTOR value '1;x'", {"id": "6", "t": "d", "v": "1;x"}),
        (10, "v", "'v' takes a list of 2 numbers, not 1 numbers", {"id": "7", "t": "e", "v": "[1]"}),
        (11, "v", "invalid FLOAT_VECTOR value '[1;2]'", {"id": "8", "t": "f", "v": "[1;2]"}),
    ]
    lines = "".join(
        f"bad.csv, line {line}{f', column {column!r}' if column else ''}: {reason}\n"
        for line, column, reason, _ in told
    )
    run = lite_in_tmp("insert file -c in_bad bad.csv --rejects rejects.jsonl")
    said = "error: Inserted 1 of 8 rows into 'in_bad', which had 0 and has 1; 7 rejected\n"
    assert run == Run(5, "", f"{lines}{said}hint: rejects.jsonl has them\n")
    assert [json.loads(line) for line in Path("rejects.jsonl").read_text().splitlines()] == [
        {"file": "bad.csv", "line": line, "column": column, "reason": reason, "delimiter": ",", "row": row}
        | ({} if isinstance(row, dict) else {"columns": columns})
        for line, column, reason, row in told
    ]
    assert lite_in_tmp("insert file -c in_bad bad.csv --strict") == failed(
        "bad.csv, line 4, column 'id': invalid INT64 value 'x'", "leave out --strict to insert the valid rows"
    )
    lite_in_tmp.gone("in_bad")


def test_columns_are_checked_before_any_row(lite_in_tmp: Typed) -> None:
    lite_in_tmp.gone("in_columns")
    lite_in_tmp.all(PLAIN.format(name="in_columns"))
    Path("x.csv").write_text("id,title,v\n1,a,1 2\n")
    columns = "columns: id, title, v; --map COLUMN=FIELD"
    insert = "insert file -c in_columns x.csv"
    assert lite_in_tmp(insert) == failed("x.csv: in_columns has no field 'title'", "--map title=t", code=2)
    assert lite_in_tmp(f"{insert} --ignore-unknown") == failed("x.csv has no column for 't'", columns, code=2)
    assert lite_in_tmp(f"{insert} --map titel=t") == failed(
        "x.csv has no column 'titel'", "did you mean title?", code=2
    )
    assert lite_in_tmp(f"{insert} --map title=t").out.startswith("Inserted 1 of 1 rows into 'in_columns'")
    lite_in_tmp.gone("in_columns")


def test_a_missing_file_and_one_of_unknown_format_are_refused(lite_in_tmp: Typed) -> None:
    lite_in_tmp.gone("in_columns")
    lite_in_tmp.all(PLAIN.format(name="in_columns"))
    Path("x.csv").write_text("id,t,v\n1,a,1 2\n")
    assert lite_in_tmp("insert file -c in_columns nosuch.csv") == failed("file nosuch.csv not found", code=2)
    assert lite_in_tmp("insert file -c in_columns x.csv x.txt").code == 2

    Path("x.txt").write_text("")
    known = "give --format: csv, tsv, json, jsonl, parquet, arrow, npy, npz"
    assert lite_in_tmp("insert file -c in_columns x.txt") == failed("x.txt: unknown file format", known, code=2)
    Path("x.xlsx").write_text("")
    hint = "save the sheet as CSV UTF-8"
    assert lite_in_tmp("show file x.xlsx") == failed("x.xlsx: unknown file format", hint, code=2)
    lite_in_tmp.gone("in_columns")


def test_empty_cells_are_nulls_and_defaults_and_quotes_make_them_text(lite_in_tmp: Typed) -> None:
    lite_in_tmp.gone("in_nulls")
    fields = "-f id:INT64 -f t:VARCHAR:5 -f n:INT64 -f w:VARCHAR:5 -f v:FLOAT_VECTOR:2 -p id"
    lite_in_tmp.all(
        f"create collection -c in_nulls {fields} --nullable t --default n=7",
        "create index -c in_nulls -f v -t FLAT -m L2",
        "load collection -c in_nulls",
    )
    Path("nulls.csv").write_text('id,t,n,w,v\n1,,,,1 2\n2,"",3,"",1 2\n3,"a"",""",,x,1 2\n')
    Path("nulls.jsonl").write_text(
        '{"id": 4, "t": null, "w": "", "v": [1, 2]}\n{"id": 5, "n": 1, "w": "", "v": [1, 2]}\n'
    )
    run = lite_in_tmp("insert file -c in_nulls nulls.csv nulls.jsonl")
    assert run == Run(0, "Inserted 5 of 5 rows into 'in_nulls', which had 0 and has 5.\n", "")
    found = [(row["id"], row["t"], row["n"], row["w"]) for row in rows_of(lite_in_tmp, "in_nulls", "id > 0")]
    assert found == [(1, None, 7, ""), (2, "", 3, ""), (3, 'a","', 7, "x"), (4, None, 7, ""), (5, None, 1, "")]
    lite_in_tmp.gone("in_nulls")


@pytest.fixture
def empty_in_places(lite_in_tmp: Typed) -> Iterator[Typed]:
    """With a loaded collection `in_places` on Milvus Lite that has no rows."""
    lite_in_tmp.gone("in_places")
    lite_in_tmp.all(
        "create collection -c in_places -f id:INT64 -f v:FLOAT_VECTOR:2 -p id",
        "create index -c in_places -f v -t FLAT -m L2",
        "load collection -c in_places",
    )
    yield lite_in_tmp
    lite_in_tmp.gone("in_places")


def test_a_zstandard_file_that_is_cut_off_is_an_error(empty_in_places: Typed) -> None:
    import zstandard

    Path("3.csv.zst").write_bytes(zstandard.compress(b"id,v\n1,1 0.5\n")[:-3])
    assert empty_in_places("insert file -c in_places 3.csv.zst") == failed(
        "3.csv.zst is cut off or broken: the last frame has no end"
    )


def test_rows_that_only_the_server_refuses_are_found_one_by_one(cli: Cli, milvus: MilvusServer, tmp_path: Path) -> None:
    typed = Typed(cli, milvus)
    typed.gone("in_refused")
    typed.all(PLAIN.format(name="in_refused"))
    rows = tmp_path / "rows.jsonl"
    rows.write_text(
        "".join(
            json.dumps({"id": number, "t": "漢漢漢" if number == 37 else "a", "v": [1, 2]}) + "\n"
            for number in range(100)
        )
    )
    run = typed(f"insert file -c in_refused {rows}")
    assert (run.code, run.out) == (5, "")
    assert run.err.startswith(f"{rows}, line 38, column 't': too long: 9 bytes in UTF-8, max_length is ")
    assert run.err.endswith(
        "error: Inserted 99 of 100 rows into 'in_refused'; 1 rejected\nhint: --rejects FILE keeps them\n"
    )
    typed.gone("in_refused")


def test_insert_fake_makes_rows_of_every_type(typed_in_tmp: Typed) -> None:
    make_all(typed_in_tmp, "in_fake")
    run = typed_in_tmp("insert fake in_fake -n 500 --clusters 3")
    assert run == Run(0, "Inserted 500 of 500 rows into 'in_fake', which had 0 and has 500.\n", "")
    first = rows_of(typed_in_tmp, "in_fake")
    assert [row["id"] for row in first] == list(range(1, 501))
    assert len({tuple(row["v"]) for row in first}) == 500
    typed_in_tmp.gone("in_fake")


def test_fake_rows_are_the_same_for_the_same_seed() -> None:
    again = [chunk.columns for chunk in fake_chunks(fake_schema(), Recipe(500, clusters=3))]
    assert again == [chunk.columns for chunk in fake_chunks(fake_schema(), Recipe(500, clusters=3))]
    assert again != [chunk.columns for chunk in fake_chunks(fake_schema(), Recipe(500, clusters=3, seed=2))]


STRUCT = json.dumps(
    {
        "name": "c",
        "type": "ARRAY",
        "element_type": "STRUCT",
        "max_capacity": 3,
        "fields": [
            {"name": "t", "type": "VARCHAR"},
            {"name": "v", "type": "FLOAT_VECTOR", "dim": 2},
            {"name": "b", "type": "BOOL"},
            {"name": "d", "type": "DOUBLE"},
        ],
    }
)


def fake_schema() -> CollectionSchema:
    fields = (
        "id:INT64",
        "t:VARCHAR:9",
        "v:FLOAT_VECTOR:3",
        "b:BINARY_VECTOR:16",
        "h:FLOAT16_VECTOR:2",
        "bf:BFLOAT16_VECTOR:2",
        "i:INT8_VECTOR:2",
        "s:SPARSE_FLOAT_VECTOR",
        "g:GEOMETRY",
        "tz:TIMESTAMPTZ",
        "x:TEXT",
        STRUCT,
    )
    schema = declared(Declaration("book", fields, primary="id")).schema
    for chunk in fake_chunks(schema, Recipe(10)):
        assert len(encode_columns(chunk.columns, 10, schema)) == len(fields)
    return schema


def test_a_row_is_asked_for_field_by_field(cli: Cli, lite: LiteServer, terminal: Callable[..., Terminal]) -> None:
    typed = Typed(cli, lite)
    typed.gone("in_asked")
    typed.all(
        "create collection -c in_asked -f id:INT64 -f t:VARCHAR:5 -f v:FLOAT_VECTOR:2 -f g:GEOMETRY -f z:TIMESTAMPTZ "
        "-p id --nullable t --dynamic"
    )
    shell = terminal("insert", "row", "-c", "in_asked", cols=160, env={"MILVUS_URI": lite.uri})
    for question, answer in (
        ("Partition [_default]:", ""),
        ("id, INT64:", "x"),
        ("invalid INT64 value 'x'", ""),
        ("invalid INT64 value ''", "1"),
        ('t, VARCHAR(5), "" is an empty text [null]:', ""),
        ("v, FLOAT_VECTOR(2), numbers separated by commas:", "0.5, 2"),
        ("g, GEOMETRY, such as POINT (1 2):", "POINT (1"),
        ("expected a geometry in WKT such as POINT (1 2)", "POINT (1 2)"),
        ("z, TIMESTAMPTZ, such as 2026-01-31T12:00:00Z:", "2026-01-31 13:00+01:00"),
        ("[none]:", '{"a": 1}'),
    ):
        shell.wait_for(question, timeout=30)
        shell.send_line(answer)
    assert shell.wait_exit(30) == 0
    assert shell.text.splitlines()[-3:] == [
        "Equivalent command:",
        """insert row -c in_asked --row '{"id": 1, "v": [0.5, 2], "g": "POINT (1 2)", "z": "2026-01-31 13:00+01:00", """
        """"a": 1}'""",
        "Inserted 1 row into 'in_asked'.",
    ]
    assert typed("insert row -c in_asked") == failed("missing row", """--row '{"id": 1, …}'""", code=2)
    typed.gone("in_asked")


def test_keys_that_repeat_are_told_where_the_collection_grew_less(lite_in_tmp: Typed) -> None:
    lite_in_tmp.gone("twice")
    fields = "-f id:INT64 -f v:FLOAT_VECTOR:2"
    lite_in_tmp.all(f"create collection twice {fields} -p id --index v:FLAT:L2", "load twice")
    rows = [f'{{"id": {number % 3}, "v": [1, 2]}}\n' for number in range(5)]
    Path("rows.jsonl").write_text("".join(rows))
    Path("row.jsonl").write_text(rows[0])

    note = "note: 2 rows of 'twice' replaced other rows with their keys: Milvus Lite keeps one row for each key\n"
    line = "Inserted 5 of 5 rows into 'twice', which had 0 and has 3.\n"
    assert lite_in_tmp("insert file -c twice rows.jsonl") == Run(0, line, note)

    note = "note: 1 row of 'twice' replaced another row with its key: Milvus Lite keeps one row for each key\n"
    line = "Inserted 1 of 1 rows into 'twice', which had 3 and has 3.\n"
    assert lite_in_tmp("insert file -c twice row.jsonl") == Run(0, line, note)
    lite_in_tmp.gone("twice")


@pytest.mark.parametrize(
    ("file", "message", "hint"),
    [
        ("rows.jsonl", "rows.jsonl: the first rows have no 'name'", "--map title=name"),
        ("rows.csv", "rows.csv: renamed has no field 'title'", "--map title=name"),
        ("close.jsonl", "close.jsonl: the first rows have no 'name', 'v'", "--map names=name --map vv=v"),
        (
            "other.csv",
            "other.csv: renamed has no fields 'title', 'more'",
            "fields: id, name, v; --ignore-unknown leaves others out",
        ),
    ],
)
def test_columns_with_other_names_than_the_fields_are_one_error(
    typed_in_tmp: Typed, file: str, message: str, hint: str
) -> None:
    typed_in_tmp.gone("renamed")
    fields = "-f id:INT64 -f name:VARCHAR:9 -f v:FLOAT_VECTOR:2"
    typed_in_tmp.all(f"create collection renamed {fields} -p id --index v:FLAT:L2", "load renamed")
    Path("rows.jsonl").write_text('{"id": 1, "title": "a", "v": [1, 2]}\n' * 200)
    Path("close.jsonl").write_text('{"id": 1, "names": "a", "vv": [1, 2]}\n' * 2)
    Path("rows.csv").write_text('id,title,v\n1,a,"[1, 2]"\n')
    Path("other.csv").write_text('id,title,more,v\n1,a,b,"[1, 2]"\n')

    assert typed_in_tmp(f"insert file -c renamed {file}") == failed(message, hint, code=2)
    if hint.startswith("--map"):
        assert typed_in_tmp(f"insert file -c renamed {file} {hint}").code == 0
    typed_in_tmp.gone("renamed")


def test_rows_of_which_only_some_have_other_names_are_rejected_one_by_one(typed_in_tmp: Typed) -> None:
    typed_in_tmp.gone("renamed")
    fields = "-f id:INT64 -f name:VARCHAR:9 -f v:FLOAT_VECTOR:2"
    typed_in_tmp.all(f"create collection renamed {fields} -p id --index v:FLAT:L2", "load renamed")
    Path("some.jsonl").write_text('{"id": 1, "name": "a", "v": [1, 2]}\n{"id": 2, "title": "a", "v": [1, 2]}\n')
    run = typed_in_tmp("insert file -c renamed some.jsonl")
    assert (run.code, run.err.splitlines()[-2][:30]) == (5, "error: Inserted 1 of 2 rows in")
    typed_in_tmp.gone("renamed")
