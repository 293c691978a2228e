"""Guesses which name was meant."""

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """"did you mean …?" with up to three of the known names; empty when none is near."""
    from difflib import get_close_matches

    found = get_close_matches(name, list(known), n=3, cutoff=0.6)
    return f"did you mean {' or '.join(found)}?" if found else ""
