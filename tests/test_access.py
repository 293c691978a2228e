"""Users, roles, privileges and grants, on a Milvus with authorization."""

import json
import shlex
from collections.abc import Callable, Iterator

import pytest

from milvus_cli.grammar.tree import find, leaves, tree
from tests.support.cli import Cli, Run
from tests.support.milvus_server import MilvusServer
from tests.support.official import milvus_pb2
from tests.support.recorder import run_here
from tests.support.terminal import Terminal
from tests.support.typed import Typed, failed

USERS = ("acc_ann", "acc_bob", "acc_eve")
ROLES = ("acc_reader", "acc_writer", "acc_keeper")
NAMES = "it starts with a letter and has letters, digits and _ (at most 32)"


def cleaned(root: Typed) -> None:
    """Removes the objects of these tests: the server, root and its password are shared."""
    root(f"delete role {' '.join(each for each in ROLES if each in names(root, 'role'))} -y")
    root(f"delete user {' '.join(each for each in USERS if each in names(root, 'user'))} -y")


def names(typed: Typed, kind: str) -> list[str]:
    return [row[kind] for row in typed.json(f"list {kind}s")]


@pytest.fixture
def root(cli: Cli, milvus_auth: MilvusServer) -> Iterator[Typed]:
    typed = Typed(cli, milvus_auth, token="root:Milvus")
    cleaned(typed)
    yield typed
    cleaned(typed)


@pytest.fixture
def ann(root: Typed) -> Typed:
    """A user with only the role public."""
    root.all("create user acc_ann -p anns-password")
    return Typed(root.cli, root.server, token="acc_ann:anns-password")


@pytest.fixture
def user_and_role(root: Typed) -> Typed:
    """A session as root, with a user and a role."""
    root.all("create role acc_reader", "create user acc_ann -p hunter22")
    return root


def test_create_user_is_seen_by_pymilvus_and_may_connect(root: Typed) -> None:
    assert root("create role acc_reader acc_writer").code == 0
    made = root("create user acc_ann -p @@nn.password -r acc_reader -r acc_writer")
    assert made == Run(0, "Created user 'acc_ann' with acc_reader, acc_writer.\n", "")
    assert {"user": "acc_ann", "roles": "acc_reader, acc_writer"} in root.json("list users")
    assert {"role": "acc_reader", "users": "acc_ann"} in root.json("list roles")

    with root.server.stub() as stub:
        request = milvus_pb2.SelectUserRequest(user=milvus_pb2.UserEntity(name="acc_ann"), include_role_info=True)
        results = stub.SelectUser(request, metadata=root.server.metadata).results
    assert [sorted(role.name for role in each.roles) for each in results] == [["acc_reader", "acc_writer"]]
    assert Typed(root.cli, root.server, token="acc_ann:@nn.password")("ping").code == 0


def test_a_password_comes_from_standard_input_or_a_file(root: Typed) -> None:
    (root.cli.directory / "password").write_text("from-a-file\n")
    assert root("create user acc_ann -p -", input="from-a-pipe\n").code == 0
    assert root(f"create user acc_bob -p @{root.cli.directory}/password").code == 0
    assert Typed(root.cli, root.server, token="acc_ann:from-a-pipe")("ping").code == 0
    assert Typed(root.cli, root.server, token="acc_bob:from-a-file")("ping").code == 0


