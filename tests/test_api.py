"""`api` puts requests together from fields, reads pages, lists the paths of RESTful v2, and shows answers as rows."""

import json
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from milvus_cli.client.rest_paths import PATHS
from milvus_cli.connections.read_only import rest_reads
from tests.support.cli import Run
from tests.support.recorder import run_here
from tests.support.rest_peer import V2, Asked, RestPeer
from tests.support.typed import Typed, failed, on_milvus

Line: TypeAlias = Callable[..., Run]
QUERY, LIST = f"{V2}/entities/query", f"{V2}/collections/list"
SEARCHES = ("query", "search", "hybrid_search", "advanced_search")
STATES = ("get_stats", "get_load_state", "get_compaction_state", "get_progress")
READING = ("list", "has", "describe", "get", "run_analyzer", *SEARCHES, *STATES)


@pytest.fixture
def peer() -> Iterator[RestPeer]:
    with RestPeer() as running:
        yield running


@pytest.fixture
def line(peer: RestPeer, tmp_path: Path) -> Line:
    """Runs a line against the peer."""
    return lambda text, **options: run_here(shlex.split(text), tmp_path / "home", peer.uri, **options)


def sent(peer: RestPeer) -> Any:
    """The body of the only request."""
    (asked,) = peer.asked
    return json.loads(asked.body)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (LIST, Asked("POST", LIST, "{}")),
        (f"POST {LIST}", Asked("POST", LIST, "{}")),
        (f"get {LIST}", Asked("GET", LIST, "")),
        (f"{LIST} -X GET", Asked("GET", LIST, "")),
        ("/healthz", Asked("GET", "/healthz", "")),
        ("/healthz -d {}", Asked("POST", "/healthz", "{}")),
        ("/healthz -f a=1", Asked("POST", "/healthz", '{"a": "1"}')),
        ("GET /v1/x -f a='b&c' -F n=true", Asked("GET", "/v1/x?a=b%26c&n=true", "")),
        ("GET '/v1/x?y=1' -F n=2", Asked("GET", "/v1/x?y=1&n=2", "")),
        (f"--db shop {LIST}", Asked("POST", LIST, '{"dbName": "shop"}')),
        (f"""{QUERY} -d '{{"x": 1.500}}' -F limit=1""", Asked("POST", QUERY, '{"limit": 1, "x": 1.500}')),
    ],
)
def test_the_method_follows_from_the_body_and_the_path(line: Line, peer: RestPeer, words: str, asked: Asked) -> None:
    global_option = "--db shop " if words.startswith("--db") else ""
    line(f"{global_option}api {words.removeprefix(global_option)} --yes")
    assert peer.asked == [asked]


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ("-f a=1 -f b=true -f c=' d=e '", {"a": "1", "b": "true", "c": " d=e "}),
        ("-F a=1 -F b=true -F c=false -F d=null -F e=x", {"a": 1, "b": True, "c": False, "d": None, "e": "x"}),
        ("-F a=-1.5e3 -F b=007 -F c=9007199254740993", {"a": -1500, "b": "007", "c": 9007199254740993}),
        ("-F a='[[0.5, 1]]' -F b='{\"c\": 2}' -F d='[id] > 0'", {"a": [[0.5, 1]], "b": {"c": 2}, "d": "[id] > 0"}),
        ("-F a[b][c]=1 -F a[b][d]=2 -F a[e]=3", {"a": {"b": {"c": 1, "d": 2}, "e": 3}}),
        ("-f a[]=x -f a[]=y -f b[] -F c[d][]=1", {"a": ["x", "y"], "b": [], "c": {"d": [1]}}),
        ("-F a[][b]=1 -F a[][c]=2 -F a[][b]=3", {"a": [{"b": 1, "c": 2}, {"b": 3}]}),
        ("-F a[][b][c]=1 -F a[][b][d]=2 -F a[][b][c]=3", {"a": [{"b": {"c": 1, "d": 2}}, {"b": {"c": 3}}]}),
        ("-F a[][b][]=1 -F a[][b][]=2", {"a": [{"b": [1, 2]}]}),
        ("-F a=@text -F b=@list.json -F c=@@x -F d=-", {"a": "7", "b": [1, 2], "c": "@x", "d": "typed in"}),
        ("-F a=@- -f b=@text -f c=-", {"a": "typed in", "b": "@text", "c": "-"}),
        ("--input list.json", [1, 2]),
        ("--input -", "typed in"),
    ],
)
def test_fields_become_the_body(
    line: Line, peer: RestPeer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fields: str, body: object
) -> None:
    (tmp_path / "text").write_text("7\n")
    (tmp_path / "list.json").write_text("[1, 2]\n")
    monkeypatch.chdir(tmp_path)
    typed = '"typed in"\n' if fields == "--input -" else "typed in\n"
    assert line(f"api {QUERY} {fields}", input=typed).err.count("not found") == (1 if isinstance(body, dict) else 0)
    assert sent(peer) == body


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ("", "missing path", "api --list shows those of RESTful v2"),
        ("POST", "missing path", "api --list shows those of RESTful v2"),
        ("FETCH /x", "invalid method 'FETCH'", "expected one of GET, POST, PUT, PATCH, DELETE"),
        ("/x /y", "unexpected argument '/y'", ""),
        ("POST /x -X PUT", "POST and -X PUT give two methods", ""),
        ("x", "invalid path 'x'", "a path begins with /; api --list shows those of RESTful v2"),
        ("/x -f a=1 -F a=2", "field 'a': given twice", ""),
        ("/x -f a=1 -f a[b]=2", "field 'a[b]': 'a' is a value, not an object", ""),
        ("/x -f a[]=1 -f a[b]=2", "field 'a[b]': 'a' is an array, not an object", ""),
        ("/x -f a[][]=1", "field 'a[][]': write arrays of arrays as JSON, such as -F 'data=[[1, 2]]'", ""),
        ("/x -f a[", "--raw-field: 'a[' is not KEY=VALUE, KEY[NAME]=VALUE or KEY[]=VALUE", "help api"),
        ("/x -F a", "--field: 'a' is not KEY=VALUE, KEY[NAME]=VALUE or KEY[]=VALUE", "help api"),
        ("/x -F a=1e999", "--field: 1e999 is out of range", "help api"),
        ("/x -d {} --input -", "--data and --input both give the body", "fields add to either"),
        ("""/x -d '{"a": 1}' -f a=2""", "field 'a' is in the body too", ""),
        (
            "/x --input -",
            "--input is not JSON: Expecting value: line 1 column 1 (char 0)",
            'write it as {"collectionName": "book"}',
        ),
        ("/x -d [] -f a=2", "fields need a body that is a JSON object", ""),
        ("GET /x -f a[]=1", "field 'a': GET takes single values only", "-X POST sends a body"),
        (f"{LIST} --paginate", "--paginate takes POST /v2/vectordb/entities/query", "other answers have no pages"),
        (f"{QUERY} --paginate -F limit=0", "invalid limit 0: expected an integer of at least 1", ""),
        ("/x --list", "--list sends no request: unexpected argument '/x'", "api --list PATTERN"),
    ],
)
def test_a_request_that_contradicts_itself_is_not_sent(
    line: Line, peer: RestPeer, words: str, message: str, hint: str
) -> None:
    assert line(f"api {words}", input="}") == failed(message, hint, code=2)
    assert peer.asked == []


