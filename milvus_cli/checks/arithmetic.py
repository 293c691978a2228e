"""Norms and distances of vectors, with numpy if it is installed (the extra `fast`), else in plain Python."""

from __future__ import annotations

import heapq
import math
import struct
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import mul
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import CliError

if TYPE_CHECKING:
    from types import ModuleType

TINY = 1e-300
"""Added to divisors, so that 0 / 0 is 0."""

Elementwise = Callable[[Any, Any, Any], Any]
"""Computes a distance from a dot product and both squared norms, as numbers or numpy arrays. Lower is nearer.

Bits of binary vectors count as the numbers 0 and 1.
"""

DISTANCES: Mapping[str, Elementwise] = {
    "L2": lambda dot, a, b: a + b - 2 * dot,
    "IP": lambda dot, a, b: -dot,
    "COSINE": lambda dot, a, b: -dot / (a * b + TINY) ** 0.5,
    "HAMMING": lambda dot, a, b: a + b - 2 * dot,
    "JACCARD": lambda dot, a, b: 1 - dot / (a + b - dot + TINY),
}

ROUNDING = 1e-6
"""Relative difference up to which a server that computes in float32 may take two distances for equal."""


def slack(metric: str, limit: float, square: float) -> float:
    """Returns how far a distance may exceed `limit` and still equal it; `square` is the query's squared norm."""
    if metric == "COSINE":
        return ROUNDING
    if metric == "IP":
        return ROUNDING * max(abs(limit), square)
    return ROUNDING * abs(limit) + 1e-12 * square


@dataclass(frozen=True)
class PreparedVectors:
    """Vectors prepared for arithmetic, and their squared norms, which are not finite if a vector is not."""

    vectors: Any
    squares: Any

    def __len__(self) -> int:
        return len(self.squares)


class Arithmetic(Protocol):
    def numbers(self, rows: Sequence[bytes]) -> PreparedVectors: ...

    def distances(self, metric: str, queries: PreparedVectors, rows: PreparedVectors) -> Iterator[Any]:
        """Yields, for each query, its distances to all rows; NaN becomes infinity."""

    def least(self, sequences: Sequence[Any], count: int) -> Any:
        """Returns the `count` lowest distances, sorted."""


class PlainArithmetic:
    def __init__(self, kind: str) -> None:
        self._kind = kind

    def numbers(self, rows: Sequence[bytes]) -> PreparedVectors:
        vectors = [unpack_numbers(self._kind, row) for row in rows]
        return PreparedVectors(vectors, [float(self._dot(each, each)) for each in vectors])

    def distances(self, metric: str, queries: PreparedVectors, rows: PreparedVectors) -> Iterator[list[float]]:
        distance, dot = DISTANCES[metric], self._dot
        for query, square in zip(queries.vectors, queries.squares, strict=True):
            found = (
                distance(dot(query, row), square, other) for row, other in zip(rows.vectors, rows.squares, strict=True)
            )
            yield [each if each == each else math.inf for each in found]

    def least(self, sequences: Sequence[Any], count: int) -> list[float]:
        return heapq.nsmallest(count, (each for sequence in sequences for each in sequence))

    def _dot(self, one: Any, other: Any) -> float:
        if self._kind == "BINARY_VECTOR":
            return float((one & other).bit_count())
        if self._kind == "SPARSE_FLOAT_VECTOR":
            return float(sum(value * other[position] for position, value in one.items() if position in other))
        return float(sum(map(mul, one, other)))


class NumpyArithmetic:
    """For vectors of fixed length. Computes in float64."""

    def __init__(self, kind: str, numpy: ModuleType) -> None:
        self._kind = kind
        self._np: Any = numpy

    def numbers(self, rows: Sequence[bytes]) -> PreparedVectors:
        np, content = self._np, b"".join(rows)
        if self._kind == "BINARY_VECTOR":
            flat = np.unpackbits(np.frombuffer(content, "u1"))
        elif self._kind == "BFLOAT16_VECTOR":
            flat = (np.frombuffer(content, "<u2").astype("<u4") << 16).view("<f4")
        else:
            flat = np.frombuffer(
                content, {"FLOAT_VECTOR": "<f4", "FLOAT16_VECTOR": "<f2", "INT8_VECTOR": "i1"}[self._kind]
            )
        vectors = flat.astype("f8").reshape(len(rows), -1)
        return PreparedVectors(vectors, np.einsum("ij,ij->i", vectors, vectors))

    def distances(self, metric: str, queries: PreparedVectors, rows: PreparedVectors) -> Iterator[Any]:
        np = self._np
        with np.errstate(invalid="ignore"):
            dots = queries.vectors @ rows.vectors.T
            for dot, square in zip(dots, queries.squares, strict=True):
                found = DISTANCES[metric](dot, square, rows.squares)
                yield np.where(np.isnan(found), math.inf, found)

    def least(self, sequences: Sequence[Any], count: int) -> Any:
        np = self._np
        every = np.concatenate(sequences)
        return np.sort(np.partition(every, count - 1)[:count] if len(every) > count else every)


def arithmetic(kind: str) -> Arithmetic:
    """Returns the fastest implementation available for this vector type."""
    if kind != "SPARSE_FLOAT_VECTOR":
        try:
            import numpy
        except ImportError:
            pass
        else:
            return NumpyArithmetic(kind, numpy)
    return PlainArithmetic(kind)


def require_metric(metric: str) -> None:
    if metric not in DISTANCES:
        raise CliError(
            f"distances by {metric or 'an unknown metric'} can't be computed here",
            hint=f"known: {', '.join(DISTANCES)}",
        )


def unpack_numbers(kind: str, row: bytes) -> Any:
    """Unpacks a vector: floats or integers, a dict for a sparse vector, one large integer for a binary one."""
    if kind == "BINARY_VECTOR":
        return int.from_bytes(row, "little")
    if kind == "SPARSE_FLOAT_VECTOR":
        return dict(struct.iter_unpack("<If", row))
    if kind == "BFLOAT16_VECTOR":
        halves = struct.unpack(f"<{len(row) // 2}H", row)
        return struct.unpack(f"<{len(halves)}f", struct.pack(f"<{len(halves)}I", *(half << 16 for half in halves)))
    if kind == "FLOAT16_VECTOR":
        return struct.unpack(f"<{len(row) // 2}e", row)
    return array("b", row) if kind == "INT8_VECTOR" else struct.unpack(f"<{len(row) // 4}f", row)


def nonzero_numbers(kind: str, row: bytes) -> Sequence[float]:
    """Returns the numbers of a vector that may be nonzero."""
    found = unpack_numbers(kind, row)
    return list(found.values()) if isinstance(found, dict) else [] if isinstance(found, int) else list(found)
