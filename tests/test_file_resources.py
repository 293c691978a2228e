"""File resources and replication, on a server that says it is Milvus 3.0."""

import pytest

from tests.support.cli import Run
from tests.support.newest import Newest
from tests.support.official import common_pb2, milvus_pb2
from tests.support.typed import Typed, failed, on_lite, on_milvus


@pytest.fixture
def resources(newest: Newest) -> Newest:
    """A server with the file resource `stop_words`."""
    stop = milvus_pb2.FileResourceInfo(id=3, name="stop_words", path="dictionaries/stop.txt")
    newest.answers("ListFileResources", milvus_pb2.ListFileResourcesResponse(resources=[stop]))
    for method in ("AddFileResource", "RemoveFileResource"):
        newest.answers(method, common_pb2.Status())
    return newest


def test_file_resources_are_created_listed_and_deleted_as_by_pymilvus(resources: Newest) -> None:
    resources.agree(
        "create file_resource a --path b.txt", lambda client: client.add_file_resource("a", "b.txt"), "AddFileResource"
    )
    resources.agree("list file_resources", lambda client: client.list_file_resources(), "ListFileResources")
    resources.agree(
        "delete file_resource stop_words",
        lambda client: client.remove_file_resource("stop_words"),
        "RemoveFileResource",
    )


def test_file_resources_are_listed_with_their_paths(resources: Newest) -> None:
    assert resources("list file_resources -o csv") == Run(
        0, "file_resource,path,id\nstop_words,dictionaries/stop.txt,3\n", ""
    )


def test_deleting_a_file_resource_needs_one_that_exists(resources: Newest) -> None:
    run = resources("delete file_resource stop_word")
    assert run == failed("file resource 'stop_word' not found", "did you mean stop_words?")
    place = f"MILVUS_URI ({resources.peer.address}, database default)"
    assert resources("delete file_resource stop_words --dry-run") == Run(
        0, f"Would delete file resource 'stop_words' on {place}, which is dictionaries/stop.txt.\n", ""
    )
    assert "RemoveFileResource" not in resources.peer.methods


def test_replication_shows_clusters_and_links_without_tokens(newest: Newest) -> None:
    found = common_pb2.ReplicateConfiguration()
    found.clusters.add(cluster_id="one", pchannels=["dml_0"]).connection_param.uri = "http://one:19530"
    found.clusters[0].connection_param.token = "root:hunter22"
    found.cross_cluster_topology.add(source_cluster_id="one", target_cluster_id="two")
    newest.answers("GetReplicateConfiguration", milvus_pb2.GetReplicateConfigurationResponse(configuration=found))
    assert newest.json("show replication") == {
        "replicated": True,
        "clusters": [{"cluster": "one", "uri": "http://one:19530", "channels": ["dml_0"]}],
        "links": [{"source": "one", "target": "two"}],
    }
    assert "hunter22" not in newest("show replication").out
    newest.agree("show replication", lambda client: client.get_replicate_configuration(), "GetReplicateConfiguration")


def test_a_replication_checkpoint_has_position_and_time(newest: Newest) -> None:
    answer = milvus_pb2.GetReplicateInfoResponse()
    answer.checkpoint.message_id.id, answer.checkpoint.time_tick = "42", 1_785_000_000_000 << 18
    answer.checkpoint.message_id.WAL_name = common_pb2.WALName.Kafka
    newest.answers("GetReplicateInfo", answer)
    line = "show replication_checkpoint --source one --channel dml_0"
    assert newest.json(line) == {
        "source": "one",
        "channel": "dml_0",
        "message": "42",
        "log": "Kafka",
        "time": "2026-07-25T17:20:00Z",
        "time_tick": 1_785_000_000_000 << 18,
        "salvage_message": None,
        "salvage_log": None,
        "salvage_time": None,
        "salvage_time_tick": None,
    }
    newest.agree(line, lambda client: client.get_replicate_info("one", "dml_0"), "GetReplicateInfo")


LACKS = {
    "create file_resource a --path b": "file resources (requires Milvus 3.0)",
    "list file_resources": "file resources (requires Milvus 3.0)",
    "delete file_resource a": "file resources (requires Milvus 3.0)",
    "show replication": "replication (requires Milvus 2.6)",
    "show replication_checkpoint --source a --channel b": "replication (requires Milvus 2.6)",
}


@on_milvus
@pytest.mark.parametrize("line", LACKS)
def test_an_old_milvus_says_what_it_lacks(typed: Typed, line: str) -> None:
    assert typed(line) == failed(f"Milvus 2.3.5 has no {LACKS[line]}")


@on_lite
@pytest.mark.parametrize("line", LACKS)
def test_milvus_lite_says_what_it_lacks(typed: Typed, line: str) -> None:
    assert typed(line) == failed(f"Milvus Lite 3.2.2 has no {LACKS[line]}")
