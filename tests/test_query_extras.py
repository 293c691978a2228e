"""Rows that a newer server groups, aggregates and orders: requests as pymilvus composes them, answers, refusals."""

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.grpc_peer import GrpcPeer, replies
from tests.support.lite_server import LiteServer
from tests.support.official import milvus_pb2, official_client, schema_pb2
from tests.support.recorder import run_here
from tests.support.searched import fill, typed_on
from tests.support.sent import Sent, said
from tests.support.typed import Typed, failed
from tests.test_search_extras import NAME, VERSION, shop, texts, with_chunks

UNSAID = {"ignore_growing": "False", "reduce_stop_for_best": "False"}
"""Parameters that pymilvus sends with their defaults."""


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sent]:
    """A peer that says it is Milvus 3.0, with the collection `shop`."""
    described = milvus_pb2.DescribeCollectionResponse(schema=shop(), collection_name=NAME, collectionID=1)
    peer = GrpcPeer(
        {
            "GetVersion": replies(VERSION),
            "DescribeCollection": replies(described),
            "AllocTimestamp": replies(milvus_pb2.AllocTimestampResponse(timestamp=7)),
        }
    )
    with peer:
        client = official_client(peer.uri)
        yield Sent(peer, client, tmp_path_factory.mktemp("queries"))
        client.close()


def keys(count: int = 2) -> schema_pb2.FieldData:
    column = schema_pb2.FieldData(type=schema_pb2.Int64, field_name="id")
    column.scalars.long_data.data.extend(range(1, count + 1))
    return column


def counts(*values: int) -> schema_pb2.FieldData:
    column = schema_pb2.FieldData(type=schema_pb2.Int64, field_name="count(*)")
    column.scalars.long_data.data.extend(values)
    return column


def groups() -> list[schema_pb2.FieldData]:
    means = schema_pb2.FieldData(type=schema_pb2.Double, field_name="avg(price)")
    means.scalars.double_data.data.extend([2.5, 4.0])
    return [texts("body", ["whale", "horse"]), counts(3, 1), means]


def answer(newer: Sent, *columns: schema_pb2.FieldData) -> None:
    newer.peer.handlers["Query"] = replies(milvus_pb2.QueryResults(fields_data=columns))


def plain(request: Any) -> dict[str, Any]:
    """A request without what pymilvus says by default, and with its parameters by name."""
    found = said(request)
    given = {pair.key: pair.value for pair in found.pop("query_params", [])}
    return {**found, "params": {key: value for key, value in given.items() if UNSAID.get(key) != value}}


