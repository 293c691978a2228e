"""Dialogues about what Milvus 3.0 has, on a peer that says it is one: the collection first, of which the others are."""

from collections.abc import Callable

import pytest

from tests.support.newest import Newest
from tests.support.official import common_pb2, milvus_pb2
from tests.support.talker import Talker
from tests.support.terminal import Terminal


@pytest.fixture
def talk(newest: Newest, terminal: Callable[..., Terminal]) -> Talker:
    """Dialogues with a server that has the snapshot `nightly`, the row policy `recent` and the role `reader`."""
    reader = milvus_pb2.RoleResult(role=milvus_pb2.RoleEntity(name="reader"))
    newest.answers("ListSnapshots", milvus_pb2.ListSnapshotsResponse(snapshots=["nightly"]))
    newest.answers("DescribeSnapshot", milvus_pb2.DescribeSnapshotResponse(name="nightly"))
    newest.answers("DropSnapshot", common_pb2.Status())
    newest.answers("CreateRowPolicy", common_pb2.Status())
    newest.answers("SelectRole", milvus_pb2.SelectRoleResponse(results=[reader]))
    newest.answers("AlterRole", common_pb2.Status())
    return Talker(terminal, newest.peer.uri)


def test_a_snapshot_is_asked_for_after_its_collection(talk: Talker) -> None:
    line = talk(
        "show snapshot",
        ("Collection:", "book"),
        ("Snapshot:", "nightli"),
        ("snapshot 'nightli' not found in 'book' (did you mean nightly?)", "nightly"),
    )
    assert line == "show snapshot -c book -n nightly"


def test_a_row_policy_is_asked_for_part_by_part(talk: Talker, newest: Newest) -> None:
    line = talk(
        "create row_policy",
        ("Collection:", "book"),
        ("Policy:", "mine"),
        ("Actions", "query, search"),
        ("Role", "reader"),
        ("Using (rows that may be read or deleted):", "id > 1"),
    )
    assert line == "create row_policy -c book -n mine --action query --action search -r reader --using 'id > 1'"
    assert len(newest.peer.requests("CreateRowPolicy")) == 1


def test_a_new_description_is_asked_for(talk: Talker, newest: Newest) -> None:
    line = talk("alter role", ("Role:", "reader"), ("Description:", "may search"))
    assert line == "alter role -r reader -d 'may search'"
    (request,) = newest.peer.requests("AlterRole")
    assert request == milvus_pb2.AlterRoleRequest(role_name="reader", description="may search")
