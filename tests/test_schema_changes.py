"""Fields, functions and indexes of existing collections: each request beside that of pymilvus for the same."""

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from pymilvus import DataType, FieldSchema, Function, FunctionType, MilvusClient

from milvus_cli.schema.declaration import Declaration, declared
from milvus_cli.schema.index_types import usual_metric
from tests.support.cli import Run
from tests.support.grpc_peer import GrpcPeer, in_turn, refuses, replies
from tests.support.official import common_pb2, milvus_pb2, official_client, schema_pb2
from tests.support.recorder import run_here
from tests.support.typed import Typed, failed, on_lite

WRITES = (
    "AddCollectionField",
    "AddCollectionFunction",
    "AddCollectionStructField",
    "AlterCollection",
    "AlterCollectionField",
    "AlterCollectionFunction",
    "AlterCollectionSchema",
    "AlterIndex",
    "DropCollectionFunction",
)
INDEX = milvus_pb2.IndexDescription(field_name="v", index_name="by_v")
EMBED = schema_pb2.FunctionSchema(
    name="embed",
    description="old",
    id=7,
    type=schema_pb2.TextEmbedding,
    input_field_names=["title"],
    input_field_ids=[101],
    output_field_names=["v"],
    params=[common_pb2.KeyValuePair(key=key, value=value) for key, value in (("provider", "openai"), ("dim", "8"))],
)
Intent = Callable[[MilvusClient], object]


def book() -> schema_pb2.CollectionSchema:
    schema = schema_pb2.CollectionSchema(name="book", functions=[EMBED])
    for number, (name, kind, sizes) in enumerate(
        (
            ("id", schema_pb2.Int64, {}),
            ("title", schema_pb2.VarChar, {"max_length": "200", "enable_analyzer": "true"}),
            ("v", schema_pb2.FloatVector, {"dim": "8"}),
            ("s", schema_pb2.SparseFloatVector, {}),
        ),
        start=100,
    ):
        field = schema.fields.add(name=name, data_type=kind, fieldID=number, is_primary_key=name == "id")
        for key, value in sizes.items():
            field.type_params.add(key=key, value=value)
    return schema


class Book:
    """A server with a collection `book`, and what both clients send to it."""

    def __init__(self, peer: GrpcPeer, client: MilvusClient, home: Path) -> None:
        self.peer, self.client, self.home = peer, client, home

    def says(self, version: str) -> None:
        self.peer.handlers["GetVersion"] = replies(milvus_pb2.GetVersionResponse(version=version))
        has = WRITES if version >= "v3" else [each for each in WRITES if each != "AlterCollectionSchema"]
        for each in WRITES:
            self.peer.handlers.pop(each, None)
        self.peer.handlers.update(dict.fromkeys(has, replies(common_pb2.Status())))
        if version >= "v3":
            self.peer.handlers["AlterCollectionSchema"] = replies(milvus_pb2.AlterCollectionSchemaResponse())

    def __call__(self, line: str) -> Run:
        self.peer.calls.clear()
        return run_here(shlex.split(line), self.home, self.peer.uri)

    def sent(self) -> list[tuple[str, Any]]:
        """The writes that the server has a handler for."""
        return [
            (call.method, _plain(call.request))
            for call in self.peer.calls
            if call.method in WRITES and call.method in self.peer.handlers
        ]

    def by_pymilvus(self, intent: Intent) -> list[tuple[str, Any]]:
        self.peer.calls.clear()
        intent(self.client)
        return self.sent()


def _plain(request: Any) -> Any:
    """A request as a dict, its pairs of keys and values in one order: they are sets for servers."""
    if request.DESCRIPTOR.name == "AddCollectionFieldRequest":
        return request.collection_name, _plain(schema_pb2.FieldSchema.FromString(request.schema))
    return _sorted(MessageToDict(request))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(each) for key, each in value.items() if key != "base"}
    if isinstance(value, list):
        return sorted(map(_sorted, value), key=lambda each: str(each.get("key")) if isinstance(each, dict) else "")
    return value


@pytest.fixture(scope="module")
def peer_with_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    described = milvus_pb2.DescribeCollectionResponse(schema=book(), collection_name="book", collectionID=1)
    handlers = {
        "DescribeCollection": replies(described),
        "HasCollection": lambda request, context: milvus_pb2.BoolResponse(value=request.collection_name == "book"),
        "CreateCollection": replies(common_pb2.Status()),
        "DescribeIndex": replies(milvus_pb2.DescribeIndexResponse(index_descriptions=[INDEX])),
    }
    with GrpcPeer(handlers) as peer:
        client = official_client(peer.uri)
        yield Book(peer, client, tmp_path_factory.mktemp("schema_changes"))
        client.close()


