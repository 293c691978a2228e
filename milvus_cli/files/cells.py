"""Converts cells of text files to values: text as is, nested values as JSON, vectors with or without brackets."""

from __future__ import annotations

import json
import math
import re
import shlex
import struct
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..schema.kinds import FIELD_TYPES, ValueShape, shape_of
from ..schema.schema import kind_of
from ..text.printed import numpy_list, python_value, without_scalars
from ..text.repeated_keys import RepeatedKey, refuse_repeated_keys
from ..values.encode import takes_none
from ..values.exact_json import exact_loads
from ..values.invalid import BadValue
from ..values.packing import dimension
from ..values.scalars import whole
from .row_stream import EMPTY, NULL
from .text_layout import COMMA, POINT

if TYPE_CHECKING:
    from ..schema.schema import Field

WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)
FLOAT = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*", re.ASCII)
CODE = re.compile(r"\s*(?:\+|-?0[0-9]|[0-9]+[eE][0-9]+\s*$)")
"""Matches numbers that are probably codes: telephone numbers, postal codes, 1E5 (as a number mostly 1e+05 or 1.0E5)."""
SAFE_DIGITS = 15
"""Digits that a DOUBLE always holds."""
PRINTED = re.compile(r"\[[^\[\],;|]*\]")
"""A list as NumPy prints it: whitespace between numbers, no commas."""
UNQUOTED = re.compile(r'(?=[^"]*[^\W\d_])(?:\[[^"]*\]|\{[^"]*\})')
"""A list or an object with words, but without JSON's quotes, as DuckDB writes them: where each text ends is a guess."""
SEPARATORS = re.compile(r"[\s,;|]+")
WITH_COMMA = re.compile(
    r"\s*[+-]?([1-9][0-9]{0,2}(\.[0-9]{3})+(,[0-9]+)?|[0-9]*,[0-9]+([eE][+-]?[0-9]+)?)\s*", re.ASCII
)
"""A number with points between thousands, a decimal comma, or both."""
BARE_KEY = re.compile(r"([{,]\s*)([0-9]+)(\s*:)")
UNREADABLE = (ValueError, LookupError, RecursionError, OverflowError)
NULL_TEXTS = ("null", "none", "na", "n/a", "<na>", "nan", "nat", "\\n", "-", "?")
"""Texts that other programs write for null."""
NUMBERS = (ValueShape.WHOLE, ValueShape.NUMBER)
NESTED = (ValueShape.JSON, ValueShape.LIST, ValueShape.STRUCTS, ValueShape.SPARSE)
TRUE = ("true", "t", "yes", "1", "1.0")
FALSE = ("false", "f", "no", "0", "0.0")
TRUTH_VALUES = {**dict.fromkeys(TRUE, True), **dict.fromkeys(FALSE, False)}


def read_cells(field: Field, cells: Sequence[str], *, exact: bool = False, decimal: str = POINT) -> list[Any]:
    """Returns the values of cells. Raises BadValue for the first invalid one; with `exact`, see `loses_digits`."""
    kind, given = kind_of(field), cells
    if decimal == COMMA and shape_of(kind) in NUMBERS:
        cells = [_with_point(row, cell, field) for row, cell in enumerate(cells)]
    if exact and shape_of(kind) in NUMBERS:
        _require_exact(field, cells, given, whole=shape_of(kind) is ValueShape.WHOLE)
    read = _reader(field, kind)
    empty_text = shape_of(kind) is ValueShape.TEXT and not takes_none(field)
    try:
        if "" not in cells:
            return list(map(read, cells))
        return [read(cell) if _has_value(cell, empty_text) else None for cell in cells]
    except UNREADABLE:
        for row, cell in enumerate(cells):
            try:
                if _has_value(cell, empty_text):
                    read(cell)
            except UNREADABLE as exc:
                raise BadValue(row, field.name, _cell_error(given[row], kind, exc, decimal)) from None
        raise


def with_point(cell: str) -> str:
    """Returns a number with a decimal comma as one with a point. Raises ValueError for one with other marks."""
    if "," not in cell and "." not in cell:
        return cell
    if not WITH_COMMA.fullmatch(cell):
        raise ValueError(cell)
    return cell.replace(".", "").replace(",", ".")


def _with_point(row: int, cell: str, field: Field) -> str:
    try:
        return with_point(cell)
    except ValueError as exc:
        raise BadValue(row, field.name, _cell_error(cell, kind_of(field), exc, COMMA)) from None


def _require_exact(field: Field, cells: Sequence[str], given: Sequence[str], *, whole: bool) -> None:
    for row, cell in enumerate(cells):
        if loses_digits(cell, whole=whole):
            reason = f"as a number, {_excerpt(given[row])} would not be the same text again: is it a code?"
            raise BadValue(row, field.name, reason)


def loses_digits(cell: str, *, whole: bool) -> bool:
    """Returns True for a number that is probably a code, or has more digits than a DOUBLE holds."""
    if CODE.match(cell):
        return True
    if whole or len(cell) <= SAFE_DIGITS or not FLOAT.fullmatch(cell):
        return False
    return Decimal(cell.strip()) != Decimal(repr(float(cell)))