GROUPED = ["--fields", "COUNT(*), avg( price )", "--group-by", "body", "-l", "5", "-e", "id > 0"]
CASES: Mapping[str, tuple[list[str], dict[str, Any]]] = {
    "groups": (
        [*GROUPED, "--order-by", "body:desc"],
        {
            "filter": "id > 0",
            "output_fields": ["body", "count(*)", "avg(price)"],
            "group_by_fields": ["body"],
            "order_by_fields": ["body:desc"],
            "limit": 5,
        },
    ),
    "sums": (["--fields", "sum(price),max(price)"], {"filter": "", "output_fields": ["sum(price)", "max(price)"]}),
    "order": (
        ["--fields", "id,body", "--order-by", "price:desc", "--order-by", "id", "-l", "3", "--offset", "2"],
        {
            "filter": "",
            "output_fields": ["id", "body"],
            "order_by_fields": [{"field": "price", "order": "desc"}, {"field": "id"}],
            "limit": 3,
            "offset": 2,
        },
    ),
    "times": (
        ["--fields", "id", "-l", "3", "--timezone", "Europe/Rome", "--time-fields", "year"],
        {"filter": "", "output_fields": ["id"], "limit": 3, "timezone": "Europe/Rome", "time_fields": "year"},
    ),
    "templates": (
        [
            "--fields",
            "id",
            "-l",
            "3",
            "-e",
            "id in {ids} and body == {name}",
            "--param",
            "ids=[1,2]",
            "--param",
            "name=x",
        ],
        {
            "filter": "id in {ids} and body == {name}",
            "filter_params": {"ids": [1, 2], "name": "x"},
            "output_fields": ["id"],
            "limit": 3,
        },
    ),
    "namespace": (
        ["--fields", "id", "-l", "3", "--namespace", "tenant"],
        {"filter": "", "output_fields": ["id"], "limit": 3, "namespace": "tenant"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_requests_are_those_of_pymilvus(newer: Sent, case: str) -> None:
    argv, options = CASES[case]
    answer(newer, keys())
    newer.client.query(NAME, consistency_level="Strong", **options)
    expected = plain(newer.peer.requests("Query")[-1])
    newer.run("query", NAME, *argv)
    found = plain(newer.peer.requests("Query")[0])
    found["params"] = {key: value for key, value in found["params"].items() if (key, value) != ("offset", "0")}
    assert found == expected


def rows(newer: Sent, argv: list[str], form: str = "csv") -> str:
    run = run_here(["query", NAME, *argv, "-o", form], newer.home, newer.peer.uri)
    assert run.code == 0, run
    return run.out


def test_groups_are_rows_with_their_aggregates(newer: Sent) -> None:
    answer(newer, *groups())
    assert rows(newer, GROUPED) == "body,count(*),avg(price)\nwhale,3,2.5\nhorse,1,4.0\n"
    assert json.loads(rows(newer, GROUPED, "json"))[1] == {"body": "horse", "count(*)": 1, "avg(price)": 4.0}

    answer(newer, *groups()[:2])
    run = newer.run("query", NAME, *GROUPED)
    assert (run.code, "column 'avg(price)' was requested and is missing" in run.err) == (1, True), run


def test_rows_stay_in_the_order_of_the_server(newer: Sent) -> None:
    column = schema_pb2.FieldData(type=schema_pb2.Int64, field_name="id")
    column.scalars.long_data.data.extend([9, 2, 5])
    answer(newer, column)
    assert rows(newer, ["--fields", "id", "--order-by", "price", "-l", "3"]) == "id\n9\n2\n5\n"


def test_fields_of_struct_arrays_are_columns_of_lists(newer: Sent) -> None:
    chunks = with_chunks(schema_pb2.SearchResultData()).fields_data[0]
    answer(newer, keys(), chunks)
    argv = ["--fields", "id,chunks[txt]", "-l", "2", "-e", 'MATCH_ANY(chunks, $[txt] == "a")']
    assert rows(newer, argv, "jsonl") == ('{"id": 1, "chunks[txt]": ["a", "b"]}\n{"id": 2, "chunks[txt]": ["c"]}\n')
    assert list(newer.peer.requests("Query")[-1].output_fields) == ["id", "chunks[txt]"]  # type: ignore[attr-defined]


def test_an_aggregate_that_is_missing_is_no_empty_answer(newer: Sent) -> None:
    answer(newer)
    run = newer.run("query", NAME, "--fields", "avg(body)")
    assert (run.code, "column 'avg(body)' was requested and is missing" in run.err) == (1, True), run
    # Without rows there may be no group.
    assert rows(newer, GROUPED) == "body,count(*),avg(price)\n"


WRONG: list[tuple[list[str], int, str]] = [
    (
        ["--fields", "avg(price),body,note"],
        2,
        'avg(price) beside \'body\' needs --group-by", "hint": "--group-by body,no',
    ),
    (["--fields", "count(*),body"], 2, "count(*) beside 'body' needs --group-by"),
    (["--fields", "*,sum(price)"], 2, "sum(price) beside '*' needs --group-by"),
    (["--fields", "count(*)", "--sample", "3"], 2, "count(*) counts all rows, and takes no --sample"),
    (["--seed", "3"], 2, "--seed needs --sample"),
    (["--order-by", "v", "-l", "3"], 2, "--order-by: field 'v' is FLOAT_VECTOR"),
    (["--order-by", "chunks[txt]", "-l", "3"], 2, "--order-by: field 'chunks' is a struct array"),
    (["--group-by", "body,words"], 2, "--group-by: field 'words' is SPARSE_FLOAT_VECTOR"),
    (["--group-by", "chunks"], 2, "--group-by: field 'chunks' is a struct array"),
    (["--order-by", "price"], 2, "--order-by needs --limit"),
    (["--order-by", "prise", "-l", "3"], 1, "did you mean price?"),
    ([*GROUPED, "--order-by", "year"], 2, "a group has no column 'year'"),
    (["--timezone", "Europe/Roma"], 2, "did you mean Europe/Rome"),
    (["--order-by", "price", "-l", "99999"], 2, "more than 16,384 rows"),
    (["--group-by", "body", "--fields", "price"], 2, "a group has no 'price', which is not grouped by"),
    (["--group-by", "bodi"], 1, "did you mean body?"),
    (["--fields", "sum(prize)"], 1, "did you mean price?"),
]


@pytest.mark.parametrize(("argv", "code", "reason"), WRONG)
def test_wrong_groups_and_orders_are_refused(newer: Sent, argv: list[str], code: int, reason: str) -> None:
    run = newer.run("query", NAME, *argv)
    assert (run.code, reason in run.err, newer.peer.requests("Query")) == (code, True, []), run


@pytest.mark.parametrize(
    "line", [["export", "collection", NAME, "-"], ["check", "vectors", NAME, "-f", "v"], ["query", NAME]]
)
def test_a_seed_means_nothing_without_a_sample(newer: Sent, line: list[str]) -> None:
    answer(newer, keys())
    run = newer.run(*line, "--seed", "1")
    assert (run.code, "--seed needs --sample" in run.err, newer.peer.calls) == (2, True, []), run


REFUSED = [
    (["--group-by", "body"], "grouping and aggregation of rows", "3.0"),
    (["--fields", "sum(price)"], "grouping and aggregation of rows", "3.0"),
    (["--fields", "sum(price),body"], "grouping and aggregation of rows", "3.0"),
    (["--order-by", "price", "-l", "3"], "ordering of rows", "3.0"),
    (["--namespace", "tenant"], "namespaces", "3.0"),
    (["--timezone", "Europe/Rome"], "time zones of TIMESTAMPTZ values", "2.6"),
]


@pytest.mark.parametrize(("argv", "what", "since"), REFUSED)
def test_options_say_what_they_need_before_anything_is_sent(
    tmp_path: Path, argv: list[str], what: str, since: str
) -> None:
    with GrpcPeer() as peer:
        run = run_here(["query", NAME, *argv], tmp_path, peer.uri)
    assert run == failed(f"Milvus 2.3.5 has no {what} (requires Milvus {since})")
    assert {*peer.methods} <= {"Connect", "GetVersion"}


@pytest.fixture(scope="module")
def times(lite: LiteServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typed]:
    """A collection on Milvus Lite with times."""
    typed = typed_on(tmp_path_factory.mktemp("query_times"), lite)
    kept = [{"id": number, "at": f"2026-01-31T1{number}:30:00+01:00", "v": [number, 1.0]} for number in range(1, 5)]
    fill(typed, "query_times", ["v:FLOAT_VECTOR:2", "at:TIMESTAMPTZ"], kept, "-f v -m L2")
    yield typed
    typed.gone("query_times")


@pytest.mark.parametrize("more", [{}, {"time_fields": "year,hour"}])
def test_milvus_lite_answers_both_clients_alike(times: Typed, more: dict[str, str]) -> None:
    client = official_client(times.server.uri)
    options = {"output_fields": ["id", "at"], "timezone": "Asia/Tokyo", **more}
    expected = client.query("query_times", "id > 0", **options)
    client.close()
    words = "".join(f" --time-fields {each}" for each in more.values())
    assert times.json(f"query query_times -e 'id > 0' --fields id,at --timezone Asia/Tokyo{words}") == [*expected]


def test_milvus_lite_ignores_groups_and_orders_and_so_they_are_refused(times: Typed) -> None:
    for argv, what, since in REFUSED[:5]:
        run = times(f"query query_times {shlex.join(argv)}")
        assert run == failed(f"Milvus Lite 3.2.2 has no {what} (requires Milvus {since})")


def test_words_are_matched_in_fields_made_for_that(newer: Sent) -> None:
    other = newer.run("query", NAME, "-e", "Text_Match(note, 'whale') and body == 'text_match(body'")
    assert json.loads(other.err)["error"] == {
        "code": 1,
        "message": "text_match cannot search 'note', which was created without enable_match",
        "hint": 'note like "%WORD%"; or create the field with enable_analyzer and enable_match',
        "server_code": None,
    }
    answer(newer, keys())
    assert rows(newer, ["-e", "phrase_match(body, 'white whale', 1)", "--fields", "id", "-l", "2"]) == "id\n1\n2\n"


@pytest.mark.parametrize(("function", "since"), [("text_match", "2.5"), ("phrase_match", "2.6")])
def test_matching_of_words_says_what_it_needs(tmp_path: Path, function: str, since: str) -> None:
    described = milvus_pb2.DescribeCollectionResponse(schema=shop(), collection_name=NAME, collectionID=1)
    with GrpcPeer({"DescribeCollection": replies(described)}) as peer:
        for command in ("query", "count", "search"):
            query = ["-v", "[1,2]", "-f", "v"] if command == "search" else []
            run = run_here([command, NAME, *query, "--filter", f"{function}(body, 'whale')"], tmp_path, peer.uri)
            assert run == failed(f"Milvus 2.3.5 has no {function} (requires Milvus {since})")
        assert not {"Query", "Search"} & {*peer.methods}


def test_what_milvus_lite_lacks_of_matching_is_named(times: Typed) -> None:
    name = "query_words"
    times.gone(name)
    field = {"name": "body", "type": "VARCHAR", "max_length": 99, "enable_analyzer": True, "enable_match": True}
    times.all(
        f"create collection -c {name} -f id:INT64 -f '{json.dumps(field)}' -f note:VARCHAR:99 "
        "-f v:FLOAT_VECTOR:2 -p id --index v",
        f"""upsert row -c {name} --row '{{"id": 1, "body": "A white whale", "note": "whale", "v": [1, 2]}}'""",
        f"load {name}",
    )
    assert times.json(f"query {name} -e 'text_match(body, \"whale ship\")' --fields id") == [{"id": 1}]
    run = times(f"query {name} -e 'text_match(body, \"white whale\", minimum_should_match=2)'")
    assert (run.code, run.err.splitlines()[-1]) == (1, "hint: minimum_should_match requires Milvus 2.6")
    assert times.json(f"count {name} -e 'text_match(note, \"whale\")'")["exact"] == 1
    times.gone(name)


def test_parameters_are_filled_in_for_a_server_that_keeps_its_version_back(newer: Sent) -> None:
    newer.peer.handlers["GetVersion"] = replies(milvus_pb2.GetVersionResponse())
    answer(newer, keys())
    newer.run("query", NAME, "-e", "id in {ids}", "--param", "ids=[1,2]", "--fields", "id", "-l", "2")
    newer.peer.handlers["GetVersion"] = replies(VERSION)
    request = said(newer.peer.requests("Query")[-1])
    assert (request["expr"], "expr_template_values" in request) == ("id in [1, 2]", False)


def with_elements(newer: Sent, *rows: list[int]) -> None:
    found = [milvus_pb2.ElementIndices(indices=schema_pb2.LongArray(data=each)) for each in rows]
    newer.peer.handlers["Query"] = replies(milvus_pb2.QueryResults(fields_data=[keys()], element_indices=found))


def test_rows_of_a_filter_of_elements_have_the_matching_elements(newer: Sent) -> None:
    with_elements(newer, [0, 2], [1])
    argv = ["-e", "id > 0 and element_filter(chunks, $[txt] == 'a')", "--fields", "id", "-l", "2"]
    assert rows(newer, argv, "jsonl") == '{"id": 1, "elements": [0, 2]}\n{"id": 2, "elements": [1]}\n'
    assert list(newer.peer.requests("Query")[-1].output_fields) == ["id"]  # type: ignore[attr-defined]

    with_elements(newer, [0, 2])
    run = newer.run("query", NAME, *argv)
    assert (run.code, "elements of 1 rows for 2 rows" in run.err) == (1, True), run


def test_a_filter_of_elements_stays_last(newer: Sent) -> None:
    answer(newer)
    rows(newer, ["-e", "element_filter(chunks, $[txt] == 'a')", "--fields", "id"])
    with_elements(newer, [0], [1])
    newer.run("query_iterator", NAME, "-e", "element_filter(chunks, $[txt] == 'a')", "--fields", "id", "-l", "3")
    last = newer.peer.requests("Query")[-1].expr  # type: ignore[attr-defined]
    assert last == "(id > 2) and (element_filter(chunks, $[txt] == 'a'))"
