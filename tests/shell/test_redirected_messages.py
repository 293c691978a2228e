"""Standard input and output tell whether a person is there; messages may go to a file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli import COMMAND, Cli
from tests.support.terminal import Terminal

SHELL = '"$@" 2>err.log; echo "ended with $?"'


@pytest.fixture
def with_messages_in_a_file(cli: Cli) -> Callable[..., Terminal]:
    """Starts milvus_cli on a terminal, with standard error in err.log."""

    def start(*argv: str) -> Terminal:
        command = ["/bin/sh", "-c", SHELL, "sh", *COMMAND, *argv]
        return Terminal(command, env=cli.environment({"NO_COLOR": "1"}), cwd=cli.directory)

    return start


def test_the_shell_opens_with_messages_in_a_file(
    with_messages_in_a_file: Callable[..., Terminal], tmp_path: Path
) -> None:
    with with_messages_in_a_file() as shell:
        shell.wait_for("milvus_cli>")
        shell.send_line("show connection nosuch")
        shell.wait_for("show connection nosuch\nmilvus_cli>")
        shell.send_line("version -o jsonl")
        shell.wait_for('{"milvus_cli": "0.1.0"}\n')
        assert "error" not in shell.text
        shell.send_line("exit")
        shell.wait_for("ended with 0")
    assert (tmp_path / "err.log").read_text().startswith("error: connection 'nosuch' not found\n")


def test_questions_are_asked_on_the_terminal_then(with_messages_in_a_file: Callable[..., Terminal]) -> None:
    with with_messages_in_a_file("delete", "connection") as shell:
        shell.wait_for("Alias")
        shell.send_key("c-d")
        shell.wait_for("ended with 2")
