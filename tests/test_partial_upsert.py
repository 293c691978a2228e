"""Upserts that change only the given fields: their requests beside pymilvus's, and the rows on Milvus Lite."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from pymilvus import MilvusClient

from tests.support.cli import Run
from tests.support.grpc_peer import GrpcPeer, in_turn, refuses, replies, writes
from tests.support.official import grpc, milvus_pb2, official_client, schema_pb2
from tests.support.recorder import run_here
from tests.support.typed import Typed, failed, on_lite

FIELDS: tuple[tuple[str, Any, dict[str, str]], ...] = (
    ("id", schema_pb2.Int64, {}),
    ("title", schema_pb2.VarChar, {"max_length": "20"}),
    ("year", schema_pb2.Int32, {}),
    ("rank", schema_pb2.Int64, {}),
    ("tags", schema_pb2.Array, {"max_capacity": "9"}),
    ("words", schema_pb2.SparseFloatVector, {}),
    ("v", schema_pb2.FloatVector, {"dim": "2"}),
)


def shelf(*, dynamic: bool = True, auto_id: bool = False) -> milvus_pb2.DescribeCollectionResponse:
    schema = schema_pb2.CollectionSchema(name="shelf", enable_dynamic_field=dynamic, autoID=auto_id)
    for number, (name, kind, sizes) in enumerate(FIELDS, start=100):
        field = schema.fields.add(name=name, data_type=kind, fieldID=number)
        field.is_primary_key, field.nullable = name == "id", name == "year"
        field.autoID = auto_id and name == "id"
        for key, value in sizes.items():
            field.type_params.add(key=key, value=value)
        if name == "tags":
            field.element_type = schema_pb2.Int64
        if name == "rank":
            field.default_value.long_data = 7
    return milvus_pb2.DescribeCollectionResponse(schema=schema, collection_name="shelf", collectionID=1)


class Shelf:
    """A server with a collection `shelf`, and the upserts that both clients send to it."""

    def __init__(self, peer: GrpcPeer, home: Path) -> None:
        self.peer, self.home = peer, home

    def has(self, version: str = "v2.6.17", **attributes: bool) -> None:
        self.peer.handlers |= {
            "GetVersion": replies(milvus_pb2.GetVersionResponse(version=version)),
            "DescribeCollection": replies(shelf(**attributes)),
            "Upsert": writes,
        }

    def __call__(self, line: str) -> Run:
        self.peer.calls.clear()
        return run_here(shlex.split(line), self.home, self.peer.uri)

    def file(self, name: str, *rows: object) -> Path:
        path = self.home / name
        path.write_text("".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in rows))
        return path

    def sent(self) -> list[dict[str, Any]]:
        return [as_dict(each) for each in self.peer.requests("Upsert")]

    def keys(self) -> list[list[str]]:
        """The fields of each request."""
        return [[each["fieldName"] for each in request["fieldsData"]] for request in self.sent()]

    def by_pymilvus(self, rows: list[dict[str, Any]], name: str = "shelf", **options: Any) -> list[dict[str, Any]]:
        client = official_client(self.peer.uri)
        self.peer.calls.clear()
        client.upsert(name, rows, partial_update=True, **options)
        client.close()
        return self.sent()


def as_dict(request: Any) -> dict[str, Any]:
    """The request; pymilvus leaves out the types of elements of arrays, which Milvus has in the schema."""
    found = MessageToDict(request)
    for each in found["fieldsData"]:
        each.get("scalars", {}).get("arrayData", {}).pop("elementType", None)
    return {name: value for name, value in found.items() if name not in ("base", "schemaTimestamp")}


@pytest.fixture(scope="module")
def peer_with_shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with GrpcPeer({"Query": refuses(101, "not loaded")}) as peer:
        yield Shelf(peer, tmp_path_factory.mktemp("partial"))


ROWS: list[list[dict[str, Any]]] = [
    [{"id": 1, "title": "Emma"}],
    [{"id": 1, "year": 1815}, {"id": 2, "year": None}],
    [{"id": 1, "year": None}],
    [{"id": 1, "rank": 3}],
    [{"id": 1, "tags": [1, 2]}, {"id": 2, "tags": []}],
    [{"id": 1, "v": [0.5, 0.25]}],
    [{"id": 1, "words": {3: 0.5, 70_000: 1.25}}],
    [{"id": 1, "color": "red"}, {"id": 2, "color": None, "size": 4}],
    [{"id": 1, "title": "Emma", "year": 1815, "rank": 1, "tags": [1], "v": [1.0, 2.0], "words": {1: 1.0}}],
    [{"id": 1}],
]


@pytest.mark.parametrize("dynamic", [True, False], ids=["dynamic", "plain"])
@pytest.mark.parametrize("rows", ROWS, ids=[" ".join(each[0]) for each in ROWS])
def test_the_request_is_that_of_pymilvus(peer_with_shelf: Shelf, rows: list[dict[str, Any]], dynamic: bool) -> None:
    if not dynamic and any("color" in each for each in rows):
        return
    peer_with_shelf.has(dynamic=dynamic)
    # pymilvus remembers schemas by the name of the collection.
    name = "shelf" if dynamic else "plain"
    run = peer_with_shelf(f"upsert row -c {name} --partial --row {shlex.quote(json.dumps(rows))}")
    assert (run.code, run.err) == (0, ""), run
    ours = peer_with_shelf.sent()
    assert ours == peer_with_shelf.by_pymilvus(rows, name)

    path = peer_with_shelf.file("rows.jsonl", *rows)
    assert peer_with_shelf(f"upsert file -c {name} --partial {path}").code == 0
    assert peer_with_shelf.sent() == ours


@pytest.mark.parametrize(("option", "name"), [("--append", "array_append"), ("--remove", "array_remove")])
def test_the_operation_on_an_array_is_that_of_pymilvus(peer_with_shelf: Shelf, option: str, name: str) -> None:
    peer_with_shelf.has()
    run = peer_with_shelf(f"""upsert row shelf {option} tags --row '{{"id": 1, "tags": [4], "year": 9}}'""")
    assert run.out == "Upserted 1 row into 'shelf'.\n"
    ours = peer_with_shelf.sent()
    rows = [{"id": 1, "tags": [4], "year": 9}]
    assert ours == peer_with_shelf.by_pymilvus(rows, field_ops={"tags": name})


def test_rows_of_different_fields_go_in_requests_of_their_own(peer_with_shelf: Shelf) -> None:
    peer_with_shelf.has(dynamic=False)
    rows = [{"id": 1, "title": "a"}, {"id": 2, "title": "b"}, {"id": 2, "year": 1}, {"id": 3, "year": 2}]
    run = peer_with_shelf(f"upsert row -c shelf --partial --row '{json.dumps([*rows, {'id': 3, 'year': 4}])}'")
    assert run.out == "Upserted 5 rows into 'shelf'.\n"
    assert peer_with_shelf.keys() == [["id", "title"], ["id", "year"], ["id", "year"]]

    path = peer_with_shelf.file("mixed.jsonl", *rows, "{oops", {"id": 3, "year": 4}, {"id": "x"}, {"id": 9, "year": 1})
    run = peer_with_shelf(f"upsert file -c shelf --partial {path}")
    assert f"{path}, line 5: " in run.err
    assert run.err.endswith("error: Upserted 6 of 8 rows into 'shelf'; 2 rejected\nhint: --rejects FILE keeps them\n")
    assert peer_with_shelf.keys() == [["id", "title"], ["id", "year"], ["id", "year"], ["id", "year"]]


def test_a_rejects_file_is_upserted_again(peer_with_shelf: Shelf) -> None:
    peer_with_shelf.has(dynamic=False)
    path, rejects = peer_with_shelf.file("bad.jsonl", {"id": 1, "year": "x"}, {"id": 2}), peer_with_shelf.home / "rej"
    assert peer_with_shelf(f"upsert file -c shelf --partial {path} --rejects {rejects}").code == 5
    (line,) = rejects.read_text().splitlines()
    assert json.loads(line)["row"] == {"id": 1, "year": "x"}

    mended = peer_with_shelf.file("mended.jsonl", line.replace('"x"', "5"))
    run = peer_with_shelf(f"upsert file -c shelf --partial {mended}")
    assert run.out == "Upserted 1 of 1 rows into 'shelf'.\n", run
    assert peer_with_shelf.keys() == [["id", "year"]]


def test_only_the_key_is_needed_in_a_csv_file(peer_with_shelf: Shelf) -> None:
    peer_with_shelf.has(dynamic=False, auto_id=True)
    path = peer_with_shelf.file("some.csv", "id,year", "1,1815", "2,")
    assert peer_with_shelf(f"upsert file -c shelf --partial {path}").code == 0
    (request,) = peer_with_shelf.peer.requests("Upsert")
    year: Any = request.fields_data[1]  # type: ignore[attr-defined]
    assert (list(year.valid_data), list(year.scalars.int_data.data)) == ([True, False], [1815])

    without = peer_with_shelf.file("keyless.csv", "title,year", "a,1")
    run = peer_with_shelf(f"upsert file -c shelf --partial {without}")
    assert run.err.startswith(f"error: {without} has no column for 'id'"), run


WRONG = [
    ("--partial", [{"title": "a"}], "row 1, field 'id' is missing", "it is INT64 and takes no null"),
    ("--partial", [{"id": 1, "year": 1}, {"id": 2, "title": None}], "row 2, field 'title' is missing", "it is VARCHAR"),
    ("--partial", [{"id": 1, "titel": "a"}], "row 1: shelf has no field 'titel'", "did you mean title?"),
    ("--append tag", [{"id": 1, "tags": [1]}], "field 'tag' not found in 'shelf'", "did you mean tags?"),
    ("--append title", [{"id": 1, "title": "a"}], "field 'title' is VARCHAR, not ARRAY", "--partial replaces"),
    ("--append tags", [{"id": 1, "year": 1}], "no row has values of 'tags'", 'write {"tags": [1, 2], …}'),
    (
        "--append tags --remove tags",
        [{"id": 1, "tags": [1]}],
        "--append and --remove are given for 'tags'",
        "upsert the row twice",
    ),
]


@pytest.mark.parametrize(("options", "rows", "message", "hint"), WRONG, ids=[each[2] for each in WRONG])
def test_rows_that_cannot_be_meant_are_refused(
    peer_with_shelf: Shelf, options: str, rows: list[dict[str, Any]], message: str, hint: str
) -> None:
    peer_with_shelf.has(dynamic=False)
    run = peer_with_shelf(f"upsert row -c shelf {options} --row '{json.dumps(rows)}'")
    assert run.code == 2, run
    assert run.err.startswith(f"error: {message}\nhint: {hint}"), run
    assert peer_with_shelf.sent() == []


LACKING = [
    ("v2.3.5", "upsert row -c shelf --partial --row '{\"id\": 1}'", "upsert --partial (requires Milvus 2.6.2)"),
    ("v2.6.1", "upsert file -c shelf --partial {rows}", "upsert --partial (requires Milvus 2.6.2)"),
    (
        "v2.6.16",
        'upsert row -c shelf --append tags --row \'{"id": 1, "tags": [1]}\'',
        "upserts that append to arrays or remove from them (requires Milvus 2.6.17)",
    ),
]


@pytest.mark.parametrize(("version", "line", "lacking"), LACKING)
def test_a_server_that_would_replace_the_rows_is_sent_none(
    peer_with_shelf: Shelf, version: str, line: str, lacking: str
) -> None:
    peer_with_shelf.has(version)
    rows = peer_with_shelf.file("rows.jsonl", {"id": 1})
    run = peer_with_shelf(line.replace("{rows}", str(rows)))
    assert run == failed(f"Milvus {version[1:]} has no {lacking}")
    assert peer_with_shelf.sent() == []


def loses(request: Any, context: grpc.ServicerContext) -> Any:
    context.abort(grpc.StatusCode.UNAVAILABLE, "Socket closed")


@pytest.mark.parametrize(("option", "calls"), [("--remove", 2), ("--append", 1)])
def test_after_a_lost_answer_only_an_append_is_not_sent_again(peer_with_shelf: Shelf, option: str, calls: int) -> None:
    peer_with_shelf.has()
    peer_with_shelf.peer.handlers["Upsert"] = in_turn(loses, writes)
    run = peer_with_shelf(f'upsert row -c shelf {option} tags --row \'{{"id": 1, "tags": [1]}}\'')
    assert len(peer_with_shelf.peer.requests("Upsert")) == calls
    assert ("outcome unknown" in run.err, run.code) == ((False, 0) if calls == 2 else (True, 3))


def test_rows_before_a_refused_one_are_reported(peer_with_shelf: Shelf) -> None:
    peer_with_shelf.has()
    peer_with_shelf.peer.handlers["Upsert"] = in_turn(writes, refuses(1100, "no such key"))
    rows = json.dumps([{"id": 1, "year": 1}, {"id": 2, "title": "b"}])
    run = peer_with_shelf(f"upsert row -c shelf --partial --row '{rows}'")
    assert run == failed("no such key; 1 row before it are in")


def test_an_interrupted_job_goes_on_only_as_partial(peer_with_shelf: Shelf) -> None:
    peer_with_shelf.has(dynamic=False)
    peer_with_shelf.peer.handlers["Upsert"] = in_turn(writes, refuses(9999, "disk is full"), writes)
    rows = [{"id": number, "year": number} if number % 2 else {"id": number, "rank": 1} for number in range(6)]
    path = peer_with_shelf.file("long.jsonl", *rows)
    run = peer_with_shelf(f"upsert file -c shelf --partial {path}")
    assert run.code == 1, run
    assert "had another --partial" in peer_with_shelf(f"upsert file -c shelf {path} --resume").err

    run = peer_with_shelf(f"upsert file -c shelf --partial {path} --resume")
    assert run.out == "Upserted 6 of 6 rows into 'shelf'.\n", run


CREATE = (
    "create collection -c {name} -f id:INT64 -f title:VARCHAR:20 -f year:INT32 -f meta:JSON -f v:FLOAT_VECTOR:2 "
    "-p id --dynamic --nullable year --index v:FLAT:L2"
)
BEFORE = [
    {"id": 1, "title": "Emma", "year": 1815, "meta": {"a": 1}, "v": [1.0, 2.0], "color": "red"},
    {"id": 2, "title": "Persuasion", "year": 1817, "meta": {"b": 2}, "v": [3.0, 4.0], "size": 4},
]
CHANGES: list[list[dict[str, Any]]] = [
    [{"id": 1, "title": "New"}],
    [{"id": 1, "year": None}, {"id": 2, "year": 3}],
    [{"id": 2, "v": [9.0, 8.0]}],
    [{"id": 1, "meta": {"c": 3}}],
    [{"id": 1, "size": 9}, {"id": 2, "size": 5}],
    [{"id": 3, "title": "Sanditon", "year": 1925, "meta": {}, "v": [0.0, 1.0]}],
]


@on_lite
@pytest.mark.parametrize("rows", CHANGES, ids=[json.dumps(each)[:40] for each in CHANGES])
def test_milvus_lite_has_the_same_rows_as_after_pymilvus(typed: Typed, rows: list[dict[str, Any]]) -> None:
    client = official_client(typed.server.uri)
    for name in ("part_ours", "part_theirs"):
        typed.gone(name)
        typed.all(CREATE.format(name=name), f"insert row -c {name} --row '{json.dumps(BEFORE)}'", f"load {name}")
    typed.all(f"upsert row -c part_ours --partial --row '{json.dumps(rows)}'")
    client.upsert("part_theirs", rows, partial_update=True)
    ours, theirs = (rows_in(client, name) for name in ("part_ours", "part_theirs"))
    client.close()
    typed.gone("part_ours", "part_theirs")
    assert ours == theirs
    assert ours != BEFORE


def rows_in(client: MilvusClient, name: str) -> list[dict[str, Any]]:
    found = client.query(name, filter="id >= 0", output_fields=["*"])
    return [{key: list(value) if key == "v" else value for key, value in dict(each).items()} for each in found]


@on_lite
def test_a_partial_file_changes_rows_and_refuses_new_ones_without_all_fields(typed: Typed, tmp_path: Path) -> None:
    typed.gone("part_file")
    typed.all(
        CREATE.format(name="part_file"), f"insert row -c part_file --row '{json.dumps(BEFORE)}'", "load part_file"
    )
    path = tmp_path / "rows.jsonl"
    rows = [{"id": 1, "title": "A"}, {"id": 1, "year": 1}, {"id": 7, "title": "new"}, {"id": 2, "title": "B"}]
    path.write_text("".join(json.dumps(each) + "\n" for each in rows))
    run = typed(f"upsert file -c part_file --partial {path}")
    assert run.code == 5, run
    assert run.err.endswith(
        "error: Upserted 3 of 4 rows into 'part_file', which had 2 and has 2; 1 rejected\n"
        "hint: --rejects FILE keeps them\n"
    )
    found = typed.json("query -c part_file --filter 'id > 0' --fields id,title,year,color,size")
    assert [[each["id"], each["title"], each["year"], each["color"], each["size"]] for each in found] == [
        [1, "A", 1, "red", None],
        [2, "B", 1817, None, 4],
    ]
    typed.gone("part_file")


@on_lite
def test_milvus_lite_has_no_operations_on_arrays(typed: Typed) -> None:
    run = typed('upsert row -c any --append tags --row \'{"id": 1, "tags": [1]}\'')
    lacking = "upserts that append to arrays or remove from them (requires Milvus 2.6.17)"
    assert run == failed(f"Milvus Lite 3.2.2 has no {lacking}")
