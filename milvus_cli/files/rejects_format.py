"""Converts rejected rows to lines of a rejects file, and mended lines back to rows that can be inserted."""

from __future__ import annotations

import base64
import csv
import io
import math
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..output.values import exact
from ..schema.kinds import FIELD_TYPES, ValueShape, shape_of
from ..schema.schema import kind_of, row_fields
from ..text.beyond_json import Digits, NotJson
from ..text.counts import counted
from ..text.floats import float32, shortest
from ..text.json import dump_json
from ..text.repeated_keys import RepeatedKey, refuse_repeated_keys
from ..values.encode import ABSENT, to_columns
from ..values.exact_json import exact_loads
from ..values.invalid import BadValue, in_words
from ..values.packing import row_size, unpack_one
from .row_stream import EMPTY, Chunk, RejectedRow, Unit
from .text_layout import COMMA, POINT

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema
    from ..schema.schema import Field

WRAPPER = ("file", "column", "reason", "row")
UNIT_MEMBERS: Mapping[Unit, str] = {"line": "line", "row": "row_number"}
"""The member beside WRAPPER that has the position of a row, by its unit."""
OF_CELLS = ("delimiter", "decimal", "types", "columns")
"""Additional members for rows of text files; `columns` only if the row is not an object."""

HELD = "\0NotJson {}\0"
"""Placeholder in a text."""

NAMED = (
    ValueShape.BOOLEAN,
    ValueShape.WHOLE,
    ValueShape.NUMBER,
    ValueShape.DENSE,
    ValueShape.SPARSE,
    ValueShape.LIST,
    ValueShape.STRUCTS,
)
"""Shapes that take no text, so that NaN can be written by name, as in exports."""

CellReader = Callable[[str, str, str, str], Any]
"""Converts a cell, given the name of its field, its text, the decimal separator, and its type if it is dynamic."""


# Into the file


def rejected_line(name: str, bad: RejectedRow, fields: Mapping[str, Field]) -> bytes:
    """Returns a line of a rejects file. A row that JSON can't hold (as with NaN in a JSON value) is written as text."""
    row = _plain_row(bad, fields)
    beside: dict[str, Any] = {"delimiter": bad.delimiter} if bad.delimiter else {}
    if bad.delimiter and bad.decimal != POINT:
        beside["decimal"] = bad.decimal
    if bad.delimiter and bad.types:
        beside["types"] = dict(bad.types)
    columns = {"columns": bad.columns} if bad.delimiter and not isinstance(row, dict) else {}
    values = {
        "file": name,
        UNIT_MEMBERS[bad.unit]: bad.line,
        "column": bad.field or None,
        "reason": bad.reason,
        **beside,
        **columns,
    }
    try:
        text = _dumps({**values, "row": row}, allow_nan=False)
    except ValueError:
        text = _dumps({**values, "row": _as_text(row)})
    return text.encode(errors="backslashreplace") + b"\n"


def _dumps(value: Any, *, allow_nan: bool = True) -> str:
    return dump_json(value, allow_nan=allow_nan, default=_worded)


def _worded(value: Any) -> str:
    if isinstance(value, NotJson):
        raise ValueError(value.reason)
    return in_words(value)


def _as_text(row: Any) -> str:
    """Returns the row with the parts that JSON lacks unquoted, so that it is rejected again until it is mended."""
    found: list[str] = []

    def held(value: Any) -> str:
        if not isinstance(value, NotJson):
            return in_words(value)
        found.append(value.shown)
        return HELD.format(len(found) - 1)

    text = dump_json(row, default=held)
    for position, shown in enumerate(found):
        text = text.replace(dump_json(HELD.format(position)), shown, 1)
    return text