def points() -> Any:
    struct = MilvusClient.create_struct_field_schema()
    struct.add_field("x", DataType.INT64)
    struct.add_field("v", DataType.FLOAT_VECTOR, dim=4)
    return struct


def bm25(name: str, output: str) -> Function:
    return Function(name, FunctionType.BM25, ["title"], [output])


def index(field: str, kind: str, **configs: Any) -> Any:
    params = MilvusClient.prepare_index_params()
    params.add_index(field, index_type=kind, **configs)
    return params


STRUCT = """'{"name": "points", "type": "ARRAY", "element_type": "STRUCT", "max_capacity": 9, "fields": [
{"name": "x", "type": "INT64"}, {"name": "v", "type": "FLOAT_VECTOR", "dim": 4}]}'"""

BM25 = "create function -c book -n f -t BM25 --input-field title --output-field"

FIELDS: list[tuple[str, Intent]] = [
    (
        "create field -c book -f year:INT16",
        lambda client: client.add_collection_field("book", "year", DataType.INT16, nullable=True),
    ),
    (
        "create field -c book -f year:INT64 --default year=1815",
        lambda client: client.add_collection_field("book", "year", DataType.INT64, nullable=True, default_value=1815),
    ),
    (
        "create field -c book -f 'note:VARCHAR:80:A note' --default note=none",
        lambda client: client.add_collection_field(
            "book", "note", DataType.VARCHAR, "A note", max_length=80, nullable=True, default_value="none"
        ),
    ),
    (
        "create field -c book -f tags:ARRAY:VARCHAR:16:64",
        lambda client: client.add_collection_field(
            "book",
            "tags",
            DataType.ARRAY,
            element_type=DataType.VARCHAR,
            max_capacity=16,
            max_length=64,
            nullable=True,
        ),
    ),
    (
        "create field -c book -f w:FLOAT_VECTOR:16",
        lambda client: client.add_collection_field("book", "w", DataType.FLOAT_VECTOR, dim=16, nullable=True),
    ),
    (
        "create field -c book -f sold:BOOL --nullable FALSE --default sold=false",
        lambda client: client.add_collection_field("book", "sold", DataType.BOOL, default_value=False),
    ),
]
OTHERS: list[tuple[str, Intent]] = [
    (
        f"create field -c book -f {STRUCT}",
        lambda client: client.add_collection_struct_field("book", "points", points(), 9, desc=""),
    ),
    ("delete field -c book -f v -y", lambda client: client.drop_collection_field("book", "v")),
    (
        "create function -c book -n f -t BM25 --input-field title --output-field t",
        lambda client: client.add_function_field(
            "book",
            FieldSchema("t", DataType.SPARSE_FLOAT_VECTOR),
            bm25("f", "t"),
            index("t", "SPARSE_INVERTED_INDEX", metric_type="BM25"),
        ),
    ),
    (
        "create function -c book -n f -t minhash --input-field title -f h:BINARY_VECTOR:64 --param num_hashes=2 "
        "--index h:MINHASH_LSH:MHJACCARD:mh_lsh_band=4",
        lambda client: client.add_function_field(
            "book",
            FieldSchema("h", DataType.BINARY_VECTOR, dim=64),
            Function("f", FunctionType.MINHASH, ["title"], ["h"], params={"num_hashes": 2}),
            index("h", "MINHASH_LSH", metric_type="MHJACCARD", mh_lsh_band=4),
        ),
    ),
    ("delete function -c book -n embed -y", lambda client: client.drop_function_field("book", "embed")),
]
OLDER: list[tuple[str, Intent]] = [
    (
        "create function -c book -n f -t BM25 --input-field title --output-field s --description words",
        lambda client: client.add_collection_function(
            "book", Function("f", FunctionType.BM25, ["title"], ["s"], description="words")
        ),
    ),
    (
        "create function -c book -n f -t TextEmbedding --input-field title --output-field v "
        "--param provider=openai --param model_name=small",
        lambda client: client.add_collection_function(
            "book",
            Function(
                "f", FunctionType.TEXTEMBEDDING, ["title"], ["v"], params={"provider": "openai", "model_name": "small"}
            ),
        ),
    ),
    (
        "alter function -c book -n embed --set provider=cohere --set url=http://a --unset dim --description new",
        lambda client: client.alter_collection_function(
            "book",
            "embed",
            Function(
                "embed",
                FunctionType.TEXTEMBEDDING,
                ["title"],
                ["v"],
                description="new",
                params={"provider": "cohere", "url": "http://a"},
            ),
        ),
    ),
    ("delete function -c book -n embed -y", lambda client: client.drop_collection_function("book", "embed")),
    (
        "alter index -c book -in by_v --set mmap.enabled=true",
        lambda client: client.alter_index_properties("book", "by_v", {"mmap.enabled": "true"}),
    ),
    (
        "alter index -c book -in by_v --unset mmap.enabled",
        lambda client: client.drop_index_properties("book", "by_v", ["mmap.enabled"]),
    ),
    (
        "alter collection_field -c book -f title --set field.description=Name --set max_length=300",
        lambda client: client.alter_collection_field(
            "book", "title", {"field.description": "Name", "max_length": "300"}
        ),
    ),
    (
        "alter collection_properties -c book --set 'collection.description=All books'",
        lambda client: client.alter_collection_properties("book", {"collection.description": "All books"}),
    ),
]
CASES = [
    *((version, *case) for version in ("v2.6.17", "v3.0.0") for case in FIELDS),
    *(("v3.0.0", *case) for case in OTHERS),
    *(("v2.6.17", *case) for case in OLDER),
]


