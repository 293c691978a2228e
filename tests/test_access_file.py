"""Users, roles and grants as a file: exported, reviewed, applied, and applied again."""

import json
import os
import random
import shlex
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.cli import Run
from tests.support.grpc_peer import GrpcPeer, Handler, aborts, replies
from tests.support.milvus_server import MilvusServer
from tests.support.official import common_pb2, grpc, milvus_pb2
from tests.support.recorder import run_here
from tests.support.terminal import Terminal
from tests.support.typed import Typed, failed

MINE = "accf_"
BUILT_IN: dict[str, Any] = {
    "users": [{"user": "root", "roles": []}],
    "roles": [
        {"role": "admin", "grants": []},
        {
            "role": "public",
            "grants": [
                {"database": "*", "object_type": "Collection", "object_name": "*", "privileges": ["IndexDetail"]},
                {
                    "database": "*",
                    "object_type": "Global",
                    "object_name": "*",
                    "privileges": ["DescribeCollection", "ShowCollections"],
                },
            ],
        },
    ],
}
TEAM: dict[str, Any] = {
    "users": [
        {"user": f"accf_{name}", "roles": roles}
        for name, roles in [("ann", ["accf_reader", "accf_writer"]), ("bob", ["accf_reader"]), ("eve", [])]
    ],
    "roles": [
        {"role": "accf_idle", "grants": []},
        {
            "role": "accf_reader",
            "grants": [
                {"database": "*", "object_type": "Global", "object_name": "*", "privileges": ["ListDatabases"]},
                {
                    "database": "default",
                    "object_type": "Collection",
                    "object_name": "accf_book",
                    "privileges": ["Query", "Search"],
                },
                {"database": "to_come", "object_type": "Collection", "object_name": "*", "privileges": ["*"]},
            ],
        },
        {
            "role": "accf_writer",
            "grants": [
                {
                    "database": "default",
                    "object_type": "Collection",
                    "object_name": "accf_book",
                    "privileges": ["Delete", "Insert"],
                },
                {"database": "default", "object_type": "User", "object_name": "accf_ann", "privileges": ["UpdateUser"]},
            ],
        },
    ],
}
PASSWORDS = "# new ones\naccf_ann:anns:password\naccf_bob:bobs-password\n\naccf_eve:eves-password\n"
NAMES = "it starts with a letter and has letters, digits and _ (at most 32)"


class Files:
    """Commands as root, with the files that they read."""

    def __init__(self, typed: Typed) -> None:
        self.typed = typed
        self.folder = typed.cli.directory

    def write(self, name: str, value: object) -> Path:
        path = self.folder / name
        path.write_text(value if isinstance(value, str) else yaml.safe_dump(value))
        return path

    def apply(self, value: object, options: str = "") -> Run:
        path, passwords = self.write("access.yaml", value), self.write("passwords", PASSWORDS)
        return self.typed(f"apply access {path} --passwords {passwords} {options}")

    def mine(self) -> dict[str, Any]:
        """The objects of these tests on the server."""
        return mine(self.typed.json("export access"))


def mine(value: dict[str, Any]) -> dict[str, Any]:
    return {part: [each for each in entries if each[part[:-1]].startswith(MINE)] for part, entries in value.items()}


def without(value: dict[str, Any], database: str) -> dict[str, Any]:
    """Removes grants in a database: Milvus reports none for a missing one."""
    roles = [
        {**role, "grants": [each for each in role["grants"] if each["database"] != database]} for role in value["roles"]
    ]
    return {**value, "roles": roles}


def changes(run: Run) -> str:
    """The number of changes, without the note on objects of others that the file lacks."""
    assert (run.code, run.err) == (0, "")
    return run.out.partition(" Not in the file")[0].partition(": all is")[0].partition(": the server has")[0].strip()


