"""Text files as spreadsheets and databases write them are inserted with options that say how they are written."""

import gzip
import json
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


COMMAS = ("1.234,5", "-2,5", "7", ",25", "1.000", "1,5E-3")


def prices(layouts: Typed) -> list[float]:
    layouts("load collection -c layouts")
    found = layouts.json("query -c layouts -e 'id >= 0' --fields id,price")
    return [row["price"] for row in sorted(found, key=lambda row: int(row["id"]))]


def test_numbers_with_decimal_commas(empty_layouts: Typed) -> None:
    rows = [f'{number};"1,5";{cell};[1, 2]\n' for number, cell in enumerate(COMMAS)]
    Path("c.csv").write_text(f"id;title;price;vector\n{''.join(rows)}")
    assert inserted(empty_layouts, "c.csv --delimiter ; --decimal ,") == (0, "Inserted 6 of 6 rows", "")
    assert prices(empty_layouts) == [1234.5, -2.5, 7, 0.25, 1000, 0.0015]
    assert set(titles(empty_layouts).splitlines()[1:]) == {'"1,5"'}

    written = "--delimiter ; --decimal , --filter 'id < 2'"
    empty_layouts.all(
        f"export collection -c layouts out.csv {written}", "delete entities -c layouts -e 'id >= 0' --yes"
    )
    assert Path("out.csv").read_text().splitlines()[1:] == ["0;1,5;1234,5;[1.0,2.0]", "1;1,5;-2,5;[1.0,2.0]"]
    assert inserted(empty_layouts, "out.csv --delimiter ; --decimal ,")[0] == 0
    assert prices(empty_layouts) == [1234.5, -2.5]


def test_numbers_that_have_no_decimal_comma_are_rejected_and_can_be_mended(empty_layouts: Typed) -> None:
    Path("c.csv").write_text("id;title;price;vector\n1;a;1.5;[1, 2]\n2;b;2,5\n1.000;c;3,5;[1, 2]\n")
    code, out, err = inserted(empty_layouts, "c.csv --delimiter ; --decimal , --rejects r.jsonl")
    assert (code, out) == (5, "")
    assert err.splitlines()[:2] == [
        "c.csv, line 2, column 'price': invalid DOUBLE value '1.5': with --decimal , points separate thousands",
        "c.csv, line 3: expected 4 cells, got 3",
    ]
    mended = Path("r.jsonl").read_text().replace('"1.5"', '"1,5"').replace('"2,5"]', '"2,5","[1, 2]"]')
    Path("r.jsonl").write_text(mended)
    assert inserted(empty_layouts, "r.jsonl") == (0, "Inserted 2 of 2 rows", "")
    assert prices(empty_layouts) == [1.5, 2.5, 3.5]


@pytest.mark.parametrize("cell", ["0.123", "-0.500", "1.234e3", "1.23", "5,", "1,5 €", "1 234,5", "3,,3"])
def test_what_is_no_number_with_a_decimal_comma_is_rejected_as_it_is(empty_layouts: Typed, cell: str) -> None:
    Path("c.csv").write_text(f"id;title;price;vector\n1;a;{cell};[1, 2]\n")
    points = ": with --decimal , points separate thousands" if "," not in cell else ""
    line = f"c.csv, line 2, column 'price': invalid DOUBLE value {cell!r}{points}"
    assert inserted(empty_layouts, "c.csv --delimiter ; --decimal ,")[2].splitlines()[0] == line


def test_an_error_quotes_a_number_with_a_decimal_comma_as_it_is(empty_layouts: Typed) -> None:
    Path("c.csv").write_text("id;title;price;vector\n1,5;a;1;[1, 2]\n2;b;0,5e999;[1, 2]\n")
    err = inserted(empty_layouts, "c.csv --delimiter ; --decimal ,")[2]
    assert "column 'id': invalid INT64 value '1,5'\n" in err
    assert "column 'price': invalid DOUBLE value '0,5e999'\n" in err


def test_numbers_in_paths_have_a_point(empty_layouts: Typed) -> None:
    Path("d/price=1.500").mkdir(parents=True)
    Path("d/price=1.500/a.csv").write_text("id;title;vector\n1;a;1 2\n2;b;1 2 3\n")
    assert inserted(empty_layouts, "d --delimiter ; --decimal , --rejects r.jsonl")[0] == 5
    Path("r.jsonl").write_text(Path("r.jsonl").read_text().replace("1 2 3", "1 2"))
    assert inserted(empty_layouts, "r.jsonl")[:2] == (0, "Inserted 1 of 1 rows")
    assert prices(empty_layouts) == [1.5, 1.5]


def test_columns_with_decimal_commas_are_inferred_as_numbers(empty_layouts: Typed) -> None:
    Path("c.csv").write_text("n;whole;half;text;day\n1;1.000;0,5;1.5;24.12.2023\n2;-3;1.000,25;1,5;1.1.2024\n")
    run = empty_layouts("show file c.csv --delimiter ; --decimal , -o json")
    assert {each["column"]: each["type"].partition(":")[0] for each in json.loads(run.out)["columns"]} == {
        "n": "INT64",
        "whole": "INT64",
        "half": "DOUBLE",
        "text": "VARCHAR",
        "day": "VARCHAR",
    }
    assert run.err.splitlines() == [
        "note: dates such as 24.12.2023 are read as text that doesn't sort by date: 'day'; 2023-12-24 does"
    ]


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
    ("cell", "hint"), [("N/A", "; null with --null N/A"), ("1.234,5", "; for decimal commas use --decimal ,")]
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
