"""Whole sessions of the shell in a real terminal."""

import json
import os
import re
import resource
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import grpc
import pytest

from tests.support.cli import Cli
from tests.support.grpc_peer import GrpcPeer, aborts, never_answers, replies
from tests.support.lite_server import LiteServer
from tests.support.official import milvus_pb2
from tests.support.ports import free_ports
from tests.support.tcp_proxy import TcpProxy
from tests.support.terminal import Terminal

Start = Callable[..., Terminal]


@pytest.fixture
def shell(cli: Cli, terminal: Start, lite: LiteServer) -> Terminal:
    """A shell connected to Milvus Lite."""
    cli("connect", lite.address, "-a", "dev")
    started = terminal(cols=160)
    started.wait_for("dev/default>")
    return started


def lines(shell: Terminal) -> list[str]:
    return [line for line in shell.screen if line]


def test_the_prompt_shows_alias_and_database_and_commands_answer(shell: Terminal, lite: LiteServer) -> None:
    shell.send_line("version -o jsonl")
    shell.wait_for('{"milvus_cli": "0.1.0"}\ndev/default>')
    shell.wait_for(f"\n dev · {lite.address} · db default")
    assert lines(shell)[1:] == [
        "dev/default> version -o jsonl",
        '{"milvus_cli": "0.1.0"}',
        "dev/default>",
        f" dev · {lite.address} · db default · milvus_lite-3.2.2",
    ]


def test_without_a_connection_the_prompt_says_so_and_connect_changes_it(terminal: Start, lite: LiteServer) -> None:
    shell = terminal()
    shell.wait_for("milvus_cli>")
    shell.send_line("list collections")
    shell.wait_for("error: not connected\nhint: connect -h HOST -p PORT")
    shell.send_line(f"connect {lite.address} -a here")
    shell.wait_for("here/default>")


def test_a_failed_command_leaves_the_shell_and_its_connection_as_they_were(shell: Terminal) -> None:
    shell.send_line("connect -p 1 -a broken")
    shell.wait_for("error: nothing is listening at 127.0.0.1:1\n")
    shell.send_line("use nosuch")
    shell.wait_for("error: database 'nosuch' not found\nhint: run `list databases`\ndev/default>")


def test_no_number_of_ctrl_c_ends_the_shell(shell: Terminal) -> None:
    for line in ("", "!sleep 60", "watch 60 list databases"):
        shell.send_line(line)
        for _ in range(40):
            shell.send_key("c-c")
            time.sleep(0.02)
    # Keys that came before `watch` looks at them are lost.
    for _ in range(30):
        shell.send_key("c-c", "c-u")
        shell.send_line("version -o jsonl")
        with suppress(AssertionError):
            shell.wait_for('{"milvus_cli": "0.1.0"}\ndev/default>', timeout=1)
            return
    raise AssertionError(shell.text)


def test_ctrl_c_clears_the_line_and_ctrl_d_leaves(shell: Terminal) -> None:
    shell.send("delete everything")
    shell.wait_for("delete everything")
    shell.send_key("c-c")
    shell.wait_for("dev/default> delete everything\ndev/default>")
    shell.send_line("version -o jsonl")
    shell.wait_for('{"milvus_cli": "0.1.0"}\ndev/default>')
    shell.send_key("c-d")
    assert shell.wait_exit() == 0


def test_ctrl_c_cancels_a_call_long_before_its_deadline(cli: Cli, terminal: Start) -> None:
    roles = replies(milvus_pb2.SelectRoleResponse())
    handlers = {"ShowCollections": never_answers(), "SelectRole": roles, "CreateRole": never_answers()}
    with GrpcPeer(handlers) as peer:
        cli("connect", peer.address, "-a", "slow")
        shell = terminal()
        shell.wait_for("slow/default>")
        shell.send_line("list collections")
        while "ShowCollections" not in peer.methods:
            time.sleep(0.01)
        started = time.monotonic()
        shell.send_key("c-c")
        shell.wait_for("error: interrupted\nslow/default>")
        assert time.monotonic() - started < 6

        shell.send_line("create role reader")
        while "CreateRole" not in peer.methods:
            time.sleep(0.01)
        shell.send_key("c-c")
        shell.wait_for("error: interrupted during CreateRole: outcome unknown\nhint: the server may have done it")


def test_a_line_that_was_copied_with_its_prompt_runs(shell: Terminal) -> None:
    shell.send_line("milvus_cli > version -o jsonl")
    shell.wait_for('{"milvus_cli": "0.1.0"}\ndev/default>')
    shell.send_line("milvus_cli > \\q")
    assert shell.wait_exit() == 0


