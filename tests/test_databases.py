"""Databases, on Milvus and on Milvus Lite."""

from collections.abc import Iterator

import pytest

from tests.support.cli import Run
from tests.support.official import milvus_pb2
from tests.support.recorder import run_here
from tests.support.typed import BOOK, Typed, failed


@pytest.fixture
def shop(typed: Typed) -> Iterator[Typed]:
    """With a database of that name."""
    typed("delete database shop -y")
    typed.all("create database shop")
    yield typed
    typed("delete collection book --db shop -y")
    typed("delete database shop -y")


def databases(typed: Typed) -> set[str]:
    """As pymilvus sees them."""
    with typed.server.stub() as stub:
        return set(stub.ListDatabases(milvus_pb2.ListDatabasesRequest()).db_names)


def test_create_database_in_both_spellings_is_seen_by_pymilvus(typed: Typed) -> None:
    typed.all("create database -db first_shop", "create database --db_name second_shop")
    assert {"first_shop", "second_shop"} <= databases(typed)
    assert typed("delete database -db first_shop -y") == Run(0, "Deleted database 'first_shop'.\n", "")
    assert typed("drop database --db_name second_shop --yes") == Run(0, "Deleted database 'second_shop'.\n", "")
    assert {"first_shop", "second_shop"}.isdisjoint(databases(typed))


def test_create_database_that_exists_exits_1_unless_told_otherwise(shop: Typed) -> None:
    assert shop("create database shop") == failed("database 'shop' already exists", "run `show database shop`")
    assert shop.json("create database shop --if-not-exists") == {
        "message": "Database 'shop' already exists.",
        "database": "shop",
        "created": False,
    }


def test_create_database_without_a_name_exits_2(typed: Typed) -> None:
    assert typed("create database") == failed("missing database name", "--db NAME", code=2)


def test_list_databases_as_table_and_json(shop: Typed) -> None:
    assert {"database": "shop"} in shop.json("list databases")
    assert "│ shop     │\n" in shop("list databases").out


def test_show_database_shows_the_answer_of_the_server(shop: Typed, is_lite: bool) -> None:
    shop.all(BOOK.format(name="book") + " --db shop")
    expected = {"database": "shop", "collections": 1, "properties": {} if is_lite else None}
    assert shop.json("show database -db shop") == expected
    assert shop.json("describe database shop") == expected
    assert shop.json("show database")["database"] == "default"
    assert shop("show database shop").out == (
        "╭─────────────┬───────╮\n"
        "│ field       │ value │\n"
        "├─────────────┼───────┤\n"
        "│ database    │ shop  │\n"
        "│ collections │ 1     │\n"
        f"│ properties  │ {'{}  ' if is_lite else 'NULL'}  │\n"
        "╰─────────────┴───────╯\n"
    )


@pytest.mark.parametrize(
    "line", ["show database nothing", "delete database nothing -y", "alter database nothing --set a=1"]
)
def test_a_database_that_is_missing_exits_1(typed: Typed, line: str) -> None:
    assert typed(line) == failed("database 'nothing' not found", "run `list databases`")


def test_a_mistyped_database_gets_the_nearest_name(shop: Typed) -> None:
    assert shop("delete database shpo -y") == failed("database 'shpo' not found", "did you mean shop?")


def test_alter_database_sets_and_removes_or_names_what_the_server_lacks(shop: Typed, is_lite: bool) -> None:
    run = shop("alter database -db shop --set database.max.collections=9")
    if not is_lite:
        assert run == failed("Milvus 2.3.5 has no alter database (requires Milvus 2.4)")
        return
    assert run == Run(0, "Set database.max.collections of database 'shop'.\n", "")
    assert shop.json("show database shop")["properties"] == {"database.max.collections": "9"}
    with shop.server.stub() as stub:
        seen = stub.DescribeDatabase(milvus_pb2.DescribeDatabaseRequest(db_name="shop")).properties
    assert [(pair.key, pair.value) for pair in seen] == [("database.max.collections", "9")]


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ("", "give either --set KEY=VALUE or --unset KEY", "help alter database"),
        ("--set a", "--set: 'a' is not KEY=VALUE", "help alter database"),
    ],
)
def test_alter_database_with_bad_values_exits_2(typed: Typed, options: str, message: str, hint: str) -> None:
    assert typed(f"alter database default {options}") == failed(message, hint, code=2)


def test_delete_database_names_what_it_deletes_and_requires_yes(shop: Typed) -> None:
    what = f"database 'shop' on {shop.place}, which is empty"
    assert shop("delete database shop --dry-run") == Run(0, f"Would delete {what}.\n", "")
    question = f"refusing to delete {what}: no terminal to confirm on"
    assert shop("delete database shop") == failed(question, "pass --yes", code=2)
    assert {"database": "shop"} in shop.json("list databases")


def test_delete_database_with_collections_is_refused(shop: Typed) -> None:
    shop.all(BOOK.format(name="book") + " --db shop")
    hint = "delete them first; run `list collections --db NAME`"
    assert shop("delete database shop -y") == failed("database 'shop' has 1 collection", hint)


def test_use_database_and_back_after_it_was_deleted(shop: Typed) -> None:
    def connected(*argv: str) -> Run:
        return run_here(argv, shop.cli.home, "")

    connected("connect", shop.server.uri)
    assert connected("use", "database", "-db", "shop") == Run(0, "Using database 'shop'.\n", "")
    shop.all("delete database shop -y")
    shop.all("create database shop")
    assert connected("delete", "database", "shop", "-y").code == 0
    assert '"default"' in connected("show", "database", "-o", "json").out
