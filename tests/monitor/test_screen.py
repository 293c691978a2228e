"""The dashboard of top in a terminal, with real servers that end and come back."""

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.grpc_peer import GrpcPeer
from tests.support.lite_server import LiteServer
from tests.support.metrics_peer import MetricsPeer
from tests.support.milvus_server import MilvusServer
from tests.support.ports import free_ports
from tests.support.recorder import run_here
from tests.support.terminal import Terminal
from tests.support.typed import Typed
from tests.test_metrics import metrics

NOWHERE = {"MILVUS_URI": "http://127.0.0.1:1"}
IN, OUT = b"\x1b[?1049h", b"\x1b[?1049l"

Begin = Callable[..., Terminal]


@pytest.fixture
def metrics_peer() -> Iterator[MetricsPeer]:
    with MetricsPeer(metrics(100, 100)) as peer:
        yield peer


@pytest.fixture
def own_lite(tmp_path: Path) -> Iterator[LiteServer]:
    """A Milvus Lite that a test may end."""
    with LiteServer(tmp_path / "own") as server:
        yield server


def connected(cli: Cli, alias: str, address: str, management_port: int) -> None:
    words = ["connect", address, "-a", alias, "--management-port", str(management_port)]
    assert run_here(words, cli.home, "").code == 0


