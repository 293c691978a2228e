"""Dynamic keys with the name of a field, and those without a name: refused or kept, never lost."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.official import milvus_pb2, open_stub, schema_pb2
from tests.support.process import ServerProcess
from tests.support.recorder import run_here
from tests.support.typed import Typed, failed

NAME, PLAIN = "meta_keys", "meta_plain"
FIELDS = "-f id:INT64 -f vector:FLOAT_VECTOR:2 -p id --index vector:FLAT:L2"
GOOD = '{"id": 1, "vector": [1, 2], "$meta": {"x": 1}}'
HIDDEN = '{"id": 2, "vector": [1, 2], "$meta": {"id": 99}}'
REASON, HINT = "key 'id' is the name of a field", "rename the key, or leave it out"


@pytest.fixture(scope="module")
def two_collections(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One with a dynamic field and one without, both loaded."""
    typed = Typed(Cli(tmp_path_factory.mktemp("meta_keys")), server)
    typed.gone(NAME, PLAIN)
    typed.all(
        f"create collection -c {NAME} {FIELDS} --dynamic",
        f"create collection -c {PLAIN} {FIELDS}",
        f"load collection {NAME}",
        f"load collection {PLAIN}",
    )
    yield
    typed.gone(NAME, PLAIN)


@pytest.fixture
def empty_collections(typed: Typed, two_collections: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """With those collections, without rows; files are named relative to the current directory."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    for name in (NAME, PLAIN):
        typed(f"delete entities -c {name} -e 'id >= 0' -y")
    return typed


def rejected(rows: int, reject: str, *, inserted: int = 1, name: str = NAME, note: str = "") -> Run:
    return Run(
        5,
        "",
        f"{reject}\n{note}error: Inserted {inserted} of {rows} rows into {name!r}, which had 0 and has "
        f"{inserted}; 1 rejected\nhint: --rejects FILE keeps them\n",
    )


def write_parquet(path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    columns = {"id": [1, 2], "vector": [[1.0, 2.0]] * 2, "$meta": ['{"x": 1}', '{"id": 99}']}
    parquet.write_table(pyarrow.table(columns), path)


@pytest.mark.parametrize(
    ("kind", "text", "line"),
    [
        ("jsonl", f"{GOOD}\n{HIDDEN}\n", 2),
        ("json", f"[{GOOD},\n {HIDDEN}]", 2),
        ("csv", 'id,vector,$meta\n1,"[1,2]","{""x"":1}"\n2,"[1,2]","{""id"":99}"\n', 3),
        ("tsv", 'id\tvector\t$meta\n1\t[1,2]\t"{""x"":1}"\n2\t[1,2]\t"{""id"":99}"\n', 3),
        ("parquet", "", 2),
    ],
)
def test_a_key_that_is_the_name_of_a_field_is_rejected_in_every_format(
    empty_collections: Typed, kind: str, text: str, line: int
) -> None:
    path = Path(f"rows.{kind}")
    if text:
        path.write_text(text)
    else:
        write_parquet(path)
    place = "line" if kind in ("csv", "tsv", "jsonl") else "row"
    assert empty_collections(f"insert file -c {NAME} {path}") == rejected(
        2, f"{path}, {place} {line}, column '$meta': {REASON}"
    )
    assert empty_collections.json(f"query {NAME}") == [{"id": 1, "vector": [1.0, 2.0], "x": 1}]


@pytest.mark.parametrize("verb", ["insert", "upsert"])
@pytest.mark.parametrize("key", ["id", "vector", "$meta"])
def test_no_row_of_a_line_has_such_a_key(empty_collections: Typed, verb: str, key: str) -> None:
    rows = json.dumps([json.loads(GOOD), {"id": 2, "vector": [1, 2], "$meta": {"a": 1, key: {"b": 1}}}])
    reason = f"row 2, field '$meta': key {key!r} is the name of a field"
    assert empty_collections(f"{verb} row -c {NAME} --row '{rows}'") == failed(reason, HINT, code=2)
    assert empty_collections.json(f"query {NAME}") == []


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_a_key_without_a_name_is_kept(empty_collections: Typed, kind: str) -> None:
    row = {"id": 1, "vector": [1.0, 2.0], "": {"a": 1}}
    Path(f"rows.{kind}").write_text(json.dumps(row))
    run = empty_collections(f"insert file -c {NAME} rows.{kind}")
    assert run == Run(0, f"Inserted 1 of 1 rows into {NAME!r}, which had 0 and has 1.\n", "")
    assert json.loads(empty_collections(f"export {NAME} -").out) == row


def test_a_key_without_a_name_is_unknown_where_there_are_no_keys(empty_collections: Typed) -> None:
    Path("rows.jsonl").write_text('{"id":1,"vector":[1,2]}\n{"id":2,"vector":[1,2],"":5}\n')
    line = f"insert file -c {PLAIN} rows.jsonl"
    reject = f"rows.jsonl, line 2: {PLAIN} has no field '' (fields: id, vector)"
    assert empty_collections(line) == rejected(2, reject, name=PLAIN)
    empty_collections(f"delete entities -c {PLAIN} -e 'id >= 0' -y")
    done = Run(0, f"Inserted 2 of 2 rows into {PLAIN!r}, which had 0 and has 2.\n", "")
    assert empty_collections(f"{line} --ignore-unknown") == done


@pytest.mark.parametrize("name", [NAME, PLAIN])
def test_a_column_without_a_name_is_left_out_and_said_once(empty_collections: Typed, name: str) -> None:
    rows = "".join(f'{number},{number},"[1,2]"\n' for number in range(3))
    Path("rows.csv").write_text(f",id,vector\n{rows}")
    done = f"Inserted 3 of 3 rows into {name!r}, which had 0 and has 3.\n"
    line = f"insert file -c {name} rows.csv"
    assert empty_collections(line) == Run(0, done, "rows.csv: column 1 has no name: left out\n")
    assert empty_collections.json(f"query {name} -e 'id == 2'") == [{"id": 2, "vector": [1.0, 2.0]}]


@pytest.fixture
def hidden_key(cli: Cli, milvus: MilvusServer) -> Iterator[Typed]:
    """Milvus with a row whose dynamic key is hidden by the primary field, as another client wrote it."""
    typed = Typed(cli, milvus)
    typed.gone("meta_hidden")
    typed.all(f"create collection -c meta_hidden {FIELDS} --dynamic", "load collection meta_hidden")
    vectors = schema_pb2.VectorField(dim=2, float_vector=schema_pb2.FloatArray(data=[1, 2] * 3))
    ids = schema_pb2.ScalarField(long_data=schema_pb2.LongArray(data=[1, 2, 3]))
    objects = schema_pb2.JSONArray(data=[b'{"x":"id"}', rb'{"\u0069d":99,"y":2}', b"{}"])
    columns = [
        schema_pb2.FieldData(type=schema_pb2.Int64, field_name="id", scalars=ids),
        schema_pb2.FieldData(type=schema_pb2.FloatVector, field_name="vector", vectors=vectors),
        schema_pb2.FieldData(type=schema_pb2.JSON, is_dynamic=True, scalars=schema_pb2.ScalarField(json_data=objects)),
    ]
    with open_stub(milvus.address) as stub:
        answer = stub.Insert(milvus_pb2.InsertRequest(collection_name="meta_hidden", num_rows=3, fields_data=columns))
    assert answer.insert_cnt == 3, answer
    yield typed
    typed.gone("meta_hidden", "meta_copied")


def test_an_export_keeps_a_hidden_key_apart_and_no_insert_takes_it(hidden_key: Typed, tmp_path: Path) -> None:
    rows = [
        '{"id":1,"vector":[1.0,2.0],"x":"id"}',
        '{"id":2,"vector":[1.0,2.0],"y":2,"$meta":{"id":99}}',
        '{"id":3,"vector":[1.0,2.0]}',
    ]
    assert hidden_key("export meta_hidden -") == Run(0, "\n".join(rows) + "\n", "")
    assert hidden_key("export meta_hidden - --format json") == Run(0, "[\n" + ",\n".join(rows) + "\n]\n", "")
    path = tmp_path / "rows.jsonl"
    path.write_text(rows[1])
    run = hidden_key(f"insert file -c meta_hidden {path}")
    assert (run.code, run.err.splitlines()[0]) == (5, f"{path}, line 1, column '$meta': {REASON}")


def test_rows_show_a_hidden_key_apart(hidden_key: Typed) -> None:
    first, second, third = ({"id": key, "vector": [1.0, 2.0], "x": None, "y": None, "$meta": None} for key in (1, 2, 3))
    rows = [{**first, "x": "id"}, {**second, "y": 2, "$meta": {"id": 99}}, third]
    assert hidden_key.json("query meta_hidden") == rows
    assert hidden_key.json("get meta_hidden --ids 2") == [{"id": 2, "vector": [1.0, 2.0], "y": 2, "$meta": {"id": 99}}]
    assert hidden_key.json("get meta_hidden --fields '*,$meta' --ids 2") == [
        {"id": 2, "vector": [1.0, 2.0], "$meta": {"id": 99, "y": 2}, "y": 2}
    ]


def test_a_copy_to_milvus_lite_refuses_a_hidden_key(hidden_key: Typed, lite: LiteServer, tmp_path: Path) -> None:
    Typed(Cli(tmp_path), lite).gone("meta_hidden")
    for alias, server in (("old", hidden_key.server), ("new", lite)):
        assert run_here(["connect", server.address, "-a", alias], tmp_path, "").code == 0
    run = run_here(["copy", "old:meta_hidden", "new:meta_hidden", "-y"], tmp_path, "")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith(
        "error: row 2 of 'meta_hidden' has a key 'id' in its dynamic field: Milvus Lite would take it for the field of "
        "that name\nhint: upsert the row without that key in the source\n"
    )
    Typed(Cli(tmp_path), lite).gone("meta_hidden")

    # Another Milvus keeps it unchanged.
    assert run_here(["copy", "old:meta_hidden", "old:meta_copied", "-y"], tmp_path, "").code == 0
    assert hidden_key("export meta_copied -") == hidden_key("export meta_hidden -")
