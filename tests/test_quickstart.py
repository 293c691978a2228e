"""The first thing that a newcomer runs."""

import json
from collections.abc import Callable, Iterator

import pytest

from milvus_cli.commands.shell import NEXT_STEPS
from tests.support.cli import Cli
from tests.support.terminal import Terminal

ANSWER = """\
# The films nearest to "space, and some love", made after 1960.
> search -c films -v '[0.9, 0.4, 0.0, 0.0]' -l 3 --filter 'year > 1960' --fields title,year
╭──────┬────┬────────────┬───────────────────────┬──────╮
│ rank │ id │   distance │ title                 │ year │
├──────┼────┼────────────┼───────────────────────┼──────┤
│    1 │  2 │  0.9815992 │ Solaris               │ 1972 │
│    2 │  1 │ 0.92751116 │ 2001: A Space Odyssey │ 1968 │
│    3 │  6 │ 0.68202305 │ Spaceballs            │ 1987 │
╰──────┴────┴────────────┴───────────────────────┴──────╯
(3 rows)
"""


@pytest.fixture
def quickstart(cli: Cli) -> Iterator[Cli]:
    """milvus_cli whose embedded server is stopped after the test."""
    yield cli
    cli("stop", "server", "--all")


def test_quickstart_shows_each_command_with_its_output_and_works_twice(quickstart: Cli) -> None:
    first = quickstart("quickstart")
    second = quickstart("quickstart")
    assert (first.code, second.code, second.err) == (0, 0, "")

    for run in (first, second):
        _, answer, after = run.out.partition(ANSWER)
        assert answer
        assert after.startswith("Top 3 of about 6 rows, ")
        assert "> connect --lite -a quickstart\n" in run.out
        assert "│ exact      │ 6     │\n" in run.out

    assert [run.out.endswith(f"\n{NEXT_STEPS}") for run in (first, second)] == [True, True]

    assert "Created collection 'films'.\n" in first.out
    assert "Collection 'films' already exists.\n" in second.out
    assert "Field 'mood' of 'films' already has index" in second.out


@pytest.mark.parametrize("asked", [("-o", "json"), ("--query", "[]")], ids=" ".join)
def test_quickstart_gives_programs_the_answer_alone_and_tells_the_rest_on_standard_error(
    quickstart: Cli, asked: tuple[str, str]
) -> None:
    run = quickstart("quickstart", *asked)
    titles = [each["title"] for each in json.loads(run.out)]
    assert (run.code, titles) == (0, ["Solaris", "2001: A Space Odyssey", "Spaceballs"])

    assert "> connect --lite -a quickstart\n" in run.err
    assert "│ exact      │ 6     │\n" in run.err
    assert run.err.endswith(f"--fields title,year\n\n{NEXT_STEPS}")


def test_the_next_steps_can_be_taken(quickstart: Cli) -> None:
    assert quickstart("quickstart", "-q").code == 0
    steps = [line.split("  ")[0] for line in NEXT_STEPS.splitlines()[1:]]
    for step in steps:
        if "HOST" not in step:
            assert quickstart("-y", "-c", step).err == "", step
    assert quickstart("list", "collections", "-o", "json").out == "[]\n"


def test_quickstart_opens_the_shell_on_a_terminal(quickstart: Cli, terminal: Callable[..., Terminal]) -> None:
    shell = terminal("quickstart", rows=60)
    shell.wait_for(f"{NEXT_STEPS}quickstart/default>", timeout=30)
    shell.send_line("count films -o jsonl")
    shell.wait_for('{"collection": "films", "exact": 6, "statistics": 6}')
    shell.send_line("exit")
    assert shell.wait_exit() == 0
