"""Tables: their borders, the columns that narrow terminals lack, and how people see NULL and long lists."""

from collections.abc import Sequence
from typing import Any

import pytest

from milvus_cli.output.formats import CUT_NOTE, WRITERS, Style
from milvus_cli.output.grid import TABLE_STYLES

STYLES = {
    "rounded": "╭────┬──────╮\n│ id │ name │\n├────┼──────┤\n│  1 │ Emma │\n╰────┴──────╯\n",
    "square": "┌────┬──────┐\n│ id │ name │\n├────┼──────┤\n│  1 │ Emma │\n└────┴──────┘\n",
    "ascii": "+----+------+\n| id | name |\n+====+======+\n|  1 | Emma |\n+----+------+\n",
    "lines": "id  name\n--  ----\n 1  Emma\n",
    "plain": "id  name\n 1  Emma\n",
}


def written(columns: Sequence[str], rows: Sequence[Sequence[Any]], style: Style, output: str = "table") -> str:
    return "".join(WRITERS[output](columns, rows, style))


@pytest.fixture
def forty_columns(monkeypatch: pytest.MonkeyPatch) -> Style:
    """A terminal of 40 columns."""
    monkeypatch.setenv("COLUMNS", "40")
    return Style(terminal=True)


def test_every_style_is_tested() -> None:
    assert STYLES.keys() == TABLE_STYLES.keys()


@pytest.mark.parametrize("name", STYLES)
def test_a_table_in_each_style(name: str) -> None:
    assert written(("id", "name"), [(1, "Emma")], Style(borders=name, counted=False)) == STYLES[name]


def test_without_a_right_border_no_line_ends_in_blanks() -> None:
    text = written(("a", "b"), [("x", "long"), ("y", "")], Style(borders="plain", counted=False))
    assert text == "a  b\nx  long\ny\n"


@pytest.mark.parametrize("name", ["rounded", "square"])
def test_without_unicode_boxes_are_ascii(name: str) -> None:
    style = Style(borders=name, counted=False, unicode=False, encoding="ascii")
    assert written(("id", "name"), [(1, "Emma")], style) == STYLES["ascii"]


def test_a_table_without_headers_has_no_line_below_them() -> None:
    assert written(("id", "name"), [(1, "Emma")], Style(headers=False)) == (
        "╭────┬──────╮\n│  1 │ Emma │\n╰────┴──────╯\n(1 row)\n"
    )


@pytest.mark.parametrize(("output", "text"), [("csv", "1,Emma\n"), ("tsv", "1\tEmma\n")])
def test_csv_and_tsv_without_headers_are_bare_values(output: str, text: str) -> None:
    assert written(("id", "name"), [(1, "Emma")], Style(headers=False), output) == text


# Narrow terminals


def test_a_table_that_just_fits_is_no_list_of_values(forty_columns: Style) -> None:
    text = written(("a", "b"), [("x" * 17, "y" * 16)], forty_columns)
    assert len(text.splitlines()[0]) == 40
    assert written(("a", "b"), [("x" * 17, "y" * 17)], forty_columns).startswith("-[ 1 ]-\n")


def test_a_narrow_terminal_shows_fewer_columns_and_names_the_others(forty_columns: Style) -> None:
    style = Style(terminal=True, optional=("description", "default"))
    assert written(("field", "default", "description"), [("id", 7, "d" * 30), ("v", None, "")], style) == (
        "╭───────┬─────────╮\n"
        "│ field │ default │\n"
        "├───────┼─────────┤\n"
        "│ id    │       7 │\n"
        "│ v     │    NULL │\n"
        "╰───────┴─────────╯\n"
        "(2 rows)\n"
        "Columns not shown: description. -o vertical shows every column.\n"
    )


def test_a_value_cut_in_a_column_not_shown_is_no_cut_value(forty_columns: Style) -> None:
    style = Style(terminal=True, optional=("meaning",))
    assert written(("name", "meaning"), [("a", "long " * 30)], style).splitlines()[-2:] == [
        "(1 row)",
        "Columns not shown: meaning. -o vertical shows every column.",
    ]


def test_a_table_too_wide_without_its_optional_columns_has_them_all_one_value_a_line(forty_columns: Style) -> None:
    style = Style(terminal=True, optional=("b",))
    assert written(("a", "b"), [("x" * 50, 1)], style) == f"-[ 1 ]-\na | {'x' * 50}\nb | 1\n(1 row)\n"


def test_columns_are_never_left_out_for_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    text = written(("a", "b"), [("x" * 50, 1)], Style(optional=("b",)))
    assert text.splitlines()[1].split() == ["│", "a", "│", "b", "│"]


# NULL, and what is cut


@pytest.mark.parametrize("output", ["table", "vertical", "markdown"])
def test_null_is_what_the_user_chose_and_that_text_is_quoted(output: str) -> None:
    text = written(("a",), [(None,), ("-",), ("NULL",)], Style(null="-"), output)
    assert [line.strip("|│ ").removeprefix("a | ") for line in text.splitlines() if "-" in line or "NULL" in line][
        -3:
    ] == (["-", '"-"', "NULL"] if output != "vertical" else ['"-"', "-[ 3 ]-", "NULL"])


@pytest.mark.parametrize("output", ["json", "jsonl", "csv", "tsv", "yaml"])
def test_programs_get_null_as_ever(output: str) -> None:
    assert written(("a",), [(None,)], Style(null="-"), output) == written(("a",), [(None,)], Style(), output)


def test_the_user_chooses_how_much_a_terminal_shows() -> None:
    rows = [("abcdefgh",)] * 1200
    assert written(("a",), rows, Style(terminal=True, most=1, room=4)) == (
        "╭──────╮\n│ a    │\n├──────┤\n│ abc… │\n╰──────╯\n(1,200 rows)\n"
        f"1,199 rows not shown. -o csv and -o jsonl show every row.\n{CUT_NOTE}\n"
    )
    assert len(written(("a",), rows, Style(terminal=True, most=0)).splitlines()) == 1205


def test_without_a_widest_cell_nothing_is_cut() -> None:
    row = ("x" * 3000, [0.5] * 500)
    text = written(("a", "b"), [row], Style(terminal=True, room=0))
    assert "x" * 3000 in text
    assert text.count("0.5") == 500
    assert CUT_NOTE not in text
