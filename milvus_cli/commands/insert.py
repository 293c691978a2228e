"""Commands that insert and upsert rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from ..grammar.command import (
    all_of,
    collection_option,
    command,
    files_argument,
    named_collection_option,
    option,
    retry_option,
)
from ..grammar.file_options import format_option, layout_options, map_option, rejects_option, stage_option
from ..grammar.offered import OneOf
from ..grammar.options import options
from ..grammar.params import SECONDS, TEXT
from ..grammar.row_options import target_partition_option
from ..grammar.types import EMBEDDED_TEXT, FIELD, KEPT_FILE
from ..grammar.value_types import ColumnType
from ..result import Done

if TYPE_CHECKING:
    from ..session.session import Session
    from ..transfer.fake import Recipe
    from ..transfer.insert_job import InsertOptions
    from ..transfer.typed_rows import UpsertOptions

COLUMN_TYPE = ColumnType({})

row_option = option(
    "--row",
    type=TEXT,
    metavar="JSON",
    help="Row as a JSON object, or a list of rows. @FILE reads a file, - standard input.",
)
file_options = all_of(
    named_collection_option,
    target_partition_option,
    files_argument,
    format_option,
    layout_options,
    map_option,
    option(
        "--types",
        multiple=True,
        type=COLUMN_TYPE,
        metavar="COLUMN=TYPE",
        help="Type of a text column that goes into the dynamic field: BOOL, INT64, DOUBLE, VARCHAR or JSON "
        "(repeatable).",
    ),
    option(
        "--embed",
        "embeds",
        multiple=True,
        type=EMBEDDED_TEXT,
        metavar="TEXT:VECTOR=EMBEDDER",
        help="Fill a vector field from a text column by an embedder (repeatable). See `help embedding`.",
    ),
    option(
        "--exact-numbers",
        "exact",
        is_flag=True,
        help="Reject numbers in text files that would not be kept exactly, such as 007, +49, 1E5 and those with "
        "more digits than a DOUBLE holds.",
    ),
    option(
        "--inexact",
        multiple=True,
        type=FIELD,
        metavar="FIELD",
        help="Field that takes every number in spite of --exact-numbers (repeatable).",
    ),
    option("--ignore-unknown", is_flag=True, help="Skip columns without a matching field."),
    rejects_option,
    option("--strict", is_flag=True, help="Stop at the first rejected row."),
    option("--resume", is_flag=True, help="Continue an interrupted insert of the same command line."),
    option("--restart", is_flag=True, help="Start over, ignoring the checkpoint."),
    option(
        "--jobs",
        "processes",
        type=click.IntRange(1, 64),
        default=1,
        show_default=True,
        metavar="N",
        help="Number of processes that read CSV, TSV and JSON Lines files at once.",
    ),
    option("--checkpoint", type=KEPT_FILE, metavar="FILE", help="Checkpoint file. [default: in the data directory]"),
    retry_option,
    option("-t", "seconds", type=SECONDS, metavar="SECONDS", help="Same as --timeout."),
)


partial_option = option(
    "--partial",
    is_flag=True,
    help="Change only the given fields of existing rows. Rows of new keys need all fields. Requires Milvus 2.6.2.",
)


@command("insert file")
@file_options
@option(
    "--via",
    type=OneOf(["import"]),
    default="",
    metavar="import",
    help="Have the server import the rows from files in --stage, for large loads.",
)
@stage_option("Where the files for --via import are written, and removed afterwards: ", needs="via")
@options("transfer.insert_job:InsertOptions")
def insert_file(session: Session, options: InsertOptions) -> Done:
    """Insert rows from files.

    Reads CSV, TSV, JSON, JSON Lines, Parquet, Arrow, NPY and NPZ files, directories, patterns, URLs (http, https, s3,
    gs, hf) and standard input (-). Columns are matched to fields by name. In a directory, path components such as
    lang=en become columns. NPY files beside a file of rows are further columns of it, as in vector=embeddings.npy.
    The collection may also stand before the files. --resume continues an interrupted insert. `help files` describes
    the formats.

    \b
    Example: insert file -c book books.csv
    Example: insert file -c book 'books/*.csv.gz' --map name=title --rejects rejected.jsonl
    Example: insert file -c book books.csv --via import --stage shared/
    """
    from ..transfer.insert import insert_files

    return insert_files(session, options)


@command("upsert file")
@file_options
@partial_option
@options("transfer.insert_job:InsertOptions")
def upsert_file(session: Session, options: InsertOptions) -> Done:
    """Upsert rows from files.

    Replaces rows that have the same primary key, otherwise works like `insert file`. With --partial a file needs only
    the primary key and the fields to change. In CSV an empty cell is null, also there.

    \b
    Example: upsert file -c book books.csv
    """
    from ..transfer.insert import insert_files

    return insert_files(session, replace(options, upsert=True))


@command("insert fake")
@collection_option
@option(
    "-n", "--rows", "count", type=click.IntRange(1), default=1_000, metavar="N", help="Number of rows. [default: 1000]"
)
@option("--seed", type=int, default=1, metavar="N", help="Seed of the random generator. [default: 1]")
@option("--clusters", type=click.IntRange(1), default=20, metavar="N", help="Clusters of vectors. [default: 20]")
@option("--first", type=int, default=1, metavar="N", help="First primary key. [default: 1]")
@target_partition_option
@options("transfer.fake:Recipe")
def insert_fake(session: Session, options: Recipe, collection: str, partition: str) -> Done:
    """Insert generated rows.

    The rows match the schema, with vectors in clusters. The same seed produces the same rows.

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
    """Insert rows from the command line.

    Without --row it asks for each field on a terminal.

    \b
    Example: insert row -c book --row '{"id": 1, "title": "Emma", "vector": [0.1, 0.2, 0.3, 0.4]}'
    """
    from ..transfer.typed_rows import insert_rows

    return insert_rows(session, collection, row, partition)


@command("upsert row", questions="row:ask_upsert", asks_without=("row",))
@collection_option
@row_option
@target_partition_option
@partial_option
@option(
    "--append",
    "appended",
    multiple=True,
    type=FIELD,
    metavar="FIELD",
    help="Append to this ARRAY instead of replacing it (repeatable). Implies --partial, requires Milvus 2.6.17.",
)
@option(
    "--remove",
    "removed",
    multiple=True,
    type=FIELD,
    metavar="FIELD",
    help="Remove these elements from this ARRAY (repeatable). Implies --partial, requires Milvus 2.6.17.",
)
@options("transfer.typed_rows:UpsertOptions")
def upsert_row(session: Session, options: UpsertOptions) -> Done:
    """Upsert rows from the command line.

    Replaces rows that have the same primary key. With --partial it keeps the values that a row leaves out, and null
    sets a value to null.

    \b
    Example: upsert row -c book --row '{"id": 1, "title": "Emma", "vector": [0.4, 0.3, 0.2, 0.1]}'
    """
    from ..transfer.typed_rows import upsert_rows

    return upsert_rows(session, options)
