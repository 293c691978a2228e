"""Embedded servers: starting, sharing, stopping, and vanished ones."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from milvus_cli.connections.lite import LiteServers
from milvus_cli.errors import CliError
from tests.support.cli import Cli, Run
from tests.support.typed import failed


@pytest.fixture
def embedded_servers(cli: Cli) -> Iterator[Cli]:
    """milvus_cli whose embedded servers are stopped after the test."""
    yield cli
    cli("stop", "server", "--all")


def one(run: Run) -> dict[str, Any]:
    assert run.code == 0, run.err
    value: dict[str, Any] = json.loads(run.out)
    return value


def test_connect_lite_starts_a_server_that_later_commands_share(embedded_servers: Cli, tmp_path: Path) -> None:
    path = str(tmp_path / "books")
    connected = embedded_servers("connect", "--lite", path, "-a", "books", "-o", "json")
    address = one(connected)["address"]
    assert connected.err == f"Started Milvus Lite on {path}, at {address}.\n"
    assert embedded_servers("list", "collections", "-o", "json") == Run(0, "[]\n", "")
    again = embedded_servers("connect", "--lite", path, "-a", "other", "-o", "json")
    assert (one(again)["address"], again.err) == (address, "")
    assert [each["address"] for each in json.loads(embedded_servers("list", "servers", "-o", "json").out)] == [address]


def test_a_server_without_room_for_its_log_says_so(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "books"
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); "
    ignore = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)"
    with cli.start("start", "server", str(path), before=limit + ignore) as process:
        out, err = process.communicate(timeout=60)
    [log] = (cli.home / "servers").glob("*/server.log")
    assert Run(process.returncode, out, err) == failed(
        f"Milvus Lite did not start on {path}: can't write {log}: File too large",
        "make room on its disk, or set MILVUS_CLI_HOME to a directory on another disk",
    )


@pytest.mark.parametrize("words", [["./books.db"], ["-uri", "./books.db"], ["--lite", "books.db"]])
def test_an_address_that_is_a_path_is_a_data_directory(embedded_servers: Cli, words: list[str]) -> None:
    path = str(embedded_servers.directory / "books.db")
    connected = embedded_servers("connect", *words, "-o", "json")
    assert connected.err == f"Started Milvus Lite on {path}, at {one(connected)['address']}.\n"
    assert one(embedded_servers("show", "connection", "-o", "json"))["lite"] == path


def test_the_address_in_the_environment_may_be_a_path(embedded_servers: Cli) -> None:
    environment = {"MILVUS_URI": "./books.db", "MILVUS_TOKEN": "root:Milvus"}
    run = embedded_servers("list", "collections", "--names", env=environment)
    assert (run.code, run.out, run.err[:23]) == (0, "", "Started Milvus Lite on ")
    shown = one(embedded_servers("show", "connection", "-o", "json", env=environment))
    assert (shown["lite"], shown["credentials"]) == (str(embedded_servers.directory / "books.db"), None)


def test_a_server_that_runs_is_shown_and_not_started_again(embedded_servers: Cli) -> None:
    started = one(embedded_servers("start", "server", "-o", "json"))
    assert started["path"] == str(embedded_servers.home / "lite")
    assert one(embedded_servers("show", "server", "-o", "json")) == started
    assert one(embedded_servers("start", "server", "-o", "json")) == started


def test_a_server_that_was_stopped_is_gone(embedded_servers: Cli) -> None:
    started = one(embedded_servers("start", "server", "-o", "json"))
    stopped = embedded_servers("stop", "server", "-o", "json")
    assert stopped.out == (
        f'{{\n  "message": "Stopped the server on {started["path"]} (default directory).",\n  "stopped": [\n'
        f'    "{started["path"]}"\n  ]\n}}\n'
    )
    assert _dies(started["pid"])
    assert embedded_servers("list", "servers", "-o", "json").out == "[]\n"
    assert embedded_servers("stop", "server") == Run(
        1,
        "",
        f"error: no server runs on {started['path']} (default directory)\nhint: `list servers` shows those that do\n",
    )


def test_without_a_path_the_server_of_the_current_connection_is_meant(embedded_servers: Cli, tmp_path: Path) -> None:
    path, default = str(tmp_path / "books"), embedded_servers.home / "lite"
    embedded_servers("start", "server")
    embedded_servers("connect", "--lite", path, "-a", "books")
    assert one(embedded_servers("show", "server", "-o", "json"))["path"] == path
    assert embedded_servers("stop", "server") == Run(0, f"Stopped the server on {path} (connection 'books').\n", "")
    assert embedded_servers("show", "server") == failed(
        f"no server runs on {path} (connection 'books')", "start server"
    )
    assert one(embedded_servers("start", "server", "-o", "json"))["path"] == path

    by_address = embedded_servers("stop", "server", env={"MILVUS_URI": path})
    assert by_address == Run(0, f"Stopped the server on {path} (MILVUS_URI).\n", "")
    elsewhere = embedded_servers("stop", "server", env={"MILVUS_URI": "milvus.example:19530"})
    assert elsewhere == Run(0, f"Stopped the server on {default} (default directory).\n", "")


def test_a_server_that_was_killed_is_noticed_and_started_again_with_its_data(
    embedded_servers: Cli, tmp_path: Path
) -> None:
    path = str(tmp_path / "books")
    address = one(embedded_servers("connect", "--lite", path, "-o", "json"))["address"]
    embedded_servers("create", "collection", "book", "-f", "id:INT64", "-f", "v:FLOAT_VECTOR:2", "-p", "id")
    (server,) = json.loads(embedded_servers("list", "servers", "-o", "json").out)
    os.kill(server["pid"], signal.SIGKILL)
    assert _dies(server["pid"])
    assert embedded_servers("list", "servers", "-o", "json").out == "[]\n"
    found = embedded_servers("list", "collections", "--names", "-o", "json")
    assert json.loads(found.out) == [{"collection": "book"}]
    assert found.err == f"Started Milvus Lite on {path}, at {address}.\n"


def test_eight_processes_that_start_one_server_at_once_share_it(embedded_servers: Cli) -> None:
    running = [embedded_servers.start("start", "server", "-o", "json") for _ in range(8)]
    answers = [json.loads(process.communicate(timeout=60)[0])["pid"] for process in running]
    assert len(set(answers)) == 1


def test_a_directory_with_other_files_is_no_data_directory(embedded_servers: Cli, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    refused = embedded_servers("connect", "--lite", str(tmp_path))
    assert (refused.code, os.listdir(tmp_path)) == (2, ["notes.txt"])
    assert refused.err.startswith(f"error: {tmp_path} has other files, and no data of Milvus Lite\n")


def test_a_data_directory_that_another_program_holds_is_a_clear_error(embedded_servers: Cli, tmp_path: Path) -> None:
    path = tmp_path / "held"
    command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(path), "--host", "127.0.0.1"]
    holder = subprocess.Popen([*command, "--port", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 20
        while not (path / "LOCK").exists() and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.3)
        refused = embedded_servers("connect", "--lite", str(path))
    finally:
        holder.kill()
        holder.wait()

    assert refused.code == 1
    assert refused.err.startswith(f"error: Milvus Lite did not start on {path}: ")
    assert "DataDirLockedError" in refused.err

    assert "Traceback" not in refused.err
    assert refused.err.endswith(f" (held by process {holder.pid})\nhint: end it with `kill {holder.pid}`\n")


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_server_whose_starter_was_killed_serves_the_next_command(
    embedded_servers: Cli, tmp_path: Path, ending: signal.Signals
) -> None:
    path = str(tmp_path / "books")
    pid = _left_starting(embedded_servers, path, ending)
    connected = embedded_servers("connect", "--lite", path, "-o", "json")
    (listed,) = json.loads(embedded_servers("list", "servers", "-o", "json").out)
    assert (one(connected)["address"], connected.err, listed["pid"]) == (listed["address"], "", pid)


def test_a_server_whose_starter_was_killed_can_be_stopped(embedded_servers: Cli, tmp_path: Path) -> None:
    path = str(tmp_path / "books")
    pid = _left_starting(embedded_servers, path, signal.SIGTERM)
    assert embedded_servers("stop", "server", path) == Run(0, f"Stopped the server on {path}.\n", "")
    assert _dies(pid)


def test_a_launched_server_that_never_answers_is_named(
    embedded_servers: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "books")
    pid = _left_starting(embedded_servers, path, signal.SIGTERM)
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr("milvus_cli.connections.lite.START_SECONDS", 0.5)
    with pytest.raises(CliError) as refused:
        LiteServers(embedded_servers.home, print).start(path)
    assert refused.value.message == f"Milvus Lite on {path} does not respond (process {pid})"
    assert refused.value.hint == f"stop server {path}"
    os.kill(pid, signal.SIGKILL)


def test_a_command_that_looks_at_the_lock_keeps_no_server_from_taking_it(embedded_servers: Cli, tmp_path: Path) -> None:
    path = str(tmp_path / "books")
    servers = LiteServers(embedded_servers.home, print)
    log = Path(one(embedded_servers("start", "server", path, "-o", "json"))["log"])
    servers.stop(path)
    looking = os.open(log.parent / "alive", os.O_RDWR)
    fcntl.flock(looking, fcntl.LOCK_SH)
    timer = threading.Timer(0.2, os.close, [looking])
    timer.start()
    started = servers.start(path)
    assert servers.running(path) == started
    timer.join()


def test_without_the_extra_the_error_says_what_to_install(cli: Cli, tmp_path: Path) -> None:
    # An interpreter with milvus_cli's dependencies, but without milvus_lite and pymilvus.
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name in ('milvus_lite', 'pymilvus') else find(name, *a)\n"
    )
    environment = cli.environment()
    found = cli("connect", "--lite", env={"PYTHONPATH": f"{tmp_path}{os.pathsep}{environment['PYTHONPATH']}"})
    assert found == Run(
        1,
        "",
        "error: Milvus Lite is not installed (milvus_lite, pymilvus missing)\n"
        f"hint: run `{sys.executable} -m pip install milvus-lite pymilvus`\n",
    )


def test_the_servers_files_are_private(embedded_servers: Cli) -> None:
    log = Path(one(embedded_servers("start", "server", "-o", "json"))["log"])
    folders = (embedded_servers.home, embedded_servers.home / "lite", embedded_servers.home / "servers", log.parent)
    assert {oct(each.stat().st_mode & 0o777) for each in folders} == {"0o700"}
    assert {each.name: oct(each.stat().st_mode & 0o777) for each in log.parent.iterdir()} == dict.fromkeys(
        ("alive", "server.json", "server.log", "starting"), "0o600"
    )


def _left_starting(cli: Cli, path: str, ending: signal.Signals) -> int:
    """Ends a command while the server that it launched does not answer yet; returns the server's process id."""
    command = cli.start("connect", "--lite", path)
    until = time.monotonic() + 30
    servers: list[int] = []
    while not servers and time.monotonic() < until:
        servers = [pid for pid in _children(command.pid) if b"milvus_lite\0server" in _command_line(pid)]
    command.send_signal(ending)
    command.communicate()
    assert command.returncode == -ending
    return servers[0]


def _children(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _is_alive(pid: int) -> bool:
    """Reports whether any thread of the process lives: threads that outlive the first one hold its files and locks."""
    try:
        states = [each.read_text().rpartition(")")[2].split()[0] for each in Path(f"/proc/{pid}/task").glob("*/stat")]
    except (FileNotFoundError, ProcessLookupError):
        return any(Path(f"/proc/{pid}/task").glob("*"))
    return any(state not in "ZX" for state in states)


def _dies(pid: int) -> bool:
    until = time.monotonic() + 10
    while _is_alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not _is_alive(pid)