@pytest.mark.parametrize(("version", "line", "intent"), CASES, ids=[f"{case[0]} {case[1][:60]}" for case in CASES])
@pytest.mark.filterwarnings("ignore::pymilvus.decorators.PyMilvusDeprecationWarning")
def test_the_request_is_that_of_pymilvus(peer_with_book: Book, version: str, line: str, intent: Intent) -> None:
    peer_with_book.says(version)
    run = peer_with_book(line)
    assert run.code == 0, run
    ours = peer_with_book.sent()
    assert ours == peer_with_book.by_pymilvus(intent)
    assert len(ours) == 1


CREATE = (
    "create collection -c new -f id:INT64 -f 'title:VARCHAR:99:The title' -f v:FLOAT_VECTOR:8 -f h:BINARY_VECTOR:64 "
    "-p id --description 'New books' --function embed:TextEmbedding:title:v:provider=openai "
    """--function '{"name": "hash", "type": "MinHash", "input_field_names": ["title"], "output_field_names": ["h"],
    "params": {"num_hashes": 2}}'"""
)


def test_functions_and_descriptions_of_a_new_collection_are_those_of_pymilvus(peer_with_book: Book) -> None:
    peer_with_book.says("v3.0.0")
    # The peer describes a collection without these functions, so that this one is deleted again.
    assert peer_with_book(CREATE).code == 1
    schema = MilvusClient.create_schema(description="New books")
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("title", DataType.VARCHAR, max_length=99, description="The title")
    schema.add_field("v", DataType.FLOAT_VECTOR, dim=8)
    schema.add_field("h", DataType.BINARY_VECTOR, dim=64)
    schema.add_function(Function("embed", FunctionType.TEXTEMBEDDING, ["title"], ["v"], params={"provider": "openai"}))
    schema.add_function(Function("hash", FunctionType.MINHASH, ["title"], ["h"], params={"num_hashes": 2}))
    peer_with_book.client.create_collection("new", schema=schema)
    ours, theirs = map(_schema, peer_with_book.peer.requests("CreateCollection"))
    assert ours == theirs


def _schema(request: Any) -> Any:
    return _sorted(MessageToDict(schema_pb2.CollectionSchema.FromString(request.schema)))


def test_a_signature_is_indexed_by_the_metric_of_signatures(tmp_path: Path) -> None:
    line = f"{CREATE} --index h:MINHASH_LSH --dry-run"
    assert run_here(shlex.split(line), tmp_path).code == 0
    found = declared(
        Declaration(
            "new",
            fields=("id:INT64", "title:VARCHAR", "h:BINARY_VECTOR:64"),
            primary="id",
            functions=("f:MinHash:title:h",),
        )
    )
    assert usual_metric(found.schema, "h") == "MHJACCARD"


