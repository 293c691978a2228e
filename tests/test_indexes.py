"""Indexes, on Milvus and on Milvus Lite, which names each after its field."""

import json

import pytest

from tests.support.cli import Run
from tests.support.official import milvus_pb2
from tests.support.typed import INDEX, Typed, failed, on_milvus

FORCE = "--force sends it anyway"


@pytest.fixture(scope="module")
def prepared_servers() -> set[str]:
    """The servers that have the collection of this module."""
    return set()


@pytest.fixture
def indexed_tome(typed: Typed, prepared_servers: set[str]) -> Typed:
    """With a collection `tome` that has an index."""
    if typed.server.address not in prepared_servers:
        typed.make("tome")
        prepared_servers.add(typed.server.address)
    # Milvus Lite has a collection loaded once it is indexed, and the index can't be deleted then.
    typed.all(INDEX.format(name="tome") + " --if-not-exists", "release tome")
    return typed


def described(name: str) -> dict[str, object]:
    return {
        "index": name,
        "field": "vector",
        "index_type": "HNSW",
        "metric_type": "COSINE",
        "params": {"M": "16", "efConstruction": "200"},
        "state": "finished",
        "indexed_rows": 0,
        "total_rows": 0,
    }


def test_create_index_is_seen_by_pymilvus(indexed_tome: Typed, is_lite: bool) -> None:
    indexed_tome(f"delete index tome -in {name_of(is_lite)} -y")
    made = indexed_tome.json(INDEX.format(name="tome"))
    assert made == {
        "message": "Created index on 'vector' of 'tome'." + (" The server named it 'vector'." if is_lite else ""),
        "collection": "tome",
        "field": "vector",
        "index": name_of(is_lite),
        "created": True,
    }
    with indexed_tome.server.stub() as stub:
        [seen] = stub.DescribeIndex(milvus_pb2.DescribeIndexRequest(collection_name="tome")).index_descriptions
    assert (seen.index_name, seen.field_name) == (name_of(is_lite), "vector")
    params = {"M": "16", "efConstruction": "200"}
    kept = {"params": json.dumps(params)} if is_lite else params
    assert {pair.key: pair.value for pair in seen.params} == {"index_type": "HNSW", "metric_type": "COSINE", **kept}


def test_list_and_show_index(indexed_tome: Typed, is_lite: bool) -> None:
    name = name_of(is_lite)
    assert indexed_tome.json("list indexes -c tome") == [described(name)]
    shown = indexed_tome.json(f"show index -c tome -in {name}")
    assert {key: shown[key] for key in described(name)} == described(name)
    assert indexed_tome.json("describe index -c tome") == shown
    assert indexed_tome("show index_progress -c tome -o csv") == Run(
        0, f"index,field,state,indexed_rows,total_rows,pending_rows\n{name},vector,finished,0,0,0\n", ""
    )


@pytest.mark.parametrize("verb", ["show index", "show index_progress", "delete index -y", "wait_for_index"])
def test_an_index_that_is_missing_exits_1_at_once(indexed_tome: Typed, verb: str, is_lite: bool) -> None:
    near = f"did you mean {name_of(is_lite)}?"
    name = "vectorr" if is_lite else "by_vectorr"
    assert indexed_tome(f"{verb} -c tome -in {name}") == failed(f"index '{name}' not found on 'tome'", near)


@pytest.mark.parametrize(
    "verb", ["create index -f vector", "list indexes", "show index", "delete index -y", "wait_for_index"]
)
def test_a_collection_that_is_missing_exits_1(indexed_tome: Typed, verb: str) -> None:
    assert indexed_tome(f"{verb} -c tomme") == failed("collection 'tomme' not found", "did you mean tome?")


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ("-t HNWS", "unknown index type 'HNWS'", "did you mean HNSW? "),
        ("-t HNSW -m COSIN", "unknown metric 'COSIN'", "did you mean COSINE? "),
        ("-t HNSW --param efConstrucion:8", "HNSW has no parameter 'efConstrucion'", "did you mean efConstruction? "),
        ("-t FLAT --param nlist:8", "FLAT has no parameter 'nlist'", "it takes none; "),
    ],
)
def test_create_index_with_a_mistyped_word_exits_2(indexed_tome: Typed, options: str, message: str, hint: str) -> None:
    assert indexed_tome(f"create index -c tome -f vector {options}") == failed(message, hint + FORCE, code=2)


