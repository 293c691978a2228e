"""The command that creates a collection, from options, a schema file or the rows of files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from ..grammar.command import command, option, switch, word
from ..grammar.file_options import format_option, layout_options
from ..grammar.options import options
from ..grammar.params import read_file
from ..grammar.types import COLLECTION_PROPERTY, CONSISTENCY, DECLARED_FIELD, FIELD_DECLARATION, FILE, INDEX_DECLARATION
from ..result import Done, Text

if TYPE_CHECKING:
    from ..session.session import Session
    from ..transfer.create_from import CreateFromOptions


@command("create collection", questions="collection:ask_collection", asks_without=("fields", "dim", "file", "sources"))
@word(
    "collection", "-c", "--collection-name", "--collection", needed=False, metavar="NAME", help="The collection's name."
)
@option(
    "-f",
    "--schema-field",
    "--field",
    "fields",
    multiple=True,
    type=FIELD_DECLARATION,
    metavar="NAME:TYPE[:ARG]",
    help="A field; ARG is a vector's dimension, a VARCHAR's length, an ARRAY's element type and capacity. "
    "JSON is taken too.",
)
@option(
    "-p",
    "--schema-primary-field",
    "--primary",
    "primary",
    type=DECLARED_FIELD,
    default="",
    metavar="FIELD",
    help="The primary field.",
)
@switch(
    "-a", "-A", "--schema-auto-id", "--auto-id", "auto_id", default=False, help="Let Milvus generate the primary keys."
)
@option(
    "-d",
    "--is-dynamic",
    "description_or_dynamic",
    is_flag=False,
    flag_value="true",
    metavar="[TEXT|TRUE|FALSE]",
    help="A description; alone or with TRUE it enables the dynamic field, as --dynamic does.",
)
@option(
    "-desc", "--schema-description", "--description", "description", default="", metavar="TEXT", help="A description."
)
@option(
    "--dim",
    type=click.IntRange(1, 32_768),
    metavar="N",
    help="Instead of fields: an id, a vector of N dimensions with a COSINE index, a dynamic field; loaded.",
)
@option(
    "--schema-file",
    "--schema",
    "file",
    type=FILE,
    metavar="FILE",
    help="Instead of fields: a JSON file as -o ddl of show collection prints it, - for standard input.",
)
@option("--dynamic", is_flag=True, help="Take values that have no field of their own.")
@option("--nullable", multiple=True, type=DECLARED_FIELD, metavar="FIELD", help="A field that may be null; repeatable.")
@option("--default", "defaults", multiple=True, metavar="FIELD=VALUE", help="A field's default; repeatable.")
@option(
    "--partition-key",
    type=DECLARED_FIELD,
    default="",
    metavar="FIELD",
    help="Spread rows over partitions by this field.",
)
@option(
    "--clustering-key", type=DECLARED_FIELD, default="", metavar="FIELD", help="Compact rows together by this field."
)
@option(
    "--bm25",
    multiple=True,
    metavar="TEXT:SPARSE[:ANALYZER]",
    help="Fill the sparse vector field, added when missing, from the VARCHAR field, for full text search; repeatable.",
)
@option(
    "--index",
    "indexes",
    multiple=True,
    type=INDEX_DECLARATION,
    metavar="FIELD[:TYPE[:METRIC[:KEY=VALUE…]]]",
    help="An index to build, of the usual type when none is given; repeatable.",
)
@option(
    "-s",
    "--shards",
    "--shards-num",
    "shards",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Shards; the server's choice when not given.",
)
@option(
    "--partitions",
    "num_partitions",
    type=click.IntRange(1, 4096),
    metavar="N",
    help="Partitions for a partition key; the server's choice when not given.",
)
@option(
    "-level",
    "--consistency",
    "--consistency-level",
    "consistency",
    type=CONSISTENCY,
    default="",
    metavar="LEVEL",
    help="What its reads see unless they say so [Bounded].",
)
@option(
    "--property",
    "properties",
    multiple=True,
    type=COLLECTION_PROPERTY,
    metavar="KEY=VALUE",
    help="A property of the collection, e.g. collection.ttl.seconds=3600; repeatable.",
)
@option("--if-not-exists", is_flag=True, help="Don't fail when it exists; leave it as it is.")
@option(
    "--from",
    "sources",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="Make fields that fit the rows of this file (repeatable), index and load them, and insert the rows.",
)
@option("--dry-run", is_flag=True, help="With --from: show the schema and the equivalent commands, and stop.")
@format_option
@layout_options
@options("transfer.create_from:CreateFromOptions")
def create_collection(session: Session, options: CreateFromOptions) -> Done | Text:
    """Create a collection: from fields, in a quick set-up, from a schema file, or from a file of rows.

    Without these it asks, on a terminal. --from infers the fields as `show file` shows them; -f, -p, --index and
    --nullable override what it infers.

    \b
    Example: create collection -c library --from books.csv
    Example: create collection -c book -f id:INT64 -f title:VARCHAR:200 -f vector:FLOAT_VECTOR:4 -p id
    Example: create collection album --dim 4
    """
    from ..transfer.create_from import create_collection_from

    return create_collection_from(session, options, partial(read_file, session=session))
