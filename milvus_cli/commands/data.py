"""Commands that read the rows of a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import collection_option, command, option, param_option
from ..grammar.params import TEXT
from ..grammar.types import CONSISTENCY, FIELDS, FILTER, PARTITION
from ..result import Record, Table

if TYPE_CHECKING:
    from ..session.session import Session

FIELDS_HELP = "Fields to show; all when not given."
filter_option = option(
    "-e",
    "--expr",
    "--filter",
    "expression",
    type=FILTER,
    default="",
    metavar="EXPR",
    help="Only the rows for which this holds.",
)
fields_option = option("--fields", type=FIELDS, metavar="A,B", help=FIELDS_HELP)
partitions_option = option(
    "-p",
    "--partition",
    "partitions",
    type=PARTITION,
    multiple=True,
    metavar="NAME",
    help="Only in this partition (repeatable).",
)
consistency_option = option(
    "--consistency",
    type=CONSISTENCY,
    default="Strong",
    show_default=True,
    metavar="LEVEL",
    help="How fresh the rows must be.",
)


@command("count")
@collection_option
@filter_option
@param_option
@partitions_option
@consistency_option
def count(
    session: Session,
    collection: str,
    expression: str,
    parameters: tuple[tuple[str, str], ...],
    partitions: tuple[str, ...],
    consistency: str,
) -> Record:
    """Count the rows of a loaded collection exactly, beside what its statistics say.

    \b
    Example: count -c book --filter 'title like "E%"'
    """
    from ..client.optional import Permitted
    from ..rows.filters import filled
    from ..rows.selection import counted_by_statistics, exact_count, selected

    selection = selected(
        session.client,
        collection,
        filter=filled(expression, parameters),
        partitions=partitions,
        consistency=consistency,
    )
    exact = exact_count(session.client, selection)
    permitted = Permitted()
    statistics = counted_by_statistics(session.client, selection, permitted)
    permitted.tell(session.console.note)
    return Record({"collection": collection, "exact": exact, "statistics": statistics})


@command("get")
@collection_option
@option(
    "--ids",
    needed=True,
    type=TEXT,
    metavar="1,2,3",
    help="Primary keys, with commas between, or a JSON list; @FILE reads a file, - standard input.",
)
@fields_option
@partitions_option
@consistency_option
def get(
    session: Session, collection: str, ids: str, fields: str | None, partitions: tuple[str, ...], consistency: str
) -> Table:
    """Show rows by their primary keys, in the order asked for. Where some are missing, the exit code is 1.

    \b
    Example: get -c book --ids 1 --fields title
    """
    from ..rows.reading import rows_by_key
    from ..rows.selection import parse_keys, selected

    selection = selected(session.client, collection, fields=fields, partitions=partitions, consistency=consistency)
    return rows_by_key(session.client, selection, parse_keys(ids, selection))


@command("query")
@collection_option
@filter_option
@param_option
@fields_option
@option("-l", "--limit", type=click.IntRange(min=0), metavar="N", help="So many rows at the most; all when not given.")
@option("--offset", type=click.IntRange(min=0), default=0, metavar="N", help="Leave out the first N rows.")
@partitions_option
@consistency_option
def query(
    session: Session,
    collection: str,
    expression: str,
    parameters: tuple[tuple[str, str], ...],
    fields: str | None,
    limit: int | None,
    offset: int,
    partitions: tuple[str, ...],
    consistency: str,
) -> Table:
    """Show the rows for which a filter holds: all of them, however many.

    --fields 'count(*)' counts them. A key of the dynamic field is requested by its name when a row has it, or as
    '$meta["key"]', which is NULL where none has.

    \b
    Example: query -c book -e 'title == {t}' --param t=Emma --fields id,title --limit 10
    """
    from ..rows.filters import filled
    from ..rows.reading import rows_of
    from ..rows.selection import selected

    selection = selected(
        session.client,
        collection,
        fields=fields,
        filter=filled(expression, parameters),
        partitions=partitions,
        consistency=consistency,
        counting=True,
    )
    return rows_of(session.client, selection, limit=limit, offset=offset)


@command("query_iterator")
@collection_option
@filter_option
@param_option
@fields_option
@option("-l", "--limit", type=click.IntRange(min=0), metavar="N", help="So many rows at the most; all when not given.")
@option(
    "--batch-size",
    type=click.IntRange(1, 16384),
    default=1000,
    show_default=True,
    metavar="N",
    help="Rows asked for at once.",
)
@partitions_option
@consistency_option
def query_iterator(
    session: Session,
    collection: str,
    expression: str,
    parameters: tuple[tuple[str, str], ...],
    fields: str | None,
    limit: int | None,
    batch_size: int,
    partitions: tuple[str, ...],
    consistency: str,
) -> Table:
    """As `query`, with so many rows in each request.

    \b
    Example: query_iterator -c book -e 'id > 0' --batch-size 500
    """
    from ..rows.filters import filled
    from ..rows.reading import rows_of
    from ..rows.selection import selected

    selection = selected(
        session.client,
        collection,
        fields=fields,
        filter=filled(expression, parameters),
        partitions=partitions,
        consistency=consistency,
        counting=True,
    )
    return rows_of(session.client, selection, limit=limit, batch=batch_size)
