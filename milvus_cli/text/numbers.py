"""Numbers typed by a user, and the names of those that JSON lacks."""

import math

NOT_FINITE = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
"""Names as in the JSON of Protocol Buffers, by Python's."""


def not_finite_name(value: float) -> str:
    return NOT_FINITE[float.__repr__(value)]


def finite(text: str) -> float:
    """Parses a finite number. Raises ValueError for anything else, such as nan, or 1e400, which is inf as a float."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"not a finite number: {text}")
    return number
