"""Separated values: stray quotes, endless lines, encodings and delimiters."""

import io
from collections.abc import Sequence

import pytest

from milvus_cli.errors import CliError
from milvus_cli.files.separated import read_separated
from milvus_cli.files.sources import InputFile, Source
from milvus_cli.files.text_layout import TextLayout


def read(text: str | bytes, delimiter: str = ",") -> tuple[dict[int, str], dict[int, str], Sequence[str]]:
    """Returns first cells by line, reasons by line, and notes."""
    stream = io.BytesIO(text.encode() if isinstance(text, str) else text)
    notes: list[str] = []
    source = Source(InputFile("f.csv", "csv"), stream, stream, None, "", note=notes.append)
    table = read_separated(source, TextLayout(delimiter=delimiter))
    found: dict[int, str] = {}
    bad: dict[int, str] = {}
    for chunk in table.chunks:
        found |= dict(zip(chunk.lines, chunk.columns["id"], strict=True))
        bad |= {each.line: each.reason for each in chunk.bad}
    return found, bad, notes


def test_a_quote_that_closes_in_another_row_is_noted() -> None:
    text = 'id\ttitle\tv\n1\t"hello\t[1]\n2\tb\t[2]\n3\tworld"\t[3]\n'
    note = "f.csv, lines 2 to 4 are one row: a quote opens in line 2 and closes in line 4"
    assert read(text, "\t") == ({2: "1"}, {}, [note])
    assert read('id,title,v\n1,"two\nlines",5\n2,"with, one\nof all",6\n') == ({2: "1", 4: "2"}, {}, [])


def test_empty_lines_count_as_lines_but_not_as_rows() -> None:
    text = "id,t\n1,a\n" + "\n" * 100 + "2,b\n" + "\r\n" * 64 + '3,"' + "\n" * 70 + '"\n' + "\n" * 40 + "4,d\n5\n"
    assert read(text) == ({2: "1", 103: "2", 168: "3", 279: "4"}, {280: "expected 2 cells, got 1"}, [])


def test_a_quote_that_never_closes_is_reported_with_the_lines_it_swallowed() -> None:
    reason = "a quote that opens in this row is not closed: lines 3 to 5 are not read"
    assert read('id,t\n1,a\n2,"b\n3,c\n4,d\n') == ({2: "1"}, {3: reason}, [])
    assert read('id,t\n1,a\n2,"b') == ({2: "1"}, {3: reason.replace("lines 3 to 5 are", "line 3 is")}, [])
    reason = "',' expected after '\"': a quote opens in this row, and closes in line 4"
    assert read('id,t\n1,a\n2,"b\n3,c"x\n4,d\n') == ({2: "1", 5: "4"}, {3: reason}, [])


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("id,t\n1,a\n2," + "x" * (17 << 20) + "\n", 3, "longer than 16 MiB"),
        ("x" * (17 << 20), 1, "longer than 16 MiB"),
        ('id,t\n1,"' + "xxxxxx\n" * (1 << 20), 2, "a row of more than 250,406 lines"),
    ],
    ids=["a line", "a header", "a quote"],
)
def test_a_row_without_an_end_ends_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(CliError) as caught:
        read(text)
    assert (caught.value.message, caught.value.hint) == (
        f"f.csv, line {line}: {reason}",
        "is a quote in it never closed?",
    )


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"), ("utf-32", "UTF-32")],
)
def test_other_encodings_are_named(encoding: str, name: str) -> None:
    with pytest.raises(CliError) as caught:
        read("id,title\n1,é\n".encode(encoding))
    assert (caught.value.message, caught.value.hint) == (
        f"f.csv: not UTF-8; it looks like {name}",
        f"--encoding {name.lower()}",
    )
