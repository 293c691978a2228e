"""Files that are not what their names say: compressed, HTML, in another encoding, or empty."""

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from milvus_cli.client.wire.schema_pb2 import CollectionSchema, DataType, FieldSchema
from milvus_cli.errors import CliError, InvalidInput
from milvus_cli.files.json_rows import read_json_rows
from milvus_cli.files.row_stream import RowStream
from milvus_cli.files.separated import read_separated
from milvus_cli.files.sources import Source, find_files, open_source
from milvus_cli.files.text_layout import SEPARATED
from milvus_cli.rows.write_target import WriteTarget
from milvus_cli.transfer.intake import RowEncoder
from tests.support.broken_web import BrokenWeb, answer

SCHEMA = CollectionSchema(
    name="x",
    fields=[
        FieldSchema(name="id", data_type=DataType.Int64, is_primary_key=True),
        FieldSchema(name="t", data_type=DataType.VarChar),
    ],
)
INTAKE = RowEncoder(WriteTarget("x", "", SCHEMA, False), {})
TEXTS = {
    "csv": "id,t\n1,a\n",
    "tsv": "id\tt\n1\ta\n",
    "json": '[{"id": 1, "t": "a"}]',
    "jsonl": '{"id": 1, "t": "a"}\n',
}
ROW = TEXTS["jsonl"].strip()
LATIN = "it looks like Windows-1252: --encoding cp1252"


@pytest.fixture
def broken_web() -> Iterator[BrokenWeb]:
    with BrokenWeb() as started:
        yield started


def table(source: Source) -> RowStream:
    kind = source.file.format
    return read_separated(source) if kind in SEPARATED else read_json_rows(source, INTAKE.keys)


def read(path: object, stdin: bytes = b"") -> tuple[list[int], list[str]]:
    """Returns the keys of the rows of a place, and the reasons of rejected rows."""
    place = find_files([str(path)], "csv" if path == "-" else None)[0]
    with open_source(place, io.BufferedReader(io.BytesIO(stdin))) as source:
        batches = list(INTAKE.batches(table(source)))
    return [key for each in batches for key in each.keys], [bad.reason for each in batches for bad in each.bad]


def pack(data: bytes, method: str) -> bytes:
    import zstandard

    return gzip.compress(data) if method == "gzip" else zstandard.compress(data)


@pytest.mark.parametrize("method", ["gzip", "zstd"])
@pytest.mark.parametrize("kind", TEXTS)
def test_compressed_data_under_a_plain_name_is_read(tmp_path: Path, kind: str, method: str) -> None:
    path = tmp_path / f"rows.{kind}"
    path.write_bytes(pack(TEXTS[kind].encode(), method))
    assert read(path) == ([1], [])


def test_a_compressed_answer_and_standard_input_are_read_and_a_scheme_has_any_case(broken_web: BrokenWeb) -> None:
    packed = gzip.compress(TEXTS["csv"].encode())
    broken_web.reply = answer(packed, headers=["Content-Encoding: gzip"])
    assert read(f"HTTP://{broken_web.address}/rows.csv") == ([1], [])
    assert read("-", packed) == ([1], [])


@pytest.mark.parametrize("reply", [b"HTTP/1.1 204 No Content\r\n\r\n", answer(b"")])
@pytest.mark.parametrize("kind", TEXTS)
def test_an_answer_without_data_is_an_error(broken_web: BrokenWeb, kind: str, reply: bytes) -> None:
    broken_web.reply = reply
    url = f"http://{broken_web.address}/rows.{kind}"
    with pytest.raises(CliError) as caught:
        read(url)
    assert caught.value.message == f"{url}: the server sent no data"


@pytest.mark.parametrize("page", [b"<!DOCTYPE html>\n<html></html>", b"\xef\xbb\xbf\n <HTML lang=en>Log in</HTML>"])
@pytest.mark.parametrize("kind", ["json", "jsonl", "csv"])
def test_html_is_recognized(broken_web: BrokenWeb, tmp_path: Path, kind: str, page: bytes) -> None:
    broken_web.reply = answer(page)
    path = tmp_path / f"rows.{kind}"
    path.write_bytes(page)
    url = f"http://{broken_web.address}/rows.{kind}"
    for place, hint in [(str(path), ""), (url, "open it in a browser: it may be a login page")]:
        with pytest.raises(InvalidInput) as caught:
            read(place)
        assert (caught.value.message, caught.value.hint) == (f"{place}: this is HTML, not rows", hint)


