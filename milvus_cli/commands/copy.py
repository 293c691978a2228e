"""Commands that copy or compare two collections, on one server or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import command, dry_run_option, option, retry_option
from ..grammar.offered import OneOf
from ..grammar.options import options
from ..grammar.types import COLLECTION_PLACE
from ..result import Done, Report

if TYPE_CHECKING:
    from ..session.collection_ref import CollectionRef
    from ..session.session import Session
    from ..transfer.copy import CopyOptions

ROWS = ("all", "sample", "none")


@command("diff")
@click.argument("a", type=COLLECTION_PLACE, metavar="A:COLLECTION")
@click.argument("b", type=COLLECTION_PLACE, metavar="B:COLLECTION")
@option("--rows", type=OneOf(ROWS), default="sample", show_default=True, help="How rows are compared by their keys.")
@option("--sample", type=click.IntRange(1), default=1000, show_default=True, metavar="N", help="Rows of a sample.")
@option(
    "-l",
    "--limit",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    metavar="N",
    help="Differing rows to show.",
)
def diff(session: Session, a: CollectionRef, b: CollectionRef, rows: str, sample: int, limit: int) -> Report:
    """Compare two collections, on any connections: schema, indexes, counts, rows by key. Exit 1 when different.

    A collection is written ALIAS:COLLECTION, ALIAS/DATABASE:COLLECTION, or COLLECTION on the current connection;
    the second without a name (ALIAS:) is called as the first. A sample has the keys of all rows, and the values of
    some that are spread over all. What only servers make themselves is left out, which a note says.

    \b
    Example: diff book default:book_copy --rows all
    """
    from ..transfer.compare import Depth, diff

    return diff(session, a, b, Depth(rows, sample, limit))


@command("copy")
@click.argument("source", type=COLLECTION_PLACE, metavar="A:COLLECTION")
@click.argument("target", type=COLLECTION_PLACE, metavar="B:COLLECTION")
@option("--resume", is_flag=True, help="Resume an interrupted copy: send the rows that are missing or differ.")
@option("--into-existing", is_flag=True, help="Put rows into a collection that is there, in place of its equal keys.")
@option("--no-indexes", is_flag=True, help="Make no indexes, and load nothing.")
@option("--no-load", is_flag=True, help="Don't load the copy.")
@retry_option
@dry_run_option
@options("transfer.copy:CopyOptions")
def copy(session: Session, source: CollectionRef, target: CollectionRef, options: CopyOptions) -> Done:
    """Copy a collection, on any connections: schema, rows, indexes; then load it, and count both.

    A collection is written ALIAS:COLLECTION, ALIAS/DATABASE:COLLECTION, or COLLECTION on the current connection;
    the target without a name (ALIAS:) is called as the source. The source is to be loaded. An interrupted copy goes
    on with --resume, and neither loses nor doubles a row. Keys that Milvus gives out are given out anew.

    \b
    Example: copy book default:book_copy --yes
    """
    from ..transfer.copy import copy

    return copy(session, source, target, options)
