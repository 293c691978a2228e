"""Options of loading and compaction: requests as pymilvus sends them, and what older servers are told."""

from typing import Any

import pytest
from google.protobuf.message import Message

from tests.support.cli import Run
from tests.support.grpc_peer import in_turn, replies
from tests.support.newest import Newest
from tests.support.official import common_pb2, milvus_pb2
from tests.support.typed import Typed, failed, on_lite, on_milvus


@pytest.fixture
def loading(newest: Newest) -> Newest:
    """A server that loads at once."""
    done = milvus_pb2.GetLoadingProgressResponse(progress=100, refresh_progress=100)
    newest.answers("GetLoadingProgress", done)
    newest.answers("LoadCollection", common_pb2.Status())
    newest.answers("LoadPartitions", common_pb2.Status())
    return newest


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("load book", {}),
        ("load collection book --replicas 2", {"replica_number": 2}),
        ("load book --replica-number 3 --refresh", {"replica_number": 3, "refresh": True}),
        (
            "load book --fields id,title --skip-dynamic",
            {"load_fields": ["id", "title"], "skip_load_dynamic_field": True},
        ),
        ("load book --resource-group a --resource-group b", {"resource_groups": ["a", "b"]}),
        ("load book --priority LOW", {"priority": "low"}),
    ],
)
def test_loading_a_collection_sends_what_pymilvus_sends(loading: Newest, line: str, given: dict[str, Any]) -> None:
    loading.agree(line, lambda client: client.load_collection("book", **given), "LoadCollection")


@pytest.mark.parametrize("command", ["load collection", "load partition"])
def test_loading_partitions_sends_what_pymilvus_sends(loading: Newest, command: str) -> None:
    line = f"{command} -c book -p novels --replicas 2 --fields id --resource-group a --priority high --refresh"
    given = {"replica_number": 2, "load_fields": ["id"], "resource_groups": ["a"], "priority": "high", "refresh": True}
    loading.agree(line, lambda client: client.load_partitions("book", ["novels"], **given), "LoadPartitions")


def test_a_refresh_waits_for_its_own_progress(loading: Newest) -> None:
    progress = [milvus_pb2.GetLoadingProgressResponse(progress=100, refresh_progress=each) for each in (0, 50, 100)]
    loading.peer.handlers["GetLoadingProgress"] = in_turn(*map(replies, progress))
    assert loading("load book --refresh") == Run(0, "Loaded collection 'book'.\n", "")
    assert loading.peer.methods.count("GetLoadingProgress") == 3


def test_a_missing_field_is_told_before_anything_is_loaded(loading: Newest) -> None:
    run = loading("load book --fields id,titel")
    assert run == failed("field 'titel' not found in 'book'", "did you mean title?")
    assert "LoadCollection" not in loading.peer.methods


@on_milvus
@pytest.mark.parametrize(
    ("option", "lacking"),
    [
        ("--fields id", "loading of single fields (requires Milvus 2.5)"),
        ("--skip-dynamic", "loading of single fields (requires Milvus 2.5)"),
        ("--priority low", "priorities of loading (requires Milvus 2.6)"),
    ],
)
def test_an_old_server_does_not_ignore_load_options(typed: Typed, option: str, lacking: str) -> None:
    assert typed(f"load collection -c nosuch {option}") == failed(f"Milvus 2.3.5 has no {lacking}")


@on_lite
@pytest.mark.parametrize(
    ("option", "lacking"),
    [("--refresh", "refreshing of a loaded collection"), ("--resource-group a", "resource groups")],
)
def test_milvus_lite_does_not_ignore_load_options(typed: Typed, option: str, lacking: str) -> None:
    assert typed(f"load collection -c nosuch {option}") == failed(f"Milvus Lite 3.2.2 has no {lacking}")


@on_milvus
def test_loading_into_a_resource_group_and_refreshing(typed: Typed) -> None:
    typed.make("into_group", index=True)
    loaded = Run(0, "Loaded collection 'into_group'.\n", "")
    assert typed("load into_group --resource-group __default_resource_group --replicas 1") == loaded
    assert typed("load into_group --refresh") == loaded
    typed.gone("into_group")