def test_debug_shows_no_password(root: Typed) -> None:
    run = root("create user acc_ann -p hunter22 --debug")
    assert run.code == 0
    assert [line.split()[1] for line in run.err.splitlines()] == ["ListCredUsers", "CreateCredential"]
    run = root("update password acc_ann -op hunter22 -p hunter23 --debug")
    assert [line.split()[1] for line in run.err.splitlines()] == ["UpdateCredential"]
    assert not any(text in run.err for text in ("hunter", "aHVudGVy"))


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("create user acc_ann", "missing password", "-p PASSWORD"),
        ("create user 'a b' -p hunter2", "invalid user name 'a b'", NAMES),
        ("create user 1a -p hunter2", "invalid user name '1a'", NAMES),
        ("create user acc_ann -p hunt2", "the password is too short", "a password has 6 to 256 characters"),
        (f"create user acc_ann -p {'x' * 257}", "the password is too long", "a password has 6 to 256 characters"),
        ("update password acc_ann -p hunt2", "the password is too short", "a password has 6 to 256 characters"),
        (
            "create role 'a b'",
            "invalid role name 'a b'",
            "it starts with a letter or _ and has letters, digits, _, $ (at most 255)",
        ),
        ("grant role acc_reader", "missing username", "-u NAME"),
    ],
)
def test_invalid_usage_exits_2_and_shows_no_password(cli: Cli, line: str, message: str, hint: str) -> None:
    assert run_here(shlex.split(line), cli.home) == failed(message, hint, code=2)


def test_a_password_is_asked_for_unseen_and_twice(root: Typed, terminal: Callable[..., Terminal]) -> None:
    shown = terminal("create", "user", "acc_ann", env={"MILVUS_URI": root.server.uri, "MILVUS_TOKEN": root.token})
    shown.wait_for("Password:")
    shown.send_line("typed-unseen")
    shown.wait_for("Once more:")
    shown.send_line("typed-unseem")
    shown.wait_for("the passwords differ: type them again\nPassword")
    assert "acc_ann" not in names(root, "user")
    shown.send_line("typed-unseen")
    shown.wait_for("type them again\nPassword:\nOnce more:")
    shown.send_line("typed-unseen")
    assert shown.wait_exit() == 0
    assert b"typed-unsee" not in shown.raw
    assert "acc_ann" in names(root, "user")


def test_show_user_and_show_role_are_one_view(root: Typed) -> None:
    root.all("create role acc_reader", "create user acc_ann -p hunter22 -r acc_reader")
    root.all("grant privilege acc_reader -p CreateCollection", "grant privilege acc_reader -p Search,Query -o '*'")
    grants = [
        {"database": "default", "object_type": kind, "object_name": "*", "privilege": privilege}
        for kind, privilege in [("Collection", "Query"), ("Collection", "Search"), ("Global", "CreateCollection")]
    ]
    assert root.json("show user acc_ann") == {
        "user": "acc_ann",
        "roles": ["acc_reader"],
        "grants": [{"role": "acc_reader", **each} for each in grants],
    }
    assert root.json("show role -r acc_reader") == {"role": "acc_reader", "users": ["acc_ann"], "grants": grants}
    assert root("show role --roleName acc_reader").out == (
        "╭───────┬────────────╮\n"
        "│ field │ value      │\n"
        "├───────┼────────────┤\n"
        "│ role  │ acc_reader │\n"
        "│ users │ acc_ann    │\n"
        "╰───────┴────────────╯\n"
        "\n"
        "Grants\n"
        "╭──────────┬─────────────┬─────────────┬──────────────────╮\n"
        "│ database │ object_type │ object_name │ privilege        │\n"
        "├──────────┼─────────────┼─────────────┼──────────────────┤\n"
        "│ default  │ Collection  │ *           │ Query            │\n"
        "│ default  │ Collection  │ *           │ Search           │\n"
        "│ default  │ Global      │ *           │ CreateCollection │\n"
        "╰──────────┴─────────────┴─────────────┴──────────────────╯\n"
        "(3 rows)\n"
    )