@pytest.fixture
def root_files(cli: Any, milvus_auth: MilvusServer) -> Iterator[Files]:
    files = Files(Typed(cli, milvus_auth, token="root:Milvus"))
    yield files
    files.typed("revoke privilege accf_reader -ot Collection -o '*' -p '*' -db to_come")
    left = files.mine()
    for user in left["users"]:
        files.typed(f"delete user {user['user']} -y")
    for role in left["roles"]:
        files.typed(f"delete role {role['role']} -y")


def test_applying_a_file_makes_what_it_describes(root_files: Files) -> None:
    assert changes(root_files.apply(TEAM)) == "Made 16 changes: 16 added, 0 removed."
    assert root_files.mine() == without(TEAM, "to_come")
    assert Typed(root_files.typed.cli, root_files.typed.server, token="accf_ann:anns:password")("ping").code == 0


def test_a_file_applied_twice_changes_nothing_the_second_time(root_files: Files) -> None:
    root_files.apply(TEAM)
    assert changes(root_files.apply(TEAM)) == "Nothing to do"
    assert root_files.apply(TEAM, "--dry-run -o json") == Run(0, "[]\n", "")


def test_the_order_in_a_file_and_its_spelling_mean_nothing(root_files: Files) -> None:
    assert root_files.apply(TEAM).code == 0
    other = json.loads(json.dumps(TEAM))
    for entries in (other["users"], other["roles"], *(role["grants"] for role in other["roles"])):
        random.Random(7).shuffle(entries)
    other["roles"] += [
        {
            "role": "accf_more",
            "grants": [{"privileges": "Query", "object_name": "accf_book"}, {"privileges": ["CreateCollection"]}],
        }
    ]
    assert changes(root_files.apply(dict(reversed(other.items())))) == "Made 3 changes: 3 added, 0 removed."
    path = root_files.write("access.json", json.dumps(other))
    assert changes(root_files.typed(f"apply access {path}")) == "Nothing to do"
    assert changes(root_files.typed("apply access -", input=json.dumps(other))) == "Nothing to do"


def test_a_dry_run_shows_the_difference_and_makes_none(root_files: Files) -> None:
    assert root_files.apply(TEAM).code == 0
    other = {
        "users": [*BUILT_IN["users"], {"user": "accf_bob", "roles": ["accf_idle"]}, {"user": "accf_new"}],
        "roles": [
            TEAM["roles"][0],
            {"role": "accf_reader", "grants": [{"object_name": "accf_book", "privileges": ["Search", "Load"]}]},
        ],
    }
    added = [
        ("+", "grant", "accf_reader", "Load on Collection accf_book (database default)"),
        ("+", "user", "accf_new", ""),
        ("+", "user role", "accf_bob", "accf_idle"),
    ]
    removed = [
        ("-", "user role", "accf_bob", "accf_reader"),
        ("-", "user", "accf_ann", ""),
        ("-", "user", "accf_eve", ""),
        ("-", "grant", "accf_reader", "ListDatabases on Global * (every database)"),
        ("-", "grant", "accf_reader", "Query on Collection accf_book (database default)"),
        ("-", "grant", "accf_writer", "Delete on Collection accf_book (database default)"),
        ("-", "grant", "accf_writer", "Insert on Collection accf_book (database default)"),
        ("-", "grant", "accf_writer", "UpdateUser on User accf_ann (database default)"),
        ("-", "role", "accf_writer", ""),
    ]
    before = root_files.mine()
    assert rows(root_files.apply(other, "--dry-run -o json")) == added
    assert ours(rows(root_files.apply(other, "--prune --dry-run -o json"))) == added + removed
    assert root_files.mine() == before


def rows(run: Run) -> list[tuple[str, ...]]:
    assert (run.code, run.err) == (0, "")
    return [tuple(row.values()) for row in json.loads(run.out)]


