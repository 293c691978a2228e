"""connect --lite on a path that can be no data directory."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from milvus_cli.connections.lite_path import lite_path
from milvus_cli.text.packages import install_line
from tests.support.cli import ROOT, Cli, Run
from tests.support.earlier_lite_server import EarlierLiteServer, libraries


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("file", "Not a directory"),
        ("file/below", "Not a directory"),
        ("/dev/null", "Not a directory"),
        ("/proc/nosuch/data", "No such file or directory"),
        ("n" * 300, "File name too long"),
        ("a\udcffb", "not UTF-8"),
    ],
)
def test_a_path_that_is_not_a_data_directory_is_refused_before_a_server_starts(
    cli: Cli, tmp_path: Path, path: str, reason: str
) -> None:
    (tmp_path / "file").touch()
    shown = os.path.join(tmp_path, path).encode("utf-8", "backslashreplace").decode()
    error = f"error: cannot use data directory: {shown} ({reason})\nhint: connect --lite PATH\n"
    assert cli("connect", "--lite", path) == Run(2, "", error)
    assert list((cli.home / "servers").glob("*")) == []


def test_a_nul_in_a_path_is_refused(cli: Cli, tmp_path: Path) -> None:
    error = f"error: stdin:1: cannot use data directory: {tmp_path}/a\\x00b (embedded null byte)\n"
    assert cli(input="connect --lite 'a\0b'\n") == Run(2, "", f"{error}hint: connect --lite PATH\n")


def test_a_directory_that_may_not_be_made_is_refused(cli: Cli) -> None:
    """Not even by root."""
    run = cli("connect", "--lite", "/sys/kernel/data")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error: cannot use data directory: /sys/kernel/data (")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("./milvus.db", "{here}/milvus.db"),
        ("milvus.db", "{here}/milvus.db"),
        ("../books", "{above}/books"),
        ("/data/books", "/data/books"),
        ("~/books.db", "{home}/books.db"),
        ("localhost", None),
        ("milvus.example:19530", None),
        ("http://milvus.db", None),
        ("books", None),
    ],
)
def test_an_address_is_told_from_a_path(monkeypatch: pytest.MonkeyPatch, text: str, path: str | None) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    here = os.getcwd()
    assert lite_path(text) == (path and path.format(here=here, above=os.path.dirname(here), home="/home/ann"))


@pytest.mark.parametrize("words", [["./milvus.db"], ["--lite", "milvus.db"]])
def test_a_database_of_milvus_lite_2_is_recognized(cli: Cli, earlier_lite: EarlierLiteServer, words: list[str]) -> None:
    shutil.copy(earlier_lite.data_file, cli.directory / "milvus.db")
    error = f"error: {cli.directory}/milvus.db is a database of Milvus Lite 2, which Milvus Lite 3 cannot open\n"
    hint = "hint: `help lite` tells how to copy it to a data directory of Milvus Lite 3\n"
    assert cli("connect", *words) == Run(2, "", error + hint)
    with closing(sqlite3.connect(cli.directory / "milvus.db")) as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)


def test_a_path_has_no_token(cli: Cli) -> None:
    error = "error: --lite and --token cannot be combined\nhint: give one of them\n"
    assert cli("connect", "./milvus.db", "--token", "root:Milvus") == Run(2, "", error)


def test_an_installed_milvus_lite_2_is_too_old(cli: Cli) -> None:
    packages = libraries().parents[1]
    run = cli("connect", "--lite", "books", env={"PYTHONPATH": f"{ROOT}{os.pathsep}{packages}"})
    assert run.err.splitlines() == [
        "error: Milvus Lite 2.5.1 is too old: 3.2 or newer is required",
        f"hint: run `{install_line('milvus-lite>=3.2', 'pymilvus>=3.0')}`; `help lite` tells how to keep its data",
    ]
    assert not (cli.directory / "books").exists()


def test_a_database_of_milvus_lite_2_is_served_where_that_is_installed(cli: Cli, tmp_path: Path) -> None:
    server = EarlierLiteServer(tmp_path / "made")
    with server:
        made = ("create", "collection", "kept", "--dim", "2", "--alias", "made")
        assert cli("connect", server.uri, "-a", "made").code == 0
        assert cli(*made).code == 0

    env = {"PYTHONPATH": f"{ROOT}{os.pathsep}{libraries().parents[1]}"}
    shutil.copy(server.data_file, cli.directory / "books.db")
    assert cli("connect", "./books.db", "-a", "books", env=env).code == 0
    assert cli("list", "collections", "--names", env=env).out == "kept\n"
    assert cli("stop", "server", "--all", env=env).out == "Stopped 1 server.\n"

    # The next command starts it again.
    assert cli("count", "kept", "-o", "csv", env=env).code == 0
    assert cli("stop", "server", "--all", env=env).code == 0
