"""Columns in a form that only newer clients know: each value becomes a text that names the type, such as (type 107)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..schema.column_checks import is_unread
from ..schema.schema import type_name

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData


def name_unread(columns: Iterable[FieldData], rows: int) -> None:
    """Replaces, in place, values that can't be read by a text; nulls stay."""
    for column in columns:
        element = _unread_element(column)
        if is_unread(column) or element:
            kind = type_name(column.type)
            text = f"({kind} of {element})" if element else f"({kind})"
            column.scalars.ClearField("array_data")
            column.scalars.string_data.data.extend([text] * rows)


def _unread_element(column: FieldData) -> str:
    """Returns the type of an array's elements if those of a row can't be read, else ""."""
    arrays = column.scalars.array_data if column.scalars.WhichOneof("data") == "array_data" else None
    if arrays is None or not any(is_unread(row) for row in arrays.data):
        return ""
    return type_name(arrays.element_type)
