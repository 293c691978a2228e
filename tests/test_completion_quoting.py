"""Names of a hostile server after a Tab and Enter in the real shells: they stay literal, and nothing is executed."""

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from milvus_cli.completion.shell_words import ANSI, typed
from milvus_cli.grammar.lines import split
from milvus_cli.grammar.offered import paths
from milvus_cli.shell.completer import quoted_word
from tests.support.cli import ROOT, Cli
from tests.support.grpc_peer import GrpcPeer, replies
from tests.support.official import milvus_pb2
from tests.support.terminal import Terminal
from tests.test_completion import FILES, PATIENT, SETUP, START, values

EVERYTHING = "$(touch pwned)`touch pwned`;touch pwned&|<>'\"' \\ $HOME !! *?[a]{b,c}~#=:%^é漢"
NAMES = (EVERYTHING, "!x", "=ls", "'x", "-x", "~root")
OPENED = ("", "'", '"')

RECORDER = (
    '#!/bin/sh\n[ -n "$_MILVUS_CLI_COMPLETE" ] && exec {program} "$@"\nprintf "%s\\n" "$@" > new && mv new argv\n'
)


class Shell:
    """A real shell in which milvus_cli completes as usual, and otherwise records its arguments."""

    def __init__(self, cli: Cli, peer: GrpcPeer, terminal: Terminal, name: str) -> None:
        self.name = name
        self._cli = cli
        self._peer = peer
        self._terminal = terminal

    def offers(self, *names: str) -> None:
        """Sets the server's collections."""
        answer = milvus_pb2.ShowCollectionsResponse(collection_names=names)
        self._peer.handlers["ShowCollections"] = replies(answer)

    def after(self, line: str) -> list[str]:
        """The arguments that milvus_cli gets after the line, a Tab and Enter."""
        argv = self._cli.directory / "argv"
        argv.unlink(missing_ok=True)
        self._terminal.send(line + "\t\r")
        for _ in range(600):
            if argv.exists():
                return argv.read_text().split("\n")[:-1]
            self._terminal.text  # noqa: B018  # Reads, so that the shell can go on writing.
            time.sleep(0.05)
        raise AssertionError(self._terminal.text)

    @property
    def executed(self) -> bool:
        return (self._cli.directory / "pwned").exists()


@pytest.fixture(params=START)
def shell_with_program(request: pytest.FixtureRequest, cli: Cli, tmp_path: Path) -> Iterator[Shell]:
    """Each real shell installed on this machine, with the program under its name and its completion."""
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed on this machine")
    directory = tmp_path / "bin"
    directory.mkdir()
    program = directory / "milvus_cli"
    program.write_text(RECORDER.format(program=f"'{sys.executable}' -m milvus_cli"))
    program.chmod(0o755)
    env = cli.environment(PATIENT | {"PATH": f"{directory}:/usr/bin:/bin", "HOME": str(tmp_path)})
    with (
        GrpcPeer({"ShowCollections": replies(milvus_pb2.ShowCollectionsResponse())}) as peer,
        Terminal(START[name], cols=160, env=env, cwd=tmp_path) as terminal,
    ):
        assert cli("connect", peer.address, "-a", "dev").code == 0
        script = ROOT / "completions" / FILES[name]
        # A shell that is starting discards input typed before it reads.
        for _ in range(4):
            terminal.send_line(SETUP[name].format(script=script, cache=tmp_path / "zdump"))
            terminal.send_line("clear; echo rea''dy")
            with suppress(AssertionError):
                terminal.wait_for("ready", timeout=10)
                break
        yield Shell(cli, peer, terminal, name)


@pytest.mark.parametrize("opened", OPENED, ids=["bare", "single", "double"])
def test_a_name_means_itself_in_every_quote(shell_with_program: Shell, opened: str) -> None:
    for name in NAMES:
        shell_with_program.offers(name, "with\nnewline", "with\x1b[2Jescape")
        found = shell_with_program.after(f"milvus_cli count -c {opened}")
        # Fish leaves a ~ unquoted, so that it gets no such name.
        assert found == [
            "count",
            "-c",
            *([] if (shell_with_program.name, opened, name) == ("fish", "", "~root") else [name]),
        ]
    assert not shell_with_program.executed