def test_keys_without_end_are_refused(line: Line) -> None:
    run = line(f"api /x -f a{'[b]' * 40}=1")
    assert run == failed("--raw-field: the key has more than 32 levels", "help api", code=2)


def test_a_dry_run_shows_the_body_that_fields_make(line: Line, peer: RestPeer) -> None:
    drop = f"{V2}/collections/drop"
    run = line(f"api {drop} -f collectionName=book --dry-run")
    place = f"MILVUS_URI ({peer.uri.removeprefix('http://')}, database default)"
    assert run == Run(0, f'Would send POST {drop} to {place}.\n{{"collectionName": "book"}}\n', "")

    shown = json.loads(line(f"api {drop} -f collectionName=book --dry-run -o json").out)
    assert (shown["body"], shown["sent"]) == ('{"collectionName": "book"}', False)
    assert peer.asked == []


BOOK = f"api {QUERY} -f collectionName=book"


@pytest.mark.parametrize(
    ("text", "out"),
    [
        (f"{BOOK} -F limit=2 -o csv", "id,title\n0,t0\n1,t1\n"),
        (f"{BOOK} -F limit=2 -o jsonl", '{"id": 0, "title": "t0"}\n{"id": 1, "title": "t1"}\n'),
        (f"{BOOK} -F limit=1 -o markdown", "| id | title |\n|---:|:------|\n|  0 | t0    |\n"),
        (f"{BOOK} -F limit=1 -o yaml", "code: 0\ndata:\n- id: 0\n  title: t0\ncost: 0\n"),
        (f"{BOOK} -F offset=5 -o jsonl", ""),
        (f"{BOOK} -F limit=2 --query data[].title -o csv", "t0\nt1\n"),
        (f"api {LIST} -o tsv", "value\nbook\nshelf\n"),
        (f"api {LIST} -o jsonl", '"book"\n"shelf"\n'),
        (f"api {V2}/collections/has -o jsonl", '{"code": 0, "data": {}}\n'),
    ],
)
def test_an_answer_with_a_list_is_shown_as_rows(line: Line, text: str, out: str) -> None:
    assert line(text) == Run(0, out, "")


