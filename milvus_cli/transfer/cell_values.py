"""Converts the cells of a column of rows to the values of a field, or of a key of the dynamic field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..client.wire.schema_pb2 import FieldSchema
from ..errors import InvalidInput
from ..files.cells import read_cells
from ..files.row_stream import RowStream
from ..files.text_layout import COMMA, POINT
from ..files.typed_values import adapted
from ..schema.kinds import ValueShape, shape_of
from ..schema.schema import kind_of, type_number
from ..text.json import parse_json
from ..text.repeated_keys import RepeatedKey
from ..values.dynamic import DYNAMIC
from ..values.encode import ABSENT
from ..values.invalid import BadValue

if TYPE_CHECKING:
    from ..schema.schema import Field


TEXT_CELLS = {each: RowStream(iter(()), text=True, decimal=each) for each in (POINT, COMMA)}
"""Sources of cells, by the decimal separator."""


def converted(
    values: Sequence[Any], name: str, field: Field | None, table: RowStream, column: str, *, exact: bool = False
) -> Sequence[Any]:
    """Converts the values of a column from cells where needed."""
    text = (table.text and column not in table.plain) or column in table.cells
    if text and field is not None:
        return read_cells(field, values, exact=exact, decimal=decimal_of(table, column))
    if text and name != DYNAMIC:
        return [cell if cell else ABSENT for cell in values]
    if text or (column in table.nested and name == DYNAMIC):
        return [_read_object(cell, row) for row, cell in enumerate(values)]
    if column in table.nested and field is not None and shape_of(kind_of(field)) is ValueShape.JSON:
        return read_cells(field, [cell or "" for cell in values])
    return values if field is None else adapted(field, values)


def decimal_of(table: RowStream, column: str) -> str:
    """Returns the decimal separator in the cells of a column; those of paths have a point."""
    return POINT if column in table.cells else table.decimal


def typed(cells: Sequence[str], name: str, kind: str, decimal: str) -> Sequence[Any]:
    """Converts cells for the dynamic field to values of a type."""
    field = FieldSchema(name=name, data_type=type_number(kind), nullable=True)
    return [ABSENT if value is None else value for value in read_cells(field, cells, decimal=decimal)]


def _read_object(cell: str, row: int) -> Any:
    if not cell:
        return ABSENT
    try:
        return parse_json(cell, "", "")
    except InvalidInput as exc:
        cause = exc.__cause__
        reason = str(cause) if isinstance(cause, RepeatedKey) else f"{cell[:40]!r} is not JSON"
        raise BadValue(row, DYNAMIC, reason) from None
