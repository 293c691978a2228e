"""Milvus's types, a line each: what people and messages call them, and how their values travel. Knows no values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class ValueShape(Enum):
    """What a value looks like: readers, writers and checks go by that, so that a new type of a form is one line."""

    BOOLEAN = "boolean"
    WHOLE = "whole"
    NUMBER = "number"
    TEXT = "text"
    LITERAL = "literal"
    """Text in a notation of its own."""
    JSON = "json"
    LIST = "list"
    STRUCTS = "structs"
    DENSE = "dense"
    SPARSE = "sparse"


@dataclass(frozen=True)
class FieldType:
    """`wire` is its name in DataType, `slot` the member of ScalarField, VectorField or FieldData that holds values.

    `bits` are those of a whole number, or of a dimension of a vector; `code` is what struct calls a vector's numbers.
    """

    wire: str
    slot: str
    form: ValueShape
    bits: int = 0
    code: str = ""


FIELD_TYPES: Mapping[str, FieldType] = {
    "BOOL": FieldType("Bool", "bool_data", ValueShape.BOOLEAN),
    "INT8": FieldType("Int8", "int_data", ValueShape.WHOLE, 8),
    "INT16": FieldType("Int16", "int_data", ValueShape.WHOLE, 16),
    "INT32": FieldType("Int32", "int_data", ValueShape.WHOLE, 32),
    "INT64": FieldType("Int64", "long_data", ValueShape.WHOLE, 64),
    "FLOAT": FieldType("Float", "float_data", ValueShape.NUMBER, 32, "f"),
    "DOUBLE": FieldType("Double", "double_data", ValueShape.NUMBER, 64, "d"),
    "VARCHAR": FieldType("VarChar", "string_data", ValueShape.TEXT),
    "JSON": FieldType("JSON", "json_data", ValueShape.JSON),
    "ARRAY": FieldType("Array", "array_data", ValueShape.LIST),
    "GEOMETRY": FieldType("Geometry", "geometry_wkt_data", ValueShape.LITERAL),
    "TIMESTAMPTZ": FieldType("Timestamptz", "string_data", ValueShape.LITERAL),
    "TEXT": FieldType("Text", "string_data", ValueShape.TEXT),
    "BINARY_VECTOR": FieldType("BinaryVector", "binary_vector", ValueShape.DENSE, 1, "B"),
    "FLOAT_VECTOR": FieldType("FloatVector", "float_vector", ValueShape.DENSE, 32, "f"),
    "FLOAT16_VECTOR": FieldType("Float16Vector", "float16_vector", ValueShape.DENSE, 16, "e"),
    # struct knows no bfloat16.
    "BFLOAT16_VECTOR": FieldType("BFloat16Vector", "bfloat16_vector", ValueShape.DENSE, 16),
    "INT8_VECTOR": FieldType("Int8Vector", "int8_vector", ValueShape.DENSE, 8, "b"),
    "SPARSE_FLOAT_VECTOR": FieldType("SparseFloatVector", "sparse_float_vector", ValueShape.SPARSE),
}
"""By the words that people use, Milvus's own."""

STRUCTS = "ARRAY_OF_STRUCT"
INNER: Mapping[str, FieldType] = {
    "STRUCT": FieldType("Struct", "", ValueShape.STRUCTS),
    STRUCTS: FieldType("ArrayOfStruct", "struct_arrays", ValueShape.STRUCTS),
    "ARRAY_OF_VECTOR": FieldType("ArrayOfVector", "vector_array", ValueShape.LIST),
}
"""Those that only stand inside others: a struct array is an ARRAY of STRUCT for people."""


def shape_of(name: str) -> ValueShape | None:
    """None for a type that is not known here."""
    kind = FIELD_TYPES.get(name) or INNER.get(name)
    return kind.form if kind else None


def of_form(*forms: ValueShape) -> tuple[str, ...]:
    return tuple(name for name, kind in FIELD_TYPES.items() if kind.form in forms)