def wait_for(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


def wait_for_footer(shown: Terminal) -> None:
    """Waits until the last row, whatever the size, begins with the keys."""
    wait_for(lambda: shown.screen[-1].startswith(("q", "…")))


def test_milvus_shows_its_requests_and_collections(terminal: Begin, cli: Cli, milvus: MilvusServer) -> None:
    typed = Typed(cli, milvus)
    typed.make("watched", rows=20, index=True)
    typed.all("load watched")
    words = ["top", "-i", "0.2", "--management-port", str(milvus.management_port)]
    # Other tests have left collections on the server.
    shown = terminal(*words, cols=100, rows=120, env={"MILVUS_URI": milvus.uri})
    shown.wait_for("watched")
    typed.all("count watched")
    shown.wait_for("Query")
    assert shown.screen[0].startswith(f"MILVUS_URI  {milvus.address}  Milvus 2.3.5  up ")
    assert "query nodes 1" in shown.text
    shown.send("q")
    assert shown.wait_exit() == 0
    assert shown.raw.index(IN) < shown.raw.rindex(OUT)
    typed.gone("watched")


def test_milvus_lite_shows_what_grpc_tells(terminal: Begin, cli: Cli, lite: LiteServer) -> None:
    typed = Typed(cli, lite)
    typed.make("watched", rows=20)
    (port,) = free_ports(1)
    shown = terminal("top", "--management-port", str(port), rows=120, env={"MILVUS_URI": lite.uri})
    wait_for(lambda: re.search(r"^watched +20$", shown.text, re.MULTILINE) is not None)
    assert f"no rates: no HTTP from 127.0.0.1:{port}: Connection refused" in shown.text
    shown.send_key("c-c")
    assert shown.wait_exit() == 0
    typed.gone("watched")


def test_a_server_that_is_killed_is_an_alarm_until_it_is_back(terminal: Begin, own_lite: LiteServer) -> None:
    (port,) = free_ports(1)
    words = ["top", "-i", "0.1", "--management-port", str(port)]
    shown = terminal(*words, cols=100, env={"MILVUS_URI": own_lite.uri})
    shown.wait_for("no rates")
    own_lite.kill()
    shown.wait_for("! no response: ")
    own_lite.start()
    shown.wait_gone("! no response")
    shown.wait_for("no rates")
    shown.send("q")
    assert shown.wait_exit() == 0


def test_a_milvus_that_is_killed_is_an_alarm_until_it_is_back(terminal: Begin, tmp_path: Path) -> None:
    with MilvusServer(tmp_path / "own", session_ttl=5) as server:
        words = ["top", "-i", "0.2", "--management-port", str(server.management_port)]
        shown = terminal(*words, cols=100, env={"MILVUS_URI": server.uri})
        shown.wait_for("proxies 1")
        server.kill()
        shown.wait_for("! no response: ")
        server.start()
        shown.wait_gone("! no response")
        shown.wait_for("proxies 1")
        shown.send("q")
        assert shown.wait_exit() == 0


def test_a_server_that_hangs_delays_no_key(terminal: Begin, own_lite: LiteServer) -> None:
    (port,) = free_ports(1)
    shown = terminal("top", "-i", "0.1", "--management-port", str(port), env={"MILVUS_URI": own_lite.uri})
    shown.wait_for("no rates")
    with own_lite.frozen():
        time.sleep(0.3)
        started = time.monotonic()
        shown.send("h")
        shown.wait_for("shorter interval")
        shown.send("hq")
        assert shown.wait_exit() == 0
        assert time.monotonic() - started < 1.5


def test_two_servers_stand_side_by_side_and_below_each_other(
    terminal: Begin, cli: Cli, milvus: MilvusServer, lite: LiteServer
) -> None:
    (port,) = free_ports(1)
    connected(cli, "large", milvus.address, milvus.management_port)
    connected(cli, "small", lite.address, port)
    shown = terminal("top", "large", "small", "-i", "0.2", cols=130, rows=24)
    shown.wait_for("Milvus Lite")
    assert "│ small  127.0.0.1:" in shown.screen[0]
    shown.resize(24, 70)
    shown.wait_for("─" * 70)
    below = next(line for line in shown.screen[1:] if line.startswith("small"))
    assert below.startswith(f"small  {lite.address}  Milvus Lite 3")
    shown.send("q")
    assert shown.wait_exit() == 0


def test_it_follows_the_size_of_the_terminal(terminal: Begin, metrics_peer: MetricsPeer) -> None:
    words = ["top", "-i", "60", "--management-port", str(metrics_peer.port)]
    shown = terminal(*words, env=NOWHERE)
    shown.wait_for("1,000,020")
    for rows, columns in ((10, 40), (50, 200), (1, 1), (3, 12), (24, 80)):
        shown.resize(rows, columns)
        wait_for_footer(shown)
    shown.wait_for("1,000,020")
    shown.send("q")
    assert shown.wait_exit() == 0


def test_keys_change_interval_and_sort_and_open_help(terminal: Begin, metrics_peer: MetricsPeer) -> None:
    shown = terminal("top", "--management-port", str(metrics_peer.port), env=NOWHERE)
    shown.wait_for("+/- 1 s  s sort: rate")
    shown.send("+s")
    shown.wait_for("+/- 2 s  s sort: latency")
    shown.send("--")
    shown.wait_for("+/- 0.5 s")
    shown.send_key("up")
    shown.send("h")
    shown.wait_for("A line with ! is an alarm")
    shown.send("q")
    shown.wait_gone("A line with ! is an alarm")
    shown.send("q")
    assert shown.wait_exit() == 0


def test_a_pause_freezes_the_screen(terminal: Begin, metrics_peer: MetricsPeer) -> None:
    shown = terminal("top", "-i", "0.1", "--management-port", str(metrics_peer.port), env=NOWHERE)
    shown.wait_for("collections 3")
    shown.send("p")
    shown.wait_for("PAUSED")
    metrics_peer.text = metrics().replace("collection_num 3", "collection_num 4")
    time.sleep(0.5)
    assert "collections 3" in shown.text
    shown.send("p")
    shown.wait_for("collections 4")
    shown.send("q")
    assert shown.wait_exit() == 0


def test_nothing_is_drawn_when_nothing_changed(terminal: Begin, metrics_peer: MetricsPeer) -> None:
    shown = terminal("top", "-i", "60", "--management-port", str(metrics_peer.port), env=NOWHERE)
    # Of the second reading, a second after the first.
    shown.wait_for("requests/s       0.0")
    before = len(shown.raw)
    time.sleep(1.0)
    assert (shown.text != "", len(shown.raw)) == (True, before)
    shown.send("q")
    assert shown.wait_exit() == 0


def test_after_its_count_the_last_frame_stays(terminal: Begin, metrics_peer: MetricsPeer) -> None:
    words = ["top", "-n", "2", "-i", "0.1", "--management-port", str(metrics_peer.port)]
    shown = terminal(*words, env=NOWHERE)
    assert shown.wait_exit() == 0
    assert shown.raw.rindex(OUT) < shown.raw.rindex(b"loaded rows")
    assert "loaded rows 1,000,020" in shown.text


def test_nothing_that_answers_exits_3(terminal: Begin) -> None:
    (port,) = free_ports(1)
    shown = terminal("top", "--management-port", str(port), cols=120, env=NOWHERE)
    assert shown.wait_exit() == 3
    assert shown.text == (
        "error: nothing is listening at 127.0.0.1:1\n"
        "hint: check that the server is running, and its host and port (Milvus listens on 19530)"
    )
    assert IN not in shown.raw


@pytest.mark.parametrize("choice", [["--color", "never"], ["--color", "auto"]], ids=" ".join)
def test_without_colors_none_are_sent(terminal: Begin, metrics_peer: MetricsPeer, choice: list[str]) -> None:
    words = [*choice, "top", "--management-port", str(metrics_peer.port)]
    shown = terminal(*words, env={**NOWHERE, **({"NO_COLOR": "1"} if "auto" in choice else {})})
    shown.wait_for("1,000,020")
    shown.send("q")
    assert shown.wait_exit() == 0
    assert b"m1,000,020" not in shown.raw.replace(b"\x1b[0m", b"")
    assert b"\x1b[38;5;" not in shown.raw


def test_names_of_the_server_are_not_obeyed(terminal: Begin) -> None:
    text = metrics().replace('collection_id="1"', 'collection_id="\x1b]2;x\x07"')
    with MetricsPeer(text) as peer:
        shown = terminal("top", "--management-port", str(peer.port), env=NOWHERE)
        shown.wait_for("id \\x1b]2;x\\x07")
        shown.send("q")
        assert shown.wait_exit() == 0


def test_ctrl_z_gives_the_terminal_back_and_fg_takes_it_again(cli: Cli, metrics_peer: MetricsPeer) -> None:
    env = cli.environment({**NOWHERE, "PS1": "prompt>", "HISTFILE": "/dev/null"})
    with Terminal(["bash", "--norc", "-i"], env=env, cwd=cli.directory) as shown:
        shown.wait_for("prompt>")
        shown.send_line(f"{sys.executable} -m milvus_cli top --management-port {metrics_peer.port}")
        shown.wait_for("1,000,020")
        shown.send_key("c-z")
        shown.wait_for("Stopped")
        assert shown.raw.rindex(OUT) > shown.raw.rindex(IN)
        shown.send_line("fg")
        shown.wait_for("1,000,020")
        assert shown.raw.rindex(IN) > shown.raw.rindex(OUT)
        shown.send("q")
        shown.wait_gone("1,000,020")
        shown.send_line("stty -a | grep -o ' icanon'; echo ended with $?")
        shown.wait_for(" icanon\nended with 0")


def test_a_program_that_was_stopped_otherwise_draws_anew(terminal: Begin, metrics_peer: MetricsPeer) -> None:
    shown = terminal("top", "-i", "60", "--management-port", str(metrics_peer.port), env=NOWHERE)
    shown.wait_for("1,000,020")
    before = shown.raw.count(b"1,000,020")
    os.kill(shown.pid, signal.SIGSTOP)
    os.kill(shown.pid, signal.SIGCONT)
    wait_for(lambda: shown.text != "" and shown.raw.count(b"1,000,020") > before)
    shown.send("q")
    assert shown.wait_exit() == 0


def test_debug_writes_nothing_across_the_screen(terminal: Begin, cli: Cli, metrics_peer: MetricsPeer) -> None:
    with GrpcPeer() as server:
        words = ["--debug", "top", "-i", "0.1", "--management-port", str(metrics_peer.port)]
        shown = terminal(*words, env={"MILVUS_URI": server.uri})
        shown.wait_for("1,000,020")
        time.sleep(0.3)
        assert "rpc " not in shown.text
        shown.send("q")
        assert shown.wait_exit() == 0


def test_a_milvus_lite_that_is_stopped_and_started_is_found_again(terminal: Begin, cli: Cli) -> None:
    data = str(cli.directory / "data")
    assert cli("connect", "--lite", data, "-a", "own").code == 0
    try:
        shown = terminal("top", "own", "-i", "0.1")
        shown.wait_for("no rates: Milvus Lite has no management port")
        assert cli("stop", "server", data, "--yes").code == 0
        shown.wait_for("! no response: Milvus Lite on ")
        assert cli("--alias", "own", "ping").code == 0
        shown.wait_for("no rates: Milvus Lite has no management port")
        shown.send("q")
        assert shown.wait_exit() == 0
    finally:
        cli("stop", "server", data, "--yes")
