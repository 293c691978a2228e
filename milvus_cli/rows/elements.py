"""The elements of a struct array that a filter of elements matched, as a column of lists of indices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..client.wire.schema_pb2 import ArrayArray, FieldData, LongArray, ScalarField
from ..schema.schema import type_number

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import ElementIndices

ELEMENTS = "elements"
"""The column of the indices, from 0. A field of this name is shown instead."""


def is_of_elements(expression: str) -> bool:
    """Reports whether a filter matches elements, so that servers tell which ones."""
    return "element_filter" in expression.lower()


def matching_elements(indices: Iterable[ElementIndices]) -> FieldData:
    """Returns the column of the matching elements of each row."""
    rows = [ScalarField(long_data=LongArray(data=each.indices.data)) for each in indices]
    arrays = ArrayArray(data=rows, element_type=type_number("INT64"))
    return FieldData(type=type_number("ARRAY"), field_name=ELEMENTS, scalars=ScalarField(array_data=arrays))
