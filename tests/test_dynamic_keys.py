"""Fields selected by name: keys of the dynamic field, count(*), and names that do not exist."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from milvus_cli.client.wire.schema_pb2 import CollectionSchema, DataType
from milvus_cli.errors import CliError, InvalidInput
from milvus_cli.rows.selection import Fields, chosen_fields
from milvus_cli.search.hits import Shown, shown_fields
from milvus_cli.values.dynamic import names_in
from tests.support.cli import Cli, Run
from tests.support.process import ServerProcess
from tests.support.typed import Typed, failed

NAME, PLAIN = "keyed", "unkeyed"
ROWS = (
    """[{"id": 1, "title": "a", "v": [1, 2], "x": 1, "a.b": 7},"""
    """ {"id": 2, "title": "b", "v": [1, 3], "x": null, "y,z": {"n": 1}},"""
    """ {"id": 3, "title": "c", "v": [1, 4]}]"""
)
SEARCH = f"search {NAME} -v [1,2]"
SCHEMA = CollectionSchema(name="c", enable_dynamic_field=True)
SCHEMA.fields.add(name="id", data_type=DataType.Int64, is_primary_key=True)
SCHEMA.fields.add(name="title", data_type=DataType.VarChar)
COUNT_ALONE = failed("count(*) can't stand beside other fields", "--fields 'count(*)'", code=2)


@pytest.fixture(scope="module")
def two_collections(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One with a dynamic field and one without, both loaded and with rows."""
    typed = Typed(Cli(tmp_path_factory.mktemp("keyed")), server)
    typed.gone(NAME, PLAIN)
    fields = "-f id:INT64 -f title:VARCHAR:20 -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2"
    typed.all(
        f"create collection -c {NAME} {fields} --dynamic",
        f"create collection -c {PLAIN} {fields}",
        f"load collection {NAME}",
        f"load collection {PLAIN}",
        f"insert row -c {NAME} --row '{ROWS}'",
        f'insert row -c {PLAIN} --row \'{{"id": 1, "title": "a", "v": [1, 2]}}\'',
    )
    yield
    typed.gone(NAME, PLAIN)


