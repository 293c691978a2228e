"""Completion in bash, zsh and fish: a Tab in the real shell."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from milvus_cli.completion.tab import SHELLS
from tests.support.cli import ROOT, Cli, Run
from tests.support.grpc_peer import GrpcPeer, never_answers, replies
from tests.support.official import milvus_pb2, schema_pb2
from tests.support.terminal import Terminal

FILES = {"bash": "milvus_cli.bash", "zsh": "_milvus_cli", "fish": "milvus_cli.fish"}
"""The committed scripts, named as shells look for them."""
START = {
    "bash": ("bash", "--norc", "--noprofile", "-i"),
    "zsh": ("zsh", "-f", "-i"),
    "fish": ("fish", "--no-config", "-i"),
}
SETUP = {
    "bash": "PS1='$ '; bind 'set enable-bracketed-paste off'; source {script}",
    "zsh": "PS1='$ '; autoload -Uz compinit; compinit -u -d {cache}; source {script}",
    "fish": "function fish_prompt; echo '$ '; end; set -g fish_greeting; source {script}",
}

PATIENT = {"MILVUS_CLI_COMPLETION_TIMEOUT": "60"}
"""Patience for the server: slow answers here only say how busy the machine is."""


@pytest.fixture
def bin_directory(tmp_path: Path) -> Path:
    """A directory with the program under its name."""
    directory = tmp_path / "bin"
    directory.mkdir()
    program = directory / "milvus_cli"
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m milvus_cli \"$@\"\n")
    program.chmod(0o755)
    return directory


@pytest.fixture(params=START)
def tab(request: pytest.FixtureRequest, cli: Cli, bin_directory: Path) -> Iterator[Callable[[str], Terminal]]:
    """Types a line and a Tab in each real shell installed on this machine."""
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed on this machine")
    env = cli.environment(PATIENT | {"PATH": f"{bin_directory}:/usr/bin:/bin", "HOME": str(cli.directory)})
    with Terminal(START[name], cols=100, env=env, cwd=cli.directory) as shell:
        script = ROOT / "completions" / FILES[name]
        set_up = SETUP[name].format(script=script, cache=cli.directory / "zdump")
        # A shell that is starting discards input typed before it reads.
        for _ in range(4):
            shell.send_line(set_up)
            shell.send_line("clear; echo rea''dy")
            with suppress(AssertionError):
                shell.wait_for("ready", timeout=10)
                break
        shell.wait_for("ready")

        def press(line: str) -> Terminal:
            shell.send(line)
            shell.wait_for(line)
            shell.send_key("tab")
            return shell

        yield press


def answers(cli: Cli, line: str, shell: str = "zsh", env: dict[str, str] | None = None) -> list[str]:
    """The program's answer to a Tab after a line, one candidate each: kind, value and note."""
    done: Run = cli(env={"_MILVUS_CLI_COMPLETE": f"{shell}_complete", "COMP_LINE": line, **PATIENT, **(env or {})})
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


def values(cli: Cli, line: str, shell: str = "zsh", env: dict[str, str] | None = None) -> list[str]:
    return [answer.split("\t")[1] for answer in answers(cli, line, shell, env)]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_committed_script_equals_the_printed_one(cli: Cli, shell: str) -> None:
    run = cli("completion", shell)
    committed = (ROOT / "completions" / FILES[shell]).read_text(encoding="utf-8")
    assert run == Run(0, committed, ""), f"run `milvus_cli completion {shell} > completions/{FILES[shell]}`"


def test_a_shell_that_is_not_known_is_a_usage_error(cli: Cli) -> None:
    run = cli("completion", "tcsh")
    assert (run.code, run.out) == (2, "")
    assert "tcsh" in run.err


def test_a_verb_is_completed(tab: Callable[[str], Terminal]) -> None:
    tab("milvus_cli quick").wait_for("milvus_cli quickstart")


def test_a_noun_is_completed(tab: Callable[[str], Terminal]) -> None:
    tab("milvus_cli list datab").wait_for("milvus_cli list databases")


def test_an_option_is_completed(tab: Callable[[str], Terminal]) -> None:
    tab("milvus_cli list connections --ch").wait_for("milvus_cli list connections --check")


def test_an_option_before_the_command_is_completed_and_passed_over(tab: Callable[[str], Terminal]) -> None:
    tab("milvus_cli --output json list connection_").wait_for("list connection_history")


def test_the_value_of_an_option_is_completed(tab: Callable[[str], Terminal]) -> None:
    tab("milvus_cli list databases --output mark").wait_for("--output markdown")


def test_a_value_after_an_equals_sign_is_completed(tab: Callable[[str], Terminal]) -> None:
    tab("milvus_cli list databases --output=mark").wait_for("--output=markdown")


def test_a_path_of_the_restful_api_is_completed(tab: Callable[[str], Terminal]) -> None:
    tab("milvus_cli api /v2/vectordb/aliases/des").wait_for("milvus_cli api /v2/vectordb/aliases/describe")


def test_a_file_is_completed(cli: Cli, tab: Callable[[str], Terminal]) -> None:
    (cli.directory / "certificate.pem").touch()
    tab("milvus_cli connect --ca certif").wait_for("--ca certificate.pem")


