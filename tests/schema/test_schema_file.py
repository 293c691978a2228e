"""Schema files build the same schemas as pymilvus, and survive a round trip."""

import json
from typing import Any

import pytest
from pymilvus import DataType, Function, FunctionType, MilvusClient
from pymilvus.client.prepare import Prepare

from milvus_cli.client.wire.schema_pb2 import CollectionSchema
from milvus_cli.errors import InvalidInput
from milvus_cli.schema.definition import Definition
from milvus_cli.schema.indexes import Index
from milvus_cli.schema.schema_file import read_definition, to_text, write_definition

ID: dict[str, Any] = {"name": "id", "type": "INT64", "is_primary": True}
VECTOR: dict[str, Any] = {"name": "v", "type": "FLOAT_VECTOR", "dim": 4}

# A field in a schema file, and the equivalent arguments of pymilvus's add_field.
FIELDS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    *(({"type": kind}, {}) for kind in ("BOOL", "INT8", "INT16", "INT32", "INT64", "FLOAT", "DOUBLE", "JSON")),
    *(({"type": kind}, {}) for kind in ("GEOMETRY", "TIMESTAMPTZ", "SPARSE_FLOAT_VECTOR")),
    *(
        ({"type": f"{kind}_VECTOR", "dim": 8}, {"dim": 8})
        for kind in ("FLOAT", "BINARY", "FLOAT16", "BFLOAT16", "INT8")
    ),
    ({"type": "VARCHAR", "max_length": 20}, {"max_length": 20}),
    *(
        (
            {"type": "ARRAY", "element_type": kind, "max_capacity": 5},
            {"element_type": DataType[kind], "max_capacity": 5},
        )
        for kind in ("BOOL", "INT8", "INT16", "INT32", "INT64", "FLOAT", "DOUBLE")
    ),
    (
        {"type": "ARRAY", "element_type": "VARCHAR", "max_capacity": 5, "max_length": 9},
        {"element_type": DataType.VARCHAR, "max_capacity": 5, "max_length": 9},
    ),
    ({"type": "BOOL", "default_value": True}, {"default_value": True}),
    ({"type": "INT64", "default_value": 2**63 - 1}, {"default_value": 2**63 - 1}),
    ({"type": "FLOAT", "default_value": 0.1}, {"default_value": 0.1}),
    ({"type": "DOUBLE", "default_value": 0.1}, {"default_value": 0.1}),
    ({"type": "VARCHAR", "max_length": 9, "default_value": "é"}, {"max_length": 9, "default_value": "é"}),
    ({"type": "TIMESTAMPTZ", "default_value": "2026-01-02T03:04:05Z"}, {"default_value": "2026-01-02T03:04:05Z"}),
    ({"type": "GEOMETRY", "default_value": "POINT (1 2)"}, {"default_value": "POINT (1 2)"}),
    ({"type": "INT32", "nullable": True, "description": "d"}, {"nullable": True, "description": "d"}),
    ({"type": "INT64", "is_partition_key": True}, {"is_partition_key": True}),
    ({"type": "INT64", "is_clustering_key": True}, {"is_clustering_key": True}),
    ({"type": "FLOAT_VECTOR", "dim": 2, "mmap_enabled": True}, {"dim": 2, "mmap_enabled": True}),
    (
        {
            "type": "VARCHAR",
            "max_length": 9,
            "enable_analyzer": True,
            "enable_match": True,
            "analyzer_params": {"type": "english", "stop_words": ["a"]},
        },
        {
            "max_length": 9,
            "enable_analyzer": True,
            "enable_match": True,
            "analyzer_params": {"type": "english", "stop_words": ["a"]},
        },
    ),
]


def by_pymilvus(schema: Any) -> CollectionSchema:
    request = Prepare.create_collection_request("book", schema)
    return CollectionSchema.FromString(request.schema)


def shape(schema: CollectionSchema) -> CollectionSchema:
    """Sorts parameters, whose order has no meaning."""
    for field in [*schema.fields, *(each for struct in schema.struct_array_fields for each in struct.fields)]:
        field.type_params.sort(key=lambda pair: pair.key)
    return schema


def again(definition: Definition) -> CollectionSchema:
    """Writes a schema file and reads it back."""
    return shape(read_definition(json.loads(to_text(write_definition(definition)))).schema)


