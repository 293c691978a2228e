"""Milvus's consistency levels: their names, numbers and meaning, and the one parser of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..errors import InvalidInput
from .names import nearest


class Level(NamedTuple):
    """`number` is the one on the wire; `guarantee` the timestamp that requests the level of a search."""

    number: int
    guarantee: int
    meaning: str


READ_LEVELS: Mapping[str, Level] = {
    "Strong": Level(0, 0, "sees every write before the read"),
    # For a client that has written nothing before; else the timestamp of its last write.
    "Session": Level(1, 1, "sees this client's own writes"),
    "Bounded": Level(2, 2, "may lag by some seconds"),
    "Eventually": Level(3, 1, "sees what is there"),
}
"""Levels that a read may request."""
NUMBERS: Mapping[str, int] = {**{name: level.number for name, level in READ_LEVELS.items()}, "Customized": 4}
"""Levels that a collection may have."""
DEFAULT_LEVEL = "Bounded"
"""Milvus's documented default, and pymilvus's."""


def read_level(text: str) -> str:
    """Returns the level of a read, in Milvus's spelling. Raises InvalidInput for an unknown one."""
    return _parsed(text, READ_LEVELS)


def collection_level(text: str) -> str:
    """Like `read_level`, for the level of a collection, which may be Customized."""
    return _parsed(text, NUMBERS)


def level_name(number: int) -> str:
    """The name for a number on the wire; the number itself for a level of a newer server."""
    return next((name for name, each in NUMBERS.items() if each == number), str(number))


def _parsed(text: str, levels: Mapping[str, object]) -> str:
    name = text.strip().capitalize()
    # Milvus_CLI for Milvus 2.2 to 2.4 calls it so.
    name = "Eventually" if name == "Eventual" else name
    if name not in levels:
        # The nearest of the capitalized text, as people type levels in any case.
        hint = nearest(name, levels) or f"levels: {', '.join(levels)}"
        raise InvalidInput(f"no consistency level {text!r}", hint=hint)
    return name
