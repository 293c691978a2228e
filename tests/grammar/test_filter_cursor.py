"""Where the cursor is in a filter that is being typed, and the names in its braces."""

import pytest

from milvus_cli.errors import InvalidInput
from milvus_cli.grammar.filter_cursor import Operand, Place, cursor, parameters_in, require_closed


@pytest.mark.parametrize(
    ("text", "word", "place"),
    [
        ("", "", Place.CONDITION),
        ("ye", "ye", Place.CONDITION),
        ("year ", "", Place.OPERATOR),
        ("year > ", "", Place.VALUE),
        ("year + ", "", Place.VALUE),
        ("year > 3 a", "a", Place.OPERATOR),
        ("year>3and", "", Place.OPERATOR),
        ("year > 3 and ", "", Place.CONDITION),
        ("not ye", "ye", Place.CONDITION),
        ("year not ", "", Place.IN),
        ("year in ", "", Place.NOTHING),
        ("year is ", "", Place.NULL),
        ("year is not ", "", Place.NOTHING),
        ("exists ", "", Place.KEY),
        ('title == "a b" o', "o", Place.OPERATOR),
        ("id in [1, 2] an", "an", Place.OPERATOR),
        ("id in [1, ", "", Place.NOTHING),
        ("(ye", "ye", Place.CONDITION),
        ("json_contains(m", "m", Place.ARGUMENT),
        ("json_contains(m, ", "", Place.NOTHING),
        ("json_contains(m, 1) ", "", Place.OPERATOR),
        ("year > {lo", "{lo", Place.VALUE),
        ("year > {low} ", "", Place.OPERATOR),
        ("jahr_größe ", "", Place.OPERATOR),
        ("a) b", "b", Place.OPERATOR),
    ],
)
def test_a_place_in_a_filter_is_what_can_come_next(text: str, word: str, place: Place) -> None:
    found = cursor(text)
    assert (found.before + found.word, found.word, found.condition.place) == (text, word, place)


def test_a_text_is_not_completed() -> None:
    assert cursor('title == "a b').in_text


@pytest.mark.parametrize(
    ("text", "operand", "left"),
    [
        ("year ", Operand("year"), None),
        ('info["a"][0] ', Operand("info", is_inside=True), None),
        ("year > 3 ", Operand(), Operand("year")),
        ("id in [1] ", Operand(), Operand("id")),
        ("array_length(tags) ", Operand(function="array_length"), None),
        ("(id > 3) ", Operand(function="()"), None),
        ("id > 3 and title ", Operand("title"), None),
    ],
)
def test_an_operator_follows_an_operand(text: str, operand: Operand, left: Operand | None) -> None:
    condition = cursor(text).condition
    assert (condition.operand, condition.left) == (operand, left)


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
