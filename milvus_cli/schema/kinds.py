"""Milvus's field types: their names, their names on the wire, and the encoding of their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class ValueShape(Enum):
    """Shape of a type's values. Readers, writers and checks depend on it, so that a new type of a shape is one line."""

    BOOLEAN = "boolean"
    WHOLE = "whole"
    NUMBER = "number"
    TEXT = "text"
    LITERAL = "literal"
    """Text in the type's own notation."""
    JSON = "json"
    LIST = "list"
    STRUCTS = "structs"
    DENSE = "dense"
    SPARSE = "sparse"


@dataclass(frozen=True)
class FieldType:
    """`wire` is the name in DataType, `slot` the member of ScalarField, VectorField or FieldData with the values.

    `bits` is the size of an integer, or of a vector's dimension; `code` is struct's format character.
    """

    wire: str
    slot: str
    shape: ValueShape
    bits: int = 0
    code: str = ""


FIELD_TYPES: Mapping[str, FieldType] = {
    "BOOL": FieldType("Bool", "bool_data", ValueShape.BOOLEAN),
    "INT8": FieldType("Int8", "int_data", ValueShape.WHOLE, bits=8),
    "INT16": FieldType("Int16", "int_data", ValueShape.WHOLE, bits=16),
    "INT32": FieldType("Int32", "int_data", ValueShape.WHOLE, bits=32),
    "INT64": FieldType("Int64", "long_data", ValueShape.WHOLE, bits=64),
    "FLOAT": FieldType("Float", "float_data", ValueShape.NUMBER, bits=32, code="f"),
    "DOUBLE": FieldType("Double", "double_data", ValueShape.NUMBER, bits=64, code="d"),
    "VARCHAR": FieldType("VarChar", "string_data", ValueShape.TEXT),
    "JSON": FieldType("JSON", "json_data", ValueShape.JSON),
    "ARRAY": FieldType("Array", "array_data", ValueShape.LIST),
    "GEOMETRY": FieldType("Geometry", "geometry_wkt_data", ValueShape.LITERAL),
    "TIMESTAMPTZ": FieldType("Timestamptz", "string_data", ValueShape.LITERAL),
    "TEXT": FieldType("Text", "string_data", ValueShape.TEXT),
    "BINARY_VECTOR": FieldType("BinaryVector", "binary_vector", ValueShape.DENSE, bits=1, code="B"),
    "FLOAT_VECTOR": FieldType("FloatVector", "float_vector", ValueShape.DENSE, bits=32, code="f"),
    "FLOAT16_VECTOR": FieldType("Float16Vector", "float16_vector", ValueShape.DENSE, bits=16, code="e"),
    # struct has no bfloat16.
    "BFLOAT16_VECTOR": FieldType("BFloat16Vector", "bfloat16_vector", ValueShape.DENSE, bits=16),
    "INT8_VECTOR": FieldType("Int8Vector", "int8_vector", ValueShape.DENSE, bits=8, code="b"),
    "SPARSE_FLOAT_VECTOR": FieldType("SparseFloatVector", "sparse_float_vector", ValueShape.SPARSE),
}
"""Field types by Milvus's names."""

STRUCTS = "ARRAY_OF_STRUCT"
INNER: Mapping[str, FieldType] = {
    "STRUCT": FieldType("Struct", "", ValueShape.STRUCTS),
    STRUCTS: FieldType("ArrayOfStruct", "struct_arrays", ValueShape.STRUCTS),
    "ARRAY_OF_VECTOR": FieldType("ArrayOfVector", "vector_array", ValueShape.LIST),
}
"""Types that occur only within others: a struct array is declared as an ARRAY of STRUCT."""


def shape_of(name: str) -> ValueShape | None:
    """Returns the shape of a type's values; None for an unknown type."""
    kind = FIELD_TYPES.get(name) or INNER.get(name)
    return kind.shape if kind else None


def types_of_shape(*shapes: ValueShape) -> tuple[str, ...]:
    return tuple(name for name, kind in FIELD_TYPES.items() if kind.shape in shapes)
