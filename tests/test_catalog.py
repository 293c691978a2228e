"""Names of a server's objects: fetched in the background, cached, and forgotten after changes."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from milvus_cli.app.runner import execute
from milvus_cli.completion import catalog as catalog_module
from milvus_cli.completion.catalog import Catalog
from milvus_cli.connections.environment import Config
from milvus_cli.output.console import Console
from milvus_cli.session.name_source import NameSource
from milvus_cli.session.options import Options
from milvus_cli.session.session import Session
from milvus_cli.session.settings import load
from milvus_cli.text.names import Name, named
from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer, aborts, in_turn, never_answers, refuses, replies
from tests.support.official import grpc, milvus_pb2
from tests.support.process import ServerProcess


def collections(*names: str) -> milvus_pb2.ShowCollectionsResponse:
    return milvus_pb2.ShowCollectionsResponse(collection_names=names)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A session with its own store, connected to nothing."""
    made = Session(Config(home=tmp_path / "home"), Console(), load(tmp_path / "none", {}), Options(quiet=True), Catalog)
    yield made
    made.close()


def connect(session: Session, address: str, alias: str = "dev") -> NameSource:
    assert execute(["connect", address, "-a", alias], session) == 0
    return session.catalog


def heard(
    catalog: NameSource, kind: str, *, of: str = "", alias: str = "", database: str = ""
) -> list[tuple[str, str]]:
    """Waits for the names."""
    catalog.patience = 5
    return [(name.text, name.note) for name in catalog.names(kind, of=of, alias=alias, database=database).all]


def eventually(is_so: Callable[[], bool], seconds: float = 5) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture
def catalog(session: Session, server: ServerProcess) -> Iterator[NameSource]:
    """The names of each kind of server in turn, which has an indexed collection `names`."""
    connect(session, server.address)
    for line in (
        "create collection names -f id:INT64 -f title:VARCHAR:200 -f v:FLOAT_VECTOR:4 -p id",
        "create index -c names -f v -in v -t HNSW -m L2 --param M:8 --param efConstruction:64",
    ):
        assert execute(line.split(), session) == 0
    yield session.catalog
    execute(["delete", "collection", "names", "--yes"], session)


def test_the_parts_of_a_collection_have_their_types_as_notes(catalog: NameSource) -> None:
    fields = [("id", "INT64 primary"), ("title", "VARCHAR 200"), ("v", "FLOAT_VECTOR 4")]
    assert heard(catalog, "fields", of="names") == fields
    assert heard(catalog, "vector_fields", of="names") == [("v", "FLOAT_VECTOR 4")]
    assert heard(catalog, "partitions", of="names") == [("_default", "")]

    assert heard(catalog, "indexes", of="names") == [("v", "on v")]
    assert heard(catalog, "index_types", of="names") == [("v", "HNSW")]
    assert heard(catalog, "indexable_fields", of="names") == [fields[2], fields[0], fields[1]]
    assert heard(catalog, "scalar_fields", of="names") == fields[:2]


def test_databases_words_of_filters_and_aliases_come_from_the_server(catalog: NameSource, is_lite: bool) -> None:
    assert ("default", "") in heard(catalog, "databases")
    words = {word for word, _ in heard(catalog, "filter_words")}
    assert ("text_match(" in words, "is null" in words, "phrase_match(" in words) == (is_lite, is_lite, False)
    assert {"json_contains(", "array_length(", "like"} <= words
    assert heard(catalog, "aliases") == []


def test_a_collection_has_its_state_as_a_note_until_it_is_deleted(
    session: Session, catalog: NameSource, is_lite: bool
) -> None:
    # Milvus Lite reports a new collection as loaded.
    assert ("names", "loaded" if is_lite else "not loaded") in heard(catalog, "collections")

    execute(["load", "collection", "names"], session)
    assert ("names", "loaded") in heard(catalog, "collections")

    assert execute(["delete", "collection", "names", "--yes"], session) == 0
    assert "names" not in dict(heard(catalog, "collections"))
    assert heard(catalog, "fields", of="names") == []


def test_users_and_roles_come_from_a_server_that_has_them(session: Session, milvus_auth: ServerProcess) -> None:
    assert execute(["connect", milvus_auth.address, "-u", "root", "-pwd", "Milvus"], session) == 0
    assert heard(session.catalog, "users") == [("root", "")]
    assert heard(session.catalog, "roles") == [("admin", ""), ("public", "")]