def test_a_file_after_an_equals_sign_is_completed(cli: Cli, tab: Callable[[str], Terminal]) -> None:
    (cli.directory / "certificate.pem").touch()
    tab("milvus_cli connect --ca=certif").wait_for("--ca=certificate.pem")


def test_an_alias_of_the_store_is_completed_without_a_server(cli: Cli, tab: Callable[[str], Terminal]) -> None:
    with GrpcPeer() as peer:
        assert cli("connect", peer.address, "-a", "prod.eu:west@1").code == 0
    tab("milvus_cli show connection pro").wait_for("prod.eu:west@1")


def test_collections_are_completed_from_the_server(cli: Cli, tab: Callable[[str], Terminal]) -> None:
    names = milvus_pb2.ShowCollectionsResponse(collection_names=["books", "films"])
    with GrpcPeer({"ShowCollections": replies(names)}) as peer:
        cli("connect", peer.address, "-a", "dev")
        tab("milvus_cli count -c fi").wait_for("milvus_cli count -c films")


def test_a_tab_waits_for_a_server_as_long_as_the_setting_says(cli: Cli) -> None:
    with GrpcPeer({"ShowCollections": never_answers()}) as peer:
        cli("connect", peer.address, "-a", "slow")
        assert values(cli, "milvus_cli count -c ", env={"MILVUS_CLI_COMPLETION_TIMEOUT": "5"}) == []
        assert peer.methods.count("ShowCollections") == 1


@pytest.mark.parametrize("tab", ["bash"], indirect=True)
def test_bash_leaves_the_quote_of_a_filter_open(cli: Cli, tab: Callable[[str], Terminal]) -> None:
    described = milvus_pb2.DescribeCollectionResponse(
        schema=schema_pb2.CollectionSchema(
            name="books",
            fields=[
                schema_pb2.FieldSchema(name="id", data_type=schema_pb2.DataType.Int64, is_primary_key=True),
                schema_pb2.FieldSchema(name="metadata", data_type=schema_pb2.DataType.JSON),
            ],
        )
    )
    with GrpcPeer({"DescribeCollection": replies(described)}) as peer:
        cli("connect", peer.address, "-a", "dev")
        shell = tab("milvus_cli query -c books --filter 'meta")
        shell.wait_for("--filter 'metadata")
        shell.send("_")
        shell.wait_for("--filter 'metadata_")


def test_every_candidate_has_its_kind_and_a_note(cli: Cli) -> None:
    assert answers(cli, "milvus_cli list conn") == [
        "plain\tconnection_history\tList the addresses connected to",
        "plain\tconnections\tList connections",
    ]


def test_more_names_than_a_person_is_shown_are_all_answered(cli: Cli) -> None:
    names = [f"collection_{number:04}" for number in range(1000)]
    answer = milvus_pb2.ShowCollectionsResponse(collection_names=names)
    with GrpcPeer({"ShowCollections": replies(answer)}) as peer:
        cli("connect", peer.address, "-a", "dev")
        assert values(cli, "milvus_cli count -c ") == names
        assert values(cli, "milvus_cli count -c collection_", "bash") == names


def test_bash_gets_only_what_begins_with_the_word_and_follows_its_last_break(cli: Cli) -> None:
    breaks = {"COMP_WORDBREAKS": " \t\n\"'><=;|&(:@"}
    with GrpcPeer() as peer:
        for alias in ("eu:one", "eu:two", "reu:x"):
            cli("connect", peer.address, "-a", alias)
    assert values(cli, "milvus_cli show connection eu:", "bash", breaks) == ["one", "two"]
    assert values(cli, "milvus_cli list databases --output=js", "bash", breaks) == ["json", "jsonl"]
    assert values(cli, "milvus_cli show connection 'eu:", "bash", breaks) == ["eu:one", "eu:two"]


def test_bash_gets_the_names_of_a_hostile_server_quoted_and_none_with_control_characters(cli: Cli) -> None:
    names = ["a$(touch pwned)", "a;b c", "a\x1b]0;x\x07", "a\u202eb"]
    answer = milvus_pb2.ShowCollectionsResponse(collection_names=names)
    with GrpcPeer({"ShowCollections": replies(answer)}) as peer:
        cli("connect", peer.address, "-a", "dev")
        assert values(cli, "milvus_cli count -c a", "bash") == ["a\\$\\(touch\\ pwned\\)", "a\\;b\\ c"]


def test_only_the_line_up_to_the_cursor_counts(cli: Cli) -> None:
    assert values(cli, "milvus_cli list datab --alias x", "bash", {"COMP_POINT": "21"}) == ["databases"]


@pytest.mark.parametrize("line", ["", "milvus_cli nosuch ", "milvus_cli 'open", "milvus_cli list \\", "x\udcff"])
def test_a_line_without_candidates_is_not_a_failure(cli: Cli, line: str) -> None:
    assert [each for each in answers(cli, line) if "open" in each] == []


def test_a_broken_configuration_or_store_is_silent(cli: Cli) -> None:
    cli.home.mkdir()
    (cli.home / "config.toml").write_text("not toml [")
    (cli.home / "connections.db").write_text("not sqlite")
    assert values(cli, "milvus_cli list datab") == ["databases"]
    run = cli(env={"_MILVUS_CLI_COMPLETE": "bash_complete", "COMP_LINE": "milvus_cli show connection "})
    assert run == Run(1, "", "")
