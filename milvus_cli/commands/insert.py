"""Commands that insert and upsert rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from ..grammar.command import all_of, argument, collection_option, command, option, retry_option
from ..grammar.file_options import format_option, layout_options
from ..grammar.offered import KeyValue
from ..grammar.options import options
from ..grammar.params import SECONDS, TEXT
from ..grammar.row_options import target_partition_option
from ..grammar.types import COLLECTION, FILE, KEPT_FILE
from ..grammar.value_types import ColumnType
from ..result import Done

if TYPE_CHECKING:
    from ..session.session import Session
    from ..transfer.fake import Recipe
    from ..transfer.insert_job import InsertOptions

COLUMN_FIELD = KeyValue({})
COLUMN_TYPE = ColumnType({})
MAP_HELP = "The field of a column that is called otherwise; COLUMN= leaves it out. Again for each."

row_option = option(
    "--row",
    type=TEXT,
    metavar="JSON",
    help="A row as a JSON object, or several as a list; @FILE reads a file, - standard input.",
)
file_options = all_of(
    option(
        "-c",
        "--collection-name",
        "--collection",
        "collection",
        needed=True,
        type=COLLECTION,
        metavar="NAME",
        help="The collection.",
    ),
    target_partition_option,
    argument("paths", nargs=-1, required=True, type=FILE, metavar="FILE..."),
    format_option,
    layout_options,
    option("--map", "mapping", multiple=True, type=COLUMN_FIELD, metavar="COLUMN=FIELD", help=MAP_HELP),
    option(
        "--types",
        multiple=True,
        type=COLUMN_TYPE,
        metavar="COLUMN=TYPE",
        help="The type of a column of text that goes into the dynamic field: BOOL, INT64, DOUBLE, VARCHAR or JSON "
        "(repeatable).",
    ),
    option(
        "--exact-numbers",
        "exact",
        is_flag=True,
        help="Reject numbers of text files that would lose something: 007, +49 …, more digits than a DOUBLE holds.",
    ),
    option("--ignore-unknown", is_flag=True, help="Leave out columns that no field has."),
    option("--rejects", type=KEPT_FILE, metavar="FILE", help="Put rows that don't fit here, as JSON with the reasons."),
    option("--strict", is_flag=True, help="Stop at the first row that does not fit."),
    option("--resume", is_flag=True, help="Go on where the same line was interrupted."),
    option("--restart", is_flag=True, help="Begin anew, though the same line was interrupted."),
    option("--checkpoint", type=KEPT_FILE, metavar="FILE", help="Keep there how far it is [in the data directory]."),
    retry_option,
    option("-t", "seconds", type=SECONDS, metavar="SECONDS", help="As --timeout."),
)


@command("insert file")
@file_options
@options("transfer.insert_job:InsertOptions")
def insert_file(session: Session, options: InsertOptions) -> Done:
    """Insert the rows of files: CSV, TSV, JSON, JSON lines, Parquet, Arrow, NPY, NPZ; also of `-`, a pattern or a URL.

    A directory is read as a table of its files; names like lang=en in its path are columns. Columns go to the fields of
    their names. --resume continues an interrupted insert where it stopped.

    \b
    Example: insert file -c book books.csv
    Example: insert file -c book 'books/*.csv.gz' --map name=title --rejects rejected.jsonl
    """
    from ..transfer.insert import insert_files

    return insert_files(session, options)


@command("upsert file")
@file_options
@options("transfer.insert_job:InsertOptions")
def upsert_file(session: Session, options: InsertOptions) -> Done:
    """Insert the rows of files in place of those with the same primary keys.

    \b
    Example: upsert file -c book books.csv
    """
    from ..transfer.insert import insert_files

    return insert_files(session, replace(options, upsert=True))


@command("insert fake")
@collection_option
@option("-n", "--rows", "count", type=click.IntRange(1), default=1_000, metavar="N", help="How many rows [1000].")
@option("--seed", type=int, default=1, metavar="N", help="Another number makes other rows [1].")
@option("--clusters", type=click.IntRange(1), default=20, metavar="N", help="Groups that the vectors lie in [20].")
@option("--first", type=int, default=1, metavar="N", help="The first primary key [1].")
@target_partition_option
@options("transfer.fake:Recipe")
def insert_fake(session: Session, options: Recipe, collection: str, partition: str) -> Done:
    """Insert made-up rows that fit the collection, their vectors in clusters; the same for the same seed.

    \b
    Example: insert fake -c book -n 10000 --seed 1 --clusters 20 --first 1000
    """
    from ..transfer.insert import insert_fake

    return insert_fake(session, collection, partition, options)


@command("insert row", questions="row:ask_insert", asks_without=("row",))
@collection_option
@row_option
@target_partition_option
def insert_row(session: Session, collection: str, row: str | None, partition: str) -> Done:
    """Insert a row, or several. Without --row a terminal asks field by field.

    \b
    Example: insert row -c book --row '{"id": 1, "title": "Emma", "vector": [0.1, 0.2, 0.3, 0.4]}'
    """
    from ..transfer.typed_rows import write_rows

    return write_rows(session, collection, row, partition, upsert=False)


@command("upsert row", questions="row:ask_upsert", asks_without=("row",))
@collection_option
@row_option
@target_partition_option
def upsert_row(session: Session, collection: str, row: str | None, partition: str) -> Done:
    """Insert a row, or several, in place of those with the same primary key.

    \b
    Example: upsert row -c book --row '{"id": 1, "title": "Emma", "vector": [0.4, 0.3, 0.2, 0.1]}'
    """
    from ..transfer.typed_rows import write_rows

    return write_rows(session, collection, row, partition, upsert=True)
