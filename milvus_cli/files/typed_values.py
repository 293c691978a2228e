"""Adapts values of typed files (JSON, Parquet, Arrow, NPY) to fields that programs often write in another type."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..schema.kinds import ValueShape, shape_of
from ..schema.schema import kind_of
from ..values.invalid import BadValue
from ..values.packing import Packed
from .cells import read_cells

if TYPE_CHECKING:
    from ..schema.schema import Field

WITH_NAN = (ValueShape.NUMBER, ValueShape.JSON)
"""Shapes in which NaN is a value, or an error of its own; in others pandas writes it for null."""
FROM_TEXT = (ValueShape.BOOLEAN, ValueShape.DENSE, ValueShape.LIST, ValueShape.STRUCTS, ValueShape.SPARSE)
"""Shapes without text of their own: a text is read as the cell of a text file."""


def adapted(field: Field, values: Sequence[Any]) -> Sequence[Any]:
    """Returns the values of a column with NaN as null, 0 and 1 as truth values, and texts read where a field has none.

    Raises BadValue for a text that can't be read; other invalid values are unchanged.
    """
    if isinstance(values, Packed):
        return values
    shape, types = shape_of(kind_of(field)), set(map(type, values))
    if float in types and shape not in WITH_NAN:
        values = [None if type(each) is float and math.isnan(each) else each for each in values]
    if shape is ValueShape.BOOLEAN and types & {int, float}:
        values = [bool(each) if type(each) in (int, float) and each in (0, 1) else each for each in values]
    return _read_texts(field, values) if shape in FROM_TEXT and str in types else values


def _read_texts(field: Field, values: Sequence[Any]) -> Sequence[Any]:
    rows = [row for row, value in enumerate(values) if type(value) is str]
    try:
        read = read_cells(field, [values[row] for row in rows])
    except BadValue as exc:
        raise BadValue(rows[exc.row], exc.field, exc.reason) from None
    found = list(values)
    for row, value in zip(rows, read, strict=True):
        found[row] = value
    return found
