"""Collections apart from their schema, on Milvus and on Milvus Lite."""

import pytest

from tests.support.cli import Run
from tests.support.official import milvus_pb2
from tests.support.typed import Typed, failed, on_milvus

MISSING = failed("collection 'folioo' not found", "did you mean folio?")


@pytest.fixture(scope="module")
def prepared_servers() -> set[str]:
    """The servers that have the collection of this module."""
    return set()


@pytest.fixture
def folio(typed: Typed, prepared_servers: set[str]) -> Typed:
    """With a collection `folio` of two rows, indexed."""
    if typed.server.address not in prepared_servers:
        typed.make("folio", rows=2, index=True)
        prepared_servers.add(typed.server.address)
    return typed


def test_list_collections_tells_state_rows_and_indexes(folio: Typed) -> None:
    folio.all("load -c folio")
    row = {"collection": "folio", "state": "loaded", "rows_by_statistics": 2, "indexes": "vector HNSW COSINE"}
    assert row in folio.json("list collections")
    assert row in folio.json("list collections -l")
    head = folio("list collections").out.splitlines()[1]
    assert head.split() == ["│", "collection", "│", "state", "│", "rows_by_statistics", "│", "indexes", "│"]

    folio.all("release -c folio")
    assert {**row, "state": "not loaded"} in folio.json("list collections")
    assert "folio" not in [each["collection"] for each in folio.json("list collections --loaded")]


def test_list_collections_names_alone(folio: Typed) -> None:
    names = [each["collection"] for each in folio.json("list collections")]
    assert folio("list collections --names -o csv") == Run(0, "\n".join(["collection", *names]) + "\n", "")


@pytest.mark.parametrize(
    "verb",
    [
        "release collection",
        "flush",
        "compact",
        "show load_state",
        "show loading_progress",
        "show replicas",
        "show query_segment_info",
        "show query_segment",
        "show collection_stats",
        "show flush_state",
        "wait collection",
        "truncate -y",
        "delete collection -y",
        "rename collection -new x",
        "alter collection_properties --set a=1",
        "delete collection_properties -k a -y",
        "alter collection_field -f title --set max_length=9",
    ],
)
def test_a_collection_that_is_missing_exits_1(folio: Typed, verb: str) -> None:
    option = "-old" if verb.startswith("rename") else "-c"
    assert folio(f"{verb} {option} folioo") == MISSING


def test_load_and_release_tell_the_state(folio: Typed) -> None:
    loaded, released = Run(0, "Loaded collection 'folio'.\n", ""), Run(0, "Released collection 'folio'.\n", "")
    assert folio("load collection folio") == loaded
    assert folio("release collection folio") == released
    assert folio.json("load folio --no-wait") == {
        "message": "Loading collection 'folio'.",
        "collection": "folio",
        "loaded": False,
    }


def test_delete_collection_tells_the_rows_of_a_loaded_collection(folio: Typed) -> None:
    folio.all("load folio")
    would = f"Would delete collection 'folio' on {folio.place}, with 2 rows.\n"
    assert folio("delete collection folio --dry-run").out == would


def test_the_state_of_a_collection_is_shown_loaded_and_released(folio: Typed) -> None:
    folio.all("load folio --no-wait", "wait collection folio --for loaded")
    assert folio("show load_state -c folio") == Run(
        0,
        "╭────────────┬────────╮\n"
        "│ field      │ value  │\n"
        "├────────────┼────────┤\n"
        "│ collection │ folio  │\n"
        "│ partitions │ NULL   │\n"
        "│ state      │ loaded │\n"
        "╰────────────┴────────╯\n",
        "",
    )

    folio.all("release folio")
    assert folio.json("show loading_progress folio") == {
        "collection": "folio",
        "partitions": None,
        "state": "not loaded",
        "percent": 0,
    }


def test_load_of_a_missing_collection_is_refused_by_the_server(folio: Typed) -> None:
    for line in ("load -c folioo", "load collection folioo"):
        assert folio(line) == MISSING


