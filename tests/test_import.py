"""`insert file --via import`: a real Milvus reads the rows from files in a directory that both share."""

import json
import os
import re
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import numpy as np
import pytest

from tests.support.cli import Run
from tests.support.typed import Typed, failed, on_lite, on_milvus
from tests.test_insert_faults import wait_for

FIXED = "create collection -c {name} -f id:INT64 -f small:INT8 -f ok:BOOL -f share:FLOAT -f wide:DOUBLE \
-f name:VARCHAR:256 -f bits:BINARY_VECTOR:16 -p id --index bits:BIN_FLAT:HAMMING"
MIXED = "create collection -c {name} -f id:VARCHAR:20 -f facts:JSON -f tags:ARRAY:VARCHAR:9:20 -f n:INT64 \
-f vector:FLOAT_VECTOR:4 -p id --dynamic --index vector:FLAT:L2"
PLAIN = "create collection -c {name} -f id:INT64 -f vector:FLOAT_VECTOR:2 -p id"
ROWS = 250
SPEED = re.compile(r"[0-9.]+ s: [0-9,]+ rows/s")
PROGRAM = """
import sys
from milvus_cli.files import row_stream
from milvus_cli.transfer import import_pipeline
import_pipeline.PART_ROWS = 20_000
row_stream.CHUNK_SIZE = 200_000
from milvus_cli.__main__ import main
sys.exit(main())
"""


def fixed_row(number: int) -> Mapping[str, Any]:
    small, share = number % 256 - 128, number / 7
    return {
        "id": -number,
        "small": small,
        "ok": number % 3 == 0,
        "share": share,
        "wide": share * 1e300,
        "name": "日本 é😀 "[: number % 7] * (number % 9),
        "bits": [number % 256, 1],
    }


def mixed_row(number: int) -> Mapping[str, Any]:
    facts = {"text": 'é"\n\\%s', "whole": 2**53 + 1, "list": [1, {"two": None}], "n": number}
    dynamic = {"color": f"red {number}", "deep": {"id": number, "half": 0.5}} if number % 2 else {}
    tags = ["a", "", "\t"][: number % 4]
    return {"id": f"k{number}%s", "facts": facts, "tags": tags, "n": 2**62 + number, "vector": [number] * 4, **dynamic}


def write_rows(path: Path, row: Callable[[int], Mapping[str, Any]], count: int = ROWS) -> Path:
    path.write_text("".join(json.dumps(row(number)) + "\n" for number in range(count)))
    return path


def plain_row(number: int) -> Mapping[str, Any]:
    return {"id": number, "vector": [number, 0.5]}


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    path = tmp_path / "stage"
    path.mkdir()
    return path


def told(run: Run) -> Run:
    """A run without the line with its speed, which only slow imports write."""
    lines = [line for line in run.err.splitlines(keepends=True) if not SPEED.fullmatch(line.rstrip())]
    return Run(run.code, run.out, "".join(lines))


def left_in(stage: Path) -> list[str]:
    return [str(each.relative_to(stage)) for each in stage.rglob("*")]


def files_of_tasks(typed: Typed, name: str) -> list[list[str]]:
    """The names of the files of each import of a collection."""
    tasks = typed.json(f"list bulk_insert_tasks -c {name}")
    return [sorted(os.path.basename(each) for each in task["files"].split(",")) for task in tasks]


@on_milvus
@pytest.mark.parametrize(
    ("create", "row", "files"),
    [
        (FIXED, fixed_row, ["bits.npy", "id.npy", "name.npy", "ok.npy", "share.npy", "small.npy", "wide.npy"]),
        (MIXED, mixed_row, ["rows.json"]),
    ],
    ids=["npy", "json"],
)
def test_imported_rows_are_those_that_insert_brings(
    typed: Typed, tmp_path: Path, stage: Path, create: str, row: Callable[[int], Mapping[str, Any]], files: list[str]
) -> None:
    typed.gone("by_insert", "by_import")
    typed.all(create.format(name="by_insert"), create.format(name="by_import"))
    typed.all("load by_insert", "load by_import")
    path = write_rows(tmp_path / "rows.jsonl", row)
    typed.all(f"insert file -c by_insert {path}")
    run = told(typed(f"insert file -c by_import {path} --via import --stage {stage}"))
    assert run == Run(0, "Inserted 250 of 250 rows into 'by_import', which had 0 and has 250.\n", "")
    assert files_of_tasks(typed, "by_import") == [files]
    assert left_in(stage) == []
    compared = typed.json("diff collection by_insert by_import --rows all")
    assert (compared["same"], compared["compared"]) == (True, ROWS), compared
    typed.gone("by_insert", "by_import")


