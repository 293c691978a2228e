"""Refused filters of people who know other languages get a hint that is a filter of Milvus."""

from collections.abc import Iterator

import pytest

from milvus_cli.rows.filters import pointed
from tests.support.cli import Cli
from tests.support.process import ServerProcess
from tests.support.typed import Typed, failed, on_lite, on_milvus

FIELDS = "-f id:INT64 -f title:VARCHAR:100 -f n:INT64 -f ok:BOOL -f meta:JSON -f tags:ARRAY:VARCHAR:50:8"
ROW = (
    '{"id": 1, "title": "axb", "n": 3, "ok": true, "meta": {"page": 3, "list": ["a"]}, "tags": ["a"], '
    '"vector": [1, 2], "more": {"x": 1}}'
)


@pytest.fixture(scope="module")
def hinted(tmp_path_factory: pytest.TempPathFactory, server: ServerProcess) -> Iterator[Typed]:
    """The collection `hinted`, with one row that all the hints below find."""
    typed = Typed(Cli(tmp_path_factory.mktemp("hinted")), server)
    typed.gone("hinted")
    create = f"create collection hinted {FIELDS} -f vector:FLOAT_VECTOR:2 -p id --dynamic --index vector:FLAT:L2"
    typed.all(create, f"insert row -c hinted --row '{ROW}'", "load hinted")
    yield typed
    typed.gone("hinted")


def refused(typed: Typed, expression: str) -> list[str]:
    """Returns the lines of the error."""
    quoted = expression.replace("'", "'\\''")
    run = typed(f"query -c hinted -e '{quoted}'")
    assert (run.code, run.out) == (1, "")
    return run.err.splitlines()


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        ("meta.page == 3", 'keys of JSON are written meta["page"]'),
        ("id > 0 and more.x == 1", 'keys of JSON are written more["x"]'),
        ('meta["page"].x.y == 3', 'keys of JSON are written meta["page"]["x"]["y"]'),
        ("meta->>'page' == 3", 'keys of JSON are written meta["page"]'),
        ("meta[page] == 3", 'keys of JSON are written meta["page"]'),
        ('"a.b" == title and meta.page == 3', 'keys of JSON are written meta["page"]'),
        ("n between 1 and 3", "n >= 1 and n <= 3"),
        ("title between 2024-01-01 and 2024-02-01", 'title >= "2024-01-01" and title <= "2024-02-01"'),
        ("title between 'a b' and 'c'", 'title >= "a b" and title <= "c"'),
        ("title in ('axb', 'b')", "lists are written in square brackets: title in ['axb', 'b']"),
        ("id in 1,2", "lists are written in square brackets: id in [1,2]"),
        ("title <> 'x'", "inequality is written !="),
        ("title = 'x'", "equality is written =="),
        ("`title` == 'axb'", "fields are written without quotes: title"),
        ("(title > 2024-07-05 12:30:00) and id > 0", 'texts are written in quotes: title > "2024-07-05 12:30:00"'),
        ("title == 2024-07-05T12:30", 'texts are written in quotes: title == "2024-07-05T12:30"'),
        ("title like axb", 'texts are written in quotes: title like "axb"'),
        ("title like Sol%", 'texts are written in quotes: title like "Sol%"'),
        ("(title like Sol%) and n > 1", 'texts are written in quotes: title like "Sol%"'),
        ("(title like 2001%)", 'texts are written in quotes: title like "2001%"'),
        ("title like 2024-07-05 12:30%", 'texts are written in quotes: title like "2024-07-05 12:30%"'),
    ],
)
def test_other_notations(hinted: Typed, expression: str, hint: str) -> None:
    assert refused(hinted, expression)[-1] == f"hint: {hint}"


@pytest.mark.parametrize(
    ("expression", "meant"),
    [
        ("'a' in tags", 'array_contains(tags, "a")'),
        ("'b' not in tags", 'not (array_contains(tags, "b"))'),
        ("tags contains 'a'", 'array_contains(tags, "a")'),
        ("tags == 'a'", 'array_contains(tags, "a")'),
        ('"a" in meta["list"]', 'json_contains(meta["list"], "a")'),
        ("'x' in title", 'title like "%x%"'),
        ("title contains 'x'", 'title like "%x%"'),
        ("id > 0 and contains(title, 'it\\'s')", 'title like "%it\'s%"'),
        ("title starts with 'a'", 'title like "a%"'),
        ("title endswith 'b'", 'title like "%b"'),
        ("title ilike 'a%'", 'title like "a%"'),
        ("title =~ 'x'", 'title like "%x%"'),
        ("title not like 'x%'", 'not (title like "x%")'),
        ("len(tags) == 1", "array_length(tags)"),
    ],
)
def test_words_of_other_languages_get_the_filter_that_is_meant(
    hinted: Typed, is_lite: bool, expression: str, meant: str
) -> None:
    assert refused(hinted, expression)[-1] == f"hint: {meant}"
    condition = meant if "length" not in meant else f"{meant} == 1"
    if 'like "%' in meant and not is_lite:
        needs = "hint: patterns with more than a % at their end require Milvus 2.4"
        assert refused(hinted, condition)[-1] == needs
    else:
        assert hinted("count -c hinted -o csv -e '{}'".format(condition.replace("'", "'\\''"))).code == 0


