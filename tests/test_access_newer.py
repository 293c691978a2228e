"""Descriptions, tags and row policies, on a server that says it is Milvus 3.0: requests, lists and refusals."""

from collections.abc import Callable

import pytest
from google.protobuf.message import Message
from pymilvus import MilvusClient

from tests.support.cli import Run
from tests.support.newest import Newest
from tests.support.official import common_pb2, milvus_pb2
from tests.support.typed import Typed, failed, on_lite, on_milvus

WRITES = (
    *("AddUserTags", "AlterRole", "CreateCredential", "CreateRole", "CreateRowPolicy", "DeleteUserTags", "DropRole"),
    *("DropRowPolicy", "UpdateCredential"),
)


@pytest.fixture
def described(newest: Newest) -> Newest:
    """A server with the described user `ann`, who has the described role `reader`, and a row policy on `book`."""
    role = milvus_pb2.RoleEntity(name="reader", description="may search")
    ann = milvus_pb2.UserResult(user=milvus_pb2.UserEntity(name="ann"), roles=[role], description="on call")
    holder = milvus_pb2.RoleResult(role=role, users=[ann.user])
    policy = milvus_pb2.RowPolicy(
        policy_name="recent", roles=["reader"], using_expr="id > 100", created_at=1_785_000_000, description="new ones"
    )
    policy.actions.extend([milvus_pb2.Query, milvus_pb2.Search])
    newest.answers("ListCredUsers", milvus_pb2.ListCredUsersResponse(usernames=["ann", "root"]))
    newest.answers("SelectUser", milvus_pb2.SelectUserResponse(results=[ann]))
    newest.answers("SelectRole", milvus_pb2.SelectRoleResponse(results=[holder]))
    newest.answers("SelectGrant", milvus_pb2.SelectGrantResponse())
    newest.answers("GetUserTags", milvus_pb2.GetUserTagsResponse(tags={"team": "search", "area": "eu"}))
    newest.answers("ListUsersWithTag", milvus_pb2.ListUsersWithTagResponse(user_names=["bob", "ann"]))
    newest.answers("ListRowPolicies", milvus_pb2.ListRowPoliciesResponse(policies=[policy]))
    newest.answers("ListPrivilegeGroups", milvus_pb2.ListPrivilegeGroupsResponse())
    for method in WRITES:
        newest.answers(method, common_pb2.Status())
    return newest


@pytest.mark.parametrize(
    ("line", "method", "act"),
    [
        ("create role writer", "CreateRole", lambda client: client.create_role("writer")),
        ("create role writer -d x", "CreateRole", lambda client: client.create_role("writer", description="x")),
        ("alter role reader -d x", "AlterRole", lambda client: client.alter_role("reader", "x")),
        ("delete role reader", "DropRole", lambda client: client.drop_role("reader")),
        ("delete role reader --force", "DropRole", lambda client: client.drop_role("reader", force_drop=True)),
        ("create user bob -p hunter22", "CreateCredential", lambda client: client.create_user("bob", "hunter22")),
        (
            "create user bob -p hunter22 -d ''",
            "CreateCredential",
            lambda client: client.create_user("bob", "hunter22", description=""),
        ),
        ("alter user ann -d x", "UpdateCredential", lambda client: client.update_user("ann", "x")),
    ],
)
def test_requests_are_those_of_pymilvus(
    described: Newest, line: str, method: str, act: Callable[[MilvusClient], object]
) -> None:
    described.agree(line, act, method)


def test_descriptions_are_shown_where_there_are_any(described: Newest) -> None:
    assert described.json("list users") == [
        {"user": "ann", "roles": "reader", "description": "on call"},
        {"user": "root", "roles": "", "description": None},
    ]
    assert described.json("list roles") == [{"role": "reader", "users": "ann", "description": "may search"}]
    assert described.json("show user ann") == {
        "user": "ann",
        "description": "on call",
        "roles": ["reader"],
        "grants": [],
    }
    assert described.json("show role reader")["description"] == "may search"


def test_a_forced_deletion_leaves_grants_to_the_server(described: Newest) -> None:
    grant = milvus_pb2.GrantEntity(
        role=milvus_pb2.RoleEntity(name="reader"),
        object=milvus_pb2.ObjectEntity(name="Collection"),
        object_name="book",
        grantor=milvus_pb2.GrantorEntity(privilege=milvus_pb2.PrivilegeEntity(name="Query")),
        db_name="default",
    )
    described.answers("SelectGrant", milvus_pb2.SelectGrantResponse(entities=[grant]))
    assert described("delete role reader --force") == Run(0, "Deleted role 'reader'.\n", "")
    assert [each for each in described.peer.methods if each.startswith(("Operate", "Drop"))] == ["DropRole"]