def test_roles_are_given_to_several_users_at_once_and_taken_back(root: Typed) -> None:
    made = root("create role acc_reader acc_writer")
    assert made == Run(0, "Created roles 'acc_reader', 'acc_writer'.\n", "")
    root.all("create user acc_ann -p hunter22", "create user acc_bob -p hunter22")
    words = "Users 'acc_ann', 'acc_bob' {} 'acc_reader', 'acc_writer'.\n"
    given = root("grant role acc_reader acc_writer -u acc_ann -u acc_bob")
    assert given == Run(0, words.format("now have"), "")
    taken = root("revoke role -r acc_reader -r acc_writer -u acc_ann -u acc_bob")
    assert taken == Run(0, words.format("no longer have"), "")
    assert root("revoke role acc_reader -u acc_ann") == failed(
        "user 'acc_ann' does not have role 'acc_reader'", "show user acc_ann shows its roles"
    )


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("create role acc_reader", "role 'acc_reader' already exists", "run `show role acc_reader`"),
        ("show user acc_an", "user 'acc_an' not found", "did you mean acc_ann?"),
        ("show role acc_raeder", "role 'acc_raeder' not found", "did you mean acc_reader?"),
        ("grant role acc_readr -u acc_ann", "role 'acc_readr' not found", "did you mean acc_reader?"),
        ("grant role acc_reader -u acc_an", "user 'acc_an' not found", "did you mean acc_ann?"),
        ("delete user acc_ann acc_an -y", "user 'acc_an' not found", "did you mean acc_ann?"),
        ("delete role acc_reader zzz -y", "role 'zzz' not found", "run `list roles`"),
        ("delete role public -y", "role 'public' is Milvus's own, and stays", ""),
        ("grant privilege acc_readr -p Search -o '*'", "role 'acc_readr' not found", "did you mean acc_reader?"),
        (
            "grant privilege acc_reader -p Search -o '*' -db defalt",
            "database 'defalt' not found",
            "did you mean default?",
        ),
        (
            "revoke privilege acc_reader -p Search -o book",
            "role 'acc_reader' has no Search on Collection book (database default)",
            "show role acc_reader shows what it has",
        ),
        ("list grants -r acc_readr", "role 'acc_readr' not found", "did you mean acc_reader?"),
        (
            "update password acc_ann -op not-it-at-all -p hunter23",
            "that is not the old password of user 'acc_ann'",
            "give the one that it has now: --old-password -",
        ),
        ("create user acc_ann -p hunter22", "user 'acc_ann' already exists", "run `show user acc_ann`"),
        ("list privilege_groups", "Milvus 2.3.5 has no privilege groups (requires Milvus 2.5)", ""),
        (
            "grant privilege acc_reader -p CollectionReadOnly -o '*'",
            "Milvus 2.3.5 has no privilege groups (requires Milvus 2.5)",
            "",
        ),
    ],
)
def test_a_missing_name_is_reported_with_the_nearest(user_and_role: Typed, line: str, message: str, hint: str) -> None:
    assert user_and_role(line) == failed(message, hint)


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ("-p Serch -o a", "unknown privilege 'Serch'", "did you mean Search? {force}"),
        ("-p Search,Qury -o a", "unknown privilege 'Qury'", "did you mean Query? {force}"),
        ("-p Search -ot Colection -o a", "unknown object type 'Colection'", "did you mean Collection?"),
        (
            "-p Search -ot Global -o a",
            "Search is a privilege on Collection, not on Global",
            "leave out the object type, or make it Collection",
        ),
        ("-p Search", "Search on which collection?", "--object-name NAME, or '*' for all of them"),
        ("-p UpdateUser", "UpdateUser on which user?", "--object-name NAME, or '*' for all of them"),
        (
            "-p CreateCollection -o a",
            "CreateCollection is a privilege on Global, which has no object 'a'",
            "leave out --object-name, or make it *",
        ),
        (
            "-p '*' -o a",
            "* is every privilege on which type of object?",
            "--object-type Collection, Global or User; -p All allows everything",
        ),
    ],
)
def test_an_impossible_privilege_is_refused_before_it_is_sent(
    user_and_role: Typed, options: str, message: str, hint: str
) -> None:
    force = "--force sends it anyway"
    assert user_and_role(f"grant privilege acc_reader {options}") == failed(message, hint.format(force=force), code=2)


def test_force_sends_unknown_privileges(user_and_role: Typed) -> None:
    refused = user_and_role("grant privilege acc_reader -p Serch -ot collection -o '*' --force")
    assert refused == failed("not found the privilege name[Serch]")


