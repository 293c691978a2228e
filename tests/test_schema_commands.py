"""create collection and show collection on real servers, compared with what pymilvus makes."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pymilvus import DataType, Function, FunctionType, MilvusClient

from tests.support.cli import Cli, Run
from tests.support.milvus_server import MilvusServer
from tests.support.official import official_client
from tests.support.process import ServerProcess
from tests.support.terminal import Terminal

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
ONLY_MILVUS = ("BINARY_VECTOR", "FLOAT16_VECTOR", "BFLOAT16_VECTOR", "INT8_VECTOR")


@pytest.fixture
def on(cli: Cli, server: ServerProcess) -> Callable[..., Run]:
    """Runs a command on the server."""

    def run(*argv: str, **given: Any) -> Run:
        return cli(*argv, env={"MILVUS_URI": server.uri}, **given)

    return run


@pytest.fixture
def client(server: ServerProcess) -> Iterator[MilvusClient]:
    """pymilvus on the server; collections made in a test go after it."""
    found = official_client(server.uri)
    before = set(found.list_collections())
    yield found
    for name in set(found.list_collections()) - before:
        found.drop_collection(name)
    found.close()


def fresh() -> str:
    return f"c{uuid.uuid4().hex[:12]}"


def described(client: MilvusClient, name: str) -> dict[str, Any]:
    """What pymilvus says of it, less what is another one's every time."""
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
    name = fresh()
    schema = MilvusClient.create_schema()
    for field in fields:
        given = {key: each for key, each in field.items() if key not in ("name", "type")}
        if "element_type" in given:
            given["element_type"] = DataType[given["element_type"]]
        schema.add_field(field["name"], DataType[field["type"]], **given)
    client.create_collection(name, schema=schema)
    return name


def make(on: Callable[..., Run], name: str, schema: dict[str, Any]) -> None:
    run = on("create", "collection", "-c", name, "--schema-file", "-", input=json.dumps(schema))
    assert (run.code, run.out) == (0, f"Created collection '{name}'.\n")
    assert run.err == "" or run.err.startswith("note: this server did not keep ")


def test_a_struct_array_that_the_server_ignores_is_told(on: Callable[..., Run], client: MilvusClient) -> None:
    name = fresh()
    struct = {"name": "s", "type": "ARRAY", "element_type": "STRUCT", "max_capacity": 3,
              "fields": [{"name": "n", "type": "INT64"}]}  # fmt: skip
    run = on("create", "collection", name, *PLAIN, "-f", json.dumps(struct))
    assert run == Run(0, f"Created collection '{name}'.\n", "note: this server did not keep field 's'\n")


def test_what_an_old_server_ignores_is_told(cli: Cli, milvus: MilvusServer) -> None:
    env = {"MILVUS_URI": milvus.uri}
    run = cli("create", "collection", "ignoring", *PLAIN, "-f", "n:INT8", "--nullable", "n", env=env)
    cli("delete", "collection", "ignoring", "--yes", env=env)
    assert run == Run(0, "Created collection 'ignoring'.\n", "note: this server did not keep nullable of 'n'\n")


def copied(on: Callable[..., Run], name: str) -> str:
    """A copy of the collection by its schema file."""
    run = on("show", "collection", name, "-o", "ddl")
    assert (run.code, run.err) == (0, "")
    other = fresh()
    make(on, other, json.loads(run.out))
    return other


def fields_of(kind: dict[str, Any]) -> list[dict[str, Any]]:
    return [ID, {"name": "x", **kind}] if "VECTOR" in kind["type"] else [ID, VECTOR, {"name": "x", **kind}]


@pytest.mark.parametrize("kind", [*SCALARS, *VECTORS], ids=lambda each: str(each)[:60])
def test_a_field_is_as_pymilvus_makes_it_and_so_is_its_copy(
    on: Callable[..., Run], client: MilvusClient, server: ServerProcess, kind: dict[str, Any]
) -> None:
    if kind["type"] in ONLY_MILVUS and not isinstance(server, MilvusServer):
        schema = json.dumps({"fields": fields_of(kind)})
        run = on("create", "collection", "-c", fresh(), "--schema-file", "-", input=schema)
        assert (run.code, run.out) == (1, "")
        assert run.err.startswith("error: field 'x' uses Milvus type ")
        return
    theirs = made_by_pymilvus(client, fields_of(kind))
    ours = fresh()
    make(on, ours, {"fields": fields_of(kind)})
    assert described(client, ours) == described(client, theirs)
    assert described(client, copied(on, ours)) == described(client, theirs)


