"""Milvus's consistency levels: their names, numbers and meaning, and the one parser of them.

A read asks for a level, or with Customized for all writes up to a guarantee timestamp, which is hybrid.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

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
    "Eventually": Level(3, 1, "sees whatever has arrived"),
}
"""Levels that a read may request."""
CUSTOMIZED = "Customized"
NUMBERS: Mapping[str, int] = {**{name: level.number for name, level in READ_LEVELS.items()}, CUSTOMIZED: 4}
"""Levels that a collection may have."""
SPECIAL = {0: "Strong", 1: "Eventually", 2: "Bounded"}
"""Guarantee timestamps that Milvus takes for a level."""
LOGICAL_BITS = 18
"""Bits of a hybrid timestamp, and of most ids of Milvus, below the milliseconds."""
OLDEST = 10**12 << LOGICAL_BITS
"""A timestamp of 2001. Unix seconds and milliseconds are lower, and so before every write."""
DEFAULT_READ = "Strong"
DEFAULT_LEVEL = "Bounded"
"""Milvus's documented default, and pymilvus's."""


def read_level(text: str) -> str:
    """Returns the level of a read, in Milvus's spelling. Raises InvalidInput for an unknown one."""
    return _parsed(text, READ_LEVELS)


def requested_level(level: str | None, timestamp: int | None, graceful: float | None) -> str:
    """Returns the level that options ask for together, Customized for a timestamp of its own.

    A timestamp and a graceful time both say what must be seen at least, so that a read can satisfy both; 0 and 5 are
    also the references' defaults. Raises InvalidInput for options that contradict each other, and for what is no hybrid
    timestamp.
    """
    named = read_level(level) if level is not None else None
    if timestamp is not None and timestamp not in SPECIAL and timestamp < OLDEST:
        hint = f"calc mkts_from_unixtime -e {timestamp}"
        raise InvalidInput(f"--guarantee-timestamp: {timestamp} is not a hybrid timestamp", hint=hint)
    meant = SPECIAL.get(timestamp, CUSTOMIZED) if timestamp is not None else None
    if named and meant and named != meant:
        meaning = ", ".join(f"{number} is {name}" for number, name in SPECIAL.items())
        raise InvalidInput(
            f"--consistency {named} and --guarantee-timestamp {timestamp} contradict each other",
            hint=f"give one of them; as timestamps, {meaning}",
        )
    if graceful is not None and (named not in (None, "Bounded") or meant == "Eventually"):
        other = f"--consistency {named}" if named else f"--guarantee-timestamp {timestamp}"
        raise InvalidInput(
            f"--graceful-time and {other} contradict each other", hint="--graceful-time goes with --consistency Bounded"
        )
    return meant or named or ("Bounded" if graceful is not None else DEFAULT_READ)


def guarantee(level: str, timestamp: int = 0) -> dict[str, Any]:
    """Returns a read request's fields for consistency. Raises InvalidInput for an unknown level.

    `timestamp` is what Customized asks for, and what Session needs: that of the client's last write.
    """
    if level == CUSTOMIZED:
        return {"consistency_level": level, "guarantee_timestamp": timestamp}
    name = read_level(level)
    until = timestamp if name == "Session" and timestamp else READ_LEVELS[name].guarantee
    return {"consistency_level": name, "guarantee_timestamp": until}


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
        raise InvalidInput(f"unknown consistency level {text!r}", hint=hint)
    return name
