"""watch: a command that is repeated, over its last output on a terminal, and plain elsewhere."""

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer, Handler, replies
from tests.support.official import milvus_pb2
from tests.support.terminal import Terminal

Begin = Callable[..., Terminal]
CLEAR, MARK = b"\x1b[H\x1b[2J", "\x1b[7m"
VERSION = '{"milvus_cli": "0.1.0"}\n'


def counting() -> Handler:
    """Answers with one database more each time."""
    numbers = count(1)

    def answer(request: object, context: object) -> milvus_pb2.ListDatabasesResponse:
        return milvus_pb2.ListDatabasesResponse(db_names=[f"base{each}" for each in range(next(numbers))])

    return answer


@pytest.fixture
def growing_server() -> Iterator[GrpcPeer]:
    """A server with one database more each time it is asked."""
    with GrpcPeer({"ListDatabases": counting()}) as server:
        yield server


def watched(terminal: Begin, server: GrpcPeer, *words: str, **options: object) -> Terminal:
    return terminal(*words, "list", "databases", env={"MILVUS_URI": server.uri}, **options)


def test_a_header_has_the_time_and_the_command(terminal: Begin, growing_server: GrpcPeer) -> None:
    shown = watched(terminal, growing_server, "watch", "0.2")
    shown.wait_for("base2")
    assert re.fullmatch(r"\d\d:\d\d:\d\d  every 0\.2 s: list databases", shown.screen[0])
    assert shown.screen[1] == ""
    shown.send("q")
    assert shown.wait_exit() == 0


def test_what_is_new_is_marked_and_then_no_longer(terminal: Begin, growing_server: GrpcPeer) -> None:
    shown = watched(terminal, growing_server, "watch", "-n", "3", "0.1")
    assert shown.wait_exit() == 0
    runs = shown.raw.decode().split("every 0.1 s")[1:]
    assert [MARK in run for run in runs] == [False, True, True]
    assert (f"{MARK}base1" in runs[1], f"{MARK}base1" in runs[2], f"{MARK}base2" in runs[2]) == (True, False, True)


def test_the_screen_is_cleared_once(terminal: Begin, growing_server: GrpcPeer) -> None:
    shown = watched(terminal, growing_server, "watch", "--count", "4", "0.1")
    assert shown.wait_exit() == 0
    assert shown.raw.count(CLEAR) == 1
    assert [line for line in shown.screen if "base" in line][-1].strip("│ ") == "base3"


def test_a_shorter_output_leaves_nothing_of_a_longer_one(terminal: Begin) -> None:
    answers = iter([["long", "longer", "longest"], ["x"]])

    def answer(request: object, context: object) -> milvus_pb2.ListDatabasesResponse:
        return milvus_pb2.ListDatabasesResponse(db_names=next(answers))

    with GrpcPeer({"ListDatabases": answer}) as server:
        shown = watched(terminal, server, "watch", "-n", "2", "0.1")
        assert shown.wait_exit() == 0
    assert (
        shown.text.split("\n", 2)[2] == "╭──────────╮\n│ database │\n├──────────┤\n│ x        │\n╰──────────╯\n(1 row)"
    )


def test_output_is_cut_to_the_screen(terminal: Begin) -> None:
    names = [f"base{number:02}" for number in range(50)]
    with GrpcPeer({"ListDatabases": replies(milvus_pb2.ListDatabasesResponse(db_names=names))}) as server:
        shown = watched(terminal, server, "watch", "-n", "2", "0.1", rows=12)
        assert shown.wait_exit() == 0
    assert "every 0.1 s" in shown.screen[0]
    assert shown.screen[9:] == ["│ base04   │", "(47 more lines)", ""]


def test_another_size_is_used_for_the_next_run(terminal: Begin, growing_server: GrpcPeer) -> None:
    shown = watched(terminal, growing_server, "watch", "0.2")
    shown.wait_for("base1")
    shown.resize(8, 40)
    shown.wait_for("more lines)")
    assert "every 0.2 s" in shown.screen[0]
    shown.send("xq")
    assert shown.wait_exit() == 0


@pytest.mark.parametrize("key", ["q", "\x03"], ids=["q", "Ctrl-C"])
def test_a_key_ends_it_at_once(terminal: Begin, growing_server: GrpcPeer, key: str) -> None:
    shown = watched(terminal, growing_server, "watch", "60")
    shown.wait_for("(1 row)")
    time.sleep(0.2)
    shown.send(key)
    assert shown.wait_exit(5) == 0


def test_another_key_changes_nothing(terminal: Begin, growing_server: GrpcPeer) -> None:
    shown = watched(terminal, growing_server, "watch", "60")
    shown.wait_for("(1 row)")
    shown.send("x ")
    time.sleep(0.5)
    assert "base1" not in shown.text
    shown.send("q")
    assert shown.wait_exit() == 0


def test_a_failure_stands_below_the_header_and_ends_it(terminal: Begin) -> None:
    shown = terminal("watch", "0.1", "ping", env={"MILVUS_URI": "http://127.0.0.1:1"})
    assert shown.wait_exit() == 3
    assert shown.screen[0].endswith("every 0.1 s: ping")
    assert shown.screen[2].startswith("error: nothing is listening at 127.0.0.1:1")


def test_a_secret_is_not_shown(terminal: Begin) -> None:
    shown = terminal("watch", "0.1", "connect", "127.0.0.1:1", "-t", "root:hunter2", "--no-save")
    assert shown.wait_exit() == 3
    assert shown.screen[0].endswith("every 0.1 s: connect … (hidden: it has a secret)")
    assert b"hunter2" not in shown.raw


def test_control_characters_of_the_line_are_not_obeyed(terminal: Begin) -> None:
    shown = terminal("watch", "-n", "1", "1", "help", "\x1b]0;x\x07")
    shown.wait_exit()
    assert b"\x1b]0;x" not in shown.raw


def test_a_dumb_terminal_gets_one_output_after_the_other(terminal: Begin, growing_server: GrpcPeer) -> None:
    shown = watched(terminal, growing_server, "watch", "-n", "2", "0.1", term="dumb")
    assert shown.wait_exit() == 0
    assert (b"every" in shown.raw, b"\x1b[" in shown.raw) == (False, False)


def test_without_a_terminal_it_is_plain(cli: Cli) -> None:
    assert cli("watch", "-n", "2", "0.1", "version", "-o", "jsonl") == Run(0, VERSION * 2, "")
    assert cli("watch", "--times", "2", "0.1", "version").code == 2


def test_a_signal_between_two_runs_gives_the_terminal_back(cli: Cli, growing_server: GrpcPeer) -> None:
    env = cli.environment({"MILVUS_URI": growing_server.uri})
    around = 'sh -c \'echo $$ >pid; exec "$@"\' sh "$@"; echo "ended with $?"; exec cat'
    command = ["sh", "-c", around, "sh", sys.executable, "-m", "milvus_cli", "watch", "60", "list", "databases"]
    with Terminal(command, env=env, cwd=cli.directory) as shown:
        shown.wait_for("(1 row)")
        until = time.monotonic() + 10
        while shown.modes == shown.first_modes:
            assert time.monotonic() < until
        os.kill(int(Path(cli.directory, "pid").read_text()), signal.SIGTERM)
        shown.wait_for("ended with 143")
        assert shown.modes == shown.first_modes
