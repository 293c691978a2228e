"""Orders of hits and rows as Milvus takes them: `price:desc,year:asc`."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import InvalidInput

DIRECTIONS = ("asc", "desc")
HINT = "write FIELD, FIELD:asc or FIELD:desc"


def ordered(given: Sequence[str]) -> str:
    """Returns the value of `order_by_fields`. Raises InvalidInput for an unknown direction."""
    return ",".join(":".join(_parts(each)) for each in given)


def ordering_fields(given: Sequence[str]) -> list[str]:
    """Returns the fields in orders, without their paths in JSON. Raises InvalidInput for an unknown direction."""
    return [_parts(each)[0].partition("[")[0].strip() for each in given]


def _parts(text: str) -> tuple[str, str]:
    field, colon, direction = text.rpartition(":")
    # A colon within brackets belongs to a key of JSON.
    if not colon or "]" in direction:
        field, direction = text, "asc"
    if not field.strip() or direction.strip().lower() not in DIRECTIONS:
        raise InvalidInput(f"invalid order {text!r}", hint=HINT)
    return field.strip(), direction.strip().lower()
