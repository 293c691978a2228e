"""Which server and database a command acts on: how a session starts, what moves it, and how its commands come in.

Two servers with two databases each; in each database is one collection, whose name tells where it is.
"""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from milvus_cli import cli as program
from milvus_cli.connections.environment import Config
from milvus_cli.session.options import Options
from milvus_cli.session.session import Session
from milvus_cli.session.settings import load
from milvus_cli.shell.loop import run_shell
from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.process import ServerProcess
from tests.support.recorder import Recorder, run_here

ONE, TWO = "target_one", "target_two"
LOOK = "list collections --names -o jsonl"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
Typed = Callable[..., Run]


def marker(alias: str, database: str) -> str:
    return f"at_{alias}_{database}"


@dataclass(frozen=True)
class Servers:
    """Where `prod` and `spare` lead; `home` has both connections, in database one, and prod is the current one."""

    home: Path
    prod: ServerProcess
    spare: ServerProcess

    @property
    def addresses(self) -> dict[str, str]:
        return {"prod": self.prod.address, "spare": self.spare.address}

    def copy(self, to: Path) -> Path:
        return Path(shutil.copytree(self.home, to))


@pytest.fixture(scope="module")
def servers_with_databases(
    tmp_path_factory: pytest.TempPathFactory, milvus: MilvusServer, lite: LiteServer
) -> Iterator[Servers]:
    """Connections `prod` to Milvus and `spare` to Milvus Lite, each with the databases ONE and TWO."""
    found = Servers(tmp_path_factory.mktemp("targets") / "home", milvus, lite)
    places = [(alias, server, each) for alias, server in (("spare", lite), ("prod", milvus)) for each in (TWO, ONE)]
    for alias, server, database in places:
        lines = [
            f"connect {server.address} -a {alias} --db default",
            f"create database {database} --if-not-exists",
            f"connect -a {alias} --db {database}",
            f"create collection {marker(alias, database)} -f id:INT64 -f v:FLOAT_VECTOR:2 -p id --if-not-exists",
        ]
        for line in lines:
            run = run_here(line.split(), found.home)
            assert run.code == 0, (line, run)
    yield found
    for alias, _, database in places:
        for line in (
            f"delete collection {marker(alias, database)} -y --alias {alias} --db {database}",
            f"delete database {database} -y --alias {alias}",
        ):
            run_here(line.split(), found.home)


@dataclass(frozen=True)
class Start:
    """How a session starts, and where it then is."""

    argv: Sequence[str]
    env: Mapping[str, str]
    alias: str
    database: str
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def other(self) -> str:
        return {"prod": "spare", "spare": "prod", "": "prod"}[self.alias]


STARTS = {
    "the current one": Start((), {}, "prod", ONE),
    "--alias": Start(("--alias", "spare"), {}, "spare", ONE),
    "--db": Start(("--db", TWO), {}, "prod", TWO, {"prod": TWO}),
    "--alias and --db": Start(("--alias", "spare", "--db", TWO), {}, "spare", TWO, {"spare": TWO}),
    "MILVUS_ALIAS": Start((), {"MILVUS_ALIAS": "spare"}, "spare", ONE),
    "--alias over MILVUS_ALIAS": Start(("--alias", "prod"), {"MILVUS_ALIAS": "spare"}, "prod", ONE),
    "MILVUS_URI": Start((), {"MILVUS_URI": "http://{spare}/" + TWO}, "", TWO),
    "--alias over MILVUS_URI": Start(("--alias", "prod"), {"MILVUS_URI": "http://{spare}/" + TWO}, "prod", ONE),
}


@dataclass(frozen=True)
class Step:
    """A line, and where the session is after it: on which server (none: nowhere), in which database, by which alias."""

    line: str
    server: str
    database: str = ONE
    alias: str = ""


NOWHERE = ""


