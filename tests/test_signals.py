"""Signals that end the program: it dies of them, and the terminal is as it was before."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.metrics_peer import MetricsPeer
from tests.support.terminal import Terminal
from tests.test_metrics import metrics

AROUND = """ulimit -c 0; sh -c 'echo $$ >pid; exec "$@"' sh "$@"; echo "ended with $?"; exec cat"""
"""Keeps the terminal, as the shell does that a person types in, and leaves its modes alone."""

PAGER = "sh -c 'stty raw -echo </dev/tty; echo $$ >pager; echo paging; exec sleep 100'"
"""Never puts back what it changed."""

Begin = Callable[..., Terminal]


@pytest.fixture
def begin_below_shell(cli: Cli) -> Iterator[Begin]:
    """Starts milvus_cli below a shell, and waits for a text."""
    started: list[Terminal] = []

    def start(*argv: str, until: str, before: str = "", env: dict[str, str] | None = None) -> Terminal:
        command = ["sh", "-c", before + AROUND, "sh", sys.executable, "-m", "milvus_cli", *argv]
        terminal = Terminal(
            command, rows=10, cols=100, env=cli.environment({"PAGER": PAGER, **(env or {})}), cwd=cli.directory
        )
        started.append(terminal)
        terminal.wait_for(until)
        return terminal

    yield start
    for each in started:
        each.close()


def end(terminal: Terminal, directory: Path, number: signal.Signals = signal.SIGTERM) -> None:
    """Sends the signal to the program; it must die of it at once, and leave the terminal as it was."""
    until = time.monotonic() + 10
    while terminal.modes == terminal.first_modes:
        assert time.monotonic() < until, "nothing to give back"
    os.kill(int((directory / "pid").read_text()), number)
    terminal.wait_for(f"ended with {128 + number}")
    assert terminal.modes == terminal.first_modes

    assert terminal.raw.rfind(b"\x1b[?2004h") <= terminal.raw.rfind(b"\x1b[?2004l")
    assert terminal.raw.rfind(b"\x1b[?25l") <= terminal.raw.rfind(b"\x1b[?25h")
    assert terminal.raw.rfind(b"\x1b[?1049h") <= terminal.raw.rfind(b"\x1b[?1049l")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_at_the_prompt(begin_below_shell: Begin, tmp_path: Path, number: signal.Signals) -> None:
    terminal = begin_below_shell(until="milvus_cli>")
    terminal.send("list conn")
    terminal.wait_for("list conn")
    end(terminal, tmp_path, number)


def test_while_a_prompt_that_ends_waits_for_an_answer_of_the_terminal(begin_below_shell: Begin, tmp_path: Path) -> None:
    terminal = begin_below_shell(until="milvus_cli>")
    terminal.mute()
    terminal.send_line("version -o jsonl")
    terminal.wait_for('{"milvus_cli"')
    terminal.send_line("version -o csv")
    time.sleep(0.4)
    end(terminal, tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_at_a_hidden_password(begin_below_shell: Begin, tmp_path: Path, number: signal.Signals) -> None:
    end(begin_below_shell("connect", "127.0.0.1:1", "-u", "root", until="Password of root:"), tmp_path, number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_in_a_live_view(begin_below_shell: Begin, tmp_path: Path, number: signal.Signals) -> None:
    with MetricsPeer(metrics()) as peer:
        words = ["top", "-i", "0.1", "--management-port", str(peer.port)]
        terminal = begin_below_shell(*words, until="1,000,020", env={"MILVUS_URI": "http://127.0.0.1:1"})
        end(terminal, tmp_path, number)
    assert b"\x1b[?1049h" in terminal.raw


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT])
def test_in_the_pager_which_ends_too(begin_below_shell: Begin, tmp_path: Path, number: signal.Signals) -> None:
    end(begin_below_shell("help", until="paging"), tmp_path, number)
    assert is_gone(int((tmp_path / "pager").read_text()))


def test_in_a_program_behind_a_pipe_which_ends_too(begin_below_shell: Begin, tmp_path: Path) -> None:
    end(begin_below_shell("-c", f"help | {PAGER}", until="paging"), tmp_path)
    assert is_gone(int((tmp_path / "pager").read_text()))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_at_a_question_nothing_was_changed(begin_below_shell: Begin, tmp_path: Path, number: signal.Signals) -> None:
    terminal = begin_below_shell("use", "connection", until="Alias (connection to switch to):")
    os.kill(int((tmp_path / "pid").read_text()), number)
    terminal.wait_for(f"ended with {128 + number}")
    assert terminal.modes == terminal.first_modes


def test_a_signal_that_is_ignored_stays_so(begin_below_shell: Begin, tmp_path: Path) -> None:
    """As under nohup."""
    terminal = begin_below_shell(until="milvus_cli>", before="trap '' HUP;")
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGHUP)
    terminal.send_line("version -o jsonl")
    terminal.wait_for('{"milvus_cli": "0.1.0"}')


def is_gone(pid: int) -> bool:
    """Whether a process ended, soon: somebody else waits for it, or nobody."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False