def ours(found: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [row for row in found if row[2].startswith(MINE)]


def test_prune_removes_what_the_file_lacks_and_nothing_of_milvus(root_files: Files) -> None:
    exported = root_files.typed.json("export access")
    assert root_files.apply(TEAM).code == 0
    # The server's initial objects stay, although the file has none of them.
    rest = {
        part: [each for each in exported[part] if each[part[:-1]] not in ("root", "admin", "public")]
        for part in ("users", "roles")
    }
    kept = {**rest, "roles": [*rest["roles"], {"role": "accf_reader", "grants": TEAM["roles"][1]["grants"][2:]}]}

    refused = root_files.apply(kept, "--prune")
    what = "user accf_ann, user accf_bob, user accf_eve, role accf_idle, role accf_writer, 6 grants"
    question = f"refusing to remove {what} on {root_files.typed.place}: no terminal to confirm on"
    assert refused == failed(question, "pass --yes", code=2)

    assert root_files.apply(kept, "--prune -y") == Run(0, "Made 11 changes: 0 added, 11 removed.\n", "")
    assert root_files.apply(kept, "--prune -y") == Run(0, "Nothing to do: all is as in the file.\n", "")
    assert root_files.mine() == {"users": [], "roles": [{"role": "accf_reader", "grants": []}]}
    assert root_files.typed.json("show role public")["grants"] == [
        {**place, "privilege": privilege}
        for grant in BUILT_IN["roles"][1]["grants"]
        for place in [{key: value for key, value in grant.items() if key != "privileges"}]
        for privilege in grant["privileges"]
    ]


def test_a_part_that_the_file_leaves_out_is_left_alone(root_files: Files) -> None:
    assert root_files.apply(TEAM).code == 0
    for part in ("users", "roles"):
        only = {part: [*root_files.typed.json("export access")[part]]}
        assert root_files.apply(only, "--prune -y") == Run(0, "Nothing to do: all is as in the file.\n", "")


def test_new_users_without_a_password_are_named_before_anything_is_done(root_files: Files) -> None:
    path = root_files.write("access.yaml", TEAM)
    hint = "--passwords FILE, with a line user:password for each"
    assert root_files.typed(f"apply access {path}") == failed(
        "new users need a password: accf_ann, accf_bob, accf_eve", hint, code=2
    )
    root_files.write("some", "accf_bob:short\n")
    assert root_files.typed(f"apply access {path} --passwords {root_files.folder}/some") == failed(
        "the password of accf_bob is too short", "a password has 6 to 256 characters", code=2
    )
    assert root_files.mine() == {"users": [], "roles": []}


def test_on_a_terminal_the_passwords_of_new_users_are_asked_for(
    root_files: Files, terminal: Callable[..., Terminal]
) -> None:
    path = root_files.write("access.yaml", {"users": TEAM["users"][2:]})
    env = {"MILVUS_URI": root_files.typed.server.uri, "MILVUS_TOKEN": "root:Milvus"}
    shown = terminal("apply", "access", path, env=env)
    for question in ("Password of the new user accf_eve:", "Once more:"):
        shown.wait_for(question)
        shown.send_line("typed-unseen")
    shown.wait_for("Made 1 change: 1 added, 0 removed.")
    assert b"typed-unseen" not in shown.raw
    assert Typed(root_files.typed.cli, root_files.typed.server, token="accf_eve:typed-unseen")("ping").code == 0


@pytest.mark.parametrize("killed_at", ["CreateRole", "OperatePrivilege", "CreateCredential", "OperateUserRole"])
def test_applying_again_after_a_kill_ends_the_same(root_files: Files, killed_at: str) -> None:
    path, passwords = root_files.write("access.yaml", TEAM), root_files.write("passwords", PASSWORDS)
    env = {"MILVUS_URI": root_files.typed.server.uri, "MILVUS_TOKEN": "root:Milvus"}
    process = root_files.typed.cli.start("apply", "access", path, "--passwords", passwords, "--debug", env=env)
    with process:
        assert process.stderr is not None
        assert any(line.startswith(f"rpc {killed_at} ") for line in process.stderr)
        process.kill()
    assert process.returncode in (-signal.SIGKILL, 0)

    assert root_files.apply(TEAM).code == 0
    assert root_files.mine() == without(TEAM, "to_come")
    assert changes(root_files.apply(TEAM)) == "Nothing to do"


def test_export_access_shows_what_was_applied(root_files: Files) -> None:
    assert root_files.apply(without(TEAM, "to_come")).code == 0
    shown = root_files.typed("export access")
    assert (shown.code, shown.err) == (0, "")
    assert mine(yaml.safe_load(shown.out)) == without(TEAM, "to_come")


@pytest.mark.parametrize(("name", "beginning"), [("a.yaml", "users:\n"), ("a.json", '{\n  "users": [\n')])
def test_an_exported_file_holds_what_was_applied_and_changes_nothing_when_applied(
    root_files: Files, name: str, beginning: str
) -> None:
    root_files.apply(without(TEAM, "to_come"))
    path = root_files.folder / name
    assert root_files.typed(f"export access {path}").out.endswith(f" to {path}.\n")
    assert path.read_text().startswith(beginning)
    assert mine(yaml.safe_load(path.read_text())) == without(TEAM, "to_come")
    assert root_files.typed(f"apply access {path} --prune -y").out == "Nothing to do: all is as in the file.\n"


def test_export_access_replaces_a_file_only_with_force(root_files: Files) -> None:
    path = root_files.folder / "a.json"
    path.touch()
    for line in (f"export access {path}", f"export access --file {path}"):
        assert root_files.typed(line) == failed(f"{path} exists", "add --force to replace it", code=2)
    assert root_files.typed(f"export access {path} --force").code == 0


def test_export_access_to_what_is_not_a_file_is_refused(root_files: Files) -> None:
    missing = root_files.typed("export access nowhere/a.yaml")
    assert missing == failed("can't write nowhere/a.yaml: No such file or directory")
    os.mkfifo(root_files.folder / "pipe")
    assert root_files.typed(f"export access {root_files.folder}/pipe") == failed(
        f"{root_files.folder}/pipe is not a file", "name a file", code=2
    )


def test_a_failure_in_the_middle_reports_how_many_changes_were_made(root_files: Files) -> None:
    odd = {
        "roles": [
            {
                "role": "accf_reader",
                "grants": [{"object_type": "Collection", "object_name": "accf_book", "privileges": ["Serch"]}],
            }
        ]
    }
    assert root_files.apply(odd, "--force") == failed(
        "grant accf_reader Serch on Collection accf_book (database default): not found the privilege name[Serch]",
        "1 of 2 changes were made; apply it again for the rest",
    )


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[]", "the file has no users, roles or privilege_groups", "export access prints such a file"),
        ("user: []", "the file has an unknown key 'user'", "did you mean users?"),
        ("users: 5", "users is not a list", "export access prints such a file"),
        ("users: [{user: yes}]", "users, entry 1 has no user that is text", "a name such as yes or 12 needs quotes"),
        ("users: [{user: ann, role: [a]}]", "users, entry 1 has an unknown key 'role'", "did you mean roles?"),
        ("users: [{user: ann}, {user: ann}]", "users, entry 2: user 'ann' is there twice", ""),
        (
            "users: [{user: ann, roles: [1]}]",
            "user 'ann': roles is a list of names",
            "a name such as yes or 12 needs quotes",
        ),
        ("users: [{user: a b}]", "invalid user name 'a b'", NAMES),
        (
            "users: [\n{",
            "the file is not YAML in line 2: expected the node content, but found '<stream end>'",
            "export access prints such a file",
        ),
        (
            "roles: [{role: r, grants: [{privileges: [Search]}]}]",
            "role 'r', grant 1: Search on which object_name?",
            "* is all of them",
        ),
        (
            "roles: [{role: r, grants: [{object_name: b}]}]",
            "role 'r', grant 1 has no privileges",
            "export access prints such a file",
        ),
        (
            "roles: [{role: r, grants: [{object_name: b, privileges: Serch}]}]",
            "role 'r', grant 1: unknown privilege 'Serch'",
            "did you mean Search? --force sends it anyway",
        ),
        (
            "roles: [{role: r, grants: [{object_type: User, object_name: b, privileges: Query}]}]",
            "role 'r', grant 1: Query is a privilege on Collection, not on User",
            "leave out the object type, or make it Collection",
        ),
        (
            "roles: [{role: r, grants: [{object_name: b, privileges: '*'}]}]",
            "role 'r', grant 1: * on which object_type?",
            "Collection, Global or User",
        ),
    ],
)
def test_an_invalid_file_is_refused_with_the_place(root_files: Files, text: str, message: str, hint: str) -> None:
    path = root_files.write("odd.yaml", text)
    assert root_files.typed(f"apply access {path}") == failed(message, hint, code=2)


