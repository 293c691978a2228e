"""Ctrl-C in copies, dumps and restores: one hint, which says how to continue."""

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from milvus_cli.transfer.sender import Sender
from tests.dump.shelves import DumpedServer
from tests.support.cli import Run
from tests.support.milvus_server import MilvusServer

AGAIN, RESUME = "run the same command again to continue", "run the same command with --resume to continue"
ON_ITS_WAY = "interrupted; 0 rows are in, and what was on its way may be"


def interrupt(*words: object, **named: object) -> NoReturn:
    raise KeyboardInterrupt


@pytest.fixture
def there(tmp_path: Path, milvus: MilvusServer) -> Iterator[DumpedServer]:
    """A server with the loaded collection `hint_book`, and its dump."""
    server = DumpedServer(tmp_path, milvus, "milvus")
    server.clear("hint_")
    server.all(
        "create collection -c hint_book -f id:INT64 -f v:FLOAT_VECTOR:4 -p id --index v:FLAT:L2",
        "insert fake -c hint_book -n 20",
        "load collection hint_book",
        f"dump {tmp_path}/d -c hint_book",
    )
    yield server
    server.clear("hint_")


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("restore {path} --suffix _made", ON_ITS_WAY, AGAIN),
        ("copy hint_book hint_made --yes", "interrupted", RESUME),
    ],
)
def test_ctrl_c_while_rows_are_sent(
    there: DumpedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, message: str, hint: str
) -> None:
    line = line.format(path=tmp_path / "d")
    with monkeypatch.context() as patch:
        patch.setattr(Sender, "submit", interrupt)
        assert there(line) == Run(130, "", f"error: {message}\nhint: {hint}\n")
    there.all(line if "restore" in line else f"{line} --resume")


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("restore {path} --suffix _made", "interrupted", AGAIN),
        ("copy hint_book hint_made --yes", "interrupted", RESUME),
        ("dump {path}_other -c hint_book --load", "interrupted; {path}_other is incomplete", AGAIN),
    ],
)
def test_ctrl_c_while_a_collection_is_loaded(
    there: DumpedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, message: str, hint: str
) -> None:
    line, message = line.format(path=tmp_path / "d"), message.format(path=tmp_path / "d")
    if "dump" in line:
        there.all("release collection hint_book")
    with monkeypatch.context() as patch:
        patch.setattr("milvus_cli.server.waiting.loaded_fraction", interrupt)
        assert there(line) == Run(130, "", f"error: {message}\nhint: {hint}\n")
    there.all(f"{line} --resume" if "copy" in line else line)


def test_ctrl_c_in_the_copy_of_a_database(there: DumpedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    there.all(f"connect {there.server.address} -a here", "create database hint_shop")
    with monkeypatch.context() as patch:
        patch.setattr(Sender, "submit", interrupt)
        run = there("copy here: here/hint_shop: --collection hint_book --yes")
    there.all("delete collection hint_book --db hint_shop --yes", "delete database hint_shop --yes")
    assert run == Run(130, "", f"error: hint_book: interrupted\nhint: {RESUME}\n")
