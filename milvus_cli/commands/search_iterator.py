"""The command that searches without a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..grammar.command import all_of, collection_option, command, option
from ..grammar.search_options import (
    HIGHEST_LIMIT,
    consistency_options,
    field_option,
    fields_option,
    filter_options,
    index_options,
    like_option,
    partition_option,
    radius_option,
    text_option,
    vector_option,
)
from ..result import Table

if TYPE_CHECKING:
    from ..session.session import Session

iterator_options = all_of(
    vector_option,
    like_option,
    text_option,
    field_option,
    filter_options,
    fields_option,
    partition_option,
    index_options,
    radius_option,
    consistency_options,
)


@command("search_iterator")
@collection_option
@iterator_options
@option("-l", "--limit", type=click.IntRange(1), metavar="N", help="Stop after so many hits; all when not given.")
@option(
    "--batch-size",
    type=click.IntRange(1, HIGHEST_LIMIT),
    default=1000,
    show_default=True,
    metavar="N",
    help="Hits that the first request asks for; each next one asks for twice as many.",
)
def search_iterator(session: Session, *, limit: int | None, batch_size: int, **given: Any) -> Table:
    """Find all rows, nearest first, as many as there are: written as they come.

    \b
    Example: search_iterator -c book -v '[0.1, 0.2, 0.3, 0.4]' --filter 'id > 0' -o jsonl
    """
    from ..search.iterate import iterated
    from ..search.options import SearchOptions, needs_query

    given = {**given, "limit": limit, "batch_size": batch_size}
    if needs_query(session, given):
        from ..search.dialogue import asked_search

        given = asked_search(session, given, command="search_iterator")
    limit, batch_size = given.pop("limit"), given.pop("batch_size")
    return iterated(SearchOptions(session, limit=min(batch_size, limit or batch_size), **given), limit)