def test_all_that_is_no_field_is_copied(on: Callable[..., Run], client: MilvusClient) -> None:
    name = fresh()
    schema = MilvusClient.create_schema(enable_dynamic_field=True, description="books")
    schema.add_field("id", DataType.VARCHAR, max_length=10, is_primary=True)
    schema.add_field("v", DataType.FLOAT_VECTOR, dim=4)
    index = client.prepare_index_params()
    index.add_index("v", "HNSW", metric_type="L2", params={"M": 16, "efConstruction": 100})
    client.create_collection(name, schema=schema, index_params=index, num_shards=2, consistency_level="Session",
                             properties={"collection.ttl.seconds": 3600})  # fmt: skip
    client.create_partition(name, "old")
    copy = copied(on, name)
    assert described(client, copy) == described(client, name)
    assert sorted(client.list_partitions(copy)) == ["_default", "old"]


def test_a_partition_key_keeps_the_number_of_partitions(on: Callable[..., Run], client: MilvusClient) -> None:
    name = fresh()
    run = on("create", "collection", name, "-f", "id:INT64", "-f", "k:INT64", "-f", "v:FLOAT_VECTOR:2", "-p", "id",
             "--partition-key", "k", "--partitions", "5")  # fmt: skip
    assert run == Run(0, f"Created collection '{name}'.\n", "")
    assert described(client, copied(on, name)) == described(client, name)