def test_exit_takes_a_code(shell: Terminal) -> None:
    shell.send_line("exit 3")
    assert shell.wait_exit() == 3


def test_a_shell_keeps_its_alias_whatever_other_processes_connect_to(
    cli: Cli, shell: Terminal, lite: LiteServer
) -> None:
    cli("connect", lite.address, "-a", "elsewhere")
    shell.send_line("show connection -o jsonl")
    shell.wait_for('{"alias": "dev"')


def test_use_changes_the_database_in_prompt_and_calls(shell: Terminal, lite: LiteServer) -> None:
    shell.send_line("use connection dev; use default")
    shell.wait_for("Using database 'default'.\ndev/default>")


def test_history_is_private_survives_and_keeps_no_secret(cli: Cli, terminal: Start, lite: LiteServer) -> None:
    shell = terminal(cols=120)
    shell.wait_for("milvus_cli>")
    shell.send_line("version -o jsonl")
    shell.send_line(f"connect {lite.address} -u root -pwd hunter2")
    shell.wait_for("default/default>")
    shell.send_line(f"connect milvus://root:hunter2@{lite.address}")
    shell.send_line("exit")
    shell.wait_exit()
    history = cli.home / "history"
    assert [line for line in history.read_text().splitlines() if line.startswith("+")] == ["+version -o jsonl", "+exit"]
    assert history.stat().st_mode & 0o777 == 0o600
    again = terminal()
    again.wait_for("default/default>")
    again.send_key("up", "up", "enter")
    again.wait_for('{"milvus_cli": "0.1.0"}')


def test_two_shells_keep_the_lines_of_both(cli: Cli, terminal: Start) -> None:
    shells = [terminal(), terminal()]
    for shell in shells:
        shell.wait_for("milvus_cli>")
    for number in range(5):
        for name, shell in zip("ab", shells, strict=True):
            shell.send_line(f"show output -o csv # {name}{number}")
            shell.wait_for(f"{name}{number}\noutput\ntable\nmilvus_cli>")
    kept = {row["line"] for row in json.loads(cli("history", "-o", "json").out)}
    assert kept == {f"show output -o csv # {name}{number}" for name in "ab" for number in range(5)}


def test_a_full_disk_is_reported_once_and_keeps_nobody_from_typing(cli: Cli, terminal: Start) -> None:
    shell = terminal(cols=200)
    shell.wait_for("milvus_cli>")
    resource.prlimit(shell.pid, resource.RLIMIT_FSIZE, (0, 0))
    answer = 'version -o jsonl\n{}{{"milvus_cli": "0.1.0"}}\nmilvus_cli>'
    shell.send_line("version -o jsonl")
    shell.wait_for(answer.format(f"history is not kept: {cli.home / 'history'}: File too large\n"))
    shell.send_line("version -o jsonl")
    shell.wait_for("milvus_cli> " + answer.format(""))


def test_a_password_is_asked_for_hidden(cli: Cli, terminal: Start, milvus_auth: LiteServer) -> None:
    shell = terminal("connect", milvus_auth.address, "-u", "root", "-o", "jsonl")
    shell.wait_for("Password of root:")
    assert signal.SIGTSTP in ignored_signals(shell.pid)
    shell.send("Mil")
    shell.send_key("c-z")
    shell.send_line("vus")
    shell.wait_exit()
    shell.wait_for('"user": "root"')
    assert b"Milvus" not in shell.raw.replace(b"Milvus Lite", b"")


def test_text_typed_at_a_hidden_question_before_ctrl_c_is_not_a_line(shell: Terminal) -> None:
    modes = shell.modes
    shell.send_line("connect 127.0.0.1:1 -u root")
    shell.wait_for("Password of root:")
    shell.send("Mil")
    shell.send_key("c-c")
    shell.wait_for("interrupted\ndev/default>")
    shell.send_line("version -o jsonl")
    shell.wait_for('dev/default> version -o jsonl\n{"milvus_cli": "0.1.0"}\ndev/default>')
    assert (b"Mil" in shell.raw, shell.modes) == (False, modes)


