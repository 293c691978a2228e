"""An empty name is not a name; a missing database is not an empty one."""

from pathlib import Path

import pytest

from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer, aborts, refuses, replies
from tests.support.milvus_server import MilvusServer
from tests.support.official import grpc, milvus_pb2
from tests.support.process import ServerProcess
from tests.support.recorder import run_here
from tests.support.typed import Typed, failed


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("--db= version", "--db: expected the name of a database, got ''\nhint: milvus_cli --help"),
        ("version --db=", "--db: expected the name of a database, got ''\nhint: help version"),
        (
            "list grants -db=",
            "--db: expected the name of a database, got ''\nhint: help list grants",
        ),
        (
            "connect 127.0.0.1:1 --save-as=",
            "--save-as: expected the alias of a connection, got ''\nhint: help connect",
        ),
    ],
)
def test_an_empty_name_does_not_mean_the_current_object(cli: Cli, line: str, error: str) -> None:
    assert cli(*line.split()) == Run(2, "", f"error: {error}\n")


def test_a_missing_database_is_an_error_and_not_an_empty_list(cli: Cli, milvus: MilvusServer) -> None:
    assert cli("connect", milvus.address).code == 0
    # Nothing was ever granted to this role, in whatever database.
    cli("create", "role", "-r", "names_nobody")
    for line, error in (
        ("list grants -r names_nobody --db defaul", "database 'defaul' not found\nhint: did you mean default?"),
        ("list grants -r names_nobody --db nosuch", "database 'nosuch' not found\nhint: run `list databases`"),
    ):
        assert cli(*line.split()) == Run(1, "", f"error: {error}\n")
    assert cli("list", "grants", "--db", "default", "--output", "tsv").code == 0
    assert cli("delete", "role", "-r", "names_nobody", "--yes").code == 0


def test_bulk_inserts_of_a_missing_database_are_an_error(tmp_path: Path) -> None:
    """From a peer: Milvus 2.3 lists the tasks of every database, whichever is asked for."""
    handlers = {
        "ListImportTasks": replies(milvus_pb2.ListImportTasksResponse()),
        "ListDatabases": replies(milvus_pb2.ListDatabasesResponse(db_names=["default"])),
    }
    with GrpcPeer(handlers) as peer:
        run = run_here(["list", "bulk_insert_tasks", "--db", "nosuch"], tmp_path, peer.uri)
    assert run == failed("database 'nosuch' not found", "run `list databases`")


def test_collections_of_a_missing_database_are_an_error(cli: Cli, server: ServerProcess) -> None:
    assert cli("connect", server.address).code == 0
    for line in ("list collections --db nosuch", "list aliases --db nosuch"):
        assert cli(*line.split()) == Run(1, "", "error: database 'nosuch' not found\nhint: run `list databases`\n")


@pytest.mark.parametrize(
    "line",
    [
        "count",
        "search -v [1,2]",
        "query -e 'id > 0'",
        "load",
        "insert row --row {}",
        "delete ids --ids 1 -y",
        "show collection",
        "list indexes",
        "export --file nosuch.csv",
    ],
)
def test_a_collection_in_a_missing_database_is_not_what_is_missing(typed: Typed, line: str) -> None:
    assert typed(f"{line} -c book --db nosuch") == failed("database 'nosuch' not found", "run `list databases`")


def test_a_missing_collection_in_another_database_names_both(typed: Typed) -> None:
    typed("delete database names_other -y")
    typed.all("create database names_other")
    assert typed("count -c book --db names_other") == failed(
        "collection 'book' not found in database 'names_other'", "run `list collections`"
    )
    typed.all("delete database names_other -y")


def test_the_collection_is_what_is_missing_where_databases_may_not_be_listed(tmp_path: Path) -> None:
    handlers = {
        "DescribeCollection": refuses(100, "collection not found[database=shop][collection=book]"),
        "ListDatabases": aborts(grpc.StatusCode.PERMISSION_DENIED, "PrivilegeListDatabases: permission deny to ann"),
    }
    with GrpcPeer(handlers) as peer:
        run = run_here(["count", "book", "--db", "shop"], tmp_path, peer.uri)
    assert run == failed("collection 'book' not found in database 'shop'", "run `list collections`")
