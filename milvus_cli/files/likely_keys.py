"""Finds the column that is probably the primary key, by its name and its values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .inference import InferredColumn

KEY_NAMES = ("id", "_id", "pk", "key", "uuid", "guid", "doc_id", "docid", "chunk_id")
KEY_ENDINGS = re.compile(
    r"(?i:(?:.*[\W_])?(?:id|pk|key|uuid|guid))\W*"
    r"|.*[a-z0-9](?:I[dD]|P[kK]|Key|U[uU][iI][dD]|G[uU][iI][dD])"
    r"|(?i:(?:document|item|movie|order|product|record|row|user)id)"
)
"""Names such as `product_id`, `Product ID`, `user-id` and `productId`."""
NUMBER_ENDINGS = re.compile(
    r"(?i:(?:.*[\W_])?(?:no|nr|number|nummer|index|idx|seq))\W*"
    r"|.*[a-z0-9](?:No|Nr|Number|Index|Idx)"
    r"|(?i:n|i|num|row|line)|#"
)
"""Names such as `row number`, `Nr.` and `index`: whole numbers under other names, as a year, only happen to differ."""


def likely_key(columns: Sequence[InferredColumn]) -> str:
    """Returns the field that is probably the primary key, "" if none is."""
    named = next((each.field for each in _exactly_named(columns) if each.distinct), "")
    # Where an id repeats, another column that does not is hardly the key.
    if named or any(not each.distinct for each in _exactly_named(columns)):
        return named
    numbers = [each for each in columns if each.kind == "INT64" and _ends(each, NUMBER_ENDINGS)]
    return next((each.field for each in (*_key_like(columns), *numbers) if each.distinct), "")


def repeated_key(columns: Sequence[InferredColumn]) -> str:
    """Returns the column whose name is that of a key, but whose values repeat or are missing; "" if there is none."""
    named = (*_exactly_named(columns), *_key_like(columns))
    return next((each.name for each in named if not each.distinct), "")


def is_evident_key(columns: Sequence[InferredColumn], field: str) -> bool:
    """Reports whether a field's own name says that it is the key, and no other field's name says the same."""
    others = [each for each in _key_like(columns) if each.distinct and each.field != field]
    return field.lower() in KEY_NAMES or (field.lower().endswith("_id") and not others)


def _exactly_named(columns: Sequence[InferredColumn]) -> list[InferredColumn]:
    """Returns the columns that could be keys and have the usual names of keys, the likeliest first."""
    able = [each for each in _able(columns) if each.field.lower() in KEY_NAMES]
    return sorted(able, key=lambda each: KEY_NAMES.index(each.field.lower()))


def _key_like(columns: Sequence[InferredColumn]) -> list[InferredColumn]:
    return [each for each in _able(columns) if _ends(each, KEY_ENDINGS)]


def _able(columns: Sequence[InferredColumn]) -> list[InferredColumn]:
    return [each for each in columns if each.kind in ("INT64", "VARCHAR")]


def _ends(column: InferredColumn, endings: re.Pattern[str]) -> bool:
    """Reports whether the name of the column or of its field has one of the endings."""
    return any(endings.fullmatch(each.strip()) for each in (column.name, column.field))
