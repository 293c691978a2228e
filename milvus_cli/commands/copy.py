"""Commands that copy or compare collections or whole databases, on one server or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import COLLECTION_SPELLINGS, all_of, command, jobs_option, option, retry_option
from ..grammar.offered import OneOf
from ..grammar.options import options
from ..grammar.types import COLLECTION, COLLECTION_PLACE
from ..result import Done, Report

if TYPE_CHECKING:
    from ..session.collection_ref import CollectionRef
    from ..session.session import Session
    from ..transfer.copy import CopyOptions
    from ..transfer.databases import DiffOptions

ROWS = ("all", "sample", "none")

collection_patterns = all_of(
    option(
        *COLLECTION_SPELLINGS,
        "collections",
        multiple=True,
        type=COLLECTION,
        metavar="PATTERN",
        help="Of a whole database, only these collections, with * and ? (repeatable). [default: all]",
    ),
    option(
        "--exclude",
        "excluded",
        multiple=True,
        type=COLLECTION,
        metavar="PATTERN",
        help="Of a whole database, without these collections (repeatable).",
    ),
)


@command("diff collection")
@click.argument("a", type=COLLECTION_PLACE, metavar="A:COLLECTION")
@click.argument("b", type=COLLECTION_PLACE, metavar="B:COLLECTION")
@option("--rows", type=OneOf(ROWS), default="sample", show_default=True, help="How to compare rows.")
@option(
    "--sample", type=click.IntRange(1), default=1000, show_default=True, metavar="N", help="Number of rows to sample."
)
@option(
    "-l",
    "--limit",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    metavar="N",
    help="Number of differing rows to show.",
)
@collection_patterns
@jobs_option
@options("transfer.databases:DiffOptions")
def diff_collection(session: Session, a: CollectionRef, b: CollectionRef, options: DiffOptions) -> Report:
    """Compare two collections or databases.

    Compares schema, indexes, counts, and rows by primary key. Write a collection as ALIAS:COLLECTION,
    ALIAS/DATABASE:COLLECTION, or COLLECTION on the current connection. ALIAS: alone means the same name as the first.
    By default all keys and a sample of values are compared. Where the server generates the keys, the other values of
    all rows are compared, in any order. Properties that only the server sets are ignored and listed. Two places without
    a collection, ALIAS: or ALIAS/DATABASE:, compare whole databases, with one row per collection. Exits with 1 if the
    collections differ. `diff A B` is short for it.

    \b
    Example: diff collection book default:book_copy --rows all
    """
    from ..transfer.databases import diff

    return diff(session, a, b, options)


@command("copy")
@click.argument("source", type=COLLECTION_PLACE, metavar="A:COLLECTION")
@click.argument("target", type=COLLECTION_PLACE, metavar="B:COLLECTION")
@option("--resume", is_flag=True, help="Continue an interrupted copy: send rows that are missing or differ.")
@option("--into-existing", is_flag=True, help="Copy into an existing collection, replacing rows with equal keys.")
@option("--no-indexes", is_flag=True, help="Do not create indexes or load the copy.")
@option("--no-load", is_flag=True, help="Do not load the copy.")
@collection_patterns
@retry_option
@option("--dry-run", is_flag=True, help="Show what would be copied, and stop.")
@options("transfer.copy:CopyOptions")
def copy(session: Session, source: CollectionRef, target: CollectionRef, options: CopyOptions) -> Done | Report:
    """Copy a collection or a database.

    Copies schema, rows and indexes, loads the copy and compares both row counts, also between servers. Write a
    collection as ALIAS:COLLECTION, ALIAS/DATABASE:COLLECTION, or COLLECTION on the current connection. ALIAS: alone
    keeps the name of the source. The source must be loaded. Resume an interrupted copy with --resume: no row is lost
    or duplicated. Generated primary keys get new values. Two places without a collection, ALIAS: or ALIAS/DATABASE:,
    copy all collections of a database, and create the database if it is missing. The result has one row per
    collection, and the exit code is that of the worst.

    \b
    Example: copy book default:book_copy --yes
    Example: copy default/default: default/archive: --collection 'book*' --dry-run
    """
    from ..transfer.databases import copy

    return copy(session, source, target, options)
