"""Calculates distances between vectors, and hybrid timestamps.

A hybrid timestamp is milliseconds since 1970-01-01 UTC, shifted left by 18 bits, plus a counter.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from io import StringIO
from typing import Any

from ..errors import InvalidInput
from ..result import Table
from ..text.consistency import LOGICAL_BITS

HIGHEST = 2**64 - 1
LATEST = HIGHEST >> LOGICAL_BITS
"""Largest number of milliseconds in a hybrid timestamp: the year 4199."""

VECTORS_HINT = "write one as [0.1, 0.2], several as [[0.1, 0.2], [0.3, 0.4]]"

Numbers = Sequence[float]


def hybrid(milliseconds: float, *, logical: int = 0) -> int:
    """Returns the hybrid timestamp of a time and a counter. Raises InvalidInput for a time out of range."""
    if not 0 <= milliseconds <= LATEST:
        raise InvalidInput(
            f"{milliseconds:g} ms since 1970 is not a time of a hybrid timestamp",
            hint="hybrid timestamps cover the years 1970 to 4199",
        )
    return (round(milliseconds) << LOGICAL_BITS) + logical


def later(hybridts: int, milliseconds: float) -> int:
    """Adds milliseconds to a hybrid timestamp; keeps its counter."""
    return hybrid((hybridts >> LOGICAL_BITS) + milliseconds, logical=hybridts & ((1 << LOGICAL_BITS) - 1))


def unix_seconds(hybridts: int) -> float:
    return (hybridts >> LOGICAL_BITS) / 1000


def moment(hybridts: int) -> datetime:
    """Returns the time in this machine's time zone."""
    return datetime.fromtimestamp(unix_seconds(hybridts), timezone.utc).astimezone()


def parse_moment(text: str) -> datetime:
    """Parses an ISO 8601 time; one without a zone is local time. Raises InvalidInput."""
    try:
        # Python 3.10 does not know Z.
        return datetime.fromisoformat(text.strip().replace("Z", "+00:00")).astimezone()
    except (ValueError, OverflowError) as exc:
        raise InvalidInput(f"{text!r} is not a date and time", hint="write 2021-11-17 15:05:41+00:00") from exc


def distance_table(left: str, right: str, metric: str, *, root: bool) -> Table:
    """Returns the distance of each left vector to each right one. Both are JSON: a vector, or a list of vectors."""
    rows = distances(parse_vectors(left, "--left"), parse_vectors(right, "--right"), metric, root=root)
    note = "L2 is squared, as searches show it: --sqrt takes the root" if metric == "L2" and not root else ""
    return Table(("left", "right", "distance"), list(rows), note)


def parse_vectors(text: str, name: str) -> list[Any]:
    """Reads vectors in any form that a search takes. Raises InvalidInput."""
    # Only this command needs the reader, and every start loads this module.
    from .vector_text import UnreadableVector, vectors_in

    try:
        found = [vector for _, vector in vectors_in(StringIO(text, newline=""), sparse=False)]
    except UnreadableVector as exc:
        raise InvalidInput(f"{name} {exc.reason}", hint=exc.hint) from exc
    if not found:
        raise InvalidInput(f"{name} has no vector", hint=VECTORS_HINT)
    return found


def distances(
    left: Sequence[Any], right: Sequence[Any], metric: str, *, root: bool = False
) -> Iterator[tuple[int, int, float]]:
    """Yields (left, right, distance) for each pair, numbered from 0. Raises InvalidInput for vectors that don't fit.

    Distances are as in a search: float32, L2 squared unless `root` is set; IP and COSINE grow with similarity.
    """
    from ..text.floats import shortest

    if root and metric != "L2":
        raise InvalidInput(f"{metric} has no root: --sqrt goes with L2")
    measure, is_binary = METRICS[metric]
    check = _bytes if is_binary else _numbers
    lefts = [check(vector, f"left vector {number}") for number, vector in enumerate(left)]
    rights = [check(vector, f"right vector {number}") for number, vector in enumerate(right)]
    for row, one in enumerate(lefts):
        for column, other in enumerate(rights):
            if len(one) != len(other):
                raise InvalidInput(
                    f"left vector {row} has {len(one)} numbers, right vector {column} {len(other)}",
                    hint="only vectors of one length have a distance",
                )
            value = math.sqrt(measure(one, other)) if root else measure(one, other)
            yield row, column, shortest(_float32(value))


def _float32(value: float) -> float:
    """Returns the nearest float32; infinite beyond its range."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def _numbers(vector: Any, name: str) -> list[float]:
    if not isinstance(vector, list) or not {int, float}.issuperset(map(type, vector)):
        raise InvalidInput(f"{name} is not a list of numbers", hint="write it as [0.1, 0.2, …]")
    return vector


def _bytes(vector: Any, name: str) -> bytes:
    try:
        # Bare numbers and those that numpy prints are floats. Others than whole ones are refused by bytes itself.
        numbers: list[Any] = _numbers(vector, name)
        return bytes([int(each) if each == each // 1 else each for each in numbers])
    except (TypeError, ValueError):
        raise InvalidInput(f"{name} is not a binary vector", hint="write its bytes, each 0 to 255: [3, 255]") from None


def _l2(one: Numbers, other: Numbers) -> float:
    return math.fsum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _ip(one: Numbers, other: Numbers) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


def _cosine(one: Numbers, other: Numbers) -> float:
    """Returns the cosine; 0 for a zero vector, as in Milvus."""
    lengths = math.sqrt(_ip(one, one)) * math.sqrt(_ip(other, other))
    return _ip(one, other) / lengths if lengths else 0.0


def _bits(one: Numbers, other: Numbers) -> tuple[int, int, int]:
    """Counts the bits that differ, that are 1 in both, and that are 1 in either."""
    a, b = (int.from_bytes(bytes(each), "little") for each in (one, other))  # type: ignore[arg-type]
    return bin(a ^ b).count("1"), bin(a & b).count("1"), bin(a | b).count("1")


def _hamming(one: Numbers, other: Numbers) -> float:
    return float(_bits(one, other)[0])


def _jaccard(one: Numbers, other: Numbers) -> float:
    _, both, either = _bits(one, other)
    return 1 - both / either if either else 0.0


def _tanimoto(one: Numbers, other: Numbers) -> float:
    """Returns -log2 of the share of common bits, infinite if there are none, as Milvus's indexes do."""
    share = 1 - _jaccard(one, other)
    return -math.log2(share) if share else math.inf


METRICS: Mapping[str, tuple[Callable[[Numbers, Numbers], float], bool]] = {
    "L2": (_l2, False),
    "IP": (_ip, False),
    "COSINE": (_cosine, False),
    "HAMMING": (_hamming, True),
    "JACCARD": (_jaccard, True),
    "TANIMOTO": (_tanimoto, True),
}
"""Each metric, with whether it is for binary vectors."""
