"""A file of rows and NPY files beside it are one table: a vector for each row."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pytest
from pyarrow import parquet

from tests.support.cli import Cli
from tests.support.lite_server import LiteServer
from tests.support.typed import Typed, failed

NAME = "side_rows"
VECTORS = numpy.random.default_rng(4).normal(size=(40, 3)).astype("f4")
TITLES = [f"title {number}, or\nso" for number in range(40)]
EQUAL = "each row needs its own row of the array"


@pytest.fixture
def side(cli: Cli, lite: LiteServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    """An empty collection, and files of its columns in the working directory."""
    monkeypatch.chdir(cli.directory)
    typed = Typed(cli, lite)
    typed.gone(NAME)
    typed.all(
        f"create collection -c {NAME} -f id:INT64 -f title:VARCHAR:100 -f v:FLOAT_VECTOR:3 -p id --index v",
        f"load collection {NAME}",
    )
    numpy.save("v.npy", VECTORS)
    numpy.save("embeddings.npy", VECTORS.astype("f8"))
    numpy.save("short.npy", VECTORS[:39])
    Path("t.jsonl").write_text("".join(lines()))
    yield typed
    typed.gone(NAME)


def lines() -> list[str]:
    return [json.dumps({"id": key, "title": title}) + "\n" for key, title in enumerate(TITLES)]


def rows(typed: Typed) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = typed.json(f"query {NAME} --filter 'id >= 0'")
    return sorted(found, key=lambda row: int(row["id"]))


def expected(keys: Any = range(40)) -> list[dict[str, Any]]:
    return [{"id": key, "title": TITLES[key], "v": pytest.approx(VECTORS[key].tolist(), abs=1e-6)} for key in keys]


def csv() -> str:
    cells = "".join(f'{key},"{title}"\n' for key, title in enumerate(TITLES))
    Path("t.csv").write_text(f"id,title\n{cells}")
    return "t.csv"


def columns() -> str:
    parquet.write_table(pyarrow.table({"id": list(range(40)), "title": TITLES}), "t.parquet")
    return "t.parquet"


@pytest.mark.parametrize("command", ["insert", "upsert"])
@pytest.mark.parametrize("made", [lambda: "t.jsonl", csv, columns], ids=["jsonl", "csv", "parquet"])
def test_each_row_gets_its_vector(side: Typed, made: Any, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milvus_cli.files.side_columns.COLUMN_CHUNK", 12 * 7)
    run = side(f"{command} file -c {NAME} v.npy {made()}")
    verb = {"insert": "Inserted", "upsert": "Upserted"}[command]
    assert (run.code, run.out, run.err) == (
        0,
        f"{verb} 40 of 40 rows into '{NAME}', which had 0 and has 40.\n",
        "",
    )
    assert rows(side) == expected()


@pytest.mark.parametrize(
    "given", ["v=embeddings.npy t.jsonl", "embeddings.npy t.jsonl --map embeddings=v", "v=embed*.npy t.jsonl"]
)
def test_a_file_with_another_name_gives_the_column_that_is_named(side: Typed, given: str) -> None:
    assert side(f"insert file -c {NAME} {given}").code == 0
    assert rows(side) == expected()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("t.jsonl nofield=v.npy", "v.npy: side_rows has no field 'nofield'"),
        ("t.jsonl v=wide.npy", "wide.npy does not fit 'v': it has f4 in the shape (40, 4), and the field is {}"),
        ("t.jsonl v=flat.npy", "flat.npy does not fit 'v': it has i8 in the shape (40,), and the field is {}"),
        ("id=flat.npy title=words.npy v=wide.npy", "wide.npy does not fit 'v': it has f4 in the shape (40, 4), and {}"),
        ("id=words.npy title=flat.npy v.npy", "flat.npy does not fit 'title': it has i8 in the shape (40,), and {}"),
    ],
)
def test_an_array_that_fits_no_field_is_one_error(side: Typed, given: str, message: str) -> None:
    numpy.save("wide.npy", numpy.ones((40, 4), "f4"))
    numpy.save("flat.npy", numpy.arange(40))
    numpy.save("words.npy", numpy.array(TITLES))
    run = side(f"insert file -c {NAME} {given}")
    assert (run.code, rows(side)) == (2, [])
    assert run.err.startswith(f"error: {message.partition('{')[0]}")


@pytest.mark.parametrize("command", ["insert", "upsert"])
def test_the_collection_may_stand_before_the_files(side: Typed, command: str) -> None:
    run = side(f"{command} file {NAME} t.jsonl v.npy")
    assert (run.code, run.err, rows(side)) == (0, "", expected())


def test_a_first_word_that_may_be_either_is_an_error(side: Typed) -> None:
    Path("side_rows").write_text("")
    run = side("insert file side_rows t.jsonl v.npy")
    assert run == failed("'side_rows' is a file: missing collection name", "-c NAME side_rows, or -c side_rows", 2)
    assert side("insert file t.jsonl v.npy") == failed("missing collection name", "-c NAME", 2)

    Path("side_rows").unlink()
    assert side("insert file side_rows").err.startswith("error: missing collection name")
    assert side(f"insert file -c {NAME} {NAME} t.jsonl") == failed(f"file {NAME} not found", code=2)
    assert rows(side) == []


def test_npy_files_alone_may_name_their_columns(side: Typed) -> None:
    numpy.save("numbers.npy", numpy.arange(40))
    numpy.save("title.npy", numpy.array(TITLES))
    assert side(f"insert file -c {NAME} id=numbers.npy title.npy v.npy").code == 0
    assert rows(side) == expected()


def test_a_file_whose_name_has_an_equals_sign_is_that_file(side: Typed) -> None:
    numpy.save("v=short.npy", VECTORS)
    run = side("show file v=short.npy -o json")
    assert (run.code, run.err) == (0, "note: renamed columns: 'v=short' to v_short\n")
    assert [each["column"] for each in json.loads(run.out)["columns"]] == ["v=short"]


@pytest.mark.parametrize(
    ("given", "message", "hint", "code"),
    [
        ("t.jsonl v=short.npy", "t.jsonl has 40 rows, and short.npy has 39", EQUAL, 1),
        ("{parquet} v=short.npy", "t.parquet has 40 rows, and short.npy has 39", EQUAL, 1),
        ("short.jsonl v.npy", "short.jsonl has 39 rows, and v.npy has 40", EQUAL, 1),
        (
            "t.jsonl short.jsonl v.npy",
            "2 files of rows beside NPY files: t.jsonl, short.jsonl",
            "NPY files are columns of one table: give one file of rows with them",
            2,
        ),
        (
            "t.jsonl title=v.npy",
            "t.jsonl has a column 'title' itself, which v.npy also gives",
            "write COLUMN=FILE for another name, or remove one of them",
            2,
        ),
        (
            "t.jsonl v.npy v=short.npy",
            "two files give the column 'v'",
            "write COLUMN=FILE for another name",
            2,
        ),
        (
            "- v.npy --format jsonl",
            "standard input can't be read twice, and rows beside NPY files are counted first",
            "save it to a file",
            2,
        ),
        ("v=*.npy t.jsonl", "v=*.npy matches 3 files", "a column has one file", 2),
        ("v=nothing.npy t.jsonl", "file nothing.npy not found", "", 2),
    ],
)
def test_files_that_do_not_fit_are_refused_before_the_first_row(
    side: Typed, given: str, message: str, hint: str, code: int
) -> None:
    Path("short.jsonl").write_text("".join(lines()[:39]))
    run = side(f"insert file -c {NAME} {given.format(parquet=columns())}")
    assert run == failed(message, hint, code)
    assert rows(side) == []


def test_rows_that_are_rejected_keep_the_others_beside_their_vectors(side: Typed) -> None:
    found = lines()
    found[3], found[8] = "not JSON\n", '{"id": "eight", "title": ""}\n'
    found.insert(5, "\n")
    Path("t.jsonl").write_text("".join(found))
    run = side(f"insert file -c {NAME} t.jsonl v.npy --rejects rejected.jsonl")
    assert (run.code, rows(side)) == (5, expected([key for key in range(40) if key not in (3, 8)]))

    unread, misfit = map(json.loads, Path("rejected.jsonl").read_text().splitlines())
    assert (unread["line"], unread["row"]) == (4, "not JSON")
    assert (misfit["line"], misfit["column"]) == (10, "id")
    assert misfit["row"]["v"] == pytest.approx(VECTORS[8].tolist(), abs=1e-6)


def test_a_rejected_row_of_csv_is_complete_with_its_vector(side: Typed) -> None:
    Path("t.csv").write_text("number,title\n0,a\nx,b\n")
    numpy.save("v.npy", VECTORS[:2])
    run = side(f"insert file -c {NAME} t.csv v.npy --map number=id --rejects rejected.jsonl")
    assert (run.code, [row["id"] for row in rows(side)]) == (5, [0])

    line = Path("rejected.jsonl").read_text()
    assert "delimiter" not in json.loads(line)
    Path("rejected.jsonl").write_text(line.replace('"x"', "1"))
    assert side(f"insert file -c {NAME} rejected.jsonl").code == 0
    assert rows(side)[1] == {"id": 1, "title": "b", "v": pytest.approx(VECTORS[1].tolist(), abs=1e-6)}


def test_an_interrupted_insert_is_resumed_with_the_same_files_only(
    side: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milvus_cli.files.side_columns.COLUMN_CHUNK", 12 * 7)
    Path("t.jsonl").write_text("".join([*lines()[:39], '{"id": "x", "title": ""}\n']))
    line = f"insert file -c {NAME} t.jsonl v=embeddings.npy"
    assert side(f"{line} --strict").code == 1
    there = len(rows(side))
    assert 0 < there < 40

    whole = Path("embeddings.npy").read_bytes()
    numpy.save("embeddings.npy", -VECTORS.astype("f8"))
    run = side(f"{line} --resume")
    assert (run.code, "had another state of the files" in run.err) == (2, True)

    Path("embeddings.npy").write_bytes(whole)
    run = side(f"{line} --resume")
    assert "had another state of the files" in run.err


def test_an_interrupted_insert_continues_at_the_row_where_it_stopped(
    side: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milvus_cli.files.side_columns.COLUMN_CHUNK", 12 * 7)
    Path("t.jsonl").write_text("".join([*lines()[:39], '{"id": "x", "title": ""}\n']))
    line = f"insert file -c {NAME} t.jsonl v.npy"
    assert side(f"{line} --strict").code == 1
    run = side(f"{line} --resume")
    assert (run.code, run.err.count("rejected")) == (5, 1)
    assert rows(side) == expected(range(39))


def test_a_collection_is_created_from_them(side: Typed) -> None:
    side.gone("side_made")
    run = side("create collection side_made --from t.jsonl --from v=embeddings.npy --yes")
    assert (run.code, run.out) == (0, "Inserted 40 of 40 rows into 'side_made', which had 0 and has 40.\n")
    kinds = [(each["name"], each["type"]) for each in side.json("show collection side_made")["fields"]]
    side.gone("side_made")
    assert kinds == [("id", "INT64"), ("title", "VARCHAR"), ("v", "FLOAT_VECTOR")]


def test_each_array_of_vectors_becomes_one_whatever_its_name(side: Typed) -> None:
    numpy.save("e.npy", VECTORS.astype("f2"))
    numpy.save("n.npy", numpy.arange(40))
    found = side.json("show file t.jsonl v.npy e.npy n.npy")
    kinds = {each["column"]: each["type"] for each in found["columns"]}
    assert kinds == {"id": "INT64", "title": "VARCHAR:256", "v": "FLOAT_VECTOR:3", "e": "FLOAT_VECTOR:3", "n": "INT64"}


def test_a_file_given_as_a_word_is_one_for_from(side: Typed) -> None:
    line = "create collection side_made --from t.jsonl"
    assert side(f"{line} v.npy") == failed("unexpected argument 'v.npy'", "--from v.npy", code=2)
    assert side(f"{line} nothing.npy").err.splitlines()[0] == "error: unexpected argument 'nothing.npy'"


def test_a_preview_shows_them_as_one_table(side: Typed) -> None:
    found = side.json("show file t.jsonl v.npy")
    assert (found["files"], found["rows"], found["key"]) == (2, 40, "id")
    assert [each["type"] for each in found["columns"]] == ["INT64", "VARCHAR:256", "FLOAT_VECTOR:3"]
