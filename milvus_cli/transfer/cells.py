"""The cells of a text to values: text is text, what is nested is JSON, a vector may do without brackets."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..rpc.encode import INTEGERS, PACKED, BadValue, dimension, takes_none
from ..rpc.schema import is_vector, type_name
from .readers import EMPTY

if TYPE_CHECKING:
    from ..rpc.wire.schema_pb2 import FieldSchema

WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)
SEPARATORS = re.compile(r"[\s,;|]+")
BARE_KEY = re.compile(r"([{,]\s*)([0-9]+)(\s*:)")
UNREADABLE = (ValueError, LookupError, RecursionError, OverflowError)
WORDS = {"true": True, "t": True, "yes": True, "1": True, "false": False, "f": False, "no": False, "0": False}


def read_cells(field: FieldSchema, cells: Sequence[str]) -> list[Any]:
    """The values of cells. Raises BadValue for the first that can't be read."""
    kind = type_name(field.data_type)
    read = _reader(field, kind)
    empty_text = kind == "VARCHAR" and not takes_none(field)
    try:
        if "" not in cells:
            return list(map(read, cells))
        return [read(cell) if cell or cell is EMPTY or empty_text else None for cell in cells]
    except UNREADABLE:
        for row, cell in enumerate(cells):
            try:
                if cell or cell is EMPTY or empty_text:
                    read(cell)
            except UNREADABLE:
                raise BadValue(row, field.name, f"{_short(cell)} is no {kind}") from None
        raise


def read_plain(field: FieldSchema, text: str) -> Any:
    """The value of what a person typed, vectors as lists. Raises BadValue."""
    kind = type_name(field.data_type)
    if not is_vector(field) or kind == "SPARSE_FLOAT_VECTOR":
        return read_cells(field, [text or EMPTY])[0]
    try:
        return _numbers(text)
    except UNREADABLE:
        raise BadValue(0, field.name, f"{_short(text)} is no {kind}") from None


def _reader(field: FieldSchema, kind: str) -> Callable[[str], Any]:
    if kind == "VARCHAR":
        return str
    if kind in INTEGERS:
        return _whole
    if kind == "BOOL":
        return lambda cell: WORDS[cell.strip().lower()]
    if kind in ("FLOAT", "DOUBLE"):
        return _number
    if kind == "SPARSE_FLOAT_VECTOR":
        return lambda cell: json.loads(BARE_KEY.sub(r'\1"\2"\3', cell))
    if kind in PACKED:
        return _packer(dimension(field), PACKED[kind])
    return _numbers if kind.endswith("_VECTOR") else json.loads


def _whole(cell: str) -> int:
    if not WHOLE.fullmatch(cell):
        raise ValueError(cell)
    return int(cell)


def _number(cell: str) -> float:
    if "_" in cell:
        raise ValueError(cell)
    return float(cell)


def _packer(size: int, code: str) -> Callable[[str], Any]:
    """Straight to bytes where all is as it should be; else the list, for others to say what is wrong."""
    form = struct.Struct(f"<{size}{code}")
    loads = _fastest_loads()

    def read(cell: str) -> Any:
        try:
            # A word (true, null) has one of these letters, and would pass for a number.
            if "u" not in cell and "l" not in cell:
                return form.pack(*loads(cell))
        except (ValueError, TypeError, OverflowError, struct.error):
            pass
        return _numbers(cell)

    return read


def _fastest_loads() -> Callable[[str], Any]:
    try:
        import orjson
    except ImportError:
        return json.loads
    return orjson.loads


def _numbers(cell: str) -> Any:
    """A list in JSON, or numbers with anything usual between them."""
    text = cell.strip()
    if text.startswith(("[", "{", '"')):
        return json.loads(text)
    return [int(each) if WHOLE.fullmatch(each) else float(each) for each in SEPARATORS.split(text)]


def _short(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else cell[:39] + "…")