def test_the_rest_of_a_name_follows_its_typed_beginning(shell_with_program: Shell) -> None:
    shell_with_program.offers("my own;x")
    assert shell_with_program.after("milvus_cli count -c 'my'\\ o") == ["count", "-c", "my own;x"]
    assert shell_with_program.after('milvus_cli count --collection="my ow') == ["count", "--collection=my own;x"]
    assert not shell_with_program.executed


@pytest.mark.parametrize(
    ("text", "words", "value", "mark"),
    [
        ("a b", ["a"], "b", ""),
        ("a b ", ["a", "b"], "", ""),
        ("a 'b c' \"d\\\"\\x", ["a", "b c"], 'd"\\x', '"'),
        ("a b\\ c'd\"e'\"f", ["a"], 'b cd"ef', '"'),
        ("a; b | c & d ''", ["d"], "", ""),
        ("a [b {c", ["a", "[b"], "{c", ""),
        ("a\\\nb c\\", [], "ab c"[3:], ""),
        ("a $'b\\'c", ["a"], "b'c", ANSI),
        ('a $"b', ["a"], "b", '"'),
        ("a#b #c", ["a#b"], "", ""),
    ],
)
def test_a_line_is_read_as_a_shell_reads_it(text: str, words: list[str], value: str, mark: str) -> None:
    found = typed(text)
    assert (found.words[-len(words) :] if words else [], found.value, found.mark) == (words, value, mark)


def test_characters_that_bash_keeps_are_left_alone(cli: Cli) -> None:
    breaks = {"COMP_WORDBREAKS": " \t\n\"'><=;|&(:@"}
    names = milvus_pb2.ShowCollectionsResponse(collection_names=["$(touch pwned)", "a:b c", "it's"])
    with GrpcPeer({"ShowCollections": replies(names)}) as peer:
        cli("connect", peer.address, "-a", "dev")
        for typed_text, inserted in (
            ("$", ["\\$\\(touch\\ pwned\\)"]),
            ('"$', ["\\$(touch pwned)"]),
            ("'$", ["$(touch pwned)"]),
            ("$(", []),
            ("$'a", []),
            ("a:b", ["b\\ c"]),
            ('a:"b', ["b c"]),
            ('"a":b', ["b\\ c"]),
            ("it\\'", ["it\\'s"]),
            ("'it'\\''", ["s"]),
            ("\"it'", ["it's"]),
        ):
            assert values(cli, f"milvus_cli count -c {typed_text}", "bash", breaks) == inserted, typed_text


def test_a_name_that_begins_with_a_dash_becomes_no_option(cli: Cli) -> None:
    names = milvus_pb2.ShowCollectionsResponse(collection_names=["--yes", "book"])
    with GrpcPeer({"ShowCollections": replies(names)}) as peer:
        cli("connect", peer.address, "-a", "dev")
        assert values(cli, "milvus_cli delete collection ") == ["book"]
        assert values(cli, "milvus_cli delete collection -- ") == ["--yes", "book"]
        assert values(cli, "milvus_cli delete collection -c ") == ["--yes", "book"]


@pytest.mark.parametrize("mark", OPENED, ids=["bare", "single", "double"])
@pytest.mark.parametrize("name", [EVERYTHING, "[a", "{a", "#a", "'a", '"a', "\\G", "a b", ">a", "|a", "~", "a\\"])
def test_in_our_own_shell_a_name_means_itself_too(name: str, mark: str) -> None:
    (found,) = split(f"count -c {quoted_word(name, mark)} x")
    assert found.argv == ("count", "-c", name, "x")


def test_a_path_that_begins_with_a_dash_becomes_no_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "-f.csv").touch()
    (tmp_path / "-d").mkdir()
    monkeypatch.chdir(tmp_path)
    assert [each.text for each in paths("-")] == ["./-d/", "./-f.csv"]
