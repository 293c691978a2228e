"""Numbers typed by a user."""

import math


def finite(text: str) -> float:
    """Parses a finite number. Raises ValueError for anything else, such as nan, or 1e400, which is inf as a float."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"not a finite number: {text}")
    return number
