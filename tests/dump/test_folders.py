"""Names of folders, and patterns, without a server."""

import pytest

from milvus_cli.dump.folders import folder_names, plain_name
from milvus_cli.errors import InvalidInput
from milvus_cli.server.chosen import Choice, CollectionName

NAMES = [CollectionName("default", "book"), CollectionName("shop", "book"), CollectionName("shop", "shelf")]


def test_names_that_differ_only_in_case_get_different_folders() -> None:
    found = folder_names(["book", "Book", "shelf"])
    assert found["shelf"] == "shelf"
    assert len({each.lower() for each in found.values()}) == 3


def test_a_name_that_can_not_be_one_of_a_file_gets_a_short_one() -> None:
    assert plain_name("book") == "book"
    assert len(plain_name("a" * 255)) < 100
    assert "/" not in plain_name("../book")


@pytest.mark.parametrize(
    ("choice", "chosen"),
    [
        (Choice(), ["default/book", "shop/book", "shop/shelf"]),
        (Choice(collections=("book",)), ["default/book", "shop/book"]),
        (Choice(collections=("shop/",)), ["shop/book", "shop/shelf"]),
        (Choice(excluded=("sh*/b*",)), ["default/book", "shop/shelf"]),
        (Choice(databases=("d*",)), ["default/book"]),
    ],
)
def test_patterns_choose_by_collection_and_database(choice: Choice, chosen: list[str]) -> None:
    assert list(map(str, choice.of(NAMES))) == chosen


def test_a_pattern_without_a_match_is_an_error_unless_it_excludes() -> None:
    with pytest.raises(InvalidInput, match="no collection matches 'x'"):
        Choice(collections=("x",)).of(NAMES)
    assert len(Choice(excluded=("x",)).of(NAMES)) == 3
