"""The command `search`: hits, hits with a histogram, or an explanation of the time it takes."""

from __future__ import annotations

from dataclasses import replace

from ..result import Report, Table
from .options import SearchOptions, needs_query
from .run import find, hit_table


def search(options: SearchOptions, *, hist: bool, explain: bool) -> Table | Report:
    """Searches. On a terminal, asks for the query if the options give none."""
    # Few searches need the dialogue or explanations, and importing those takes longer than a search.
    if needs_query(options):
        from .dialogue import asked_search

        options = replace(options, **asked_search(options))
    if explain:
        from .explain import explain as explained

        return explained(options)
    found = find(options)
    if hist:
        from .explain import with_histogram

        return with_histogram(options, found)
    return hit_table(options, found)
