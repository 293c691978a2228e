"""Exports of collections whose keys Milvus generates are inserted again; columns of the dynamic field have types."""

import json
from pathlib import Path

import pytest

from tests.support.typed import Typed, failed, on_lite, on_milvus

MAKE = (
    "create collection -c generated -f id:INT64 -f t:VARCHAR:20 -f v:FLOAT_VECTOR:2 -p id -a --index v:FLAT:L2",
    "load collection generated",
)
FORMATS = ("csv", "tsv", "jsonl", "json", "parquet", "arrow")


@pytest.fixture
def generated(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """A loaded collection `generated` of two rows, whose keys the server has made."""
    monkeypatch.chdir(tmp_path)
    typed.gone("generated")
    for line in (*MAKE, """insert row -c generated --row '[{"t": "a", "v": [1, 2]}, {"t": "b", "v": [1, 2]}]'"""):
        assert typed(line).code == 0
    return typed


def rows_in(generated: Typed) -> list[tuple[int, str]]:
    found = json.loads(generated("query -c generated -e 'id >= 0' --fields id,t -o json").out)
    return [(each["id"], each["t"]) for each in found]


@on_milvus
@pytest.mark.parametrize("kind", FORMATS)
def test_generated_keys_are_left_out_where_the_server_takes_none(generated: Typed, kind: str) -> None:
    before = rows_in(generated)
    assert generated(f"export generated out.{kind}").code == 0
    run = generated(f"insert file -c generated out.{kind}")
    assert (run.code, run.err) == (0, f"out.{kind}: column 'id' is left out: Milvus generates the keys of generated\n")
    assert len({key for key, _ in rows_in(generated)}) == 4
    assert [text for _, text in rows_in(generated)] == [text for _, text in before] * 2


@on_lite
@pytest.mark.parametrize("kind", FORMATS)
def test_generated_keys_are_kept_where_the_server_takes_them(generated: Typed, kind: str) -> None:
    before = rows_in(generated)
    assert generated(f"export generated out.{kind}").code == 0
    generated.gone("generated")
    assert [generated(line).code for line in MAKE] == [0, 0]
    assert generated(f"insert file -c generated out.{kind}").code == 0
    assert rows_in(generated) == before


@on_milvus
def test_a_server_that_refuses_a_generated_key_rejects_the_row(generated: Typed) -> None:
    run = generated("""insert row -c generated --row '{"id": 5, "t": "a", "v": [1, 2]}'""")
    assert run.code == 1
    assert "internal error" not in run.err


@pytest.fixture
def dynamic(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """A loaded collection `dynamic` without rows, and a file with columns that are no fields of it."""
    monkeypatch.chdir(tmp_path)
    typed.gone("dynamic")
    make = "create collection -c dynamic -f id:INT64 -f v:FLOAT_VECTOR:2 -p id --dynamic --index v:FLAT:L2"
    assert [typed(line).code for line in (make, "load collection dynamic")] == [0, 0]
    Path("d.csv").write_text('id,v,n,x,ok,j,s\n1,"[1, 2]",5,1.5,true,"{""a"": [1]}",007\n2,"[1, 2]",,,,,\n')
    return typed


def values_in(dynamic: Typed) -> list[dict[str, object]]:
    found = json.loads(dynamic("query -c dynamic -e 'id > 0' --fields '$meta' -o json").out)
    return [each["$meta"] for each in found]


def test_columns_of_the_dynamic_field_get_types(dynamic: Typed) -> None:
    types = "--types n=INT64 --types x=double --types ok=BOOL --types j=JSON --types s=VARCHAR"
    run = dynamic(f"insert file -c dynamic d.csv {types}")
    assert (run.code, run.err) == (0, "")
    assert values_in(dynamic) == [{"n": 5, "x": 1.5, "ok": True, "j": {"a": [1]}, "s": "007"}, {}]


def test_columns_of_the_dynamic_field_are_text_without_types_which_is_said(dynamic: Typed) -> None:
    run = dynamic("insert file -c dynamic d.csv --types n=INT64 --map j= --map x=")
    note = "d.csv: text in the dynamic field: 'ok', 's' (--types COLUMN=INT64 gives a type)\n"
    assert (run.code, run.err) == (0, note)
    assert values_in(dynamic) == [{"n": 5, "ok": "true", "s": "007"}, {}]


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ("d.csv --types y=INT64", "d.csv has no column 'y'", "columns: id, v, n, x, ok, j, s"),
        (
            "d.csv --types n=INT65",
            "--types: unknown type 'INT65' for the dynamic field: BOOL, INT64, DOUBLE, VARCHAR, JSON",
            "help insert file",
        ),
        ("d.jsonl --types n=INT64", "--types is for CSV and TSV files", "values of other files have types"),
    ],
)
def test_types_that_no_column_can_have(dynamic: Typed, words: str, message: str, hint: str) -> None:
    Path("d.jsonl").write_text('{"id": 1, "v": [1, 2]}\n')
    assert dynamic(f"insert file -c dynamic {words}") == failed(message, hint, 2)


def test_a_value_that_is_not_of_the_type_is_rejected(dynamic: Typed) -> None:
    run = dynamic("insert file -c dynamic d.csv --types ok=INT64 --map j= --map x= --map s= --map n=")
    assert (run.code, run.err.splitlines()[0]) == (5, "d.csv, line 2, column 'ok': invalid INT64 value 'true'")
