"""Notes about columns whose fields differ from what their reader may expect."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator, Sequence

from .cells import FLOAT, NULL_TEXTS, WHOLE, WITH_COMMA, loses_digits
from .inference import InferredColumn
from .sample import Sample
from .text_layout import COMMA

NAMED = 5
"""Columns named in a note."""
NUMBER = re.compile(r"\s*[+-]?([0-9]+|[0-9]{1,3}(([.,' \u00a0\u202f’])[0-9]{3})(\3[0-9]{3})*)([.,][0-9]+)?\s*")
"""A number with any marks between thousands and before decimals."""
DATE = re.compile(r"\s*[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2}([0-9]{2})?([ T,]+[0-9]{1,2}:[0-9]{2}.*)?\s*")
"""A date that begins with the day or the month."""


def column_notes(sample: Sample, declared: Collection[str] = ()) -> list[str]:
    """Returns a line for each kind of surprise; the types of `declared` fields are no surprise."""
    renamed = [f"{each.name!r} to {each.field}" for each in sample.inferred if each.name != each.field]
    texts = [each for each in sample.inferred if each.kind == "VARCHAR" and each.field not in declared]
    asked = sample.table.decimal == COMMA
    values = {repr(each.name): [cell for cell in _cells(sample, each) if not _is_null(cell)] for each in texts}
    marked = [name for name, cells in values.items() if not asked and _have_commas(cells)]
    commas = [name for name in marked if all(map(_has_decimal_comma, values[name]))]
    thousands = [name for name in marked if name not in commas]
    dates = [name for name, cells in values.items() if cells and all(map(DATE.fullmatch, cells))]
    notes = [
        (renamed, "renamed columns: {}"),
        (commas, "numbers with commas are read as text: {}; --decimal , reads 3,14 as 3.14"),
        (thousands, "numbers with commas are read as text: {}; a DOUBLE is written 1234.5"),
        (dates, "dates such as 24.12.2023 are read as text that doesn't sort by date: {}; 2023-12-24 does"),
    ]
    return [f"note: {text.format(_listed(found))}" for found, text in notes if found] + _null_notes(sample, texts)


def _null_notes(sample: Sample, texts: Sequence[InferredColumn]) -> list[str]:
    """Returns a line about columns of numbers or lists that are text because other programs write null as a text."""
    found = {each.name: _null_texts(_cells(sample, each)) for each in texts}
    columns = [repr(name) for name, nulls in found.items() if nulls]
    nulls = sorted(set().union(*found.values()))
    options = " ".join(f"--null {shlex.quote(each)}" for each in nulls)
    given = ", ".join(map(repr, nulls))
    return [f"note: read as text because of {given}: {_listed(columns)}; use {options}"] if nulls else []


def _null_texts(cells: Iterator[str]) -> Collection[str]:
    """Returns the texts for null among cells that are numbers or lists but for them."""
    found = set(cells)
    nulls = set(filter(_is_null, found))
    rest = found - nulls
    are_values = all(map(_is_number, rest)) or all(each.lstrip().startswith("[") for each in rest)
    return nulls if rest and are_values else ()


def _is_null(cell: str) -> bool:
    return cell.strip().lower() in NULL_TEXTS


def _is_number(cell: str) -> bool:
    if "," in cell:
        return bool(NUMBER.fullmatch(cell))
    return bool(FLOAT.fullmatch(cell)) and not loses_digits(cell, whole=bool(WHOLE.fullmatch(cell)))


def _listed(words: Sequence[str]) -> str:
    rest = len(words) - NAMED
    return ", ".join(words[:NAMED]) + (f" and {rest:,} more" if rest > 0 else "")


def _cells(sample: Sample, column: InferredColumn) -> Iterator[str]:
    """Yields the cells with a value; of columns that are not text of a file, none."""
    table = sample.table
    if column.name in table.cells or (table.text and column.name not in table.plain):
        yield from (each for each in sample.columns[column.name] if isinstance(each, str) and each)


def _have_commas(cells: Sequence[str]) -> bool:
    return any("," in each for each in cells) and all(map(NUMBER.fullmatch, cells))


def _has_decimal_comma(cell: str) -> bool:
    return bool(WHOLE.fullmatch(cell) or WITH_COMMA.fullmatch(cell))
