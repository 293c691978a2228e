"""Whatever is typed: no traceback, a known exit code, and an error message."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milvus_cli.app.runner import execute, run_script
from milvus_cli.connections.environment import Config
from milvus_cli.errors import InvalidInput, Leave
from milvus_cli.grammar.lines import scan, split
from milvus_cli.grammar.tree import leaves, tree
from milvus_cli.output.console import Console
from milvus_cli.session.session import Session
from milvus_cli.session.settings import load

# Commands that start servers, sleep or read standard input are left out; without a connection no other one acts.
LEFT_OUT = {"start", "stop", "quickstart", "watch", "connect", "create", "completion"}
COMMANDS = [leaf for leaf in leaves(tree()) if leaf.path.split()[0] not in LEFT_OUT]
PATHS = [leaf.path for leaf in COMMANDS]
OPTIONS = sorted({spelling for leaf in COMMANDS for param in leaf.params for spelling in param.opts})
EXIT_CODES = {0, 1, 2, 3}

words = st.one_of(
    st.sampled_from(OPTIONS),
    st.sampled_from(
        ["--alias", "--db", "-o", "json", "--timeout", "1e400", "-1", "0", "@", "@@", "@nosuch", "--", "-"]
    ),
    st.text(max_size=8),
)
lines = st.builds(lambda path, rest: [*path.split(), *rest], st.sampled_from(PATHS), st.lists(words, max_size=5))


class Recorder(Console):
    def __init__(self) -> None:
        super().__init__()
        self.out, self.err = io.StringIO(), io.StringIO()
        self.stdin, self.stdout, self.stderr = io.StringIO(), self.out, self.err

    def said(self) -> str:
        return self.out.getvalue() + self.err.getvalue()


@pytest.fixture(scope="module")
def fuzzed_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home, which is also the current directory: fuzzed lines write their files there."""
    before = Path.cwd()
    path = tmp_path_factory.mktemp("fuzz")
    os.chdir(path)
    yield path
    os.chdir(before)


def fresh_session(home: Path) -> tuple[Session, Recorder]:
    console = Recorder()
    return Session(Config(home), console, load(home / "config.toml", {})), console


def harmless(console: Recorder) -> bool:
    said = console.said()
    return "internal error" not in said and "Traceback" not in said and "\x1b" not in said


@settings(max_examples=400)
@given(lines)
def test_no_command_line_ends_in_a_traceback(fuzzed_home: Path, argv: list[str]) -> None:
    session, console = fresh_session(fuzzed_home)
    try:
        code = execute(argv, session)
    except Leave as leave:
        code = leave.exit_code
        assert 0 <= code < 256
        return
    assert code in EXIT_CODES
    assert harmless(console), (argv, console.said())
    assert code == 0 or console.err.getvalue().strip(), argv


@settings(max_examples=300)
@given(st.text())
def test_no_script_ends_in_a_traceback(fuzzed_home: Path, text: str) -> None:
    session, console = fresh_session(fuzzed_home)
    try:
        code = run_script(text.replace("|", "").replace(">", "").split("\n"), session, name="fuzz", keep_going=True)
    except Leave as leave:
        code = leave.exit_code
    assert code in EXIT_CODES
    assert harmless(console), (text, console.said())


@settings(max_examples=500)
@given(st.text(alphabet=st.sampled_from("ab'\"\\ ;\n#>|é\t")) | st.text())
def test_scanning_never_fails_and_covers_every_command(text: str) -> None:
    scanned = scan(text)
    for command in scanned:
        for word in command:
            assert text[word.start : word.end] == word.raw
    try:
        found = list(split(text))
    except InvalidInput:
        return
    assert len(found) == sum(bool(command) for command in scanned)
