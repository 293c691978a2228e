"""Files that are not what their names say: compressed, a page of HTML, in another encoding, or nothing at all."""

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from milvus_cli.errors import CliError, InvalidInput
from milvus_cli.rpc.wire.schema_pb2 import CollectionSchema, DataType, FieldSchema
from milvus_cli.rpc.writing import Target
from milvus_cli.transfer.intake import Intake
from milvus_cli.transfer.json_rows import read_json
from milvus_cli.transfer.readers import DELIMITERS, Table, read_separated
from milvus_cli.transfer.sources import Source, find_places, open_source
from tests.support.broken_web import BrokenWeb, answer

SCHEMA = CollectionSchema(name="x", fields=[
    FieldSchema(name="id", data_type=DataType.Int64, is_primary_key=True),
    FieldSchema(name="t", data_type=DataType.VarChar),
])  # fmt: skip
INTAKE = Intake(Target("x", "", SCHEMA, False), {})
TEXTS = {
    "csv": "id,t\n1,a\n",
    "tsv": "id\tt\n1\ta\n",
    "json": '[{"id": 1, "t": "a"}]',
    "jsonl": '{"id": 1, "t": "a"}\n',
}
CONVERT = "convert the file, for example: iconv -f LATIN1 -t UTF-8"


@pytest.fixture
def web() -> Iterator[BrokenWeb]:
    with BrokenWeb() as started:
        yield started


def table(source: Source) -> Table:
    kind = source.place.format
    return read_separated(source, DELIMITERS[kind]) if kind in DELIMITERS else read_json(source, INTAKE.keys)


def read(path: object, stdin: bytes = b"") -> tuple[list[int], list[str]]:
    """The keys of the rows of a place, and the reasons of what was rejected."""
    place = find_places([str(path)], "csv" if path == "-" else None)[0]
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


def test_a_compressed_answer_and_standard_input_are_read_and_a_scheme_has_any_case(web: BrokenWeb) -> None:
    packed = gzip.compress(TEXTS["csv"].encode())
    web.reply = answer(packed, headers=["Content-Encoding: gzip"])
    assert read(f"HTTP://{web.address}/rows.csv") == ([1], [])
    assert read("-", packed) == ([1], [])


@pytest.mark.parametrize("reply", [b"HTTP/1.1 204 No Content\r\n\r\n", answer(b"")])
@pytest.mark.parametrize("kind", TEXTS)
def test_an_answer_without_data_is_an_error(web: BrokenWeb, kind: str, reply: bytes) -> None:
    web.reply = reply
    url = f"http://{web.address}/rows.{kind}"
    with pytest.raises(CliError) as caught:
        read(url)
    assert caught.value.message == f"{url}: the server sent no data"


@pytest.mark.parametrize("page", [b"<!DOCTYPE html>\n<html></html>", b"\xef\xbb\xbf\n <HTML lang=en>Log in</HTML>"])
@pytest.mark.parametrize("kind", ["json", "jsonl", "csv"])
def test_html_is_told_as_such(web: BrokenWeb, tmp_path: Path, kind: str, page: bytes) -> None:
    web.reply = answer(page)
    path = tmp_path / f"rows.{kind}"
    path.write_bytes(page)
    url = f"http://{web.address}/rows.{kind}"
    for place, hint in [(str(path), ""), (url, "open it in a browser: it may be a login page")]:
        with pytest.raises(InvalidInput) as caught:
            read(place)
        assert (caught.value.message, caught.value.hint) == (f"{place}: this is HTML, not rows", hint)


def test_a_row_that_is_not_utf8_says_where_and_how_to_convert_it(tmp_path: Path) -> None:
    for kind in ("csv", "jsonl"):
        (tmp_path / f"rows.{kind}").write_bytes(TEXTS[kind].encode() + TEXTS[kind].splitlines()[-1]
                                                .replace("a", "caf\xe9").replace("1", "2").encode("latin-1"))  # fmt: skip
    assert read(tmp_path / "rows.csv") == ([1], [f"not UTF-8 at byte 4 (0xE9): {CONVERT}"])
    assert read(tmp_path / "rows.jsonl") == ([1], [f"not UTF-8 at byte 20 (0xE9): {CONVERT}"])


def test_a_header_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("id,pr\xe9\n1,2\n".encode("latin-1"))
    with pytest.raises(CliError) as caught:
        read(path)
    assert (caught.value.message, caught.value.hint) == (f"{path}, line 1: not UTF-8 at byte 6 (0xE9)", CONVERT)
