"""A file is looked at before it is inserted."""

import gzip
import json
import struct
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Cli
from tests.support.typed import failed

BOOKS = 'id,title,price,vector\n1,Emma,,"[0.5, 1]"\n2,"It\'s",1.5,"[1, 2]"\n'


@pytest.fixture
def folder(cli: Cli) -> Path:
    """The current directory of the program."""
    return Path(cli.directory)


def shown(cli: Cli, *words: str) -> Any:
    run = cli("show", "file", *words, "-o", "json")
    assert (run.code, run.err) == (0, "")
    return json.loads(run.out)


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("show file nosuch.csv", "file nosuch.csv not found", ""),
        ("insert file -c book nosuch.csv", "file nosuch.csv not found", ""),
        ("create collection book --from nosuch.csv", "file nosuch.csv not found", ""),
        ("create collection book --schema-file nosuch", "can't read nosuch: No such file or directory", ""),
        ("source nosuch", "can't read nosuch: No such file or directory", ""),
        ("restore dump nosuch", "nosuch not found", "`dump PATH` makes one"),
        ("check dump nosuch", "nosuch not found", "`dump PATH` makes one"),
        ("show dump nosuch.tar", "nosuch.tar not found", "`dump PATH` makes one"),
        ("apply access nosuch.yaml", "can't read nosuch.yaml: No such file or directory", ""),
    ],
)
def test_a_file_that_is_not_there_is_invalid_usage_in_every_command(
    cli: Cli, line: str, message: str, hint: str
) -> None:
    run = cli("--no-input", *line.split(), env={"MILVUS_URI": "127.0.0.1:1"})
    assert (run.code, run.err.splitlines()[0]) == (2, f"error: {message}")
    assert not hint or run.err.endswith(f"\nhint: {hint}\n")


def test_a_file_is_shown_with_its_format_columns_and_first_rows(cli: Cli, folder: Path) -> None:
    (folder / "books.csv").write_text(BOOKS)
    assert shown(cli, "books.csv", "--rows", "1") == {
        "file": "books.csv",
        "format": "csv",
        "compression": None,
        "encoding": "utf-8",
        "delimiter": ",",
        "bytes": len(BOOKS),
        "rows": 2,
        "rows_read": 2,
        "key": "id",
        "columns": [
            {"column": "id", "field": "id", "type": "INT64", "nulls": 0, "longest": None, "distinct": True},
            {"column": "title", "field": "title", "type": "VARCHAR:256", "nulls": 0, "longest": 4, "distinct": True},
            {"column": "price", "field": "price", "type": "DOUBLE", "nulls": 1, "longest": None, "distinct": False},
            {
                "column": "vector",
                "field": "vector",
                "type": "FLOAT_VECTOR:2",
                "nulls": 0,
                "longest": None,
                "distinct": False,
            },
        ],
        "first_rows": [{"id": "1", "title": "Emma", "price": None, "vector": "[0.5, 1]"}],
    }


def test_a_person_sees_tables(cli: Cli, folder: Path) -> None:
    (folder / "books.csv").write_text(BOOKS)
    run = cli("show", "file", "books.csv", "-n", "1", "-o", "table")
    titles = [line for line in run.out.splitlines() if line.isalpha() or line == "First rows"]
    assert (run.code, run.err, titles) == (0, "", ["Columns", "First rows"])
    assert "FLOAT_VECTOR:2" in run.out
    assert "Emma" in run.out
    assert "It's" not in run.out


