"""copy and diff of whole databases, and dumps of several."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dump.shelves import DumpedServer
from tests.support.milvus_server import MilvusServer
from tests.support.recorder import run_here
from tests.support.typed import failed


@pytest.fixture(scope="module")
def two_databases(tmp_path_factory: pytest.TempPathFactory, milvus: MilvusServer) -> Iterator[DumpedServer]:
    """Databases dmp_shop, with two collections, and others that tests make; the connection is `m`."""
    there = DumpedServer(tmp_path_factory.mktemp("home"), milvus, "milvus")
    there.all(f"connect {milvus.uri} -a m")
    remove(there)
    there.all("create database dmp_shop")
    for name in ("book", "shelf"):
        there.all(f"--db dmp_shop create collection {name} --dim 2", f"--db dmp_shop insert fake -c {name} -n 20")
    yield there
    remove(there)


def remove(there: DumpedServer) -> None:
    """Removes all databases of these tests."""
    for row in there.json("list databases"):
        if (name := row["database"]).startswith("dmp_"):
            for each in there.json(f"--db {name} list collections --names"):
                there(f"--db {name} release collection {each['collection']}")
                there.all(f"--db {name} delete collection {each['collection']} -y")
            there.all(f"delete database {name} -y")


def test_a_database_is_copied_and_compared_collection_by_collection(two_databases: DumpedServer) -> None:
    would = two_databases.json("copy m/dmp_shop: m/dmp_copy: --dry-run")
    assert [(each["collection"], each["result"]) for each in would["collections"]] == [
        ("book", "would copy"),
        ("shelf", "would copy"),
    ]
    copied = two_databases.json("copy m/dmp_shop: m/dmp_copy: --exclude shelf -y")
    row = {"collection": "book", "result": "copied", "copied": 20, "source_rows": 20, "target_rows": 20, "message": ""}
    assert (copied["copied"], copied["failed"], copied["collections"]) == (20, 0, [row])

    found = two_databases.json("diff m/dmp_shop: m/dmp_copy:", code=1)
    assert [(each["collection"], each["result"]) for each in found["collections"]] == [
        ("book", "same"),
        ("shelf", "only in a"),
    ]
    assert two_databases.json("diff m/dmp_shop: m/dmp_copy: -c book --rows all")["same"] is True


def test_several_collections_are_compared_at_once(two_databases: DumpedServer) -> None:
    two_databases.all("create database dmp_many")
    for name in ("book", "shelf", "rack"):
        two_databases.all(f"--db dmp_many create collection {name} --dim 2")
    two_databases.all("--db dmp_many insert fake -c shelf -n 20 --seed 7", "--db dmp_many release collection book")
    line = "diff m/dmp_shop: m/dmp_many: --rows all"
    found = two_databases.json(f"{line} --jobs 3", code=1)
    results = {each["collection"]: each["result"] for each in found["collections"]}
    assert results == {"book": "failed", "rack": "only in b", "shelf": "different"}
    assert found == two_databases.json(line, code=1)


def test_a_collection_that_fails_does_not_keep_others_from_being_copied(two_databases: DumpedServer) -> None:
    two_databases.all("create database dmp_part", "--db dmp_part create collection book --dim 3")
    copied = two_databases.json("copy m/dmp_shop: m/dmp_part: -y", code=1)
    assert [(each["collection"], each["result"], each["copied"]) for each in copied["collections"]] == [
        ("book", "failed", None),
        ("shelf", "copied", 20),
    ]
    found = two_databases.json("diff m/dmp_shop: m/dmp_part: --rows none", code=1)
    assert (found["same"], found["differing"], found["collections"][0]["result"]) == (False, 1, "different")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("copy m/dmp_shop: m/dmp_copy:book -y", "'book' is one collection, and the source a whole database"),
        ("diff m/dmp_shop: m/dmp_copy:book", "'book' is one collection, and the source a whole database"),
        ("copy m/dmp_shop: m/dmp_copy: -c nosuch -y", "no collection matches 'nosuch'"),
        (
            "copy m/dmp_shop:book m/dmp_copy:book -c book -y",
            "--collection and --exclude choose among the collections of a database",
        ),
    ],
)
def test_what_is_no_database_is_refused(line: str, message: str, two_databases: DumpedServer) -> None:
    run = two_databases(line)
    assert (run.code, run.err.splitlines()[0]) == (2, f"error: {message}")


def test_a_database_is_not_copied_to_itself(two_databases: DumpedServer) -> None:
    run = two_databases("copy m/dmp_shop: m/dmp_shop: -y")
    assert (run.code, run.err.startswith("error: source and target are the same: m (")) == (2, True)


def test_databases_are_created_where_they_are_missing(two_databases: DumpedServer, tmp_path: Path) -> None:
    path = tmp_path / "d"
    made = two_databases.json(f"dump {path} --database 'dmp_sho?'")
    assert (made["databases"], made["collections"], made["rows"]) == (1, 2, 40)

    run = two_databases(f"restore {path} --map dmp_shop/=dmp_new/ --map shelf=rack --jobs 2")
    assert (run.code, run.out) == (0, f"Restored 2 collections with 40 rows from {path}.\n")
    assert two_databases.json("diff m/dmp_shop:shelf m/dmp_new:rack --rows all")["same"] is True
    assert two_databases(f"--db dmp_shop dump {tmp_path / 'e'} -c book --dry-run -o csv").out.count("\n") == 2


def test_all_collections_of_a_dump_have_the_same_time(two_databases: DumpedServer, tmp_path: Path) -> None:
    two_databases.all(f"dump {tmp_path / 'whole'} --database dmp_shop")
    collections = two_databases.json(f"show dump {tmp_path / 'whole'}")["collections"]
    (first,), (second,) = (each["read_at"] for each in collections)
    assert first == second


def test_a_server_without_databases_and_partitions_says_so_before(
    two_databases: DumpedServer, on_earlier_lite: DumpedServer, tmp_path: Path
) -> None:
    path = tmp_path / "d"
    two_databases.all("--db dmp_shop create partition -c shelf -p upper", f"dump {path} --database dmp_shop")
    run = run_here(["restore", str(path)], on_earlier_lite.home, on_earlier_lite.server.uri)
    assert run == failed(
        "can't restore dmp_shop/book: this server has no databases; dmp_shop/shelf: this server has no databases",
        "nothing was created; use --exclude to leave out, --dry-run to see all",
    )
    run = on_earlier_lite(f"restore {path} --map dmp_shop/=default/")
    assert run.err.startswith("error: can't restore default/shelf: this server has no partitions\n")
