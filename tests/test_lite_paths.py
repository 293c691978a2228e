"""connect --lite on a path that can be no data directory."""

import os
from pathlib import Path

import pytest

from tests.support.cli import Cli, Run


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
