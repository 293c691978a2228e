"""An object with a repeated key is rejected, because a parser would silently drop one of its values."""

import io
import json
import sys
from typing import Any

import pytest

from milvus_cli.errors import InvalidInput
from milvus_cli.files.json_rows import RowKeys, read_json_rows
from milvus_cli.files.sources import InputFile, Source
from milvus_cli.text.json import parse_json
from milvus_cli.text.repeated_keys import RepeatedKey, refuse_repeated_keys

KEYS = RowKeys(frozenset({"id", "v"}), frozenset({"id", "v"}))
GOOD = '{"id": 1, "v": [1]}'
TWICE = '{"id": 2, "id": 3, "v": [1]}'
REASON = "repeated key 'id'"


@pytest.fixture(params=["with orjson", "without"], autouse=True)
def json_library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without":
        monkeypatch.setitem(sys.modules, "orjson", None)


def read(text: str, kind: str) -> tuple[dict[int, Any], dict[int, tuple[str, Any]]]:
    """Returns ids by position, and reasons and texts of rejected rows by theirs."""
    stream = io.BytesIO(text.encode())
    good: dict[int, Any] = {}
    bad: dict[int, tuple[str, Any]] = {}
    for chunk in read_json_rows(Source(InputFile(f"f.{kind}", kind), stream, stream, None, ""), KEYS).chunks:
        good |= dict(zip(chunk.lines, chunk.columns.get("id", ()), strict=False))
        bad |= {each.line: (each.reason, each.row) for each in chunk.bad}
    return good, bad


@pytest.mark.parametrize("kind", ["json", "jsonl"])
@pytest.mark.parametrize(
    "text",
    [
        f"{GOOD}\n{TWICE}\n\n{GOOD}\n",
        f"{GOOD}\n{TWICE}\n\n{GOOD}",
        f"{TWICE}\n{GOOD}".replace(TWICE, f"{GOOD}\n{TWICE}\n"),
    ],
)
def test_the_row_of_a_line_is_rejected_with_its_line(kind: str, text: str) -> None:
    assert read(text, kind) == ({1: 1, 4: 1}, {2: (REASON, TWICE)})


@pytest.mark.parametrize("kind", ["json", "jsonl"])
@pytest.mark.parametrize(
    "text",
    [
        f"[{GOOD}, {TWICE}, {GOOD}]",
        f"[{GOOD},\n{TWICE},\n{GOOD}]",
        f'{{"rows": [{GOOD}, {TWICE}, {GOOD}]}}',
        f'\n{{"n": 3, "rows":\n [{GOOD}, {TWICE}, {GOOD}]}}',
        f'{{"pages": {{"a": 1, "a": 2}}, "rows": [{GOOD}, {TWICE}, {GOOD}]}}',
    ],
)
def test_a_row_in_a_list_is_rejected_alone(kind: str, text: str) -> None:
    assert read(text, kind) == ({1: 1, 3: 1}, {2: (REASON, TWICE)})


def test_an_object_on_many_lines_and_a_large_one_are_rejected() -> None:
    large = f'{{"id": 1, "t": "{"x" * (3 << 20)}", "v": [1], "id": 2}}'
    many = TWICE.replace(", ", ",\n")
    assert read(f"{many}\n{large}", "json") == ({}, {1: (REASON, many), 4: (REASON, "")})


REPEATED = [
    ('{"a":1,"a":2}', "a"),
    ('{"a" : 1, "\\u0061"\n: 2, "t": "x:y"}', "a"),
    ('{"a\\\\":1,"a\\\\":2,"z":"\\":"}', "a\\"),
    ('{"m":[1,{"b":1,"b":2}]}', "b"),
    ('[[{"m":{"c":{},"c":"::"}}]]', "c"),
    ('{"é":1,"é":2}', "é"),
]


@pytest.mark.parametrize(("text", "key"), REPEATED)
def test_a_key_is_found_however_it_is_written(text: str, key: str) -> None:
    for each in (text, text.encode()):
        with pytest.raises(RepeatedKey) as caught:
            refuse_repeated_keys(each, json.loads(text))
        assert str(caught.value) == f"repeated key {key!r}"


@pytest.mark.parametrize(
    "text",
    [
        '{"a":"x\\":\\":","b":": \\":"}',
        '{"a":":","b":[{"a":1},{"a":2}],"c":[1,{"x":1}]}',
        '"a:"',
        '[1,":"]',
        '{"A":1,"a":2}',
    ],
)
def test_colons_in_texts_do_not_make_keys(text: str) -> None:
    for each in (text, text.encode()):
        refuse_repeated_keys(each, json.loads(text))


def test_a_typed_object_with_a_repeated_key_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_json(TWICE, "the row", "write it as …")
    assert (caught.value.message, caught.value.hint) == (f"the row: {REASON}", "remove the duplicates")
