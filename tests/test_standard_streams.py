"""Standard streams that are closed, or whose disk is full."""

import subprocess
from pathlib import Path

import pytest

from tests.support.cli import COMMAND, Cli, Run
from tests.support.terminal import Terminal

VERSION = '{"milvus_cli": "0.1.0"}\n'
CLOSED = Run(1, "", "error: can't write the output: standard output is closed\n")


def run(cli: Cli, streams: str, *argv: str, input: str = "") -> Run:
    """As a shell runs it, with these redirections."""
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {streams}', "sh", *COMMAND, *argv],
        input=input,
        capture_output=True,
        text=True,
        env=cli.environment(),
        cwd=cli.directory,
        timeout=30,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("argv", "typed"),
    [
        (["list", "connections"], ""),
        (["-c", "version -o jsonl"], ""),
        (["-f", "script"], ""),
        ([], "version -o jsonl\n"),
        (["--help"], ""),
        (["list", "--help"], ""),
    ],
)
def test_output_lost_to_a_closed_standard_output_is_an_error(
    cli: Cli, tmp_path: Path, argv: list[str], typed: str
) -> None:
    (tmp_path / "script").write_text("version -o jsonl\n")
    assert run(cli, ">&-", *argv, input=typed) == CLOSED


def test_a_command_that_says_nothing_needs_no_standard_output(cli: Cli) -> None:
    assert run(cli, ">&-", "-c", "version > v.txt; clear") == Run(0, "", "")


def test_exit_codes_stay_true_without_a_place_for_messages(cli: Cli) -> None:
    assert run(cli, "2>&-", "version", "-o", "jsonl") == Run(0, VERSION, "")
    for streams in ("2>&-", "2>/dev/full"):
        assert run(cli, streams, "-c", "version -o jsonl; nosuch") == Run(2, VERSION, "")
    assert run(cli, "<&- >&- 2>&-", "version") == Run(1, "", "")


def test_a_closed_standard_input_is_empty(cli: Cli) -> None:
    assert run(cli, "<&-") == Run(0, "", "")


def test_a_file_that_may_not_grow_is_an_error_as_a_full_disk_is(cli: Cli, tmp_path: Path) -> None:
    command = f'ulimit -f 0; exec "$@" > {tmp_path / "out.txt"}'
    done = subprocess.run(
        ["/bin/sh", "-c", command, "sh", *COMMAND, "-c", "version; nosuch"],
        env=cli.environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "error: can't write the output: File too large\n")


def test_the_shell_keeps_its_prompt_out_of_a_file(cli: Cli, tmp_path: Path) -> None:
    """And ends with an error where its output goes nowhere."""
    for target in ("out.txt", "/dev/full"):
        command = ["/bin/sh", "-c", f'exec "$@" > {target}', "sh", *COMMAND]
        with Terminal(command, rows=24, cols=80, env=cli.environment(), cwd=tmp_path) as shell:
            shell.wait_for("milvus_cli>")
            shell.send_line("version -o jsonl; exit")
            assert shell.wait_exit() == (0 if target == "out.txt" else 1)
    assert (tmp_path / "out.txt").read_text() == VERSION