@pytest.fixture
def dynamic_and_plain(typed: Typed, two_collections: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """With those collections; exports go to a separate directory."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return typed


def not_found(name: str, rows: int) -> str:
    which = "the row has" if rows == 1 else f"any of the {rows} rows has"
    return f"field not found: {name!r} (not in the schema of {NAME!r}, and no key that {which})"


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        (f"query {NAME} --fields nosuch", 3),
        (f"query {NAME} --fields nosuch,title --limit 2", 2),
        (f"query_iterator {NAME} --fields nosuch --batch-size 1", 3),
        (f"get {NAME} --ids 1,3 --fields nosuch", 2),
        (f"{SEARCH} --fields nosuch", 3),
        (f"{SEARCH} --fields nosuch,title -l 1", 1),
        (f"search_iterator {NAME} -v [1,2] --fields nosuch", 3),
        (f"export {NAME} - --fields nosuch", 3),
    ],
)
def test_a_name_that_no_row_has_is_an_error_after_the_rows(dynamic_and_plain: Typed, line: str, rows: int) -> None:
    run = dynamic_and_plain(f"-o jsonl {line}")
    written = [json.loads(each)["nosuch"] for each in run.out.splitlines()]
    assert (run.code, written) == (1, [None] * rows)
    assert json.loads(run.err)["error"]["message"] == not_found("nosuch", rows)


def test_every_format_is_whole_before_the_error(dynamic_and_plain: Typed) -> None:
    run = dynamic_and_plain(f"query {NAME} --fields nosuch -e 'id == 1' -o json")
    assert (run.code, json.loads(run.out)) == (1, [{"nosuch": None}])


def test_the_error_suggests_the_nearest_name(dynamic_and_plain: Typed) -> None:
    run = dynamic_and_plain(f"query {NAME} --fields titel -o csv -e 'id == 1'")
    assert json.loads(run.err)["error"] == {
        "code": 1,
        "message": not_found("titel", 1),
        "hint": "did you mean title?",
        "server_code": None,
    }


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_export_of_a_name_that_no_row_has_leaves_no_file(dynamic_and_plain: Typed, kind: str) -> None:
    run = dynamic_and_plain(f"export {NAME} out.{kind} --fields id,nosuch")
    assert (run.code, run.out, run.err.splitlines()[0]) == (1, "", f"error: {not_found('nosuch', 3)}")
    assert list(Path().iterdir()) == []


def test_without_rows_no_name_is_an_error(dynamic_and_plain: Typed) -> None:
    assert dynamic_and_plain(f"query {NAME} --fields nosuch -e 'id > 99' -o jsonl") == Run(0, "", "")


def test_a_key_is_requested_by_its_name_when_a_row_has_it(dynamic_and_plain: Typed) -> None:
    assert dynamic_and_plain.json(f"query {NAME} --fields id,x,a.b") == [
        {"id": 1, "x": 1, "a.b": 7},
        {"id": 2, "x": None, "a.b": None},
        {"id": 3, "x": None, "a.b": None},
    ]
    # Milvus 2.3 accepts only identifiers as output fields.
    assert [row["a.b"] for row in dynamic_and_plain.json(f"{SEARCH} --fields a.b")] == [7, None, None]
    assert [row["x"] for row in dynamic_and_plain.json(f"{SEARCH} --fields title,x")] == [1, None, None]
    # It does not matter that the only row with the key is on the third page.
    assert [
        row["y,z"]
        for row in dynamic_and_plain.json(f"""query_iterator {NAME} --batch-size 1 --fields '$meta["y,z"]'""")
    ] == [
        None,
        {"n": 1},
        None,
    ]


def test_a_key_in_brackets_needs_no_row_that_has_it(dynamic_and_plain: Typed) -> None:
    key = """'$meta["nosuch"]'"""
    assert dynamic_and_plain.json(f"query {NAME} --fields {key} -e 'id == 1'") == [{"nosuch": None}]
    assert dynamic_and_plain.json(f"get {NAME} --ids 1 --fields {key}") == [{"nosuch": None}]
    (row,) = dynamic_and_plain.json(f"{SEARCH} -l 1 --fields {key}")
    assert row == {"rank": 1, "id": 1, "distance": 0.0, "nosuch": None}
    assert dynamic_and_plain(f"""export {NAME} - --fields 'id,$meta["a.b"]'""") == Run(
        0, '{"id":1,"a.b":7}\n{"id":2,"a.b":null}\n{"id":3,"a.b":null}\n', ""
    )


@pytest.mark.parametrize(("name", "all_rows", "some"), [(NAME, 3, 2), (PLAIN, 1, 0)])
def test_count_counts_the_rows_of_a_query(dynamic_and_plain: Typed, name: str, all_rows: int, some: int) -> None:
    assert dynamic_and_plain.json(f"query {name} --fields 'count(*)'") == [{"count(*)": all_rows}]
    assert dynamic_and_plain.json(f"query {name} --fields 'COUNT(*)' -e 'id > 1'") == [{"count(*)": some}]
    assert dynamic_and_plain.json(f"query_iterator {name} --fields 'count(*)'") == [{"count(*)": all_rows}]


@pytest.mark.parametrize("name", [NAME, PLAIN])
def test_count_takes_no_other_field_and_no_page(dynamic_and_plain: Typed, name: str) -> None:
    assert dynamic_and_plain(f"query {name} --fields 'count(*),id'") == COUNT_ALONE
    assert dynamic_and_plain(f"query {name} --fields 'count(*)' --limit 3") == failed(
        "count(*) counts all rows, and takes no --limit and no --offset", code=2
    )


def test_count_is_refused_where_rows_are_listed(dynamic_and_plain: Typed) -> None:
    no_field = failed("count(*) is not a field of a row", "count; or query with --fields 'count(*)'", code=2)
    assert dynamic_and_plain(f"get {NAME} --ids 1 --fields 'count(*)'") == no_field
    assert dynamic_and_plain(f"export {NAME} out.csv --fields 'count(*)'") == no_field
    assert dynamic_and_plain(f"{SEARCH} --fields 'count(*)'") == failed("a hit has no count(*)", "count", code=2)


def test_a_collection_without_a_dynamic_field_has_no_keys(dynamic_and_plain: Typed) -> None:
    fields = "fields: id, title, v"
    assert dynamic_and_plain(f"""query {PLAIN} --fields '$meta["x"]'""") == failed(
        f"""{PLAIN} has no field '$meta["x"]'""", fields
    )
    assert dynamic_and_plain(f"query {PLAIN} --fields nosuch") == failed(f"{PLAIN} has no field 'nosuch'", fields)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (None, []),
        ("a, b,,", ["a", "b"]),
        ('$meta["a,b"],c', ['$meta["a,b"]', "c"]),
        ("$meta['it\\'s, so'] ,c", ["$meta['it\\'s, so']", "c"]),
        ('$meta["open,c', ['$meta["open', "c"]),
    ],
)
def test_names_are_split_outside_of_brackets(text: str | None, names: list[str]) -> None:
    assert names_in(text) == names


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("id", Fields(("id",), ("id",), flat=False)),
        ("*", Fields(("id", "title", "$meta"), ("id", "title"), flat=True)),
        ("title,x", Fields(("title", "id", "$meta"), ("title", "x"), flat=False, keys=("x",))),
        ("""$meta["x\\"y"],$meta['a.b']""", Fields(("id", "$meta"), ('x"y', "a.b"), flat=False)),
        ("$meta,id", Fields(("id", "$meta"), ("$meta", "id"), flat=False)),
    ],
)
def test_fields_of_rows_are_requested_by_the_fields_that_hold_them(text: str, fields: Fields) -> None:
    assert chosen_fields(SCHEMA, text) == fields


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["title", "x"], Shown(("title", "x"), ("title", "x"), frozenset({"x"}), ("x",))),
        (["title", "a.b"], Shown(("title", "a.b"), ("title", "$meta"), frozenset({"a.b"}), ("a.b",))),
        (['$meta["x"]', "y"], Shown(("x", "y"), ("$meta",), frozenset({"x", "y"}), ("y",))),
        (["*"], Shown(("title", "$meta"), ("*",))),
    ],
)
def test_fields_of_hits_are_asked_for_by_names_that_every_server_takes(names: list[str], shown: Shown) -> None:
    assert shown_fields(SCHEMA, names) == shown


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('$meta["a"]["b"]', 'invalid key of the dynamic field: $meta["a"]["b"]'),
        ("$meta[a]", "invalid key of the dynamic field: $meta[a]"),
        ('$meta[""]', 'invalid key of the dynamic field: $meta[""]'),
        ('$meta["$meta"]', 'invalid key of the dynamic field: $meta["$meta"]'),
        ('$meta["title"]', "'title' is a field of c, not a key of its dynamic field"),
    ],
)
def test_an_invalid_key_is_refused(text: str, error: str) -> None:
    def refusal(ask: Any) -> str:
        with pytest.raises(CliError) as caught:
            ask()
        assert isinstance(caught.value, InvalidInput)
        return caught.value.message

    assert refusal(lambda: chosen_fields(SCHEMA, text)) == refusal(lambda: shown_fields(SCHEMA, [text])) == error
