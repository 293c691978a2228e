"""Infers Milvus's field types from the values of a column, as create collection -f takes them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import NoneType
from typing import Any

from ..rows.filter_errors import KEYWORDS
from ..text.json import dump_json, load_json
from ..text.printed import numpy_list, python_value
from ..values.dynamic import DYNAMIC
from ..values.encode import ABSENT
from ..values.exact_json import exact_loads
from ..values.invalid import is_encodable
from .cells import FLOAT, PRINTED, WHOLE, loses_digits, with_point
from .row_stream import EMPTY
from .text_layout import COMMA, POINT

INT64 = range(-(1 << 63), 1 << 63)
LONGEST_TEXT = 65_535
"""Maximum of a VARCHAR, in bytes (https://milvus.io/docs/limitations.md)."""
LEAST_LENGTH, LEAST_CAPACITY, LARGEST_CAPACITY = 256, 16, 4_096
VECTOR_NAME = re.compile(r"vec|emb|^v$", re.IGNORECASE)
VECTOR_DIMENSION = 8
"""Lists of fewer numbers, such as coordinates, are arrays, if neither their name nor the lack of others says more."""
DIMENSIONS = range(2, 32_769)
MISSING = re.compile(r"(?<![\w\"'])(?i:nan|none|-?inf(?:inity)?)(?![\w\"'])")
"""Words that Python and NumPy print for numbers that a vector can't have."""
MIXED = "mixed"
"""The type of a column for whose values no type fits."""


@dataclass(frozen=True)
class InferredColumn:
    """A column of a file, and the field that fits its values: its name, and its type as in `title:VARCHAR:200`.

    `longest` is the size of the longest text, in bytes. A `distinct` column has no nulls and no value twice.
    `list_size` is the dimension of lists of numbers that could be vectors.
    """

    name: str
    field: str
    type: str
    nulls: int = 0
    longest: int | None = None
    distinct: bool = False
    list_size: int = 0

    @property
    def kind(self) -> str:
        return self.type.partition(":")[0]

    @property
    def is_vector(self) -> bool:
        return "VECTOR" in self.kind

    @property
    def declaration(self) -> str:
        return f"{self.field}:{self.type}"


def infer_columns(
    columns: Mapping[str, Sequence[Any]],
    *,
    text: bool,
    cells: Collection[str] = (),
    nested: Collection[str] = (),
    vectors: Collection[str] = (),
    commas: Collection[str] = (),
) -> list[InferredColumn]:
    """Infers a field for each column with a name; `text` if the values are cells of a text file, else only `cells`.

    Numbers in the cells of `commas` have a decimal comma. Texts in `nested` columns may be JSON. Lists in `vectors`
    columns are vectors, whatever their name and length. Columns whose names UTF-8 can't encode are left out: rows with
    them are rejected later.
    """
    found = []
    for name, field in _fields([each for each in columns if each and each != DYNAMIC and is_encodable(each)]).items():
        values = _parsed(columns[name]) if name in nested else columns[name]
        decimal = COMMA if name in commas else POINT
        column = _inferred(name, field, values, text=text or name in cells, decimal=decimal)
        is_vector = name in vectors and column.list_size
        found.append(replace(column, type=f"FLOAT_VECTOR:{column.list_size}") if is_vector else column)
    return found if any(each.is_vector for each in found) else _with_vector(found)


def _parsed(values: Sequence[Any]) -> Sequence[Any]:
    """Returns the objects that texts hold as JSON, or the texts if one holds none."""
    found = [next(_nested_values(each.strip()), None) if isinstance(each, str) else each for each in values]
    objects = [isinstance(new, dict) or old is None or old is ABSENT for new, old in zip(found, values, strict=True)]
    return found if all(objects) and any(isinstance(each, dict) for each in found) else values


def _with_vector(found: list[InferredColumn]) -> list[InferredColumn]:
    """Makes the only column of short lists of numbers a vector, in a file that has no other vectors."""
    able = [position for position, each in enumerate(found) if each.list_size]
    if len(able) == 1:
        found[able[0]] = replace(found[able[0]], type=f"FLOAT_VECTOR:{found[able[0]].list_size}")
    return found


def _fields(columns: Sequence[str]) -> dict[str, str]:
    """Returns the field of each column: one with a valid name keeps it, also if another one's would become the same."""
    taken = {each for each in columns if _valid_name(each) == each}
    found = {}
    for column in columns:
        name = _valid_name(column)
        free = (each for each in _numbered(name, len(taken)) if each not in taken)
        found[column] = column if name == column else next(free)
        taken.add(found[column])
    return found


def _numbered(name: str, count: int) -> Iterator[str]:
    yield name
    yield from (f"{name}_{number}" for number in range(2, count + 2))


def _valid_name(column: str) -> str:
    """Returns a name that Milvus takes for a field: letters, digits and underscores, and no word of filters."""
    name = re.sub(r"\W", "_", column, flags=re.ASCII)[:200]
    if name.lower() in KEYWORDS:
        return f"{name}_"
    return f"_{name}" if name[0].isdigit() else name


def _inferred(name: str, field: str, given: Sequence[Any], *, text: bool, decimal: str) -> InferredColumn:
    values = [_cell_value(each, decimal) if text and isinstance(each, str) else each for each in given]
    pairs = [(cell, each) for cell, each in zip(given, values, strict=True) if each is not None and each is not ABSENT]
    there = [each for _, each in pairs]
    size = _vector_size(name, _number_lists(there) if text else there)
    is_vector = size >= VECTOR_DIMENSION or (size and VECTOR_NAME.search(name))
    found = f"FLOAT_VECTOR:{size}" if is_vector else _one_type(name, there)
    if found is None:
        found = _text_type([str(cell) for cell, _ in pairs]) if text else MIXED
    is_text = found.startswith("VARCHAR")
    shown = [str(cell) for cell, _ in pairs] if is_text else []
    return InferredColumn(
        name,
        field,
        found,
        nulls=len(values) - len(there),
        longest=max(map(_size, shown), default=0) if is_text else None,
        distinct=len(there) == len(values) > 0 and _are_distinct(shown if is_text else there),
        list_size=size,
    )


def _vector_size(column: str, values: Sequence[Any]) -> int:
    """Returns the dimension of lists of numbers, 0 if they are no vectors.

    A few may be empty, of another length or with a missing number: their rows are rejected later.
    """
    if not all(isinstance(each, list) for each in values):
        return 0
    kinds, lengths = _item_types(values), Counter(map(len, values))
    if not kinds - {NoneType} or not kinds <= {int, float, NoneType}:
        return 0
    if len(lengths) == 1 and NoneType not in kinds:
        return min(lengths) if min(lengths) in DIMENSIONS else 0
    # Lists of whole numbers whose lengths differ are rather tags, of which most rows have the maximum.
    if float not in kinds and not VECTOR_NAME.search(column):
        return 0
    filled = sum(lengths.values()) - lengths.pop(0, 0)
    size, count = lengths.most_common(1)[0]
    whole = sum(len(each) == size and None not in each for each in values)
    return size if size in DIMENSIONS and 2 * count > filled and 2 * whole >= len(values) else 0


def _number_lists(values: Sequence[Any]) -> Sequence[Any]:
    """Returns the values of cells, with those of a few lists in which numbers are missing."""
    # In most columns that aren't vectors, no cell is worth a second look.
    enough = 2 * sum(isinstance(each, list) for each in values) >= len(values)
    return [_numbers(each) for each in values] if enough else values


def _numbers(value: Any) -> Any:
    """Returns the list in a cell that lacks some of its numbers, as Python prints it: `[1.0, nan]`; else the value."""
    if not isinstance(value, str) or not value.lstrip().startswith("["):
        return value
    text = MISSING.sub("null", value)
    found = next(_nested_values(text.strip()), value) if text != value else value
    return found if isinstance(found, list) else value


def _item_types(values: Sequence[Sequence[Any]]) -> set[type]:
    return set().union(*(map(type, each) for each in values))


def _are_distinct(values: Sequence[Any]) -> bool:
    return all(isinstance(each, (int, str)) for each in values) and len(set(values)) == len(values)


def _one_type(column: str, values: Sequence[Any]) -> str | None:
    """Returns the type that all values have; None if they have several, or numbers that no field holds."""
    kinds = {type(each) for each in values}
    for kind, typed in TYPES.items():
        if kinds and all(issubclass(each, kind) and (each is not bool or bool in kind) for each in kinds):
            return typed(column, values)
    if kinds and kinds <= {list, dict}:
        return "JSON"
    return _text_type([]) if not kinds else None


def _whole_type(column: str, values: Sequence[int]) -> str | None:
    return "INT64" if all(each in INT64 for each in values) else None


def _list_type(column: str, values: Sequence[Sequence[Any]]) -> str:
    sizes = {len(each) for each in values}
    kinds = _item_types(values)
    capacity = min(LARGEST_CAPACITY, max(LEAST_CAPACITY, _rounded(2 * max(sizes))))
    if kinds and kinds <= {int, float}:
        return f"ARRAY:{'DOUBLE' if float in kinds else 'INT64'}:{capacity}"
    if kinds == {str}:
        return f"ARRAY:{_text_type([item for each in values for item in each])}:{capacity}"
    return "JSON"


def _object_type(column: str, values: Sequence[Mapping[str, Any]]) -> str:
    named = bool(VECTOR_NAME.search(column) or "sparse" in column.lower())
    return "SPARSE_FLOAT_VECTOR" if all(_is_sparse(each, named=named) for each in values) else "JSON"


def _is_sparse(value: Mapping[str, Any], *, named: bool) -> bool:
    """Returns True for a sparse vector; whole numbers by whole numbers are one only by their name."""
    if value.keys() == {"indices", "values"}:
        return True
    numbers = all(type(each) is float or (named and type(each) is int) for each in value.values())
    return bool(value) and numbers and all(str(key).isdecimal() for key in value)


def _text_type(texts: Sequence[str]) -> str:
    longest = max(map(_size, texts), default=0)
    return f"VARCHAR:{min(LONGEST_TEXT, max(LEAST_LENGTH, _rounded(2 * longest)))}"


def _size(text: str) -> int:
    # An escape in JSON may be half a character, which no field takes: its row is rejected later.
    return len(text.encode("utf-8", "surrogatepass"))


def _rounded(number: int) -> int:
    """Returns the next power of two."""
    return 1 << max(0, number - 1).bit_length()


TYPES: Mapping[tuple[type, ...], Callable[[str, Any], str | None]] = {
    (bool,): lambda column, values: "BOOL",
    (int,): _whole_type,
    (int, float): lambda column, values: "DOUBLE",
    (str,): lambda column, values: _text_type(values),
    (list,): _list_type,
    (dict,): _object_type,
}
"""Milvus's types by those of Python, the narrowest first."""


def _cell_value(cell: str, decimal: str) -> Any:
    """Returns what a cell of a text file seems to be; None for null."""
    if cell == "":
        return cell if cell is EMPTY else None
    number = _number_text(cell, decimal)
    if FLOAT.fullmatch(number):
        whole = bool(WHOLE.fullmatch(number))
        return cell if loses_digits(number, whole=whole) else int(number) if whole else float(number)
    if cell.strip().lower() in ("true", "false"):
        return cell.strip().lower() == "true"
    return next((value for value in _nested_values(cell.strip())), cell)


def _number_text(cell: str, decimal: str) -> str:
    """Returns the cell with a decimal point; an empty text if it has commas or points in other places."""
    try:
        return with_point(cell) if decimal == COMMA else cell
    except ValueError:
        return ""


def _nested_values(text: str) -> Iterator[Any]:
    """Yields the list or object in a cell, if it has one."""
    if text[:1] not in ("[", "{"):
        return
    for read in (_printed_vector, exact_loads, python_value, numpy_list):
        try:
            yield read(text)
            return
        except (ValueError, RecursionError):
            continue


def _printed_vector(text: str) -> list[float]:
    if PRINTED.fullmatch(text) and len(text.split()) > 1:
        return [float(each) for each in text[1:-1].split()]
    raise ValueError(text)


def plain_value(value: Any) -> Any:
    """Returns a value as JSON has it: None for an empty cell, text for what JSON lacks."""
    if value is ABSENT or (isinstance(value, str) and value == "" and value is not EMPTY):
        return None
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return load_json(dump_json(value, default=str))


def short_value(value: Any, most: int) -> Any:
    """Like `plain_value`, but lists and objects become text, and text has at most `most` characters."""
    value = plain_value(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = value if isinstance(value, str) else dump_json(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"
