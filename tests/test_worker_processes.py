"""Inserts whose files are read by several processes: equal results, and no process that stays behind."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import pytest

from tests.bench.endless import NAME, Endless, Shape
from tests.support.cli import Cli
from tests.support.milvus_server import MilvusServer
from tests.support.typed import Typed
from tests.test_insert_faults import acknowledged, distinct, exact, wait_for

ROWS = 12_000
TEXT = "x" * 400
HEAD = "id,title,vector\n"


def write_books(path: Path, *, bad: bool = False) -> None:
    """Several blocks of rows; every thousandth is not valid."""
    ids = ("x" if bad and row % 1000 == 7 else row for row in range(ROWS))
    path.write_text(HEAD + "".join(f'{each},{TEXT},"[{row}, 0.5]"\n' for row, each in enumerate(ids)))


@pytest.fixture
def in_directory(cli: Cli, milvus: MilvusServer, monkeypatch: pytest.MonkeyPatch) -> Typed:
    monkeypatch.chdir(cli.directory)
    return Typed(cli, milvus)


def test_rows_and_rejects_are_those_of_one_process(in_directory: Typed) -> None:
    directory = in_directory.cli.directory
    write_books(directory / "books.csv", bad=True)
    in_directory.gone("in_processes")
    in_directory.all(
        "create collection -c in_processes -f id:INT64 -f title:VARCHAR:500 -f vector:FLOAT_VECTOR:2 -p id"
    )
    alone = in_directory("upsert file -c in_processes books.csv --rejects one.jsonl --quiet")
    split = in_directory("upsert file -c in_processes books.csv --rejects two.jsonl --quiet --jobs 2")
    assert (alone.code, split.code, split.err) == (5, 5, alone.err.replace("one.jsonl", "two.jsonl")), split
    assert (directory / "one.jsonl").read_bytes() == (directory / "two.jsonl").read_bytes()
    assert f"{ROWS - 12:,} of {ROWS:,} rows" in split.err
    in_directory.gone("in_processes")


def test_rows_that_the_server_refuses_are_found_and_rejected(in_directory: Typed) -> None:
    path = in_directory.cli.directory / "rows.jsonl"
    rows = [{"id": row, "t": "too long" if row == 700 else "x", "v": [row, 0.5]} for row in range(1_000)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    in_directory.gone("refused_rows")
    in_directory.all("create collection -c refused_rows -f id:INT64 -f t:VARCHAR:2 -f v:FLOAT_VECTOR:2 -p id")
    run = in_directory("insert file -c refused_rows rows.jsonl --jobs 2")
    assert (run.code, "rows.jsonl, line 701, column 't'" in run.err) == (5, True), run
    assert "999 of 1,000 rows" in run.err
    in_directory.gone("refused_rows")


@pytest.fixture
def waiting(cli: Cli) -> Iterator[Popen[str]]:
    """An insert that has read a file in two processes, and now waits for a pipe before the next file."""
    write_books(cli.directory / "books.csv")
    write_books(cli.directory / "more.csv")
    os.mkfifo(cli.directory / "pipe.csv")
    server = Endless(Shape(ROWS, 2, 0))
    with server as uri:
        files = ["books.csv", "pipe.csv", "more.csv"]
        process = cli.start("insert", "file", "-c", NAME, *files, "--jobs", "2", env={"MILVUS_URI": uri})
        try:
            wait_for(lambda: server.inserted == ROWS)
            yield process
        finally:
            process.kill()
            process.communicate()


def workers_of(process: Popen[str]) -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit() and parent(each) == process.pid]


def parent(process: Path) -> int:
    """The process that started another one; 0 if it has ended."""
    try:
        state, pid = (process / "stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return 0
    return 0 if state in "ZX" else int(pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_the_command(waiting: Popen[str], number: signal.Signals) -> None:
    workers = workers_of(waiting)
    assert len(workers) == 2
    os.kill(waiting.pid, number)
    wait_for(lambda: not any(parent(Path(f"/proc/{each}")) for each in workers))
    assert waiting.wait(30) == {signal.SIGINT: 130}.get(number, -number)


def test_a_process_that_is_killed_ends_the_insert_with_one_error(cli: Cli, waiting: Popen[str]) -> None:
    for each in workers_of(waiting):
        os.kill(each, signal.SIGKILL)
    (cli.directory / "pipe.csv").write_text(f'{HEAD}1,a,"[1, 2]"\n')
    _, said = waiting.communicate(timeout=30)
    assert waiting.returncode == 1
    assert said.splitlines()[-2:] == [
        f"error: a worker process was ended by SIGKILL; {ROWS + 1:,} rows are in",
        "hint: it may have run out of memory: use fewer --jobs; run the same command with --resume to continue",
    ]


def test_an_insert_that_is_killed_continues_in_other_processes(in_directory: Typed) -> None:
    cli = in_directory.cli
    write_books(cli.directory / "books.csv")
    in_directory.gone("killed_jobs")
    fields = "-f id:INT64 -f title:VARCHAR:500 -f vector:FLOAT_VECTOR:2 -p id"
    in_directory.all(
        f"create collection -c killed_jobs {fields} --index vector:FLAT:L2", "load collection -c killed_jobs"
    )
    line = ["insert", "file", "-c", "killed_jobs", "books.csv", "--checkpoint", "state.json"]
    process = cli.start(*line, "--jobs", "2", env=in_directory.env)
    wait_for(lambda: acknowledged(cli.directory / "state.json") > 0)
    process.kill()
    process.communicate()
    run = in_directory(f"{' '.join(line)} --resume --jobs 3")
    assert (run.code, run.out.partition(" into")[0]) == (0, f"Inserted {ROWS:,} of {ROWS:,} rows"), run
    assert (exact(in_directory, "killed_jobs"), distinct(in_directory, "killed_jobs")) == (ROWS, ROWS)
    in_directory.gone("killed_jobs")
