"""Commands that read rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import collection_option, command, option
from ..grammar.options import options
from ..grammar.row_options import (
    fields_option,
    filter_options,
    freshness_options,
    ids_option,
    limit_option,
    partitions_option,
)
from ..result import Record, Table
from ..text.limits import HIGHEST_LIMIT

if TYPE_CHECKING:
    from ..rows.options import RowOptions
    from ..session.session import Session

FILTER_QUESTION = ("expression", "Filter (empty: none)")
PARTITIONS_QUESTION = ("partitions", "Only in partitions (empty: all)")
FIELDS_QUESTION = ("fields", "Fields to show (empty: all)")

shown_fields_option = fields_option("Fields to show; all when not given.")


@command("count")
@collection_option
@filter_options
@partitions_option()
@freshness_options
@options("rows.options:RowOptions")
def count(session: Session, options: RowOptions) -> Record:
    """Count the rows of a loaded collection exactly, beside what its statistics say.

    \b
    Example: count -c book --filter 'title like "E%"'
    """
    from ..rows.reading import count_record

    return count_record(session.client, options, session.console.note)


@command("get", questions=("collection", "ids", FIELDS_QUESTION))
@collection_option
@ids_option
@shown_fields_option
@partitions_option()
@freshness_options
@options("rows.options:RowOptions")
def get(session: Session, options: RowOptions, ids: str) -> Table:
    """Show rows by their primary keys, in the order asked for. Where some are missing, the exit code is 1.

    \b
    Example: get -c book --ids 1 --fields title
    """
    from ..rows.reading import rows_by_ids

    return rows_by_ids(session.client, options, ids)


@command("query", questions=("collection", FILTER_QUESTION, PARTITIONS_QUESTION, FIELDS_QUESTION, "timeout"))
@collection_option
@filter_options
@shown_fields_option
@limit_option
@option("--offset", type=click.IntRange(min=0), default=0, metavar="N", help="Leave out the first N rows.")
@partitions_option()
@freshness_options
@options("rows.options:RowOptions")
def query(session: Session, options: RowOptions, limit: int | None, offset: int) -> Table:
    """Show the rows for which a filter holds: all of them, however many.

    --fields 'count(*)' counts them. A key of the dynamic field is requested by its name when a row has it, or as
    '$meta["key"]', which is NULL where none has.

    \b
    Example: query -c book -e 'title == {t}' --param t=Emma --fields id,title --limit 10
    """
    from ..rows.reading import selected_rows

    return selected_rows(session.client, options, limit=limit, offset=offset)


@command("query_iterator", questions=("collection", FILTER_QUESTION, FIELDS_QUESTION, "batch_size", "limit"))
@collection_option
@filter_options
@shown_fields_option
@limit_option
@option(
    "--batch-size",
    type=click.IntRange(1, HIGHEST_LIMIT),
    default=1000,
    show_default=True,
    metavar="N",
    help="Rows asked for at once.",
)
@partitions_option()
@freshness_options
@options("rows.options:RowOptions")
def query_iterator(session: Session, options: RowOptions, limit: int | None, batch_size: int) -> Table:
    """As `query`, with so many rows in each request.

    \b
    Example: query_iterator -c book -e 'id > 0' --batch-size 500
    """
    from ..rows.reading import selected_rows

    return selected_rows(session.client, options, limit=limit, batch=batch_size)
