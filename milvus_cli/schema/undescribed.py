"""Completes schemas with functions that a server applies without describing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..client.wire.schema_pb2 import DataType, FunctionType
from .schema import params

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema


def add_undescribed(schema: CollectionSchema) -> None:
    """Adds the BM25 function of a sparse field that is marked as an output of a function, but of none in the schema.

    Milvus Lite 2.5 describes no functions. BM25 is the only one with sparse output.
    """
    described = {name for function in schema.functions for name in function.output_field_names}
    outputs = [
        field.name
        for field in schema.fields
        if field.is_function_output and field.data_type == DataType.SparseFloatVector and field.name not in described
    ]
    texts = [
        field.name
        for field in schema.fields
        if field.data_type == DataType.VarChar and params(field.type_params).get("enable_analyzer") == "true"
    ]
    if len(outputs) == len(texts) == 1:
        schema.functions.add(
            name=function_name(outputs[0]),
            type=FunctionType.BM25,
            input_field_names=texts,
            output_field_names=outputs,
        )


def function_name(output: str) -> str:
    """Returns the name of a BM25 function that was given none."""
    return f"{output}_function"