@on_milvus  # Milvus Lite takes any type.
def test_create_index_with_force_leaves_it_to_the_server(indexed_tome: Typed) -> None:
    indexed_tome("delete index tome -y")
    assert indexed_tome("create index -c tome -f vector -t HNWS -m L2 --force") == failed(
        "invalid index type: HNWS", "see `help create index`"
    )


def test_create_index_with_bad_parameters_exits_2(indexed_tome: Typed) -> None:
    assert indexed_tome("create index -c tome -f vector -t HNSW --param M") == failed(
        "invalid parameter 'M'", 'write M:16, or {"M": 16}', code=2
    )
    assert indexed_tome("create index -c tome -f vector -t HNSW --param '{'").code == 2
    assert indexed_tome("create index -c tome -f vectr") == failed(
        "field 'vectr' not found in 'tome'", "did you mean vector?"
    )


def test_create_index_takes_parameters_in_three_forms(indexed_tome: Typed) -> None:
    indexed_tome("delete index tome -y")
    line = """create index -c tome -f vector -t HNSW -m COSINE --param M=24 --param '{"efConstruction": 99}'"""
    assert indexed_tome(line).code == 0
    assert indexed_tome.json("show index tome")["params"] == {"M": "24", "efConstruction": "99"}

    indexed_tome.all("release tome", "delete index tome -y")


@pytest.mark.parametrize("option", ["", " --if-not-exists", " --no-wait"])
def test_create_index_twice_says_which_one_exists(indexed_tome: Typed, is_lite: bool, option: str) -> None:
    name = name_of(is_lite)
    assert indexed_tome.json(INDEX.format(name="tome") + option) == {
        "message": f"Field 'vector' of 'tome' already has index '{name}' (HNSW, COSINE).",
        "collection": "tome",
        "field": "vector",
        "index": name,
        "created": False,
    }


def test_create_another_index_on_a_field_names_the_one_that_it_has(indexed_tome: Typed, is_lite: bool) -> None:
    name = name_of(is_lite)
    again = indexed_tome("create index -c tome -f vector -t FLAT -m L2")
    assert (again.code, again.out) == (1, "")
    assert again.err.startswith(f"error: field 'vector' of 'tome' already has index '{name}' (HNSW, COSINE): ")
    assert again.err.endswith(f"hint: delete index -c tome -in {name}\n")


def test_delete_index_names_what_it_deletes(indexed_tome: Typed, is_lite: bool) -> None:
    name = name_of(is_lite)
    what = f"index '{name}' of 'tome' on {indexed_tome.place}, HNSW on field 'vector', of 0 rows"
    assert indexed_tome(f"delete index -c tome -in {name} --dry-run") == Run(0, f"Would delete {what}.\n", "")
    assert indexed_tome("delete index -c tome").code == 2

    assert indexed_tome(f"delete index -c tome -in {name} -y") == Run(0, f"Deleted index '{name}' of 'tome'.\n", "")
    assert indexed_tome.json("list indexes -c tome") == []
    assert indexed_tome("delete index -c tome -y") == failed(
        "collection 'tome' has no index", "create index -c tome -f FIELD"
    )


def test_wait_for_index(indexed_tome: Typed, is_lite: bool) -> None:
    name = name_of(is_lite)
    assert indexed_tome("wait_for_index -c tome -t 5m") == Run(0, "The indexes of 'tome' are built.\n", "")
    assert indexed_tome.json(f"wait_for_index -c tome -in {name}") == {
        "message": f"Index '{name}' on 'tome' is built.",
        "collection": "tome",
        "index": name,
        "built": True,
    }
    indexed_tome.all(f"delete index -c tome -in {name} -y")
    hint = "create one first with `create index -c tome`"
    assert indexed_tome("wait_for_index -c tome") == failed("no index on 'tome' to wait for", hint)


def name_of(is_lite: bool) -> str:
    return "vector" if is_lite else "by_vector"
