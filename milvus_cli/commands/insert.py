"""Commands that put rows into a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..errors import InvalidInput
from ..grammar.command import SECONDS, TEXT, all_of, argument, collection_option, command, option
from ..grammar.types import COLLECTION, FILE, KEPT_FILE, PARTITION, FiniteRange, KeyValue, OneOf
from ..result import Done
from ..text.json import parse_json

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema
    from ..session.session import Session

FORMATS = ("csv", "tsv", "json", "jsonl", "parquet", "npy")
COLUMN_FIELD = KeyValue({})
MAP_HELP = "The field of a column that is called otherwise; COLUMN= leaves it out. Again for each."

partition_option = option("-p", "--partition", type=PARTITION, default="", metavar="NAME", help="Into this partition.")
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
    partition_option,
    argument("paths", nargs=-1, required=True, type=FILE, metavar="FILE..."),
    option("--format", type=OneOf(FORMATS), help="The format, where the file's name does not tell."),
    option("--map", "mapping", multiple=True, type=COLUMN_FIELD, metavar="COLUMN=FIELD", help=MAP_HELP),
    option("--ignore-unknown", is_flag=True, help="Leave out columns that no field has."),
    option("--rejects", type=KEPT_FILE, metavar="FILE", help="Put rows that don't fit here, as JSON with the reasons."),
    option("--strict", is_flag=True, help="Stop at the first row that does not fit."),
    option("--resume", is_flag=True, help="Go on where the same line was interrupted."),
    option("--restart", is_flag=True, help="Begin anew, though the same line was interrupted."),
    option("--checkpoint", type=KEPT_FILE, metavar="FILE", help="Keep there how far it is [in the data directory]."),
    option(
        "--retry",
        "patience",
        type=FiniteRange(min=0),
        default=60.0,
        metavar="SECONDS",
        help="Try for so long to reach a server that went away [60].",
    ),
    option("-t", "seconds", type=SECONDS, metavar="SECONDS", help="As --timeout."),
)


@command("insert file")
@file_options
def insert_file(session: Session, **given: Any) -> Done:
    """Insert the rows of files: CSV, TSV, JSON, JSON lines, Parquet, NPY; also of `-`, a pattern or a URL.

    Columns go to the fields of their names. An interrupted insert goes on with --resume, and loses no row.

    \b
    Example: insert file -c book books.csv
    Example: insert file -c book 'books/*.csv.gz' --map name=title --rejects rejected.jsonl
    """
    return _insert_files(session, upsert=False, **given)


@command("upsert file")
@file_options
def upsert_file(session: Session, **given: Any) -> Done:
    """Insert the rows of files in place of those with the same primary keys.

    \b
    Example: upsert file -c book books.csv
    """
    return _insert_files(session, upsert=True, **given)


def _insert_files(session: Session, *, seconds: float | None, **given: Any) -> Done:
    from dataclasses import replace

    from ..files.memory import share_one_heap
    from ..transfer.insert import insert_files
    from ..transfer.insert_job import InsertOptions

    share_one_heap()
    if seconds:
        session = session.with_options(replace(session.options, timeout=seconds))
    return insert_files(session, InsertOptions(**given))


@command("insert fake")
@collection_option
@option("-n", "--rows", "count", type=click.IntRange(1), default=1_000, metavar="N", help="How many rows [1000].")
@option("--seed", type=int, default=1, metavar="N", help="Another number makes other rows [1].")
@option("--clusters", type=click.IntRange(1), default=20, metavar="N", help="Groups that the vectors lie in [20].")
@option("--first", type=int, default=1, metavar="N", help="The first primary key [1].")
@partition_option
def insert_fake(
    session: Session, collection: str, count: int, seed: int, clusters: int, first: int, partition: str
) -> Done:
    """Insert made-up rows that fit the collection, their vectors in clusters; the same for the same seed.

    \b
    Example: insert fake -c book -n 10000 --seed 1 --clusters 20 --first 1000
    """
    from ..transfer.fake import Recipe
    from ..transfer.insert import insert_fake
    from ..transfer.insert_job import InsertOptions

    options = InsertOptions(collection, partition=partition)
    return insert_fake(session, options, Recipe(count, seed, clusters, first))


@command("insert row")
@collection_option
@row_option
@partition_option
def insert_row(session: Session, collection: str, row: str | None, partition: str) -> Done:
    """Insert a row, or several. Without --row a terminal asks field by field.

    \b
    Example: insert row -c book --row '{"id": 1, "title": "Emma", "vector": [0.1, 0.2, 0.3, 0.4]}'
    """
    return _write(session, "Insert", collection, row, partition)


@command("upsert row")
@collection_option
@row_option
@partition_option
def upsert_row(session: Session, collection: str, row: str | None, partition: str) -> Done:
    """Insert a row, or several, in place of those with the same primary key.

    \b
    Example: upsert row -c book --row '{"id": 1, "title": "Emma", "vector": [0.4, 0.3, 0.2, 0.1]}'
    """
    return _write(session, "Upsert", collection, row, partition)


def _write(session: Session, method: str, collection: str, text: str | None, partition: str) -> Done:
    from ..rows.readback import Sent
    from ..rows.writing import WriteTarget, is_lite_server
    from ..schema.features import require_types
    from ..transfer.intake import last_rows
    from ..transfer.sender import replaced_told, write_once
    from ..values.encode import encode_rows, to_columns
    from ..values.lite_json import refuse_changed

    if text is None and not session.interactive:
        raise InvalidInput("missing option '--row'", hint="--row '{\"id\": 1, …}'")
    given = None if text is None else _rows(text)
    schema = session.client.call("DescribeCollection", collection_name=collection).schema
    require_types(session.client, schema)
    target = WriteTarget(collection, partition, schema, method == "Upsert", is_lite_server(session.client))
    rows = given or [_asked(session, method, collection, schema, partition)]
    columns = encode_rows(rows, schema, upsert=target.upsert)
    if target.lite:
        refuse_changed(to_columns(rows), schema)
    kept = last_rows(rows, target.key) if target.upsert else rows
    columns = encode_rows(kept, schema, upsert=True) if len(kept) < len(rows) else columns
    sent = Sent(target, columns, len(kept))
    written = write_once(session.client, sent, seconds=session.timeout)
    if written.replaced:
        session.console.note(replaced_told(written.replaced))
    message = f"{method}ed {len(kept)} row{'' if len(kept) == 1 else 's'} into {collection!r}"
    message += f"; {len(rows) - len(kept)} superseded by later rows of their key" if len(kept) < len(rows) else ""
    return Done(f"{message}.", {"collection": collection, "count": len(kept), "ids": list(written.keys)})


def _asked(session: Session, method: str, collection: str, schema: CollectionSchema, partition: str) -> dict[str, Any]:
    """The row that a person types, and the line that does the same."""
    import json
    import shlex

    from ..transfer.row_dialogue import ask_row

    row = ask_row(session.console, schema, upsert=method == "Upsert")
    words = [
        method.lower(),
        "row",
        "-c",
        collection,
        *(["-p", partition] if partition else ()),
        "--row",
        json.dumps(row, ensure_ascii=False),
    ]
    session.console.note(f"The same in one line:\n{shlex.join(words)}")
    return row


def _rows(text: str) -> list[dict[str, Any]]:
    from ..values.exact_json import exact_loads

    value = parse_json(text, "the row", 'write it as {"id": 1, …}', loads=exact_loads)
    rows = value if isinstance(value, list) else [value]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput("a row is a JSON object, several are a list of objects")
    return rows