def test_a_role_that_is_nowhere_is_an_error(root_files: Files) -> None:
    path = root_files.write("odd.yaml", {"users": [{"user": "accf_ann", "roles": ["publik"]}]})
    message = "user 'accf_ann' has role 'publik', which neither the file nor the server has"
    assert root_files.typed(f"apply access {path}") == failed(message, "did you mean public?", code=2)


def test_groups_in_a_file_need_a_server_that_has_them(root_files: Files) -> None:
    path = root_files.write("groups.yaml", {"privilege_groups": [{"group": "readers", "privileges": ["Search"]}]})
    assert root_files.typed(f"apply access {path}") == failed(
        "Milvus 2.3.5 has no privilege groups (requires Milvus 2.5)"
    )


# Milvus 2.5 and newer, simulated by a peer with its protocol

GROUP_INFO = milvus_pb2.PrivilegeGroupInfo
PRIVILEGE = milvus_pb2.PrivilegeEntity
READERS = GROUP_INFO(group_name="readers", privileges=[PRIVILEGE(name="Search"), PRIVILEGE(name="Query")])
GRANTED = milvus_pb2.GrantEntity(
    role=milvus_pb2.RoleEntity(name="reader"),
    object=milvus_pb2.ObjectEntity(name="Global"),
    object_name="book",
    db_name="default",
    grantor=milvus_pb2.GrantorEntity(privilege=PRIVILEGE(name="readers")),
)
OK = replies(common_pb2.Status())


