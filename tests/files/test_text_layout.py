"""Text files with other delimiters, quotes, encodings and headers than RFC 4180 has."""

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from milvus_cli.errors import CliError, InvalidInput
from milvus_cli.files.row_stream import EMPTY, NULL, RowStream
from milvus_cli.files.separated import other_mark
from milvus_cli.files.sources import InputFile, Source
from milvus_cli.files.tables import WantedColumns, open_table
from milvus_cli.files.text_layout import TextLayout

Rows = Sequence[tuple[int, tuple[Any, ...]]]


def read(data: str | bytes, kind: str = "csv", **layout: Any) -> tuple[Sequence[str], Rows]:
    """Returns the names of the columns, and the cells of each row with its line."""
    stream = io.BytesIO(data.encode() if isinstance(data, str) else data)
    table = open_table(
        [Source(InputFile(f"f.{kind}", kind), stream, stream, None, "")], WantedColumns(), TextLayout(**layout)
    )
    rows: list[tuple[int, tuple[Any, ...]]] = []
    for chunk in table.chunks:
        rows += zip(chunk.lines, zip(*chunk.columns.values(), strict=True), strict=True)
        assert chunk.bad == []
    return table.columns or (), rows


def test_a_delimiter_of_ones_own() -> None:
    assert read("id;t\n1;a,b\n", delimiter=";") == (["id", "t"], [(2, ("1", "a,b"))])
    assert read('id|t\n1|"a|b"\n', delimiter="|") == (["id", "t"], [(2, ("1", "a|b"))])
    assert read("id,t\n1,a\n", "tsv", delimiter=",") == (["id", "t"], [(2, ("1", "a"))])


def test_another_quote_or_none() -> None:
    assert read("id,t\n1,'a,''b'\n", quote="'") == (["id", "t"], [(2, ("1", "a,'b"))])
    assert read('id\tt\n1\t"hello\n2\tworld"\n', "tsv", quote="") == (
        ["id", "t"],
        [(2, ("1", '"hello')), (3, ("2", 'world"'))],
    )


def test_empty_cells_in_other_quotes_are_empty_texts() -> None:
    _, [(_, (quoted, empty))] = read("a,b\n'',\n", quote="'")
    assert (quoted, empty, quoted is EMPTY, empty is EMPTY) == ("", "", True, False)


def test_texts_that_mean_null() -> None:
    _, rows = read("a,b,c\nNA,\\N,NAN\n", nulls=("NA", "\\N"))
    assert rows == [(2, (NULL, NULL, "NAN"))]
    assert rows[0][1][0] is NULL


def test_lines_before_the_header_are_left_out_and_lines_keep_their_numbers() -> None:
    assert read("# made by x\n# 2026\nid,t\n1,a\n", skip=2) == (["id", "t"], [(4, ("1", "a"))])
    assert read("# one\r\nid,t\r\n1,a\r\n", skip=1) == (["id", "t"], [(3, ("1", "a"))])


def test_names_in_place_of_a_header() -> None:
    assert read("1,a\n2,b\n", no_header=True, columns=("id", "t")) == (["id", "t"], [(1, ("1", "a")), (2, ("2", "b"))])
    assert read("1,a\n", no_header=True) == (["column1", "column2"], [(1, ("1", "a"))])
    assert read("X,Y\n1,a\n", columns=("id", "t")) == (["id", "t"], [(2, ("1", "a"))])


def test_names_for_more_columns_than_there_are() -> None:
    with pytest.raises(CliError, match=r"f\.csv has 2 columns, and --columns names 3"):
        read("X,Y\n1,a\n", columns=("id", "t", "v"))


@pytest.mark.parametrize("delimiter", [None, ";"])
@pytest.mark.parametrize("line", ["sep=;\n", "SEP=;\r\n", "\ufeffsep=;\n", '"sep=;"\r\n', '\ufeff"Sep=;"\n'])
def test_the_line_of_excel_names_the_delimiter(line: str, delimiter: str | None) -> None:
    assert read(f"{line}id;t\n1;a\n", delimiter=delimiter) == (["id", "t"], [(3, ("1", "a"))])


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"'])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252"])
def test_the_line_of_excel_in_other_encodings(line: str, encoding: str) -> None:
    assert read(f"{line}\r\nid;t\r\n1;a\r\n".encode(encoding), encoding=encoding)[0] == ["id", "t"]


def test_a_delimiter_that_was_given_is_not_suggested_again() -> None:
    table = RowStream(iter(()), ["a;b"], text=True, delimiter=";")
    assert (other_mark(table), other_mark(replace(table, delimiter=","))) == ("", ";")


def test_blanks_around_names_do_not_count() -> None:
    assert read("id , t\n1,a\n") == (["id", "t"], [(2, ("1", "a"))])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1", "cp1252", "utf-8", "utf-8-sig"])
def test_encodings(encoding: str) -> None:
    assert read("id,t\r\n1,é\r\n".encode(encoding), encoding=encoding) == (["id", "t"], [(2, ("1", "é"))])


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "big5", "shift_jis", "euc_kr"])
def test_encodings_of_two_bytes(encoding: str) -> None:
    text = "한국" if encoding == "euc_kr" else "中文"
    assert read(f"id,t\n1,{text}\n".encode(encoding), encoding=encoding) == (["id", "t"], [(2, ("1", text))])


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_json_in_another_encoding(kind: str) -> None:
    assert read('{"id": 1, "t": "é"}\n'.encode("utf-16"), kind, encoding="utf-16") == (
        (),
        [(1, (1, "é"))],
    )


def test_bytes_that_are_not_of_the_encoding_at_all() -> None:
    with pytest.raises(CliError) as caught:
        read(b"\x00\xd8\x41\x00i\x00d\x00\n\x00", encoding="utf-16-le")
    assert (caught.value.message.partition(":")[0], caught.value.hint) == ("f.csv", "try another --encoding")


@pytest.mark.parametrize(
    ("layout", "kind", "message"),
    [
        ({"delimiter": ";"}, "json", "--delimiter is for CSV and TSV files, and f.json is json"),
        ({"nulls": ("NA",)}, "jsonl", "--null is for CSV and TSV files, and f.jsonl is jsonl"),
        ({"encoding": "gbk"}, "parquet", "--encoding is for text files, and f.parquet is parquet"),
        ({"no_header": True}, "npy", "--no-header is for CSV and TSV files, and f.npy is npy"),
    ],
)
def test_options_without_a_meaning_are_refused(layout: dict[str, Any], kind: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        TextLayout(**layout).require_use([InputFile(f"f.{kind}", kind), InputFile("f.csv", "csv")])
    assert caught.value.message == message
