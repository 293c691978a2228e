"""create collection and show collection on real servers, compared with those that pymilvus makes."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pymilvus import DataType, Function, FunctionType, MilvusClient
from pymilvus.exceptions import MilvusException

from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.official import official_client
from tests.support.process import ServerProcess
from tests.support.recorder import run_here
from tests.support.typed import Typed

OF_THE_SERVER = ("collection_name", "collection_id", "created_timestamp", "update_timestamp")

ID: dict[str, Any] = {"name": "id", "type": "INT64", "is_primary": True}
VECTOR: dict[str, Any] = {"name": "v", "type": "FLOAT_VECTOR", "dim": 4}
SCALARS: list[dict[str, Any]] = [
    *({"type": kind} for kind in ("BOOL", "INT8", "INT16", "INT32", "INT64", "FLOAT", "DOUBLE", "JSON")),
    *({"type": kind} for kind in ("GEOMETRY", "TIMESTAMPTZ")),
    {"type": "VARCHAR", "max_length": 20},
    *(
        {"type": "ARRAY", "element_type": kind, "max_capacity": 5}
        for kind in ("BOOL", "INT8", "INT16", "INT32", "INT64", "FLOAT", "DOUBLE")
    ),
    {"type": "ARRAY", "element_type": "VARCHAR", "max_capacity": 5, "max_length": 9},
    {"type": "BOOL", "default_value": True},
    {"type": "INT64", "default_value": 2**63 - 1},
    {"type": "FLOAT", "default_value": 0.1},
    {"type": "DOUBLE", "default_value": 0.1},
    {"type": "VARCHAR", "max_length": 9, "default_value": "é"},
    {"type": "INT32", "nullable": True, "description": "d"},
    {"type": "INT64", "is_partition_key": True},
    {"type": "INT64", "is_clustering_key": True},
    {"type": "INT64", "mmap_enabled": True},
    {"type": "VARCHAR", "max_length": 9, "enable_analyzer": True, "analyzer_params": {"type": "english"}},
]
VECTORS: list[dict[str, Any]] = [
    {"type": "FLOAT_VECTOR", "dim": 8},
    {"type": "SPARSE_FLOAT_VECTOR"},
    *({"type": f"{kind}_VECTOR", "dim": 8} for kind in ("BINARY", "FLOAT16", "BFLOAT16", "INT8")),
]
NOT_ON_LITE = ("BINARY_VECTOR", "FLOAT16_VECTOR", "BFLOAT16_VECTOR", "INT8_VECTOR")
NOT_ON_2_3 = ("GEOMETRY", "TIMESTAMPTZ", "SPARSE_FLOAT_VECTOR", "BFLOAT16_VECTOR", "INT8_VECTOR")


@pytest.fixture
def run_on_server(cli: Cli, server: ServerProcess) -> Callable[..., Run]:
    """Runs a command on the server."""

    def run(*argv: str, input: str = "") -> Run:
        return run_here(argv, cli.home, server.uri, input=input)

    return run


@pytest.fixture
def pymilvus_client(server: ServerProcess) -> Iterator[MilvusClient]:
    """pymilvus on the server; collections made in a test go after it."""
    found = official_client(server.uri)
    before = set(found.list_collections())
    yield found
    for name in set(found.list_collections()) - before:
        found.drop_collection(name)
    found.close()


def fresh_name() -> str:
    return f"c{uuid.uuid4().hex[:12]}"


def described(client: MilvusClient, name: str) -> dict[str, Any]:
    """The description by pymilvus, without values that differ between any two collections."""
    found = client.describe_collection(name)
    fields = [
        {**{key: str(each) if key == "default_value" else each for key, each in field.items()}, "field_id": 0}
        for field in found["fields"]
    ]
    indexes = [
        {key: each for key, each in client.describe_index(name, index).items() if not key.endswith("rows")}
        for index in sorted(client.list_indexes(name))
    ]
    kept = {key: each for key, each in found.items() if key not in OF_THE_SERVER}
    functions = [{**each, "id": 0, "input_field_ids": [], "output_field_ids": []} for each in found["functions"]]
    return {**kept, "fields": fields, "functions": functions, "indexes": indexes}


def made_by_pymilvus(client: MilvusClient, fields: list[dict[str, Any]]) -> str:
    name = fresh_name()
    schema = MilvusClient.create_schema()
    for field in fields:
        given = {key: each for key, each in field.items() if key not in ("name", "type")}
        if "element_type" in given:
            given["element_type"] = DataType[given["element_type"]]
        schema.add_field(field["name"], DataType[field["type"]], **given)
    client.create_collection(name, schema=schema)
    return name


def make_from_file(on: Callable[..., Run], name: str, schema: dict[str, Any]) -> None:
    run = on("create", "collection", "-c", name, "--schema-file", "-", input=json.dumps(schema))
    assert (run.code, run.out) == (0, f"Created collection '{name}'.\n")
    assert run.err == "" or run.err.startswith("note: this server did not keep ")


@pytest.mark.parametrize("server", ["milvus"], indirect=True)  # Milvus Lite keeps no description.
@pytest.mark.parametrize(
    ("given", "dynamic", "description", "note"),
    [
        ("-d TRUE", True, "", "the dynamic field is enabled (-d is --is-dynamic here; "),
        ("--is-dynamic", True, "", "the dynamic field is enabled (-d is --is-dynamic here; "),
        ("-d no -desc books", False, "books", "the dynamic field is disabled (-d is --is-dynamic here; "),
        ("-d books", False, "books", "the description is 'books' (-d is --description here; "),
        ("-d books --dynamic", True, "books", "the description is 'books' (-d is --description here; "),
    ],
)
def test_d_is_the_dynamic_field_or_a_description_and_a_note_says_which(
    run_on_server: Callable[..., Run],
    pymilvus_client: MilvusClient,
    given: str,
    dynamic: bool,
    description: str,
    note: str,
) -> None:
    name = fresh_name()
    run = run_on_server(*f"create collection {name} -f id:INT64 -f v:FLOAT_VECTOR:2 -p id {given}".split())
    assert (run.code, run.out) == (0, f"Created collection '{name}'.\n")
    assert run.err.startswith(f"note: {note}")
    found = pymilvus_client.describe_collection(name)
    assert (found["enable_dynamic_field"], found["description"]) == (dynamic, description)


def test_two_descriptions_are_refused(run_on_server: Callable[..., Run]) -> None:
    run = run_on_server(
        *["create", "collection", "x", "-f", "id:INT64", "-f", "v:FLOAT_VECTOR:2", "-p", "id", "-d", "a", "-desc", "b"]
    )
    assert run == Run(2, "", "error: -d and --description are two descriptions\nhint: give one of them\n")


def test_a_struct_array_that_the_server_lacks_is_refused(
    run_on_server: Callable[..., Run], pymilvus_client: MilvusClient
) -> None:
    name = fresh_name()
    struct = {
        "name": "s",
        "type": "ARRAY",
        "element_type": "STRUCT",
        "max_capacity": 3,
        "fields": [{"name": "n", "type": "INT64"}],
    }
    run = run_on_server("create", "collection", name, *PLAIN, "-f", json.dumps(struct))
    assert (run.code, run.out) == (1, "")
    assert "lacks struct array 's'" in run.err
    assert name not in pymilvus_client.list_collections()


@pytest.mark.parametrize("server", ["lite"], indirect=True)
def test_a_description_that_milvus_lite_ignores_is_told(run_on_server: Callable[..., Run]) -> None:
    name = fresh_name()
    run = run_on_server("create", "collection", name, *PLAIN, "--description", "books")
    note = "note: this server did not keep the description of the collection\n"
    assert run == Run(0, f"Created collection '{name}'.\n", note)


@pytest.mark.parametrize("server", ["milvus"], indirect=True)
def test_attributes_that_an_old_server_ignores_are_reported(run_on_server: Callable[..., Run]) -> None:
    run = run_on_server("create", "collection", "ignoring", *PLAIN, "-f", "n:INT8", "--nullable", "n")
    run_on_server("delete", "collection", "ignoring", "--yes")
    assert run == Run(0, "Created collection 'ignoring'.\n", "note: this server did not keep nullable of 'n'\n")


def copied(on: Callable[..., Run], name: str) -> str:
    """A copy of the collection by its schema file."""
    run = on("show", "collection", name, "-o", "ddl")
    assert (run.code, run.err) == (0, "")
    other = fresh_name()
    make_from_file(on, other, json.loads(run.out))
    return other


def fields_of(kind: dict[str, Any]) -> list[dict[str, Any]]:
    return [ID, {"name": "x", **kind}] if "VECTOR" in kind["type"] else [ID, VECTOR, {"name": "x", **kind}]


def refused_before_it_is_created(on: Callable[..., Run], client: MilvusClient, kind: dict[str, Any]) -> bool:
    name = fresh_name()
    run = on("create", "collection", "-c", name, "--schema-file", "-", input=json.dumps({"fields": fields_of(kind)}))
    return run.code == 1 and f" lacks {kind['type']} 'x'" in run.err and name not in client.list_collections()


@pytest.mark.parametrize("kind", [*SCALARS, *VECTORS], ids=lambda each: str(each)[:60])
def test_a_field_is_as_pymilvus_makes_it_and_so_is_its_copy(
    run_on_server: Callable[..., Run], pymilvus_client: MilvusClient, server: ServerProcess, kind: dict[str, Any]
) -> None:
    if kind["type"] in (NOT_ON_2_3 if isinstance(server, MilvusServer) else NOT_ON_LITE):
        assert refused_before_it_is_created(run_on_server, pymilvus_client, kind)
        return
    theirs = made_by_pymilvus(pymilvus_client, fields_of(kind))
    ours = fresh_name()
    make_from_file(run_on_server, ours, {"fields": fields_of(kind)})
    assert described(pymilvus_client, ours) == described(pymilvus_client, theirs)
    assert described(pymilvus_client, copied(run_on_server, ours)) == described(pymilvus_client, theirs)


def test_everything_beside_the_fields_is_copied(
    run_on_server: Callable[..., Run], pymilvus_client: MilvusClient
) -> None:
    name = fresh_name()
    schema = MilvusClient.create_schema(enable_dynamic_field=True, description="books")
    schema.add_field("id", DataType.VARCHAR, max_length=10, is_primary=True)
    schema.add_field("v", DataType.FLOAT_VECTOR, dim=4)
    index = pymilvus_client.prepare_index_params()
    index.add_index("v", "HNSW", metric_type="L2", params={"M": 16, "efConstruction": 100})
    pymilvus_client.create_collection(
        name,
        schema=schema,
        index_params=index,
        num_shards=2,
        consistency_level="Session",
        properties={"collection.ttl.seconds": 3600},
    )
    pymilvus_client.create_partition(name, "old")
    copy = copied(run_on_server, name)
    assert described(pymilvus_client, copy) == described(pymilvus_client, name)
    assert sorted(pymilvus_client.list_partitions(copy)) == ["_default", "old"]


def test_a_partition_key_keeps_the_number_of_partitions(
    run_on_server: Callable[..., Run], pymilvus_client: MilvusClient
) -> None:
    name = fresh_name()
    run = run_on_server(
        "create",
        "collection",
        name,
        "-f",
        "id:INT64",
        "-f",
        "k:INT64",
        "-f",
        "v:FLOAT_VECTOR:2",
        "-p",
        "id",
        "--partition-key",
        "k",
        "--partitions",
        "5",
    )
    assert run == Run(0, f"Created collection '{name}'.\n", "")
    assert described(pymilvus_client, copied(run_on_server, name)) == described(pymilvus_client, name)


@pytest.mark.parametrize("server", ["lite"], indirect=True)
def test_a_bm25_function_is_as_pymilvus_makes_it(
    run_on_server: Callable[..., Run], pymilvus_client: MilvusClient
) -> None:
    ours, theirs = fresh_name(), fresh_name()
    schema = MilvusClient.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True, auto_id=True)
    schema.add_field("text", DataType.VARCHAR, max_length=99, enable_analyzer=True)
    schema.add_field("s", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(Function("s_function", FunctionType.BM25, ["text"], ["s"]))
    pymilvus_client.create_collection(theirs, schema=schema)
    run = run_on_server(
        "create",
        "collection",
        ours,
        "-f",
        "id:INT64",
        "-f",
        "text:VARCHAR:99",
        "-f",
        "s:SPARSE_FLOAT_VECTOR",
        "-p",
        "id",
        "-a",
        "--bm25",
        "text:s",
    )
    assert run == Run(0, f"Created collection '{ours}'.\n", "")
    assert described(pymilvus_client, ours) == described(pymilvus_client, theirs)
    assert described(pymilvus_client, copied(run_on_server, ours)) == described(pymilvus_client, theirs)


def test_full_text_search_takes_a_field_and_an_index_without_a_metric(lite: LiteServer, cli: Cli) -> None:
    on, name = Typed(cli, lite), fresh_name()
    on.all(
        f"create collection {name} -f id:INT64 -f text:VARCHAR:99 -f s:SPARSE_FLOAT_VECTOR -p id --bm25 text:words",
        f"create index -c {name} -f words",
        f"create index -c {name} -f s",
    )
    found = {row["field"]: row["metric_type"] for row in on.json(f"list indexes -c {name}")}
    assert found == {"words": "BM25", "s": "IP"}
    on.gone(name)


def test_a_dimension_is_enough(run_on_server: Callable[..., Run], pymilvus_client: MilvusClient) -> None:
    ours, theirs = fresh_name(), fresh_name()
    pymilvus_client.create_collection(theirs, dimension=4)
    run = run_on_server("create", "collection", ours, "--dim", "4", "-o", "json")
    assert json.loads(run.out) == {
        "message": f"Created collection '{ours}', indexed and loaded. Its fields are id and vector; other columns of "
        "rows go into the dynamic field.",
        "collection": ours,
        "created": True,
    }
    assert (run.code, run.err) == (0, "")
    assert described(pymilvus_client, ours) == described(pymilvus_client, theirs)
    assert pymilvus_client.get_load_state(ours) == pymilvus_client.get_load_state(theirs)


def test_the_form_of_the_first_generation_still_makes_one(
    run_on_server: Callable[..., Run], pymilvus_client: MilvusClient
) -> None:
    name = fresh_name()
    run = run_on_server(
        "create",
        "collection",
        "-c",
        name,
        "-f",
        "id:INT64:primary_field",
        "-f",
        "vector:FLOAT_VECTOR:128",
        "-f",
        "color:INT64:color",
        "-f",
        "brand:INT64:brand",
        "-p",
        "id",
        "-a",
        "-d",
        "car_collection",
    )
    assert (run.code, run.out) == (0, f"Created collection '{name}'.\n")
    assert [each["name"] for each in pymilvus_client.describe_collection(name)["fields"]] == [
        "id",
        "vector",
        "color",
        "brand",
    ]


INDEXES = [
    ("FLOAT_VECTOR:8", "AUTOINDEX", "COSINE", {}),
    ("FLOAT_VECTOR:8", "FLAT", "L2", {}),
    ("FLOAT_VECTOR:8", "HNSW", "IP", {"M": "8", "efConstruction": "40"}),
    ("FLOAT_VECTOR:8", "IVF_PQ", "COSINE", {"nlist": "4", "m": "4", "nbits": "8"}),
    ("FLOAT16_VECTOR:8", "FLAT", "L2", {}),
    ("BFLOAT16_VECTOR:8", "FLAT", "L2", {}),
    ("BINARY_VECTOR:16", "BIN_FLAT", "JACCARD", {}),
    ("BINARY_VECTOR:16", "BIN_IVF_FLAT", "HAMMING", {"nlist": "4"}),
    ("SPARSE_FLOAT_VECTOR", "SPARSE_INVERTED_INDEX", "IP", {"drop_ratio_build": "0.2"}),
    ("VARCHAR:9", "Trie", "", {}),
    ("VARCHAR:9", "INVERTED", "", {}),
    ("INT64", "STL_SORT", "", {}),
]


@pytest.mark.parametrize(("kind", "index_type", "metric", "params"), INDEXES, ids=str)
def test_an_index_is_as_pymilvus_makes_it(
    run_on_server: Callable[..., Run],
    pymilvus_client: MilvusClient,
    server: ServerProcess,
    kind: str,
    index_type: str,
    metric: str,
    params: dict[str, str],
) -> None:
    ours, theirs = fresh_name(), fresh_name()
    fields = ["-f", "id:INT64", "-f", f"x:{kind}", "-p", "id"]
    fields += [] if "VECTOR" in kind else ["-f", "v:FLOAT_VECTOR:4"]
    made = run_on_server("create", "collection", ours, *fields)
    if made.code:
        assert " lacks " in made.err
        return
    run_on_server("create", "collection", theirs, *fields)
    options = [word for key, each in params.items() for word in ("--param", f"{key}:{each}")]
    run = run_on_server(
        "create",
        "index",
        "-c",
        ours,
        "-f",
        "x",
        "-in",
        "by_x",
        "-t",
        index_type,
        *(["-m", metric] if metric else []),
        *options,
    )
    # Milvus Lite reads parameters as JSON only, which pymilvus sends when told to.
    given = params if isinstance(server, MilvusServer) or not params else {"params": json.dumps(params)}
    prepared = pymilvus_client.prepare_index_params()
    prepared.add_index("x", index_type, "by_x", **({"metric_type": metric} if metric else {}), params=given)
    said = ""
    try:
        pymilvus_client.create_index(theirs, prepared)
    except MilvusException as exc:
        said = f"error: {exc.message}"[:60]
    assert run.code == (1 if said else 0)
    assert run.err.startswith(said)
    assert described(pymilvus_client, ours) == described(pymilvus_client, theirs)


def test_an_alias_and_a_partition_are_as_pymilvus_makes_them(
    run_on_server: Callable[..., Run], pymilvus_client: MilvusClient
) -> None:
    ours, theirs = fresh_name(), fresh_name()
    for name in (ours, theirs):
        assert run_on_server("create", "collection", name, *PLAIN).code == 0

    run_on_server("create", "alias", "-c", ours, "-a", f"{ours}_alias")
    pymilvus_client.create_alias(theirs, f"{theirs}_alias")
    seen = [
        {key: str(each).replace(name, "it") for key, each in pymilvus_client.describe_alias(f"{name}_alias").items()}
        for name in (ours, theirs)
    ]
    for name in (ours, theirs):
        assert pymilvus_client.list_aliases(name)["aliases"] == [f"{name}_alias"]
        pymilvus_client.drop_alias(f"{name}_alias")
    assert seen[0] == seen[1]

    run_on_server("create", "partition", "-c", ours, "-p", "part")
    pymilvus_client.create_partition(theirs, "part")
    assert (
        sorted(pymilvus_client.list_partitions(ours))
        == sorted(pymilvus_client.list_partitions(theirs))
        == ["_default", "part"]
    )
    assert pymilvus_client.get_partition_stats(ours, "part") == pymilvus_client.get_partition_stats(theirs, "part")
    assert described(pymilvus_client, ours) == described(pymilvus_client, theirs)


PLAIN = ("-f", "id:INT64", "-f", "v:FLOAT_VECTOR:2", "-p", "id")
NAME_HINT = "a name has letters, digits and _, begins with a letter or _, and has 255 characters at most"
WAYS = "give -f NAME:TYPE and -p FIELD, --dim N, --schema-file FILE, or --from FILE"


@pytest.mark.parametrize(
    ("argv", "code", "message", "hint"),
    [
        (["1book", *PLAIN], 2, "invalid name '1book' of a collection", NAME_HINT),
        (["a b", *PLAIN], 2, "invalid name 'a b' of a collection", NAME_HINT),
        (["名字", *PLAIN], 2, "invalid name '名字' of a collection", NAME_HINT),
        (["x" * 256, *PLAIN], 2, f"invalid name '{'x' * 59}…' of a collection", NAME_HINT),
        (["x", *PLAIN, "-f", "$meta:JSON"], 2, "invalid name '$meta' of a field", NAME_HINT),
        (["x", *PLAIN, "-f", "v:INT8"], 2, "field 'v' is given twice", ""),
        (
            ["x", *PLAIN, "-f", "w:FLOAT_VECTOR:0"],
            2,
            "field 'w:FLOAT_VECTOR:0' needs its dimension, an integer from 1",
            "e.g. vector:FLOAT_VECTOR:768, title:VARCHAR:200, tags:ARRAY:INT64:16",
        ),
        (
            ["x", *PLAIN, "-f", "w:FLOAT_VECTOR:40000"],
            2,
            "field 'w': dim 40000 is out of range",
            "dim is from 1 to 32768",
        ),
        (
            ["x", *PLAIN, "-f", "w:FLOAT_VEKTOR:4"],
            2,
            "field 'w:FLOAT_VEKTOR:4': unknown type 'FLOAT_VEKTOR'",
            "did you mean FLOAT_VECTOR or FLOAT16_VECTOR or BFLOAT16_VECTOR?",
        ),
        (
            ["x", "--dim", "0"],
            2,
            "--dim: must be between 1 and 32768, got 0",
            "help create collection",
        ),
        (
            ["x", "--dim", "40000"],
            2,
            "--dim: must be between 1 and 32768, got 40000",
            "help create collection",
        ),
        (["x", "-f", "id:INT64"], 2, "no primary field", "one of the fields must be it: id"),
        (
            ["x", "-f", "id:FLOAT", "-p", "id"],
            2,
            "the primary field 'id' is FLOAT",
            "a primary field is INT64 or VARCHAR",
        ),
        (
            ["x", *PLAIN, "--consistency", "Weak"],
            2,
            "unknown consistency level 'Weak'",
            "levels: Strong, Session, Bounded, Eventually, Customized",
        ),
        (
            ["x", *PLAIN, "--dim", "4"],
            2,
            "-f, --dim and --schema-file cannot be combined",
            "",
        ),
        (["x"], 2, "no fields for collection 'x'", WAYS),
        ([], 2, "missing collection name", f"-c NAME, and {WAYS}"),
        (PLAIN, 2, "missing collection name", "-c NAME"),
        (
            ["x", "--schema-file", "nosuch.json"],
            2,
            "can't read nosuch.json: No such file or directory",
            "help create collection",
        ),
    ],
    ids=lambda each: str(each)[:50],
)
def test_an_invalid_definition_is_refused(
    run_on_server: Callable[..., Run], argv: list[str], code: int, message: str, hint: str
) -> None:
    run = run_on_server("create", "collection", *argv)
    assert run == Run(code, "", f"error: {message}\n" + (f"hint: {hint}\n" if hint else ""))
    run = run_on_server("create", "collection", *argv, "-o", "json")
    error = {"code": code, "message": message, "hint": hint or None, "server_code": None}
    assert (run.code, run.out, json.loads(run.err)) == (code, "", {"error": error})


def test_a_name_that_is_taken_is_refused(run_on_server: Callable[..., Run], pymilvus_client: MilvusClient) -> None:
    name = fresh_name()
    assert run_on_server("create", "collection", name, *PLAIN).code == 0
    run = run_on_server("create", "collection", name, *PLAIN, "-o", "json")
    assert (run.code, run.out) == (1, "")
    assert json.loads(run.err) == {
        "error": {
            "code": 1,
            "message": f"collection '{name}' already exists",
            "hint": f"run `show collection {name}`",
            "server_code": None,
        }
    }
    again = run_on_server("create", "collection", name, *PLAIN, "--if-not-exists")
    assert again == Run(0, f"Collection '{name}' already exists.\n", "")


@pytest.mark.parametrize("server", ["lite"], indirect=True)
def test_a_word_that_one_server_reserves_is_refused_in_its_words(run_on_server: Callable[..., Run]) -> None:
    run = run_on_server("create", "collection", fresh_name(), *PLAIN, "-f", "iso:INT64")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("error: field name 'iso' is reserved")
    assert run.err.endswith("\nhint: nothing was created; see `help create collection`\n")


def test_a_failed_index_says_that_the_collection_exists(
    run_on_server: Callable[..., Run], pymilvus_client: MilvusClient
) -> None:
    name = fresh_name()
    schema = {"fields": [ID, VECTOR], "indexes": [{"field_name": "v", "index_type": "HNSW", "metric_type": "NONSENSE"}]}
    run = run_on_server("create", "collection", "-c", name, "--schema-file", "-", input=json.dumps(schema))
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith(f"error: collection '{name}' was created, but not its index on 'v': ")


def test_show_collection_shows_everything(
    run_on_server: Callable[..., Run], pymilvus_client: MilvusClient, server: ServerProcess
) -> None:
    name = fresh_name()
    run_on_server("create", "collection", name, "--dim", "4")
    pymilvus_client.insert(name, [{"id": 1, "vector": [0, 0, 0, 1]}, {"id": 2, "vector": [0, 0, 1, 0]}])
    pymilvus_client.create_alias(name, f"{name}_alias")
    run = run_on_server("show", "collection", f"{name}_alias", "-o", "json")
    pymilvus_client.drop_alias(f"{name}_alias")
    found = json.loads(run.out)
    real = isinstance(server, MilvusServer)
    assert bool(found.pop("created")) is real
    assert found.pop("statistics") in (0, 2)
    index = found.pop("indexes")[0]
    assert (index["index"], index["field"], index["index_type"], index["metric_type"], index["state"]) == (
        "vector",
        "vector",
        "AUTOINDEX",
        "COSINE",
        "finished",
    )
    none = dict.fromkeys(["element_type", "default_value"])
    no = dict.fromkeys(["auto_id", "nullable", "is_partition_key", "is_clustering_key", "is_function_output"], False)
    assert found == {
        "collection": name,
        "description": "",
        "load_state": "loaded",
        "exact": 2,
        "aliases": [f"{name}_alias"],
        "partitions": ["_default"],
        "shards": 1,
        "consistency_level": "Bounded" if real else "Strong",
        "enable_dynamic_field": True,
        "properties": {},
        "fields": [
            {"name": "id", "type": "INT64", "description": "", "is_primary": True, "params": {}, **none, **no},
            {
                "name": "vector",
                "type": "FLOAT_VECTOR",
                "description": "",
                "is_primary": False,
                "params": {"dim": 4},
                **none,
                **no,
            },
        ],
        "functions": [],
    }


@pytest.mark.parametrize("server", ["milvus"], indirect=True)
def test_show_collection_for_people(run_on_server: Callable[..., Run]) -> None:
    run_on_server(
        "create",
        "collection",
        "shown",
        "-f",
        "id:VARCHAR:8:the key",
        "-f",
        "tags:ARRAY:VARCHAR:4:16",
        "-f",
        "v:FLOAT_VECTOR:2",
        "-p",
        "id",
        "--default",
        "id=x",
        "--property",
        "collection.ttl.seconds=60",
    )
    run = run_on_server("show", "collection", "shown", "-o", "markdown")
    run_on_server("delete", "collection", "shown", "--yes")
    lines = [line for line in run.out.splitlines() if not line.startswith("| created")]
    assert (
        "\n".join(lines)
        == """\