@pytest.fixture
def peer_with_groups() -> Iterator[GrpcPeer]:
    handlers: dict[str, Handler] = {
        "ListDatabases": replies(milvus_pb2.ListDatabasesResponse(db_names=["default"])),
        "ShowCollections": replies(milvus_pb2.ShowCollectionsResponse(collection_names=["book"])),
        "SelectRole": replies(
            milvus_pb2.SelectRoleResponse(results=[milvus_pb2.RoleResult(role=milvus_pb2.RoleEntity(name="reader"))])
        ),
        "SelectUser": replies(
            milvus_pb2.SelectUserResponse(results=[milvus_pb2.UserResult(user=milvus_pb2.UserEntity(name="root"))])
        ),
        "SelectGrant": replies(milvus_pb2.SelectGrantResponse(entities=[GRANTED])),
        "ListPrivilegeGroups": replies(
            milvus_pb2.ListPrivilegeGroupsResponse(privilege_groups=[READERS, GROUP_INFO(group_name="ClusterAdmin")])
        ),
        **dict.fromkeys(
            [
                "CreatePrivilegeGroup",
                "DropPrivilegeGroup",
                "OperatePrivilegeGroup",
                "OperatePrivilegeV2",
                "OperatePrivilege",
                "CreateRole",
                "DropRole",
                "CreateCredential",
            ],
            OK,
        ),
    }
    with GrpcPeer(handlers) as peer:
        yield peer


