"""Flush, compaction, segments, replicas and waiting, on real servers and on one that never gets ready."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer, Handler, replies
from tests.support.milvus_server import MilvusServer
from tests.support.official import common_pb2, milvus_pb2, schema_pb2
from tests.support.recorder import run_here
from tests.support.terminal import Terminal
from tests.support.typed import Typed, failed, on_lite, on_milvus

LOADING: dict[str, Handler] = {
    "HasCollection": replies(milvus_pb2.BoolResponse(value=True)),
    "LoadCollection": replies(common_pb2.Status()),
    "GetLoadState": replies(milvus_pb2.GetLoadStateResponse(state=2)),
    "GetLoadingProgress": replies(milvus_pb2.GetLoadingProgressResponse(progress=40)),
    "GetVersion": replies(milvus_pb2.GetVersionResponse(version="v2.4.1")),
}


@pytest.fixture(scope="module")
def prepared_servers() -> set[str]:
    """The servers that already have the collection of this module."""
    return set()


@pytest.fixture
def loaded_ledger(typed: Typed, prepared_servers: set[str]) -> Typed:
    """Servers with a collection `ledger` of two rows, indexed and loaded."""
    if typed.server.address not in prepared_servers:
        typed.make("ledger", rows=2, index=True)
        typed.all("load ledger")
        prepared_servers.add(typed.server.address)
    return typed


def test_flush_waits_and_tells_the_state(loaded_ledger: Typed, is_lite: bool) -> None:
    made = loaded_ledger.json("flush -c ledger -t 60")
    assert (made["message"], made["flushed"]) == ("Flushed collection 'ledger'.", True)
    state = loaded_ledger.json("show flush_state -c ledger")
    assert state == {"collection": "ledger", "flushed": True, "segments": None if is_lite else state["segments"]}
    assert loaded_ledger.json("flush ledger --no-wait")["flushed"] is False


def test_flush_all_or_name_what_the_server_lacks(loaded_ledger: Typed, is_lite: bool) -> None:
    run = loaded_ledger("flush_all --no-wait")
    assert run == (
        failed("Milvus Lite 3.2.2 has no flush_all") if is_lite else Run(0, "Flushing all collections.\n", "")
    )


def test_compact_waits_and_its_state_can_be_asked(loaded_ledger: Typed, is_lite: bool) -> None:
    made = loaded_ledger.json("compact -c ledger -t 60")
    assert (made["message"], made["completed"]) == (
        f"Compacted collection 'ledger': compaction {made['compaction']}.",
        True,
    )
    number = made["compaction"]
    assert loaded_ledger.json(f"show compaction_state -id {number}") == {
        "compaction": number,
        "state": "completed",
        "executing_plans": 0,
        "completed_plans": made["completed_plans"],
        "failed_plans": 0,
        "timed_out_plans": 0,
    }
    plans = loaded_ledger(f"show compaction_plans -c ledger -id {number} -o json")
    assert plans.code == (1 if is_lite else 0)
    assert plans.err == (
        '{"error": {"code": 1, "message": "Milvus Lite 3.2.2 has no show compaction_plans", '
        '"hint": null, "server_code": null}}\n'
        if is_lite
        else ""
    )


def test_the_last_compaction_of_a_collection_is_remembered(loaded_ledger: Typed, is_lite: bool) -> None:
    loaded_ledger("create alias -c ledger -a ledger_alias")
    shown = ["show compaction_state -c ledger", "show compaction_state ledger_alias", "show compaction_plans -c ledger"]
    script = ["compact -c ledger", *shown[: 2 if is_lite else 3]]
    env = {"MILVUS_URI": loaded_ledger.server.uri}
    run = loaded_ledger.cli("-o", "jsonl", "-c", "; ".join(script), env=env)
    assert (run.code, run.err) == (0, "")
    made, state, by_alias, *_ = map(json.loads, run.out.splitlines())
    assert state == by_alias
    assert (state["compaction"], state["state"]) == (made["compaction"], "completed")
    loaded_ledger("delete alias ledger_alias")
    for line in shown[::2]:
        assert loaded_ledger(line) == failed(
            "no compaction of collection 'ledger' in this shell or script",
            "run `compact -c ledger` for its id, then give -id ID",
        )


def test_a_compaction_that_no_server_started_is_an_error(loaded_ledger: Typed, is_lite: bool) -> None:
    hint = "compact prints the id of the compaction that it starts"
    for line in ("show compaction_state -id", "show compaction_plans -c ledger -id")[: 1 if is_lite else 2]:
        for number in (1, 123, 2**62):
            assert loaded_ledger(f"{line} {number}") == failed(f"compaction {number} not found", hint)
    assert loaded_ledger("show compaction_state") == failed(
        "missing compaction id", "-id ID, or -c NAME for the last compaction of a collection", code=2
    )


@pytest.mark.parametrize(
    "line", ["show compaction_state -id x", "show compaction_state -id -3", "flush ledger -t soon"]
)
def test_bad_values_exit_2(loaded_ledger: Typed, line: str) -> None:
    assert loaded_ledger(line).code == 2


@on_lite
def test_milvus_lite_has_neither_segments_nor_replicas(loaded_ledger: Typed) -> None:
    assert loaded_ledger("show replicas ledger") == failed("Milvus Lite 3.2.2 has no replicas")
    for command in ("show query_segment_info", "show query_segment"):
        assert loaded_ledger(f"{command} -c ledger") == failed("Milvus Lite 3.2.2 has no information on segments")


@on_milvus
def test_segments_are_on_the_nodes_of_the_replica(loaded_ledger: Typed) -> None:
    [replica] = loaded_ledger.json("show replicas -c ledger")
    assert list(replica) == [
        "replica",
        "resource_group",
        "nodes",
        "addresses",
        "shard",
        "leader",
        "leader_address",
        "shard_nodes",
    ]
    assert (replica["nodes"], replica["addresses"]) == ([replica["leader"]], [replica["leader_address"]])

    segments = loaded_ledger.json("show query_segment_info -c ledger")
    assert {(*each["nodes"], *each["addresses"]) for each in segments} == {
        (replica["leader"], replica["leader_address"])
    }
    assert loaded_ledger.json("show query_segment -c ledger") == segments
    assert sum(each["rows"] for each in segments) == 2


def test_wait_collection(loaded_ledger: Typed) -> None:
    assert loaded_ledger("wait collection ledger --for loaded,indexed --timeout 5m") == Run(
        0, "Collection 'ledger' is loaded and indexed.\n", ""
    )
    assert loaded_ledger.json("wait ledger --for indexed") == {
        "message": "Collection 'ledger' is indexed.",
        "collection": "ledger",
        "indexed": True,
    }
    assert loaded_ledger("wait ledger --for cooked") == failed(
        "--for: 'cooked' is not one of: loaded, indexed", "help wait collection", code=2
    )


def test_waiting_for_a_collection_that_nobody_loads_is_an_error_at_once(loaded_ledger: Typed) -> None:
    loaded_ledger.all("release ledger")
    assert loaded_ledger("wait collection ledger") == failed(
        "nothing loads collection 'ledger'", "load collection -c ledger"
    )
    loaded_ledger.all("load ledger")


def test_a_wait_has_a_limit(cli: Cli) -> None:
    with GrpcPeer(LOADING) as peer:
        run = cli("wait", "slow", "--for", "loaded", "--timeout", "0.5s", env={"MILVUS_URI": f"http://{peer.address}"})
    assert run == failed(
        "loading collection 'slow': at 40% after 0.5 s; the server continues", "run `show loading_progress -c slow`"
    )


def test_work_without_progress_is_noted_also_off_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milvus_cli.server.waiting.STALLED", 0.2)
    with GrpcPeer(LOADING) as peer:
        run = run_here(["wait", "slow", "--for", "loaded", "--timeout", "0.5s"], tmp_path, f"http://{peer.address}")
    assert run.err.startswith("note: loading collection 'slow': at 40%, without progress for 0 s (run `show loading_")


def test_ctrl_c_ends_the_waiting_only_and_a_bar_is_shown(terminal: Callable[..., Terminal]) -> None:
    with GrpcPeer(LOADING) as peer:
        shown = terminal("load", "slow", cols=100, env={"MILVUS_URI": f"http://{peer.address}"})
        shown.wait_for("Loading collection 'slow'  █████████░░░░░░░░░░░░░░░  40%")
        shown.send_key("c-c")
        assert shown.wait_exit() == 130
        assert "error: no longer waiting; the server continues loading collection 'slow'" in shown.text
        assert "hint: run `show loading_progress -c slow`" in shown.text
        assert "█" not in shown.text


HALF_BUILT = milvus_pb2.DescribeIndexResponse(
    index_descriptions=[
        milvus_pb2.IndexDescription(index_name="v", field_name="v", state=2, indexed_rows=1, total_rows=2),
    ]
)
BUILDING: dict[str, Handler] = {
    **LOADING,
    "DescribeCollection": replies(
        milvus_pb2.DescribeCollectionResponse(
            collectionID=7,
            schema=schema_pb2.CollectionSchema(
                name="slow",
                fields=[
                    schema_pb2.FieldSchema(name="id", data_type=schema_pb2.Int64, is_primary_key=True),
                    schema_pb2.FieldSchema(name="v"),
                ],
            ),
        )
    ),
    "CreateIndex": replies(common_pb2.Status()),
    "DescribeIndex": replies(HALF_BUILT),
    "Flush": replies(
        milvus_pb2.FlushResponse(coll_segIDs={"slow": schema_pb2.LongArray(data=[5])}, coll_flush_ts={"slow": 9})
    ),
    "GetFlushState": replies(milvus_pb2.GetFlushStateResponse(flushed=False)),
    "FlushAll": replies(milvus_pb2.FlushAllResponse(flush_all_ts=9)),
    "GetFlushAllState": replies(milvus_pb2.GetFlushAllStateResponse(flushed=False)),
    "ManualCompaction": replies(milvus_pb2.ManualCompactionResponse(compactionID=3)),
    "GetCompactionState": replies(
        milvus_pb2.GetCompactionStateResponse(
            state=common_pb2.Executing,
            executingPlanNo=1,
            completedPlanNo=3,
        )
    ),
}


@pytest.mark.parametrize(
    ("line", "bar", "doing", "look"),
    [
        (
            "create index -c slow -f v -t FLAT",
            "████████████░░░░░░░░░░░░  50%",
            "building index 'v' on 'slow'",
            "show index_progress -c slow",
        ),
        ("flush slow", "░░░░░░░░░░░░░░░░░░░░░░░░   0%", "flushing collection 'slow'", "show flush_state -c slow"),
        ("flush_all", "░░░░░░░░░░░░░░░░░░░░░░░░   0%", "flushing all collections", "show flush_state -c NAME"),
        (
            "compact slow",
            "██████████████████░░░░░░  75%",
            "compacting collection 'slow'",
            "show compaction_state -id 3",
        ),
    ],
)
def test_every_long_work_has_a_bar_and_ctrl_c_says_how_to_look(
    terminal: Callable[..., Terminal], line: str, bar: str, doing: str, look: str
) -> None:
    with GrpcPeer(BUILDING) as peer:
        shown = terminal(*line.split(), cols=100, env={"MILVUS_URI": f"http://{peer.address}"})
        shown.wait_for(f"{doing.capitalize()}  {bar}")
        shown.send_key("c-c")
        assert shown.wait_exit() == 130
    assert shown.text.replace("^C", "").strip() == (
        f"error: no longer waiting; the server continues {doing}\nhint: run `{look}`"
    )


def test_the_shell_asks_for_missing_values_and_continues_after_ctrl_c(
    terminal: Callable[..., Terminal], milvus: MilvusServer, cli: Cli
) -> None:
    on = Typed(cli, milvus)
    on.make("asked")
    shown = terminal(cols=100, env={"MILVUS_URI": milvus.uri})
    prompt = f"{milvus.address}/default>"
    for question, answer in (
        (prompt, "create partition"),
        ("> create partition\nCollection:", "asked"),
        ("Collection: asked\nPartition:", "spring"),
        (f"'spring' in 'asked'.\n{prompt}", "create partition -c asked"),
        ("> create partition -c asked\nPartition:", "autumn"),
        (f"'autumn' in 'asked'.\n{prompt}", "create alias"),
        ("> create alias\nCollection:", "asked"),
        ("Collection: asked\nAliases:", "asked_a"),
        (f"refers to collection 'asked'.\n{prompt}", "rename collection"),
    ):
        shown.wait_for(question)
        shown.send_line(answer)
    shown.wait_for("> rename collection\nCollection:")
    shown.send_key("c-c")
    shown.wait_for(f"interrupted\n{prompt}")
    shown.send_line("list aliases -c asked -o csv")
    shown.wait_for("asked_a,asked")
    shown.send_line("exit")
    assert shown.wait_exit() == 0
    found = {row["partition"] for row in on.json("list partitions asked")}
    on.all("delete alias asked_a -y")
    on.gone("asked")
    assert found == {"_default", "spring", "autumn"}


def test_a_feature_that_a_server_lacks_is_reported_with_its_version(cli: Cli) -> None:
    handlers = {**BUILDING, "GetCollectionStatistics": replies(milvus_pb2.GetCollectionStatisticsResponse())}
    with GrpcPeer(handlers) as peer:
        run = cli("truncate", "slow", "-y", env={"MILVUS_URI": f"http://{peer.address}"})
    assert run == failed("Milvus 2.4.1 has no truncate (requires Milvus 2.6.11)")


def test_a_check_says_that_the_collection_is_still_loading(cli: Cli) -> None:
    key = schema_pb2.FieldSchema(name="id", is_primary_key=True, data_type=schema_pb2.Int64)
    described = milvus_pb2.DescribeCollectionResponse(schema=schema_pb2.CollectionSchema(name="c", fields=[key]))
    with GrpcPeer({**LOADING, "DescribeCollection": replies(described)}) as peer:
        run = run_here(["check", "keys", "-c", "c"], cli.home, peer.uri)
    assert run == failed("collection 'c' is still loading", "wait collection c --for loaded")
