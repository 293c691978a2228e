"""Rejected rows go to a device or a pipe as well as to a file."""

import json
import os
import stat
from pathlib import Path

import pytest

from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.typed import Typed, failed

BAD = "b.csv, line 3, column 'id': invalid INT64 value 'x'\n"
UPSERT = "upsert file -c rd b.csv"
FULL = failed(
    "can't write full: No space left on device; 0 rows are in, and what was on its way may be",
    "make room; then run the same command with --resume to continue",
)


@pytest.fixture
def file_with_bad_row(cli: Cli, lite: LiteServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """A collection, and a file of two rows with a bad one between them."""
    monkeypatch.chdir(tmp_path)
    typed = Typed(cli, lite)
    typed.gone("rd")
    typed.all("create collection -c rd -f id:INT64 -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2", "load collection rd")
    Path("b.csv").write_text('id,v\n1,"[1,2]"\nx,"[1,2]"\n2,"[1,2]"\n')
    return typed


def make_device(name: str) -> None:
    """Creates a device, as root could replace those of the machine; users who can't create one can't replace one."""
    try:
        os.mknod(name, stat.S_IFCHR | 0o666, os.stat(f"/dev/{name}").st_rdev)
    except PermissionError:
        os.symlink(f"/dev/{name}", name)


def upserted(before: int) -> Run:
    return Run(5, "", f"{BAD}error: Upserted 2 of 3 rows into 'rd', which had {before} and has 2; 1 rejected\n")


def test_a_device_takes_rejected_rows_and_stays_a_device(file_with_bad_row: Typed) -> None:
    make_device("null")
    before = os.stat("null")
    assert file_with_bad_row(f"{UPSERT} --rejects null") == upserted(0)
    assert (os.stat("null").st_ino, os.stat("null").st_rdev) == (before.st_ino, before.st_rdev)
    assert sorted(os.listdir()) == ["b.csv", "home", "null"]


def test_a_full_device_ends_the_insert_and_resume_continues_on_another(file_with_bad_row: Typed) -> None:
    make_device("full")
    for line in (f"{UPSERT} --rejects full", f"{UPSERT} --rejects full --resume"):
        assert file_with_bad_row(line) == Run(FULL.code, "", BAD + FULL.err)
    os.remove("full")
    make_device("null")
    os.rename("null", "full")
    assert file_with_bad_row(f"{UPSERT} --rejects full --resume") == upserted(2)


def test_a_pipe_takes_rejected_rows_as_they_come(file_with_bad_row: Typed) -> None:
    os.mkfifo("fifo")
    with open(os.open("fifo", os.O_RDONLY | os.O_NONBLOCK)) as reader:
        assert file_with_bad_row(f"{UPSERT} --rejects fifo") == upserted(0)
        assert [json.loads(line)["row"] for line in reader] == [{"id": "x", "v": "[1,2]"}]
    assert sorted(os.listdir()) == ["b.csv", "fifo", "home"]


def test_a_folder_takes_no_rejected_rows(file_with_bad_row: Typed) -> None:
    os.mkdir("folder")
    run = file_with_bad_row(f"{UPSERT} --rejects folder")
    assert run.err.startswith("error: can't write folder: Is a directory\n")
    assert run.code == 1
