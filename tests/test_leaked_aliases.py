"""Collections are deleted with their aliases; aliases leaked by other clients are reported and can be deleted."""

from pathlib import Path

from tests.support.cli import Run
from tests.support.grpc_peer import GrpcPeer, Handler, aborts, refuses, replies
from tests.support.official import common_pb2, grpc, milvus_pb2, schema_pb2
from tests.support.recorder import run_here
from tests.support.typed import BOOK, Typed, failed, on_lite, on_milvus

LEAKED = failed("alias 'lk_old' points to a deleted collection", "remove it first with `delete alias lk_old`")

SCHEMA = schema_pb2.CollectionSchema(
    name="book", fields=[schema_pb2.FieldSchema(name="id", data_type=schema_pb2.Int64, is_primary_key=True)]
)


def leak(typed: Typed) -> None:
    """Leaks the alias lk_old, by deleting its collection like other clients."""
    typed("delete alias lk_old -y")
    typed.make("lk_gone")
    typed.all("create alias -c lk_gone -a lk_old")
    with typed.server.stub() as stub:
        status = stub.DropCollection(milvus_pb2.DropCollectionRequest(collection_name="lk_gone"))
    assert status.code == 0


def aliases_and_collections(typed: Typed) -> tuple[list[str], list[str]]:
    listed = [row["alias"] for row in typed.json("list aliases")]
    names = [row["collection"] for row in typed.json("list collections --names")]
    return [each for each in listed if each.startswith("lk_")], [each for each in names if each.startswith("lk_")]


def test_delete_collection_names_its_aliases_and_deletes_them_first(typed: Typed) -> None:
    typed.make("lk_book")
    typed.all("create alias -c lk_book -a lk_b -a lk_a")
    rows = "0 rows by its statistics" if "0 rows by" in typed("delete collection lk_book --dry-run").out else "0 rows"
    what = f"collection 'lk_book' on {typed.place}, with {rows} and aliases 'lk_a', 'lk_b'"
    assert typed("delete collection lk_book --dry-run") == Run(0, f"Would delete {what}.\n", "")
    assert aliases_and_collections(typed) == (["lk_a", "lk_b"], ["lk_book"])

    assert typed.json("delete collection lk_book -y") == {
        "message": "Deleted collection 'lk_book'.",
        "collection": "lk_book",
        "aliases": ["lk_a", "lk_b"],
        "deleted": True,
    }
    assert aliases_and_collections(typed) == ([], [])

    # A collection with the alias's name would be unreachable if the alias were left.
    typed.make("lk_a")
    assert typed.json("show collection lk_a")["collection"] == "lk_a"
    typed.gone("lk_a")


@on_milvus
def test_a_leaked_alias_is_named_with_the_command_that_removes_it(typed: Typed) -> None:
    leak(typed)
    typed.make("lk_new", rows=1, index=True)
    typed.all("load collection lk_new")
    for line in (
        BOOK.format(name="lk_old"),
        "rename collection lk_new lk_old",
        "rename collection lk_new lk_old --to-database default",
        "copy lk_new lk_old -y",
        "copy lk_new lk_old --dry-run",
    ):
        assert typed(line) == LEAKED, line
        assert aliases_and_collections(typed) == ([], ["lk_new"])
    assert typed("delete alias lk_old -y") == Run(0, "Deleted alias 'lk_old'.\n", "")
    typed.gone("lk_new")


@on_milvus
def test_delete_alias_deletes_a_leaked_one_once(typed: Typed) -> None:
    leak(typed)
    what = f"alias 'lk_old' on {typed.place}, which points to a deleted collection"
    assert typed("delete alias lk_old --dry-run") == Run(0, f"Would delete {what}.\n", "")
    assert typed.json("delete alias lk_old -y") == {
        "message": "Deleted alias 'lk_old'.",
        "alias": "lk_old",
        "collection": None,
        "deleted": True,
    }
    again = typed("delete alias lk_old -y")
    assert (again.code, again.err.splitlines()[0]) == (1, "error: alias 'lk_old' not found")
    typed.make("lk_old")
    assert typed("show collection lk_old").code == 0
    typed.gone("lk_old")


@on_milvus
def test_create_alias_moves_a_leaked_one_with_A_only(typed: Typed) -> None:
    leak(typed)
    typed.make("lk_new")
    line = "create alias -c lk_new -a lk_old"
    assert typed(line) == failed("alias 'lk_old' points to a deleted collection", "-A moves it to this one")
    assert typed.json(f"{line} -A")["moved"] == ["lk_old"]
    assert typed.json("show alias lk_old")["collection"] == "lk_new"
    typed.all("delete alias lk_old -y")
    typed.gone("lk_new")


