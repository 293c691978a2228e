"""A key of the dynamic field that a row gives twice, in $meta and outside it."""

import pytest

from milvus_cli.client.wire.schema_pb2 import CollectionSchema, DataType, FieldSchema
from milvus_cli.values.encode import Row, encode_rows
from milvus_cli.values.invalid import BadValue

SCHEMA = CollectionSchema(
    name="x",
    enable_dynamic_field=True,
    fields=[FieldSchema(name="id", data_type=DataType.Int64, is_primary_key=True)],
)


def sent(row: Row) -> list[bytes]:
    return list(encode_rows([row], SCHEMA)[-1].scalars.json_data.data)


def test_another_value_outside_is_refused_and_names_the_key() -> None:
    with pytest.raises(BadValue) as caught:
        sent({"id": 1, "$meta": {"a": 1, "b": 2}, "b": 3})
    message = "row 1, field '$meta': key 'b' has another value outside it"
    assert (caught.value.message, caught.value.hint) == (message, "remove the duplicates")


def test_the_same_value_and_other_keys_are_taken() -> None:
    assert sent({"id": 1, "$meta": {"a": 1, "b": [2]}, "b": [2], "c": 3}) == [b'{"a":1,"b":[2],"c":3}']
