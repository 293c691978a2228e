"""Stored segments, nodes, configuration and slow requests: of Milvus 2.3.5, and as newer servers answer."""

import json
from collections.abc import Iterator

import pytest
from pymilvus import SegmentState

from tests.support.cli import Run
from tests.support.metrics_peer import MetricsPeer
from tests.support.newest import Newest
from tests.support.official import common_pb2, milvus_pb2
from tests.support.typed import Typed, failed, on_lite, on_milvus

CONFIG = {
    "datacoord.segment.maxsize": "1024",
    "datacoord.segment.diskSegmentMaxSize": "2048",
    "minio.secretaccesskey": "hunter22",
    "proxy.slowquerythreshold": "",
}
SLOW = {
    "time": "2026-11-29 12:00:00",
    "duration": "1.5s",
    "type": "search",
    "database": "default",
    "collection": "book",
    "user": "root",
    "trace_id": "t1",
    "query_params": {"expr": "id > 3"},
}


@pytest.fixture
def management() -> Iterator[MetricsPeer]:
    peer = MetricsPeer()
    peer.start()
    yield peer
    peer.stop()


@on_milvus
def test_segments_of_an_old_server_have_what_it_tells(typed: Typed) -> None:
    typed.make("stored", rows=3)
    [row] = typed.json("list segments stored")
    unknown = dict.fromkeys(("level", "sorted", "storage_version", "channel", "merged_from"))
    known = {"segment": row["segment"], "state": row["state"], "partition_id": row["partition_id"], "rows": 3}
    assert row == known | unknown
    assert row["state"] in ("Flushing", "Flushed")

    run = typed("list segments stored --state Dropped")
    assert run == failed("Milvus 2.3.5 has no selection of segments by state (requires Milvus 3.0)")
    typed.gone("stored")


@on_lite
@pytest.mark.parametrize(
    ("line", "lacking"),
    [
        ("list segments nosuch --state Dropped", "selection of segments by state (requires Milvus 3.0)"),
        ("list nodes", "information on nodes"),
        ("show config", "show config"),
        ("list slow_requests", "lists of slow requests (requires Milvus 2.5)"),
    ],
)
def test_milvus_lite_says_what_it_lacks(typed: Typed, line: str, lacking: str) -> None:
    assert typed(line) == failed(f"Milvus Lite 3.2.2 has no {lacking}")


def test_segments_of_a_newer_server_have_level_order_and_origin(newest: Newest) -> None:
    info = milvus_pb2.PersistentSegmentInfo(
        segmentID=5, partitionID=8, num_rows=100, is_sorted=True, storage_version=3, compaction_from=[1, 2]
    )
    info.state, info.level, info.insert_channel = common_pb2.Flushed, common_pb2.L2, "dml_0"
    newest.answers("GetPersistentSegmentInfo", milvus_pb2.GetPersistentSegmentInfoResponse(infos=[info]))
    assert newest.json("list segments book") == [
        {
            "segment": 5,
            "state": "Flushed",
            "partition_id": 8,
            "rows": 100,
            "level": "L2",
            "sorted": True,
            "storage_version": 3,
            "channel": "dml_0",
            "merged_from": [1, 2],
        }
    ]


@pytest.mark.parametrize(
    ("line", "states"),
    [("", None), ("--state growing --state Dropped", [SegmentState.Growing, SegmentState.Dropped])],
)
def test_segments_are_requested_as_pymilvus_does(newest: Newest, line: str, states: list[SegmentState] | None) -> None:
    newest.answers("GetPersistentSegmentInfo", milvus_pb2.GetPersistentSegmentInfoResponse())
    newest.agree(
        f"list segments book {line}",
        lambda client: client.list_persistent_segments("book", states=states),
        "GetPersistentSegmentInfo",
    )


@on_milvus
def test_nodes_are_listed_by_role(typed: Typed) -> None:
    rows = typed.json("list nodes")
    roles = ["datacoord", "datanode", "indexnode", "proxy", "querycoord", "querynode", "rootcoord"]
    assert [row["role"] for row in rows] == roles
    assert {(row["version"], row["error"]) for row in rows} == {("v2.3.5-lite", None)}
    assert all(row["memory_bytes"] > row["memory_used_bytes"] > 0 < row["cores"] for row in rows)


def test_a_broken_node_shows_its_error(newest: Newest) -> None:
    infos = {"id": 4, "type": "querynode", "has_error": True, "error_reason": "no answer", "hardware_infos": None}
    answer = json.dumps({"nodes_info": [{"identifier": 4, "infos": infos}]})
    newest.answers("GetMetrics", milvus_pb2.GetMetricsResponse(response=answer))
    [row] = newest.json("list nodes")
    assert (row["node"], row["role"], row["address"], row["error"]) == (4, "querynode", None, "no answer")


@pytest.mark.parametrize("answer", ["", "[]", "null", '{"nodes_info": null}', '{"nodes_info": [1]}'])
def test_an_answer_without_nodes_is_invalid(newest: Newest, answer: str) -> None:
    newest.answers("GetMetrics", milvus_pb2.GetMetricsResponse(response=answer))
    run = newest("list nodes")
    assert (run.code, run.out) == (1, "")
    assert "no list of nodes" in run.err


@on_milvus
def test_the_configuration_of_an_old_server_is_what_its_nodes_report(typed: Typed) -> None:
    assert typed.json("show config segment_max_size") == [
        {"key": "segment_max_size", "value": 512, "node": "datacoord1"}
    ]
    assert [row["node"] for row in typed.json("show config 'simd_*'")] == ["indexnode1", "querynode1"]
    assert typed("show config nosuch -o json") == Run(0, "[]\n", "")


def test_the_configuration_of_a_newer_server_comes_from_its_management_port(
    newest: Newest, management: MetricsPeer
) -> None:
    management.text = json.dumps(CONFIG)
    here = f"--management-port {management.port}"
    assert newest.json(f"show config segment {here}") == [
        {"key": "datacoord.segment.diskSegmentMaxSize", "value": "2048", "node": None},
        {"key": "datacoord.segment.maxsize", "value": "1024", "node": None},
    ]
    assert newest(f"show config 'minio*' {here} -o csv") == Run(
        0, "key,value,node\nminio.secretaccesskey,(hidden),\n", ""
    )
    assert newest(f"show config {here}").out.endswith("(4 rows)\n(1 secret value hidden)\n")


def test_slow_requests_show_all_that_the_server_tells(newest: Newest, management: MetricsPeer) -> None:
    management.text = json.dumps([SLOW])
    line = f"list slow_requests --management-port {management.port}"
    [row] = newest.json(line)
    assert row == {"partitions": None, "consistency_level": None, **SLOW}

    management.text = "null"
    assert newest.json(line) == []


@pytest.mark.parametrize(("text", "status", "why"), [("", 404, "HTTP 404"), ("<html>", 200, "not the expected JSON")])
def test_a_port_of_something_else_is_told(
    newest: Newest, management: MetricsPeer, text: str, status: int, why: str
) -> None:
    management.text, management.status = text, status
    hint = "is it a Milvus's management port? --management-port PORT names another one"
    for line, path in (("show config", "configs"), ("list slow_requests", "slow_query")):
        run = newest(f"{line} --management-port {management.port}")
        assert run == failed(f"port {management.port} /api/v1/_cluster/{path}: {why}", hint)