def test_connections_come_from_the_store_and_this_session(session: Session) -> None:
    with GrpcPeer() as peer:
        connect(session, peer.address, "kept")
        assert execute(["connect", peer.address, "-a", "unkept", "--no-save"], session) == 0
        assert execute(["disconnect", "kept"], session) == 0
        kept, unkept = ("kept", f"{peer.address}, disconnected"), ("unkept", peer.address)
        assert heard(session.catalog, "connections") == [kept, unkept]
        assert heard(session.catalog, "uris") == [(peer.uri, "kept")]


def test_asking_a_server_that_never_answers_takes_no_time_and_one_call(session: Session) -> None:
    with GrpcPeer({"ShowCollections": never_answers()}) as peer:
        catalog = connect(session, peer.address)
        started = time.monotonic()
        assert [catalog.names("collections").all for _ in range(100)] == [()] * 100
        assert time.monotonic() - started < 5
        eventually(lambda: "ShowCollections" in peer.methods)
        assert peer.methods.count("ShowCollections") == 1


def test_a_server_that_gives_no_answer_is_left_alone_for_a_while(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog_module, "FIRST_BACKOFF", 0.3)
    broken = aborts(grpc.StatusCode.UNAVAILABLE)
    with GrpcPeer({"ShowCollections": in_turn(broken, replies(collections("back")))}) as peer:
        catalog = connect(session, peer.address)
        assert heard(catalog, "collections") == []
        assert heard(catalog, "collections") == []
        assert peer.methods.count("ShowCollections") == 1
        eventually(lambda: heard(catalog, "collections") == [("back", "not loaded")])


def test_a_refusal_counts_as_no_names_and_is_remembered(session: Session) -> None:
    handlers = {"DescribeCollection": refuses(100, "not found"), "ShowCollections": replies(collections("a"))}
    with GrpcPeer(handlers) as peer:
        catalog = connect(session, peer.address)
        assert [heard(catalog, "fields", of="nosuch") for _ in range(3)] == [[], [], []]
        assert peer.methods.count("DescribeCollection") == 1
        assert heard(catalog, "collections") == [("a", "not loaded")]


def test_names_that_a_user_may_not_list_do_not_hide_others(session: Session) -> None:
    denied = aborts(grpc.StatusCode.PERMISSION_DENIED, "PrivilegeShowPartitions: permission deny to ann")
    with GrpcPeer({"ShowPartitions": denied, "ShowCollections": replies(collections("a"))}) as peer:
        catalog = connect(session, peer.address)
        assert [heard(catalog, "partitions", of="a") for _ in range(3)] == [[], [], []]
        assert peer.methods.count("ShowPartitions") == 1
        assert heard(catalog, "collections") == [("a", "not loaded")]