@on_milvus  # Milvus Lite needs no index.
def test_load_without_an_index_says_what_to_do(typed: Typed) -> None:
    typed.make("bare")
    line = "create index -c bare"
    assert typed("load bare") == failed("'bare' has no index", f"create one first with `{line}`")
    typed.all(f"{line} -t HNSW")
    built = typed.json("show index -c bare")
    assert (built["metric_type"], built["params"]) == ("COSINE", {"M": "16", "efConstruction": "200"})
    typed.gone("bare")


def test_rename_collection_in_both_spellings_is_seen_by_pymilvus(folio: Typed) -> None:
    assert folio("rename collection folio quarto") == Run(0, "Renamed collection 'folio' to 'quarto'.\n", "")
    with folio.server.stub() as stub:
        names = stub.ShowCollections(milvus_pb2.ShowCollectionsRequest()).collection_names
    assert ("quarto" in names, "folio" in names) == (True, False)
    assert folio.json("rename collection -old quarto -new folio") == {
        "message": "Renamed collection 'quarto' to 'folio'.",
        "collection": "folio",
        "former": "quarto",
    }


def test_statistics_and_properties(folio: Typed) -> None:
    assert folio.json("show collection_stats -c folio") == {"collection": "folio", "row_count": 2}
    assert folio.json("alter collection_properties -c folio --set collection.ttl.seconds=86400") == {
        "message": "Set collection.ttl.seconds of collection 'folio'.",
        "collection": "folio",
        "changed": ["collection.ttl.seconds"],
    }
    with folio.server.stub() as stub:
        seen = stub.DescribeCollection(milvus_pb2.DescribeCollectionRequest(collection_name="folio")).properties
    assert ("collection.ttl.seconds", "86400") in [(pair.key, pair.value) for pair in seen]
    assert folio("alter collection_properties -c folio --set ttl").code == 2


def test_delete_collection_properties_or_name_what_the_server_lacks(folio: Typed, is_lite: bool) -> None:
    folio.all("alter collection_properties -c folio --set collection.ttl.seconds=86400")
    run = folio("delete collection_properties -c folio -k collection.ttl.seconds -y")
    if is_lite:
        assert run == Run(0, "Deleted collection.ttl.seconds of collection 'folio'.\n", "")
    else:
        assert run == failed("Milvus 2.3.5 has no delete collection_properties (requires Milvus 2.5)")
    assert folio("delete collection_properties -c folio -k nothing -y").err.startswith(
        "error: collection 'folio' has no property 'nothing'\n"
    )


def test_alter_collection_field_names_what_the_server_lacks(folio: Typed, is_lite: bool) -> None:
    lacking = (
        "Milvus Lite 3.2.2 has no alter collection_field (requires Milvus 2.5)"
        if is_lite
        else ("Milvus 2.3.5 has no alter collection_field (requires Milvus 2.5)")
    )
    assert folio("alter collection_field -c folio -f title --set max_length=400") == failed(lacking)
    assert folio("alter collection_field -c folio -f titel --set max_length=400") == failed(
        "field 'titel' not found in 'folio'", "did you mean title?"
    )


def test_truncate_or_name_what_the_server_lacks(typed: Typed, is_lite: bool) -> None:
    typed.make("brief", rows=1)
    what = f"collection 'brief' on {typed.place}, with 1 row"
    lacking = failed("Milvus 2.3.5 has no truncate (requires Milvus 2.6.11)")
    expected = {
        "--dry-run": Run(0, f"Would truncate {what}.\n", ""),
        "": failed(f"refusing to truncate {what}: no terminal to confirm on", "pass --yes", code=2),
        "-y": Run(0, "Truncated collection 'brief'.\n", ""),
    }
    for option, run in expected.items():
        assert typed(f"truncate -c brief {option}") == (run if is_lite else lacking)
    assert typed.json("delete collection -c brief -y") == {
        "message": "Deleted collection 'brief'.",
        "collection": "brief",
        "aliases": [],
        "deleted": True,
    }
