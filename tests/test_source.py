"""Files of commands that a command runs, and words of other shells."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli import Cli, Run
from tests.support.terminal import Terminal
from tests.support.typed import failed


def write(cli: Cli, **files: str) -> None:
    for name, text in files.items():
        (cli.directory / f"{name}.mcli").write_text(text)


def test_a_file_runs_within_a_script_and_its_settings_stay(cli: Cli) -> None:
    write(cli, outer="set output jsonl\nsource inner.mcli\n", inner="set timing\nexit\nlist nosuch\n")
    run = cli("-c", "source outer.mcli; set output")
    assert run == Run(
        0,
        '{"message": "output is jsonl.", "setting": "output", "value": "jsonl"}\n'
        '{"timing": "off"}\n{"output": "jsonl"}\n',
        "",
    )


@pytest.mark.parametrize(
    ("text", "message", "code"),
    [
        ("version -o json\nlist nosuch\nversion", "a.mcli:2: unknown command 'list nosuch'", 2),
        ("\n\nsource a.mcli", "a.mcli:3: a.mcli runs itself", 2),
        ("source nosuch.mcli", "a.mcli:1: can't read nosuch.mcli: No such file or directory", 2),
    ],
)
def test_an_error_in_a_file_ends_it_and_names_the_line(cli: Cli, text: str, message: str, code: int) -> None:
    write(cli, a=text)
    run = cli("source", "a.mcli")
    assert (run.code, run.err.splitlines()[0]) == (code, f"error: {message}")


def test_the_code_of_exit_in_a_file_is_that_of_the_command(cli: Cli) -> None:
    write(cli, a="exit 7")
    assert cli("-c", "source a.mcli; version") == Run(7, "", "")


@pytest.mark.parametrize(
    "line",
    [
        "--alias prod source a.mcli",
        "source a.mcli --db x",
        "run mine --alias prod",
        "--alias prod run mine",
        "run --db x mine",
        "quickstart --alias prod",
    ],
)
def test_an_alias_for_a_script_is_refused_since_its_commands_choose_theirs(cli: Cli, line: str) -> None:
    write(cli, a="version")
    cli("save", "mine", "version")
    hint = "run `use connection NAME` first, or start with it: `milvus_cli --alias NAME -c '…'`"
    refused = failed("--alias and --db do not apply to the commands of a script", hint, code=2)
    assert cli(*line.split()) == refused


@pytest.mark.parametrize("line", ["quit 4", "\\q 4", "q 4", "\\i four.mcli"])
def test_words_of_other_shells_are_understood(cli: Cli, line: str) -> None:
    write(cli, four="exit 4")
    assert cli("-c", line) == Run(4, "", "")
    assert cli(*line.split()) == Run(4, "", "")


@pytest.mark.parametrize("word", ["?", "\\?", "\\h"])
def test_a_question_mark_is_help(cli: Cli, word: str) -> None:
    assert cli("-c", f"{word} exit") == cli("help", "exit")


def test_a_file_runs_in_the_shell_which_goes_on(terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    (tmp_path / "a.mcli").write_text("version -o jsonl\nexit 3\n")
    shell = terminal(cols=100)
    shell.wait_for("milvus_cli>")
    shell.send_line(f"\\i {tmp_path}/a.mcli")
    shell.wait_for('{"milvus_cli": "0.1.0"}\n')
    shell.send_line("set timing")
    shell.wait_for("│ timing │ off   │")
    shell.send_line("\\q")
    assert shell.wait_exit() == 0