def test_grants_reach_every_database_and_are_listed_by_object(root: Typed) -> None:
    root.all("create role acc_reader acc_writer")
    granted = root("grant privilege acc_reader acc_writer -p Insert -o acc_book -db '*'")
    assert granted == Run(
        0, "Granted Insert on Collection acc_book (every database) to 'acc_reader', 'acc_writer'.\n", ""
    )
    granted = root("grant privilege -r acc_reader -ot User -o acc_an -o root -p UpdateUser")
    assert (granted.code, granted.err) == (0, "note: there is no user 'acc_an' yet\n")
    listed = root.json("list grants acc_reader acc_writer")
    assert listed == [
        {
            "role": role,
            "database": database,
            "object_type": kind,
            "object_name": name,
            "privilege": privilege,
            "grantor": "root",
        }
        for role, database, kind, name, privilege in [
            ("acc_reader", "*", "Collection", "acc_book", "Insert"),
            ("acc_reader", "default", "User", "acc_an", "UpdateUser"),
            ("acc_reader", "default", "User", "root", "UpdateUser"),
            ("acc_writer", "*", "Collection", "acc_book", "Insert"),
        ]
    ]


def test_grants_in_a_deleted_database_can_be_revoked(root: Typed) -> None:
    root.all("create role acc_reader", "create database acc_shop")
    root.all("grant privilege acc_reader -p Search -o '*' -db acc_shop", "delete database acc_shop -y")
    assert root.json("list grants acc_reader") == []
    listed = root("list grants acc_reader -db acc_shop --output csv")
    assert listed.out.splitlines()[1:] == ["acc_reader,acc_shop,Collection,*,Search,root"]
    revoked = root("revoke privilege acc_reader -p Search -o '*' -db acc_shop")
    assert revoked == Run(0, "Revoked Search on Collection * (database acc_shop) from 'acc_reader'.\n", "")
    assert root("list grants acc_reader -db acc_shop --output csv").out.splitlines()[1:] == []


def test_delete_role_names_its_grants_and_users(root: Typed) -> None:
    root.all("create role acc_reader", "create user acc_ann -p hunter22 -r acc_reader")
    root.all("grant privilege acc_reader -p All")
    what = f"role 'acc_reader' on {root.place}, with 1 grant, taken from acc_ann"
    assert root("delete role acc_reader --dry-run") == Run(0, f"Would delete {what}.\n", "")
    assert root("delete role acc_reader") == Run(0, "Deleted role 'acc_reader'.\n", "")


def test_delete_user_names_its_roles_and_requires_yes(root: Typed) -> None:
    root.all("create role acc_reader", "create user acc_ann -p hunter22 -r acc_reader")
    who = f"user 'acc_ann' on {root.place}, with the role acc_reader"
    assert root("delete user acc_ann --dry-run") == Run(0, f"Would delete {who}.\n", "")
    question = f"refusing to delete {who}: no terminal to confirm on"
    assert root("delete user acc_ann") == failed(question, "pass --yes", code=2)
    assert root("delete user acc_ann --yes") == Run(0, "Deleted user 'acc_ann'.\n", "")


def test_a_user_sees_itself(ann: Typed) -> None:
    assert ann.json("show user acc_ann") == {"user": "acc_ann", "roles": [], "grants": []}


def test_a_new_password_of_its_own_is_kept_with_every_connection_of_the_user(root: Typed, ann: Typed) -> None:
    home, address = root.cli.home, root.server.address

    def here(*argv: str) -> Run:
        return run_here(argv, home)

    for alias, user in (("one", "acc_ann:anns-password"), ("two", "acc_ann:anns-password"), ("root", "root:Milvus")):
        assert here("connect", address, "-a", alias, "-t", user).code == 0

    changed = here("--alias", "one", "update", "password", "-u", "acc_ann", "-p", "a-new-one")
    assert changed == Run(0, "Changed the password of user 'acc_ann' and kept it for one, two.\n", "")
    assert [here("--alias", alias, "ping").code for alias in ("one", "two", "root")] == [0, 0, 0]
    assert Typed(root.cli, root.server, token="acc_ann:anns-password")("ping").code == 4

    by_root = here("--alias", "root", "update", "password", "acc_ann", "-op", "a-new-one", "-p", "a-third-one")
    assert by_root == changed
    assert json.loads(here("--alias", "two", "show", "user", "acc_ann", "-o", "json").out)["user"] == "acc_ann"