@pytest.mark.parametrize("server", ["lite"], indirect=True)
def test_a_bm25_function_is_as_pymilvus_makes_it(on: Callable[..., Run], client: MilvusClient) -> None:
    ours, theirs = fresh(), fresh()
    schema = MilvusClient.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True, auto_id=True)
    schema.add_field("text", DataType.VARCHAR, max_length=99, enable_analyzer=True)
    schema.add_field("s", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(Function("s_function", FunctionType.BM25, ["text"], ["s"]))
    client.create_collection(theirs, schema=schema)
    run = on("create", "collection", ours, "-f", "id:INT64", "-f", "text:VARCHAR:99", "-f", "s:SPARSE_FLOAT_VECTOR",
             "-p", "id", "-a", "--bm25", "text:s")  # fmt: skip
    assert run == Run(0, f"Created collection '{ours}'.\n", "")
    assert described(client, ours) == described(client, theirs)
    assert described(client, copied(on, ours)) == described(client, theirs)


def test_a_dimension_is_enough(on: Callable[..., Run], client: MilvusClient) -> None:
    ours, theirs = fresh(), fresh()
    client.create_collection(theirs, dimension=4)
    run = on("create", "collection", ours, "--dim", "4", "-o", "json")
    assert json.loads(run.out) == {
        "message": f"Created collection '{ours}', indexed and loaded.", "collection": ours, "created": True,
    }  # fmt: skip
    assert (run.code, run.err) == (0, "")
    assert described(client, ours) == described(client, theirs)
    assert client.get_load_state(ours) == client.get_load_state(theirs)


def test_the_form_of_the_first_generation_still_makes_one(on: Callable[..., Run], client: MilvusClient) -> None:
    name = fresh()
    run = on("create", "collection", "-c", name, "-f", "id:INT64:primary_field", "-f", "vector:FLOAT_VECTOR:128",
             "-f", "color:INT64:color", "-f", "brand:INT64:brand", "-p", "id", "-a", "-d",
             "car_collection")  # fmt: skip
    assert (run.code, run.out) == (0, f"Created collection '{name}'.\n")
    assert [each["name"] for each in client.describe_collection(name)["fields"]] == ["id", "vector", "color", "brand"]


PLAIN = ("-f", "id:INT64", "-f", "v:FLOAT_VECTOR:2", "-p", "id")
NAME_HINT = "a name has letters, digits and _, begins with a letter or _, and has 255 characters at most"
WAYS = "name it with -f NAME:TYPE and -p FIELD, --dim N, or --schema-file FILE"


@pytest.mark.parametrize(
    ("argv", "code", "message", "hint"),
    [
        (["1book", *PLAIN], 2, "bad name '1book' of a collection", NAME_HINT),
        (["a b", *PLAIN], 2, "bad name 'a b' of a collection", NAME_HINT),
        (["名字", *PLAIN], 2, "bad name '名字' of a collection", NAME_HINT),
        (["x" * 256, *PLAIN], 2, f"bad name '{'x' * 59}…' of a collection", NAME_HINT),
        (["x", *PLAIN, "-f", "$meta:JSON"], 2, "bad name '$meta' of a field", NAME_HINT),
        (["x", *PLAIN, "-f", "v:INT8"], 2, "field 'v' is given twice", ""),
        (["x", *PLAIN, "-f", "w:FLOAT_VECTOR:0"], 2,
         "field 'w:FLOAT_VECTOR:0' needs its dimension, a whole number from 1",
         "e.g. vector:FLOAT_VECTOR:768, title:VARCHAR:200, tags:ARRAY:INT64:16"),
        (["x", *PLAIN, "-f", "w:FLOAT_VECTOR:40000"], 2, "field 'w': dim 40000 is out of range",
         "dim is from 1 to 32768"),
        (["x", *PLAIN, "-f", "w:FLOAT_VEKTOR:4"], 2, "field 'w:FLOAT_VEKTOR:4': no type 'FLOAT_VEKTOR'",
         "did you mean FLOAT_VECTOR or FLOAT16_VECTOR or BFLOAT16_VECTOR?"),
        (["x", "--dim", "0"], 2, "invalid value for '--dim': 0 is not in the range 1<=x<=32768",
         "help create collection"),
        (["x", "--dim", "40000"], 2, "invalid value for '--dim': 40000 is not in the range 1<=x<=32768",
         "help create collection"),
        (["x", "-f", "id:INT64"], 2, "no primary field", "one of the fields must be it: id"),
        (["x", "-f", "id:FLOAT", "-p", "id"], 2, "the primary field 'id' is FLOAT",
         "a primary field is INT64 or VARCHAR"),
        (["x", *PLAIN, "--consistency", "Weak"], 2, "no consistency level 'Weak'",
         "levels: Strong, Session, Bounded, Eventually, Customized"),
        (["x", *PLAIN, "--dim", "4"], 2,
         "-f, --dim and --schema-file are three ways to the same: give one of them", ""),
        (["x"], 2, "no fields for collection 'x'", WAYS),
        ([], 2, "no collection is named", WAYS),
        (PLAIN, 2, "missing option '-c'", WAYS),
        (["x", "--schema-file", "nosuch.json"], 2, "invalid value: can't read nosuch.json: No such file or directory",
         "help create collection"),
    ],
    ids=lambda each: str(each)[:50],
)  # fmt: skip
def test_what_can_not_be_meant_is_refused(
    on: Callable[..., Run], argv: list[str], code: int, message: str, hint: str
) -> None:
    run = on("create", "collection", *argv)
    assert run == Run(code, "", f"error: {message}\n" + (f"hint: {hint}\n" if hint else ""))


def test_a_name_that_is_taken_is_refused(on: Callable[..., Run], client: MilvusClient) -> None:
    name = fresh()
    assert on("create", "collection", name, *PLAIN).code == 0
    run = on("create", "collection", name, *PLAIN, "-o", "json")
    assert (run.code, run.out) == (1, "")
    assert json.loads(run.err) == {"error": {
        "code": 1, "message": f"collection '{name}' exists", "hint": f"see it with: show collection {name}",
        "server_code": None,
    }}  # fmt: skip
    again = on("create", "collection", name, *PLAIN, "--if-not-exists")
    assert again == Run(0, f"Collection '{name}' exists.\n", "")


def test_a_reserved_word_is_refused_in_the_server_s_words(on: Callable[..., Run], server: ServerProcess) -> None:
    word = "RowID" if isinstance(server, MilvusServer) else "iso"
    run = on("create", "collection", fresh(), *PLAIN, "-f", f"{word}:INT64")
    said = "schema contains system field: RowID" if word == "RowID" else "field name 'iso' is reserved"
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith(f"error: {said}")


def test_an_index_that_fails_says_what_is_there(on: Callable[..., Run], client: MilvusClient) -> None:
    name = fresh()
    schema = {"fields": [ID, VECTOR], "indexes": [{"field_name": "v", "index_type": "HNSW", "metric_type": "NONSENSE"}]}
    run = on("create", "collection", "-c", name, "--schema-file", "-", input=json.dumps(schema))
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith(f"error: collection '{name}' is made, but not its index on 'v': ")


def test_show_collection_tells_all(on: Callable[..., Run], client: MilvusClient, server: ServerProcess) -> None:
    name = fresh()
    on("create", "collection", name, "--dim", "4")
    client.insert(name, [{"id": 1, "vector": [0, 0, 0, 1]}, {"id": 2, "vector": [0, 0, 1, 0]}])
    client.create_alias(name, f"{name}_alias")
    run = on("show", "collection", f"{name}_alias", "-o", "json")
    client.drop_alias(f"{name}_alias")
    found = json.loads(run.out)
    real = isinstance(server, MilvusServer)
    assert bool(found.pop("created")) is real
    assert found.pop("statistics") in (0, 2)
    index = found.pop("indexes")[0]
    assert (index["index"], index["field"], index["index_type"], index["metric_type"], index["state"]) == (
        "vector", "vector", "AUTOINDEX", "COSINE", "finished",
    )  # fmt: skip
    none = dict.fromkeys(["element_type", "default_value"])
    no = dict.fromkeys(["auto_id", "nullable", "is_partition_key", "is_clustering_key", "is_function_output"], False)
    assert found == {
        "collection": name, "description": "", "load_state": "loaded", "exact": 2, "aliases": [f"{name}_alias"],
        "partitions": ["_default"], "shards": 1, "consistency_level": "Bounded" if real else "Strong",
        "enable_dynamic_field": True, "properties": {},
        "fields": [
            {"name": "id", "type": "INT64", "description": "", "is_primary": True, "params": {}, **none, **no},
            {"name": "vector", "type": "FLOAT_VECTOR", "description": "", "is_primary": False, "params": {"dim": 4},
             **none, **no},
        ],
        "functions": [],
    }  # fmt: skip


def test_show_collection_for_people(cli: Cli, milvus: MilvusServer) -> None:
    env = {"MILVUS_URI": milvus.uri}
    cli("create", "collection", "shown", "-f", "id:VARCHAR:8:the key", "-f", "tags:ARRAY:VARCHAR:4:16", "-f",
        "v:FLOAT_VECTOR:2", "-p", "id", "--default", "id=x", "--property", "collection.ttl.seconds=60",
        env=env)  # fmt: skip
    run = cli("show", "collection", "shown", "-o", "markdown", env=env)
    cli("delete", "collection", "shown", "--yes", env=env)
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
| field   | type                  | attributes   | default   | description   |
|:--------|:----------------------|:-------------|:----------|:--------------|
| id      | VARCHAR(8)            | primary      | x         | the key       |
| tags    | ARRAY<VARCHAR(16)>(4) |              | NULL      |               |
| v       | FLOAT_VECTOR(2)       |              | NULL      |               |"""
    )


def test_a_collection_that_is_missing_is_not_shown(on: Callable[..., Run]) -> None:
    for output in ("table", "ddl"):
        run = on("show", "collection", "nosuch", "-o", output)
        assert (run.code, run.out) == (1, "")
        assert run.err.startswith("error: no collection 'nosuch'\nhint: ")


def test_ddl_is_a_format_of_no_other_command(cli: Cli) -> None:
    run = cli("list", "collections", "-o", "ddl")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error: invalid value for '-o' / '--output': 'ddl' is not one of ")


def test_a_dialogue_makes_a_collection_and_tells_the_line_that_does(
    cli: Cli, milvus: MilvusServer, terminal: Callable[..., Terminal]
) -> None:
    shell = terminal("create", "collection", rows=40, cols=100, env={"MILVUS_URI": milvus.uri})
    for question, answer in (
        ("Name of the collection:", "1x"), ("bad name '1x' of a collection", "talked"),
        ("Field 1:", "id"), ("Type [INT64]:", ""), ("primary field? [Y/n]", ""), ("give out its values? [y/N]", "y"),
        ("Field 2:", "id"), ("there is a field 'id'", "title"), ("Type:", "varchar"), ("Length [65535]:", "70000"),
        ("out of range", "200"), ("be null? [y/N]", ""),
        ("Field 3:", "v"), ("Type:", "vector"), ("no type 'vector'", "FLOAT_VECTOR"), ("Dimension:", "0"),
        ("needs its dimension", "4"), ("Field 4:", ""),
        ("dynamic field)? [y/N]", "y"), ("Consistency level [Bounded]:", "strong"), ("Shards [1]:", ""),
        ("Description:", "it's all"),
    ):  # fmt: skip
        shell.wait_for(question)
        shell.send_line(answer)
    shell.wait_for("Created collection 'talked'.")
    assert shell.wait_exit() == 0
    line = ("create collection -c talked -f id:INT64 -f title:VARCHAR:200 -f v:FLOAT_VECTOR:4 -p id"
            " -d 'it'\"'\"'s all' -a --dynamic --shards 1 --consistency Strong")  # fmt: skip
    assert f"The same in one line:{line}".replace(" ", "") in shell.text.replace("\n", "").replace(" ", "")
    client = official_client(milvus.uri)
    words = cli("-c", line.replace("talked", "typed"), env={"MILVUS_URI": milvus.uri})
    assert words == Run(0, "Created collection 'typed'.\n", "")
    assert described(client, "typed") == described(client, "talked")
    client.drop_collection("typed")
    client.drop_collection("talked")
    client.close()
