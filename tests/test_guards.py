"""Read-only, protected, --yes and --dry-run: one decision by what an operation does, over gRPC and RESTful alike."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from milvus_cli.client.wire import milvus_pb2
from milvus_cli.connections.read_only import rest_reads, rpc_reads
from milvus_cli.grammar.tree import leaves, tree
from tests.support.cli import Run
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.process import ServerProcess
from tests.support.recorder import run_here
from tests.support.typed import failed

V1, V2 = "/v1/vector", "/v2/vectordb"
READS = [
    ("GET", f"{V1}/collections"),
    ("get", f"{V1}/collections/describe?collectionName=x"),
    ("GET", "/nosuch"),
    ("POST", f"{V1}/query"),
    ("POST", f"{V1}/search"),
    ("POST", f"{V1}/get"),
    *(
        ("POST", f"{V2}/{each}")
        for each in (
            "collections/list",
            "collections/describe",
            "collections/has",
            "collections/get_stats",
            "collections/get_load_state",
            "entities/query",
            "entities/get",
            "entities/search",
            "entities/hybrid_search",
            "entities/advanced_search",
            "partitions/has",
            "indexes/describe",
            "users/list",
            "roles/describe",
            "aliases/list",
            "databases/describe",
            "jobs/import/list",
            "jobs/import/get_progress",
            "entities/query?database=x",
        )
    ),
]
CHANGES = [
    *(("POST", f"{V1}/{each}") for each in ("collections/drop", "collections/create", "insert", "delete", "upsert")),
    *(
        ("POST", f"{V2}/{each}")
        for each in (
            "collections/drop",
            "collections/truncate",
            "databases/alter_properties",
            "jobs/import/abort",
            "collections/rename",
            "collections/flush",
            "entities/insert",
            "entities/upsert",
            "entities/delete",
            "users/update_password",
            "roles/grant_privilege",
            "jobs/import/create",
            "collections/load",
            # Spelled so that a server, or a proxy before it, might take it for something else.
            "entities/../collections/drop",
            "entities/query/../../collections/drop",
            "entities/query/",
            "/entities/query",
            "entities//query",
            "entities/%71uery",
            "entities/query%2f..%2fdrop",
            "entities/query;/drop",
            "entities/QUERY",
            "entities/query#/../collections/drop",
            "entities/drop?x=/entities/query",
            "collections/drop/list",
            "entities/query\\..\\drop",
            "list",
        )
    ),
    ("POST", f"//host{V2}/entities/query"),
    ("POST", f"http://host{V2}/entities/query"),
    ("POST", "/v3/entities/query"),
    ("POST", "/V2/vectordb/entities/query"),
    ("PUT", f"{V2}/entities/query"),
    ("DELETE", f"{V2}/collections/list"),
    ("PATCH", f"{V2}/entities/query"),
    ("HEAD", f"{V2}/collections/list"),
    ("GET", "/management/stop?role=querynode"),
    ("GET", "/%6danagement/stop"),
    ("GET", "/x/../%256Danagement/stop"),
]

# Commands that delete objects of a server, each with a line that finds one; NEWER need a server after 2.3.
DELETIONS = {
    "delete alias": "delete alias guard_alias",
    "delete collection": "delete collection guard_book",
    "delete database": "delete database guard_db",
    "delete entities": "delete entities -c guard_book -e 'id > 0'",
    "delete ids": "delete ids -c guard_book --ids 1",
    "delete index": "delete index -c guard_book -in guard_index",
    "delete partition": "delete partition -c guard_book -p guard_part",
    "delete resource_group": "delete resource_group guard_group",
    "delete role": "delete role guard_role",
    "delete user": "delete user guard_user",
    "delete collection_properties": "delete collection_properties -c guard_book -k collection.ttl.seconds",
}
NEWER = {
    *("delete field", "delete function", "delete privilege_group", "truncate"),
    *("delete file_resource", "delete row_policy", "delete snapshot", "delete user_tags"),
}
LOCAL = {"delete connection", "delete connection_history", "delete embedder", "delete saved_command"}


@pytest.mark.parametrize(("method", "path"), READS)
def test_a_request_that_reads_is_known(method: str, path: str) -> None:
    assert rest_reads(method, path)


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_any_other_request_counts_as_a_change(method: str, path: str) -> None:
    assert not rest_reads(method, path)


def test_every_rpc_is_a_read_or_a_change() -> None:
    rpcs = [each.name for each in milvus_pb2.DESCRIPTOR.services_by_name["MilvusService"].methods]
    verbs = (
        "Add",
        "Alter",
        "Create",
        "Delete",
        "Drop",
        "Export",
        "Flush",
        "Import",
        "Insert",
        "Load",
        "Manual",
        "Operate",
        "Refresh",
        "Release",
        "Remove",
        "Rename",
        "Restore",
        "Transfer",
        "Truncate",
        "Update",
        "Upsert",
    )
    assert [each for each in rpcs if rpc_reads(each) == each.startswith(verbs)] == []


@dataclass(frozen=True)
class Guarded:
    """Lines on three connections to one server: open, frozen (read-only) and guarded (protected)."""

    home: Path
    server: ServerProcess

    def __call__(self, line: str) -> Run:
        return run_here(shlex.split(line), self.home)

    def place(self, alias: str) -> str:
        return f"{alias} ({self.server.address}, database default)"


@pytest.fixture(scope="module")
def guarded_book(tmp_path_factory: pytest.TempPathFactory, milvus: MilvusServer) -> Iterator[Guarded]:
    """Milvus under three aliases, with a loaded collection `guard_book` and an object of each other kind."""
    found = Guarded(tmp_path_factory.mktemp("guards"), milvus)
    made = (
        "create collection guard_book -f id:INT64 -f v:FLOAT_VECTOR:2 -p id --if-not-exists",
        "create partition -c guard_book -p guard_part --if-not-exists",
        "create index -c guard_book -f v -in guard_index -t FLAT -m L2 --if-not-exists",
        "create alias -c guard_book -a guard_alias -A",
        "create database guard_db --if-not-exists",
        "create role guard_role",
        "create user guard_user -p hunter22",
        "create resource_group guard_group",
        "alter collection_properties -c guard_book --set collection.ttl.seconds=100000",
        """insert row -c guard_book --row '{"id": 1, "v": [1, 2]}'""",
        "load guard_book",
    )
    for mark, alias in (("--read-only", "frozen"), ("--protected", "guarded"), ("", "open")):
        assert found(f"connect {milvus.address} -a {alias} {mark}").code == 0
    for line in made:
        run = found(line)
        assert run.code == 0, (line, run)
    yield found
    found("release guard_book --alias open")
    for name in ("index", "partition", "alias", "collection", "database", "role", "user", "resource_group"):
        found(f"{DELETIONS[f'delete {name}']} -y --alias open")


def test_every_command_that_deletes_is_in_the_table() -> None:
    paths = {leaf.path for leaf in leaves(tree()) if leaf.path.split()[0] in ("delete", "truncate")}
    assert paths == {*DELETIONS, *NEWER, *LOCAL}


@pytest.mark.parametrize("line", DELETIONS.values(), ids=DELETIONS)
def test_a_deletion_is_confirmed_by_name_on_a_protected_connection(guarded_book: Guarded, line: str) -> None:
    if line.startswith("delete index"):
        assert guarded_book("release guard_book --alias open").code == 0
    guarded_book("use connection guarded -q")
    asked = guarded_book(f"{line} --yes")
    assert (asked.code, asked.out) == (2, "")
    assert asked.err.startswith("error: connection 'guarded' is protected: ")
    assert asked.err.endswith("hint: pass both --yes and --alias guarded\n")

    if line.startswith("delete index"):
        assert guarded_book("load guard_book --alias open").code == 0


@pytest.mark.parametrize("line", DELETIONS.values(), ids=DELETIONS)
def test_a_deletion_is_refused_on_a_read_only_connection(guarded_book: Guarded, line: str) -> None:
    for given in ("--yes", "--dry-run"):
        refused = guarded_book(f"{line} {given} --alias frozen")
        assert (refused.code, refused.out) == (1, "")
        assert refused.err.startswith("error: connection 'frozen' is read-only: ")


@pytest.mark.parametrize("option", ["", "--yes"])
def test_truncate_asks_on_a_protected_connection(tmp_path: Path, lite: LiteServer, option: str) -> None:
    guarded = Guarded(tmp_path, lite)
    assert guarded(f"connect {lite.address} -a guarded --protected").code == 0
    made = guarded("create collection guard_lite -f id:INT64 -f v:FLOAT_VECTOR:2 -p id --if-not-exists")
    assert made.code == 0
    asked = guarded(f"truncate guard_lite {option}")
    assert (asked.code, asked.out) == (2, "")
    assert asked.err.startswith("error: connection 'guarded' is protected: ")


@pytest.mark.parametrize("kind", ["alias", "role", "resource_group"])
def test_objects_without_data_are_deleted_without_a_question(guarded_book: Guarded, kind: str) -> None:
    collection = "-c guard_book -a" if kind == "alias" else ""
    assert guarded_book(f"create {kind} {collection} guard_free --alias open").code == 0
    assert guarded_book(f"delete {kind} guard_free --alias guarded").code == 2
    assert guarded_book(f"delete {kind} guard_free --alias frozen").code == 1
    assert guarded_book(f"delete {kind} guard_free --alias open").code == 0


def test_rows_expire_on_a_protected_connection_only_when_its_alias_is_named(guarded_book: Guarded) -> None:
    line = "alter collection_properties -c guard_book --set collection.ttl.seconds=100000"
    assert guarded_book("use connection guarded").code == 0
    run = guarded_book(f"{line} --yes")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error: connection 'guarded' is protected: Expire entities of 'guard_book' on guarded (")
    assert guarded_book(f"{line} --yes --alias guarded").code == 0


WRITES = (
    "create collection x -f id:INT64 -f v:FLOAT_VECTOR:2 -p id",
    "create alias -c guard_book -a other",
    "create partition -c guard_book -p other",
    "create database other",
    "create role other",
    "create user other -p hunter22",
    "create resource_group other",
    "rename collection guard_book other",
    'insert row -c guard_book --row \'{"id": 2, "v": [1, 2]}\'',
    'upsert row -c guard_book --row \'{"id": 2, "v": [1, 2]}\'',
    "insert fake -c guard_book -n 5",
    "bulk_insert -c guard_book -f x.npy",
    "flush guard_book",
    "flush_all",
    "compact guard_book",
    "load guard_book",
    "release guard_book",
    "grant role -r guard_role -u guard_user",
    "grant privilege -r guard_role -p Search -o guard_book",
    "copy open:guard_book frozen:other",
    "alter collection_properties -c guard_book --set collection.ttl.seconds=1",
    "update password guard_user -op hunter22 -p hunter23",
)


@pytest.mark.parametrize("line", WRITES)
def test_every_change_is_refused_on_a_read_only_connection(guarded_book: Guarded, line: str) -> None:
    run = guarded_book(f"{line} --yes --alias frozen")
    assert (run.code, run.out) == (1, ""), run
    assert "connection 'frozen' is read-only: " in run.err


def drop(name: str) -> str:
    return f"""api POST {V1}/collections/drop -d '{{"collectionName": "{name}"}}'"""


def test_api_drops_nothing_on_a_read_only_connection(guarded_book: Guarded) -> None:
    line, where = drop("guard_book"), f"POST {V1}/collections/drop"
    hint = "run `connect -a frozen --no-read-only` to allow it"
    for given in ("", "--yes", "--dry-run", "--yes --alias frozen"):
        run = guarded_book(f"{line} {given} {'' if '--alias' in given else '--alias frozen'}")
        assert run == failed(f"connection 'frozen' is read-only: {where} was not sent", hint), given
    fields = guarded_book(f"api {V1}/collections/drop -f collectionName=guard_book --yes --alias frozen")
    assert fields == failed(f"connection 'frozen' is read-only: {where} was not sent", hint)
    assert json.loads(guarded_book("show collection guard_book -o json --alias open").out)["collection"] == "guard_book"


def test_api_drops_nothing_unasked(guarded_book: Guarded) -> None:
    line, where = drop("guard_book"), f"POST {V1}/collections/drop"
    question = f"Send {where} to {{}}?"
    for script in (line, f"watch --count 1 0.1 {line}"):
        assert guarded_book(f"{script} --alias open") == failed(
            f"refusing to send {where} to {guarded_book.place('open')}: no terminal to confirm on", "pass --yes", code=2
        )

    assert guarded_book("use connection guarded -q").code == 0
    assert guarded_book(f"{line} --yes") == failed(
        f"connection 'guarded' is protected: {question.format(guarded_book.place('guarded'))}",
        "pass both --yes and --alias guarded",
        code=2,
    )

    for alias in ("open", "guarded"):
        assert guarded_book(f"{line} --dry-run --alias {alias}") == Run(
            0, f"Would send {where} to {guarded_book.place(alias)}.\n", ""
        )
    assert json.loads(guarded_book("show collection guard_book -o json --alias open").out)["collection"] == "guard_book"


def test_api_reads_on_every_connection_and_drops_once_it_is_confirmed(guarded_book: Guarded) -> None:
    create = f"""api POST {V1}/collections/create -d '{{"collectionName": "guard_rest", "dimension": 2}}'"""
    assert guarded_book(f"{create} --yes --alias guarded").code == 0

    for alias in ("open", "frozen", "guarded"):
        run = guarded_book(f"api GET {V1}/collections --alias {alias}")
        assert (run.code, "guard_rest" in run.out, run.err) == (0, True, "")
        body = """{"collectionName": "guard_rest", "filter": "id > 0", "limit": 1}"""
        assert guarded_book(f"api POST {V1}/query -d '{body}' --alias {alias}").code == 0

    assert guarded_book(f"{drop('guard_rest')} --yes --alias guarded").code == 0
    assert "guard_rest" not in guarded_book(f"api GET {V1}/collections --alias open").out
