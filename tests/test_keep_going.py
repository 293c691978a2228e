"""--keep-going at lines that can't be read: each is reported with its place, and the rest runs."""

import time
from pathlib import Path

from milvus_cli.grammar.lines import Unreadable, statements
from tests.support.cli import Cli, Run

VERSION = '{"milvus_cli": "0.1.0"}\n'
OPEN = "a quote, bracket or backslash is not closed\nhint: close what that line opens\n"


def test_lines_that_cannot_be_read_are_reported_and_the_rest_runs(cli: Cli, tmp_path: Path) -> None:
    script = tmp_path / "s.mcli"
    script.write_text(
        'version -o jsonl\nversion \'oops\nversion -o jsonl\nversion > a b\nversion |\n{"a": [\nversion -o jsonl\n'
    )
    target = "> takes one file, as the last of the line\nhint: … > FILE\n"
    program = "| takes a program to write to\nhint: … | PROGRAM\n"
    told = [f"error: {script}:{line}: {text}" for line, text in ((2, OPEN), (4, target), (5, program), (6, OPEN))]
    assert cli("--keep-going", "-f", script) == Run(2, VERSION * 3, "".join(told))
    assert cli("-f", script) == Run(2, VERSION, told[0])
    from_stdin = "".join(told).replace(str(script), "stdin")
    assert cli("--keep-going", input=script.read_text()) == Run(2, VERSION * 3, from_stdin)


def test_the_first_failure_is_the_exit_code(cli: Cli) -> None:
    assert cli("--keep-going", "-c", "list collections\nversion 'oops\nexit").code == 3
    assert cli("--keep-going", "-c", "version 'oops\nlist collections\nexit").code == 2
    assert cli("--keep-going", "-c", "version 'oops\nexit 7").code == 7


def test_a_value_of_many_lines_is_still_one(cli: Cli) -> None:
    texts = [each.text for each in statements(["a 'b\n", "c'\n", "d 'e\n", "f\n"], passed_over=lambda error: None)]
    assert texts == ["a 'b\nc'", "f"]


def test_many_open_lines_take_no_ages() -> None:
    told: list[Unreadable] = []
    lines = [f"a {opened} {number}" for number in range(700) for opened in ("{", "b", '"', "[", "'", "x]}")]
    started = time.monotonic()
    found = list(statements(lines, passed_over=told.append))
    assert time.monotonic() - started < 20
    assert len(found) + len(told) > 0
