"""Rows of JSON: the structure decides what a text means, it is read to its end, and invalid rows are reported."""

import io
import json
import sys
import time
from typing import Any

import pytest

from milvus_cli.errors import CliError
from milvus_cli.files.json_rows import RowKeys, read_json_rows
from milvus_cli.files.sources import InputFile, Source
from milvus_cli.text.beyond_json import Digits

KEYS = RowKeys(frozenset({"id", "title", "v"}), frozenset({"id", "v"}))
INNER = '"refs": [{"id": 77, "v": [9]}], '
DEEP = f'{{"id": 9, "v": [9], "j": {"[" * 5000}"]}}[{{"{"]" * 5000}}}'


def row(number: int, more: str = "") -> str:
    return f'{{{more}"id": {number}, "v": [1, 2]}}'


def read(text: str | bytes, kind: str = "json", keys: RowKeys = KEYS) -> tuple[dict[int, Any], dict[int, str]]:
    """Returns ids by position, and reasons of rejected rows by theirs."""
    stream = io.BytesIO(text.encode() if isinstance(text, str) else text)
    found: dict[int, Any] = {}
    bad: dict[int, str] = {}
    for chunk in read_json_rows(Source(InputFile(f"f.{kind}", kind), stream, stream, None, ""), keys).chunks:
        found |= dict(zip(chunk.lines, chunk.columns.get("id", ()), strict=False))
        bad |= {each.line: each.reason for each in chunk.bad}
    return found, bad


@pytest.fixture(params=["with orjson", "without"], autouse=True)
def json_library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without":
        monkeypatch.setitem(sys.modules, "orjson", None)


@pytest.mark.parametrize("kind", ["json", "jsonl"])
@pytest.mark.parametrize(
    ("text", "places"),
    [
        (f"[{row(1)}, {row(2)}]", [1, 2]),
        (f"[\n{row(1)}\n,\n{row(2)}\n]\n\n", [1, 2]),
        (f"{row(1)}\n{row(2)}\n", [1, 2]),
        (f"\ufeff{row(1)}\r\n\r\n{row(2)}", [1, 3]),
        (f"{row(1)}{row(2)}", [1, 2]),
        (f"{row(1)}\r{row(2)}\r", [1, 2]),
        (f"[{row(1)}]\n[{row(2)}]\n", [1, 2]),
        (f"[{row(1)}]\n[]\n{row(2)}\n", [1, 3]),
        ('{\n "id": 1,\n "v": [\n  1\n ]\n}\n{\n "id": 2,\n "v": [2]\n}\n', [1, 7]),
        (row(1) + '\n{\n"id": 2,\n"refs": [\n' + row(77) + '\n], "v": [1]}\n', [1, 2]),
        (row(1, INNER) + "\n" + row(2, INNER), [1, 2]),
        (f'{{"rows": [{row(1)}, {row(2)}], "rest": [], "n": 2, "meta": {{"a": [1]}}}}', [1, 2]),
        (f'{{"errors": [], "data": [{row(1)}, {row(2)}]}}', [1, 2]),
        (f'{{"meta": {{"a": [{row(77)}]}}, "items": [{row(1)}, {row(2)}]}}', [1, 2]),
        (f'{{"page": 1, "rows": [{row(1)}]}}\n{{"page": 2, "rows": [{row(2)}]}}\n', [1, 2]),
    ],
)
def test_every_way_of_writing_two_rows_gives_two_rows(text: str, places: list[int], kind: str) -> None:
    assert read(text, kind) == (dict(zip(places, [1, 2], strict=True)), {})


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        (f"{row(1)}\n\n[]\n7\n", ["line 1", "line 4"]),
        (f"[{row(1)},\n7]", ["row 1", "row 2"]),
        (f'{{"rows": [\n{row(1)},\n7]}}', ["row 1", "row 2"]),
    ],
)
def test_rows_have_the_line_where_they_begin_and_in_a_list_their_number(text: str, positions: list[str]) -> None:
    stream = io.BytesIO(text.encode())
    (chunk,) = read_json_rows(Source(InputFile("f.json", "json"), stream, stream, None, ""), KEYS).chunks
    (bad,) = chunk.bad
    assert [f"{chunk.unit} {chunk.lines[0]}", f"{bad.unit} {bad.line}"] == positions


@pytest.mark.parametrize(
    "text", [row(1), row(1, INNER), row(1, '"data": [{"id": 77, "v": [9]}], '), f'{{"data": [{row(1)}]}}']
)
def test_a_single_object_is_one_row_unless_it_only_holds_rows(text: str) -> None:
    assert read(text) == ({1: 1}, {})


def test_a_list_that_is_the_value_of_a_column_is_not_a_list_of_rows() -> None:
    keys = RowKeys(frozenset({"id", "data"}))
    assert read('{"id": 1, "data": [{"id": 77}]}', keys=keys) == ({1: 1}, {})
    assert read('{"data": [{"id": 77}]}', keys=keys) == ({}, {})