def test_names_are_cached_and_requested_again_when_they_are_old(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with GrpcPeer(
        {
            "ListDatabases": in_turn(
                replies(milvus_pb2.ListDatabasesResponse(db_names=["one"])),
                replies(milvus_pb2.ListDatabasesResponse(db_names=["one", "two"])),
            )
        }
    ) as peer:
        catalog = connect(session, peer.address)
        news = threading.Event()
        catalog.on_news = news.set
        assert heard(catalog, "databases") == [("one", "")]
        assert heard(catalog, "databases") == [("one", "")]
        assert peer.methods.count("ListDatabases") == 1

        # A look at old names starts a request for new ones.
        assert news.wait(5)
        news.clear()
        monkeypatch.setattr(catalog_module, "KEEP_SECONDS", 0.0)
        assert heard(catalog, "databases") == [("one", "")]
        assert news.wait(5)

        monkeypatch.setattr(catalog_module, "KEEP_SECONDS", 60.0)
        assert heard(catalog, "databases") == [("one", ""), ("two", "")]


def test_an_answer_that_a_write_overtook_is_thrown_away(session: Session) -> None:
    release = threading.Event()

    def late(request: object, context: object) -> milvus_pb2.ListDatabasesResponse:
        release.wait(10)
        return milvus_pb2.ListDatabasesResponse(db_names=["old"])

    new = replies(milvus_pb2.ListDatabasesResponse(db_names=["new"]))
    with GrpcPeer({"ListDatabases": in_turn(late, new)}) as peer:
        catalog = connect(session, peer.address)
        assert catalog.names("databases").all == ()
        eventually(lambda: "ListDatabases" in peer.methods)
        catalog.changed()
        release.set()
        assert heard(catalog, "databases") == [("new", "")]


def test_each_connection_and_database_has_its_own_names(session: Session) -> None:
    def by_database(request: object, context: grpc.ServicerContext) -> milvus_pb2.ShowCollectionsResponse:
        return collections(dict(context.invocation_metadata())["dbname"])

    databases = replies(milvus_pb2.ListDatabasesResponse(db_names=["default", "other"]))
    with (
        GrpcPeer({"ShowCollections": by_database, "ListDatabases": databases}) as one,
        GrpcPeer({"ShowCollections": replies(collections("elsewhere"))}) as two,
    ):
        connect(session, two.address, "two")
        catalog = connect(session, one.address, "one")
        assert heard(catalog, "collections") == [("default", "not loaded")]
        assert heard(catalog, "collections", database="named") == [("named", "not loaded")]
        assert heard(catalog, "collections", alias="two") == [("elsewhere", "not loaded")]

        assert execute(["use", "other"], session) == 0
        assert heard(catalog, "collections") == [("other", "not loaded")]

        assert execute(["use", "connection", "two"], session) == 0
        assert heard(catalog, "collections") == [("elsewhere", "not loaded")]


def test_a_bug_is_kept_and_not_written_over_the_line(
    session: Session, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(catalog_module, "SERVER_KINDS", {"databases": lambda client, of: 1 / 0})
    with GrpcPeer() as peer:
        catalog = connect(session, peer.address)
        assert heard(catalog, "databases") == []
        assert "ZeroDivisionError" in catalog.failure
        assert capfd.readouterr().err == ""


def test_nothing_connected_means_no_names(session: Session) -> None:
    assert heard(session.catalog, "collections") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["book", "notebook", "boat_race", "BOOKS"]),
        ("boo", ["book", "BOOKS", "notebook"]),
        ("BO", ["book", "boat_race", "BOOKS", "notebook"]),
        ("br", ["boat_race"]),
        ("bk", ["book", "BOOKS"]),
        (".*", []),
        ("zz", []),
    ],
)
def test_the_best_begin_with_the_text_or_have_it_inside_or_else_have_its_letters(text: str, found: list[str]) -> None:
    names = named((name, "") for name in ("book", "notebook", "boat_race", "BOOKS"))
    assert [name.text for name in names.best(text)] == found


def test_names_that_can_not_be_shown_as_they_are_are_left_out() -> None:
    names = named([("a", "x"), ("b\x1b[2J", ""), ("c\u202e", ""), ("d\n", ""), ("", ""), ("本", "")])
    assert names.all == (Name("a", "x"), Name("本", ""))


@pytest.mark.parametrize("text", ["", "c", "films", "9999", "c9f", "zzz", "collection_0777", "colection_0777", "coil"])
def test_of_ten_thousand_names_no_more_are_offered_than_can_be_shown(text: str) -> None:
    names = named((f"collection_{number:05}_{'books' if number % 3 else 'films'}", "") for number in range(10_000))
    assert len(names.best(text)) <= 200


def test_a_hint_names_the_nearest_and_a_success_makes_no_call_for_it(cli: Cli, server: ServerProcess) -> None:
    cli("connect", server.address)
    cli("create", "collection", "hinted", "-f", "id:INT64", "-f", "v:FLOAT_VECTOR:2", "-p", "id")
    run = cli("load", "collection", "hintde")
    assert (run.code, run.err.splitlines()[-1]) == (1, "hint: did you mean hinted?")
    run = cli("load", "collection", "hinted", "--no-wait", "--debug")
    assert [line.split()[1] for line in run.err.splitlines() if line.startswith("rpc ")] == ["LoadCollection"]
    cli("delete", "collection", "hinted", "--yes")


def test_a_hint_names_the_option_that_may_have_been_meant(cli: Cli) -> None:
    run = cli("list", "collections", "--outpt", "json")
    assert run == Run(2, "", "error: no such option '--outpt'\nhint: did you mean --output or --timeout?\n")
    run = cli("list", "collections", "--zz")
    assert run == Run(2, "", "error: no such option '--zz'\nhint: help list collections\n")
