"""How long a key takes until it is drawn, in a real terminal, while the server does its worst."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.install import Environment, clean_variables
from tests.bench.report import Row
from tests.bench.timing import BenchFailed, Process
from tests.support.grpc_peer import GrpcPeer, replies
from tests.support.lite_server import LiteServer
from tests.support.official import milvus_pb2
from tests.support.terminal import Terminal

NAMES = 10_000
BUDGET_MS = 50.0
LINE = "search -c collection_04 -v [0.1,0.2] --filter 'id > 3' --fields "
PROMPT = "default/default> "


def measure_typing(environment: Environment, work: Path, rounds: int) -> list[Row]:
    return [*_many_names(environment, work, rounds), *_frozen_server(environment, work, rounds)]


def _many_names(environment: Environment, work: Path, rounds: int) -> list[Row]:
    many = milvus_pb2.ShowCollectionsResponse(collection_names=[f"collection_{number:05}" for number in range(NAMES)])
    peer = GrpcPeer({"ShowCollections": replies(many)})
    with peer, _shell(environment, work / "many", peer.address) as shell:
        return _rows(f"key drawn, {NAMES:,} collections", _keys(shell, rounds))


def _frozen_server(environment: Environment, work: Path, rounds: int) -> list[Row]:
    server = LiteServer(work / "server")
    with server, _shell(environment, work / "frozen", server.address) as shell, server.frozen():
        return _rows("key drawn, server frozen", _keys(shell, rounds))


@contextmanager
def _shell(environment: Environment, home: Path, address: str) -> Iterator[Terminal]:
    home.mkdir()
    variables = clean_variables(home)
    Process([environment.milvus_cli, "connect", address], variables)()
    with Terminal([str(environment.milvus_cli)], rows=30, cols=120, env=variables) as shell:
        shell.wait_for(PROMPT.strip(), timeout=30)
        # The first Tab asks for the names; they come in the background.
        shell.send("count -c col\t")
        time.sleep(2)
        shell.send_key("c-c")
        time.sleep(0.5)
        yield shell


def _keys(shell: Terminal, rounds: int) -> list[float]:
    """Milliseconds of each key of the line, typed `rounds` times."""
    taken = []
    for _ in range(rounds):
        for position, key in enumerate(LINE, start=len(PROMPT) + 1):
            started = time.perf_counter()
            shell.send(key)
            while shell.cursor[1] != position:
                if time.perf_counter() - started > 5:
                    raise BenchFailed(f"the key {key!r} was not drawn:\n{shell.text}")
                time.sleep(0.0005)
            taken.append((time.perf_counter() - started) * 1000)
        shell.send_key("c-c")
        time.sleep(0.2)
        shell.screen  # noqa: B018
    return sorted(taken)


def _rows(what: str, taken: list[float]) -> list[Row]:
    return [
        Row(f"{what}, median", taken[len(taken) // 2], taken[0]),
        Row(f"{what}, 99th percentile", taken[len(taken) * 99 // 100], taken[0], budget=BUDGET_MS),
    ]
