"""Completion in the shell: whole candidate lists, then keys in a real terminal."""

import asyncio
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from click.shell_completion import CompletionItem
from prompt_toolkit import PromptSession
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from milvus_cli.app.runner import execute
from milvus_cli.client.privileges import GROUPS
from milvus_cli.completion import catalog
from milvus_cli.completion.catalog import Catalog
from milvus_cli.connections.environment import Config
from milvus_cli.grammar import object_names
from milvus_cli.output.console import Console
from milvus_cli.session.options import Options
from milvus_cli.session.session import Session
from milvus_cli.session.settings import load
from milvus_cli.shell.completer import ShellCompleter, attach, quoted_word
from tests.support.cli import Cli
from tests.support.grpc_peer import GrpcPeer, never_answers
from tests.support.lite_server import LiteServer
from tests.support.names_peer import COLLECTIONS, HANDLERS, Complete
from tests.support.official import milvus_pb2
from tests.support.terminal import Terminal

Start = Callable[..., Terminal]


def test_the_commands_are_offered_and_no_synonym(complete: Complete) -> None:
    verbs = complete("")
    assert {"connect", "list", "search", "completion"} <= set(verbs)
    assert {"describe", "drop"}.isdisjoint(verbs)
    assert complete("des") == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("lis", ["list"]),
        ("list data", ["list databases"]),
        ("list databases; list serv", ["list databases; list servers"]),
        ("list databases;list serv", ["list databases;list servers"]),
        ("list databases\nlist serv", ["list databases\nlist servers"]),
        ("list \\\nserv", ["list \\\nservers"]),
        ("describe connection ", ["describe connection dev"]),
        ("drop collection note", ["drop collection notebook"]),
        ("count boo", ["count book", "count notebook"]),
        ("count nbk", ["count notebook"]),
        ("count book ", []),
        ("count book --coll", []),
        ("count book --tim", ["count book --timeout"]),
        ("count --coll", ["count --collection-name"]),
        ("count --collection boo", ["count --collection book", "count --collection notebook"]),
        ("count --collection=boo", ["count --collection=book", "count --collection=notebook"]),
        ("search -c book --par", ["search -c book --param", "search -c book --partition", "search -c book --params"]),
        ("search -c book --partition old --part", ["search -c book --partition old --partition"]),
        ("search -c book --partition ", ["search -c book --partition _default", "search -c book --partition old"]),
        ("search -c book -f ", ["search -c book -f vector"]),
        ("search book -f v", ["search book -f vector"]),
        ("search -f v", []),
        ("search -c book --fields ti", ["search -c book --fields title"]),
        ("search -c book --fields id,ti", ["search -c book --fields id,title"]),
        ("search -c book --fields id,", ["search -c book --fields id,title", "search -c book --fields id,vector"]),
        ("create index -c book -f ti", ["create index -c book -f title"]),
        ("create index -c book -t sca", ["create index -c book -t SCANN"]),
        ("create index -c book -m l", ["create index -c book -m L2", "create index -c book -m MAX_SIM_L2"]),
        (
            "create index -t HNSW --param ",
            ["create index -t HNSW --param M:", "create index -t HNSW --param efConstruction:"],
        ),
        ("create index -t hnsw --param M:8 --param ", ["create index -t hnsw --param M:8 --param efConstruction:"]),
        ("create index --param ", []),
        ("create collection -f v:FLOAT_VECTOR:4 --index ", ["create collection -f v:FLOAT_VECTOR:4 --index v"]),
        ("create collection --index v:sca", ["create collection --index v:SCANN"]),
        ("create collection --index v:HNSW:tan", ["create collection --index v:HNSW:TANIMOTO"]),
        ("create collection -c boo", []),
        ("create collection -c x -f a:VARCH", ["create collection -c x -f a:VARCHAR"]),
        (
            "create collection -c x -f a:INT64 -f b:JSON -p ",
            ["create collection -c x -f a:INT64 -f b:JSON -p a", "create collection -c x -f a:INT64 -f b:JSON -p b"],
        ),
        ("use ", ["use connection", "use database", "use archive", "use default"]),
        ("use arch", ["use archive"]),
        ("use connection d", ["use connection dev"]),
        ("load boo", ["load book", "load notebook"]),
        ("list collections -o js", ["list collections -o json", "list collections -o jsonl"]),
        ("list collections -o=js", []),
        ("--alias d", ["--alias dev"]),
        ("--alias dev list serv", ["--alias dev list servers"]),
        ("list --al", ["list --alias"]),
        ("list collections --alias ", ["list collections --alias dev"]),
        ("list collections --db a", ["list collections --db archive", "list collections --db default"]),
        ("connect --read", ["connect --read-only"]),
        ("connect --no-rea", ["connect --no-read-only"]),
        ("connect --read-only --no-rea", []),
        ("delete user a", ["delete user ann"]),
        ("delete user ann r", ["delete user ann root"]),
        ("grant role re", ["grant role reader"]),
        ("grant role reader -u ", ["grant role reader -u ann", "grant role reader -u root"]),
        ("grant privilege reader -ot g", ["grant privilege reader -ot Global"]),
        ("grant privilege reader -p Sear", ["grant privilege reader -p Search"]),
        ("grant privilege reader -p Search,Que", ["grant privilege reader -p Search,Query"]),
        (
            "grant privilege reader -ot User -p ",
            [
                "grant privilege reader -ot User -p UpdateUser",
                "grant privilege reader -ot User -p SelectUser",
                *(f"grant privilege reader -ot User -p {group}" for group in (*GROUPS, "loaders")),
            ],
        ),
        (
            "grant privilege reader -p UpdateUser -o ",
            [
                "grant privilege reader -p UpdateUser -o *",
                "grant privilege reader -p UpdateUser -o ann",
                "grant privilege reader -p UpdateUser -o root",
            ],
        ),
        (
            "grant privilege reader -p Search -o bo",
            ["grant privilege reader -p Search -o book", "grant privilege reader -p Search -o notebook"],
        ),
        ("list grants -t C", ["list grants -t Collection"]),
        ("delete privilege_group l", ["delete privilege_group loaders"]),
        ("show snapshot -c book -n we", ["show snapshot -c book -n weekly"]),
        ("restore snapshot -c book nig", ["restore snapshot -c book nightly"]),
        ("delete row_policy -c book ", ["delete row_policy -c book recent"]),
        ("create row_policy x -c book --action ups", ["create row_policy x -c book --action Upsert"]),
        ("delete file_resource s", ["delete file_resource stop_words"]),
        ("delete user_tags ann -k te", ["delete user_tags ann -k team"]),
        ("alter role re", ["alter role reader"]),
        ("load book --resource-group rg_f", ["load book --resource-group rg_fast"]),
        ("load book --fields id,ti", ["load book --fields id,title"]),
        ("load book --priority l", ["load book --priority low"]),
        ("bulk_insert -c book --option se", ["bulk_insert -c book --option sep="]),
        ("bulk_insert -c book --option backup=t", ["bulk_insert -c book --option backup=true"]),
        ("list segments book --state Dr", ["list segments book --state Dropped"]),
        ("analyze x -c book -f ti", ["analyze x -c book -f title"]),
        ("help list data", ["help list databases"]),
        ("help crea", ["help create"]),
        ("api ge", ["api GET"]),
        ("api /v2/vectordb/aliases/d", ["api /v2/vectordb/aliases/describe", "api /v2/vectordb/aliases/drop"]),
        ("api post /v2/vectordb/indexes/l", ["api post /v2/vectordb/indexes/list"]),
        ("api /x -f coll", ["api /x -f collectionName="]),
        ("api /x -f collectionName=boo", ["api /x -f collectionName=book", "api /x -f collectionName=notebook"]),
        ("api -X pa", ["api -X PATCH"]),
        ("completion z", ["completion zsh"]),
        ("set outp", ["set output"]),
        ("set color a", ["set color auto", "set color always"]),
        ("watch 2 list data", ["watch 2 list databases"]),
        ("nosuch ", []),
        ("list nosuch ", []),
        ("# list", []),
        ("list # data", []),
        ("diff boo", ["diff book", "diff notebook"]),
        ("diff de", ["diff dev:"]),
        ("diff dev:boo", ["diff dev:book", "diff dev:notebook"]),
        ("diff dev/a", ["diff dev/archive:", "diff dev/default:"]),
        ("diff dev/archive:boo", ["diff dev/archive:book", "diff dev/archive:notebook"]),
        ("copy book dev:note", ["copy book dev:notebook"]),
        ("count my", ["count 'my own'"]),
        ("count 'my", ["count 'my own'"]),
        ('count "my', ['count "my own"']),
        ("count it", ['count "it\'s"']),
        ('count "it', ['count "it\'s"']),
        ("count bo'o", ["count 'book'", "count 'notebook'"]),
        ("query book -e ti", ["query book -e title"]),
        ("query book -e 'ti", ["query book -e 'title"]),
        ('query book -e "id > 3 and ti', ['query book -e "id > 3 and title']),
        ("query book -e 'id", ["query book -e 'id"]),
        ("query book -e 'text_m", []),
        ("query book -e 'title li", ["query book -e 'title like"]),
        ("query book -e 'id not", ["query book -e 'id not in"]),
        ("query book -e 'id > {low} an", ["query book -e 'id > {low} and"]),
        ("query book -e 'title like \"A", []),
        ("query -e 'ti", []),
        ("query book --param low=3 -e 'id > {", ["query book --param low=3 -e 'id > {low}"]),
        (
            "query book -e 'id > {low} and id < {high}' --param low=3 --param ",
            ["query book -e 'id > {low} and id < {high}' --param low=3 --param high="],
        ),
        ("delete entities book -e 'ti", ["delete entities book -e 'title"]),
        ("export book x.csv -e 'ti", ["export book x.csv -e 'title"]),
        ("bench search book --filter 'ti", ["bench search book --filter 'title"]),
    ],
)
def test_a_line_is_completed(complete: Complete, line: str, found: list[str]) -> None:
    assert complete(line) == found


