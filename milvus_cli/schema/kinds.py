"""Milvus's types, a line each: what people and messages call them, and how their values travel. Knows no values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Form(Enum):
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
class Kind:
    """`wire` is its name in DataType, `slot` the member of ScalarField, VectorField or FieldData that holds values.

    `bits` are those of a whole number, or of a dimension of a vector; `code` is what struct calls a vector's numbers.
    """

    wire: str
    slot: str
    form: Form
    bits: int = 0
    code: str = ""


KINDS: Mapping[str, Kind] = {
    "BOOL": Kind("Bool", "bool_data", Form.BOOLEAN),
    "INT8": Kind("Int8", "int_data", Form.WHOLE, 8),
    "INT16": Kind("Int16", "int_data", Form.WHOLE, 16),
    "INT32": Kind("Int32", "int_data", Form.WHOLE, 32),
    "INT64": Kind("Int64", "long_data", Form.WHOLE, 64),
    "FLOAT": Kind("Float", "float_data", Form.NUMBER, 32, "f"),
    "DOUBLE": Kind("Double", "double_data", Form.NUMBER, 64, "d"),
    "VARCHAR": Kind("VarChar", "string_data", Form.TEXT),
    "JSON": Kind("JSON", "json_data", Form.JSON),
    "ARRAY": Kind("Array", "array_data", Form.LIST),
    "GEOMETRY": Kind("Geometry", "geometry_wkt_data", Form.LITERAL),
    "TIMESTAMPTZ": Kind("Timestamptz", "string_data", Form.LITERAL),
    "TEXT": Kind("Text", "string_data", Form.TEXT),
    "BINARY_VECTOR": Kind("BinaryVector", "binary_vector", Form.DENSE, 1, "B"),
    "FLOAT_VECTOR": Kind("FloatVector", "float_vector", Form.DENSE, 32, "f"),
    "FLOAT16_VECTOR": Kind("Float16Vector", "float16_vector", Form.DENSE, 16, "e"),
    # struct knows no bfloat16.
    "BFLOAT16_VECTOR": Kind("BFloat16Vector", "bfloat16_vector", Form.DENSE, 16),
    "INT8_VECTOR": Kind("Int8Vector", "int8_vector", Form.DENSE, 8, "b"),
    "SPARSE_FLOAT_VECTOR": Kind("SparseFloatVector", "sparse_float_vector", Form.SPARSE),
}
"""By the words that people use, Milvus's own."""

STRUCTS = "ARRAY_OF_STRUCT"
INNER: Mapping[str, Kind] = {
    "STRUCT": Kind("Struct", "", Form.STRUCTS),
    STRUCTS: Kind("ArrayOfStruct", "struct_arrays", Form.STRUCTS),
    "ARRAY_OF_VECTOR": Kind("ArrayOfVector", "vector_array", Form.LIST),
}
"""Those that only stand inside others: a struct array is an ARRAY of STRUCT for people."""


def form_of(name: str) -> Form | None:
    """None for a type that is not known here."""
    kind = KINDS.get(name) or INNER.get(name)
    return kind.form if kind else None


def of_form(*forms: Form) -> tuple[str, ...]:
    return tuple(name for name, kind in KINDS.items() if kind.form in forms)
