"""RESTful requests act on the database that the connection, --db or `use database` names."""

import json

import pytest

from milvus_cli.client.http import in_database
from tests.support.cli import Cli, Run
from tests.support.milvus_server import MilvusServer
from tests.support.typed import Typed

LIST, DROP = "/v1/vector/collections", "/v1/vector/collections/drop"


@pytest.mark.parametrize(
    ("method", "path", "body", "sent"),
    [
        ("GET", LIST, None, (f"{LIST}?dbName=a%26b", None, "a&b")),
        ("GET", f"{LIST}?x=1", None, (f"{LIST}?x=1&dbName=a%26b", None, "a&b")),
        ("GET", f"{LIST}?dbName=other", None, (f"{LIST}?dbName=other", None, "other")),
        ("POST", DROP, '{"n": 1.50}', (DROP, '{"dbName": "a&b", "n": 1.50}', "a&b")),
        ("POST", DROP, " { }", (DROP, '{"dbName": "a&b" }', "a&b")),
        ("POST", "/v2/vectordb/collections/list", None, ("/v2/vectordb/collections/list", '{"dbName": "a&b"}', "a&b")),
        ("POST", DROP, '{"dbName": ""}', (DROP, '{"dbName": ""}', "default")),
        ("POST", DROP, "[1]", (DROP, "[1]", "default")),
        ("GET", "/api/v1/health", None, ("/api/v1/health", None, "a&b")),
    ],
)
def test_a_request_names_its_database(
    method: str, path: str, body: str | None, sent: tuple[str, str | None, str]
) -> None:
    assert in_database(method, path, body, "a&b") == sent


def test_a_request_for_the_default_database_stays_as_it_was_typed() -> None:
    assert in_database("POST", DROP, '{"a": 1}', "default") == (DROP, '{"a": 1}', "default")


def test_collections_of_that_database_are_listed_and_dropped(cli: Cli, milvus: MilvusServer) -> None:
    typed = Typed(cli, milvus)
    body = json.dumps({"collectionName": "api_twice"})
    lines = ["-f", "id:INT64", "-f", "v:FLOAT_VECTOR:2", "-p", "id"]
    cli("create", "database", "api_db", env=typed.env)
    for database in ("default", "api_db"):
        cli("delete", "collection", "api_twice", "--yes", "--db", database, env=typed.env)
        assert cli("create", "collection", "api_twice", *lines, "--db", database, env=typed.env).code == 0

    listed = cli("--db", "api_db", "api", "GET", LIST, "-o", "json", env=typed.env)
    assert json.loads(listed.out)["data"] == ["api_twice"]
    would = cli("--db", "api_db", "api", "POST", DROP, "-d", body, "--dry-run", env=typed.env)
    assert would == Run(0, f"Would send POST {DROP} to MILVUS_URI ({milvus.address}, database api_db).\n", "")

    # The collection of that name in the default database stays.
    assert cli("--db", "api_db", "api", "POST", DROP, "-d", body, "--yes", env=typed.env).code == 0
    assert typed.json("list collections --db api_db") == []
    assert "api_twice" in [row["collection"] for row in typed.json("list collections")]

    cli("delete", "collection", "api_twice", "--yes", env=typed.env)
    cli("delete", "database", "api_db", "--yes", env=typed.env)