def test_each_candidate_has_a_short_description(session: Session) -> None:
    session.catalog.patience = 5
    completer = ShellCompleter(session)

    def described(line: str) -> list[tuple[str, str]]:
        found = completer.get_completions(Document(line), CompleteEvent())
        return [(each.display_text, each.display_meta_text) for each in found]

    assert described("list data") == [("databases", "List databases")]
    assert described("upser") == [("upsert", "file, row")]
    assert described("list databases -")[0] == ("--alias", "Connection to use.")

    assert described("search -c book -f ") == [("vector", "FLOAT_VECTOR 4")]
    assert described("count bo") == [("book", "not loaded"), ("notebook", "not loaded")]
    assert described("show connection ") == [("dev", session.profile.address)]


@pytest.fixture
def files_and_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the current directory: `rows.json`, a hidden file, and `a.json` in the folder `rows here`."""
    (tmp_path / "rows here").mkdir()
    (tmp_path / "rows here" / "a.json").touch()
    (tmp_path / "rows.json").touch()
    (tmp_path / ".hidden").touch()
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("files_and_a_folder")
@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("connect --ca ro", ["connect --ca 'rows here/'", "connect --ca rows.json"]),
        ("connect --ca 'rows here/", ["connect --ca 'rows here/a.json'"]),
        ("connect --ca=rows.", ["connect --ca=rows.json"]),
        ("connect --lite ro", ["connect --lite 'rows here/'"]),
        ("insert row -c book --row @rows.", ["insert row -c book --row @rows.json"]),
        ("insert row -c book --row rows.", []),
        ("search -c book -v rows.", ["search -c book -v rows.json"]),
        ("search -c book -v @rows.", ["search -c book -v @rows.json"]),
        ("search -c book -v [0.1,", []),
        ("list databases > rows.", ["list databases > rows.json"]),
        ("connect --ca .hi", ["connect --ca .hidden"]),
        ("connect --ca nosuch/", []),
    ],
)
def test_files_are_completed_where_a_file_is_expected(complete: Complete, line: str, found: list[str]) -> None:
    assert complete(line) == found


@pytest.mark.parametrize(
    ("value", "mark", "text"),
    [
        ("plain-1.2", "", "plain-1.2"),
        ("本", "", "本"),
        ("a b", "", "'a b'"),
        ("a;b", "", "'a;b'"),
        ("it's", "", '"it\'s"'),
        ("it's", "'", '"it\'s"'),
        ("a", "'", "'a'"),
        ('say "x"', '"', '"say \\"x\\""'),
        ("$`\\", '"', '"\\$\\`\\\\"'),
    ],
)
def test_a_candidate_is_quoted_where_it_needs_it(value: str, mark: str, text: str) -> None:
    assert quoted_word(value, mark) == text


def test_completing_takes_no_time_while_the_server_never_answers(tmp_path: Path) -> None:
    config, settings = Config(home=tmp_path / "home"), load(tmp_path / "none", {})
    session = Session(config, Console(), settings, Options(quiet=True), Catalog)
    silent = dict.fromkeys(("ShowCollections", "DescribeCollection", "ListDatabases"), never_answers())
    with GrpcPeer(silent) as peer:
        assert execute(["connect", peer.address, "-a", "slow"], session) == 0
        completer = ShellCompleter(session)
        for line in ("count ", "count b", "search -c book -f ", "list collections --db ", "list "):
            started = time.monotonic()
            found = list(completer.get_completions(Document(line), CompleteEvent()))
            assert time.monotonic() - started < 5
            assert bool(found) == (line == "list ")
        session.close()


def failing(*arguments: object) -> list[CompletionItem[str]]:
    raise ZeroDivisionError("a bug in a type")


def test_a_bug_gives_no_candidates_and_is_shown_once_with_debug(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_names.ObjectName, "shell_complete", failing)
    completer = ShellCompleter(session)
    assert list(completer.get_completions(Document("count b"), CompleteEvent())) == []
    assert list(completer.get_completions(Document("lis"), CompleteEvent())) != []

    notes: list[str] = []
    monkeypatch.setattr(session.console, "note", notes.append)
    completer.report()
    assert notes == []
    session.options = Options(debug=True)
    completer.report()
    completer.report()
    assert len(notes) == 1
    assert "ZeroDivisionError: a bug in a type" in notes[0]


def menus(
    session: Session, *steps: tuple[str, list[str]], after_each: Callable[[], None] = lambda: None
) -> list[list[str]]:
    """Types each text into a prompt, and waits until its menu has these candidates. Returns the menus it came to."""
    shown: list[list[str]] = []

    def menu() -> list[str]:
        state = prompt.default_buffer.complete_state
        return [each.text for each in state.completions] if state else []

    async def typed() -> None:
        for text, wanted in steps:
            pipe.send_text(text)
            until = time.monotonic() + 10
            while menu() != wanted and time.monotonic() < until:
                await asyncio.sleep(0.01)
            shown.append(menu())
            after_each()
        prompt.app.exit(result="")

    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        prompt: PromptSession[str] = PromptSession()
        attach(prompt, session)

        def begin() -> None:
            prompt.app.create_background_task(typed())

        prompt.prompt(pre_run=begin)
    return shown


def test_names_that_come_during_a_lookup_are_offered(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    look_up = ShellCompleter.get_completions

    def late(completer: ShellCompleter, document: Document, event: CompleteEvent) -> Iterable[Completion]:
        found = look_up(completer, document, event)
        time.sleep(0.5)
        return found

    monkeypatch.setattr(ShellCompleter, "get_completions", late)
    assert menus(session, ("count boo", ["book", "notebook"])) == [["book", "notebook"]]


def test_a_menu_that_is_open_gets_names_that_come_later(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    more = milvus_pb2.ShowCollectionsResponse(collection_names=["book", "bookend"])
    known = [COLLECTIONS]

    def names_change() -> None:
        known.append(more)
        # Not earlier: a lookup would join a call that is on its way with the names of before.
        monkeypatch.setattr(catalog, "KEEP_SECONDS", 0)

    with GrpcPeer({**HANDLERS, "ShowCollections": lambda request, context: known[-1]}) as peer:
        assert execute(["connect", peer.address, "-a", "dev"], session) == 0
        steps = ("count bo", ["book", "notebook"]), ("o", ["book", "bookend"])
        found = menus(session, *steps, after_each=names_change)
    assert found == [wanted for _, wanted in steps]


@pytest.fixture
def shell(cli: Cli, terminal: Start, lite: LiteServer) -> Terminal:
    """A shell connected to Milvus Lite."""
    cli("connect", lite.address, "-a", "dev")
    started = terminal(cols=120)
    started.wait_for("dev/default>")
    return started


def test_the_menu_opens_while_typing_and_tab_takes_from_it(shell: Terminal) -> None:
    shell.send("list datab")
    shell.wait_for("List databases")
    shell.send_key("tab", "enter")
    shell.wait_for("> list databases\n╭")


def test_after_a_command_made_or_removed_something_the_names_are_fresh(shell: Terminal) -> None:
    shell.send("count ")
    shell.send_key("c-c")
    shell.send_line("create collection menu_one -f id:INT64 -f v:FLOAT_VECTOR:2 -p id")
    shell.wait_for("Created collection 'menu_one'.")
    shell.wait_for("'menu_one'.\ndev/default>")
    shell.send("count menu_")
    shell.wait_for("menu_one  loaded")
    shell.send_key("tab")
    shell.wait_for("> count menu_one")
    shell.send_key("c-c")
    shell.send_line("delete collection menu_one --yes; create collection menu_2 -f id:INT64 -f v:FLOAT_VECTOR:2 -p id")
    shell.wait_for("'menu_2'.\ndev/default>")
    shell.send("count menu_")
    shell.wait_for("menu_2  loaded")
    assert "menu_one  " not in shell.text


def test_typing_continues_while_the_server_never_answers(cli: Cli, terminal: Start) -> None:
    silent = dict.fromkeys(("ShowCollections", "DescribeCollection"), never_answers())
    with GrpcPeer(silent) as peer:
        cli("connect", peer.address, "-a", "slow")
        shell = terminal(cols=100)
        shell.wait_for("slow/default>")
        shell.send("search -c book -f ")
        shell.wait_for("search -c book -f")
        slowest = 0.0
        for character in "vector --limit":
            before = shell.cursor
            started = time.monotonic()
            shell.send(character)
            while shell.cursor == before:
                time.sleep(0.001)
                assert time.monotonic() - started < 5
            slowest = max(slowest, time.monotonic() - started)
        assert slowest < 1.5
        shell.wait_for("search -c book -f vector --limit")
        shell.send_key("c-c")
        shell.send_line("version -o jsonl")
        shell.wait_for('{"milvus_cli": "0.1.0"}')