def chains(start: Start) -> list[list[Step]]:
    """Lines that move a session, and lines that do not."""
    here, other, chosen = (start.alias or "spare", start.database, start.alias or "{spare}"), start.other, start.chosen
    return [
        [
            Step(f"show server_version --alias {other} --db {TWO}", *here),
            Step(f"show --alias {other} --db {TWO} server_version", *here),
            Step("use connection nosuch", *here),
            Step("use database nosuch", *here),
            Step("connect 127.0.0.1:1 -a broken --timeout 1", *here),
            Step("use connection spare", "spare", chosen.get("spare", ONE)),
            Step("use connection prod", "prod", chosen.get("prod", ONE)),
            Step(f"use database {TWO}", "prod", TWO),
            Step("use connection spare", "spare", chosen.get("spare", ONE)),
            Step("use connection prod", "prod", TWO),
        ],
        [
            Step("connect {spare} -a spare", "spare", ONE),
            Step(f"connect {{prod}} -a prod --db {TWO}", "prod", TWO),
            Step(f"connect {{spare}} -a new --db {TWO} --no-save", "spare", TWO, "new"),
            Step("rename connection new newer", "spare", TWO, "newer"),
            Step("disconnect newer", NOWHERE),
        ],
        [
            Step(f"use database {ONE}", here[0], ONE, here[2]),
            Step(f"use database {TWO} --alias {other}", here[0], ONE, here[2]),
            Step(f"use connection {other}", other, TWO),
            Step(f"rename connection {other} live", other, TWO, "live"),
            Step("delete connection live", NOWHERE),
        ],
    ]


def in_shell(start: Start, home: Path, lines: Sequence[str]) -> tuple[str, str]:
    """The output of the commands, and the screen, when the lines are typed."""
    screen, console = io.StringIO(), Recorder()
    given = dict(zip(start.argv[::2], start.argv[1::2], strict=True))
    options = Options(alias=given.get("--alias"), database=given.get("--db"))
    session = Session(Config.from_environment(), console, load(home / "config.toml", {}), options)
    output = Vt100_Output(screen, lambda: Size(rows=40, columns=200))
    try:
        with create_pipe_input() as pipe, create_app_session(input=pipe, output=output):
            # Pasted, as each key typed would be answered by the completion and drawn.
            pipe.send_text("".join(f"\x1b[200~{line}\x1b[201~\r" for line in (*lines, "exit")))
            assert run_shell(session) == 0
    finally:
        session.close()
    return console.written()[0], ESCAPES.sub("", screen.getvalue())


Seen = Callable[[str, Start, Sequence[Step]], tuple[list[str], str]]


@pytest.fixture
def seen_collections(
    servers_with_databases: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Seen:
    """Runs lines and looks after each: returns the collections that were seen, and the shell's screen."""

    def run(how: str, start: Start, steps: Sequence[Step]) -> tuple[list[str], str]:
        home = servers_with_databases.copy(tmp_path / f"home{len(list(tmp_path.iterdir()))}")
        for name, value in {"MILVUS_ALIAS": "", "MILVUS_URI": "", **start.env, "MILVUS_CLI_HOME": str(home)}.items():
            monkeypatch.setenv(name, value.format(**servers_with_databases.addresses))
        lines = [
            line
            for number, each in enumerate(steps)
            for line in (each.line.format(**servers_with_databases.addresses), f"{LOOK} # n{number}.")
        ]
        if how == "shell":
            out, screen = in_shell(start, home, lines)
        else:
            (home / "script").write_text("\n".join(lines))
            given = {"-c": ("-c", "\n".join(lines)), "-f": ("-f", str(home / "script")), "stdin": ()}[how]
            monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) if how == "stdin" else ""))
            capsys.readouterr()
            program.main(["--keep-going", *start.argv, *given])
            out, screen = capsys.readouterr().out, ""
        return re.findall(r'^{"collection": "(\w+)"}$', out, re.MULTILINE), screen

    return run


@pytest.mark.parametrize("how", ["shell", "-c", "-f", "stdin"])
@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_commands_act_where_the_session_was_moved(
    seen_collections: Seen, servers_with_databases: Servers, start: Start, how: str
) -> None:
    for steps in chains(start):
        found, screen = seen_collections(how, start, steps)
        looks = dict(enumerate(found))
        assert [(each.line, looks.get(number, "")) for number, each in enumerate(steps)] == [
            (each.line, each.server and marker(each.server, each.database)) for each in steps
        ]
        if how == "shell":
            prompts = {int(number): shown for shown, number in re.findall(rf"(\S+)> {LOOK} # n(\d+)\.", screen)}
            assert prompts == {
                number: prompt(each).format(**servers_with_databases.addresses) for number, each in enumerate(steps)
            }


def prompt(step: Step) -> str:
    return f"{step.alias or step.server}/{step.database}" if step.server else "milvus_cli"


