"""Field declarations in text, and the collection schemas that they make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
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
ELEMENT_TYPES = ("BOOL", "INT8", "INT16", "INT32", "INT64", "FLOAT", "DOUBLE", "VARCHAR")
DENSE_VECTORS = ("BINARY_VECTOR", "FLOAT_VECTOR", "FLOAT16_VECTOR", "BFLOAT16_VECTOR", "INT8_VECTOR")
PRIMARY_TYPES = ("INT64", "VARCHAR")
DEFAULT_MAX_LENGTH = 65_535
"""Milvus's limit of a VARCHAR, taken where none is given."""


@cache
def type_name(number: int) -> str:
    """Milvus's word for a DataType number; for one that is not in TYPES its name on the wire, or the number itself."""
    from .wire.schema_pb2 import DataType

    wire: dict[int, str] = {getattr(DataType, value): name for name, value in TYPES.items()}
    return wire.get(number) or {each: name for name, each in DataType.items()}.get(number, str(number))


def parse_field(text: str) -> FieldSchema:
    """Reads `name:TYPE[:argument[:…]]`, as `-f` of `create collection` takes it.

    The argument is the dimension of a vector, the length of a VARCHAR, element type and capacity of an
    ARRAY (`tags:ARRAY:VARCHAR:16:64`); what follows is a description. Raises InvalidInput.
    """
    from .wire.schema_pb2 import DataType, FieldSchema

    name, _, rest = text.partition(":")
    word, *arguments = rest.split(":")
    if not name.strip():
        raise InvalidInput(f"field {text!r} has no name", hint="write name:TYPE, e.g. id:INT64")
    kind = _known_type(word, text, "type", TYPES)
    field = FieldSchema(name=name.strip(), data_type=getattr(DataType, TYPES[kind]))
    if kind == "ARRAY":
        kind = _known_type(arguments.pop(0) if arguments else "", text, "element type", ELEMENT_TYPES)
        field.element_type = getattr(DataType, TYPES[kind])
        _set_param(field, "max_capacity", arguments, "its capacity", text)
    if kind in DENSE_VECTORS:
        _set_param(field, "dim", arguments, "its dimension", text)
    elif kind == "VARCHAR":
        _set_param(field, "max_length", arguments or [str(DEFAULT_MAX_LENGTH)], "its length", text)
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


def _known_type(word: str, text: str, meaning: str, types: Iterable[str]) -> str:
    kind = word.strip().upper()
    if not kind:
        raise InvalidInput(f"field {text!r} has no {meaning}",
                           hint="e.g. id:INT64, vector:FLOAT_VECTOR:768, tags:ARRAY:INT64:16")  # fmt: skip
    if kind not in types:
        raise InvalidInput(f"field {text!r}: no {meaning} {word!r}",
                           hint=nearest(kind, types) or f"{meaning}s: {', '.join(types)}")  # fmt: skip
    return kind


def _set_param(field: FieldSchema, key: str, arguments: list[str], meaning: str, text: str) -> None:
    """Takes the first argument as a parameter of the type."""
    number = arguments.pop(0).strip() if arguments else ""
    # No limit of Milvus has more digits.
    if not number.isdecimal() or len(number) > 9 or int(number) < 1:
        raise InvalidInput(f"field {text!r} needs {meaning}, a whole number from 1",
                           hint="e.g. vector:FLOAT_VECTOR:768, title:VARCHAR:200, tags:ARRAY:INT64:16")  # fmt: skip
    field.type_params.add(key=key, value=str(int(number)))
