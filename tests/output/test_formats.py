"""Whole outputs of each format."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from tabulate import tabulate
from wcwidth import wcswidth

from milvus_cli.output.formats import CUT_NOTE, FORMATS, ROWS_SHOWN, WRITERS, Style
from milvus_cli.output.values import exact, shown
from tests.output.test_values import HOSTILE, TEXT, VALUES

PIPE, TERMINAL, LATIN = Style(), Style(terminal=True), Style(unicode=False)
COLUMNS = ("id", "title", "price", "sold", "tags", "vector")
ROWS = [
    (-(2**63), "Emma", 0.1, True, ["novel"], [0.1, 0.2, 0.3, 0.4, 0.5]),
    (2**63 - 1, None, 12.5, False, {"a": None}, [1.0, -2.0, 1e-45, 3.4028235e38, 0.0]),
]


def written(output: str, columns: Any = COLUMNS, rows: Any = ROWS, style: Style = PIPE) -> str:
    return "".join(WRITERS[output](columns, rows, style))


TABLES = {
    "table": """\
╭──────────────────────┬───────┬───────┬──────┬─────────────┬────────────────────────────────────────╮
│                   id │ title │ price │ sold │ tags        │ vector                                 │
├──────────────────────┼───────┼───────┼──────┼─────────────┼────────────────────────────────────────┤
│ -9223372036854775808 │ Emma  │   0.1 │ yes  │ ["novel"]   │ [0.1, 0.2, 0.3, 0.4, 0.5]              │
│  9223372036854775807 │ NULL  │  12.5 │ no   │ {"a": null} │ [1.0, -2.0, 1e-45, 3.4028235e+38, 0.0] │
╰──────────────────────┴───────┴───────┴──────┴─────────────┴────────────────────────────────────────╯
(2 rows)
""",
    "vertical": """\
-[ 1 ]-
id     | -9223372036854775808
title  | Emma
price  | 0.1
sold   | yes
tags   | ["novel"]
vector | [0.1, 0.2, 0.3, 0.4, 0.5]
-[ 2 ]-
id     | 9223372036854775807
title  | NULL
price  | 12.5
sold   | no
tags   | {"a": null}
vector | [1.0, -2.0, 1e-45, 3.4028235e+38, 0.0]
""",
    "json": """\
[
  {"id": -9223372036854775808, "title": "Emma", "price": 0.1, "sold": true, "tags": ["novel"], \
"vector": [0.1, 0.2, 0.3, 0.4, 0.5]},
  {"id": 9223372036854775807, "title": null, "price": 12.5, "sold": false, "tags": {"a": null}, \
"vector": [1.0, -2.0, 1e-45, 3.4028235e+38, 0.0]}
]
""",
    "jsonl": """\
{"id": -9223372036854775808, "title": "Emma", "price": 0.1, "sold": true, "tags": ["novel"], \
"vector": [0.1, 0.2, 0.3, 0.4, 0.5]}
{"id": 9223372036854775807, "title": null, "price": 12.5, "sold": false, "tags": {"a": null}, \
"vector": [1.0, -2.0, 1e-45, 3.4028235e+38, 0.0]}
""",
    "csv": """\
id,title,price,sold,tags,vector
-9223372036854775808,Emma,0.1,true,"[""novel""]","[0.1, 0.2, 0.3, 0.4, 0.5]"
9223372036854775807,,12.5,false,"{""a"": null}","[1.0, -2.0, 1e-45, 3.4028235e+38, 0.0]"
""",
    "tsv": """\
id\ttitle\tprice\tsold\ttags\tvector
-9223372036854775808\tEmma\t0.1\ttrue\t"[""novel""]"\t[0.1, 0.2, 0.3, 0.4, 0.5]
9223372036854775807\t\t12.5\tfalse\t"{""a"": null}"\t[1.0, -2.0, 1e-45, 3.4028235e+38, 0.0]
""",
    "markdown": """\
|                   id | title | price | sold | tags        | vector                                 |
|---------------------:|:------|------:|:-----|:------------|:---------------------------------------|
| -9223372036854775808 | Emma  |   0.1 | yes  | ["novel"]   | [0.1, 0.2, 0.3, 0.4, 0.5]              |
|  9223372036854775807 | NULL  |  12.5 | no   | {"a": null} | [1.0, -2.0, 1e-45, 3.4028235e+38, 0.0] |
""",
    "yaml": """\
- id: -9223372036854775808
  title: Emma
  price: 0.1
  sold: true
  tags:
  - novel
  vector:
  - 0.1
  - 0.2
  - 0.3
  - 0.4
  - 0.5
- id: 9223372036854775807
  title: null
  price: 12.5
  sold: false
  tags:
    a: null
  vector:
  - 1.0
  - -2.0
  - 1.0e-45
  - 3.4028235e+38
  - 0.0
