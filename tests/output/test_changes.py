"""What watch marks as changed since the last run."""

import pytest

from milvus_cli.output.changes import marked
from milvus_cli.output.colors import PLAIN, Palette

MARKS = Palette({"changed": "reverse", "header": "bold", "border": "green"})


def shown(now: str, before: str) -> str:
    """The lines of NOW with what changed between [ and ]."""
    lines = marked(now.split("\n"), before.split("\n"), MARKS)
    return "\n".join(lines).replace("\x1b[7m", "[").replace("\x1b[0m", "]")


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("a  1\nb  2", "a  1\nb  2", "a  1\nb  2"),
        ("a  1\nb  2", "a  1\nb  3", "a  1\nb  [3]"),
        ("│ a │  9 │\n│ b │  2 │", "│ a │ 10 │\n│ b │  2 │", "│ a │ [10] │\n│ b │  2 │"),
        ("│ a │ 1 │", "│ a │ 1 │\n│ b │ 2 │", "│ a │ 1 │\n│ [b] │ [2] │"),
        ("│ b │ 2 │", "│ a │ 1 │\n│ b │ 3 │", "│ [a] │ [1] │\n│ b │ [3] │"),
        ("│ a │ 1 │\n│ b │ 2 │", "│ b │ 2 │", "│ b │ 2 │"),
        ("╭───╮\n│ a │", "╭─────╮\n│ a   │", "╭─────╮\n│ a   │"),
        ("one", "two", "[two]"),
        ("", "one  two", "[one]  [two]"),
        ("  id | 1", "  id | 2", "  id | [2]"),
        ("│ a │   │", "│ a │ x │", "│ a │ [x] │"),
        ("界  1", "界  2", "界  [2]"),
    ],
    ids=[
        "nothing",
        "a cell",
        "another width",
        "a row at the end",
        "a row before another",
        "a row is gone",
        "only a border",
        "a line",
        "the first output",
        "vertical",
        "an empty cell",
        "wide characters",
    ],
)
def test_changed_cells_are_marked(before: str, now: str, expected: str) -> None:
    assert shown(now, before) == expected


def test_colors_of_the_output_stay_around_a_mark() -> None:
    now = "\x1b[32m│ \x1b[0ma\x1b[32m │ \x1b[0m\x1b[1mnew\x1b[0m\x1b[32m │\x1b[0m"
    [line] = marked([now], [now.replace("new", "old")], MARKS)
    assert line == now.replace("new", "\x1b[0m\x1b[7mnew\x1b[0m\x1b[1m")


def test_without_colors_nothing_is_marked() -> None:
    assert marked(["a  2"], ["a  1"], PLAIN) == ["a  2"]