@pytest.mark.parametrize(("ours", "theirs"), FIELDS, ids=lambda each: str(each)[:60])
def test_a_field_of_a_schema_file_equals_that_of_pymilvus(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    schema = MilvusClient.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("v", DataType.FLOAT_VECTOR, dim=4)
    schema.add_field("x", DataType[ours["type"]], **theirs)
    definition = read_definition({"collection_name": "book", "fields": [ID, VECTOR, {"name": "x", **ours}]})
    assert shape(definition.schema) == shape(by_pymilvus(schema))
    assert again(definition) == definition.schema


def test_a_default_of_a_small_integer_is_sent_as_servers_take_it() -> None:
    """pymilvus puts the default into the slot for INT64, where Milvus refuses it."""
    field = {"name": "x", "type": "INT8", "default_value": -128}
    definition = read_definition({"collection_name": "book", "fields": [ID, VECTOR, field]})
    assert definition.schema.fields[2].default_value.int_data == -128
    assert again(definition) == definition.schema


def test_a_bm25_function_equals_that_of_pymilvus() -> None:
    schema = MilvusClient.create_schema(auto_id=True, enable_dynamic_field=True, description="all")
    schema.add_field("id", DataType.VARCHAR, max_length=8, is_primary=True)
    schema.add_field("text", DataType.VARCHAR, max_length=99, enable_analyzer=True)
    schema.add_field("s", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(Function("f", FunctionType.BM25, ["text"], ["s"], params={"bm25_k1": 1.2}))
    definition = read_definition(
        {
            "collection_name": "book",
            "auto_id": True,
            "enable_dynamic_field": True,
            "description": "all",
            "fields": [
                {"name": "id", "type": "VARCHAR", "max_length": 8, "is_primary": True},
                {"name": "text", "type": "VARCHAR", "max_length": 99, "enable_analyzer": True},
                {"name": "s", "type": "SPARSE_FLOAT_VECTOR"},
            ],
            "functions": [
                {
                    "name": "f",
                    "type": "BM25",
                    "input_field_names": ["text"],
                    "output_field_names": ["s"],
                    "params": {"bm25_k1": 1.2},
                }
            ],
        }
    )
    assert shape(definition.schema) == shape(by_pymilvus(schema))
    assert again(definition) == definition.schema


STRUCT = {
    "name": "chunks",
    "type": "ARRAY",
    "element_type": "STRUCT",
    "max_capacity": 10,
    "fields": [
        {"name": "text", "type": "VARCHAR", "max_length": 50},
        {"name": "n", "type": "INT64"},
        {"name": "cv", "type": "FLOAT_VECTOR", "dim": 4},
    ],
}


def test_a_struct_array_equals_that_of_pymilvus() -> None:
    schema = MilvusClient.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("v", DataType.FLOAT_VECTOR, dim=4)
    struct = MilvusClient.create_struct_field_schema()
    struct.add_field("text", DataType.VARCHAR, max_length=50)
    struct.add_field("n", DataType.INT64)
    struct.add_field("cv", DataType.FLOAT_VECTOR, dim=4)
    schema.add_field("chunks", DataType.ARRAY, element_type=DataType.STRUCT, struct_schema=struct, max_capacity=10)
    definition = read_definition({"collection_name": "book", "fields": [ID, VECTOR, STRUCT]})
    assert shape(definition.schema) == shape(by_pymilvus(schema))
    assert again(definition) == definition.schema


def test_names_of_servers_for_fields_of_a_struct_are_written_plainly() -> None:
    definition = read_definition({"collection_name": "book", "fields": [ID, VECTOR, STRUCT]})
    for field in definition.schema.struct_array_fields[0].fields:
        field.name = f"chunks[{field.name}]"
    assert write_definition(definition)["fields"][2]["fields"] == STRUCT["fields"]


def test_pymilvus_s_to_dict_is_taken() -> None:
    schema = MilvusClient.create_schema(enable_dynamic_field=True)
    schema.add_field("id", DataType.INT64, is_primary=True, auto_id=True)
    schema.add_field("a", DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=3, max_length=5)
    schema.add_field("v", DataType.FLOAT_VECTOR, dim=4)
    found = read_definition(json.loads(json.dumps(schema.to_dict())), name="book")
    assert shape(found.schema) == shape(by_pymilvus(schema))


REFERENCE = {
    "collection_name": "my_collection",
    "description": "Optional",
    "auto_id": True,
    "enable_dynamic_field": False,
    "consistency_level": 1,
    "shards_num": 2,
    "fields": [
        {"name": "id", "type": "INT64", "is_primary": True},
        {"name": "embedding", "type": "FLOAT_VECTOR", "dim": 128},
        {"name": "text", "type": "VARCHAR", "max_length": 1024},
    ],
}


def test_the_form_of_the_reference_is_taken() -> None:
    found = read_definition(REFERENCE)
    assert (found.name, found.shards, found.consistency) == ("my_collection", 2, "Bounded")
    assert found.schema.fields[0].autoID
    assert write_definition(found) == {
        "collection_name": "my_collection",
        "description": "Optional",
        "enable_dynamic_field": False,
        "consistency_level": "Bounded",
        "shards_num": 2,
        "fields": [
            {"name": "id", "type": "INT64", "is_primary": True, "auto_id": True},
            {"name": "embedding", "type": "FLOAT_VECTOR", "dim": 128},
            {"name": "text", "type": "VARCHAR", "max_length": 1024},
        ],
    }


def test_everything_beside_the_fields_comes_back() -> None:
    written = {
        "collection_name": "book",
        "enable_dynamic_field": False,
        "consistency_level": "Session",
        "shards_num": 3,
        "num_partitions": 8,
        "properties": {"mmap.enabled": "true"},
        "fields": [ID, VECTOR, {"name": "k", "type": "VARCHAR", "is_partition_key": True, "max_length": 4}],
        "indexes": [
            {"field_name": "v", "index_name": "by_v", "index_type": "HNSW", "metric_type": "L2", "params": {"M": "16"}}
        ],
    }
    assert write_definition(read_definition(written)) == written


def test_an_index_may_have_its_parameters_beside_its_type() -> None:
    found = read_definition(
        {
            "name": "book",
            "fields": [ID, VECTOR],
            "index_params": [
                {
                    "field_name": "v",
                    "index_type": "HNSW",
                    "metric_type": "IP",
                    "M": 16,
                    "params": {"efConstruction": 100},
                },
            ],
        }
    )
    assert found.indexes == (Index("v", "", "HNSW", "IP", {"M": 16, "efConstruction": 100}),)


@pytest.mark.parametrize("name", ["type", "data_type", "datatype", "dtype"])
@pytest.mark.parametrize("kind", ["FLOAT_VECTOR", "float_vector", "FloatVector", 101])
def test_a_type_has_many_spellings(name: str, kind: object) -> None:
    field = {"field_name": "v", name: kind, "params": {"dim": 4}}
    found = read_definition({"name": "book", "fields": [ID, field]})
    assert found.schema == read_definition({"name": "book", "fields": [ID, VECTOR]}).schema


def test_unprintable_characters_are_escaped() -> None:
    definition = read_definition({"name": "book", "description": "\x1b[2J", "fields": [ID, VECTOR]})
    text = to_text(write_definition(definition))
    assert '"description": "\\u001b[2J"' in text
    assert text.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fields": []}, "the schema has no fields"),
        ({"fields": {}}, "the schema: fields is not a list"),
        ({"fields": [1]}, "field 1 is not a JSON object"),
        ({"fields": [ID, {"type": "BOOL"}]}, "field 2 has no name"),
        ({"fields": [ID, {"name": "x"}]}, "field 'x' has no type"),
        ({"fields": [ID, {"name": "x", "type": "INT65"}]}, "field 'x': unknown type 'INT65'"),
        ({"fields": [ID, {"name": "x", "type": "INT64", "primary_key": True}]}, "field 2: unknown key 'primary_key'"),
        (
            {"fields": [ID, {"name": "x", "type": "INT64", "nullable": "yes"}]},
            "field 'x': nullable is true or false, not \"yes\"",
        ),
        ({"fields": [ID, {"name": "x", "type": "FLOAT_VECTOR"}]}, "field 'x': a FLOAT_VECTOR needs its dimension"),
        (
            {"fields": [ID, {"name": "x", "type": "FLOAT_VECTOR", "dim": "many"}]},
            "field 'x': dim is an integer, not \"many\"",
        ),
        ({"fields": [ID, {"name": "x", "type": "FLOAT_VECTOR", "dim": 0}]}, "field 'x': dim 0 is out of range"),
        ({"fields": [ID, {"name": "x", "type": "ARRAY", "max_capacity": 3}]}, "field 'x' has no element type"),
        (
            {"fields": [ID, {"name": "x", "type": "ARRAY", "element_type": "INT8"}]},
            "field 'x': an ARRAY needs its max_capacity",
        ),
        (
            {"fields": [ID, {"name": "x", "type": "INT8", "default_value": 128}]},
            "field 'x': default_value: invalid INT8 value 128",
        ),
        (
            {"fields": [ID, {"name": "x", "type": "BOOL", "default_value": 1}]},
            "field 'x': default_value: invalid BOOL value 1",
        ),
        (
            {"fields": [ID, {**VECTOR, "default_value": [1]}]},
            "field 'v': default_value: a FLOAT_VECTOR takes no default",
        ),
        ({"fields": [ID, ID]}, "field 'id' is given twice"),
        (
            {"fields": [ID, {"name": "s", "type": "ARRAY", "element_type": "STRUCT", "max_capacity": 2}]},
            "field 's': a struct has a list of fields",
        ),
        ({"consistency_level": 4}, "the schema: no consistency_level 4"),
        ({"consistency_level": "Weak"}, "unknown consistency level 'Weak'"),
        ({"shards_num": "2"}, 'the schema: shards_num is an integer, not "2"'),
        ({"propertys": {}}, "the schema: unknown key 'propertys'"),
        ({"collection_name": "a b"}, "invalid name 'a b' of a collection"),
        ({"collection_name": None}, "the schema has no collection name"),
        ({"indexes": [{"field_name": "w"}]}, "index 1: field 'w' not found"),
        ({"functions": [{"name": "f", "type": "BM26"}]}, "function 1: unknown type 'BM26'"),
        (
            {"functions": [{"name": "f", "type": "BM25", "input_field_names": ["t"], "output_field_names": ["v"]}]},
            "function 'f' names 't', which is not a field",
        ),
    ],
    ids=lambda each: str(each)[:60],
)
def test_a_bad_schema_says_where(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_definition({"collection_name": "book", "fields": [ID, VECTOR], **changes})
    assert caught.value.message == message
