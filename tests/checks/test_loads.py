"""bench search: the number of searches sent, the measurements, and Ctrl-C."""

import json
import os
import re
import signal
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from milvus_cli.checks.load import put_load
from milvus_cli.checks.recall import percentile
from milvus_cli.errors import ServerRefused
from tests.support.cli import Cli
from tests.support.grpc_peer import GrpcPeer, Handler, in_turn, refuses, replies
from tests.support.milvus_server import MilvusServer
from tests.support.official import common_pb2, milvus_pb2, schema_pb2
from tests.support.process import ServerProcess
from tests.support.recorder import run_here
from tests.support.typed import Typed, failed

FIELDS = [
    schema_pb2.FieldSchema(name="id", is_primary_key=True, data_type=schema_pb2.Int64),
    schema_pb2.FieldSchema(
        name="v", data_type=schema_pb2.FloatVector, type_params=[common_pb2.KeyValuePair(key="dim", value="2")]
    ),
]
FOUND = replies(milvus_pb2.SearchResults(results=schema_pb2.SearchResultData(num_queries=1, topks=[0])))


def peer_with_collection(search: Handler = FOUND) -> GrpcPeer:
    """A server with a loaded collection `c`."""
    described = milvus_pb2.DescribeCollectionResponse(schema=schema_pb2.CollectionSchema(name="c", fields=FIELDS))
    return GrpcPeer(
        {
            "HasCollection": replies(milvus_pb2.BoolResponse(value=True)),
            "DescribeCollection": replies(described),
            "DescribeIndex": replies(milvus_pb2.DescribeIndexResponse()),
            "GetLoadState": replies(milvus_pb2.GetLoadStateResponse(state=common_pb2.LoadStateLoaded)),
            "Search": search,
        }
    )


def vectors_of(server: GrpcPeer) -> list[list[float]]:
    """The query vectors received, sorted."""
    found = []
    for request in server.requests("Search"):
        group = common_pb2.PlaceholderGroup.FromString(request.placeholder_group)  # type: ignore[attr-defined]
        found.append(np.frombuffer(group.placeholders[0].values[0], "<f4").tolist())
    return sorted(found)


def bench(cli: Cli, uri: str, *argv: str) -> tuple[int, Any]:
    run = run_here(["bench", "search", "-c", "c", "-o", "json", *argv], cli.home, uri)
    assert run.err == "", run
    return run.code, json.loads(run.out)


@pytest.fixture
def three_vectors(tmp_path: Path) -> str:
    """Names a file of three query vectors."""
    path = tmp_path / "q.npy"
    np.save(path, np.array([[1, 0], [0, 1], [2, 2]], dtype="f4"))
    return f"@{path}"


def test_bench_search_sends_the_requested_number_and_takes_its_vectors_in_turn(cli: Cli, three_vectors: str) -> None:
    with peer_with_collection() as server:
        bench(cli, server.uri, "-v", three_vectors, "-n", "50", "-j", "4")
        assert vectors_of(server) == [[0, 1]] * 17 + [[1, 0]] * 17 + [[2, 2]] * 16


def test_bench_search_sends_its_options_with_each_search(cli: Cli, three_vectors: str) -> None:
    options = ("-l", "3", "--params", '{"ef": 7}', "--filter", "id > 1")
    with peer_with_collection() as server:
        bench(cli, server.uri, "-v", three_vectors, "-n", "50", "-j", "4", *options)
        request: Any = server.requests("Search")[0]
    given = {pair.key: pair.value for pair in request.search_params}
    assert given == {"anns_field": "v", "topk": "3", "offset": "0", "params": '{"ef": 7}'}
    assert (request.dsl, request.nq, request.consistency_level) == ("id > 1", 1, common_pb2.Bounded)


def test_bench_search_reports_counts_latencies_and_throughput(cli: Cli, three_vectors: str) -> None:
    with peer_with_collection() as server:
        code, found = bench(cli, server.uri, "-v", three_vectors, "-n", "50", "-j", "4")
    assert (code, found["searches"], found["wanted"], found["jobs"], found["errors"]) == (0, 50, 50, 4, 0)
    assert (found["interrupted"], found["failures"]) == (False, [])
    assert 0 < found["p50_ms"] <= found["p95_ms"] <= found["p99_ms"] <= found["max_ms"]
    assert found["qps"] == pytest.approx(50 / found["seconds"], rel=0.1)


@pytest.mark.parametrize(
    ("name", "text"), [("q.json", "[[1, 0], [0, 1]]"), ("q.jsonl", "[1, 0]\n\n[0, 1]\n"), ("", "[[1, 0], [0, 1]]")]
)
def test_bench_search_reads_json_and_lines_of_it(cli: Cli, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "q").mkdir()
    path = tmp_path / "q" / (name or "unused")
    path.write_text(text)
    with peer_with_collection() as server:
        assert bench(cli, server.uri, "-v", f"@{path}" if name else text, "-n", "4", "-j", "1")[0] == 0
        assert vectors_of(server) == [[0, 1], [0, 1], [1, 0], [1, 0]]