def test_in_a_shell_the_connection_continues_with_the_new_password(root: Typed, ann: Typed) -> None:
    script = "\n".join(
        [
            f"connect {root.server.address} -t acc_ann:anns-password --no-save",
            "update password acc_ann -p a-new-one",
            "show user acc_ann -o json",
        ]
    )
    run = root.cli(input=script)
    assert (run.code, run.err) == (0, "")
    assert "Changed the password of user 'acc_ann' and kept it for default.\n" in run.out


def test_a_read_only_connection_changes_nothing(root: Typed) -> None:
    home = root.cli.home
    assert run_here(["connect", root.server.address, "-t", "root:Milvus", "--read-only"], home).code == 0
    for line, method in (
        ("create role acc_reader", "CreateRole"),
        ("create user acc_ann -p hunter22", "CreateCredential"),
    ):
        run = run_here(line.split(), home)
        assert run == failed(
            f"connection 'default' is read-only: {method} was not sent",
            "run `connect -a default --no-read-only` to allow it",
        )


def test_a_milvus_without_authorization_wants_to_know_who_grants(cli: Cli, milvus: MilvusServer) -> None:
    nobody, somebody = Typed(cli, milvus), Typed(cli, milvus, token="root:Milvus")
    cleaned(nobody)
    nobody.all("create role acc_reader", "create user acc_ann -p hunter22 -r acc_reader")
    assert nobody("grant privilege acc_reader -p All") == failed(
        "a grant notes who gave it, and this connection has no user",
        "connect with --username and --password, which this server does not check",
    )
    somebody.all("grant privilege acc_reader -p All")
    assert nobody.json("list grants acc_reader")[0]["grantor"] == "root"
    cleaned(somebody)


GROUPS = "privilege groups (requires Milvus 2.5)"
ON_LITE = {
    "create user ann -p hunter22": "users",
    "list users": "users",
    "show user ann": "users",
    "delete user ann -y": "users",
    "update password ann -op hunter22 -p hunter23": "users",
    "create role reader": "roles",
    "list roles": "roles",
    "show role reader": "roles",
    "delete role reader -y": "roles",
    "grant role reader -u ann": "roles",
    "revoke role reader -u ann": "roles",
    "grant privilege reader -p All": "roles",
    "revoke privilege reader -p All": "roles",
    "list grants": "roles",
    "export access": "roles",
    "apply access nothing.yaml": "roles",
    "backup access new.json": "backups of users and roles (requires Milvus 2.5)",
    "restore access nothing.yaml": "backups of users and roles (requires Milvus 2.5)",
    "alter user ann -d text": "descriptions of users (requires Milvus 3.0)",
    "alter role reader -d text": "descriptions of roles (requires Milvus 3.0)",
    "create privilege_group few": GROUPS,
    "list privilege_groups": GROUPS,
    "delete privilege_group few -y": GROUPS,
    "grant privilege_group few -p Query": GROUPS,
    "revoke privilege_group few -p Query": GROUPS,
}


def test_milvus_lite_has_no_access_control_and_every_command_says_so(
    cli: Cli, lite: MilvusServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cli.directory / "nothing.yaml").write_text("roles: []\n")
    monkeypatch.chdir(cli.directory)
    here = Typed(cli, lite)
    assert {line: here(line) for line in ON_LITE} == {
        line: failed(f"Milvus Lite 3.2.2 has no {what}") for line, what in ON_LITE.items()
    }
    modules = {"user", "role", "privilege", "access"}
    paths = {leaf.path for leaf in leaves(tree()) if leaf.callback.__module__.rpartition(".")[2] in modules}
    assert {find(line.split()).command for line in ON_LITE} == {find(path.split()).command for path in paths}
