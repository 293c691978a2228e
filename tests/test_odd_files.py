"""Odd files of every kind give the right rows, or a failure, on Milvus Lite and on Milvus 2.3.5."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.cli import Run
from tests.support.recorder import run_here
from tests.support.typed import Typed


class Odd(NamedTuple):
    """A file, in which @1 stands for the key of its first row, and its right rows as title and price.

    `code` is the exit code of the insert, `said` a part of its messages.
    """

    name: str
    data: str | bytes
    rows: Sequence[tuple[str, float]] = (("a", 0.5), ("b", 2.0))
    options: str = ""
    code: int = 0
    said: str = ""


A = '{"id": @1, "title": "a", "price": 0.5, "vector": [1, 2]}'
B = '{"id": @2, "title": "b", "price": 2, "vector": [3, 4]}'
HEAD = "id,title,price,vector\n"
CSV = HEAD + '@1,a,0.5,"[1, 2]"\n@2,b,2,"[3, 4]"\n'
QUOTED = HEAD.replace(",", "\t") + '@1\t"a\t0.5\t[1, 2]\n@2\tb\t2\t[3, 4]\n'

FILES = (
    # Several values one after the other.
    Odd("objects.json", A + B),
    Odd("lists.json", f"[{A}]\r\n\r\n[{B}]"),
    Odd("list_and_object.json", f"[{A}] {B}"),
    # Rows inside of an object.
    Odd("null_first.json", f'{{"errors": null, "data": [{A}, {B}]}}'),
    Odd("object_first.json", f'{{"meta": {{"rows": 2}}, "data": [{A}, {B}]}}'),
    Odd("nothing.json", '{"data": [], "errors": []}', rows=()),
    # JSON Lines under another name.
    Odd("crlf.json", f"{A}\r\n{B}\r\n"),
    Odd("blank_lines.json", f"\n\n{A}\n\n{B}\n"),
    Odd("spread.json", f"{A}\n{B}".replace(", ", ",\n  ")),
    # What follows the rows.
    Odd("bracket.json", f"[{A}, {B}]]", rows=(), code=1, said="bracket.json"),
    Odd("word.json", f"[{A}, {B}] end", rows=(), code=1, said="word.json"),
    Odd("cut.json", f'[{A}, {B}, {{"id": ', rows=(), code=1, said="cut.json"),
    # Whole numbers that came as floats.
    Odd("float_ids.csv", CSV.replace("@1", "@1.0").replace("@2", "@2.000")),
    Odd("float_ids.jsonl", f"{A}\n{B}".replace("@1", "@1.0").replace("@2", "@2.0")),
    Odd("half_id.csv", CSV.replace("@2", "@2.5"), rows=[("a", 0.5)], code=5, said="half_id.csv, line 3"),
    # Vectors as NumPy prints them.
    Odd("printed.csv", CSV.replace("[1, 2]", "[1. 2.]").replace("[3, 4]", "[ 3.  4. ]")),
    Odd("printed_in_lines.csv", CSV.replace("[1, 2]", "[1.\n 2.]")),
    Odd("dots.csv", CSV.replace("[3, 4]", "[3. ... 4.]"), rows=[("a", 0.5)], code=5, said="NumPy cut its text short"),
    # Numbers that no vector and no DOUBLE holds.
    Odd("nan.jsonl", f"{A}\n{B}".replace("4]", "NaN]"), rows=[("a", 0.5)], code=5, said="nan.jsonl, line 2"),
    Odd("infinity.csv", CSV.replace("4]", "inf]"), rows=[("a", 0.5)], code=5, said="infinity.csv, line 3"),
    Odd("huge.jsonl", f"{A}\n{B}".replace('"price": 2', '"price": 1e400'), rows=[("a", 0.5)], code=5, said="line 2"),
    # Other delimiters, quotes and encodings.
    Odd("bars.csv", HEAD.replace(",", "|") + "@1|a|0.5|[1, 2]\n@2|b|2|[3, 4]\n", options="--delimiter '|'"),
    Odd("semicolons.csv", CSV.replace(",", ";"), rows=(), code=2, said="--delimiter ';'"),
    Odd("quotes.tsv", QUOTED, [('"a', 0.5), ("b", 2.0)], "--quote ''"),
    Odd("utf16.csv", CSV.encode("utf-16"), rows=(), code=1, said="it looks like UTF-16"),
    Odd("utf16be.csv", CSV.encode("utf-16-be"), options="--encoding utf-16-be"),
    Odd("gbk.csv", CSV.replace("a,", "汉,").encode("gbk"), [("汉", 0.5), ("b", 2.0)], "--encoding gbk"),
)


@pytest.fixture
def books(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """An empty collection; the current directory is empty too."""
    monkeypatch.chdir(tmp_path)
    typed.gone("odd_books")
    fields = "-f id:INT64 -f title:VARCHAR:20 -f price:DOUBLE -f vector:FLOAT_VECTOR:2 -p id --index vector:FLAT:L2"
    typed.all(f"create collection -c odd_books {fields}", "load collection odd_books")
    return typed


def given(odd: Odd, first: int) -> bytes:
    """Returns the content of a file whose first row has this key."""
    data = odd.data
    for number in (1, 2):
        mark, key = f"@{number}", str(first + number)
        if isinstance(data, str):
            data = data.replace(mark, key)
        else:
            for encoding in ("utf-16-le", "utf-16-be", "ascii"):
                data = data.replace(mark.encode(encoding), key.encode(encoding))
    return data.encode() if isinstance(data, str) else data


def test_odd_files_give_their_rows(books: Typed) -> None:
    runs: dict[str, Run] = {}
    for number, odd in enumerate(FILES):
        Path(odd.name).write_bytes(given(odd, number * 10))
        line = shlex.split(f"insert file -c odd_books {odd.name} {odd.options}")
        runs[odd.name] = run_here(line, books.cli.home, books.server.uri)
    assert {name: run.code for name, run in runs.items()} == {odd.name: odd.code for odd in FILES}
    assert [runs[odd.name].err for odd in FILES if odd.said not in runs[odd.name].err] == []

    found = {int(row["id"]): (row["title"], row["price"]) for row in books.json("query -c odd_books --limit 1000")}
    assert found == {number * 10 + key: row for number, odd in enumerate(FILES) for key, row in enumerate(odd.rows, 1)}
