"""Text files as spreadsheets and databases write them are inserted with options that say how they are written."""

import gzip
from pathlib import Path

import pytest

from tests.support.typed import Typed, failed

MAKE = (
    "create collection -c layouts -f id:INT64 -f title:VARCHAR:100 -f price:DOUBLE -f vector:FLOAT_VECTOR:2 -p id "
    "--nullable price --index vector:FLAT:L2"
)


@pytest.fixture
def empty_layouts(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """An empty collection `layouts` on each kind of server, and a current directory for files."""
    monkeypatch.chdir(tmp_path)
    typed.gone("layouts")
    typed.all(MAKE if "lite" in typed.server.__class__.__name__.lower() else MAKE.replace(" --nullable price", ""))
    return typed


def inserted(layouts: Typed, line: str) -> tuple[int, str, str]:
    """Returns the exit code, what standard output says before the name of the collection, and standard error."""
    run = layouts(f"insert file -c layouts {line}")
    return run.code, run.out.partition(" into")[0], run.err


def titles(layouts: Typed) -> str:
    layouts("load collection -c layouts")
    return layouts("query -c layouts -e 'id >= 0' --fields title -o csv").out


def test_a_spreadsheet_of_another_country(empty_layouts: Typed) -> None:
    Path("s.csv").write_bytes("sep=;\r\nid;title;price;vector\r\n1;Größe;1.5;[1, 2]\r\n".encode("cp1252"))
    assert inserted(empty_layouts, "s.csv --encoding cp1252") == (0, "Inserted 1 of 1 rows", "")
    assert titles(empty_layouts) == "title\nGröße\n"


def test_a_table_of_a_database_without_a_header(empty_layouts: Typed) -> None:
    Path("t.tsv").write_text('# copied\n1\t"x\t1.5\t[1, 2]\n2\ty"\t2.5\t[1, 2]\n')
    line = "t.tsv --skip 1 --quote '' --no-header --columns id,title,price,vector"
    assert inserted(empty_layouts, line) == (0, "Inserted 2 of 2 rows", "")
    assert titles(empty_layouts) == 'title\n"""x"\n"y"""\n'


def test_a_null_is_rejected_where_the_field_takes_none(empty_layouts: Typed) -> None:
    Path("n.csv").write_text('id,title,price,vector\n1,NA,1.5,"[1, 2]"\n2,b,1.5,"[1, 2]"\n')
    code, out, err = inserted(empty_layouts, "n.csv --null NA")
    assert (code, out, err.splitlines()[0]) == (5, "", "n.csv, line 2, column 'title': is missing")
    assert titles(empty_layouts) == "title\nb\n"


@pytest.mark.parametrize(
    ("cell", "hint"), [("N/A", "; null with --null N/A"), ("1.234,5", ": write decimals with a point")]
)
def test_a_value_in_another_notation_says_how(empty_layouts: Typed, cell: str, hint: str) -> None:
    Path("n.csv").write_text(f'id;title;price;vector\n1;a;{cell};"[1, 2]"\n')
    assert empty_layouts("insert file -c layouts n.csv --delimiter ';'").err.splitlines()[0] == (
        f"n.csv, line 2, column 'price': invalid DOUBLE value {cell!r}{hint}"
    )


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ("--no-header", "--no-header needs the names of the columns", "give --columns id,title,vector"),
        ("--delimiter ';;'", "--delimiter: expected one character, got ';;'", "help insert file"),
        ("--encoding utf-99", None, "help insert file"),
    ],
)
def test_options_that_say_nothing_clear(empty_layouts: Typed, options: str, message: str | None, hint: str) -> None:
    Path("n.csv").write_text("1,a\n")
    run = empty_layouts(f"insert file -c layouts n.csv {options}")
    assert run.code == 2
    assert message is None or run == failed(message, hint, 2)


def test_an_interrupted_insert_does_not_resume_in_another_layout(
    empty_layouts: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milvus_cli.files.row_stream.CHUNK_SIZE", 10)
    rows = "".join(f"{number};a;1.5;[1, 2]\n" for number in range(100))
    Path("n.csv.gz").write_bytes(gzip.compress(f"id;title;price;vector\n{rows}".encode())[:-8])
    assert inserted(empty_layouts, "n.csv.gz --delimiter ';' --checkpoint state")[0] == 1
    assert inserted(empty_layouts, "n.csv.gz --delimiter ';' --null a --checkpoint state --resume")[:2] == (2, "")
