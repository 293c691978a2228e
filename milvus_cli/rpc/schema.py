"""Field declarations in text, and the collection schemas that they make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import InvalidInput
from ..names import nearest

if TYPE_CHECKING:
    from .wire.schema_pb2 import CollectionSchema, FieldSchema

# Milvus's own words for its types, and the names of DataType on the wire.
TYPES = {
    "BOOL": "Bool",
    "INT8": "Int8",
    "INT16": "Int16",
    "INT32": "Int32",
    "INT64": "Int64",
    "FLOAT": "Float",
    "DOUBLE": "Double",
    "VARCHAR": "VarChar",
    "JSON": "JSON",
    "ARRAY": "Array",
    "BINARY_VECTOR": "BinaryVector",
    "FLOAT_VECTOR": "FloatVector",
    "FLOAT16_VECTOR": "Float16Vector",
    "BFLOAT16_VECTOR": "BFloat16Vector",
    "INT8_VECTOR": "Int8Vector",
    "SPARSE_FLOAT_VECTOR": "SparseFloatVector",
}
DENSE_VECTORS = ("BINARY_VECTOR", "FLOAT_VECTOR", "FLOAT16_VECTOR", "BFLOAT16_VECTOR", "INT8_VECTOR")
PRIMARY_TYPES = ("INT64", "VARCHAR")
DEFAULT_MAX_LENGTH = 65_535
"""Milvus's limit of a VARCHAR, taken where none is given."""


def type_name(number: int) -> str:
    """Milvus's word for a DataType number; the number itself for one we do not know."""
    from .wire.schema_pb2 import DataType

    wire = {getattr(DataType, value): name for name, value in TYPES.items()}
    return wire.get(number, str(number))


def parse_field(text: str) -> FieldSchema:
    """Reads `name:TYPE[:argument[:…]]`, as `-f` of `create collection` takes it.

    The argument is the dimension of a vector, the length of a VARCHAR, element type and capacity of an
    ARRAY (`tags:ARRAY:VARCHAR:16:64`), else a description. Raises InvalidInput.
    """
    from .wire.schema_pb2 import DataType, FieldSchema

    name, _, rest = text.partition(":")
    word, *arguments = rest.split(":")
    kind = _known_type(word, text)
    field = FieldSchema(name=name.strip(), data_type=getattr(DataType, TYPES[kind]))
    if kind in DENSE_VECTORS:
        _set_param(field, "dim", _whole_number(arguments, "its dimension", text))
    elif kind == "VARCHAR":
        _set_param(field, "max_length", _whole_number(arguments or [str(DEFAULT_MAX_LENGTH)], "its length", text))
    elif kind == "ARRAY":
        _set_array(field, arguments, text)
        arguments = []
    elif arguments:
        field.description = ":".join(arguments)
    return field


def collection_schema(
    name: str, fields: Sequence[FieldSchema], primary: str, *, auto_id: bool, description: str
) -> CollectionSchema:
    """A schema of parsed fields. Raises InvalidInput for fields that can't stand together."""
    from .wire.schema_pb2 import CollectionSchema

    names = [field.name for field in fields]
    doubles = sorted({each for each in names if names.count(each) > 1})
    if doubles:
        raise InvalidInput(f"field {doubles[0]!r} is given twice")
    if primary not in names:
        raise InvalidInput(f"the primary field {primary!r} is none of the fields", hint=f"fields: {', '.join(names)}")
    for field in fields:
        field.is_primary_key = field.name == primary
        field.autoID = auto_id and field.is_primary_key
        if field.is_primary_key and type_name(field.data_type) not in PRIMARY_TYPES:
            raise InvalidInput(f"the primary field {primary!r} is {type_name(field.data_type)}",
                               hint="a primary field is INT64 or VARCHAR")  # fmt: skip
    return CollectionSchema(name=name, description=description, autoID=auto_id, fields=fields)


def params(pairs: Any) -> dict[str, str]:
    """Key-value pairs of a message as a dict."""
    return {pair.key: pair.value for pair in pairs}


def pairs(values: dict[str, Any]) -> list[dict[str, str]]:
    """A dict as key-value pairs of a request."""
    return [{"key": key, "value": str(value)} for key, value in values.items()]


def vector_fields(schema: CollectionSchema) -> list[FieldSchema]:
    return [field for field in schema.fields if type_name(field.data_type).endswith("_VECTOR")]


def _known_type(word: str, text: str) -> str:
    kind = word.strip().upper()
    if not word:
        raise InvalidInput(f"field {text!r} has no type", hint="write name:TYPE, e.g. id:INT64 or vector:FLOAT_VECTOR:768")
    if kind not in TYPES:
        raise InvalidInput(f"field {text!r}: no type {word!r}",
                           hint=nearest(kind, TYPES) or f"types: {', '.join(TYPES)}")  # fmt: skip
    return kind


def _set_param(field: FieldSchema, key: str, value: int) -> None:
    field.type_params.add(key=key, value=str(value))


def _set_array(field: FieldSchema, arguments: list[str], text: str) -> None:
    from .wire.schema_pb2 import DataType

    kind = _known_type(arguments[0] if arguments else "", text)
    field.element_type = getattr(DataType, TYPES[kind])
    _set_param(field, "max_capacity", _whole_number(arguments[1:], "its capacity", text))
    if kind == "VARCHAR":
        _set_param(field, "max_length", _whole_number(arguments[2:] or [str(DEFAULT_MAX_LENGTH)], "its length", text))


def _whole_number(arguments: list[str], meaning: str, text: str) -> int:
    if not arguments or not arguments[0].strip().isdecimal() or int(arguments[0]) < 1:
        raise InvalidInput(f"field {text!r} needs {meaning}, a whole number from 1",
                           hint="e.g. vector:FLOAT_VECTOR:768, title:VARCHAR:200, tags:ARRAY:INT64:16")  # fmt: skip
    return int(arguments[0])
