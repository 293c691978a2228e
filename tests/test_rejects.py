"""A rejects file of each format can be mended, and `insert file` takes it back."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.parquet
import pytest

from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.typed import Typed, failed

FIELDS = "-f id:INT64 -f t:VARCHAR:5 -f n:INT32 -f j:JSON -f v:FLOAT_VECTOR:2 -p id --nullable t --nullable n"


@pytest.fixture
def empty_rj(cli: Cli, lite: LiteServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """With an empty, loaded collection `rj` on Milvus Lite; the current directory is empty."""
    monkeypatch.chdir(tmp_path)
    typed = Typed(cli, lite)
    typed.gone("rj")
    typed.all(f"create collection -c rj {FIELDS} --dynamic --index v:FLAT:L2", "load collection -c rj")
    return typed


def rejects() -> list[dict[str, Any]]:
    """Lines of the rejects file; every line is JSON, without NaN."""
    lines = Path("r.jsonl").read_text().splitlines()
    return [json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON")) for line in lines]


def mend(change: Callable[[dict[str, Any]], None]) -> None:
    """Changes each line of the file."""
    found = rejects()
    for line in found:
        change(line)
    Path("r.jsonl").write_text("".join(json.dumps(line) + "\n" for line in found))


def taken_back(books: Typed, *, rows: int = 1) -> None:
    run = books("insert file -c rj r.jsonl")
    notes = ("", "note: 1 row of 'rj' replaced another row with its key: Milvus Lite keeps one row for each key\n")
    assert (run.code, run.out.partition(" rows")[0], run.err in notes) == (0, f"Inserted {rows} of {rows}", True), run


def insert(books: Typed, line: str) -> None:
    """Inserts rows that are all rejected, and rejected again until they are mended."""
    assert books(f"insert file -c rj {line} --rejects r.jsonl").code == 5
    before = rejects()
    assert books("insert file -c rj r.jsonl --rejects again.jsonl").code == 5
    again = [json.loads(line) for line in Path("again.jsonl").read_text().splitlines()]
    assert [(each["column"], each["row"]) for each in again] == [(each["column"], each["row"]) for each in before]


def id_is(key: int) -> Callable[[dict[str, Any]], None]:
    return lambda line: line["row"].update(id=key)


@pytest.mark.parametrize(("kind", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_cells_go_back_in_as_the_same_values(empty_rj: Typed, kind: str, delimiter: str) -> None:
    rows = [
        ["name", "id", "n", "t", "j", "v", "extra", "empty", "left"],
        ["x", "x", "", '""', '"{""a"": [1, ""b""]}"', '"[0.1, 0.2]"', "007", "", "out"],
        ["y", "y", "10.0", "", "{}", "0.1 0.2", '""', "true", "out"],
    ]
    Path(f"b.{kind}").write_text("".join(delimiter.join(row) + "\n" for row in rows))
    insert(empty_rj, f"b.{kind} --map extra=more --map left= --map name=label")
    assert rejects()[0] == {
        "file": f"b.{kind}",
        "line": 2,
        "column": "id",
        "reason": "invalid INT64 value 'x'",
        "delimiter": delimiter,
        "row": {
            "label": "x",
            "id": "x",
            "n": None,
            "t": "",
            "j": '{"a": [1, "b"]}',
            "v": "[0.1, 0.2]",
            "more": "007",
            "empty": None,
        },
    }
    # A number in place of a cell's text works as well.
    mend(lambda line: line["row"].update(id=1 if line["row"]["id"] == "x" else "2"))
    taken_back(empty_rj, rows=2)
    assert empty_rj.json("query -c rj") == [
        {
            "id": 1,
            "t": "",
            "n": None,
            "j": {"a": [1, "b"]},
            "v": [0.1, 0.2],
            "label": "x",
            "more": "007",
            "empty": None,
        },
        {"id": 2, "t": None, "n": 10, "j": {}, "v": [0.1, 0.2], "label": "y", "more": None, "empty": "true"},
    ]


def test_broken_lines_of_a_csv_keep_their_columns(empty_rj: Typed) -> None:
    Path("b.csv").write_text('id,t,out,j,v\n1,a\n2,"b"c,,{},1 2\n3,"",,{},1,2\n')
    insert(empty_rj, "b.csv --map out=")
    columns = ["id", "t", "", "j", "v"]
    assert [(each["columns"], each["row"]) for each in rejects()] == [
        (columns, ["1", "a"]),
        (columns, '2,"b"c,,{},1 2'),
        (columns, ["3", "", None, "{}", "1", "2"]),
    ]
    mended = {2: ["1", "a", None, "{}", [1, 2]], 3: '2,"",,{},1 2', 4: ["3", "", None, "{}", "1,2"]}
    mend(lambda line: line.update(row=mended[line["line"]]))
    taken_back(empty_rj, rows=3)
    assert [tuple(row.values()) for row in empty_rj.json("query -c rj --fields id,t,v")] == [
        (1, "a", [1, 2]),
        (2, "", [1, 2]),
        (3, "", [1, 2]),
    ]


def test_cells_of_the_dynamic_field_keep_their_types(empty_rj: Typed) -> None:
    Path("a.csv").write_text('id,v,j,x,y\n1,"[1]",{},2.5,7\n2,"[1, 2]",{},3.5\n')
    assert empty_rj("insert file -c rj a.csv --types x=DOUBLE --types y=INT64 --rejects r.jsonl").code == 5
    assert [each["types"] for each in rejects()] == [{"x": "DOUBLE", "y": "INT64"}] * 2

    mended = Path("r.jsonl").read_text().replace("[1]", "[1, 2]").replace('"3.5"]', '"3.5", "8"]')
    Path("r.jsonl").write_text(mended)
    taken_back(empty_rj, rows=2)
    found = empty_rj.json("query -c rj -e 'id > 0' --fields x,y")
    assert sorted((row["x"], row["y"]) for row in found) == [(2.5, 7), (3.5, 8)]


def test_a_code_is_rejected_again_where_numbers_must_be_exact(empty_rj: Typed) -> None:
    Path("a.csv").write_text('id,n,j,v\n1,007,{},"[1, 2]"\n')
    assert empty_rj("insert file -c rj a.csv --exact-numbers --rejects r.jsonl").code == 5
    run = empty_rj("insert file -c rj r.jsonl --exact-numbers")
    assert (run.code, "is it a code?" in run.err) == (5, True)


def test_rows_in_json_keep_their_values(empty_rj: Typed) -> None:
    text = [
        '{"id": 1, "j": {"a": NaN}, "v": [1, 2], "t": "NaN"}',
        '{"id": 2, "j": [1, 1e400], "v": [1, 2]}',
        '{"id": 3, "v": [1, NaN], "j": "text", "k": 1.5}',
        "4",
        '{"id": 5, "v": [1, 2]',
        '{"id": 6, "n": 1e400, "j": {}, "v": [1, 2]}',
    ]
    Path("b.jsonl").write_text("\n".join(text))
    insert(empty_rj, "b.jsonl")
    assert [each["row"] for each in rejects()] == [
        '{"id": 1, "j": {"a": NaN}, "v": [1, 2], "t": "NaN"}',
        '{"id": 2, "j": [1, Infinity], "v": [1, 2]}',
        {"id": 3, "v": [1, "NaN"], "j": "text", "k": 1.5},
        4,
        '{"id": 5, "v": [1, 2]',
        {"id": 6, "n": "1e400", "j": {}, "v": [1, 2]},
    ]
    mended = [
        text[0].replace("NaN}", "0}"),
        {"id": 2, "j": [1], "v": [1, 2]},
        {"id": 3, "v": [1, 2], "j": "text", "k": 1.5},
        {"id": 4, "j": {}, "v": [1, 2]},
        '{"id": 5, "j": {}, "v": [1, 2]}',
        {"id": 6, "j": {}, "v": [1, 2]},
    ]
    mend(lambda line: line.update(row=mended[line["line"] - 1]))
    taken_back(empty_rj, rows=6)
    assert empty_rj.json("query -c rj -e 'id in [1, 3]' --fields id,t,j,k") == [
        {"id": 1, "t": "NaN", "j": {"a": 0}, "k": None},
        {"id": 3, "t": None, "j": "text", "k": 1.5},
    ]


def test_parquet_rows_have_numbers_and_no_bytes(empty_rj: Typed) -> None:
    table = pyarrow.table(
        {
            "id": pyarrow.array(["x"]),
            "j": pyarrow.array([{"day": date(2024, 1, 2), "raw": b"ab\xff"}]),
            "v": pyarrow.array([[0.1, 0.2]], pyarrow.list_(pyarrow.float32())),
            "day": pyarrow.array([date(2024, 1, 2)]),
        }
    )
    pyarrow.parquet.write_table(table, "b.parquet")
    insert(empty_rj, "b.parquet")
    row = {"id": "x", "j": {"day": "2024-01-02", "raw": "YWL/"}, "v": [0.1, 0.2], "day": "2024-01-02"}
    assert [each["row"] for each in rejects()] == [row]
    mend(id_is(1))
    taken_back(empty_rj)
    assert empty_rj.json("query -c rj --fields id,j,v,day") == [{**row, "id": 1}]


def test_npy_rows_have_numbers(empty_rj: Typed) -> None:
    numpy.save("id.npy", numpy.array([1.5]))
    numpy.save("vectors.npy", numpy.array([[0.1, 0.2]], "<f4"))
    numpy.save("j.npy", numpy.array(["text"]))
    insert(empty_rj, "id.npy vectors.npy j.npy --map vectors=v")
    assert [each["row"] for each in rejects()] == [{"id": 1.5, "v": [0.1, 0.2], "j": "text"}]
    mend(id_is(1))
    taken_back(empty_rj)
    assert empty_rj.json("query -c rj --fields id,j,v") == [{"id": 1, "j": "text", "v": [0.1, 0.2]}]


def test_rows_that_only_the_server_refuses_are_kept_the_same_way(
    cli: Cli, milvus: MilvusServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    typed = Typed(cli, milvus)
    typed.gone("rj")
    typed.all(
        "create collection -c rj -f id:INT64 -f t:VARCHAR:3 -f v:FLOAT_VECTOR:2 -p id --dynamic --index v:FLAT:L2",
        "load collection -c rj",
    )
    table = pyarrow.table(
        {
            "id": pyarrow.array([1, 2]),
            "t": pyarrow.array(["a", "漢漢"]),
            "v": pyarrow.array([[0.1, 0.2]] * 2, pyarrow.list_(pyarrow.float32())),
        }
    )
    pyarrow.parquet.write_table(table, "b.parquet")
    assert typed("insert file -c rj b.parquet --rejects r.jsonl").code == 5
    assert [each["row"] for each in rejects()] == [{"id": 2, "t": "漢漢", "v": [0.1, 0.2]}]
    mend(lambda line: line["row"].update(t="b"))
    taken_back(typed)
    assert typed.json("query -c rj") == [{"id": 1, "t": "a", "v": [0.1, 0.2]}, {"id": 2, "t": "b", "v": [0.1, 0.2]}]
    typed.gone("rj")


def test_plain_rows_beside_mended_ones_are_rows(empty_rj: Typed) -> None:
    Path("b.csv").write_text("id,t,j,v\nx,a,{},1 2\n")
    insert(empty_rj, "b.csv")
    mend(id_is(1))
    with Path("r.jsonl").open("a") as file:
        file.write('{"id": 2, "title": "b", "j": {}, "v": [1, 2]}\n')
    assert empty_rj("insert file -c rj r.jsonl --map title=t").code == 0
    assert empty_rj.json("query -c rj --fields id,t") == [{"id": 1, "t": "a"}, {"id": 2, "t": "b"}]


def test_rejects_are_not_written_over_the_file_that_is_read(empty_rj: Typed) -> None:
    Path("r.jsonl").write_text('{"id": "x", "j": {}, "v": [1, 2]}\n')
    assert empty_rj("insert file -c rj r.jsonl --rejects ./r.jsonl") == failed(
        "--rejects ./r.jsonl is one of the files to insert", "name another file", code=2
    )
    assert Path("r.jsonl").read_text() == '{"id": "x", "j": {}, "v": [1, 2]}\n'


def test_a_job_that_never_begins_leaves_the_rejects_of_the_one_before(empty_rj: Typed) -> None:
    Path("b.jsonl").write_text('{"id": "x", "j": {}, "v": [1, 2]}\n')
    assert empty_rj("insert file -c rj b.jsonl --rejects r.jsonl").code == 5
    before = rejects()

    Path("a.csv").write_text('key,v\n1,"[1, 2]"\n')
    assert empty_rj("insert file -c rj a.csv --rejects r.jsonl --map key=nosuch").code == 2
    assert (len(before), rejects()) == (1, before)

    Path("b.jsonl").write_text('{"id": 1, "j": {}, "v": [1, 2]}\n')
    assert empty_rj("insert file -c rj b.jsonl --rejects r.jsonl").code == 0
    assert rejects() == []


def test_a_place_has_the_same_name_in_the_message_and_in_the_rejects(empty_rj: Typed) -> None:
    row, bad = '{"id": 1, "j": {}, "v": [1, 2]}', '{"id": "x", "j": {}, "v": [1, 2]}'
    Path("lines.jsonl").write_text(f"{row}\n{bad}\n")
    Path("lists.jsonl").write_text(f"[{row}, {row},\n{bad}]\n")
    run = empty_rj("insert file -c rj lines.jsonl lists.jsonl --rejects r.jsonl")
    assert run.code == 5
    places = [line.partition(":")[0] for line in run.err.splitlines()[:2]]
    assert places == ["lines.jsonl, line 2, column 'id'", "lists.jsonl, row 3, column 'id'"]
    assert [dict(list(each.items())[:2]) for each in rejects()] == [
        {"file": "lines.jsonl", "line": 2},
        {"file": "lists.jsonl", "row_number": 3},
    ]
    mend(id_is(7))
    taken_back(empty_rj, rows=2)


def test_a_collection_with_fields_of_these_names_keeps_them_as_its_own(empty_rj: Typed) -> None:
    empty_rj.gone("rj_own")
    empty_rj.all(
        "create collection -c rj_own -f line:INT64 -f v:FLOAT_VECTOR:2 -p line --dynamic --index v:FLAT:L2",
        "load collection -c rj_own",
    )
    row = {"file": "a", "line": 1, "column": None, "reason": "b", "row": {}, "v": [1, 2]}
    Path("own.jsonl").write_text(json.dumps(row) + "\n")
    assert empty_rj("insert file -c rj_own own.jsonl") == Run(
        0, "Inserted 1 of 1 rows into 'rj_own', which had 0 and has 1.\n", ""
    )
    assert empty_rj.json("query -c rj_own --fields line,file,row") == [{"line": 1, "file": "a", "row": {}}]
    empty_rj.gone("rj_own")
