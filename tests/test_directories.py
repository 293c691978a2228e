"""Directories of part files are inserted as one table, as other programs write them."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.typed import Typed, failed

MAKE = "create collection -c dirs -f id:INT64 -f lang:VARCHAR:9 -f year:INT32 -f v:FLOAT_VECTOR:2 -p id"
VECTOR = pyarrow.list_(pyarrow.float32())


@pytest.fixture
def loaded(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    monkeypatch.chdir(tmp_path)
    typed.gone("dirs")
    typed.all(f"{MAKE} --index v:FLAT:L2", "load collection -c dirs")
    return typed


@pytest.fixture
def loaded_on_lite(cli: Cli, lite: LiteServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    monkeypatch.chdir(tmp_path)
    typed = Typed(cli, lite)
    typed.gone("dirs")
    typed.all(f"{MAKE} --nullable lang --index v:FLAT:L2", "load collection -c dirs")
    return typed


def row(number: int, lang: str | None = "en", year: int = 2024) -> dict[str, Any]:
    return {"id": number, "lang": lang, "year": year, "v": [number / 8, 0.5]}


def part(path: str, *rows: dict[str, Any], without: tuple[str, ...] = ()) -> None:
    """Writes rows in the format of the path's extension, without some columns."""
    left = [{name: value for name, value in each.items() if name not in without} for each in rows]
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    if path.endswith("parquet"):
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(left), path)
    elif path.endswith("csv"):
        with Path(path).open("w", newline="") as file:
            writer = csv.DictWriter(file, list(left[0]))
            writer.writeheader()
            writer.writerows(left)
    else:
        Path(path).write_text("".join(json.dumps(each) + "\n" for each in left))


def stored(typed: Typed) -> list[dict[str, Any]]:
    return sorted(typed.json("query -c dirs"), key=lambda each: int(each["id"]))


def inserted(rows: int) -> Run:
    return Run(0, f"Inserted {rows} of {rows} rows into 'dirs', which had 0 and has {rows}.\n", "")


def test_part_files_go_in_without_what_lies_beside_them(loaded: Typed) -> None:
    part("x.parquet/part-00000-1f.snappy.parquet", row(1), row(2))
    part("x.parquet/part-00001-1f.snappy.parquet", row(3))
    for name in ("_SUCCESS", "_metadata", "_common_metadata", ".part-00000-1f.snappy.parquet.crc", ".hidden"):
        Path("x.parquet", name).write_bytes(b"no Parquet")
    Path("x.parquet/_temporary").mkdir()
    Path("x.parquet/part-00000.crc").write_bytes(b"crc")
    assert loaded("insert file -c dirs x.parquet/") == inserted(3)
    assert stored(loaded) == [row(1), row(2), row(3)]


def test_partitions_give_fields(loaded: Typed) -> None:
    part("t/year=2023/0.parquet", row(1, year=2023), without=("year",))
    part("t/year=2024/0.parquet", {**row(2), "more": 0.5}, without=("year",))
    run = loaded("create collection made --from t --dry-run")
    assert run.code == 0
    assert " -f year:INT64 -f more:DOUBLE " in run.out