def test_bench_search_counts_failures_by_message_and_exits_1(cli: Cli) -> None:
    with peer_with_collection(in_turn(FOUND, refuses(1, "too busy"), refuses(1, "too busy"), FOUND)) as server:
        code, found = bench(cli, server.uri, "-v", "[1, 0]", "-n", "20", "-j", "2")
        assert len(server.requests("Search")) == 20
    assert (code, found["searches"], found["errors"]) == (1, 20, 2)
    assert found["failures"] == [{"error": "too busy", "count": 2}]


def test_bench_search_ends_at_once_where_the_first_search_fails(cli: Cli) -> None:
    with peer_with_collection(refuses(65535, "no such thing")) as server:
        run = run_here(["bench", "search", "c", "-v", "[1, 0]"], cli.home, server.uri)
        assert len(server.requests("Search")) == 1
    assert run == failed("no such thing")


@pytest.mark.parametrize(
    ("vector", "expected"),
    [
        ("@nothere.npy", failed("can't read nothere.npy: No such file or directory", code=2)),
        ("[1, 2, 3]", failed("query vector 1: 'v' takes a list of 2 numbers, not 3 numbers", code=2)),
        (
            "{",
            failed("the vector has no closing bracket", "write a vector as [0.1, 0.2, …] or 0.1, 0.2, …", 2),
        ),
    ],
)
def test_bench_search_with_invalid_vectors_is_one_line(cli: Cli, vector: str, expected: Any) -> None:
    with peer_with_collection() as server:
        assert run_here(["bench", "search", "c", "-v", vector], cli.home, server.uri) == expected


def test_ctrl_c_ends_bench_search_with_what_was_measured_so_far(cli: Cli) -> None:
    with peer_with_collection() as server:
        argv = ("bench", "search", "c", "-v", "[1, 0]", "-n", "1000000", "-j", "2", "-o", "json")
        process = cli.start(*argv, env={"MILVUS_URI": server.uri})
        until = time.monotonic() + 30
        while len(server.calls) < 200 and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        sent = len(server.requests("Search"))
    assert (process.returncode, err) == (130, "")
    found = json.loads(out)
    assert (found["interrupted"], found["errors"], found["wanted"]) == (True, 0, 1_000_000)
    assert 0 < found["searches"] <= sent < 1_000_000


def searches_of(server: MilvusServer) -> int:
    """Searches as counted by the proxy."""
    with urllib.request.urlopen(f"http://{server.host}:{server.management_port}/metrics") as answer:
        text = answer.read().decode()
    lines = re.findall(r'milvus_proxy_req_count\{function_name="Search",[^}]*status="success"\} (\S+)', text)
    return int(sum(map(float, lines)))


def test_bench_search_sends_milvus_exactly_the_requested_number(
    cli: Cli, milvus: MilvusServer, milvus_with_faults: object
) -> None:
    before = searches_of(milvus)
    found = Typed(cli, milvus).json("bench search checks_clustered -n 120 -j 3")
    until = time.monotonic() + 10
    while searches_of(milvus) < before + 120 and time.monotonic() < until:
        time.sleep(0.1)
    assert (searches_of(milvus) - before, found["searches"], found["errors"]) == (120, 120, 0)


def test_bench_search_draws_rows_where_no_vectors_are_given(cli: Cli, server_with_faults: ServerProcess) -> None:
    found = Typed(cli, server_with_faults).json("bench search checks_planted -n 30 -j 2")
    assert (found["collection"], found["field"], found["searches"]) == ("checks_planted", "v", 30)


def test_a_load_counts_each_call_once() -> None:
    sent: list[int] = []

    def send(number: int) -> None:
        sent.append(number)
        if number % 10 == 3:
            raise ServerRefused("three")

    load = put_load(send, 100, 7, lambda fraction: None)
    assert (sorted(sent), load.sent, len(load.latencies)) == (list(range(100)), 100, 90)
    assert dict(load.failures) == {"three": 10}


def test_ctrl_c_ends_a_load_and_keeps_what_was_measured() -> None:
    blocked = threading.Event()

    def send(number: int) -> None:
        if number == 5:
            os.kill(os.getpid(), signal.SIGINT)
        if number >= 5:
            blocked.wait(30)

    load = put_load(send, 100, 1, lambda fraction: None)
    blocked.set()
    assert (load.interrupted, load.sent) == (True, 5)


def test_a_percentile_is_the_least_value_that_its_share_does_not_exceed() -> None:
    values = [float(each) for each in range(1, 101)]
    assert [percentile(values, each) for each in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]
    assert [percentile([7.0], each) for each in (0.5, 1.0)] == [7, 7]
    assert percentile([1.0, 2.0, 3.0], 0.5) == 2
