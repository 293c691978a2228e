"""The command for searches without a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import all_of, collection_option, command, option
from ..grammar.options import options
from ..grammar.row_options import namespace_option, time_options
from ..grammar.search_options import (
    analyzer_option,
    consistency_options,
    embed_option,
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
from ..text.limits import HIGHEST_LIMIT

if TYPE_CHECKING:
    from ..search.iterate import IteratorOptions
    from ..session.session import Session

iterator_options = all_of(
    vector_option,
    like_option,
    text_option,
    embed_option,
    analyzer_option,
    field_option,
    filter_options,
    fields_option,
    partition_option,
    namespace_option,
    index_options,
    radius_option,
    time_options,
    consistency_options,
)


@command("search_iterator", questions="search:ask_iterator", asks_without=("vectors", "texts", "like"))
@collection_option
@iterator_options
@option("-l", "--limit", "most", type=click.IntRange(1), metavar="N", help="Maximum number of hits. [default: all]")
@option(
    "--batch-size",
    type=click.IntRange(1, HIGHEST_LIMIT),
    default=1000,
    show_default=True,
    metavar="N",
    help="Hits in the first request, doubled with each further one.",
)
@options("search.iterate:IteratorOptions")
def search_iterator(session: Session, options: IteratorOptions) -> Table:
    """Search without a limit on the hits.

    Returns hits as they arrive, nearest first.

    \b
    Example: search_iterator -c book -v '[0.1, 0.2, 0.3, 0.4]' --filter 'id > 0' -o jsonl
    """
    from ..search.iterate import iterated

    return iterated(options)