def sent(peer: GrpcPeer) -> list[object]:
    """The requests that do not only read."""
    reading = ("Connect", "GetVersion", "List", "Select", "Show")
    return [call.request for call in peer.calls if not call.method.startswith(reading)]


def in_group(group: str, *privileges: str, remove: bool = False) -> milvus_pb2.OperatePrivilegeGroupRequest:
    return milvus_pb2.OperatePrivilegeGroupRequest(
        group_name=group, privileges=[PRIVILEGE(name=each) for each in privileges], type=int(remove)
    )


def of_role(privilege: str, collection: str, *, revoke: bool = False) -> milvus_pb2.OperatePrivilegeV2Request:
    grantor = milvus_pb2.GrantorEntity(privilege=PRIVILEGE(name=privilege))
    return milvus_pb2.OperatePrivilegeV2Request(
        role=milvus_pb2.RoleEntity(name="reader"),
        grantor=grantor,
        type=int(revoke),
        db_name="default",
        collection_name=collection,
    )


@pytest.mark.parametrize(
    ("line", "said", "requests"),
    [
        (
            "create privilege_group -n g -p Load,Flush",
            "Created privilege group 'g'.",
            [milvus_pb2.CreatePrivilegeGroupRequest(group_name="g"), in_group("g", "Load", "Flush")],
        ),
        (
            "grant privilege_group readers -p Load -p Flush",
            "Privilege group 'readers' now has Load, Flush.",
            [in_group("readers", "Load", "Flush")],
        ),
        (
            "revoke privilege_group -n readers -p Query",
            "Privilege group 'readers' no longer has Query.",
            [in_group("readers", "Query", remove=True)],
        ),
        (
            "delete privilege_group readers -y",
            "Deleted privilege group 'readers'.",
            [milvus_pb2.DropPrivilegeGroupRequest(group_name="readers")],
        ),
        (
            "grant privilege reader -p CollectionReadOnly -o book",
            "Granted CollectionReadOnly on Global book (database default) to 'reader'.",
            [of_role("CollectionReadOnly", "book")],
        ),
        (
            "grant privilege reader -p readers -o book",
            "Granted readers on Global book (database default) to 'reader'.",
            [of_role("readers", "book")],
        ),
        (
            "revoke privilege reader -p readers -o book",
            "Revoked readers on Global book (database default) from 'reader'.",
            [of_role("readers", "book", revoke=True)],
        ),
        (
            "grant privilege reader -p Novel -o book --force",
            "Granted Novel on Global book (database default) to 'reader'.",
            [of_role("Novel", "book")],
        ),
        (
            "delete role reader -y",
            "Deleted role 'reader'.",
            [of_role("readers", "book", revoke=True), milvus_pb2.DropRoleRequest(role_name="reader")],
        ),
    ],
)
def test_groups_of_privileges_are_made_filled_and_granted(
    peer_with_groups: GrpcPeer, tmp_path: Path, line: str, said: str, requests: list[object]
) -> None:
    assert run_here(shlex.split(line), tmp_path, peer_with_groups.uri) == Run(0, f"{said}\n", "")
    assert sent(peer_with_groups) == requests


def test_groups_are_listed_and_a_wrong_name_gives_the_nearest(peer_with_groups: GrpcPeer, tmp_path: Path) -> None:
    listed = run_here(["list", "privilege_groups", "-o", "csv"], tmp_path, peer_with_groups.uri)
    assert listed == Run(0, 'group,privileges\nClusterAdmin,\nreaders,"Query, Search"\n', "")
    for line, message, hint in [
        ("delete privilege_group reader -y", "privilege group 'reader' not found", "did you mean readers?"),
        ("revoke privilege_group readers -p Load", "privilege group 'readers' has no Load", "it has: Query, Search"),
    ]:
        assert run_here(shlex.split(line), tmp_path, peer_with_groups.uri) == failed(message, hint)


