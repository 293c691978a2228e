"""Aliases of collections, on Milvus and on Milvus Lite."""

from collections.abc import Iterator

import pytest

from tests.support.cli import Run
from tests.support.official import milvus_pb2
from tests.support.typed import Typed, failed


@pytest.fixture
def aliased_books(typed: Typed) -> Iterator[Typed]:
    """With two collections, and aliases `novel` and `reading` of the first."""
    for alias in ("novel", "reading", "spare"):
        typed(f"delete alias {alias} -y")
    typed.make("book_a")
    typed.make("book_b")
    typed.all("create alias -c book_a -a novel -a reading")
    yield typed
    for alias in ("novel", "reading", "spare"):
        typed(f"delete alias {alias} -y")
    typed.gone("book_a", "book_b")


def listed(typed: Typed) -> list[dict[str, str]]:
    """Those of the two collections: other tests have theirs on the same server."""
    found: list[dict[str, str]] = typed.json("list aliases")
    return [each for each in found if each["collection"].startswith("book_")]


def test_create_alias_of_several_is_seen_by_pymilvus(aliased_books: Typed) -> None:
    with aliased_books.server.stub() as stub:
        found = stub.ListAliases(milvus_pb2.ListAliasesRequest(collection_name="book_a"))
        described = stub.DescribeAlias(milvus_pb2.DescribeAliasRequest(alias="novel"))
    assert (sorted(found.aliases), described.collection) == (["novel", "reading"], "book_a")


def test_create_alias_that_exists_wants_A_to_move_it(aliased_books: Typed) -> None:
    refused = failed("alias 'novel' already exists, for collection 'book_a'", "-A moves it to this one")
    assert aliased_books("create alias -c book_b -a spare -a novel") == refused
    assert aliased_books("show alias spare").code == 1
    assert aliased_books.json("create alias -c book_b -a spare -a novel -A") == {
        "message": "'spare', 'novel' now refer to collection 'book_b'.",
        "collection": "book_b",
        "aliases": ["spare", "novel"],
        "moved": ["novel"],
    }
    assert listed(aliased_books) == [
        {"alias": "novel", "collection": "book_b"},
        {"alias": "reading", "collection": "book_a"},
        {"alias": "spare", "collection": "book_b"},
    ]


def test_list_aliases_of_one_collection_and_of_none(aliased_books: Typed) -> None:
    assert aliased_books("list aliases -c book_a") == Run(
        0,
        "╭─────────┬────────────╮\n"
        "│ alias   │ collection │\n"
        "├─────────┼────────────┤\n"
        "│ novel   │ book_a     │\n"
        "│ reading │ book_a     │\n"
        "╰─────────┴────────────╯\n"
        "(2 rows)\n",
        "",
    )
    assert aliased_books.json("list aliases book_b") == []
    assert aliased_books("list aliases -c book_x").err.startswith(
        "error: collection 'book_x' not found\nhint: did you mean book_"
    )


def test_show_alias(aliased_books: Typed) -> None:
    assert aliased_books.json("show alias -a novel") == {
        "alias": "novel",
        "collection": "book_a",
        "database": "default",
    }
    assert aliased_books.json("describe alias novel")["collection"] == "book_a"


@pytest.mark.parametrize("line", ["show alias novl", "delete alias -a novl -y"])
def test_an_alias_that_is_missing_exits_1(aliased_books: Typed, line: str) -> None:
    assert aliased_books(line) == failed("alias 'novl' not found", "did you mean novel?")


def test_create_alias_of_a_missing_collection_exits_1(aliased_books: Typed) -> None:
    missing = failed("collection 'nothing' not found", "run `list collections`")
    assert aliased_books("create alias -c nothing -a spare") == missing


def test_create_alias_without_a_name_exits_2(aliased_books: Typed) -> None:
    run = aliased_books("create alias -c book_a")
    assert (run.code, run.err.splitlines()) == (2, ["error: missing alias", "hint: -a ALIAS"])


def test_delete_alias_names_what_it_deletes(aliased_books: Typed) -> None:
    what = f"alias 'novel' on {aliased_books.place}, which refers to collection 'book_a'"
    assert aliased_books("delete alias novel --dry-run") == Run(0, f"Would delete {what}.\n", "")
    assert aliased_books("delete alias -c book_b -a novel") == failed(
        "alias 'novel' belongs to collection 'book_a', not to 'book_b'", "delete alias -a novel"
    )
    assert aliased_books.json("delete alias -c book_a -a novel") == {
        "message": "Deleted alias 'novel'.",
        "alias": "novel",
        "collection": "book_a",
        "deleted": True,
    }
    assert listed(aliased_books) == [{"alias": "reading", "collection": "book_a"}]