def _has_value(cell: str, empty_text: bool) -> bool:
    return bool(cell) or cell is EMPTY or (empty_text and cell is not NULL)


def read_plain(field: Field, text: str) -> Any:
    """Returns the value that a user typed, with vectors as lists. Raises BadValue."""
    kind = kind_of(field)
    if shape_of(kind) is not ValueShape.DENSE:
        return read_cells(field, [text or EMPTY])[0]
    try:
        return _number_list(text)
    except UNREADABLE as exc:
        raise BadValue(0, field.name, _cell_error(text, kind, exc, POINT)) from None


def _reader(field: Field, kind: str) -> Callable[[str], Any]:
    shape = shape_of(kind)
    if shape is ValueShape.DENSE:
        return _dense_reader(field, FIELD_TYPES[kind].code)
    return CELL_READERS[shape] if shape else _nested


def _dense_reader(field: Any, code: str) -> Callable[[str], Any]:
    return _vector_packer(dimension(field), code) if code not in ("", "B") else _number_list


def _nested(cell: str) -> Any:
    try:
        value = exact_loads(cell)
    except ValueError:
        return python_value(cell.strip())
    refuse_repeated_keys(cell, value)
    return value


def _list(cell: str) -> Any:
    """Like `_nested`, or a list that NumPy printed."""
    try:
        return _nested(cell)
    except RepeatedKey:
        raise
    except ValueError:
        text = without_scalars(cell)
        return exact_loads(text) if text != cell else numpy_list(cell)


def _sparse_value(cell: str) -> Any:
    """Like `_nested`, but indexes may be unquoted."""
    return _nested(BARE_KEY.sub(r'\1"\2"\3', cell))


def _cell_error(cell: str, kind: str, error: Exception, decimal: str) -> str:
    if isinstance(error, RepeatedKey):
        return str(error)
    reason = f"invalid {kind} value {_excerpt(cell)}"
    if cell.strip().lower() in NULL_TEXTS:
        return f"{reason}; null with --null {shlex.quote(cell)}"
    if shape_of(kind) in NESTED and UNQUOTED.fullmatch(cell.strip()):
        return f"{reason}: texts in it need double quotes, as in JSON (DuckDB: to_json(COLUMN))"
    if shape_of(kind) in NUMBERS and decimal == COMMA and "," not in cell and FLOAT.fullmatch(cell):
        return f"{reason}: with --decimal , points separate thousands"
    if shape_of(kind) in NUMBERS and decimal == POINT and "," in cell and WITH_COMMA.fullmatch(cell):
        return f"{reason}; for decimal commas use --decimal ,"
    cut = shape_of(kind) is ValueShape.DENSE and "..." in cell
    return f"{reason}: NumPy cut its text short ('...')" if cut else reason


def _whole_number(cell: str) -> int:
    if WHOLE.fullmatch(cell):
        return int(cell)
    # pandas writes whole numbers as floats in columns that contain nulls.
    found = whole(float(cell)) if FLOAT.fullmatch(cell) else None
    if type(found) is not int or Decimal(cell.strip()) != found:
        raise ValueError(cell)
    return found


def _parse_float(cell: str) -> float:
    value = float(cell)
    if "_" in cell or (math.isinf(value) and FLOAT.fullmatch(cell)):
        raise ValueError(cell)
    return value


def _vector_packer(size: int, code: str) -> Callable[[str], Any]:
    """Returns a reader that packs vectors to bytes; a malformed one stays a list, so that its error is found later."""
    layout = struct.Struct(f"<{size}{code}")
    loads = _fastest_loads()

    def read(cell: str) -> Any:
        try:
            # true and null contain one of these letters, and would be packed as numbers.
            if "u" not in cell and "l" not in cell:
                return layout.pack(*loads(cell))
        except (ValueError, TypeError, OverflowError, struct.error):
            pass
        return _number_list(cell)

    return read


def _fastest_loads() -> Callable[[str], Any]:
    try:
        import orjson
    except ImportError:
        return json.loads
    return orjson.loads


def _number_list(cell: str) -> Any:
    """Reads a JSON list, or numbers with any usual separator."""
    text = without_scalars(cell).strip()
    if PRINTED.fullmatch(text) and text[1:-1].split():
        text = text[1:-1].strip()
    if text.startswith(("[", "{", '"')):
        return exact_loads(text)
    if "_" in text:
        raise ValueError(text)
    return [int(each) if WHOLE.fullmatch(each) else float(each) for each in SEPARATORS.split(text)]


def _excerpt(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else cell[:39] + "…")


CELL_READERS: Mapping[ValueShape, Callable[[str], Any]] = {
    ValueShape.BOOLEAN: lambda cell: TRUTH_VALUES[cell.strip().lower()],
    ValueShape.WHOLE: _whole_number,
    ValueShape.NUMBER: _parse_float,
    ValueShape.TEXT: str,
    ValueShape.LITERAL: str,
    ValueShape.JSON: _nested,
    ValueShape.LIST: _list,
    ValueShape.STRUCTS: _nested,
    ValueShape.SPARSE: _sparse_value,
}
"""Readers of cells by shape; they raise one of UNREADABLE for invalid cells."""
