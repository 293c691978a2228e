"""Commands of the operating system, and copies of what is shown, from the shell and scripts."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli import Cli, Run
from tests.support.terminal import Terminal

VERSION = "version -o jsonl"
JSONL = '{"milvus_cli": "0.1.0"}\n'


def opened(terminal: Callable[..., Terminal], **options: int) -> Terminal:
    shell = terminal(**options)
    shell.wait_for("milvus_cli>")
    return shell


@pytest.mark.parametrize(
    ("line", "out"),
    [
        ("!echo 'a  b' | tr a-z A-Z", "A  B\n"),
        ("! echo a; echo b # not ours", "a\nb\n"),
        ("system 'echo a; echo b'", "a\nb\n"),
        ("system echo 'a  b' -n", "a  b -n\n"),
        (f'{VERSION}; !echo "it\'s" > note && cat note', f"{JSONL}it's\n"),
        (f"!echo [{{\n{VERSION}", "[{\n" + JSONL),
    ],
)
def test_the_rest_of_the_line_belongs_to_the_system(cli: Cli, line: str, out: str) -> None:
    assert cli("-c", line) == Run(0, out, "")
    assert cli(input=line) == Run(0, out, "")


def test_a_failed_command_stops_a_script(cli: Cli) -> None:
    assert cli("-c", f"!exit 3\n{VERSION}") == Run(1, "", "error: -c:1: 'exit 3' ended with exit code 3\n")
    assert cli("-c", "!").err == "error: -c:1: missing COMMAND …\nhint: help system\n"


def test_it_does_not_read_the_commands_of_a_script(cli: Cli) -> None:
    assert cli(input=f"!cat\n{VERSION}\n") == Run(0, JSONL, "")


def test_its_output_goes_where_that_of_a_script_goes(cli: Cli) -> None:
    (cli.directory / "script.mcli").write_text(f"!printf '\\377\\n'\n{VERSION}\n")
    assert cli("-c", "source script.mcli > out") == Run(0, "", "")
    assert (cli.directory / "out").read_bytes() == b"\xff\n" + JSONL.encode()


def test_a_program_has_the_terminal_and_its_ctrl_c(terminal: Callable[..., Terminal]) -> None:
    shell = opened(terminal)
    shell.send_line('!test -t 0 && test -t 1 && echo ready && read -r line && echo "got $line"')
    shell.wait_for("\nready")
    shell.send_line("a word")
    shell.wait_for("got a word\nmilvus_cli>")
    # A shell that is about to start a program may lose the signal.
    shell.send_line(f"!{sys.executable} -c \"import time; print('be' 'gun', flush=True); time.sleep(60)\"")
    shell.wait_for("begun")
    shell.send_key("c-c")
    shell.wait_for("error: interrupted\nmilvus_cli>")
    shell.send_line("!echo $((40 + 2))")
    shell.wait_for("\n42\nmilvus_cli>")


def test_tee_copies_commands_output_and_messages(terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    shell = opened(terminal)
    copy = tmp_path / "copy.txt"
    copy.write_text("before\n")
    shell.send_line(f"tee {copy}")
    shell.wait_for(".\nmilvus_cli>")
    for line, seen in (
        (VERSION, JSONL),
        ("versiom", "hint: did you mean"),
        (f"{VERSION} > /dev/null", "null\nmilvus_cli>"),
        ("connect -t root:Secret -h 127.0.0.1 -p 1", "hint: "),
        ("show theme", "│ theme │"),
    ):
        shell.send_line(line)
        shell.wait_for(seen)
    shell.send_line("use connection")
    shell.wait_for("Alias (connection to switch to):")
    shell.send_line("nobody")
    shell.wait_for("'nobody' not found")
    shell.send_line("notee")
    shell.wait_for("Stopped copying")
    shell.send_line(VERSION)
    shell.wait_for(f"{VERSION}\n{JSONL}")

    text = copy.read_text()
    assert "Secret" not in text
    assert "\x1b" not in text

    assert text.startswith(f"before\nCopying to {copy}.\nmilvus_cli> {VERSION}\n{JSONL}milvus_cli> versiom\nerror: ")
    assert f"milvus_cli> {VERSION} > /dev/null\nmilvus_cli> (hidden: it has a secret)\nerror: " in text
    assert "\nAlias (connection to switch to): nobody\n" in text

    assert "╭───────┬───────╮\n│ field │ value │\n" in text
    assert text.endswith("milvus_cli> notee\n")


def test_a_copy_that_can_not_be_written_ends_with_a_warning(cli: Cli) -> None:
    missing = cli("tee", "nowhere/copy")
    assert missing == Run(1, "", "error: can't write nowhere/copy: No such file or directory\n")
    full = cli("-c", f"tee /dev/full; {VERSION}; notee")
    assert full.out == f"Copying to /dev/full.\n{JSONL}Nothing was copied.\n"
    assert full.err == "warning: copying to /dev/full ended: No space left on device\n"


def test_a_second_tee_takes_the_place_of_the_first(cli: Cli) -> None:
    assert cli("-c", f"tee one; {VERSION}; tee two; {VERSION}; notee").code == 0
    assert (cli.directory / "one").read_text() == f"Copying to one.\n{JSONL}"
    assert (cli.directory / "two").read_text() == f"Copying to two.\n{JSONL}"
