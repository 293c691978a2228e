"""Cells as text."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_cli.output.values import exact, harmless, shown, to_json

NAN, INFINITY = float("nan"), float("inf")
HOSTILE = {
    "escape sequence": ("\x1b[2J", r"\x1b[2J"),
    "operating system command": ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
    "C1 CSI": ("\x9b31m", r"\x9b31m"),
    "bell": ("\a", r"\x07"),
    "carriage return": ("good\rbad", r"good\rbad"),
    "line break": ("a\nb", r"a\nb"),
    "tab": ("a\tb", r"a\tb"),
    "backspace": ("a\bb", r"a\x08b"),
    "NUL": ("a\0b", r"a\x00b"),
    "delete": ("a\x7fb", r"a\x7fb"),
    "bidirectional override": ("a\u202eb", r"a\u202eb"),
    "bidirectional isolate": ("a\u2066b", r"a\u2066b"),
    "zero-width space": ("a\u200bb", r"a\u200bb"),
    "line separator": ("a\u2028b", r"a\u2028b"),
    "next line": ("a\x85b", r"a\x85b"),
    "lone surrogate": ("a\ud800b", r"a\ud800b"),
    "byte order mark": ("\ufeffa", r"\ufeffa"),
}
TEXT = st.text(st.characters(codec=None)) | st.sampled_from([text for text, _ in HOSTILE.values()])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "NULL"),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (2**63 - 1, "9223372036854775807"),
        (-(2**63), "-9223372036854775808"),
        (0.1, "0.1"),
        (1e300, "1e+300"),
        (NAN, "NaN"),
        (INFINITY, "Infinity"),
        (-INFINITY, "-Infinity"),
        ("", ""),
        ("  blanks  ", "  blanks  "),
        ("漢字 ümlaut 🦅", "漢字 ümlaut 🦅"),
        ([], "[]"),
        ([1, "a", None], '[1, "a", null]'),
        ({"a": {"b": [1.5]}}, '{"a": {"b": [1.5]}}'),
        ([NAN, 1.0], '["NaN", 1.0]'),
        ([0.1, 0.2, 0.3, 0.4, 0.5], "[0.1, 0.2, 0.3, 0.4, 0.5]"),
        ({"7": 0.5}, '{"7": 0.5}'),
    ],
)
def test_a_cell_is_shown_whole_where_there_is_room(value: Any, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a" * 10, "a" * 10),
        ("a" * 11, "a" * 9 + "…"),
        (2**63 - 1, "922337203…"),
        ([1, 2, 3, 4], "[1, 2, 3,…"),
        ([0.5] * 128, "[0.5, 0.5, … ×128]"),
        ([NAN] * 5, "[NaN, NaN, … ×5]"),
        (["text"] * 5, '["text", …'),
        ({"a": "bcdefgh"}, '{"a": "bc…'),
    ],
)
def test_a_cell_is_cut_where_there_is_no_room(value: Any, text: str) -> None:
    assert shown(value, width=10) == text


@pytest.mark.parametrize(("text", "escaped"), HOSTILE.values(), ids=HOSTILE)
def test_control_characters_are_shown_escaped(text: str, escaped: str) -> None:
    assert harmless(text) == escaped
    assert shown(text) == escaped


@pytest.mark.parametrize(
    "text", ["plain", "ümläut", "漢字", "e\u0301", "🦅", "👩\u200d🚀", "❤\ufe0f", "שלום", "a\u00a0b"]
)
def test_ordinary_text_is_shown_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_line_breaks_are_kept_where_requested() -> None:
    assert harmless("a\nb\tc\x1b", keep="\n\t") == "a\nb\tc\\x1b"


@given(TEXT)
def test_no_text_comes_out_with_a_control_character(text: str) -> None:
    harmless(text).encode()
    assert not set(harmless(text)) & {chr(code) for code in (*range(32), *range(127, 160), 0x202E, 0x2028, 0xFEFF)}


@given(VALUES)
def test_json_comes_back_as_it_was(value: Any) -> None:
    text = to_json(value)
    assert json.loads(text.encode(), parse_constant=refuse) == value
    assert json.loads(to_json(value, indent=2)) == value
    assert harmless(text) == text

    text = to_json(value, ascii_only=True)
    assert text.isascii()
    assert json.loads(text) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (NAN, '"NaN"'),
        ([INFINITY, -INFINITY, 1.5], '["Infinity", "-Infinity", 1.5]'),
        ({"a": {"b": (NAN, None)}}, '{"a": {"b": ["NaN", null]}}'),
        ("漢\x1b\x9b\u202e\ud800", r'"漢\u001b\u009b\u202e\ud800"'),
        (2**63 - 1, "9223372036854775807"),
    ],
)
def test_json_is_valid_for_every_parser(value: Any, text: str) -> None:
    assert to_json(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        ("NULL", "NULL"),
        (True, "true"),
        (False, "false"),
        (-(2**63), "-9223372036854775808"),
        (0.1, "0.1"),
        (NAN, "NaN"),
        (-INFINITY, "-Infinity"),
        ("a\x1b\n", "a\x1b\n"),
        ([1, "a"], '[1, "a"]'),
    ],
)
def test_a_csv_cell_is_exact(value: Any, text: str) -> None:
    assert exact(value) == text