def test_a_pipe_without_a_format_gets_the_whole_answer(line: Line) -> None:
    assert json.loads(line(f"api {LIST}").out) == {"code": 0, "data": ["book", "shelf"]}
    assert line(f"api {LIST} -o table --no-header").out.count("│ book") == 1


def test_rows_with_different_keys_share_a_table(line: Line, peer: RestPeer) -> None:
    peer.answers[LIST] = 200, {"code": 0, "data": [{"a": 1}, {"b": [2], "a": None}]}
    assert line(f"api {LIST} -o csv").out == "a,b\n1,\n,[2]\n"
    assert line(f"api {LIST} -o jsonl").out == '{"a": 1}\n{"b": [2], "a": null}\n'
    assert json.loads(line(f"api {LIST} -o json").out)["code"] == 0


@pytest.mark.parametrize(
    ("status", "answer", "message"),
    [
        (200, {"code": 100, "message": "collection not found\n stack"}, "collection not found stack"),
        (200, {"code": 200, "message": "partition not found"}, "partition not found"),
        (500, {"code": 0}, "HTTP 500"),
    ],
)
def test_an_answer_with_the_code_of_an_error_fails(
    line: Line, peer: RestPeer, status: int, answer: object, message: str
) -> None:
    peer.answers[LIST] = status, answer
    assert line(f"api {LIST}") == failed(f"POST {LIST}: {message}")


def test_an_older_success_is_one(line: Line, peer: RestPeer) -> None:
    peer.answers[LIST] = 200, {"code": 200, "data": ["book"], "message": ""}
    assert line(f"api {LIST} -o csv") == Run(0, "value\nbook\n", "")


@pytest.mark.parametrize(
    ("request_line", "hint"),
    [
        (f"GET {LIST}", "RESTful v2 takes POST"),
        (f"{V2}/collections/lists", f"did you mean {LIST} or "),
        ("/v1/vector/collections", "Milvus before 2.4 has /v1/vector/…, newer ones /v2/vectordb/…"),
    ],
)
def test_a_path_that_is_not_there_gets_a_hint(line: Line, peer: RestPeer, request_line: str, hint: str) -> None:
    peer.answers[f"{V2}/collections/lists"] = 404, "404 page not found"
    run = line(f"api {request_line} --yes")
    assert run.code == 1
    assert run.err.splitlines()[1].startswith(f"hint: {hint}")


