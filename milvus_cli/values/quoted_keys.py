"""Keys that would be run as SQL: Milvus Lite 2 does not escape the text keys of upserts and deletions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .invalid import BadValue, as_json

QUOTE = "'"
TO_LITE_3 = "copy the collection to Milvus Lite 3 (`help lite`)"


def quoted_key(keys: Iterable[Any]) -> str | None:
    """Returns the first key with a quote, None if there is none."""
    return next((key for key in keys if isinstance(key, str) and QUOTE in key), None)


def why_refused(key: str) -> str:
    """Returns why no upsert and no deletion of this key may be sent."""
    return f"Milvus Lite 2 would take the quote in the key {as_json(key)} for SQL"


def refuse_quoted(keys: Iterable[Any], field: str) -> None:
    """Raises BadValue for the first key with a quote."""
    for row, key in enumerate(keys):
        if quoted_key([key]) is not None:
            raise BadValue(row, field, why_refused(key), hint=TO_LITE_3)
