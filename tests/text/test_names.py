"""Names that nothing has: the error, and the known names that it suggests."""

import pytest

from milvus_cli.errors import CliError, InvalidInput
from milvus_cli.text.names import close_to, missing_name


def said(error: CliError) -> tuple[type[CliError], str, str]:
    return type(error), error.message, error.hint


def test_a_missing_name_comes_with_the_nearest_known_ones() -> None:
    error = missing_name("user", "an", ["ann", "bob"], "run `list users`")
    assert said(error) == (CliError, "user 'an' not found", "did you mean ann?")


def test_a_missing_name_that_is_near_to_none_comes_with_another_hint() -> None:
    error = missing_name("partition", "x", iter(["novels"]), "run `list partitions`", after=" in 'book'")
    assert said(error) == (CliError, "partition 'x' not found in 'book'", "run `list partitions`")


@pytest.mark.parametrize(
    ("name", "known", "close"),
    [
        ("nope", ["notee"], []),
        ("nopee", ["notee"], ["notee"]),
        ("yaer", ["year", "yield"], ["year"]),
        ("colections", ["collections", "connections", "compactions"], ["collections"]),
        ("collection", ["connection_history"], []),
        ("server", ["server_version"], ["server_version"]),
        ("descibe", ["delete"], []),
    ],
)
def test_a_typo_has_an_edit_for_three_letters_at_most(name: str, known: list[str], close: list[str]) -> None:
    assert close_to(name, known) == close


def test_without_another_hint_all_known_names_are_listed() -> None:
    error = missing_name("field", "x", ["id", "title"], before="book has ", error=InvalidInput)
    assert said(error) == (InvalidInput, "book has no field 'x'", "fields: id, title")


def test_another_hint_may_be_none_at_all() -> None:
    assert said(missing_name("finding", "x", [], "")) == (CliError, "unknown finding 'x'", "")
