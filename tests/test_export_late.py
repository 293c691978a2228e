"""A file that appears under the name of a running export is not replaced without --force."""

import os
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet
import pytest

from tests.support.cli import Cli
from tests.support.lite_server import LiteServer
from tests.support.tcp_proxy import TcpProxy
from tests.support.typed import Typed, failed
from tests.test_insert_faults import make_loaded, wait_for, write_rows

ROWS = 1_000
WITHOUT_LINKS = """
import errno, os

def link(*args, **options):
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))

os.link = link
"""
"""Simulates a file system without links: root is needed to mount one."""

ExportMeanwhile = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def late_books(cli: Cli, lite: LiteServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    """With a collection `late` of ROWS rows on Milvus Lite; the current directory is empty."""
    monkeypatch.chdir(tmp_path)
    typed = Typed(cli, lite)
    make_loaded(typed, "late")
    write_rows(tmp_path / "rows.jsonl", ROWS)
    typed.all("insert file -c late rows.jsonl")
    os.remove("rows.jsonl")
    yield typed
    typed.gone("late")


@pytest.fixture
def export_meanwhile(late_books: Typed) -> Iterator[ExportMeanwhile]:
    """Runs an export, slowly if something else is to happen once its part file exists."""
    with TcpProxy(late_books.server.host, late_books.server.port) as proxy:

        def run(
            line: str, meanwhile: Callable[[], object] | None = None, **env: str
        ) -> "subprocess.CompletedProcess[str]":
            proxy.delay(0.1 if meanwhile else 0)
            words = shlex.split(line)
            process = late_books.cli.start(*words, env={"MILVUS_URI": f"http://127.0.0.1:{proxy.port}", **env})
            if meanwhile:
                wait_for(Path(f"{words[2]}.part").exists)
                meanwhile()
                proxy.delay(0)
            out, err = process.communicate(timeout=60)
            return subprocess.CompletedProcess(words, process.returncode, out, err)

        yield run


@pytest.mark.parametrize(
    ("file", "options", "count"),
    [("x.jsonl", "", ROWS), ("x.csv.gz", "", ROWS), ("x.parquet", "", ROWS), ("x.json", "-e 'id < 0'", 0)],
)
def test_a_file_that_appears_during_an_export_stays_and_the_export_is_kept(
    export_meanwhile: ExportMeanwhile, file: str, options: str, count: int
) -> None:
    line = f"export late {file} {options}"
    found = export_meanwhile(line, lambda: Path(file).write_text("precious"))
    refused = failed(
        f"{file} was created meanwhile and is not replaced: the rows are in {file}.part",
        "to replace it, add --resume --force",
    )
    assert (found.returncode, found.stdout, found.stderr) == (refused.code, refused.out, refused.err)
    assert Path(file).read_text() == "precious"
    kept = {file, f"{file}.part", f"{file}.part.json", "home"}
    assert set(os.listdir()) == kept
    if file == "x.jsonl":
        assert Path("x.jsonl.part").read_text().count("\n") == count

    # As the hint says.
    again = export_meanwhile(f"{line} --resume --force")
    assert (again.returncode, again.stdout) == (0, f"Exported {count:,} rows of 'late' to {file}.\n"), again.stderr
    assert set(os.listdir()) == {file, "home"}
    if file == "x.parquet":
        assert pyarrow.parquet.read_table(file).num_rows == count


def test_with_force_a_file_that_appears_is_replaced_and_a_pipe_is_not(
    late_books: Typed, export_meanwhile: ExportMeanwhile
) -> None:
    found = export_meanwhile("export late x.jsonl --force", lambda: Path("x.jsonl").write_text("of no use"))
    assert (found.returncode, Path("x.jsonl").read_text().count("\n")) == (0, ROWS), found.stderr
    found = export_meanwhile("export late y.jsonl --force", lambda: os.mkfifo("y.jsonl"))
    assert (found.returncode, found.stderr) == (2, "error: y.jsonl is not a file\nhint: name a file\n")
    assert Path("y.jsonl").is_fifo()


@pytest.mark.parametrize("appears", [True, False])
def test_a_file_that_appears_stays_where_a_file_system_has_no_links(
    late_books: Typed, export_meanwhile: ExportMeanwhile, tmp_path: Path, appears: bool
) -> None:
    place = tmp_path / "home" / "without"
    place.mkdir(parents=True)
    (place / "sitecustomize.py").write_text(WITHOUT_LINKS)
    path = late_books.cli.environment()["PYTHONPATH"]
    found = export_meanwhile(
        "export late x.jsonl",
        lambda: appears and Path("x.jsonl").write_text("precious"),
        PYTHONPATH=f"{place}{os.pathsep}{path}",
    )
    assert found.returncode == appears, found.stderr
    assert Path("x.jsonl").read_text().count("\n") == (0 if appears else ROWS)
    assert Path("x.jsonl.part").exists() == appears
