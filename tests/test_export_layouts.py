"""Exports are written as the programs that will read them expect: delimiter, quote, null, encoding and header."""

from pathlib import Path

import pytest

from tests.support.typed import Typed, failed, on_lite

ROWS = (
    '[{"id": 1, "t": "a;b", "p": 1.5, "v": [1, 2]}, {"id": 2, "t": "é", "p": null, "v": [1, 2]}, '
    '{"id": 3, "t": "", "p": null, "v": [1, 2]}]'
)


@pytest.fixture
def laid_out(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """A loaded collection `laid_out` with a null, an empty text, a semicolon and an accent."""
    monkeypatch.chdir(tmp_path)
    typed.gone("laid_out")
    typed.all(
        "create collection -c laid_out -f id:INT64 -f t:VARCHAR:10 -f p:DOUBLE -f v:FLOAT_VECTOR:2 -p id --nullable p "
        "--index v:FLAT:L2"
    )
    typed("load collection laid_out")
    assert typed(f"insert row -c laid_out --row '{ROWS}'").code == 0
    return typed


def exported(typed: Typed, options: str) -> bytes:
    assert typed(f"export laid_out out.csv --force {options}").code == 0
    return Path("out.csv").read_bytes()


@on_lite
@pytest.mark.parametrize(
    ("options", "text"),
    [
        ("", 'id,t,p,v\n1,a;b,1.5,"[1.0,2.0]"\n2,é,,"[1.0,2.0]"\n3,"",,"[1.0,2.0]"\n'),
        ("--delimiter ';'", 'id;t;p;v\n1;"a;b";1.5;[1.0,2.0]\n2;é;;[1.0,2.0]\n3;"";;[1.0,2.0]\n'),
        ('--quote "\'"', "id,t,p,v\n1,a;b,1.5,'[1.0,2.0]'\n2,é,,'[1.0,2.0]'\n3,'',,'[1.0,2.0]'\n"),
        ("--null NULL --fields p --no-header", "1.5\nNULL\nNULL\n"),
        ("--delimiter '\\t' --quote '' --null '\\N' --fields t,p", "t\tp\na;b\t1.5\né\t\\N\n\t\\N\n"),
    ],
)
def test_layouts_of_csv(laid_out: Typed, options: str, text: str) -> None:
    assert exported(laid_out, options).decode() == text


@on_lite
def test_encodings_and_marks(laid_out: Typed) -> None:
    text = 't\na;b\né\n""\n'
    fields = "--fields t"
    assert exported(laid_out, f"{fields} --bom") == b"\xef\xbb\xbf" + text.encode()
    assert exported(laid_out, f"{fields} --encoding latin-1") == text.encode("latin-1")
    assert exported(laid_out, f"{fields} --encoding utf-16") == b"\xff\xfe" + text.encode("utf-16-le")
    assert exported(laid_out, f"{fields} --encoding utf-16-be --bom") == b"\xfe\xff" + text.encode("utf-16-be")


@on_lite
@pytest.mark.parametrize(
    "options", ["--delimiter ';'", "--quote \"'\" --delimiter '|'", "--encoding utf-16", "--null NULL", "--bom"]
)
def test_what_is_exported_is_inserted_again_with_the_same_options(laid_out: Typed, options: str) -> None:
    before = exported(laid_out, options)
    assert laid_out(f"upsert file -c laid_out out.csv {options.replace('--bom', '')}").code == 0
    assert exported(laid_out, options) == before


@on_lite
@pytest.mark.parametrize(
    ("options", "message", "hint", "code"),
    [
        ("--null é", "t has the text 'é', which --null makes of nulls", "give another --null TEXT", 1),
        ("--encoding ascii", "'é' can't be written in ascii", "--encoding utf-8 can write every character", 1),
        (
            "--quote '' --fields v",
            "v has the value '[1.0,2.0]', which can't be told apart without quotes",
            "leave out --quote '', or give another --delimiter",
            1,
        ),
        (
            "--encoding latin-1 --bom",
            "--bom is for Unicode, and latin-1 has no byte order mark",
            "leave out --bom",
            2,
        ),
        ("--null a --null b", "--null is given twice", "give one of them", 2),
    ],
)
def test_what_would_not_be_the_same_again_is_refused(
    laid_out: Typed, options: str, message: str, hint: str, code: int
) -> None:
    assert laid_out(f"export laid_out out.csv {options}") == failed(message, hint, code)
    assert [each.name for each in Path().iterdir()] == []


@on_lite
def test_options_of_text_files_are_refused_for_others(laid_out: Typed) -> None:
    assert laid_out("export laid_out out.jsonl --delimiter ';'") == failed(
        "--delimiter is for CSV and TSV files, and out.jsonl is jsonl", code=2
    )
    assert laid_out("export laid_out out.parquet --bom") == failed(
        "--bom is for text files, and this is parquet", code=2
    )