@on_milvus
def test_a_collection_that_a_leaked_alias_hides_is_back_when_the_alias_is_deleted(typed: Typed) -> None:
    leak(typed)
    schema = schema_pb2.CollectionSchema(name="lk_old")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    vector = schema.fields.add(name="v", data_type=schema_pb2.FloatVector)
    vector.type_params.add(key="dim", value="2")
    with typed.server.stub() as stub:
        stub.CreateCollection(
            milvus_pb2.CreateCollectionRequest(collection_name="lk_old", schema=schema.SerializeToString())
        )
    assert aliases_and_collections(typed) == ([], ["lk_old"])
    # Whether the server has such a collection, by its own words, depends on what it remembers.
    for line in ("delete collection lk_old -y", "load collection lk_old", "show collection lk_old"):
        run = typed(line)
        assert (run.code, run.out) == (1, "")
        assert run.err.endswith("`delete alias lk_old`\n")
    typed.all("delete alias lk_old -y")
    assert typed.json("show collection lk_old")["collection"] == "lk_old"
    typed.gone("lk_old")


@on_milvus
def test_a_name_whose_collection_was_just_deleted_is_free(typed: Typed) -> None:
    typed.make("lk_again")
    with typed.server.stub() as stub:
        stub.DropCollection(milvus_pb2.DropCollectionRequest(collection_name="lk_again"))
    assert typed("delete alias lk_again -y") == failed("alias 'lk_again' not found", "run `list aliases`")
    typed.make("lk_new")
    typed.all("create alias -c lk_new -a lk_again", "delete alias lk_again -y", "rename collection lk_new lk_again")
    typed.gone("lk_again")
    run = typed("query lk_again -e 'id < 3'")
    assert (run.code, run.err.splitlines()[0]) == (1, "error: collection 'lk_again' not found")
    typed.make("lk_again")
    typed.gone("lk_again")


@on_lite
def test_milvus_lite_leaves_no_alias_behind(typed: Typed) -> None:
    leak(typed)
    assert typed("delete alias lk_old -y") == failed("alias 'lk_old' not found", "run `list aliases`")
    typed.make("lk_old")
    typed.gone("lk_old")


def described() -> Handler:
    return replies(milvus_pb2.DescribeCollectionResponse(schema=SCHEMA, aliases=["novel", "reading"]))


def denied(privilege: str) -> Handler:
    return aborts(grpc.StatusCode.PERMISSION_DENIED, f"Privilege{privilege}: permission deny to ann")


HAS = replies(milvus_pb2.BoolResponse(value=True))
OK = replies(common_pb2.Status())


def test_a_user_who_may_not_delete_aliases_deletes_no_collection(tmp_path: Path) -> None:
    with GrpcPeer({"HasCollection": HAS, "DescribeCollection": described(), "DropAlias": denied("DropAlias")}) as peer:
        run = run_here(["delete", "collection", "book", "-y"], tmp_path, peer.uri)
        assert "DropCollection" not in peer.methods
    assert run == failed(
        "not permitted: PrivilegeDropAlias: permission deny to ann",
        "ask an administrator to run `grant privilege -r ROLE -p DropAlias`",
        code=4,
    )


def test_aliases_deleted_before_a_refusal_are_reported_with_the_line_that_restores_them(tmp_path: Path) -> None:
    handlers = {
        "HasCollection": HAS,
        "DescribeCollection": described(),
        "DropAlias": OK,
        "DropCollection": refuses(65535, "quota"),
    }
    with GrpcPeer(handlers) as peer:
        run = run_here(["delete", "collection", "book", "-y"], tmp_path, peer.uri)
    assert run == failed(
        "quota; already deleted: aliases 'novel', 'reading'",
        "put back what was deleted with `create alias -c book -a novel -a reading`",
    )


def test_a_user_who_may_not_list_aliases_is_warned_that_some_may_remain(tmp_path: Path) -> None:
    book = milvus_pb2.DescribeCollectionResponse(schema=SCHEMA)
    handlers = {
        "HasCollection": HAS,
        "DescribeCollection": replies(book),
        "ListAliases": denied("ListAliases"),
        "Query": denied("Query"),
        "DropCollection": OK,
        "GetCollectionStatistics": denied("GetStatistics"),
    }
    with GrpcPeer(handlers) as peer:
        dry = run_here(["delete", "collection", "book", "--dry-run"], tmp_path, peer.uri)
        run = run_here(["delete", "collection", "book", "-y"], tmp_path, peer.uri)
    assert dry.out.endswith(" and unknown aliases (listing them takes ListAliases).\n")
    note = "note: aliases of 'book' may remain: listing them takes ListAliases\n"
    assert run == Run(0, "Deleted collection 'book'.\n", note)


@on_milvus
def test_a_collection_of_another_database_takes_only_its_own_alias_with_it(typed: Typed) -> None:
    for line in ("delete collection lk_a --db lk_db -y", "delete database lk_db -y"):
        typed(line)
    typed.make("lk_a")
    typed.all(
        "create database lk_db",
        f"{BOOK.format(name='lk_a')} --db lk_db",
        "create alias -c lk_a -a lk_same",
        "create alias -c lk_a -a lk_same --db lk_db",
    )
    typed.all("delete collection lk_a --db lk_db -y", "delete database lk_db -y")
    assert typed.json("show alias lk_same")["collection"] == "lk_a"
    typed.gone("lk_a")
    assert typed("show alias lk_same").code == 1
