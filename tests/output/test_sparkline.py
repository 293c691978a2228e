"""Graphs of values over time."""

import pytest

from milvus_cli.output.sparkline import sparkline


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], ""),
        ([0, 0], "▁▁"),
        ([None, 5, None], " █ "),
        ([0, 1, 2, 4, 8], "▁▂▂▄█"),
        # A little is more than nothing.
        ([0, 0.001, 1000], "▁▂█"),
    ],
)
def test_a_line_of_values(values: list[float | None], expected: str) -> None:
    assert sparkline(values) == [expected]


def test_several_lines_are_a_higher_picture() -> None:
    assert sparkline([0, 8, 16, 24, None], lines=3) == ["   █ ", "  ██ ", "▁███ "]


def test_without_unicode_it_is_ascii() -> None:
    assert sparkline([0, 1, 2, None], unicode=False) == ["_-# "]
