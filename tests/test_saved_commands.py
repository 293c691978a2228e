"""Commands saved under a name, and run with arguments."""

import json
import stat
from collections.abc import Callable

import pytest

from tests.support.cli import Cli, Run
from tests.support.terminal import Terminal

JSONL = '{"milvus_cli": "0.1.0"}\n'


def saved(cli: Cli) -> dict[str, str]:
    return {row["name"]: row["command"] for row in json.loads(cli("list", "saved_commands", "-o", "json").out)}


def test_a_command_is_saved_listed_run_and_deleted(cli: Cli) -> None:
    assert cli("save", "mine", "version", "-o", "jsonl") == Run(0, "Saved mine.\n", "")
    assert saved(cli) == {"mine": "version -o jsonl"}
    assert cli("run", "mine") == Run(0, JSONL, "")
    assert cli("delete", "saved_command", "mine") == Run(0, "Deleted saved command mine.\n", "")

    assert saved(cli) == {}
    gone = cli("run", "mine")
    assert (gone.code, gone.err) == (
        2,
        "error: saved command 'mine' not found\nhint: `save NAME COMMAND` saves one\n",
    )


def test_several_commands_are_saved_as_one_word_and_stop_at_the_first_failure(cli: Cli) -> None:
    assert cli("save", "two", "version -o jsonl; version -o jsonl | tr a-z A-Z").code == 0
    assert cli("run", "two").out == JSONL + JSONL.upper()

    cli("save", "bad", "use connection $1; version")
    failed = cli("run", "bad", "nobody")
    assert (failed.code, failed.out) == (1, "")
    assert failed.err.startswith("error: bad:1: connection 'nobody' not found\n")


@pytest.mark.parametrize("argument", ["plain", "two words", "it's", '"; version', "$2", "$(id)", "> f", "-o", "a\\b"])
def test_an_argument_stays_one_word_whatever_is_in_it(cli: Cli, argument: str) -> None:
    cli("save", "both", '!printf \'[%s]\' "$1" "$2" "$@"')
    cli("save", "missing", "use connection 'x$1'")
    assert cli("run", "both", "--", argument, "b").out == f"[{argument}][b][{argument}][b]"
    assert cli("run", "missing", "--", argument).err.startswith(
        f"error: missing:1: connection {'x' + argument!r} not found\n"
    )


@pytest.mark.parametrize("argument", ["two words", "'; echo no; '", "$(echo no)"])
def test_a_shell_gets_arguments_as_its_own_and_single_quotes_keep_theirs(cli: Cli, argument: str) -> None:
    cli("save", "piped", """version -o jsonl | sed "s/.*/[$1]/" | awk '{print $1 "|" NF}'""")
    piped = cli("run", "piped", argument)
    assert (piped.out, piped.err) == (f"[{argument.split()[0]}|{len(argument.split())}\n", "")
    cli("save", "literal", "!printf '%s' '$1'")
    assert cli("run", "literal").out == "$1"


def test_all_arguments_fill_as_many_words(cli: Cli) -> None:
    cli("save", "named", "help $@")
    assert cli("run", "named", "show", "theme").out == cli("help", "show", "theme").out
    cli("save", "first", "version $2 $1")
    assert cli("run", "first", "--", "jsonl", "-o").out == JSONL


def test_options_after_the_name_are_for_the_output(cli: Cli) -> None:
    cli("save", "shown", "show $1")
    for line in ("run shown theme -o csv", "run -o csv shown theme", "-o csv run shown theme"):
        assert cli(*line.split()) == Run(0, "theme\nauto\n", "")
    unknown = cli("run", "shown", "theme", "--fields", "id")
    assert (unknown.code, unknown.err.splitlines()[0]) == (2, "error: no such option '--fields'")


def test_too_few_and_too_many_arguments_run_nothing(cli: Cli) -> None:
    cli("save", "pair", "version; show connection $2 $1")
    few, many = cli("run", "pair", "a"), cli("run", "pair", "a", "b", "c")
    assert few == Run(2, "", "error: 'pair' takes 2 arguments, 1 given\nhint: `list saved_commands` shows it\n")
    assert many.err.startswith("error: 'pair' takes 2 arguments, 3 given\n")


def test_a_name_is_replaced_only_by_force(cli: Cli) -> None:
    cli("save", "mine", "version")
    again = cli("save", "mine", "list settings")
    assert again == Run(2, "", "error: saved command 'mine' exists\nhint: `save --force mine …` replaces it\n")
    assert saved(cli) == {"mine": "version"}
    assert cli("save", "mine", "--force", "list settings").err.startswith("error: options of save go before NAME\n")
    assert cli("save", "--force", "mine", "list settings").code == 0

    assert saved(cli) == {"mine": "list settings"}
    assert sorted(each.name for each in (cli.home / "commands").iterdir()) == ["mine.mcli"]
    assert stat.S_IMODE((cli.home / "commands").stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["", "a/b", "..", "-x", "a b", "é", "a" * 65])
def test_an_invalid_name_is_refused(cli: Cli, name: str) -> None:
    refused = cli("save", "--", name, "version")
    assert (refused.code, refused.out) == (2, "")
    assert f"invalid name {name!r}" in refused.err


def test_what_could_never_run_and_what_has_a_secret_is_not_saved(cli: Cli) -> None:
    typo, secret = cli("save", "x", "versiom"), cli("save", "x", "connect -t root:Milvus")
    assert typo == Run(2, "", "error: unknown command 'versiom'\nhint: did you mean version?\n")
    assert secret.err.startswith("error: cannot save a command with a password or token\n")
    assert saved(cli) == {}


def test_one_that_runs_itself_is_refused(cli: Cli) -> None:
    cli("save", "loop", "version")
    cli("save", "--force", "loop", "run loop")
    assert cli("run", "loop").err.startswith("error: loop:1: loop runs itself\n")


def test_tab_offers_saved_commands_with_their_text(cli: Cli, terminal: Callable[..., Terminal]) -> None:
    cli("save", "older", "query films --filter 'year < $1'")
    cli("save", "newer", "query films --filter 'year > $1'")
    shell = terminal(cols=100)
    shell.wait_for("milvus_cli>")
    shell.send("run ")
    shell.wait_for("newer  query films --filter 'year > $1'")
    shell.send("ol")
    shell.wait_gone("newer")
    shell.wait_for("  older  query")
    shell.send_key("tab")
    shell.wait_for("run older")
    shell.send_key("enter")
    shell.wait_for("run older\nerror: 'older' takes 1 argument, 0 given")
