"""Metrics of the management port: all of them on a real server, and top on peers with chosen numbers."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from milvus_cli.connections.profile import Profile
from milvus_cli.errors import CliError
from milvus_cli.monitor.rates import Watcher
from milvus_cli.monitor.top import TOP_COLUMNS, Top
from milvus_cli.server.metrics import management_text, samples
from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer, replies
from tests.support.metrics_peer import MetricsPeer
from tests.support.milvus_server import MilvusServer
from tests.support.official import milvus_pb2
from tests.support.ports import free_ports
from tests.support.recorder import run_here
from tests.support.terminal import Terminal
from tests.support.typed import failed

PORT_HINT = "is it open, and another port? --management-port PORT names it; connect takes that too, and keeps it"

METRICS = """\
# HELP milvus_proxy_req_count count of operation executed
# TYPE milvus_proxy_req_count counter
milvus_proxy_req_count{{function_name="Search",node_id="1",status="fail"}} {failures}
milvus_proxy_req_count{{function_name="Search",node_id="1",status="success"}} {searches}
milvus_proxy_req_count{{function_name="Search",node_id="1",status="total"}} {searches}
milvus_proxy_req_count{{function_name="Insert",node_id="1",status="total"}} 7
# HELP milvus_proxy_sq_latency latency of search or query successfully
# TYPE milvus_proxy_sq_latency histogram
milvus_proxy_sq_latency_bucket{{node_id="1",query_type="search",le="1"}} {quick}
milvus_proxy_sq_latency_bucket{{node_id="1",query_type="search",le="2"}} {searches}
milvus_proxy_sq_latency_bucket{{node_id="1",query_type="search",le="+Inf"}} {searches}
milvus_proxy_sq_latency_sum{{node_id="1",query_type="search"}} 99
milvus_proxy_sq_latency_count{{node_id="1",query_type="search"}} {searches}
# HELP milvus_rootcoord_collection_num number of collections
# TYPE milvus_rootcoord_collection_num gauge
milvus_rootcoord_collection_num 3
# HELP milvus_querynode_entity_num number of entities which can be searched/queried
# TYPE milvus_querynode_entity_num gauge
milvus_querynode_entity_num{{collection_id="1",segment_state="Growing"}} 5
milvus_querynode_entity_num{{collection_id="1",segment_state="Sealed"}} 1e+06
milvus_querynode_entity_num{{collection_id="2",segment_state="Sealed"}} 20
# HELP milvus_datacoord_segment_num number of segments
# TYPE milvus_datacoord_segment_num gauge
milvus_datacoord_segment_num{{segment_state="Dropped"}} 100
milvus_datacoord_segment_num{{segment_state="Flushed"}} 4
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 3.95931648e+08
"""


def metrics(searches: int = 0, quick: int = 0, failures: int = 0) -> str:
    return METRICS.format(searches=searches, quick=quick, failures=failures)


@pytest.fixture
def metrics_peer() -> Iterator[MetricsPeer]:
    with MetricsPeer(metrics(100, 100)) as peer:
        yield peer


def of_port(peer: MetricsPeer) -> Profile:
    return Profile(alias="one", management_port=peer.port)


def looked(view: Top) -> dict[str, Any]:
    """The row of the next look at one server, without its time."""
    [row] = view.look().rows
    return {name: value for name, value in zip(TOP_COLUMNS, row, strict=True) if name != "time"}


GAUGES = {
    "alias": "one",
    "collections": 3,
    "loaded_rows": 1_000_020,
    "growing_rows": 5,
    "segments": 4,
    "memory_bytes": 395931648,
    "cpu_percent": None,
    "error": None,
}
NOTHING = dict.fromkeys([name for name in TOP_COLUMNS if name != "time"])


# show metrics


@pytest.mark.parametrize("pattern", ["rootcoord_collection_num", "milvus_rootcoord_coll*_num"])
def test_show_metrics_by_a_part_of_the_name_or_a_pattern(cli: Cli, milvus: MilvusServer, pattern: str) -> None:
    words = ["show", "metrics", pattern, "--management-port", str(milvus.management_port), "-o", "json"]
    run = run_here(words, cli.home, milvus.uri)
    assert (run.code, run.err) == (0, "")
    [row] = json.loads(run.out)
    assert row == {"name": "milvus_rootcoord_collection_num", "labels": {}, "value": row["value"]}
    assert isinstance(row["value"], int)


def test_show_metrics_shows_all_with_their_labels(cli: Cli, milvus: MilvusServer) -> None:
    words = ["show", "metrics", "--management-port", str(milvus.management_port), "-o", "jsonl"]
    rows = [json.loads(line) for line in run_here(words, cli.home, milvus.uri).out.splitlines()]
    assert len(rows) > 100
    assert {"name": "milvus_num_node", "role_name": "proxy"} in [
        {"name": row["name"], "role_name": row["labels"].get("role_name")} for row in rows
    ]


def test_a_pattern_that_nothing_has_is_an_empty_list(cli: Cli, metrics_peer: MetricsPeer) -> None:
    words = ["show", "metrics", "nosuch", "--management-port", str(metrics_peer.port), "-o", "json"]
    assert run_here(words, cli.home, "http://127.0.0.1:1") == Run(0, "[]\n", "")


@pytest.mark.parametrize("words", [["show", "metrics"], ["top"]], ids=" ".join)
def test_a_closed_port_exits_3(cli: Cli, words: list[str]) -> None:
    (port,) = free_ports(1)
    run = run_here([*words, "--management-port", str(port)], cli.home, "http://127.0.0.1:1")
    assert run == failed(f"no HTTP from 127.0.0.1:{port}: Connection refused", PORT_HINT, code=3)


def test_a_port_of_something_else_is_reported(cli: Cli, metrics_peer: MetricsPeer) -> None:
    metrics_peer.text = "<html>{ no metrics"
    here = ["--management-port", str(metrics_peer.port)]
    run = run_here(["show", "metrics", *here], cli.home, "http://127.0.0.1:1")
    assert (run.code, run.err.partition(": ")[0]) == (1, "error")
    assert "hint: is it the port of a Milvus? give it with --management-port\n" in run.err
    assert run_here(["top", *here], cli.home, "http://127.0.0.1:1").code == 3
    metrics_peer.status = 404
    assert run_here(["show", "metrics", *here], cli.home, "http://127.0.0.1:1") == failed(
        f"port {metrics_peer.port} /metrics: HTTP 404", "is it a Milvus's management port?"
    )


def test_milvus_lite_has_no_management_port() -> None:
    with pytest.raises(CliError, match="Milvus Lite has no management port"):
        management_text(Profile(lite="/data"), None, 1)


def test_show_health_shows_limits_of_the_server_and_why_it_is_unhealthy(cli: Cli, metrics_peer: MetricsPeer) -> None:
    answer = milvus_pb2.CheckHealthResponse(isHealthy=False, reasons=["no datanode"], quota_states=[5, 99])
    metrics_peer.text, metrics_peer.status = "component datanode is unhealthy\n", 500
    with GrpcPeer({"CheckHealth": replies(answer)}) as server:
        words = ["show", "health", "--management-port", str(metrics_peer.port), "-o", "csv"]
        assert run_here(words, cli.home, server.uri) == Run(
            1,
            (
                "check,healthy,details\n"
                'CheckHealth,false,"no datanode, DenyToWrite, 99"\n'
                f"port {metrics_peer.port} /healthz,false,component datanode is unhealthy\n"
            ),
            f'{{"error": {{"code": 1, "message": "MILVUS_URI ({server.address}, database default) is not healthy", '
            '"hint": null, "server_code": null}}\n',
        )


# top, look by look


def test_a_look_shows_the_requests_since_the_one_before(
    metrics_peer: MetricsPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([10.0, 20.0, 30.0])
    monkeypatch.setattr("milvus_cli.monitor.series.time.monotonic", lambda: next(clock))
    view = Top([of_port(metrics_peer)], None, 5)
    view.start(0)
    metrics_peer.text = metrics(searches=300, quick=150, failures=20)
    search = {"type": "Search", "per_s": 20.0, "errors_per_s": 2.0, "p50_ms": 1.3, "p99_ms": 2.0}
    assert looked(view) == {
        **GAUGES,
        "requests_per_s": 20.0,
        "errors_per_s": 2.0,
        "p50_ms": 1.3,
        "p99_ms": 2.0,
        "requests": [search],
    }
    assert looked(view) == {
        **GAUGES,
        "requests_per_s": 0.0,
        "errors_per_s": 0.0,
        "p50_ms": None,
        "p99_ms": None,
        "requests": [],
    }


def test_a_server_that_dies_and_returns_is_seen_again(metrics_peer: MetricsPeer) -> None:
    view = Top([of_port(metrics_peer)], None, 5)
    view.start(0)
    metrics_peer.stop()
    refused = f"no HTTP from 127.0.0.1:{metrics_peer.port}: Connection refused"
    assert looked(view) == {**NOTHING, "alias": "one", "error": refused}
    assert view.look().tables[0].note == f"one: {refused}"
    metrics_peer.text = metrics(searches=4)
    metrics_peer.start()
    begun = {**GAUGES, "requests_per_s": None, "errors_per_s": None, "p50_ms": None, "p99_ms": None, "requests": None}
    assert looked(view) == begun
    assert looked(view)["requests_per_s"] == 0.0


def test_counters_that_begin_again_are_counted_from_nothing() -> None:
    texts = iter([metrics(searches=1000, quick=1000), metrics(searches=6, quick=6)])
    watcher = Watcher("one", lambda: next(texts))
    assert watcher.start() is None
    activity = watcher.look()
    assert [(each.type, each.per_second > 0, each.p50_ms) for each in activity.requests] == [("Search", True, 0.5)]


def test_a_label_may_hold_anything() -> None:
    [sample] = samples('a{b="x\\"y} 1 \\n z"} 2\n')
    assert (sample.labels, sample.value) == ({"b": 'x"y} 1 \n z'}, 2.0)


# top, as a command


def test_top_takes_no_query(cli: Cli, metrics_peer: MetricsPeer) -> None:
    words = ["top", "--management-port", str(metrics_peer.port), "-o", "table", "--query", "[0]"]
    assert run_here(words, cli.home, "http://127.0.0.1:1") == Run(
        2, "", "error: --query filters one result, and a live view has many\nhint: -o jsonl, and jq on its lines\n"
    )


def test_top_writes_a_line_for_each_server_at_each_look(cli: Cli, metrics_peer: MetricsPeer) -> None:
    with GrpcPeer() as first, GrpcPeer() as second, MetricsPeer() as silent:
        for alias, server, port in (("one", first, metrics_peer.port), ("two", second, silent.port)):
            words = ["connect", server.address, "-a", alias, "--management-port", str(port)]
            assert run_here(words, cli.home, "").code == 0
        run = run_here(["top", "one", "two", "-n", "2", "-i", "0.1", "-o", "jsonl"], cli.home, "")
    rows = [json.loads(line) for line in run.out.splitlines()]
    assert (run.code, run.err) == (0, "")
    assert [tuple(row) for row in rows] == [TOP_COLUMNS] * 4
    nothing = "its management port shows no metrics of Milvus"
    assert [(row["alias"], row["collections"], row["error"]) for row in rows] == [
        ("one", 3, None),
        ("two", None, nothing),
        ("one", 3, None),
        ("two", None, nothing),
    ]


def test_top_on_a_real_server_sees_requests(cli: Cli, milvus: MilvusServer) -> None:
    words = ["top", "-n", "1", "-i", "0.1", "-o", "json", "--management-port", str(milvus.management_port)]
    [row] = json.loads(run_here(words, cli.home, milvus.uri).out)
    known = ("requests_per_s", "errors_per_s", "collections", "segments", "memory_bytes", "cpu_percent", "requests")
    assert {name: row[name] is None for name in (*known, "error")} == {**dict.fromkeys(known, False), "error": True}


def test_bad_combinations_exit_2(tmp_path: Path) -> None:
    assert run_here(["top", "a", "b", "--management-port", "9091"], tmp_path, "") == failed(
        "--management-port is that of one server", "connect --management-port keeps it", code=2
    )


@pytest.mark.parametrize("key", ["q", "\x03"], ids=["q", "Ctrl-C"])
def test_on_a_dumb_terminal_tables_follow_each_other_until_a_key(
    terminal: Callable[..., Terminal], metrics_peer: MetricsPeer, key: str
) -> None:
    words = ["top", "-i", "0.1", "--management-port", str(metrics_peer.port)]
    shown = terminal(*words, cols=140, env={"MILVUS_URI": "http://127.0.0.1:1"}, term="dumb")
    shown.wait_for("1000020")
    searches = count(1000, 1000)
    metrics_peer.text = lambda: metrics(searches=next(searches))
    shown.wait_for("│ Search")
    metrics_peer.stop()
    shown.wait_for("Connection refused")
    assert b"\x1b[" not in shown.raw
    metrics_peer.start()
    shown.wait_for("378 MiB")
    shown.send(key)
    assert shown.wait_exit() == 0


def test_in_the_shell_the_prompt_comes_back(terminal: Callable[..., Terminal], metrics_peer: MetricsPeer) -> None:
    shown = terminal(cols=140, env={"MILVUS_URI": "http://127.0.0.1:1"})
    shown.wait_for("default>")
    shown.send_line(f"top -i 0.1 --management-port {metrics_peer.port}")
    shown.wait_for("1,000,020")
    shown.send("q")
    shown.wait_for("default>")
    shown.send_line("version")
    shown.wait_for("milvus_cli │ ")