def test_without_prune_extra_objects_stay_and_the_last_line_says_so(peer_with_groups: GrpcPeer, tmp_path: Path) -> None:
    def applied(value: object, *options: str) -> Run:
        return run_here(["apply", "access", "-", *options], tmp_path, peer_with_groups.uri, input=json.dumps(value))

    left = "Not in the file, and left: 1 grant (--prune removes them)."
    emptied = {"roles": [{"role": "reader", "grants": []}]}
    assert applied(emptied) == Run(0, f"Nothing to do: the server has everything in the file. {left}\n", "")
    assert json.loads(applied(emptied, "-o", "json").out)["left"] == 1
    more = {"roles": [*emptied["roles"], {"role": "writer", "grants": []}]}
    assert applied(more) == Run(0, f"Made 1 change: 1 added, 0 removed. {left}\n", "")
    assert "OperatePrivilege" not in peer_with_groups.methods


def test_groups_are_in_the_file_and_applied_by_it(peer_with_groups: GrpcPeer, tmp_path: Path) -> None:
    shown = run_here(["export", "access", "-o", "json"], tmp_path, peer_with_groups.uri)
    exported = json.loads(shown.out)
    place = {"database": "default", "object_type": "Global", "object_name": "book"}
    assert exported == {
        "users": [{"user": "root", "roles": []}],
        "roles": [{"role": "reader", "grants": [{**place, "privileges": ["readers"]}]}],
        "privilege_groups": [{"group": "readers", "privileges": ["Query", "Search"]}],
    }
    same = run_here(["apply", "access", "-", "--prune", "-y"], tmp_path, peer_with_groups.uri, input=shown.out)
    assert same == Run(0, "Nothing to do: all is as in the file.\n", "")
    other = {
        "roles": [{"role": "reader", "grants": [{**place, "privileges": ["loaders", "ClusterAdmin"]}]}],
        "privilege_groups": [{"group": "loaders", "privileges": ["Load"]}],
    }
    changed = run_here(
        ["apply", "access", "-", "--prune", "-y"], tmp_path, peer_with_groups.uri, input=json.dumps(other)
    )
    assert changed == Run(0, "Made 6 changes: 4 added, 2 removed.\n", "")
    assert sent(peer_with_groups) == [
        milvus_pb2.CreatePrivilegeGroupRequest(group_name="loaders"),
        in_group("loaders", "Load"),
        of_role("ClusterAdmin", "book"),
        of_role("loaders", "book"),
        of_role("readers", "book", revoke=True),
        milvus_pb2.DropPrivilegeGroupRequest(group_name="readers"),
    ]


def test_the_user_that_applies_it_is_never_pruned(peer_with_groups: GrpcPeer, tmp_path: Path) -> None:
    results = [milvus_pb2.UserResult(user=milvus_pb2.UserEntity(name=name)) for name in ("ann", "bob", "root")]
    peer_with_groups.handlers["SelectUser"] = replies(milvus_pb2.SelectUserResponse(results=results))
    peer_with_groups.handlers["DeleteCredential"] = OK
    run = run_here(
        ["apply", "access", "-", "--prune", "-y"],
        tmp_path,
        peer_with_groups.uri,
        token="ann:secret",
        input='{"users": []}',
    )
    assert run == Run(0, "Made 1 change: 0 added, 1 removed.\n", "")
    assert sent(peer_with_groups) == [milvus_pb2.DeleteCredentialRequest(username="bob")]


def test_objects_that_a_user_may_not_list_are_skipped(peer_with_groups: GrpcPeer, tmp_path: Path) -> None:
    for method in ("SelectRole", "ListDatabases", "ListPrivilegeGroups", "ShowCollections"):
        peer_with_groups.handlers[method] = aborts(
            grpc.StatusCode.PERMISSION_DENIED, "PrivilegeX: permission deny to ann"
        )
    run = run_here(shlex.split("grant privilege reader -p Search -o book"), tmp_path, peer_with_groups.uri)
    assert run == Run(0, "Granted Search on Collection book (database default) to 'reader'.\n", "")