@pytest.mark.parametrize(
    ("text", "message", "code"),
    [
        ("", "f.json is empty", 1),
        (" \n", "f.json is empty", 1),
        (f"[{row(1)}] trailing garbage", "f.json, line 1: not JSON: expected a value, got 'trailing garbage'", 1),
        (f"[{row(1)},]", "f.json, value 2 of the list in line 1: not JSON: expected a value, got ']'", 1),
        (f"[{row(1)}", "f.json, value 2 of the list in line 1: not JSON: expected ']', got the end of the file", 1),
        (f'{{"rows": [{row(1)}]}}]', "f.json, line 1: not JSON: expected a value, got ']'", 1),
        (
            '{"errors": [{"no": 1}], "data": [{"id": 1}]}',
            "f.json: cannot tell which list holds the rows: 'errors' or 'data'",
            2,
        ),
    ],
)
def test_broken_and_ambiguous_files_are_refused_in_one_sentence(text: str, message: str, code: int) -> None:
    with pytest.raises(CliError) as caught:
        read(text)
    assert (caught.value.message, caught.value.exit_code) == (message, code)


def test_an_object_larger_than_the_buffer_is_streamed_and_its_end_still_counts() -> None:
    rows = ",".join(row(number, f'"title": "{"é" * 50}", ') for number in range(30_000))
    assert len(rows) > 1 << 21
    found, bad = read(f'{{"n": 1, "data": [{rows}], "rest": [1]}}')
    assert (list(found.values()), bad) == (list(range(30_000)), {})
    with pytest.raises(CliError, match=r"^f.json: cannot tell which list holds the rows: 'data' or 'more'$"):
        read(f'{{"data": [{rows}], "more": [{row(1)}]}}')
    with pytest.raises(CliError, match=r"^f.json: cannot tell whether the object is a row or holds rows in 'refs'$"):
        read(f'{{"refs": [{rows}], "id": 1, "v": [1]}}')
    long = row(1, f'"title": "{"x" * (3 << 20)}", {INNER}')
    assert read(f"{long}\n{long}\n") == ({1: 1, 2: 1}, {})


def test_broken_lines_are_rejected_between_good_ones() -> None:
    broken = ["xx", '{"id": 2, "v": [1,', '{"id": 2, "title": "a', 'b"}', '{"id": 2,, }', "7", '{"id": "\\x"}']
    text = "\n".join([row(1), *broken, row(9)])
    found, bad = read(text, "jsonl")
    assert (found, list(bad)) == ({1: 1, 9: 9}, [2, 3, 4, 5, 6, 7, 8])
    assert read(text, "json") == (found, bad)
    assert read("\n".join([*broken, row(9)]), "jsonl")[0] == {8: 9}


def test_a_broken_object_of_several_lines_gives_no_row_of_its_inside() -> None:
    with pytest.raises(CliError, match=r"^f.jsonl, line 1: not JSON: Expecting property name"):
        read('{\n "id": 1,\n "refs": [\n' + row(77) + '\n],,\n "v": [1]}\n', "jsonl")


@pytest.mark.parametrize("deep", [DEEP, "[" * 30_000 + "]" * 30_000, '{"a":' * 1200 + "1" + "}" * 1200])
def test_a_row_nested_too_deeply_is_rejected_and_the_rest_is_read(deep: str) -> None:
    told = {2: "nested too deeply"}
    assert read(f"{row(1)}\n{deep}\n{row(3)}\n") == ({1: 1, 3: 3}, told)
    assert read(f"[{row(1)},{deep},{row(3)}]") == ({1: 1, 3: 3}, told)
    assert read(f"{deep if deep[0] == '{' else DEEP}\n{row(3)}\n") == ({2: 3}, {1: "nested too deeply"})


@pytest.mark.parametrize("deep", ["[" * (1 << 20), "[" * 2_000 + "[]," * (1 << 19), '{"a":' * (1 << 18)])
def test_the_end_of_a_value_nested_without_end_is_not_looked_for(deep: str) -> None:
    started = time.process_time()
    with pytest.raises(CliError) as caught:
        read(f"[{row(1)},{deep}")
    assert caught.value.message == "f.json, value 2 of the list in line 1: nested too deeply, or without an end"
    assert read(f'{row(1)}\n{{"id": 2, "j": {deep}\n{row(3)}\n', "jsonl") == ({1: 1, 3: 3}, {2: "nested too deeply"})
    assert time.process_time() - started < 2


def test_numbers_and_texts_are_those_of_the_file() -> None:
    wide = "123456789012345678901234567890"
    assert read(f'[{{"id": {wide}, "v": [1]}}, {{"id": "é😀", "v": []}}]')[0] == {1: int(wide), 2: "é😀"}
    assert read('{"id": 1e400, "v": [1]}\n')[0] == {1: Digits("1e400")}
    found, bad = read(b'{"id": 1, "v": []}\n{"id": "\xff", "v": []}\n')
    assert (found, list(bad)) == ({1: 1}, [2])


def test_a_row_may_not_be_longer_than_a_message() -> None:
    long = '{"title": "' + "x" * (17 << 20) + '"}'
    assert read(f"{row(1)}\n{long}\n{row(3)}\n") == ({1: 1, 3: 3}, {2: "longer than 16 MiB"})
    with pytest.raises(CliError, match=r"^f.json, value 2 of the list in line 1: longer than 16 MiB, or without an"):
        read(f"[{row(1)},{long}]")


def test_utf_16_is_named() -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        with pytest.raises(CliError, match=r"^f.json: not UTF-8; it looks like UTF-16$"):
            read(json.dumps([{"id": 1}]).encode(encoding))
