"""Numbers of things and sizes, as messages have them."""

from .words import BYTE_UNITS


def counted(number: int, noun: str, plural: str = "") -> str:
    """Returns `1 row`, `0 rows` or `1,200 rows`; `plural` is for nouns that don't just add an s."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def byte_size(count: float) -> str:
    """Returns bytes in the largest fitting unit, with three digits or more: 1.5 GiB, 1,023 MiB."""
    for unit in BYTE_UNITS:
        if count < 1024 or unit == BYTE_UNITS[-1]:
            break
        count /= 1024
    return f"{count:,.0f} {unit}" if count >= 999.5 else f"{count:.3g} {unit}"