def test_pages_are_read_until_one_is_empty(line: Line, peer: RestPeer) -> None:
    run = line(f"{BOOK} --paginate -F limit=2 -o csv")
    assert run == Run(0, "id,title\n0,t0\n1,t1\n2,t2\n", "")
    assert [json.loads(each.body)["offset"] for each in peer.asked] == [0, 2, 4]

    peer.asked.clear()
    whole = json.loads(line(f"{BOOK} --paginate -F offset=1 -o json").out)
    assert whole == {"code": 0, "data": [{"id": 1, "title": "t1"}, {"id": 2, "title": "t2"}], "cost": 0}
    assert [(json.loads(each.body)["offset"], json.loads(each.body)["limit"]) for each in peer.asked] == [
        (1, 1000),
        (1001, 1000),
    ]


@pytest.mark.parametrize(("rows", "code"), [(16_383, 0), (16_384, 1)])
def test_pages_that_reach_the_limit_of_milvus_are_not_taken_for_all(
    line: Line, peer: RestPeer, rows: int, code: int
) -> None:
    peer.rows = [{"id": number} for number in range(rows)]
    run = line(f"{BOOK} --paginate -F limit=9000 -o markdown")
    assert (run.code, len(run.out.splitlines())) == (code, 0 if code else rows + 2)
    assert (
        run.err
        == (
            "error: Milvus returns no entities past the first 16,384 of a query\n"
            "hint: query_iterator and export collection have no limit\n"
        )
        * code
    )


def test_pages_without_a_list_are_an_error(line: Line, peer: RestPeer) -> None:
    peer.answers[QUERY] = 200, {"code": 0}
    assert line(f"{BOOK} --paginate") == failed("the answer has no list of entities")


def test_api_list_shows_the_paths_that_contain_a_text(line: Line) -> None:
    listed = json.loads(line("api --list -o json").out)
    assert [row["path"] for row in listed] == list(PATHS)
    assert listed[0] == {"path": LIST, "description": "List collections"}

    assert line("api --list entities/*search -o csv --no-header").out == (
        f"{V2}/entities/search,Search vectors\n"
        f"{V2}/entities/hybrid_search,Search several vector fields\n"
        f"{V2}/entities/advanced_search,Search several vector fields (older name of hybrid_search)\n"
    )
    assert line("api --list TOKENIZE -o csv --no-header").out == (
        f"{V2}/common/run_analyzer,Tokenize text with an analyzer\n"
    )


@pytest.mark.parametrize("path", PATHS)
def test_every_path_is_a_read_or_a_change(path: str) -> None:
    assert rest_reads("POST", path) is (path.rpartition("/")[2] in READING)


def test_a_database_is_not_dropped_because_its_name_is_missing(line: Line, peer: RestPeer) -> None:
    line(f"--db shop api {V2}/databases/drop --yes")
    line(f"--db shop api {V2}/databases/drop -f dbName=old --yes")
    assert [each.body for each in peer.asked] == ["{}", '{"dbName": "old"}']


@on_milvus
def test_fields_and_pages_work_with_the_first_version(typed: Typed) -> None:
    typed.make("api_pages", rows=5, index=True)
    typed.all("load collection api_pages")
    words = "-f collectionName=api_pages -f 'filter=id > 1' -F outputFields[]=title -F limit=2 --paginate"
    run = typed(f"api POST /v1/vector/query {words} -o jsonl")
    titles = [json.loads(each)["title"] for each in run.out.splitlines()]
    assert (run.code, sorted(titles)) == (0, ["t2", "t3", "t4", "t5"])

    run = typed("api GET /v1/vector/collections/describe -f collectionName=api_pages -o json")
    assert json.loads(run.out)["data"]["collectionName"] == "api_pages"
    typed.gone("api_pages")