def _plain_row(bad: RejectedRow, fields: Mapping[str, Field]) -> Any:
    if isinstance(bad.row, Mapping):
        there = {name: value for name, value in bad.row.items() if value is not ABSENT}
        if bad.delimiter:
            return {name: _cell(value) for name, value in there.items()}
        return {name: _writable(value, fields.get(name)) for name, value in there.items()}
    return (
        list(map(_cell, bad.row))
        if bad.delimiter and isinstance(bad.row, Sequence) and not isinstance(bad.row, str)
        else bad.row
    )


def _cell(value: Any) -> Any:
    """Returns null for an empty cell, "" for an empty cell in quotes."""
    return None if value == "" and value is not EMPTY else value


def _writable(value: Any, field: Field | None) -> Any:
    shape = shape_of(kind_of(field)) if field is not None else None
    if isinstance(value, bytes):
        return _unpacked_vector(value, field)
    if shape is ValueShape.DENSE and isinstance(value, list) and field is not None:
        code = FIELD_TYPES[kind_of(field)].code
        value = [_shortest_float(each) if code == "f" and type(each) is float else each for each in value]
    return _with_named_floats(value) if shape in NAMED else _in_json(value)


def _unpacked_vector(value: bytes, field: Any) -> Any:
    """Returns the numbers of a vector, or base64 of bytes that are no vector."""
    shape = shape_of(kind_of(field)) if field is not None else None
    if shape is ValueShape.SPARSE or (shape is ValueShape.DENSE and len(value) == row_size(field)):
        return _with_named_floats(unpack_one(field, value))
    return base64.b64encode(value).decode("ascii")


def _shortest_float(value: float) -> float:
    """Returns the shortest digits if the value is a float32."""
    try:
        found = shortest(value)
        return found if float32(found) == float32(value) and _widened(value) == value else value
    except (OverflowError, ValueError):
        return value


def _widened(value: float) -> float:
    found: tuple[float] = struct.unpack("<f", float32(value))
    return found[0]


def _with_named_floats(value: Any) -> Any:
    if isinstance(value, list):
        return list(map(_with_named_floats, value))
    if isinstance(value, dict):
        return {key: _with_named_floats(each) for key, each in value.items()}
    if isinstance(value, Digits):
        nearest = float(value.text)
        return nearest if math.isfinite(nearest) else value.text
    return exact(value) if type(value) is float and not math.isfinite(value) else value


def _in_json(value: Any) -> Any:
    """Returns Digits as JSON values keep them; a number too large for a float becomes infinity, which JSON lacks."""
    if isinstance(value, list):
        return list(map(_in_json, value))
    if isinstance(value, dict):
        return {key: _in_json(each) for key, each in value.items()}
    if isinstance(value, Digits):
        nearest = float(value.text)
        return value.text if math.isfinite(nearest) else nearest
    return value


# Out of the file


def are_rejects(chunk: Chunk, schema: CollectionSchema) -> bool:
    """Returns True if the rows are lines of a rejects file, and not fields of the collection with the same names."""
    units = [name for name in UNIT_MEMBERS.values() if name in chunk.columns]
    own = {*WRAPPER, *units}
    return bool(units) and own <= set(chunk.columns) and own.isdisjoint(field.name for field in row_fields(schema))


def unwrapped_rows(chunk: Chunk, field_of: Callable[[str], str | None], read: CellReader) -> Chunk:
    """Returns the rows in lines of a rejects file, by field; lines that are plain rows are kept as such.

    `field_of` returns the field of a plain row's column, None to leave it out.
    """
    rows, lines, bad = list[dict[str, Any]](), list[int](), list(chunk.bad)
    for position, line in enumerate(chunk.lines):
        own = {name: values[position] for name, values in chunk.columns.items() if values[position] is not ABSENT}
        try:
            if _is_wrapped(own):
                rows.append(_mended_row(own, read))
            else:
                rows.append({name: value for column, value in own.items() if (name := field_of(column)) is not None})
            lines.append(line)
        except BadValue as exc:
            bad.append(_still_bad(line, chunk.unit, exc, own))
    return Chunk(to_columns(rows), lines, bad, chunk.unit)