def test_a_row_that_is_not_utf8_says_where_and_which_encoding_it_looks_like(tmp_path: Path) -> None:
    for kind in ("csv", "jsonl"):
        second = TEXTS[kind].splitlines()[-1].replace("a", "caf\xe9").replace("1", "2")
        (tmp_path / f"rows.{kind}").write_bytes(TEXTS[kind].encode() + second.encode("latin-1"))
    assert read(tmp_path / "rows.csv") == ([1], [f"not UTF-8 at byte 4 (0xE9); {LATIN}"])
    assert read(tmp_path / "rows.jsonl") == ([1], [f"not UTF-8 at byte 20 (0xE9); {LATIN}"])


def test_a_header_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("id,pr\xe9\n1,2\n".encode("latin-1"))
    with pytest.raises(CliError) as caught:
        read(path)
    assert (caught.value.message, caught.value.hint) == (
        f"{path}, line 1: not UTF-8 at byte 6 (0xE9); {LATIN}",
        "",
    )


def test_commas_at_the_ends_of_lines_do_not_make_rows(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    second = ROW.replace("1", "2").replace('"a"', '"a: b"')
    path.write_text(f"{ROW},\r\n{second},\n{ROW.replace('1', '3')}, x\n{ROW.replace('1', '4')},\n")
    with open_source(find_files([str(path)], None)[0]) as source:
        chunks = list(table(source).chunks)
    assert [(list(each.lines), each.columns["id"]) for each in chunks] == [([1, 2, 3, 5], [1, 2, 3, 4])]
    assert [(each.line, each.reason) for each in chunks[0].bad] == [(4, "not JSON: expected a value, got ', x'")]


CLICKHOUSE = '{"meta": [{"name": "id", "type": "Int64"}], "data": [%s], "rows": 1}'
IS_CLICKHOUSE = "this is ClickHouse's JSON format, not a list of rows", "export with FORMAT JSONEachRow"
IS_SPLIT = "this lists columns and data apart, as pandas' orient='split' does", "write it with orient='records'"
OF_COLUMNS = "this is an object of columns, as pandas' to_json writes by default", "write it with orient='records'"
FILL = " " * (3 << 20)


@pytest.mark.parametrize("fill", ["", FILL], ids=["near", "far"])
@pytest.mark.parametrize("kind", ["json", "jsonl"])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (CLICKHOUSE % ROW, IS_CLICKHOUSE),
        (CLICKHOUSE % '[1, "a"]', IS_CLICKHOUSE),
        ('{"key": {"0": 7, "1": 8}, "name": {"0": "a", "1": null}}', OF_COLUMNS),
        ('{"columns": ["id", "t"], "index": [0], "data": [[1, "a"]]}', IS_SPLIT),
        (
            f'{{"data": {{"rows": [{ROW}]}}}}',
            ("the rows are in data.rows, which is too deep", "take them out: jq -c '.data.rows[]'"),
        ),
    ],
)
def test_formats_of_other_programs_are_recognized_by_name(
    tmp_path: Path, kind: str, fill: str, text: str, told: tuple[str, str]
) -> None:
    path = tmp_path / f"rows.{kind}"
    path.write_text(f"{text[:-1]}{fill}}}")
    with pytest.raises(InvalidInput) as caught:
        read(path)
    assert (caught.value.message, caught.value.hint) == (f"{path}: {told[0]}", told[1])


def test_columns_may_have_the_names_of_parts_of_those_formats(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": 1, "t": "a", "meta": [{"name": "x", "type": "y"}], "data": [[1]], "columns": ["z"]}\n')
    with open_source(find_files([str(path)], None)[0]) as source:
        assert [(list(each.lines), list(each.bad)) for each in table(source).chunks] == [([1], [])]


def test_the_rows_before_one_that_is_too_long_are_given(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with path.open("w") as file:
        file.write("id,t\n1,a\n2,b\n3,")
        for _ in range(17):
            file.write("x" * (1 << 20))
    keys: list[int] = []
    with open_source(find_files([str(path)], None)[0]) as source:
        batches = INTAKE.batches(table(source))
        keys += next(batches).keys
        with pytest.raises(CliError) as caught:
            next(batches)
    assert keys == [1, 2]
    assert caught.value.message == f"{path}, line 4: longer than 16 MiB"
