"""The command `search`: hits, hits with a histogram, or an explanation of the time it takes."""

from __future__ import annotations

from ..errors import InvalidInput
from ..result import Report, Table
from .options import SearchOptions
from .run import first_answer, hit_table


def search(options: SearchOptions, *, hist: bool, explain: bool) -> Table | Report:
    """Searches, and shows the hits in one of three ways."""
    if options.aggregate and (hist or explain):
        raise InvalidInput("--aggregate shows buckets of hits, which --hist and --explain cannot")
    # Few searches need explanations, and importing those takes longer than a search.
    if explain:
        from .explain import explain as explained

        return explained(options)
    found = first_answer(options)
    if hist:
        from .explain import with_histogram

        return with_histogram(options, found)
    return hit_table(options, found)
