"""Homes with a file in the place of a directory, or the reverse."""

from pathlib import Path

import pytest

from tests.support.cli import Cli, Run

LINES = ("list connections", "list collections", "list servers", "list settings", "connect 127.0.0.1:1")


@pytest.mark.parametrize("below", ["", "/deeper/down"])
def test_a_home_that_is_a_file_is_named(cli: Cli, tmp_path: Path, below: str) -> None:
    home = f"{tmp_path / 'file'}{below}"
    (tmp_path / "file").write_text("kept")
    told = Run(2, "", f"error: MILVUS_CLI_HOME is not a directory: {home}\nhint: set MILVUS_CLI_HOME to a directory\n")
    assert [cli(*line.split(), env={"MILVUS_CLI_HOME": home}) for line in LINES] == [told] * len(LINES)
    assert (tmp_path / "file").read_text() == "kept"


def test_a_connection_store_that_is_a_directory_is_named(cli: Cli) -> None:
    path = cli.home / "connections.db"
    path.mkdir(parents=True)
    hint = "check its permissions and the space on its disk, or set MILVUS_CLI_HOME to another directory"
    told = Run(1, "", f"error: the connection store {path} can't be used: it is a directory\nhint: {hint}\n")
    assert [cli(*line.split()) for line in ("list connections", "list collections")] == [told] * 2


def test_server_records_that_are_not_a_directory_are_named(cli: Cli) -> None:
    cli.home.mkdir()
    (cli.home / "servers").write_text("")
    assert cli("list", "servers") == Run(1, "", f"error: can't read {cli.home / 'servers'}: Not a directory\n")
