"""Colors change no text and no width, and text of others never becomes one."""

import io
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from milvus_cli.errors import CliError
from milvus_cli.output.colors import (
    DARK,
    LIGHT,
    NEUTRAL,
    PLAIN,
    ROLES,
    THEMES,
    Palette,
    nearest_of_256,
    palette,
    parsed,
    sgr,
)
from milvus_cli.output.formats import FORMATS, WRITERS, Style
from milvus_cli.output.render import render, render_error
from milvus_cli.result import Document, Record, Report, Result, Section, Table
from tests.output.test_render import Pipe, Terminal, console
from tests.output.test_values import HOSTILE

SEQUENCE = re.compile(r"\x1b\[([0-9;]*)m")
DARK_PALETTE = palette("dark", {})
FORCED = palette("dark", {}, forced=True)
CODES = {sgr(look) for look in DARK.values()} | {"0"}
UNPAINTED = ("jsonl", "csv", "tsv", "markdown", "yaml")
ROWS = [(1, "Emma", None), (2, "漢字 e\u0301 👩\u200d🚀", [0.5] * 9)]
COLUMNS = ("id", "title", "漢")
REPORT = Report({"a": None}, [Section("parts", Table(("x", "type"), [(1, "T")], roles={"type": "type"}), [{"x": 1}])])


def rendered(result: Result, output: str, colors: Palette, *, terminal: bool = True) -> str:
    target, out, _ = console(Terminal() if terminal else None)
    target.palette = colors
    render(result, output, target)
    return out.getvalue()


def plain(text: str) -> str:
    return SEQUENCE.sub("", text)


# Looks


@pytest.mark.parametrize(
    ("look", "code"),
    [
        ("", ""),
        ("bold", "1"),
        ("red", "31"),
        ("bold bright-red", "1;91"),
        ("underline white on blue", "4;37;44"),
        ("#8a8a8a", "38;5;245"),
        ("#d0d0d0 on #303030", "38;5;252;48;5;236"),
        ("#005f87", "38;5;24"),
    ],
)
def test_a_look_is_an_escape_sequence(look: str, code: str) -> None:
    assert sgr(look) == code