@pytest.mark.parametrize("suffix", ["jsonl", "json", "csv.gz", "jsonl.gz", "parquet", "npy"])
def test_every_format_is_shown(cli: Cli, folder: Path, suffix: str) -> None:
    path = folder / f"vector.{suffix}"
    rows = [{"id": number, "vector": [0.5, number]} for number in range(3)]
    lines = "".join(f"{json.dumps(each)}\n" for each in rows)
    if suffix == "npy":
        head = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }".ljust(117) + "\n"
        path.write_bytes(b"\x93NUMPY\x01\x00v\x00" + head.encode() + struct.pack("<6f", *[0.5, 1] * 3))
    elif suffix == "parquet":
        import pyarrow
        from pyarrow import parquet

        parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    else:
        text = {
            "jsonl": lines,
            "json": json.dumps(rows),
            "csv.gz": 'id,vector\n0,"[0.5, 0]"\n1,"[1, 2]"\n2,"[2, 3]"\n',
            "jsonl.gz": lines,
        }[suffix]
        path.write_bytes(gzip.compress(text.encode()) if suffix.endswith("gz") else text.encode())
    found = shown(cli, path.name)
    assert (found["format"], found["compression"]) == (suffix.split(".")[0], "gzip" if "gz" in suffix else None)
    assert (found["rows"], found["columns"][-1]["type"], len(found["first_rows"])) == (3, "FLOAT_VECTOR:2", 3)


def test_a_pattern_shows_the_first_file_and_how_many_there_are(cli: Cli, folder: Path) -> None:
    for number in range(3):
        (folder / f"{number}.jsonl").write_text(f'{{"id": {number}}}\n')
    found = shown(cli, "*.jsonl")
    assert (found["file"], found["files"], found["first_rows"]) == ("0.jsonl", 3, [{"id": 0}])


def test_standard_input_is_shown(cli: Cli) -> None:
    run = cli("show", "file", "-", "--format", "jsonl", "-o", "json", input='{"id": 1}\n{"id": 2}\n')
    found = json.loads(run.out)
    assert (found["file"], found["bytes"], found["rows"]) == ("standard input", None, 2)


GERMAN = """Nr.;Größe (cm);Preis;Tag;Zeit;Lauf;v
1;3,14;1.234,50;24.12.2023;1.1.2024 8:05;1,5;0,1
2;-2,5;7;1/2/2024;02.01.2024 18:00;n/a;0,1,2
"""


def test_numbers_and_dates_that_become_text_are_noted(cli: Cli, folder: Path) -> None:
    (folder / "de.csv").write_text(GERMAN)
    run = cli("show", "file", "de.csv", "--delimiter", ";", "-o", "json")
    assert run.err == (
        "note: renamed columns: 'Nr.' to Nr_, 'Größe (cm)' to Gr__e__cm_\n"
        "note: numbers with commas are read as text: 'Größe (cm)', 'Preis', 'Lauf'; --decimal , reads 3,14 as 3.14\n"
        "note: dates such as 24.12.2023 are read as text that doesn't sort by date: 'Tag', 'Zeit'; 2023-12-24 does\n"
        "note: read as text because of 'n/a': 'Lauf'; use --null n/a\n"
    )
    assert {each["type"] for each in json.loads(run.out)["columns"][1:]} == {"VARCHAR:256"}


def test_numbers_with_commas_between_thousands_are_noted(cli: Cli, folder: Path) -> None:
    (folder / "en.csv").write_text('id,n\n1,"1,234.5"\n2,"5,678,901"\n')
    run = cli("show", "file", "en.csv", "-o", "json")
    assert run.err == "note: numbers with commas are read as text: 'n'; a DOUBLE is written 1234.5\n"


def test_texts_for_null_that_make_text_of_numbers_and_vectors_are_noted(cli: Cli, folder: Path) -> None:
    (folder / "n.csv").write_text('id;price;zip;v;name\n1;1.5;0123;"[1, 2]";-\n2;N/A;N/A;null;x\n3;-;0456;"[1, 3]";y\n')
    run = cli("show", "file", "n.csv", "--delimiter", ";", "-o", "json")
    assert (
        run.err
        == "note: read as text because of '-', 'N/A', 'null': 'price', 'v'; use --null - --null N/A --null null\n"
    )
    options = ("--null", "-", "--null", "N/A", "--null", "null")
    run = cli("show", "file", "n.csv", "--delimiter", ";", *options, "-o", "json")
    types = [each["type"] for each in json.loads(run.out)["columns"]]
    assert (run.err, types) == ("", ["INT64", "DOUBLE", "VARCHAR:256", "FLOAT_VECTOR:2", "VARCHAR:256"])


