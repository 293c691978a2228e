"""Floats of 32 and 16 bits: their shortest digits, and bfloat16, which struct does not know."""

import math
import struct
from collections.abc import Callable

SMALLEST_NORMAL = 2.0**-126
"""Of float32: below it numbers have fewer than the six digits that every other one has."""


def shortest(value: float) -> float:
    """The double that prints a float32 with its fewest digits: 0.001 for 0.0010000000474974513."""
    return shortest_of(value, 6 if abs(value) >= SMALLEST_NORMAL else 1, 9, lambda number: struct.pack("<f", number))


def shortest_of(value: float, fewest: int, most: int, pack: Callable[[float], bytes]) -> float:
    """The same among the numbers that `pack` makes the same bytes; `most` digits are always enough."""
    packed = pack(value)
    for digits in range(fewest, most):
        short = float(f"{value:.{digits}g}")
        try:
            if pack(short) == packed:
                return short
        except OverflowError:
            continue
    return float(f"{value:.{most}g}")


def bfloat16(value: float) -> bytes:
    """The upper half of a float32, rounded to nearest even. Raises OverflowError for what is too large."""
    (bits,) = struct.unpack("<I", struct.pack("<f", value))
    if value == value:
        bits += 0x7FFF + (bits >> 16 & 1)
    if bits & 0x7FFF0000 == 0x7F800000 and math.isfinite(value):
        raise OverflowError(value)
    return struct.pack("<H", bits >> 16 & 0xFFFF)
