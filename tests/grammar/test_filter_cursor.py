"""Where the cursor is in a filter that is being typed, and the names in its braces."""

import pytest

from milvus_cli.errors import InvalidInput
from milvus_cli.grammar.filter_cursor import Cursor, cursor, parameters_in, require_closed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", Cursor("", "", after_value=False)),
        ("ye", Cursor("", "ye", after_value=False)),
        ("year ", Cursor("year ", "", after_value=True)),
        ("year > ", Cursor("year > ", "", after_value=False)),
        ("year > 3 a", Cursor("year > 3 ", "a", after_value=True)),
        ("year>3and", Cursor("year>3and", "", after_value=True)),
        ("not ye", Cursor("not ", "ye", after_value=False)),
        ('title == "a b" o', Cursor('title == "a b" ', "o", after_value=True)),
        ('title == "a b', Cursor('title == "a b', "", after_value=False, in_text=True)),
        ("id in [1, 2] an", Cursor("id in [1, 2] ", "an", after_value=True)),
        ("(ye", Cursor("(", "ye", after_value=False)),
        ("json_contains(m", Cursor("json_contains(", "m", after_value=False)),
        ("year > {lo", Cursor("year > ", "{lo", after_value=False)),
        ("year > {low} ", Cursor("year > {low} ", "", after_value=True)),
        ("jahr_größe ", Cursor("jahr_größe ", "", after_value=True)),
    ],
)
def test_a_filter_ends_in_a_word_after_a_value_or_not(text: str, found: Cursor) -> None:
    assert cursor(text) == found


def test_names_in_braces_are_found_outside_of_texts() -> None:
    assert parameters_in('a > {low} and b < {high} or c == "{no}" or d == {low}') == ["low", "high"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "id in [1, 2] and (a > 1 or b < 2)",
        """title == "it's (" or note == 'say "[" \\' '""",
        'meta["a"][0] > {least}',
    ],
)
def test_a_filter_may_be_closed(text: str) -> None:
    require_closed(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('title == "Emma', 'invalid filter: the " at character 10 is not closed'),
        ("title like 'a\\'", "invalid filter: the ' at character 12 is not closed"),
        ("id in [1, 2", "invalid filter: the [ at character 7 is not closed"),
        ("(id > 1", "invalid filter: the ( at character 1 is not closed"),
        ("id > 1)", "invalid filter: the ) at character 7 closes nothing"),
        ("id in [1)", "invalid filter: the ) at character 9 closes nothing"),
    ],
)
def test_a_filter_with_an_open_quote_or_bracket_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        require_closed(text)
    assert caught.value.message == message
