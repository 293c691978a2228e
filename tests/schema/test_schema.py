"""Field declarations and the resulting schemas."""

from typing import Any

import pytest

from milvus_cli.client.wire.schema_pb2 import CollectionSchema, DataType, FieldSchema
from milvus_cli.errors import InvalidInput
from milvus_cli.schema.declaration import Declaration, declared, parse_field, parse_index
from milvus_cli.schema.index_types import PARAMETERS
from milvus_cli.schema.indexes import Index
from milvus_cli.schema.schema import pairs, params, type_name, vector_fields
from milvus_cli.text.consistency import collection_level, read_level
from milvus_cli.text.words import INDEX_TYPES


def field(name: str, data_type: int, description: str = "", element_type: int = 0, **type_params: int) -> FieldSchema:
    found = FieldSchema(name=name, description=description)
    found.data_type, found.element_type = data_type, element_type  # type: ignore[assignment]
    for key, value in type_params.items():
        found.type_params.add(key=key, value=str(value))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id:INT64", field("id", DataType.Int64)),
        ("id:int64", field("id", DataType.Int64)),
        (" id : INT64 ", field("id", DataType.Int64)),
        ("id:INT64:the key: unique", field("id", DataType.Int64, "the key: unique")),
        ("b:BOOL", field("b", DataType.Bool)),
        ("i:INT8", field("i", DataType.Int8)),
        ("i:INT16", field("i", DataType.Int16)),
        ("i:INT32", field("i", DataType.Int32)),
        ("f:FLOAT", field("f", DataType.Float)),
        ("f:DOUBLE", field("f", DataType.Double)),
        ("j:JSON", field("j", DataType.JSON)),
        ("t:VARCHAR", field("t", DataType.VarChar, max_length=65535)),
        ("t:VARCHAR:200", field("t", DataType.VarChar, max_length=200)),
        ("t:VARCHAR:200:the title", field("t", DataType.VarChar, "the title", max_length=200)),
        ("v:FLOAT_VECTOR:768", field("v", DataType.FloatVector, dim=768)),
        ("v:FLOAT_VECTOR:768:of the title", field("v", DataType.FloatVector, "of the title", dim=768)),
        ("v:BINARY_VECTOR: 0128", field("v", DataType.BinaryVector, dim=128)),
        ("v:FLOAT16_VECTOR:2", field("v", DataType.Float16Vector, dim=2)),
        ("v:BFLOAT16_VECTOR:2", field("v", DataType.BFloat16Vector, dim=2)),
        ("v:INT8_VECTOR:2", field("v", DataType.Int8Vector, dim=2)),
        ("v:SPARSE_FLOAT_VECTOR", field("v", DataType.SparseFloatVector)),
        ("a:ARRAY:INT64:16", field("a", DataType.Array, "", DataType.Int64, max_capacity=16)),
        ("a:ARRAY:VARCHAR:16", field("a", DataType.Array, "", DataType.VarChar, max_capacity=16, max_length=65535)),
        (
            "a:array:varchar:16:64:tags",
            field("a", DataType.Array, "tags", DataType.VarChar, max_capacity=16, max_length=64),
        ),
    ],
)
def test_a_field_is_declared_in_one_word(text: str, expected: FieldSchema) -> None:
    assert parse_field(text) == expected


NUMBER_HINT = "e.g. vector:FLOAT_VECTOR:768, title:VARCHAR:200, tags:ARRAY:INT64:16"
TYPE_HINT = "e.g. id:INT64, vector:FLOAT_VECTOR:768, tags:ARRAY:INT64:16"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "field '' has no name", "write name:TYPE, e.g. id:INT64"),
        (":INT64", "field ':INT64' has no name", "write name:TYPE, e.g. id:INT64"),
        ("id", "field 'id' has no type", TYPE_HINT),
        ("id: ", "field 'id: ' has no type", TYPE_HINT),
        ("id:INT65", "field 'id:INT65': unknown type 'INT65'", "did you mean INT64 or INT16 or INT8?"),
        ("v:FLOAT_VECTOR", "field 'v:FLOAT_VECTOR' needs its dimension, an integer from 1", NUMBER_HINT),
        ("v:FLOAT_VECTOR:0", "field 'v:FLOAT_VECTOR:0' needs its dimension, an integer from 1", NUMBER_HINT),
        ("v:FLOAT_VECTOR:-1", "field 'v:FLOAT_VECTOR:-1' needs its dimension, an integer from 1", NUMBER_HINT),
        ("v:FLOAT_VECTOR:1.5", "field 'v:FLOAT_VECTOR:1.5' needs its dimension, an integer from 1", NUMBER_HINT),
        ("t:VARCHAR:long", "field 't:VARCHAR:long' needs its length, an integer from 1", NUMBER_HINT),
        ("a:ARRAY", "field 'a:ARRAY' has no element type", TYPE_HINT),
        ("a:ARRAY:INT64", "field 'a:ARRAY:INT64' needs its capacity, an integer from 1", NUMBER_HINT),
        ("a:ARRAY:VARCHAR:1:x", "field 'a:ARRAY:VARCHAR:1:x' needs its length, an integer from 1", NUMBER_HINT),
        (
            "a:ARRAY:JSON:1",
            "field 'a:ARRAY:JSON:1': unknown element type 'JSON'",
            "element types: BOOL, INT8, INT16, INT32, INT64, FLOAT, DOUBLE, VARCHAR",
        ),
    ],
)
def test_a_bad_declaration_says_what_is_missing(text: str, message: str, hint: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_field(text)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_number_with_too_many_digits_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"needs its dimension"):
        parse_field("v:FLOAT_VECTOR:" + "9" * 5000)