def test_texts_of_json_are_no_numbers_of_another_notation(cli: Cli, folder: Path) -> None:
    (folder / "r.jsonl").write_text('{"id": 1, "price": "3,14", "day": "24.12.2023"}\n')
    assert cli("show", "file", "r.jsonl", "-o", "json").err == ""


def test_of_many_renamed_columns_the_first_are_named(cli: Cli, folder: Path) -> None:
    (folder / "r.csv").write_text("".join(f"c {number}," for number in range(8)) + "id\n")
    assert cli("show", "file", "r.csv", "-o", "json").err == (
        "note: renamed columns: 'c 0' to c_0, 'c 1' to c_1, 'c 2' to c_2, 'c 3' to c_3, 'c 4' to c_4 and 3 more\n"
    )


@pytest.mark.parametrize(
    ("name", "text", "mark"),
    [
        ("s.csv", "id;title\n1;a,b\n2;c\n", ";"),
        ("s.csv", "id\ttitle\n1\ta\n", "\t"),
        ("s.tsv", "id,title\n1,a\n", ","),
    ],
)
def test_a_file_with_another_delimiter_is_an_error(cli: Cli, folder: Path, name: str, text: str, mark: str) -> None:
    (folder / name).write_text(text)
    hint = f"the delimiter looks like {mark!r}: --delimiter {mark!r}"
    assert cli("show", "file", name) == failed(f"{name} has one column", hint, code=2)


def test_rows_that_cannot_be_read_and_likely_delimiters_are_noted(cli: Cli, folder: Path) -> None:
    (folder / "s.csv").write_text("id;title\nonly\n1;a,b\n")
    notes = (
        "note: the delimiter looks like ';': --delimiter ';'\n"
        "note: renamed columns: 'id;title' to id_title\n"
        "note: 1 of these rows can't be read:\n"
        "s.csv, line 3: expected 1 cell, got 2\n"
    )
    run = cli("show", "file", "s.csv", "-o", "json")
    assert (run.code, run.err) == (0, notes)


def test_a_delimiter_that_was_asked_for_is_used(cli: Cli, folder: Path) -> None:
    (folder / "s.csv").write_text("id;title\n1;a\n")
    run = cli("show", "file", "s.csv", "--delimiter", ",", "-o", "json")
    assert (run.code, json.loads(run.out)["first_rows"]) == (0, [{"id;title": "1;a"}])


def test_another_encoding_is_noted(cli: Cli, folder: Path) -> None:
    (folder / "s.csv").write_bytes("id,t\n1,你好\n".encode("gbk"))
    assert cli("show", "file", "s.csv", "-o", "json").err == (
        "note: not UTF-8 at byte 1 (0xC4); it looks like GBK: --encoding gbk\n"
    )


def test_files_that_cannot_be_read(cli: Cli, folder: Path) -> None:
    (folder / "x.parquet").write_bytes(b"no")
    assert cli("show", "file", "x.parquet").code == 1
    assert cli("show", "file", "nosuch.csv") == failed("file nosuch.csv not found", code=2)


def test_only_the_beginning_of_a_large_file_is_read(cli: Cli, folder: Path) -> None:
    with (folder / "large.csv").open("w") as file:
        file.write("id,t\n")
        for number in range(300_000):
            file.write(f"{number},some text that is long enough {number}\n")
        file.truncate(8 << 30)
    started = time.monotonic()
    found = shown(cli, "large.csv")
    assert found["rows"] is None
    assert found["rows_read"] < 150_000
    assert found["rows_estimated"] > 10_000_000
    assert time.monotonic() - started < 20
