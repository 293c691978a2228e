"""Servers with collections of all their types, and dumps of them."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from milvus_cli.dump import parts
from milvus_cli.dump.journal import Journal
from tests.dump.shelves import DumpedServer, Killed
from tests.support.earlier_lite_server import EarlierLiteServer
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer


@pytest.fixture(scope="module")
def on_lite_server(tmp_path_factory: pytest.TempPathFactory, lite: LiteServer) -> Iterator[DumpedServer]:
    yield from _filled(DumpedServer(tmp_path_factory.mktemp("home"), lite, "lite"))


@pytest.fixture(scope="module")
def on_milvus_server(tmp_path_factory: pytest.TempPathFactory, milvus: MilvusServer) -> Iterator[DumpedServer]:
    yield from _filled(DumpedServer(tmp_path_factory.mktemp("home"), milvus, "milvus"))


@pytest.fixture(scope="module")
def on_earlier_lite(
    tmp_path_factory: pytest.TempPathFactory, earlier_lite: EarlierLiteServer
) -> Iterator[DumpedServer]:
    yield from _filled(DumpedServer(tmp_path_factory.mktemp("home"), earlier_lite, "earlier_lite"))


def _filled(dumped: DumpedServer) -> Iterator[DumpedServer]:
    dumped.make()
    yield dumped
    dumped.clear()


@pytest.fixture(scope="module")
def lite_dump(on_lite_server: DumpedServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dump of Milvus Lite; tests change only copies of it."""
    path = tmp_path_factory.mktemp("dumps") / "whole"
    on_lite_server.all(f"dump {path} -c 'dmp_*'")
    return path


@pytest.fixture
def copied_dump(lite_dump: Path, tmp_path: Path) -> Path:
    """A copy of that dump to change."""
    return Path(shutil.copytree(lite_dump, tmp_path / "copy"))


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PART_BYTES", 4_000)


@pytest.fixture
def ending_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, bool], None]]:
    """ending_at(n, written) ends jobs at step n of their journal, before or after it is written."""
    add = Journal.add

    def end_at(number: int, written: bool) -> None:
        steps = 0

        def counted(self: Journal, event: dict[str, object]) -> None:
            nonlocal steps
            steps += 1
            if steps == number and not written:
                raise Killed
            add(self, event)
            if steps == number:
                raise Killed

        monkeypatch.setattr(Journal, "add", counted)

    yield end_at
    monkeypatch.setattr(Journal, "add", add)
