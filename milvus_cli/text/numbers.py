"""Numbers that are typed: neither nan nor inf, nor 1e400, which would be inf."""

import math


def finite(text: str) -> float:
    """Raises ValueError for what is no finite number."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"not a finite number: {text}")
    return number
