"""The pages that `docs` prints, by the names of its options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..errors import InvalidInput
from ..result import Report, Text
from .brief import brief
from .reference import manual, markdown, report, versions

PAGES: Mapping[str, Callable[[], str]] = {"man": manual, "markdown": markdown, "versions": versions, "brief": brief}


def page(chosen: Sequence[str]) -> Text | Report:
    """Returns the one that is chosen; the reference as tables if none is. Raises InvalidInput for several."""
    if len(chosen) > 1:
        raise InvalidInput(f"{' and '.join(f'--{each}' for each in chosen)} cannot be combined")
    return Text(PAGES[chosen[0]]()) if chosen else report()