@on_milvus
def test_a_large_file_is_imported_in_parts_and_bad_rows_are_rejected(
    typed: Typed, tmp_path: Path, stage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milvus_cli.transfer.import_pipeline.PART_ROWS", 100)
    monkeypatch.setattr("milvus_cli.files.row_stream.CHUNK_SIZE", 1_000)
    monkeypatch.chdir(tmp_path)
    typed.gone("in_parts")
    typed.all(PLAIN.format(name="in_parts"))
    path = write_rows(tmp_path / "rows.jsonl", lambda number: plain_row(number) if number != 120 else {"id": "x"})
    line = f"insert file -c in_parts {path.name} --via import --stage {stage} --rejects bad.jsonl"
    assert told(typed(line)) == Run(
        5,
        "",
        "rows.jsonl, line 121, column 'id': expected an integer from -9223372036854775808 to 9223372036854775807, "
        "got \"x\"\nerror: Inserted 249 of 250 rows into 'in_parts', which had 0 and has 249; 1 rejected\n"
        "hint: bad.jsonl has them\n",
    )
    assert len(files_of_tasks(typed, "in_parts")) == 3
    assert len(Path("bad.jsonl").read_text().splitlines()) == 1
    assert left_in(stage) == []
    typed.gone("in_parts")


@on_milvus
def test_rows_go_into_a_partition_and_get_keys(typed: Typed, tmp_path: Path, stage: Path) -> None:
    typed.gone("keyless")
    typed.all(
        "create collection -c keyless -f id:INT64 -f vector:FLOAT_VECTOR:2 -p id --auto-id",
        "create partition -c keyless -p novels",
    )
    path = tmp_path / "rows.csv"
    path.write_text('vector\n"[1, 2]"\n"[3, 4]"\n')
    run = told(typed(f"insert file -c keyless -p novels {path} --via import --stage {stage}"))
    assert run == Run(0, "Inserted 2 of 2 rows into 'keyless', which had 0 and has 2.\n", "")
    typed.all("create index -c keyless -f vector -t FLAT -m L2", "load keyless")
    assert typed.json("count keyless -p novels")["exact"] == 2
    vectors = [row["vector"] for row in typed.json("query -c keyless --filter 'id > 0' --fields vector")]
    assert sorted(vectors) == [[1, 2], [3, 4]]
    typed.gone("keyless")


@on_milvus
def test_a_strict_import_ends_at_the_first_bad_row_and_counts_the_parts_before(
    typed: Typed, tmp_path: Path, stage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milvus_cli.transfer.import_pipeline.PART_ROWS", 100)
    monkeypatch.setattr("milvus_cli.files.row_stream.CHUNK_SIZE", 1_000)
    monkeypatch.chdir(tmp_path)
    typed.gone("strictly")
    typed.all(PLAIN.format(name="strictly"))
    write_rows(Path("rows.jsonl"), lambda number: plain_row(number) if number != 220 else {"id": "x"})
    run = told(typed(f"insert file -c strictly rows.jsonl --via import --stage {stage} --strict"))
    imported = sum(task["rows"] for task in typed.json("list bulk_insert_tasks -c strictly"))
    assert run.code == 1
    assert run.err.startswith("error: rows.jsonl, line 221, column 'id': expected an integer"), run

    assert run.err.endswith(
        f"; {imported} rows are in\nhint: leave out --strict to insert the valid rows; "
        "run the same command with --resume to continue\n"
    ), run
    assert 100 <= imported < 220
    assert left_in(stage) == []
    again = typed(f"insert file -c strictly rows.jsonl --via import --stage {stage} --resume")
    assert (again.code, "Inserted 249 of 250 rows into 'strictly'" in again.err) == (5, True), again
    typed.gone("strictly")


@on_milvus
def test_files_that_the_server_does_not_find_are_reported_and_nothing_is_left(
    typed: Typed, tmp_path: Path, stage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    typed.gone("elsewhere")
    typed.all(PLAIN.format(name="elsewhere"))
    write_rows(Path("rows.jsonl"), plain_row, 3)
    run = told(typed(f"insert file -c elsewhere rows.jsonl --via import --stage {stage}=/nosuch/place"))
    assert (run.code, run.out) == (1, "")

    assert run.err.startswith("error: the server could not import the rows up to line 3 of rows.jsonl: "), run
    assert "/nosuch/place/milvus_cli-" in run.err
    assert run.err.endswith("hint: does the server see the stage? --stage DIRECTORY=PATH gives its path there\n")
    assert left_in(stage) == []

    # Nothing is in, so that the command can be repeated with another stage.
    os.symlink(stage, tmp_path / "seen")
    again = typed(f"insert file -c elsewhere rows.jsonl --via import --stage {stage}={tmp_path / 'seen'}")
    assert told(again) == Run(0, "Inserted 3 of 3 rows into 'elsewhere', which had 0 and has 3.\n", "")
    typed.gone("elsewhere")


@on_milvus
def test_a_file_that_breaks_off_leaves_no_part_behind(typed: Typed, tmp_path: Path, stage: Path) -> None:
    typed.gone("broken_off")
    typed.all(PLAIN.format(name="broken_off"))
    path = tmp_path / "rows.json"
    path.write_text('[{"id": 1, "vector": [1, 2]}, {"id": 2')
    run = typed(f"insert file -c broken_off {path} --via import --stage {stage}")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith(f"error: {path}"), run
    assert left_in(stage) == []
    assert files_of_tasks(typed, "broken_off") == []
    typed.gone("broken_off")


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        (
            "--via import",
            "--via import needs --stage",
            "name a directory that the server reads too, or s3://BUCKET/PREFIX in its object store",
        ),
        ("--stage .", "--stage needs --via", "help insert file"),
        (
            "--via import --stage nowhere",
            "--stage: directory 'nowhere' not found",
            "name a directory that the server reads too, or s3://BUCKET/PREFIX in its object store",
        ),
        (
            "--via import --stage s3:///prefix",
            "--stage s3:///prefix: missing bucket",
            "name a directory that the server reads too, or s3://BUCKET/PREFIX in its object store",
        ),
        (
            "--via import --stage .=",
            "--stage .=: missing path on the server",
            "name a directory that the server reads too, or s3://BUCKET/PREFIX in its object store",
        ),
        (
            "--via import --stage file:///tmp",
            "--stage file:///tmp: not an object store that Milvus reads",
            "name a directory that the server reads too, or s3://BUCKET/PREFIX in its object store",
        ),
        (
            "--via import --stage hf://datasets/a/b",
            "--stage hf://datasets/a/b: not an object store that Milvus reads",
            "name a directory that the server reads too, or s3://BUCKET/PREFIX in its object store",
        ),
    ],
)
def test_a_stage_is_needed_and_has_to_exist(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: str, message: str, hint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    typed.gone("no_stage")
    typed.all(PLAIN.format(name="no_stage"))
    write_rows(Path("rows.jsonl"), plain_row, 3)
    assert typed(f"insert file -c no_stage rows.jsonl {options}") == failed(message, hint, 2)
    typed.gone("no_stage")


@on_milvus
def test_a_stage_that_can_t_be_written_is_told(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    typed.gone("unwritable")
    typed.all(PLAIN.format(name="unwritable"))
    write_rows(Path("rows.jsonl"), plain_row, 3)
    for line in ("insert file -c unwritable rows.jsonl --via import", "bulk_insert -c unwritable -f rows.jsonl"):
        run = typed(f"{line} --stage /proc/self")
        assert (run.code, run.out) == (1, "")
        assert re.fullmatch(
            r"error: can't write /proc/\S*: No such file or directory\n"
            r"hint: name a directory that the server reads too, or s3://BUCKET/PREFIX in its object store\n",
            run.err,
        ), run
    typed.gone("unwritable")


@on_milvus
@pytest.mark.parametrize(
    ("fields", "value", "reason"),
    [
        ("-f x:VARCHAR:9", '"a\\u0000"', "drops NUL characters at the end"),
        ("-f x:FLOAT", "-Infinity", "takes no NaN or infinity"),
        ("-f x:DOUBLE -f facts:JSON", "NaN", "takes no NaN or infinity"),
        ("-f x:ARRAY:FLOAT:4 -f facts:JSON", "[0.5, Infinity]", "takes no NaN or infinity"),
    ],
)
@pytest.mark.parametrize("strict", ["", "--strict"])
def test_rows_that_an_import_would_change_or_refuse_are_rejected(
    typed: Typed,
    tmp_path: Path,
    stage: Path,
    monkeypatch: pytest.MonkeyPatch,
    fields: str,
    value: str,
    reason: str,
    strict: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    typed.gone("unkept")
    typed.all(f"create collection -c unkept -f id:INT64 {fields} -f vector:FLOAT_VECTOR:2 -p id")
    good = {"FLOAT": 1.5, "DOUBLE": 1.5, "VARCHAR": "b", "ARRAY": [1.5]}[fields.split(":")[1].split()[0]]
    rows = [json.dumps({"id": number, "x": good, "facts": {}, "vector": [1, 2]}) for number in (1, 3)]
    rows.insert(1, f'{{"id": 2, "x": {value}, "facts": {{}}, "vector": [1, 2]}}')
    Path("rows.jsonl").write_text("\n".join(rows))
    run = told(typed(f"insert file -c unkept rows.jsonl --via import --stage {stage} --ignore-unknown {strict}"))
    line = f"rows.jsonl, line 2, column 'x': the import of Milvus 2.3 {reason}"
    counts = "Inserted 2 of 3 rows into 'unkept', which had 0 and has 2; 1 rejected"
    rejected = Run(5, "", f"{line}\nerror: {counts}\nhint: --rejects FILE keeps them\n")
    assert run == (failed(line, "leave out --strict to insert the valid rows") if strict else rejected)
    assert left_in(stage) == []
    typed.gone("unkept")


@on_milvus
@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("-f id:INT64 -f x:ARRAY:DOUBLE:9 -p id", "rounds the elements of an ARRAY of DOUBLE to 32 bits"),
        ("-f x:VARCHAR:9 -p x --auto-id", "can't generate VARCHAR keys"),
    ],
)
def test_a_collection_that_can_t_be_imported_is_refused_at_once(
    typed: Typed, tmp_path: Path, stage: Path, monkeypatch: pytest.MonkeyPatch, fields: str, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    typed.gone("unimportable")
    typed.all(f"create collection -c unimportable {fields} -f vector:FLOAT_VECTOR:2")
    Path("rows.jsonl").write_text('{"vector": [1, 2]}\n')
    assert typed(f"insert file -c unimportable rows.jsonl --via import --stage {stage}") == failed(
        f"field 'x': the import of Milvus 2.3 {reason}", "leave out --via import and --stage"
    )
    typed.gone("unimportable")


@on_lite
def test_a_server_without_imports_says_so_before_files_are_written(
    typed: Typed, tmp_path: Path, stage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    typed.gone("unimported")
    typed.all(PLAIN.format(name="unimported"))
    write_rows(Path("rows.jsonl"), plain_row, 3)
    run = typed(f"insert file -c unimported rows.jsonl --via import --stage {stage}")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("error: Milvus Lite "), run
    assert run.err.endswith(" has no bulk_insert\nhint: leave out --via import and --stage\n"), run
    other = typed(f"bulk_insert -c unimported -f rows.jsonl --stage {stage}")
    hint = "run `insert file -c unimported FILE`, which reads files itself"
    assert other.err.endswith(f" has no bulk_insert\nhint: {hint}\n"), other
    typed.gone("unimported")


def parts_at(checkpoint: Path) -> list[Any]:
    """The parts at work of an insert, by its checkpoint."""
    try:
        found: list[Any] = json.loads(checkpoint.read_text())["parts"]
    except (OSError, ValueError):
        return []
    return found


class Importing:
    """An import of 100,000 rows in five parts, in a process of its own."""

    def __init__(self, typed: Typed, stage: Path, name: str) -> None:
        self.typed = typed
        self.name = name
        self.stage = stage
        directory = typed.cli.directory
        self.checkpoint = directory / "how_far"
        self.file = directory / "rows.csv"
        self.file.write_text("id,vector\n" + "".join(f'{number},"[{number}, 1]"\n' for number in range(100_000)))
        typed.gone(name)
        typed.all(PLAIN.format(name=name))

    def start(self, *options: str) -> "Popen[str]":
        words = ["insert", "file", "-c", self.name, str(self.file), "--via", "import", "--stage", str(self.stage)]
        env = self.typed.cli.environment(self.typed.env)
        argv = [sys.executable, "-c", PROGRAM, *words, "--checkpoint", str(self.checkpoint), *options]
        return Popen(argv, env=env, stdout=PIPE, stderr=PIPE, text=True)

    def end(self, *options: str) -> Run:
        process = self.start(*options)
        out, err = process.communicate(timeout=120)
        return told(Run(process.returncode, out, err))


@on_milvus
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_an_import_that_was_ended_continues_without_sending_a_part_again(
    typed: Typed, stage: Path, number: signal.Signals
) -> None:
    job = Importing(typed, stage, "ended_import")
    process = job.start()
    wait_for(lambda: bool(parts_at(job.checkpoint)))
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == {signal.SIGKILL: -9, signal.SIGINT: 130, signal.SIGTERM: -15}[number]
    run = job.end("--resume")

    assert (run.code, run.err) == (0, ""), run
    assert run.out == "Inserted 100,000 of 100,000 rows into 'ended_import'.\n"

    tasks = typed.json("list bulk_insert_tasks -c ended_import")
    assert sum(task["rows"] for task in tasks) == 100_000
    assert left_in(stage) == []
    typed.gone("ended_import")


@on_milvus
def test_a_restart_removes_what_the_killed_import_has_staged(typed: Typed, stage: Path) -> None:
    job = Importing(typed, stage, "begun_anew")
    process = job.start()
    wait_for(lambda: bool(parts_at(job.checkpoint)))
    process.kill()
    process.communicate(timeout=60)
    assert left_in(stage) != []
    again = job.end()
    assert (again.code, "--resume continues it; --restart sends all rows again" in again.err) == (2, True), again
    run = job.end("--restart")

    assert re.fullmatch(
        r"note: [0-9,]+ rows? of the interrupted import are in(, and [0-9]+ parts? may still come in)?\n", run.err
    ), run
    assert run.out.startswith("Inserted 100,000 of 100,000 rows into 'begun_anew'")
    assert left_in(stage) == []
    typed.gone("begun_anew")


@on_milvus
def test_bulk_insert_copies_files_to_the_stage_imports_and_removes_them(
    typed: Typed, tmp_path: Path, stage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    typed.gone("copied")
    typed.all(PLAIN.format(name="copied"))
    for number in (1, 2):
        Path(f"{number}.json").write_text(json.dumps({"rows": [plain_row(number)]}))
    np.save("id.npy", np.arange(5))
    np.save("vector.npy", np.zeros((5, 2), np.float32))
    made = typed.json(f"bulk_insert -c copied -f 1.json,2.json -f id.npy -f vector.npy --stage {stage}")
    assert len(made.pop("tasks")) == 3
    assert made == {"message": "Imported 4 files into 'copied': 7 rows.", "collection": "copied", "rows": 7}
    assert files_of_tasks(typed, "copied") == [["id.npy", "vector.npy"], ["1.json"], ["2.json"]]
    assert left_in(stage) == []
    typed.gone("copied")


@on_milvus
def test_a_staged_file_that_the_server_refuses_is_told_by_its_own_name(
    typed: Typed, tmp_path: Path, stage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    typed.gone("refused_copy")
    typed.all(PLAIN.format(name="refused_copy"))
    Path("bad.json").write_text('{"rows": [{"id": 1}]}')
    run = typed(f"bulk_insert -c refused_copy -f bad.json --stage {stage}")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("error: the server could not import bad.json: "), run
    assert left_in(stage) == []

    Path("good.json").write_text('{"rows": [{"id": 1, "vector": [1, 2]}]}')
    both = typed(f"bulk_insert -c refused_copy -f good.json -f bad.json --stage {stage}")
    assert re.match("error: the server could not import bad.json: .*; 1 row of other files went in\n", both.err), both
    missing = typed(f"bulk_insert -c refused_copy -f nosuch.json --stage {stage}")
    assert missing == failed("file nosuch.json not found", "with --stage, -f names files of this machine", 2)
    typed.gone("refused_copy")