POLICY = milvus_pb2.CreateRowPolicyRequest(
    collection_name="book",
    policy_name="mine",
    actions=[milvus_pb2.Query, milvus_pb2.Upsert],
    roles=["reader"],
    using_expr="id > 1",
    check_expr="id < 9",
    description="why",
)


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        (
            "alter user_tags ann --set team=search --set area=",
            milvus_pb2.AddUserTagsRequest(user_name="ann", tags={"team": "search", "area": ""}),
        ),
        ("delete user_tags ann -k team", milvus_pb2.DeleteUserTagsRequest(user_name="ann", tag_keys=["team"])),
        ("list user_tags ann", milvus_pb2.GetUserTagsRequest(user_name="ann")),
        ("list tagged_users team --value x", milvus_pb2.ListUsersWithTagRequest(tag_key="team", tag_value="x")),
        (
            "create row_policy mine -c book --action query --action Upsert -r reader --using 'id > 1' --check 'id < 9' "
            "-d why",
            POLICY,
        ),
        ("list row_policies book", milvus_pb2.ListRowPoliciesRequest(collection_name="book")),
        (
            "delete row_policy recent -c book -y",
            milvus_pb2.DropRowPolicyRequest(collection_name="book", policy_name="recent"),
        ),
    ],
)
def test_requests_have_what_the_line_says(described: Newest, line: str, request_: Message) -> None:
    method = type(request_).DESCRIPTOR.name.removesuffix("Request")
    assert described.sent(line, method) == request_


def test_tags_and_their_users_are_listed(described: Newest) -> None:
    assert described.json("list user_tags ann") == [{"tag": "area", "value": "eu"}, {"tag": "team", "value": "search"}]
    assert described("list tagged_users team") == Run(0, "ann\nbob\n", "")


def test_row_policies_are_listed_with_filters_and_roles(described: Newest) -> None:
    assert described.json("list row_policies book") == [
        {
            "policy": "recent",
            "actions": ["Query", "Search"],
            "roles": ["reader"],
            "using": "id > 100",
            "check": None,
            "created": "2026-07-25T17:20:00Z",
            "description": "new ones",
        }
    ]


CREATE = "create row_policy x -c book --action query"


@pytest.mark.parametrize(
    ("line", "run"),
    [
        ("alter user an -d x", failed("user 'an' not found", "did you mean ann?")),
        ("alter role readr -d x", failed("role 'readr' not found", "did you mean reader?")),
        ("alter user_tags an --set a=b", failed("user 'an' not found", "did you mean ann?")),
        (
            "delete user_tags ann -k teem",
            failed("user 'ann' has no tag 'teem'", "did you mean team?"),
        ),
        (
            f"{CREATE} -r reader",
            failed("a row policy requires a filter", "give --using FILTER or --check FILTER", code=2),
        ),
        (f"{CREATE} -r readr --using 'id > 1'", failed("role 'readr' not found", "did you mean reader?")),
        (
            "delete row_policy recnt -c book -y",
            failed("row policy 'recnt' not found on 'book'", "did you mean recent?"),
        ),
    ],
)
def test_what_is_missing_is_told_before_anything_changes(described: Newest, line: str, run: Run) -> None:
    assert described(line) == run
    assert not {*WRITES} & {*described.peer.methods}


def test_deleting_a_row_policy_asks(described: Newest) -> None:
    run = described("delete row_policy recent -c book")
    assert (run.code, run.err.splitlines()[-1]) == (2, "hint: pass --yes")
    assert "DropRowPolicy" not in described.peer.methods


def test_a_server_that_should_have_tags_and_lacks_them_is_not_told_to_be_newer(described: Newest) -> None:
    del described.peer.handlers["AddUserTags"]
    assert described("alter user_tags ann --set a=b") == failed("Milvus 3.0.1 has no tags of users")


LACKS = {
    "alter role x -d y": "descriptions of roles (requires Milvus 3.0)",
    "create role x -d y": "descriptions of roles (requires Milvus 3.0)",
    "alter user x -d y": "descriptions of users (requires Milvus 3.0)",
    "create user x -p hunter22 -d y": "descriptions of users (requires Milvus 3.0)",
    "delete role x --force": "deletion of roles with their grants (requires Milvus 2.5)",
    "alter user_tags x --set a=b": "tags of users (requires Milvus 3.0)",
    "list user_tags x": "tags of users (requires Milvus 3.0)",
    "delete user_tags x -k a": "tags of users (requires Milvus 3.0)",
    "list tagged_users a": "tags of users (requires Milvus 3.0)",
    "create row_policy x -c nosuch --action query -r y --using a": "row policies (requires Milvus 3.0)",
    "list row_policies nosuch": "row policies (requires Milvus 3.0)",
    "delete row_policy x -c nosuch": "row policies (requires Milvus 3.0)",
}


@on_milvus
@pytest.mark.parametrize("line", LACKS)
def test_an_old_milvus_says_what_it_lacks(typed: Typed, line: str) -> None:
    assert typed(line) == failed(f"Milvus 2.3.5 has no {LACKS[line]}")


@on_lite
@pytest.mark.parametrize("line", LACKS)
def test_milvus_lite_says_what_it_lacks(typed: Typed, line: str) -> None:
    assert typed(line) == failed(f"Milvus Lite 3.2.2 has no {LACKS[line]}")