@pytest.mark.parametrize(
    ("expression", "reason", "place", "hint"),
    [
        ("n == 'a'", "expected INT64 for 'n', got 'a'", 5, "numbers are written without quotes: n == 1"),
        ("id > 0 and n > '3'", "expected INT64 for 'n', got '3'", 15, "numbers are written without quotes: n > 3"),
        ("n in ['3']", "expected INT64 for 'n', got '3'", 6, "numbers are written without quotes: n == 3"),
        ("n like 'a%'", "like needs a text, and 'n' is INT64", 7, "numbers are written without quotes: n == 1"),
        ("title == 3", "expected VARCHAR for 'title', got 3", 9, 'texts are written in quotes: title == "3"'),
        (
            "title > 2024-07-05",
            "expected VARCHAR for 'title', got 2024-07-05",
            8,
            'texts are written in quotes: title > "2024-07-05"',
        ),
        ("ok == 1", "expected BOOL for 'ok', got 1", 6, "ok == true"),
        ("tags == 'a'", "expected ARRAY for 'tags', got 'a'", 8, 'array_contains(tags, "a")'),
        ("meta == 3", "expected JSON for 'meta', got 3", 8, 'compare one of its keys: meta["KEY"] == 3'),
    ],
)
def test_a_value_of_another_type_names_the_field_and_its_type(
    hinted: Typed, expression: str, reason: str, place: int, hint: str
) -> None:
    message = [f"error: invalid filter: {reason}", *pointed(expression, place).splitlines()]
    assert refused(hinted, expression) == [*message, f"hint: {hint}"]


@on_milvus
@pytest.mark.parametrize(
    ("expression", "message", "hint"),
    [
        ("title == axb", "the server can't compare these values", 'texts are written in quotes: title == "axb"'),
        ('"title" == "x"', "the server can't compare these values", "fields are written without quotes: title"),
        ("title == null", "the server can't compare these values", "title is null"),
        ("title is null", "it is not a condition", "is null requires Milvus 2.5"),
        (
            "id > 0 AND id < 3",
            "it is not a condition",
            "Milvus 2.3 has and, or, not, in and like in lower case only",
        ),
        ("where id == 1", "it is not a condition", "leave out where: a filter is only the condition"),
    ],
)
def test_what_only_earlier_servers_refuse(hinted: Typed, expression: str, message: str, hint: str) -> None:
    assert refused(hinted, expression) == [f"error: invalid filter: {message}", f"hint: {hint}"]


@on_lite
def test_a_filter_that_the_server_takes_is_sent_as_it_is(hinted: Typed) -> None:
    assert hinted.json("query -c hinted -e 'id > 0 AND title == axb'") == []


def test_words_in_texts_are_no_notation(hinted: Typed) -> None:
    found = refused(hinted, "title == \"meta.page contains 'x'\" and titel == 'a.b' and")
    assert found[0] == "error: invalid filter: unexpected end of the filter"
    assert found[-1] == "hint: did you mean title?"


@pytest.mark.parametrize("command", ["search hinted --vector '[1, 2]' --filter", "delete entities hinted -y -e"])
def test_every_command_with_a_filter_has_the_hints(hinted: Typed, command: str) -> None:
    run = hinted(f"{command} \"n == 'a'\"")
    assert (run.code, run.err.splitlines()[-1]) == (1, "hint: numbers are written without quotes: n == 1")


@pytest.mark.parametrize("name", ['meta["page"]', "meta.page", "tags[0]"])
def test_a_part_of_a_field_is_read_with_the_field(hinted: Typed, name: str) -> None:
    field = name.split("[")[0].split(".")[0]
    reason = f"field not found: {name!r} (not in the schema of 'hinted', and no key that the row has)"
    run = hinted(f"get hinted --ids 1 --fields '{name}' -o table")
    assert (run.code, run.err) == (1, failed(reason, f"fields are read whole: --fields {field}").err)


def test_an_option_of_another_command_is_named_with_it(hinted: Typed) -> None:
    hint = "it is an option of plot vectors, search, search_iterator"
    assert hinted("query hinted --like x") == failed("no such option '--like'", hint, code=2)


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        ("'a' in labels", "fields: id, name, vector"),
        ("labels contains 'a'", "fields: id, name, vector"),
        ("labels.first == 3", "fields: id, name, vector"),
        ("'a' in nmae", "did you mean name?"),
    ],
)
def test_a_hint_proposes_nothing_for_a_field_that_does_not_exist(typed: Typed, expression: str, hint: str) -> None:
    typed.gone("fixed")
    fields = "-f id:INT64 -f name:VARCHAR:9 -f vector:FLOAT_VECTOR:2"
    typed.all(f"create collection fixed {fields} -p id --index vector:FLAT:L2", "load fixed")
    run = typed(f'query fixed -e "{expression}"')
    assert (run.code, run.out, run.err.splitlines()[-1]) == (1, "", f"hint: {hint}")
    typed.gone("fixed")


@pytest.mark.parametrize("expression", ["n >", "n = 3", "n > 1 and", "n == 3 and 'a' in tags", "(n > 1", "title > 3"])
@pytest.mark.parametrize("command", ["search", "search_iterator"])
def test_a_search_by_a_row_shows_the_filter_as_the_user_wrote_it(hinted: Typed, command: str, expression: str) -> None:
    alone = hinted(f'{command} hinted --vector "[1, 2]" --filter "{expression}"')
    assert hinted(f'{command} hinted --like 1 --filter "{expression}"') == alone
    assert alone.err.startswith("error: invalid filter: ")
    assert f"\n  {expression}\n" in alone.err


@on_lite
def test_a_hybrid_search_shows_the_filter_of_the_leg_that_is_refused(hinted: Typed) -> None:
    legs = """--request 'like=1 filter="n > 1"' --request 'vector=[1,2] filter="n >"'"""
    alone = hinted('search hinted --vector "[1, 2]" --filter "n >"')
    assert hinted(f"hybrid_search hinted {legs}") == alone
