"""Read-only and protected connections to a server that says it is Milvus 3.0."""

import shlex

import pytest

from milvus_cli.grammar.click_nodes import Leaf
from milvus_cli.grammar.tree import find
from tests.support.cli import Run
from tests.support.newest import Newest
from tests.support.official import milvus_pb2
from tests.support.recorder import run_here

WRITES = (
    "alter role reader -d x",
    "alter user ann -d x",
    "alter user_tags ann --set a=b",
    "bulk_insert -c book -f a.parquet --option backup=true",
    "compact book --l0",
    "create file_resource a --path b",
    "create row_policy x -c book --action query -r reader --using 'id > 1'",
    "create snapshot x -c book",
    "delete file_resource stop_words -y",
    "delete row_policy recent -c book -y",
    "delete snapshot nightly -c book -y",
    "delete user_tags ann -k team -y",
    "export snapshot nightly -c book --to s3://b",
    "load book --refresh",
    "refresh collection book",
    "restore access -",
    "restore snapshot nightly -c book --to again",
)
READS = ("analyze text", "analyze text --phrase a", "list snapshots book", "list segments book", "list user_tags ann")
DELETIONS = [line for line in WRITES if line.startswith("delete")]


@pytest.fixture
def guarded(newest: Newest) -> Newest:
    """A server with an object of each new kind, under the aliases `frozen` (read-only) and `guarded` (protected)."""
    ann, reader = milvus_pb2.UserEntity(name="ann"), milvus_pb2.RoleEntity(name="reader")
    for method, answer in {
        "GetPersistentSegmentInfo": milvus_pb2.GetPersistentSegmentInfoResponse(),
        "GetUserTags": milvus_pb2.GetUserTagsResponse(tags={"team": "search"}),
        "ListCredUsers": milvus_pb2.ListCredUsersResponse(usernames=["ann"]),
        "ListFileResources": milvus_pb2.ListFileResourcesResponse(
            resources=[milvus_pb2.FileResourceInfo(name="stop_words")]
        ),
        "ListRowPolicies": milvus_pb2.ListRowPoliciesResponse(policies=[milvus_pb2.RowPolicy(policy_name="recent")]),
        "ListSnapshots": milvus_pb2.ListSnapshotsResponse(snapshots=["nightly"]),
        "DescribeSnapshot": milvus_pb2.DescribeSnapshotResponse(name="nightly"),
        "RunAnalyzer": milvus_pb2.RunAnalyzerResponse(),
        "ComputePhraseMatchSlop": milvus_pb2.ComputePhraseMatchSlopResponse(),
        "SelectRole": milvus_pb2.SelectRoleResponse(results=[milvus_pb2.RoleResult(role=reader, users=[ann])]),
        "DescribeAlias": milvus_pb2.DescribeAliasResponse(status={"code": 1600, "reason": "alias not found"}),
    }.items():
        newest.answers(method, answer)
    for alias, mark in (("frozen", "--read-only"), ("guarded", "--protected")):
        run = run_here(["connect", newest.peer.address, "-a", alias, mark], newest.home)
        assert run.code == 0, run
    newest.peer.calls.clear()
    return newest


def typed(guarded: Newest, line: str, alias: str) -> Run:
    return run_here(["--alias", alias, *shlex.split(line)], guarded.home, input="{}")


@pytest.mark.parametrize("line", WRITES)
def test_every_change_is_refused_on_a_read_only_connection(guarded: Newest, line: str) -> None:
    run = typed(guarded, line, "frozen")
    assert (run.code, run.out) == (1, ""), run
    assert "connection 'frozen' is read-only: " in run.err


@pytest.mark.parametrize("line", READS)
def test_what_only_reads_works_on_a_read_only_connection(guarded: Newest, line: str) -> None:
    run = typed(guarded, line, "frozen")
    assert (run.code, run.err) == (0, "")


@pytest.mark.parametrize("line", DELETIONS)
def test_a_protected_connection_asks_for_its_alias(guarded: Newest, line: str) -> None:
    run_here(["use", "connection", "guarded"], guarded.home)
    run = run_here(shlex.split(line), guarded.home)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error: connection 'guarded' is protected: ")
    assert not [each for each in guarded.peer.methods if each.startswith(("Drop", "Delete", "Remove"))]


def test_each_line_names_a_command() -> None:
    assert all(isinstance(find(shlex.split(line)).command, Leaf) for line in (*WRITES, *READS))
