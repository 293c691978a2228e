"""Ctrl-C from the first line of ours to the last: 130 and no traceback, whatever was being imported."""

import signal
import subprocess
import sys
import time

import pytest

from tests.support.cli import Cli

VERSION = '{"milvus_cli": "0.1.0"}\n'
INTERRUPTED = '{"error": {"code": 130, "message": "interrupted", "hint": null, "server_code": null}}'
LOUD = (sys.executable, "-X", "importtime", "-m", "milvus_cli", "version", "-o", "jsonl")
"""Writes each module to standard error when it is imported."""


def start(cli: Cli) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        LOUD,
        env=cli.environment(),
        cwd=cli.directory,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_for(process: "subprocess.Popen[str]", module: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if line.rpartition("|")[2].strip() == module:
            return
    pytest.fail(f"{module} was not imported")


def end(process: "subprocess.Popen[str]") -> tuple[int, str, list[str]]:
    """Exit code, standard output, and standard error without the imports."""
    out, err = process.communicate(timeout=20)
    return process.returncode, out, [line for line in err.splitlines() if not line.startswith("import time:")]


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize(
    "module", ["signal", "click", "milvus_cli.errors", "milvus_cli.grammar.types", "milvus_cli.grammar.params"]
)
def test_ctrl_c_during_an_import_ends_it_quietly(cli: Cli, module: str, times: int) -> None:
    process = start(cli)
    wait_for(process, module)
    for _ in range(times):
        process.send_signal(signal.SIGINT)
    assert end(process) == (130, "", [])


def test_ctrl_c_at_any_moment_ends_it_with_130_or_comes_too_late(cli: Cli) -> None:
    for delay in range(0, 200, 10):
        process = start(cli)
        wait_for(process, "signal")
        time.sleep(delay / 1000)
        process.send_signal(signal.SIGINT)
        code, out, err = end(process)
        # Python dies of the signal itself where it meets it in exec, as dataclasses do: 130 to a shell as well.
        code = 130 if code == -signal.SIGINT else code
        assert (code, out) in [(130, ""), (130, VERSION), (0, VERSION)], (delay, err)
        assert err in [[], ["error: interrupted"], [INTERRUPTED]], delay


def test_where_ctrl_c_is_ignored_it_stays_so(cli: Cli) -> None:
    """As in the background jobs of a script."""
    ignored = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
    process = cli.start("-c", "watch --count 2 0.5 version -o jsonl", before=ignored)
    assert process.stdout is not None
    assert process.stdout.readline() == VERSION
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20) == (VERSION, "")
    assert process.returncode == 0


GARBAGE = """
import os, signal, sys, time
import milvus_cli.__main__ as program, milvus_cli.cli as cli

class Removed:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)

def run():
    Removed()
    print("removed", flush=True)
    time.sleep(20)

cli.main = run
sys.exit(program.main())
"""


def test_ctrl_c_while_python_removes_an_object_is_not_lost(cli: Cli) -> None:
    command = [sys.executable, "-c", GARBAGE]
    run = subprocess.run(command, env=cli.environment(), capture_output=True, encoding="utf-8", timeout=15, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (130, "removed\n", "")
