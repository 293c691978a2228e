"""Whatever breaks while rows are inserted, none is lost and none is there twice: counted on real servers."""

import gzip
import json
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.cli import Cli, Run
from tests.support.milvus_server import MilvusServer
from tests.support.process import ServerProcess
from tests.support.recorder import run_here
from tests.support.tcp_proxy import TcpProxy
from tests.support.typed import Typed, failed
from tests.test_insert_files import without_speed

SMALL = "create collection -c {name} -f id:INT64 -f v:FLOAT_VECTOR:2 -p id"


def write_rows(path: Path, count: int, *, pad: int = 0) -> None:
    with path.open("w") as file:
        file.writelines(json.dumps({"id": number, "v": [number, 0.5]}) + " " * pad + "\n" for number in range(count))


def make_loaded(typed: Typed, name: str) -> None:
    typed.gone(name)
    typed.all(SMALL.format(name=name), f"create index -c {name} -f v -t FLAT -m L2", f"load collection -c {name}")


def exact(typed: Typed, name: str) -> int:
    return int(typed.json(f"count {name}")["exact"])


def distinct(typed: Typed, name: str) -> int:
    """How many primary keys there are."""
    from tests.support.official import official_client

    client = official_client(typed.server.uri)
    try:
        return len({row["id"] for row in client.query(name, "id >= 0", ["id"], consistency_level="Strong")})
    finally:
        client.close()


def wait_for(is_true: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < until
        time.sleep(0.02)


def acknowledged(checkpoint: Path) -> int:
    try:
        return int(json.loads(checkpoint.read_text())["inserted"])
    except (FileNotFoundError, ValueError):
        return 0


@pytest.fixture
def proxy(server: ServerProcess) -> Iterator[TcpProxy]:
    with TcpProxy(server.host, server.port) as found:
        yield found


def test_an_insert_that_was_killed_goes_on_with_resume(typed: Typed, proxy: TcpProxy, tmp_path: Path) -> None:
    make_loaded(typed, "fault_killed")
    rows, checkpoint = tmp_path / "rows.jsonl", tmp_path / "how_far"
    write_rows(rows, 20_000, pad=1_000)
    line = ["insert", "file", "-c", "fault_killed", str(rows), "--checkpoint", str(checkpoint)]
    proxy.delay(0.1)
    process = typed.cli.start(*line, env={"MILVUS_URI": f"http://127.0.0.1:{proxy.port}"})
    wait_for(lambda: acknowledged(checkpoint) > 0)
    process.kill()
    process.communicate()
    assert 0 < acknowledged(checkpoint) < 20_000
    proxy.delay(0)
    again = run_here(line, typed.cli.home, f"http://127.0.0.1:{proxy.port}")
    assert again == failed(
        f"an earlier insert of this stopped after {acknowledged(checkpoint):,} rows",
        "--resume goes on there, --restart begins anew", code=2,
    )  # fmt: skip
    before = exact(typed, "fault_killed")
    run = without_speed(run_here([*line, "--resume"], typed.cli.home, f"http://127.0.0.1:{proxy.port}"))
    assert run == Run(0, "Inserted 20,000 of 20,000 rows into 'fault_killed', which had "
                         f"{before:,} and has 20,000.\n", "")  # fmt: skip
    assert not checkpoint.exists()
    assert distinct(typed, "fault_killed") == 20_000
    typed.gone("fault_killed")


class RandomCuts(TcpProxy):
    """Cuts every connection so often, each time after as many bytes as chance has it."""

    def __init__(self, host: str, port: int, *, cuts: int, least: int, most: int) -> None:
        super().__init__(host, port)
        self.left = cuts
        self._next = lambda: random.Random(self.left).randrange(least, most)
        self._bytes_until_cut = self._next()

    def _cut_when_due(self) -> None:
        due = self._bytes_until_cut == 0
        try:
            super()._cut_when_due()
        finally:
            if due:
                self.left -= 1
                self._bytes_until_cut = self._next() if self.left else None


def test_a_connection_that_is_cut_at_random_loses_and_doubles_no_row(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milvus_cli.transfer.readers.CHUNK", 25_000)
    make_loaded(typed, "fault_cut")
    rows = tmp_path / "rows.jsonl"
    write_rows(rows, 20_000)
    with RandomCuts(typed.server.host, typed.server.port, cuts=20, least=5_000, most=30_000) as proxy:
        line = ["insert", "file", "-c", "fault_cut", str(rows)]
        run = without_speed(run_here(line, typed.cli.home, f"http://127.0.0.1:{proxy.port}"))
        assert proxy.left == 0
    assert run == Run(0, "Inserted 20,000 of 20,000 rows into 'fault_cut', which had 0 and has 20,000.\n", "")
    assert distinct(typed, "fault_cut") == 20_000
    typed.gone("fault_cut")