def ignored_signals(pid: int) -> set[int]:
    """The terminal would echo a password after Ctrl-Z and fg."""
    mask = int(re.findall(r"SigIgn:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())[0], 16)
    return {number for number in range(1, 65) if mask >> (number - 1) & 1}


def test_no_password_is_an_answer_too(shell: Terminal) -> None:
    shell.send_line("connect 127.0.0.1:1 -u root")
    shell.wait_for("Password of root:")
    shell.send_key("c-d")
    shell.wait_for("Password of root:\nerror: no answer\ndev/default>")


def test_a_question_is_asked_before_a_collection_goes(cli: Cli, shell: Terminal) -> None:
    cli("create", "collection", "asked", "-f", "id:INT64", "-f", "v:FLOAT_VECTOR:2", "-p", "id")
    shell.send_line("delete collection asked")
    shell.wait_for("with 0 rows? [y/N]")
    shell.send_line("n")
    shell.wait_for("error: canceled\ndev/default>")
    shell.send_line("delete collection asked")
    shell.wait_for("error: canceled\ndev/default> delete collection asked\nDelete collection 'asked' on dev")
    shell.send_key("c-d")
    shell.wait_for("[y/N]\nerror: no answer\ndev/default>")
    shell.send_line("delete collection asked")
    shell.wait_for("error: no answer\ndev/default> delete collection asked\nDelete collection 'asked' on dev")
    shell.send_line("y")
    shell.wait_for("Deleted collection 'asked'.")


def test_ctrl_c_belongs_to_the_program_that_the_output_goes_to(shell: Terminal) -> None:
    shell.send_line(
        """version | exec sh -c 'trap "" INT; cat > /dev/null; echo reading; read it < /dev/tty; echo read $it'"""
    )
    shell.wait_for("\nreading")
    shell.send_key("c-c")
    shell.send_line("this")
    shell.wait_for("\nread this\ndev/default>")
    shell.send_line("version | exec sh -c 'echo waits; exec sleep 1000'")
    shell.wait_for("\nwaits")
    shell.send_key("c-c")
    shell.wait_for("error: interrupted\ndev/default>")


def test_a_needed_value_is_asked_for(shell: Terminal) -> None:
    shell.send_line("use connection")
    shell.wait_for("Alias (connection to switch to):")
    shell.send_line("dev")
    shell.wait_for("Using connection 'dev'.")


def test_the_shell_works_without_a_home_that_can_be_written(terminal: Start) -> None:
    shell = terminal(env={"MILVUS_CLI_HOME": "/proc/nowhere"})
    shell.wait_for("milvus_cli>")
    shell.send_line("version -o jsonl")
    shell.wait_for('{"milvus_cli": "0.1.0"}')
    assert os.path.exists("/proc")


def test_the_shell_continues_when_a_server_comes_back(cli: Cli, terminal: Start) -> None:
    (port,) = free_ports(1)
    with GrpcPeer(port=port) as peer:
        cli("connect", peer.address, "-a", "peer")
        shell = terminal(cols=120)
        shell.wait_for("peer/default>")
        shell.send_line("server_version -o jsonl")
        shell.wait_for('{"server_version": ')
    shell.send_line("server_version")
    shell.wait_for(f"error: nothing is listening at {peer.address}\n")
    with GrpcPeer(port=port):
        shell.wait_for("exit code 3")
        shell.send_line("server_version -o csv")
        shell.wait_for("server_version,address\n")


def test_a_read_whose_connection_is_lost_is_sent_again_and_a_write_is_not(
    cli: Cli, terminal: Start, lite: LiteServer
) -> None:
    with TcpProxy(lite.host, lite.port) as proxy:
        cli("connect", proxy.address, "-a", "cut")
        databases = cli("list", "databases", "-o", "csv").out
        assert databases.startswith("database\ndefault\n")
        shell = terminal(cols=120)
        shell.wait_for("cut/default>")
        shell.send_line("list databases -o csv")
        shell.wait_for(f"-o csv\n{databases}cut/default>")
        proxy.cut()
        shell.send_line("list databases -o tsv")
        shell.wait_for(f"-o tsv\n{databases}cut/default>")
    lost = {
        "HasCollection": replies(milvus_pb2.BoolResponse()),
        "CreateCollection": aborts(grpc.StatusCode.UNAVAILABLE, "cut"),
    }
    with GrpcPeer(lost) as peer:
        cli("connect", peer.address, "-a", "lost")
        found = cli("create", "collection", "x", "-f", "id:INT64", "-f", "v:FLOAT_VECTOR:2", "-p", "id")
        assert found.code == 3
        assert "outcome unknown" in found.err
        assert peer.methods.count("CreateCollection") == 1


def test_an_embedded_server_that_died_is_started_again_by_the_next_command(cli: Cli, terminal: Start) -> None:
    cli("connect", "--lite")
    shell = terminal(cols=140)
    shell.wait_for("default/default>")
    shell.send_line("list databases -o csv")
    shell.wait_for("database\ndefault\ndefault/default>")
    cli("stop", "server")
    shell.send_line("list databases -o tsv")
    shell.wait_for("Started Milvus Lite on", timeout=30)
    shell.wait_for("database\ndefault\ndefault/default>")
    cli("stop", "server", "--all")