""",
}


@pytest.mark.parametrize("output", FORMATS)
def test_a_table_in_each_format(output: str) -> None:
    assert written(output) == TABLES[output]


EMPTY = {
    "table": "╭───┬───╮\n│ a │ b │\n├───┼───┤\n╰───┴───╯\n(0 rows)\n",
    "vertical": "",
    "json": "[]\n",
    "jsonl": "",
    "csv": "a,b\n",
    "tsv": "a\tb\n",
    "markdown": "| a | b |\n|---|---|\n",
    "yaml": "[]\n",
}


@pytest.mark.parametrize("output", FORMATS)
def test_an_empty_table_in_each_format(output: str) -> None:
    assert written(output, ("a", "b"), []) == EMPTY[output]


def test_without_unicode_a_table_has_ascii_borders() -> None:
    assert written("table", ("a", "b"), [(1, "x")], LATIN) == (
        "+---+---+\n| a | b |\n+===+===+\n| 1 | x |\n+---+---+\n(1 row)\n"
    )
    assert written("table", ("a", "b"), [], LATIN) == ("+---+---+\n| a | b |\n+===+===+\n+---+---+\n(0 rows)\n")


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("json", '[\n  {"\\u00e4": "\\u6f22\\ud83e\\udd85"}\n]\n'),
        ("jsonl", '{"\\u00e4": "\\u6f22\\ud83e\\udd85"}\n'),
        ("yaml", '- "\\xE4": "\\u6F22\\U0001F985"\n'),
    ],
)
def test_without_unicode_programs_get_plain_ascii(output: str, text: str) -> None:
    assert written(output, ("ä",), [("漢🦅",)], LATIN) == text


def test_blanks_in_cells_stay() -> None:
    assert written("table", ("a",), [("  x ",)]) == "╭──────╮\n│ a    │\n├──────┤\n│   x  │\n╰──────╯\n(1 row)\n"


# Cut values


def test_a_terminal_shows_the_first_rows_and_counts_the_rest() -> None:
    text = written("table", ("n",), ((number,) for number in range(ROWS_SHOWN + 5)), TERMINAL)
    assert text.splitlines()[-3:] == [
        "╰─────╯",
        f"({ROWS_SHOWN + 5:,} rows)",
        "5 rows not shown. -o csv and -o jsonl show every row.",
    ]
    assert len(text.splitlines()) == ROWS_SHOWN + 6


def test_elsewhere_a_table_has_all_rows() -> None:
    text = written("table", ("n",), ((number,) for number in range(ROWS_SHOWN + 5)))
    assert text.splitlines()[-2:] == ["╰──────╯", f"({ROWS_SHOWN + 5:,} rows)"]
    assert len(text.splitlines()) == ROWS_SHOWN + 10


@pytest.mark.parametrize("output", ["table", "vertical"])
def test_a_terminal_says_that_cells_were_cut_and_how_to_see_them(output: str) -> None:
    long, vector = "x" * 100, [0.5] * 9
    assert written(output, ("a",), [(vector,)], TERMINAL).endswith(f"{CUT_NOTE}\n")
    assert CUT_NOTE not in written(output, ("a",), [("short",)], TERMINAL)
    assert long in written(output, ("a",), [(long,)])
    assert written("table", ("a",), [(long,)], TERMINAL).endswith(f"{CUT_NOTE}\n")


def test_a_text_is_whole_where_one_value_a_line_was_asked_for() -> None:
    assert written("vertical", ("a",), [("x" * 100,)], TERMINAL) == f"-[ 1 ]-\na | {'x' * 100}\n"


def test_a_row_too_wide_for_the_terminal_has_a_line_for_each_value() -> None:
    row = ("x" * 100, "漢" * 50, "z")
    assert written("table", ("a", "long", "c"), [row], TERMINAL) == (
        f"-[ 1 ]-\na    | {'x' * 72}…\nlong | {'漢' * 36}…\nc    | z\n(1 row)\n{CUT_NOTE}\n"
    )


# Hostile values


@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize("style", [PIPE, TERMINAL])
@pytest.mark.parametrize(("text", "escaped"), HOSTILE.values(), ids=HOSTILE)
def test_control_characters_never_reach_a_terminal(output: str, style: Style, text: str, escaped: str) -> None:
    if output in ("csv", "tsv") and style is PIPE:
        return
    found = written(output, ("n", f"column {text}"), [(1, text), (2, [text]), (3, {text: 1})], style)
    allowed = "\n\t" if output in ("csv", "tsv") else "\n"
    assert not {each for each in found if not each.isprintable()} - set(allowed)
    if output in ("table", "vertical", "markdown"):
        assert escaped in found


def test_a_pipe_in_a_cell_does_not_end_it_in_markdown() -> None:
    assert written("markdown", ("a|b",), [("c|d",)]) == "| a\\|b |\n|:-----|\n| c\\|d |\n"


# Formats for programs can be parsed back


def rows_of(*cells: st.SearchStrategy[Any]) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    return st.lists(st.tuples(*cells), max_size=4)


@given(rows_of(VALUES, TEXT))
@example([(None, "\U000e0020")])
def test_json_comes_back(rows: list[tuple[Any, ...]]) -> None:
    expected = [dict(zip(("a", "ü\x1b"), row, strict=True)) for row in rows]
    assert json.loads(written("json", ("a", "ü\x1b"), rows)) == expected
    assert [json.loads(line) for line in written("jsonl", ("a", "ü\x1b"), rows).split("\n")[:-1]] == expected


@given(rows_of(VALUES, TEXT))
def test_yaml_comes_back(rows: list[tuple[Any, ...]]) -> None:
    assert yaml.safe_load(written("yaml", ("a", "b"), rows)) == [{"a": a, "b": b} for a, b in rows]


@pytest.mark.parametrize("output", ["csv", "tsv"])
@given(rows=rows_of(TEXT, VALUES))
def test_csv_and_tsv_come_back(output: str, rows: list[tuple[Any, ...]]) -> None:
    text = written(output, ("a", "b\tc,d"), rows)
    # newline="" as csv requires: otherwise it reads a lone CR in a cell as a line feed.
    read = csv.reader(io.StringIO(text, newline=""), delimiter="," if output == "csv" else "\t")
    assert list(read) == [["a", "b\tc,d"], *([exact(a), exact(b)] for a, b in rows)]


@pytest.mark.parametrize("text", ["a\tb", "a\nb", "a\r\nb", "a\rb", 'a"b', "", " ", "\t", "'"])
def test_tsv_survives_tabs_and_line_breaks_in_cells(text: str) -> None:
    read = csv.reader(io.StringIO(written("tsv", ("a", "b"), [(text, 1)]), newline=""), delimiter="\t")
    assert list(read) == [["a", "b"], [text, "1"]]


def test_a_single_empty_cell_is_a_row_all_the_same() -> None:
    assert written("csv", ("a",), [("",), (None,)]) == 'a\n""\n""\n'


def test_numbers_that_json_lacks_are_strings_there_and_numbers_in_yaml() -> None:
    rows = [(float("nan"), float("inf"), [float("-inf")])]
    assert written("jsonl", ("a", "b", "c"), rows) == '{"a": "NaN", "b": "Infinity", "c": ["-Infinity"]}\n'
    assert written("csv", ("a", "b", "c"), rows) == 'a,b,c\nNaN,Infinity,"[""-Infinity""]"\n'
    assert written("yaml", ("a", "b", "c"), rows) == "- a: .nan\n  b: .inf\n  c:\n  - -.inf\n"


def test_yaml_repeats_equal_values_instead_of_referring_to_the_first() -> None:
    tags = ["x"]
    assert written("yaml", ("a", "b"), [(tags, tags)]) == "- a:\n  - x\n  b:\n  - x\n"


# Wide characters


@pytest.mark.parametrize("output", ["table", "markdown"])
def test_columns_align_whatever_the_width_of_characters(output: str) -> None:
    cells = ["plain", "漢字", "🦅", "e\u0301te\u0301", "ｆｕｌｌ", "ü", "👩\u200d🚀", "한국어", "שלום"]
    text = written(output, ("wide 漢", "n"), [(cell, number) for number, cell in enumerate(cells)])
    lines = text.splitlines()[:-1] if output == "table" else text.splitlines()
    assert len({wcswidth(line) for line in lines}) == 1


def test_names_align_in_the_vertical_format() -> None:
    assert written("vertical", ("a", "漢字", "b\x1b"), [(1, 2, 3)]) == ("-[ 1 ]-\na     | 1\n漢字  | 2\nb\\x1b | 3\n")


# Streams


@pytest.mark.parametrize("output", ["vertical", "json", "jsonl", "csv", "tsv", "yaml"])
def test_a_row_is_written_before_the_next_is_asked_for(output: str) -> None:
    asked: list[int] = []

    def rows() -> Iterator[tuple[int]]:
        for number in (41, 42, 43):
            asked.append(number)
            yield (number,)

    text = ""
    for piece in WRITERS[output](("a",), rows(), PIPE):
        text += piece
        if "41" in text:
            break
    assert asked == [41]


CELL = st.text(max_size=5)


@given(
    st.integers(1, 3).flatmap(lambda width: st.lists(st.tuples(*[CELL] * width), min_size=1, max_size=4)),
    st.sampled_from(["table", "markdown"]),
)
def test_a_table_equals_that_of_tabulate_without_its_padding(rows: list[tuple[str, ...]], output: str) -> None:
    # tabulate makes a column two wider than its header.
    columns = [f"c{number}" for number in range(len(rows[0]))]
    rows = [*rows, ("long enough",) * len(columns)]
    bar = "|" if output == "markdown" else ""
    cells = [[shown(value).replace(bar, f"\\{bar}") if bar else shown(value) for value in row] for row in rows]
    expected = tabulate(
        cells,
        columns,
        {"table": "rounded_outline", "markdown": "pipe"}[output],
        disable_numparse=True,
        preserve_whitespace=True,
        colalign=["left"] * len(columns),
    )
    assert written(output, columns, rows).startswith(f"{expected}\n")