def test_a_script_deletes_where_it_was_moved(servers_with_databases: Servers, cli: Cli) -> None:
    shutil.copytree(servers_with_databases.home, cli.home)
    victim = "-f id:INT64 -f v:FLOAT_VECTOR:2 -p id --if-not-exists -q"
    for alias in ("prod", "spare"):
        assert cli(*f"create collection victim {victim} --alias {alias}".split()).code == 0

    moved = "use connection spare; delete collection victim"
    assert cli("--alias", "prod", "-y", "-c", moved) == Run(
        0, "Using connection 'spare'.\nDeleted collection 'victim'.\n", ""
    )
    assert names(cli, "prod") == [marker("prod", ONE), "victim"]
    assert names(cli, "spare") == [marker("spare", ONE)]

    assert cli("--alias", "spare", "-y", "-c", "connect -a prod -q; delete collection victim").code == 0
    assert names(cli, "prod") == [marker("prod", ONE)]


def test_a_start_alias_confirms_on_its_own_protected_connection_only(servers_with_databases: Servers, cli: Cli) -> None:
    shutil.copytree(servers_with_databases.home, cli.home)
    for alias in ("prod", "spare"):
        assert cli("connect", "-a", alias, "--protected").code == 0
    for line, confirmed in (
        (f"delete collection {marker('prod', ONE)}", True),
        (f"use connection spare -q; delete collection {marker('spare', ONE)}", False),
        (f"use connection spare -q; use connection prod -q; delete collection {marker('prod', ONE)}", True),
        (f"connect -a spare -q; delete collection {marker('spare', ONE)}", False),
        (f"use connection spare -q; delete collection {marker('spare', ONE)} --alias spare", True),
    ):
        # The dry run before it says so: the confirmed deletion must not happen here.
        script = line.replace("delete collection", "delete partition -p _default -c")
        run = cli("--alias", "prod", "--yes", "-o", "table", "-c", script)
        assert ("is protected" not in run.err) is confirmed, (line, run)


def test_another_process_moves_neither_a_script_nor_its_database(servers_with_databases: Servers, cli: Cli) -> None:
    shutil.copytree(servers_with_databases.home, cli.home)
    process = cli.start("-o", "jsonl")
    assert process.stdin
    assert process.stdout

    def look() -> str:
        process.stdin.write(f"{LOOK}\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
        return process.stdout.readline()  # type: ignore[union-attr]

    here = f'{{"collection": "{marker("prod", ONE)}"}}\n'

    assert look() == here
    assert cli("use", "connection", "spare").code == 0
    assert look() == here

    assert cli("use", "database", TWO, "--alias", "prod").code == 0
    assert look() == here

    assert cli("connect", servers_with_databases.spare.address, "-a", "prod").code == 0
    out, err = process.communicate(f"{LOOK}\n", timeout=30)
    assert (out, process.returncode) == ("", 1)
    now, before = servers_with_databases.spare.address, servers_with_databases.prod.address
    assert json.loads(err)["error"]["message"] == (
        f"stdin:4: connection 'prod' now points to {now} instead of {before} (changed by another process)"
    )


def test_a_connection_that_is_deleted_leaves_the_session_nowhere(servers_with_databases: Servers, cli: Cli) -> None:
    shutil.copytree(servers_with_databases.home, cli.home)
    env = {"MILVUS_URI": servers_with_databases.spare.uri, "MILVUS_ALIAS": "prod"}
    run = cli("-c", "delete connection prod -q; list collections", env=env)
    assert run == Run(1, "", "error: -c:1: connection 'prod' not found\nhint: run `list connections`\n")


def test_an_option_before_the_command_is_the_commands_own_where_it_has_one(
    servers_with_databases: Servers, cli: Cli
) -> None:
    address = servers_with_databases.spare.address
    assert cli("--alias", "named", "--db", TWO, "connect", address, "-q").code == 0
    assert cli("--alias", "named", "connect", address, "-a", "nearer", "-q").code == 0
    found = [(row["alias"], row["database"]) for row in json.loads(cli("list", "connections", "-o", "json").out)]
    assert found == [("named", TWO), ("nearer", "default")]

    assert cli("disconnect", "-q", "--alias", "named").code == 0
    assert cli("--alias", "nearer", "disconnect") == Run(0, "Disconnected 'nearer'.\n", "")


def names(cli: Cli, alias: str) -> list[str]:
    return sorted(row["collection"] for row in json.loads(cli(*LOOK.split()[:-2], "-o", "json", "--alias", alias).out))