def test_partitions_give_fields_that_take_the_values_of_all_files(
    loaded_on_lite: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milvus_cli.files.sample.SAMPLE_ROWS", 1)
    for number, lang in enumerate(("1", "2", "en", "__HIVE_DEFAULT_PARTITION__")):
        part(f"t/lang={lang}/0.parquet", row(number, None), without=("lang",))
    run = loaded_on_lite("create collection made --from t --dry-run")
    assert run.code == 0
    assert " -f lang:VARCHAR:256 " in run.out
    assert " --nullable lang " in run.out


def test_partitions_give_columns(loaded: Typed) -> None:
    left_out = ("lang", "year")
    part("t/lang=en/year=2023/0.parquet", row(1, year=2023), without=left_out)
    part("t/lang=en/year=2024/0.parquet", row(2), without=left_out)
    part("t/lang=f%2Fr/year=2024/0.parquet", row(3, "f/r"), without=left_out)
    assert loaded("insert file -c dirs t") == inserted(3)
    assert stored(loaded) == [row(1, year=2023), row(2), row(3, "f/r")]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_partitions_of_every_format_are_cells(loaded_on_lite: Typed, kind: str) -> None:
    part(f"t/lang=en/0.{kind}", row(1), without=("lang",))
    part(f"t/lang=__HIVE_DEFAULT_PARTITION__/0.{kind}", row(2, None), without=("lang",))
    assert loaded_on_lite("insert file -c dirs t") == inserted(2)
    assert stored(loaded_on_lite) == [row(1), row(2, None)]


@pytest.mark.parametrize("given", ["year=2024", "'year=*'", "'year=*/*.parquet'", "'y*/0.parquet'"])
def test_the_named_directory_and_wildcards_may_be_partitions(loaded_on_lite: Typed, given: str) -> None:
    part("year=2024/0.parquet", row(1), without=("year",))
    assert loaded_on_lite(f"insert file -c dirs {given}") == inserted(1)
    assert stored(loaded_on_lite) == [row(1)]


def test_a_directory_that_is_only_on_the_way_to_a_file_gives_no_column(loaded_on_lite: Typed) -> None:
    part("run=7/books.jsonl", row(1))
    part("run=7/t/0.jsonl", row(2))
    assert loaded_on_lite("insert file -c dirs run=7/books.jsonl run=7/t") == inserted(2)


def test_a_column_of_the_file_goes_before_the_path_and_map_leaves_it_out(loaded_on_lite: Typed) -> None:
    part("t/lang=xx/0.parquet", row(1))
    part("t/lang=yy/0.parquet", row(2))
    told = "column 'lang' is in the files and in their paths: the values in the paths are left out\n"
    assert loaded_on_lite("insert file -c dirs t") == replace(inserted(2), err=told)

    part("u/more=1/0.parquet", row(3))
    assert loaded_on_lite("upsert file -c dirs u") == failed(
        "u/more=1/0.parquet: dirs has no field 'more'",
        "fields: id, lang, year, v; --ignore-unknown leaves others out",
        code=2,
    )
    assert loaded_on_lite("upsert file -c dirs u --map more=").code == 0
    assert stored(loaded_on_lite) == [row(1), row(2), row(3)]

    part("w/lang=xx/0.jsonl", row(4))
    assert loaded_on_lite("insert file -c dirs w") == failed(
        "w/lang=xx/0.jsonl: 'lang' is in its rows and in its path", "remove it from the rows", code=2
    )


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_rejected_rows_of_partitions_are_whole(loaded_on_lite: Typed, kind: str) -> None:
    part(f"t/year=2024/0.{kind}", row(1), {**row(2), "lang": "much too long"}, without=("year",))
    run = loaded_on_lite("insert file -c dirs t --rejects r.jsonl")
    assert (run.code, run.err.splitlines()[0].partition(":")[0]) == (
        5,
        f"t/year=2024/0.{kind}, {'row 2' if kind == 'parquet' else 'line 3' if kind == 'csv' else 'line 2'}"
        ", column 'lang'",
    )
    Path("r.jsonl").write_text(Path("r.jsonl").read_text().replace("much too long", "en"))
    assert loaded_on_lite("insert file -c dirs r.jsonl").code == 0
    assert stored(loaded_on_lite) == [row(1), row(2)]


def test_parts_are_read_in_the_order_of_their_numbers(loaded_on_lite: Typed) -> None:
    for number in (1, 2, 10):
        part(f"t/part.{number}.jsonl", row(1, f"v{number}"))
    Path("t/part.11.jsonl").write_bytes(b"")
    assert loaded_on_lite("upsert file -c dirs t").code == 0
    assert stored(loaded_on_lite) == [row(1, "v10")]


def test_files_without_an_extension_are_of_the_format_of_the_directory(loaded_on_lite: Typed) -> None:
    part("x.jsonl/part-00000", row(1))
    part("plain/part-00000", row(2))
    assert loaded_on_lite("insert file -c dirs x.jsonl") == inserted(1)
    assert loaded_on_lite("insert file -c dirs plain --format jsonl").code == 0
    assert stored(loaded_on_lite) == [row(1), row(2)]


def test_datasets_that_hugging_face_saves_are_read_without_their_caches(loaded_on_lite: Typed) -> None:
    table = pyarrow.Table.from_pylist([row(1), row(2)])
    Path("saved").mkdir()
    for name in ("data-00000-of-00001.arrow", "cache-0123456789abcdef.arrow"):
        with pyarrow.ipc.new_stream(Path("saved", name), table.schema) as stream:
            stream.write_table(table)
    Path("saved/dataset_info.json").write_text("{}")
    Path("saved/state.json").write_text('{"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}')
    assert loaded_on_lite("insert file -c dirs saved") == inserted(2)
    Path("all").mkdir()
    Path("all/dataset_dict.json").write_text('{"splits": ["train"]}')
    Path("saved").rename("all/train")
    assert loaded_on_lite("insert file -c dirs all --restart") == failed(
        "all holds several datasets: train", "name the directory of one", code=2
    )
    Path("all/train/state.json").write_text("{}")
    assert loaded_on_lite("insert file -c dirs all/train") == failed(
        "all/train/state.json does not name the data files"
    )


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ([], failed("t has no data files", code=2)),
        (["_SUCCESS"], failed("t has no data files", code=2)),
        (["a.csv"], failed("t has only empty files", code=2)),
        (
            ["b.csv", "a.csv", "c.jsonl"],
            failed(
                "t has files of several formats: a.csv is csv, c.jsonl is jsonl", "name those of one: 't/*.csv'", code=2
            ),
        ),
        (["train/0.csv"], failed("t has directories that are not partitions", "name one: t/train", code=2)),
        (
            ["_delta_log/0.json", "0.parquet"],
            failed(
                "t is a Delta Lake table, which also has files of deleted rows", "write its rows as Parquet", code=2
            ),
        ),
        (
            ["README"],
            failed(
                "t/README: unknown file format",
                "give --format: csv, tsv, json, jsonl, parquet, arrow, npy, npz",
                code=2,
            ),
        ),
    ],
)
def test_directories_that_hold_no_table_are_refused(loaded_on_lite: Typed, files: list[str], error: Run) -> None:
    Path("t").mkdir()
    for name in files:
        Path("t", name).parent.mkdir(exist_ok=True)
        Path("t", name).write_bytes(b"")
    assert loaded_on_lite("insert file -c dirs t") == error
