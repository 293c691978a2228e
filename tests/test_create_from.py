"""A collection is made to fit a file, and gets its rows."""

import gzip
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from milvus_cli.client.client import Client
from tests.support.cli import Cli
from tests.support.lite_server import LiteServer
from tests.support.terminal import Terminal
from tests.support.typed import Typed, failed
from tests.test_insert_faults import acknowledged, wait_for

BOOKS = 'id,the title,price,vector\n1,Emma,2.5,"[0.5, 1]"\n2,"It\'s",1.5,"[1, 2]"\n'


@pytest.fixture
def books(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """No collection `made`, and the file books.csv in the current directory."""
    monkeypatch.chdir(tmp_path)
    typed.gone("made")
    Path("books.csv").write_text(BOOKS)
    return typed


def rows_in(books: Typed) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(books("query -c made -e 'id > 0' -o json").out)
    return found


def test_a_collection_is_created_indexed_loaded_and_filled(books: Typed) -> None:
    run = books("create collection made --from books.csv")
    told = "note: renamed columns: 'the title' to the_title\nCreated collection 'made', indexed and loaded.\n"
    assert (run.code, run.err) == (0, told)
    assert rows_in(books) == [
        {"id": 1, "the_title": "Emma", "price": 2.5, "vector": [0.5, 1.0]},
        {"id": 2, "the_title": "It's", "price": 1.5, "vector": [1.0, 2.0]},
    ]


def test_a_dry_run_without_files_prints_the_schema_that_creates_the_same(books: Typed) -> None:
    line = "create collection made -f id:INT64:Key -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2 --description Shelf"
    run = books(f"{line} --dry-run")
    assert (run.code, run.err, books("show collection made").code) == (0, "", 1)
    Path("made.json").write_text(run.out)
    assert books("create collection --schema-file made.json --dry-run").out == run.out

    assert books("create collection --schema-file made.json").out == "Created collection 'made'.\n"


def test_a_dry_run_prints_the_schema_and_commands_that_do_the_same(books: Typed) -> None:
    run = books("create collection made --from books.csv --dry-run")
    schema, _, lines = run.out.partition("\nmilvus_cli ")
    assert [each["name"] for each in json.loads(schema)["fields"]] == ["id", "the_title", "price", "vector"]
    assert books("show collection made").code == 1

    commands = [each.removeprefix("milvus_cli ") for each in lines.splitlines()]
    assert [books(each).code for each in commands] == [0, 0, 0]
    assert [each["the_title"] for each in rows_in(books)] == ["Emma", "It's"]


def test_columns_that_become_text_are_noted_unless_they_are_declared(books: Typed) -> None:
    Path("de.csv").write_text("id;Größe;Tag;v\n1;3,5;24.12.2023;[1, 2]\n")
    line = "create collection made --from de.csv --delimiter ';' --dry-run"
    size = "note: numbers with commas are read as text: 'Größe'; --decimal , reads 3,14 as 3.14\n"
    day = "note: dates such as 24.12.2023 are read as text that doesn't sort by date: 'Tag'; 2023-12-24 does\n"
    assert books(line).err == f"note: renamed columns: 'Größe' to Gr__e\n{size}{day}"

    declared = books(f"{line} -f Gr__e:VARCHAR:10 -f Tag:VARCHAR:10")
    assert (declared.code, declared.err) == (0, "note: renamed columns: 'Größe' to Gr__e\n")


def test_options_override_what_is_inferred(books: Typed) -> None:
    line = "create collection made --from books.csv -f price:FLOAT -f the_title:VARCHAR:10 --index vector:FLAT:L2"
    assert books(line).code == 0
    schema = json.loads(books("show collection made -o ddl").out)
    types = {each["name"]: (each["type"], each.get("max_length")) for each in schema["fields"]}
    assert (types["price"], types["the_title"]) == (("FLOAT", None), ("VARCHAR", 10))
    assert [(each["index_type"], each["metric_type"]) for each in schema["indexes"]] == [("FLAT", "L2")]


def test_a_file_without_a_key_gets_generated_ones(books: Typed) -> None:
    Path("r.jsonl").write_text('{"t": "a", "v": [0.5, 1]}\n{"t": "a", "v": [0.5, 1]}\n')
    run = books("create collection made --from r.jsonl")
    assert run.err.splitlines()[0] == (
        "note: no column looks like a primary key: Milvus generates 'id'; -p FIELD chooses one"
    )
    assert [each["t"] for each in rows_in(books)] == ["a", "a"]


def test_a_number_whose_name_is_no_key_is_none(books: Typed) -> None:
    Path("r.jsonl").write_text('{"year": 2001, "v": [0.5, 1]}\n{"year": 2002, "v": [0.5, 1]}\n')
    run = books("create collection made --from r.jsonl --dry-run")
    assert run.err == "note: no column looks like a primary key: Milvus generates 'id'; -p FIELD chooses one\n"
    assert json.loads(books("show file r.jsonl -o json").out)["key"] is None


@pytest.mark.parametrize(
    ("columns", "key", "notes"),
    [
        ({"year": 1, "Product ID": "a"}, "Product_ID", ["renamed columns: 'Product ID' to Product_ID"]),
        ({"year": 1, "user_id": "a"}, "user_id", []),
        ({"user_id": 1, "order_id": 2}, "user_id", ["'user_id' becomes the primary key; -p FIELD chooses another"]),
        ({"year": 1, "Nr": 2}, "Nr", ["'Nr' becomes the primary key; -p FIELD chooses another"]),
    ],
)
def test_a_key_that_is_a_guess_is_noted(books: Typed, columns: dict[str, Any], key: str, notes: list[str]) -> None:
    Path("r.jsonl").write_text(json.dumps({**columns, "v": [0.5, 1]}))
    run = books("create collection made --from r.jsonl --dry-run")
    assert run.err.splitlines() == [f"note: {each}" for each in notes]
    assert f" -p {key} " in run.out
    assert json.loads(books("show file r.jsonl -o json").out)["key"] == key


@pytest.mark.parametrize("primary", ["the title", "the_title"])
def test_the_key_may_be_named_as_the_column_or_as_the_field(books: Typed, primary: str) -> None:
    run = books(f"create collection made --from books.csv -p '{primary}'")
    told = "note: renamed columns: 'the title' to the_title\nCreated collection 'made', indexed and loaded.\n"
    assert (run.code, run.err) == (0, told)
    fields = json.loads(books("show collection made -o ddl").out)["fields"]
    assert [each["name"] for each in fields if each.get("is_primary")] == ["the_title"]


def test_valid_names_of_columns_are_those_of_their_fields(books: Typed) -> None:
    Path("ab.csv").write_text('x y,x_y,id,vector\na,b,1,"[1,2]"\n')
    run = books("create collection made --from ab.csv")
    told = "note: renamed columns: 'x y' to x_y_2\nCreated collection 'made', indexed and loaded.\n"
    assert (run.code, run.err) == (0, told)
    assert rows_in(books) == [{"x_y_2": "a", "x_y": "b", "id": 1, "vector": [1.0, 2.0]}]


def test_nullable_fields_may_be_named_as_columns(books: Typed) -> None:
    run = books("create collection made --from books.csv --nullable 'the title' --nullable price --dry-run")
    assert (run.code, run.err) == (0, "note: renamed columns: 'the title' to the_title\n")
    assert "--nullable the_title --nullable price" in run.out


def test_later_rows_that_do_not_fit_are_rejected(books: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milvus_cli.files.sample.SAMPLE_ROWS", 1)
    monkeypatch.setattr("milvus_cli.files.row_stream.CHUNK_SIZE", 10)
    lines = [f'{{"id": {number}, "v": [0.5, 1]}}\n' for number in range(50)]
    Path("r.jsonl").write_text("".join([*lines, '{"id": 99, "v": [1]}\n']))
    run = books("create collection made --from r.jsonl")
    assert run.code == 5
    assert len(rows_in(books)) == 49


def test_no_hint_inserts_rows_again_that_are_in(books: Typed) -> None:
    Path("books.csv").write_text("id,vector\n" + '1,"[0.5, 1]"\n' * 3 + "2,\n")
    partly = books("create collection made --from books.csv -f vector:FLOAT_VECTOR:2")
    assert (partly.code, partly.err.splitlines()[-1]) == (5, "hint: --rejects FILE keeps them")
    books.gone("made")
    kept = books("create collection made --from books.csv -f vector:FLOAT_VECTOR:2 --rejects bad.jsonl")
    assert kept.err.splitlines()[-1] == "hint: bad.jsonl has them"
    assert [json.loads(line)["row"] for line in Path("bad.jsonl").read_text().splitlines()] == [
        {"id": "2", "vector": None}
    ]

    books.gone("made")
    Path("none.csv").write_text('id,vector\nx,"[0.5, 1]"\n')
    none = books("create collection made --from none.csv -f vector:FLOAT_VECTOR:2 -f id:INT64 -p id")
    assert none.err.splitlines()[-1] == (
        "hint: --rejects FILE keeps them; the collection was created, without rows; "
        "`delete collection -c made --yes` deletes it"
    )


def test_standard_input_is_read_once_for_both(books: Typed) -> None:
    words = ("create", "collection", "made", "--from", "-", "--format", "csv")
    assert books.cli(*words, input=BOOKS, env=books.env).code == 0
    assert len(rows_in(books)) == 2


@pytest.mark.parametrize(
    ("words", "message", "hint", "code"),
    [
        ("--from books.csv --dim 4", "--dim and --from: give one of them", "", 2),
        ("--from nosuch.csv", "file nosuch.csv not found", "did you mean books.csv?", 2),
        (
            "--from t.csv",
            "t.csv has no vectors of one dimension, and a collection needs a vector field",
            "add one: -f NAME:FLOAT_VECTOR:DIM, or --bm25 TEXT:SPARSE for full text search",
            2,
        ),
        ("--from e.csv", "e.csv has no rows to make fields of", "declare them: -f NAME:TYPE", 2),
        ("--rejects f", "--rejects requires --from", "these options are about the rows of data files", 2),
    ],
)
def test_what_no_collection_can_be_made_of(books: Typed, words: str, message: str, hint: str, code: int) -> None:
    Path("t.csv").write_text("id,t\n1,a\n")
    Path("e.csv").write_text("id,t\n")
    assert books(f"create collection made {words}") == failed(message, hint, code)
    assert books("show collection made").code == 1


@pytest.mark.parametrize(("answer", "code"), [("n", 1), ("y", 0), ("", 0)])
def test_a_terminal_shows_the_fields_and_asks(
    cli: Cli, lite: LiteServer, terminal: Callable[..., Terminal], answer: str, code: int
) -> None:
    (Path(cli.directory) / "books.csv").write_text(BOOKS)
    typed = Typed(cli, lite)
    typed.gone("asked")
    shell = terminal("create", "collection", "asked", "--from", "books.csv", cols=160, env={"MILVUS_URI": lite.uri})
    shell.wait_for("Create collection 'asked' with these fields, and insert the rows? [Y/n]", timeout=30)
    assert "  id: INT64, primary key" in shell.text
    assert "  vector: FLOAT_VECTOR(2)" in shell.text

    shell.send_line(answer)
    assert shell.wait_exit(30) == code
    assert typed("show collection asked").code == code


@pytest.fixture
def small_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Types are inferred from the first row alone."""
    monkeypatch.setattr("milvus_cli.files.sample.SAMPLE_ROWS", 1)
    monkeypatch.setattr("milvus_cli.files.row_stream.CHUNK_SIZE", 1)
    monkeypatch.setattr("milvus_cli.files.separated.STEP", 1)


@pytest.mark.usefixtures("small_sample")
def test_a_later_code_does_not_lose_its_zeros(books: Typed) -> None:
    Path("z.csv").write_text('id,zip,v\n1,1001,"[0.5, 1]"\n2,007,"[0.5, 1]"\n3,+49,"[0.5, 1]"\n4,1E5,"[0.5, 1]"\n')
    run = books("create collection made --from z.csv")
    reason = "as a number, '007' would not be the same text again: is it a code?"
    assert (run.code, run.err.splitlines()[1]) == (5, f"z.csv, line 3, column 'zip': {reason}")
    assert [each["zip"] for each in rows_in(books)] == [1001]


@pytest.mark.parametrize(
    ("data", "message", "hint"),
    [
        (b"id;v\n1;[1, 2]\n", "r.csv has one column", "the delimiter looks like ';': --delimiter ';'"),
        (
            "id,t,v\n1,é,[1 2]\n".encode("latin-1"),
            "r.csv: not UTF-8 at byte 1 (0xE9); it looks like Windows-1252: --encoding cp1252",
            "",
        ),
    ],
)
def test_a_file_in_another_layout_makes_no_collection(books: Typed, data: bytes, message: str, hint: str) -> None:
    Path("r.csv").write_bytes(data)
    assert books("create collection made --from r.csv") == failed(message, hint, 2)
    assert books("show collection made").code == 1


def test_a_pipe_is_refused_as_it_would_be_read_twice(books: Typed) -> None:
    os.mkfifo("rows.csv")
    assert books("create collection made --from rows.csv") == failed(
        "rows.csv is not a file, and is read twice", "give its rows on standard input: --from - --format FORMAT", 2
    )


def test_a_collection_that_exists_names_the_line_that_inserts_the_rows(books: Typed) -> None:
    assert books("create collection made --from books.csv").code == 0
    assert books("create collection made --from books.csv") == failed(
        "collection 'made' already exists",
        "run `insert file -c made books.csv --exact-numbers --map 'the title=the_title'` to insert the rows, "
        "with --resume if it was begun",
    )


def test_a_field_that_no_column_fills_is_refused_before_anything_is_created(books: Typed) -> None:
    message, columns = "books.csv has no column for 'pages'", "id, the_title, price, vector"
    assert books("create collection made --from books.csv -f pages:INT64") == failed(
        message, f"add --nullable pages, or name one of its columns: {columns}", 2
    )
    assert books("show collection made").code == 1


def test_an_id_that_repeats_is_told_and_no_other_number_becomes_the_key(books: Typed) -> None:
    Path("r.csv").write_text('id,turnover,vector\n1,10,"[0.5, 1]"\n1,20,"[1, 2]"\n')
    run = books("create collection made --from r.csv --dry-run")
    assert run.err == "note: 'id' repeats or lacks values: Milvus generates 'pk'; -p FIELD chooses one\n"
    assert "-f pk:INT64 -f id:INT64 -f turnover:INT64" in run.out


def test_json_in_parquet_is_json_again(books: Typed) -> None:
    table = pyarrow.table({"id": [1, 2], "j": ['{"a": [1]}', None], "t": ["{x", "y"], "v": [[0.5] * 8] * 2})
    parquet.write_table(table, "r.parquet")
    run = books("create collection made --from r.parquet --dry-run")
    assert "-f id:INT64 -f j:JSON -f t:VARCHAR:256 -f v:FLOAT_VECTOR:8" in run.out


def test_a_cut_file_does_not_name_a_line_that_doubles_its_rows(books: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milvus_cli.files.row_stream.CHUNK_SIZE", 10)
    lines = "".join(f'{number},"[0.5, 1]"\n' for number in range(200))
    Path("r.csv.gz").write_bytes(gzip.compress(f"id,v\n{lines}".encode())[:-8])
    monkeypatch.setattr("milvus_cli.files.sample.SAMPLE_ROWS", 10)
    run = books("create collection made --from r.csv.gz")
    assert run.code == 1
    assert run.err.endswith(
        "; 200 rows are in\nhint: repair the file, then send all rows again with `upsert file … --restart`, "
        "which replaces those that are in\n"
    )


def test_values_that_no_type_fits_need_a_declaration(books: Typed) -> None:
    Path("r.jsonl").write_text('{"id": 1, "x": 1, "v": [1, 2]}\n{"id": 2, "x": "a", "v": [1, 2]}\n')
    assert books("create collection made --from r.jsonl") == failed(
        "r.jsonl: no type fits all values of 'x'", "declare it: -f x:TYPE", 2
    )


@pytest.mark.parametrize("method", ["CreateCollection", "CreateIndex", "LoadCollection", "Query"])
def test_an_interruption_at_any_moment_names_the_commands_that_go_on(
    books: Typed, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    call = Client.call

    def interrupted(client: Client, name: str, **options: Any) -> object:
        answer = call(client, name, **options)
        if name == method:
            monkeypatch.setattr(Client, "call", call)
            signal.raise_signal(signal.SIGINT)
        return answer

    line = "create collection made --from books.csv"
    monkeypatch.setattr(Client, "call", interrupted)
    run = books(line)
    hint = run.err.splitlines()[-1]
    assert (run.code, run.out, hint[:6]) == (130, "", "hint: ")

    again = [line] if hint.endswith("the same command again") else []
    for command in (*hint.split("`")[1::2], *again):
        assert books(command).code == 0, command
    assert len(rows_in(books)) == 2


def test_the_line_that_an_interrupted_creation_names_continues_it(books: Typed) -> None:
    path = Path("rows.csv").absolute()
    path.write_text("id,vector\n" + "".join(f'{number},"[{number}, 1]"\n' for number in range(300_000)))
    process = books.cli.start("create", "collection", "made", "--from", str(path), env=books.env)
    inserts = books.cli.home / "inserts"
    wait_for(lambda: any(acknowledged(each) for each in inserts.glob("*.json")))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    line = err[err.index("continue with `") :].split("`")[1]
    run = books(line)
    assert (process.returncode, run.code) == (130, 0), run
    assert run.out.startswith("Inserted 300,000 of 300,000 rows into 'made', which had "), run


def test_fields_get_other_names_than_columns_and_columns_are_left_out(books: Typed) -> None:
    line = "create collection made --from books.csv --map 'the title=title' --map price="
    assert "--map 'the title=title' --map price=" in books(f"{line} --dry-run").out
    assert books(line).code == 0
    assert rows_in(books) == [
        {"id": 1, "title": "Emma", "vector": [0.5, 1.0]},
        {"id": 2, "title": "It's", "vector": [1.0, 2.0]},
    ]


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ("--from books.csv --map titel=x", "books.csv has no column 'titel'", "columns: id, the title, price, vector"),
        (
            "--from books.csv --map price=id",
            "'id' and 'price' are for the same field 'id'",
            "--map COLUMN= leaves one out",
        ),
        ("--dim 2 --map price=cost", "--map requires --from", "these options are about the rows of data files"),
    ],
)
def test_a_map_that_fits_no_column_is_refused(words: str, message: str, hint: str, books: Typed) -> None:
    assert books(f"create collection made {words}") == failed(message, hint, code=2)
    assert books("show collection made").code == 1
