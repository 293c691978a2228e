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
    marked = [each for each in texts if not asked and _have_commas(_cells(sample, each))]
    commas = [repr(each.name) for each in marked if _have_decimal_commas(_cells(sample, each))]
    thousands = [repr(each.name) for each in marked if repr(each.name) not in commas]
    dates = [repr(each.name) for each in texts if _are_dates(_cells(sample, each))]
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
    return [f"note: text because of {given}: {_listed(columns)}; {options} reads null"] if nulls else []


def _null_texts(cells: Iterator[str]) -> Collection[str]:
    """Returns the texts for null among cells that are numbers or lists but for them."""
    found = set(cells)
    nulls = {each for each in found if each.strip().lower() in NULL_TEXTS}
    rest = found - nulls
    are_values = all(map(_is_number, rest)) or all(each.lstrip().startswith("[") for each in rest)
    return nulls if rest and are_values else ()


def _is_number(cell: str) -> bool:
    return bool(FLOAT.fullmatch(cell)) and not loses_digits(cell, whole=bool(WHOLE.fullmatch(cell)))


def _listed(words: Sequence[str]) -> str:
    rest = len(words) - NAMED
    return ", ".join(words[:NAMED]) + (f" and {rest:,} more" if rest > 0 else "")


def _cells(sample: Sample, column: InferredColumn) -> Iterator[str]:
    """Yields the cells with a value; of columns that are not text of a file, none."""
    table = sample.table
    if column.name in table.cells or (table.text and column.name not in table.plain):
        yield from (each for each in sample.columns[column.name] if isinstance(each, str) and each)


def _have_commas(cells: Iterator[str]) -> bool:
    found = list(cells)
    return any("," in each for each in found) and all(map(NUMBER.fullmatch, found))


def _have_decimal_commas(cells: Iterator[str]) -> bool:
    return all(WHOLE.fullmatch(each) or WITH_COMMA.fullmatch(each) for each in cells)


def _are_dates(cells: Iterator[str]) -> bool:
    found = list(cells)
    return bool(found) and all(map(DATE.fullmatch, found))