def _still_bad(line: int, unit: Unit, error: BadValue, own: Mapping[str, Any]) -> RejectedRow:
    """Returns the row as it came, to be written again."""
    row, delimiter = own["row"], own.get("delimiter", "")
    if delimiter and isinstance(row, dict):
        row = {name: EMPTY if cell == "" else cell for name, cell in row.items()}
    elif delimiter and isinstance(row, list):
        row = [EMPTY if cell == "" else cell for cell in row]
    return RejectedRow(
        line,
        error.field,
        error.reason,
        row,
        delimiter=delimiter,
        decimal=_decimal_of(own),
        types=[*_types_of(own).items()],
        columns=own.get("columns", ()),
        unit=unit,
    )


def _is_wrapped(row: Mapping[str, Any]) -> bool:
    units = row.keys() & set(UNIT_MEMBERS.values())
    return len(units) == 1 and set(WRAPPER) <= row.keys() <= {*WRAPPER, *units, *OF_CELLS}


def _mended_row(line: Mapping[str, Any], read: CellReader) -> dict[str, Any]:
    """Raises BadValue if the line does not hold a valid row yet."""
    row, delimiter = line["row"], line.get("delimiter")
    if not isinstance(delimiter, str) or not delimiter:
        row = _parsed_row(row) if isinstance(row, str) else row
        if not isinstance(row, dict):
            raise BadValue(0, "", "not a JSON object")
        return row
    if not isinstance(row, dict):
        row = _with_names(_cells(row, delimiter), line.get("columns"))
    decimal, types = _decimal_of(line), _types_of(line)
    return {name: _mended_cell(name, cell, decimal, types.get(name, ""), read) for name, cell in row.items()}


def _decimal_of(line: Mapping[str, Any]) -> str:
    return COMMA if line.get("decimal") == COMMA else POINT


def _types_of(line: Mapping[str, Any]) -> dict[str, str]:
    types = line.get("types")
    return {name: kind for name, kind in types.items() if kind in FIELD_TYPES} if isinstance(types, dict) else {}


def _mended_cell(name: str, cell: Any, decimal: str, kind: str, read: CellReader) -> Any:
    """Converts a cell as its file had it; other values that a user put there are kept."""
    if cell is None or isinstance(cell, str):
        return read(name, cell or ("" if cell is None else EMPTY), decimal, kind)
    return cell


def _parsed_row(text: str) -> Any:
    try:
        value = exact_loads(text)
        refuse_repeated_keys(text, value)
        return value
    except RepeatedKey as exc:
        raise BadValue(0, "", str(exc)) from None
    except (ValueError, RecursionError) as exc:
        raise BadValue(0, "", f"not JSON: {exc}") from None


def _cells(row: Any, delimiter: str) -> list[Any]:
    """Returns the cells of a list, or of a line of text."""
    if isinstance(row, list):
        return row
    text = row if isinstance(row, str) else ""
    try:
        cells: list[Any] = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), [])
    except (csv.Error, TypeError) as exc:
        raise BadValue(0, "", str(exc)) from None
    found = re.findall(f'(?:^|{re.escape(delimiter)})("(?:[^"]|"")*"|[^{re.escape(delimiter)}]*)', text)
    quotes = [each == '""' for each in found] if len(found) == len(cells) else [False] * len(cells)
    return [cell if cell or quoted else None for cell, quoted in zip(cells, quotes, strict=True)]


def _with_names(cells: Sequence[Any], columns: Any) -> dict[str, Any]:
    names = columns if isinstance(columns, list) and all(isinstance(each, str) for each in columns) else []
    if len(cells) != len(names):
        raise BadValue(0, "", f"expected {counted(len(names), 'cell')}, got {len(cells)}")
    return {name: cell for name, cell in zip(names, cells, strict=True) if name}