def schema(*texts: str, primary: str = "id", **given: Any) -> CollectionSchema:
    return declared(Declaration("book", texts, primary=primary, **given)).schema


def test_a_schema_marks_its_primary_field() -> None:
    found = schema("id:INT64", "v:FLOAT_VECTOR:2", description="books")
    assert (found.name, found.description, found.autoID) == ("book", "books", False)
    assert [(each.name, each.is_primary_key, each.autoID) for each in found.fields] == [
        ("id", True, False),
        ("v", False, False),
    ]


def test_only_the_primary_field_gets_an_auto_id() -> None:
    found = schema("id:VARCHAR:8", "n:INT64", auto_id=True)
    assert (found.autoID, [each.autoID for each in found.fields]) == (True, [True, False])


@pytest.mark.parametrize(
    ("texts", "primary", "message"),
    [
        (("id:INT64", "id:INT8"), "id", "field 'id' is given twice"),
        (("id:INT64",), "key", "primary field 'key' is not among the fields"),
        (("id:FLOAT",), "id", "the primary field 'id' is FLOAT"),
        (("id:INT64",), "", "no primary field"),
        (("id:INT64", '{"name": "n", "type": "INT64", "is_primary": true}'), "id", "two primary fields: 'id' and 'n'"),
        (("id:INT64", "1a:INT8"), "id", "invalid name '1a' of a field"),
        (("id:INT64", "a b:INT8"), "id", "invalid name 'a b' of a field"),
        (("id:INT64", "名字:INT8"), "id", "invalid name '名字' of a field"),
        (("id:INT64", "$meta:JSON"), "id", "invalid name '$meta' of a field"),
        (("id:INT64", "v:FLOAT_VECTOR:40000"), "id", "field 'v': dim 40000 is out of range"),
        (("id:INT64", "v:BINARY_VECTOR:12"), "id", "field 'v': dim 12 of a BINARY_VECTOR is not a multiple of 8"),
        (("id:INT64", "t:VARCHAR:65536"), "id", "field 't': max_length 65536 is out of range"),
        (("id:INT64", "a:ARRAY:INT8:4097"), "id", "field 'a': max_capacity 4097 is out of range"),
    ],
)
def test_fields_that_exclude_each_other_are_refused(texts: tuple[str, ...], primary: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        schema(*texts, primary=primary)
    assert caught.value.message == message


def test_types_have_the_words_of_milvus() -> None:
    assert (type_name(DataType.Int64), type_name(DataType.BFloat16Vector)) == ("INT64", "BFLOAT16_VECTOR")
    assert (type_name(DataType.Geometry), type_name(9999)) == ("GEOMETRY", "9999")


def test_vector_fields_are_those_that_can_be_searched() -> None:
    found = schema("id:INT64", "a:FLOAT_VECTOR:2", "b:SPARSE_FLOAT_VECTOR", "c:ARRAY:FLOAT:3")
    assert [each.name for each in vector_fields(found)] == ["a", "b"]


def test_a_binary_vector_has_eight_times_the_dimensions() -> None:
    assert params(schema("id:INT64", "v:BINARY_VECTOR:262144").fields[1].type_params) == {"dim": "262144"}


FULL = Declaration(
    "book",
    (
        "id:VARCHAR:64",
        "year:INT16:of the first edition",
        "text:VARCHAR:1000",
        "sparse:SPARSE_FLOAT_VECTOR",
        '{"name": "v", "type": "FLOAT_VECTOR", "dim": 4, "mmap_enabled": true}',
    ),
    primary="id",
    auto_id=True,
    description="it's all",
    dynamic=True,
    partition_key="year",
    clustering_key="year",
    nullable=("text",),
    defaults=("year=1815", "text=a = b"),
    bm25=("text:sparse:english",),
    shards=2,
    consistency="Strong",
    indexes=("v", "sparse:SPARSE_INVERTED_INDEX:BM25"),
    properties=(("collection.ttl.seconds", "60"),),
)


def test_options_that_name_a_field_are_applied_to_it() -> None:
    ident, year, text, sparse, _ = declared(FULL).schema.fields
    assert (ident.is_primary_key, ident.autoID) == (True, True)
    assert (year.is_partition_key, year.is_clustering_key, year.default_value.int_data) == (True, True, 1815)
    assert (text.nullable, text.default_value.string_data) == (True, "a = b")
    assert sparse.is_function_output

    assert params(text.type_params) == {
        "max_length": "1000",
        "enable_analyzer": "true",
        "analyzer_params": '{"type": "english"}',
    }


def test_options_of_the_whole_collection_are_declared() -> None:
    found = declared(FULL)
    (function,) = found.schema.functions
    assert found.schema.autoID
    assert (function.name, [*function.input_field_names]) == ("sparse_function", ["text"])
    assert (found.shards, found.consistency, found.properties) == (2, "Strong", {"collection.ttl.seconds": "60"})


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ("tags:ARRAY:INT64:16", "tags:ARRAY:16:INT64"),
        ("tags:ARRAY:VARCHAR:16:64", "tags:array:16:varchar:64"),
        ("tags:ARRAY:VARCHAR:16:64:of a book", "tags:ARRAY:16:VARCHAR:64:of a book"),
    ],
)
def test_the_capacity_of_an_array_may_come_before_its_element(newer: str, older: str) -> None:
    assert parse_field(older) == parse_field(newer)