@pytest.fixture
def compacting(newest: Newest) -> Newest:
    """A server that compacts at once, and knows collections by id only, for which pymilvus asks again with the id."""
    unknown = milvus_pb2.ManualCompactionResponse(
        status=common_pb2.Status(error_code=common_pb2.CollectionNameNotFound, code=100)
    )
    done = milvus_pb2.ManualCompactionResponse(compactionID=3)

    def compact(request: Any, context: object) -> Message:
        answer: Message = done if request.collectionID else unknown
        return answer

    newest.peer.handlers["ManualCompaction"] = compact
    newest.answers("GetCompactionState", milvus_pb2.GetCompactionStateResponse(state="Completed"))
    return newest


@pytest.mark.parametrize(
    ("options", "given"),
    [
        ("", {}),
        ("--clustering", {"is_clustering": True}),
        ("--l0", {"is_l0": True}),
        ("--target-size 512", {"target_size": 512}),
    ],
)
def test_compaction_sends_what_pymilvus_sends(compacting: Newest, options: str, given: dict[str, Any]) -> None:
    compacting.agree(f"compact book {options}", lambda client: client.compact("book", **given), "ManualCompaction")


def test_compaction_of_one_partition_sends_its_id(compacting: Newest) -> None:
    expected = milvus_pb2.ManualCompactionRequest(collectionID=7, collection_name="book", partition_id=9)
    assert compacting.sent("compact book -p novels", "ManualCompaction") == expected
    assert compacting("compact book -p novel") == failed(
        "partition 'novel' not found in 'book'", "did you mean novels?"
    )


@on_milvus
@pytest.mark.parametrize(
    ("line", "lacking"),
    [
        ("compact nosuch --clustering", "compact --clustering (requires Milvus 2.4.8)"),
        ("compact nosuch --l0", "compact --l0 (requires Milvus 2.6.3)"),
        ("compact nosuch --partition a", "compact --partition (requires Milvus 2.5)"),
        ("compact nosuch --target-size 5", "compact --target-size (requires Milvus 3.0)"),
        ("list compactions nosuch", "lists of compactions (requires Milvus 3.0)"),
    ],
)
def test_an_old_server_does_not_ignore_what_to_compact(typed: Typed, line: str, lacking: str) -> None:
    assert typed(line) == failed(f"Milvus 2.3.5 has no {lacking}")


TASK = {
    "compaction": 5,
    "plan": 6,
    "type": "Mix",
    "state": "completed",
    "partition_id": 8,
    "channel": "by-dev-rootcoord-dml_0_7v0",
    "sources": [1, 2],
    "targets": [3],
    "reason": None,
}


@pytest.fixture
def remembering(newest: Newest) -> Newest:
    """A server that remembers two compactions of `book`."""
    mixed = milvus_pb2.CompactionMergeInfo(
        sources=[1, 2], target=3, plan_id=6, trigger_id=5, partition_id=8, channel=TASK["channel"]
    )
    mixed.type, mixed.state = common_pb2.CompactionTypeMix, common_pb2.CompactionTaskStateCompleted
    clustered = milvus_pb2.CompactionMergeInfo(
        sources=[3], plan_id=9, trigger_id=8, failure_reason="no memory", targets=[10, 11]
    )
    clustered.type, clustered.state = common_pb2.CompactionTypeClustering, common_pb2.CompactionTaskStateFailed
    newest.answers("GetCompactionStateWithPlans", milvus_pb2.GetCompactionPlansResponse(mergeInfos=[mixed, clustered]))
    return newest


def test_compactions_are_listed_with_state_and_segments(remembering: Newest) -> None:
    rows = remembering.json("list compactions book")
    assert rows[0] == TASK
    assert rows[1] | {"channel": ""} == {
        **TASK,
        "compaction": 8,
        "plan": 9,
        "type": "Clustering",
        "state": "failed",
        "partition_id": 0,
        "channel": "",
        "sources": [3],
        "targets": [10, 11],
        "reason": "no memory",
    }
    remembering.agree(
        "list compactions book", lambda client: client.list_compaction_tasks("book"), "GetCompactionStateWithPlans"
    )


def test_plans_of_a_newer_server_show_what_it_tells(remembering: Newest) -> None:
    line = "show compaction_plans -id 5"
    assert remembering.json(line)[0] == TASK
    remembering.agree(line, lambda client: client.get_compaction_plans(5), "GetCompactionStateWithPlans")