| field                | value                     |
|:---------------------|:--------------------------|
| collection           | shown                     |
| description          |                           |
| load_state           | not loaded                |
| exact                | NULL                      |
| statistics           | 0                         |
| aliases              |                           |
| partitions           | _default                  |
| shards               | 1                         |
| consistency_level    | Bounded                   |
| enable_dynamic_field | no                        |
| properties           | collection.ttl.seconds=60 |

Fields
| field | type                  | attributes | default | description |
|:------|:----------------------|:-----------|:--------|:------------|
| id    | VARCHAR(8)            | primary    | x       | the key     |
| tags  | ARRAY<VARCHAR(16)>(4) |            | NULL    |             |
| v     | FLOAT_VECTOR(2)       |            | NULL    |             |"""
    )


def test_a_collection_that_is_missing_is_not_shown(run_on_server: Callable[..., Run]) -> None:
    for output in ("table", "ddl"):
        run = run_on_server("show", "collection", "nosuch", "-o", output)
        assert (run.code, run.out) == (1, "")
        assert run.err.startswith("error: collection 'nosuch' not found\nhint: ")


@pytest.mark.parametrize("server", ["lite"], indirect=True)
def test_ddl_is_a_format_of_no_other_command(run_on_server: Callable[..., Run]) -> None:
    run = run_on_server("list", "collections", "-o", "ddl")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error: --output: 'ddl' is not one of ")
