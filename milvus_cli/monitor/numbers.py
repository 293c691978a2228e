"""Numbers as people read them at a glance."""

from __future__ import annotations

from ..text.counts import byte_size

NOTHING = "-"
SPANS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def size(count: float | None) -> str:
    return NOTHING if count is None else byte_size(count)


def rate(value: float | None) -> str:
    """Returns one digit behind the point, and none for large numbers."""
    if value is None:
        return NOTHING
    return f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"


def whole(value: float | None) -> str:
    return NOTHING if value is None else f"{value:,.0f}"


def span(seconds: float) -> str:
    """Returns the two largest units: 45 s, 3 min 20 s, 2 d 4 h."""
    left, parts = int(seconds), list[str]()
    for size, unit in SPANS:
        count, left = divmod(left, size)
        if count or (parts and len(parts) < 2):
            parts.append(f"{count} {unit}")
        if len(parts) == 2:
            break
    return " ".join(part for part in parts if not part.startswith("0 ")) or "0 s"