@pytest.mark.parametrize(
    ("look", "message"),
    [
        ("crimson", "unknown color 'crimson'"),
        ("#12345", "unknown color '#12345'"),
        ("red blue", "more than one color in 'red blue'"),
        ("red on blue green", "more than one color in 'red on blue green'"),
        ("red on bold", "unknown color 'bold'"),
        ("\x1b[31m", "unknown color '\\x1b[31m'"),
    ],
)
def test_a_look_that_does_not_exist_is_named(look: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        parsed(look)


def test_all_themes_have_every_role() -> None:
    assert DARK.keys() == LIGHT.keys() == NEUTRAL.keys() == set(ROLES)
    assert THEMES["none"] == {}
    assert not palette("none", {}).is_on
    assert palette("none", {"error": "red"}).paint("error", "x") == "\x1b[31mx\x1b[0m"


def brightness(rgb: str) -> float:
    """The relative luminance of WCAG 2."""
    parts = [int(rgb[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("look", "background"),
    [*((each, "#000000") for each in DARK.values()), *((each, "#ffffff") for each in LIGHT.values())],
)
def test_colors_of_a_theme_can_be_read_on_its_background(look: str, background: str) -> None:
    found = parsed(look)
    if not found.color.startswith("#"):
        assert background == "#000000" or not found.color
        return
    pair = brightness(found.color), brightness(found.background or background)
    assert (max(pair) + 0.05) / (min(pair) + 0.05) >= 4.5


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_every_color_has_a_neighbor_among_256(red: int, green: int, blue: int) -> None:
    assert 16 <= nearest_of_256(f"{red:02x}{green:02x}{blue:02x}") <= 255


@pytest.mark.parametrize(
    ("told", "chosen"),
    [("15;0", DARK), ("0;15", LIGHT), ("0;default;15", LIGHT), ("0;7", LIGHT), ("", NEUTRAL), ("15;default", NEUTRAL)],
)
def test_the_theme_follows_the_background_that_the_terminal_reports(
    monkeypatch: pytest.MonkeyPatch, told: str, chosen: dict[str, str]
) -> None:
    monkeypatch.setenv("COLORFGBG", told)
    assert palette("auto", {}).looks == chosen


# Results


@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize(
    "result",
    [Table(COLUMNS, ROWS), Record({"a": None, "b": 1}, {"b": "flag"}), REPORT, Document({"a": [None, "null"]})],
)
def test_colors_change_nothing_but_colors(output: str, result: Result) -> None:
    painted = rendered(result, output, DARK_PALETTE)
    assert plain(painted) == rendered(result, output, PLAIN)
    assert set(SEQUENCE.findall(painted)) <= CODES


@pytest.mark.parametrize("output", FORMATS)
def test_a_table_is_painted_for_people_and_as_json(output: str) -> None:
    assert ("\x1b" in rendered(Table(COLUMNS, ROWS), output, DARK_PALETTE)) == (output not in UNPAINTED)


def test_borders_headers_types_nulls_and_counts_have_their_colors() -> None:
    table = Table(("id", "type"), [(None, "INT64")], roles={"type": "type"})
    looks = {"border": "blue", "header": "bold", "null": "red", "type": "cyan", "count": "green"}
    assert rendered(table, "table", Palette(looks)).splitlines() == [
        "\x1b[34m╭──────┬───────╮\x1b[0m",
        "\x1b[34m│ \x1b[0m\x1b[1mid\x1b[0m  \x1b[34m │ \x1b[0m\x1b[1mtype\x1b[0m \x1b[34m │\x1b[0m",
        "\x1b[34m├──────┼───────┤\x1b[0m",
        "\x1b[34m│ \x1b[0m\x1b[31mNULL\x1b[0m\x1b[34m │ \x1b[0m\x1b[36mINT64\x1b[0m\x1b[34m │\x1b[0m",
        "\x1b[34m╰──────┴───────╯\x1b[0m",
        "\x1b[32m(1 row)\x1b[0m",
    ]


def test_what_is_added_and_removed_has_its_color() -> None:
    table = Table(("change",), [("+",), ("-",)], roles={"change": "sign"})
    lines = rendered(table, "vertical", Palette({"added": "green", "removed": "red"})).splitlines()
    assert lines == ["-[ 1 ]-", "change | \x1b[32m+\x1b[0m", "-[ 2 ]-", "change | \x1b[31m-\x1b[0m"]


def test_keys_and_nulls_of_json_have_their_colors_and_texts_have_none() -> None:
    value = {"a": None, 'q"': 'null: "b": 1', "c": [None, "null"]}
    text = rendered(Document(value), "json", Palette({"key": "cyan", "null": "red"}))
    assert json.loads(plain(text)) == value
    assert [text.count(f"\x1b[{code}m") for code in ("36", "31")] == [3, 2]


@pytest.mark.parametrize("output", FORMATS)
def test_a_pipe_gets_no_colors(output: str) -> None:
    assert rendered(REPORT, output, DARK_PALETTE, terminal=False) == rendered(REPORT, output, PLAIN, terminal=False)


@pytest.mark.parametrize("output", FORMATS)
def test_forced_colors_go_into_a_pipe_for_people_only(output: str) -> None:
    assert ("\x1b" in rendered(Table(COLUMNS, ROWS), output, FORCED, terminal=False)) == (
        output in ("table", "vertical")
    )


@given(st.lists(st.tuples(st.text(max_size=5), st.none() | st.text(max_size=5)), min_size=1, max_size=4))
def test_colors_never_count_as_width(rows: list[tuple[Any, ...]]) -> None:
    lines = "".join(WRITERS["table"](("a", "漢"), rows, Style(palette=DARK_PALETTE))).splitlines()[:-1]
    assert len({wcswidth(plain(line)) for line in lines}) == 1


@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize("text", [*HOSTILE, "\x1b[31mred\x1b[0m", "\x9b31m"])
def test_text_of_others_smuggles_no_colors(output: str, text: str) -> None:
    painted = rendered(Table(("a", text), [(text, [text])]), output, Palette({"null": "red", "header": "bold"}))
    assert set(SEQUENCE.findall(painted)) <= {"1", "0"}
    rest = plain(painted)
    assert not {each for each in rest if not each.isprintable()} - set("\n\t")


# Messages


def told(colors: Palette, error: CliError, stream: io.StringIO, output: str = "table") -> str:
    target, _, _ = console()
    target.stderr, target.palette = stream, colors
    render_error(error, output, target)
    return stream.getvalue()


def test_errors_hints_and_carets_have_their_colors() -> None:
    error = CliError("invalid filter: x\n  id >> 3\n     ^", hint="see help filters")
    looks = Palette({"error": "red", "hint": "cyan"})
    assert told(looks, error, Terminal()) == (
        "\x1b[31merror:\x1b[0m invalid filter: x\n  id >> 3\n\x1b[31m     ^\x1b[0m\n"
        "\x1b[36mhint:\x1b[0m see help filters\n"
    )


def test_messages_have_no_colors_elsewhere() -> None:
    error = CliError("a\x1b[31m", hint="b")
    assert told(DARK_PALETTE, error, Pipe()) == "error: a\\x1b[31m\nhint: b\n"
    assert told(DARK_PALETTE, error, Terminal(), "json") == told(PLAIN, error, Pipe(), "json")


def test_a_note_is_yellow_at_its_start_only() -> None:
    target, _, _ = console()
    target.stderr, target.palette = Terminal(), Palette({"note": "yellow"})
    target.note("note: one\nand a note: two")
    assert target.stderr.getvalue() == "\x1b[33mnote:\x1b[0m one\nand a note: two\n"
