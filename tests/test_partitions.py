"""Partitions, on Milvus and on Milvus Lite."""

from collections.abc import Iterator

import pytest

from tests.support.cli import Run
from tests.support.official import milvus_pb2
from tests.support.typed import Typed, failed, on_lite, on_milvus

NO_PARTITION = failed("partition 'novel' not found in 'shelf'", "did you mean novels?")


@pytest.fixture(scope="module")
def prepared_servers() -> set[str]:
    """The servers that have the collection of this module."""
    return set()


@pytest.fixture
def shelf(typed: Typed, prepared_servers: set[str]) -> Iterator[Typed]:
    """With an indexed collection of a row, and its partition `novels`."""
    if typed.server.address not in prepared_servers:
        typed.make("shelf", rows=1, index=True)
        prepared_servers.add(typed.server.address)
    typed.all("create partition shelf -p novels --if-not-exists")
    yield typed
    typed("release collection shelf")
    typed("delete partition shelf -p novels -y")


def test_create_partition_is_seen_by_pymilvus_and_takes_a_description(shelf: Typed) -> None:
    shelf("delete partition shelf -p novels -y")
    assert shelf.json("create partition -c shelf -p novels -d 'long ones'") == {
        "message": "Created partition 'novels' in 'shelf'.",
        "collection": "shelf",
        "partition": "novels",
        "created": True,
    }
    with shelf.server.stub() as stub:
        seen = stub.ShowPartitions(milvus_pb2.ShowPartitionsRequest(collection_name="shelf"))
    assert list(seen.partition_names) == ["_default", "novels"]


def test_create_partition_that_exists_exits_1(shelf: Typed) -> None:
    assert shelf("create partition shelf -p novels") == failed(
        "partition 'novels' of 'shelf' already exists", "run `list partitions -c shelf`"
    )
    assert shelf.json("create partition shelf -p novels --if-not-exists")["created"] is False


def test_list_partitions_as_table_and_json(shelf: Typed, is_lite: bool) -> None:
    kind = type(None) if is_lite else int
    rows = shelf.json("list partitions -c shelf")
    assert [{**row, "id": type(row["id"])} for row in rows] == [
        {"partition": "_default", "id": kind, "state": rows[0]["state"], "rows_by_statistics": 1},
        {"partition": "novels", "id": kind, "state": rows[1]["state"], "rows_by_statistics": 0},
    ]
    table = shelf("list partitions shelf").out.splitlines()
    assert table[1].split() == ["│", "partition", "│", "id", "│", "state", "│", "rows_by_statistics", "│"]
    assert table[-1] == "(2 rows)"


def test_show_partition_and_its_statistics(shelf: Typed) -> None:
    found = shelf.json("show partition -c shelf -p _default")
    assert list(found) == ["partition", "collection", "id", "state", "rows_by_statistics"]
    assert (found["partition"], found["rows_by_statistics"]) == ("_default", 1)
    assert shelf.json("describe partition -c shelf -p _default") == found
    assert shelf.json("show partition_stats -c shelf -p _default") == {
        "collection": "shelf",
        "partition": "_default",
        "row_count": 1,
    }


@pytest.mark.parametrize(
    "verb",
    [
        "show partition",
        "show partition_stats",
        "delete partition -y",
        "load partition",
        "release partition",
        "load",
        "release",
        "show load_state",
    ],
)
def test_a_partition_that_is_missing_exits_1(shelf: Typed, verb: str) -> None:
    assert shelf(f"{verb} -c shelf -p novel") == NO_PARTITION


@pytest.mark.parametrize("verb", ["create partition -p x", "list partitions", "show partition -p x"])
def test_a_collection_that_is_missing_exits_1(shelf: Typed, verb: str) -> None:
    assert shelf(f"{verb} -c shelff") == failed("collection 'shelff' not found", "did you mean shelf?")


@on_lite
def test_milvus_lite_neither_loads_nor_releases_a_single_partition(shelf: Typed) -> None:
    load, release = shelf("load partition -c shelf -p novels"), shelf("release partition -c shelf -p novels")
    assert load == failed("Milvus Lite 3.2.2 has no loading of single partitions")
    assert release == failed("Milvus Lite 3.2.2 has no releasing of single partitions")


@on_milvus
def test_load_and_release_partition(shelf: Typed) -> None:
    shelf("release collection shelf")
    assert shelf("load partition -c shelf -p novels") == Run(0, "Loaded partition 'novels' of 'shelf'.\n", "")
    assert [row["state"] for row in shelf.json("list partitions shelf")] == ["not loaded", "loaded"]
    assert shelf.json("show load_state -c shelf -p novels")["state"] == "loaded"

    assert shelf("release -c shelf -p novels") == Run(0, "Released partition 'novels' of 'shelf'.\n", "")
    both = "Loaded partitions 'novels', '_default' of 'shelf'.\n"
    assert shelf("load -c shelf -p novels -p _default") == Run(0, both, "")


def test_delete_partition_names_what_it_deletes(shelf: Typed) -> None:
    shelf("release collection shelf")
    what = f"partition 'novels' of 'shelf' on {shelf.place}, with 0 rows by its statistics"
    assert shelf("delete partition -c shelf -p novels --dry-run") == Run(0, f"Would delete {what}.\n", "")
    assert shelf("delete partition -c shelf -p novels") == failed(
        f"refusing to delete {what}: no terminal to confirm on", "pass --yes", code=2
    )
    assert shelf("delete partition -c shelf -p novels -y") == Run(0, "Deleted partition 'novels' of 'shelf'.\n", "")
    assert [row["partition"] for row in shelf.json("list partitions shelf")] == ["_default"]