LACKING = [
    ("v2.5.0", "create field -c book -f year:INT16", "create field (requires Milvus 2.6)"),
    ("v2.6.17", f"create field -c book -f {STRUCT}", "create field of a struct array (requires Milvus 3.0)"),
    ("v2.6.17", "delete field -c book -f v -y", "delete field (requires Milvus 3.0)"),
    ("v2.6.7", f"{BM25} s", "create function (requires Milvus 2.6.8)"),
    ("v2.6.8", f"{BM25} t", "create function with a new output field (requires Milvus 3.0)"),
    ("v2.6.7", "alter function -c book -n embed --set a=b", "alter function (requires Milvus 2.6.8)"),
    ("v2.6.7", "delete function -c book -n embed -y", "delete function (requires Milvus 2.6.8)"),
    ("v2.3.5", "alter index -c book -in by_v --set mmap.enabled=true", "alter index (requires Milvus 2.4)"),
    ("v2.4.9", "alter index -c book -in by_v --unset mmap.enabled", "alter index --unset (requires Milvus 2.5)"),
    (
        "v2.5.12",
        "alter collection_field -c book -f title --unset mmap.enabled",
        "alter collection_field --unset (requires Milvus 2.5.13)",
    ),
    (
        "v2.6.8",
        "alter collection_field -c book -f title --set field.description=x",
        "changes of a field's description (requires Milvus 2.6.9)",
    ),
    (
        "v2.5.11",
        "alter collection_properties -c book --set collection.description=x",
        "changes of a collection's description (requires Milvus 2.5.12)",
    ),
]


@pytest.mark.parametrize(("version", "line", "lacking"), LACKING, ids=[each[2] for each in LACKING])
def test_an_older_server_is_asked_for_nothing(peer_with_book: Book, version: str, line: str, lacking: str) -> None:
    peer_with_book.says(version)
    assert peer_with_book(line) == failed(f"Milvus {version[1:]} has no {lacking}")
    assert peer_with_book.sent() == []


WRONG = [
    ("create field -c book -f v:INT8", "field 'v' already exists in 'book'", "show collection book", 1),
    ("create field -c book -f a:INT8 -f a:INT16", "field 'a' is given twice", "", 2),
    ("create field -c book -f a:INT8 --default b=1", "--default: field 'b' not found", "fields: a", 2),
    ("create field -c book -f a-b:INT8", "invalid name 'a-b' of a field", "a name has letters, digits and _,", 2),
    ("create field -c book -f a:FLOAT_VECTOR:99999", "field 'a': dim 99999 is out of range", "dim is from 1", 2),
    ("create field -c book", "missing field", "", 2),
    ("delete field -c book -f id -y", "field 'id' is the primary key of 'book', which every collection needs", "", 1),
    ("delete field -c book -f titel -y", "field 'titel' not found in 'book'", "did you mean title?", 1),
    ("delete field -c book -f v", "refusing to delete field 'v' of 'book' on", "pass --yes", 2),
    (f"{BM25} s --index s", "--index is for a new output field, and 's' exists", "create index -c book -f s", 2),
    (f"{BM25} t -f u:SPARSE_FLOAT_VECTOR", "-f declares 'u', and --output-field is 't'", "give one of them", 2),
    (f"{BM25} t --index v", "--index is on 'v', and the output field is 't'", "", 2),
    (f"{BM25} s -f s:SPARSE_FLOAT_VECTOR", "field 's' already exists in 'book'", "--output-field s, without -f", 2),
    (BM25.removesuffix(" --output-field"), "missing output field", "--output-field FIELD", 2),
    (
        "create function -c book -n f -t MinHash --input-field title --output-field h",
        "field 'h' not found in 'book'",
        "add it with -f h:TYPE",
        1,
    ),
    (
        "create function -c book -n embed -t BM25 --input-field title --output-field s",
        "function 'embed' already exists in 'book'",
        "take another name",
        2,
    ),
    (
        "create function -c book -n f -t BM26 --input-field title --output-field s",
        "--type: unknown type 'BM26'",
        "types: BM25, TextEmbedding",
        2,
    ),
    (
        "create function -c book -n f -t BM25 --input-field titel --output-field s",
        "field 'titel' not found in 'book'",
        "did you mean title?",
        1,
    ),
    ("alter function -c book -n embde --set a=b", "function 'embde' not found in 'book'", "did you mean embed?", 1),
    ("alter function -c book -n embed --unset dm", "function 'embed' has no parameter 'dm'", "did you mean dim?", 1),
    ("alter function -c book -n embed", "nothing to change", "give --set KEY=VALUE", 2),
    ("alter index -c book -in by_v", "give either --set KEY=VALUE or --unset KEY", "help alter index", 2),
    ("alter index -c book -in by_w --unset a", "index 'by_w' not found on 'book'", "did you mean by_v?", 1),
    (
        "alter collection_field -c book -f title --set a=b --unset a",
        "give either --set KEY=VALUE or --unset KEY",
        "help alter collection_field",
        2,
    ),
]