def test_eventual_is_the_older_name_of_a_level() -> None:
    assert collection_level("Eventual") == read_level("eventual") == "Eventually"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"nullable": ("yeer",)}, "--nullable: field 'yeer' not found"),
        ({"defaults": ("year",)}, "invalid default 'year'"),
        ({"defaults": ("year=old",)}, "the default of 'year' is not JSON: Expecting value: line 1 column 1 (char 0)"),
        ({"defaults": ("year=40000",)}, "default of 'year': invalid INT16 value 40000"),
        ({"defaults": ("year=true",)}, "default of 'year': invalid INT16 value true"),
        ({"bm25": ("text",)}, "invalid function 'text'"),
        ({"bm25": ("text:sparse:englisch",)}, "unknown analyzer 'englisch'"),
        ({"indexes": ("",)}, "invalid index ''"),
        ({"indexes": ("vec",)}, "--index: field 'vec' not found"),
        ({"indexes": ("text:HNWS",)}, "unknown index type 'HNWS'"),
        ({"indexes": ("text:HNSW:COSIN",)}, "unknown metric 'COSIN'"),
        ({"indexes": ("text:HNSW:L2:M",)}, "invalid index 'text:HNSW:L2:M'"),
        ({"indexes": ("text:HNSW:L2:K=1",)}, "HNSW has no parameter 'K'"),
        ({"partition_key": "x"}, "--partition-key: field 'x' not found"),
        ({"consistency": "Weak"}, "unknown consistency level 'Weak'"),
    ],
)
def test_a_bad_declaration_names_its_option(given: dict[str, Any], message: str) -> None:
    declaration = Declaration("book", ("id:INT64", "year:INT16", "text:VARCHAR"), primary="id", **given)
    with pytest.raises(InvalidInput) as caught:
        declared(declaration)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v", Index("v")),
        ("v:flat:l2", Index("v", type="FLAT", metric="L2")),
        ("t:trie", Index("t", type="Trie")),
        ("v:HNSW:IP", Index("v", type="HNSW", metric="IP", params={"M": "16", "efConstruction": "200"})),
        ("v:HNSW:IP:M=8", Index("v", type="HNSW", metric="IP", params={"M": "8"})),
    ],
)
def test_an_index_is_declared_in_one_word(text: str, expected: Index) -> None:
    assert parse_index(text) == expected


@pytest.mark.parametrize("name", ["1book", "a b", "a-b", "名字", "x" * 256, "", "a.b"])
def test_a_name_that_milvus_forbids_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match=r"^invalid name .* of a collection"):
        declared(Declaration(name, ("id:INT64",), primary="id"))


def test_pairs_carry_texts() -> None:
    found = field("v", DataType.FloatVector, dim=3)
    assert params(found.type_params) == {"dim": "3"}
    assert pairs({"dim": 3, "metric": "L2"}) == [{"key": "dim", "value": "3"}, {"key": "metric", "value": "L2"}]


def test_every_index_type_that_is_known_is_offered() -> None:
    assert set(INDEX_TYPES) == set(PARAMETERS)
