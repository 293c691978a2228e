"""Two processes on one job: the second is refused with the process that holds it. And files in the way of an export."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.recorder import run_here
from tests.support.tcp_proxy import TcpProxy
from tests.support.typed import Typed, failed
from tests.test_insert_faults import acknowledged, distinct, exact, make_loaded, wait_for, write_rows

SINCE = r", since [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}\)"


def refused(run: Run, process: subprocess.Popen[str], doing: str) -> bool:
    """True if a run was refused because a process holds the lock."""
    said = (
        f"error: another process is {re.escape(doing)} \\(pid {process.pid}{SINCE}\n"
        f"hint: wait until it ends, or stop it with `kill -INT {process.pid}`"
    )
    return (run.code, run.out) == (1, "") and re.search(said, run.err) is not None


@pytest.fixture
def current_directory(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(cli.directory)
    return cli.directory


def test_a_second_insert_of_the_same_job_is_refused_until_the_first_is_gone(
    cli: Cli, milvus: MilvusServer, current_directory: Path
) -> None:
    typed = Typed(cli, milvus)
    make_loaded(typed, "job_insert")
    write_rows(current_directory / "rows.jsonl", 20_000, pad=1_000)
    (current_directory / "other.jsonl").write_text('{"id": 100000, "v": [1, 2]}\n{"id": "x", "v": [1, 2]}\n')
    (current_directory / "link.jsonl").symlink_to("rows.jsonl")
    line = "insert file -c job_insert rows.jsonl --checkpoint how_far --rejects rejects.jsonl"
    with TcpProxy(milvus.host, milvus.port) as proxy:
        proxy.delay(0.1)
        uri = f"http://127.0.0.1:{proxy.port}"
        process = cli.start(*shlex.split(line), env={"MILVUS_URI": uri})
        wait_for(lambda: acknowledged(current_directory / "how_far") > 0)
        proxy.freeze()

        # In every spelling, and by another address of the server.
        for again in (
            f"{line} --resume",
            f"{line} --restart",
            f"{line.replace('how_far', './how_far')} --resume",
            "insert file -c job_insert rows.jsonl",
            f"insert file -c job_insert {current_directory}/link.jsonl",
            "upsert file -c job_insert rows.jsonl",
            "insert file -c job_insert other.jsonl --checkpoint how_far",
        ):
            assert refused(typed(again), process, "inserting rows.jsonl into 'job_insert'"), again
        run = typed(f"insert file -c job_insert other.jsonl --rejects {current_directory}/rejects.jsonl")
        assert refused(run, process, "writing rejected rows to rejects.jsonl")
        # Another file is another job.
        assert typed("insert file -c job_insert other.jsonl").code == 5

        process.kill()
        process.communicate()
        proxy.delay(0)
        proxy.thaw()
        # The lock ended with the process, and its leftover file is in nobody's way.
        run = run_here(shlex.split(f"{line} --resume"), cli.home, uri)
    assert (run.code, run.err) == (0, ""), run
    assert (exact(typed, "job_insert"), distinct(typed, "job_insert")) == (20_001, 20_001)
    assert not list(cli.directory.rglob("*.lock"))
    typed.gone("job_insert")


def test_two_pipes_at_once_are_told_to_use_a_checkpoint_each(
    cli: Cli, lite: LiteServer, current_directory: Path
) -> None:
    typed = Typed(cli, lite)
    make_loaded(typed, "job_pipes")
    words = ["insert", "file", "-c", "job_pipes", "-", "--format", "jsonl"]
    first = cli.start(*words, env=typed.env)
    wait_for(lambda: bool(list(cli.home.glob("inserts/.*.lock"))))
    row = '{"id": 1, "v": [1, 2]}\n'
    second = cli(*words, input=row, env=typed.env)
    assert refused(second, first, "inserting standard input into 'job_pipes'"), second
    assert second.err.endswith("; give each its own --checkpoint FILE\n")

    assert cli(*words, "--checkpoint", "mine", input=row, env=typed.env).code == 0
    out, err = first.communicate(row.replace("1", "2"), timeout=60)
    assert (first.returncode, out.partition(" rows")[0]) == (0, "Inserted 1 of 1"), err
    assert exact(typed, "job_pipes") == 2
    typed.gone("job_pipes")


def test_a_second_export_to_the_same_file_is_refused_and_the_first_is_whole(
    cli: Cli, lite: LiteServer, current_directory: Path
) -> None:
    typed = Typed(cli, lite)
    make_loaded(typed, "job_export")
    typed.all(
        "create collection -c job_empty -f id:INT64 -f v:FLOAT_VECTOR:2 -p id",
        "create index -c job_empty -f v -t FLAT -m L2",
        "load collection -c job_empty",
        "insert fake -c job_export -n 3000",
    )
    (current_directory / "folder").mkdir()
    (current_directory / "folder" / "link.jsonl").symlink_to("../x.jsonl")
    with TcpProxy(lite.host, lite.port) as proxy:
        proxy.delay(0.2)
        process = cli.start("export", "job_export", "x.jsonl", env={"MILVUS_URI": f"http://127.0.0.1:{proxy.port}"})
        wait_for((current_directory / "x.jsonl.part.json").exists)
        proxy.freeze()
        for line in (
            "export job_export x.jsonl",
            "export job_export x.jsonl --resume",
            f"export job_empty {current_directory}/x.jsonl",
            "export job_empty folder/link.jsonl --force",
        ):
            assert refused(typed(line), process, "exporting 'job_export' to x.jsonl"), line
        assert typed("export job_empty y.jsonl").code == 0

        proxy.delay(0)
        proxy.thaw()
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "Exported 3,000 rows of 'job_export' to x.jsonl.\n"), err
    assert [json.loads(line)["id"] for line in Path("x.jsonl").read_text().splitlines()] == list(range(1, 3_001))
    assert sorted(path.name for path in current_directory.iterdir() if path.is_file()) == ["x.jsonl", "y.jsonl"]
    typed.gone("job_export", "job_empty")


def test_a_second_copy_into_the_same_collection_is_refused(cli: Cli, lite: LiteServer, milvus: MilvusServer) -> None:
    typed = Typed(cli, lite)
    make_loaded(typed, "job_source")
    typed.all("insert fake -c job_source -n 3000")
    there = Typed(cli, milvus)
    there.gone("job_copy")
    with TcpProxy(milvus.host, milvus.port) as proxy:
        for alias, address in (("lite", lite.address), ("direct", milvus.address), ("slow", f"127.0.0.1:{proxy.port}")):
            assert cli("connect", address, "-a", alias).code == 0
        process = cli.start("copy", "lite:job_source", "slow:job_copy", "-y", "--no-indexes")
        wait_for(lambda: there("show collection job_copy").code == 0, 60)
        proxy.delay(0.7)
        # By another address of the same server.
        run = run_here(shlex.split("copy lite:job_source direct:job_copy -y --into-existing"), cli.home)
        doing = f"copying 'job_source' to 'job_copy' on slow (127.0.0.1:{proxy.port}, database default)"
        assert refused(run, process, doing), run
        proxy.delay(0)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out.partition(" rows")[0]) == (0, "Copied 3,000"), err
    typed.gone("job_source")
    there.gone("job_copy")


# Files in the way of an export


@pytest.fixture
def one_row(cli: Cli, lite: LiteServer, current_directory: Path) -> Typed:
    """With a loaded collection `job_small` of one row."""
    typed = Typed(cli, lite)
    make_loaded(typed, "job_small")
    typed.all('insert row -c job_small --row \'{"id": 1, "v": [1, 2]}\'')
    return typed


@pytest.mark.parametrize(
    ("put", "why"),
    [(os.symlink, "it is a symbolic link"), (os.link, "it is not a plain file with one name")],
    ids=["link", "second name"],
)
def test_an_export_does_not_write_through_a_link_at_its_part(
    one_row: Typed, put: Callable[[str, str], None], why: str
) -> None:
    Path("precious").write_text("precious")
    put("precious", "x.jsonl.part")
    assert one_row("export job_small x.jsonl") == failed(
        f"can't write x.jsonl.part: {why}", "remove it, or export to another file"
    )
    Path("x.jsonl.part").unlink()

    # Its other files replace links.
    for name in ("x.parquet.part.json", "x.parquet.part.json.new", "x.parquet.part.parquet"):
        put("precious", name)
    assert one_row("export job_small x.parquet") == Run(0, "Exported 1 row of 'job_small' to x.parquet.\n", "")
    assert Path("precious").read_text() == "precious"
    assert sorted(os.listdir()) == ["precious", "x.parquet"]

    if put is os.symlink:
        Path("x.jsonl.part").write_text('{"id":1,"v":[1.0,2.0]}\n')
        os.symlink("precious", "x.jsonl.part.json")
        run = one_row("export job_small x.jsonl --resume")
        assert (run.code, run.err.partition(":")[0]) == (1, "error"), run
        assert Path("precious").read_text() == "precious"
    one_row.gone("job_small")


def test_an_export_to_a_link_writes_its_target_and_leaves_the_link(one_row: Typed) -> None:
    Path("folder").mkdir()
    os.symlink("folder/real.jsonl", "link.jsonl")
    for options in ("", "--force"):
        assert one_row(f"export job_small link.jsonl {options}").out == "Exported 1 row of 'job_small' to link.jsonl.\n"
        assert os.readlink("link.jsonl") == "folder/real.jsonl"
        assert Path("folder/real.jsonl").read_text() == '{"id":1,"v":[1.0,2.0]}\n'
        assert os.listdir("folder") == ["real.jsonl"]
    one_row.gone("job_small")


def test_an_export_takes_the_place_of_a_file_only(one_row: Typed) -> None:
    os.mkfifo("pipe.jsonl")
    Path("folder.jsonl").mkdir()
    for name in ("pipe.jsonl", "folder.jsonl"):
        assert one_row(f"export job_small {name} --format jsonl --force") == failed(
            f"{name} is not a file", "name a file", code=2
        )
    Path("rows.jsonl").write_text("")
    for name in ("pipe.jsonl", "folder.jsonl"):
        assert one_row(f"insert file -c job_small rows.jsonl --checkpoint {name}") == failed(
            f"{name} is not a file", "name a file", code=2
        )
    assert Path("folder.jsonl").is_dir()
    assert Path("pipe.jsonl").is_fifo()
    one_row.gone("job_small")