@pytest.mark.parametrize(("line", "message", "hint", "code"), WRONG, ids=[each[0] for each in WRONG])
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    peer_with_book: Book, line: str, message: str, hint: str, code: int
) -> None:
    peer_with_book.says("v3.0.0")
    run = peer_with_book(line)
    first, _, second = run.err.partition("\n")
    assert (run.code, first[: len(message) + 7]) == (code, f"error: {message}"), run
    assert second.startswith(f"hint: {hint}" if hint else "")
    assert peer_with_book.sent() == []


def test_a_removal_says_what_goes_with_it(peer_with_book: Book) -> None:
    peer_with_book.says("v3.0.0")
    field = peer_with_book("delete field -c book -f v --dry-run")
    function = peer_with_book("delete function -c book -n embed --dry-run")
    assert field.out.startswith("Would delete field 'v' of 'book' on ")
    assert field.out.endswith(", with its values and its index.\n")
    assert function.out.endswith(", with its output field 'v' and the index of it.\n")
    assert peer_with_book.sent() == []

    peer_with_book.says("v2.6.17")
    kept = peer_with_book("delete function -c book -n embed --dry-run")
    assert kept.out.endswith(", but not its output field 'v'.\n")


def test_fields_made_before_a_refusal_are_reported(peer_with_book: Book) -> None:
    peer_with_book.says("v2.6.17")
    peer_with_book.peer.handlers["AddCollectionField"] = in_turn(replies(common_pb2.Status()), refuses(1100, "full"))
    run = peer_with_book("create field -c book -f a:INT8 -f b:INT8")
    assert run == failed("added 'a', but not 'b': full")


def test_a_server_that_alters_only_external_collections_gets_the_older_request(peer_with_book: Book) -> None:
    peer_with_book.says("v3.0.0")
    reason = "alter collection schema operation is not supported for external collection"
    status = common_pb2.Status(code=1100, error_code=common_pb2.IllegalArgument, reason=reason)
    peer_with_book.peer.handlers["AlterCollectionSchema"] = replies(
        milvus_pb2.AlterCollectionSchemaResponse(alter_status=status)
    )
    run = peer_with_book("create field -c book -f a:INT8")
    assert run.out == "Added field 'a' to 'book'.\n"
    assert [method for method, _ in peer_with_book.sent()] == ["AlterCollectionSchema", "AddCollectionField"]


def test_a_server_without_that_request_gets_the_older_one(peer_with_book: Book) -> None:
    peer_with_book.says("v3.0.0")
    del peer_with_book.peer.handlers["AlterCollectionSchema"]
    assert peer_with_book("create field -c book -f a:INT8").out == "Added field 'a' to 'book'.\n"
    assert [method for method, _ in peer_with_book.sent()] == ["AddCollectionField"]

    lacking = "Milvus 3.0.0 has no changes of fields and their functions"
    assert peer_with_book("delete field -c book -f v -y") == failed(lacking)


@on_lite
@pytest.mark.parametrize(
    ("line", "lacking"),
    [
        ("create field -c lite_book -f year:INT16", "create field (requires Milvus 2.6)"),
        ("delete field -c lite_book -f title -y", "delete field (requires Milvus 3.0)"),
        ("alter index -c lite_book -in vector --set mmap.enabled=true", "alter index (requires Milvus 2.4)"),
        (
            "create function -c lite_book -n f -t TextEmbedding --input-field title --output-field vector",
            "create function (requires Milvus 2.6.8)",
        ),
    ],
)
def test_milvus_lite_says_what_it_lacks(typed: Typed, line: str, lacking: str) -> None:
    typed.make("lite_book", index=True)
    assert typed(line) == failed(f"Milvus Lite 3.2.2 has no {lacking}")
    typed.gone("lite_book")


def test_a_refused_change_of_the_schema_is_an_error(peer_with_book: Book) -> None:
    peer_with_book.says("v3.0.0")
    status = common_pb2.Status(code=1100, error_code=common_pb2.IllegalArgument, reason="no more fields")
    peer_with_book.peer.handlers["AlterCollectionSchema"] = replies(
        milvus_pb2.AlterCollectionSchemaResponse(alter_status=status)
    )
    assert peer_with_book("create field -c book -f a:INT8") == failed("no more fields")
    assert peer_with_book("delete field -c book -f v -y") == failed("no more fields")
