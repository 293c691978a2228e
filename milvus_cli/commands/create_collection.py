"""The command that creates a collection, from options, a schema file or the rows of files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from ..grammar.command import command, option, switch, word
from ..grammar.file_options import format_option, layout_options, map_option, rejects_option
from ..grammar.options import options
from ..grammar.params import read_file
from ..grammar.types import COLLECTION_PROPERTY, CONSISTENCY, DECLARED_FIELD, FIELD_DECLARATION, FILE, INDEX_DECLARATION
from ..result import Done, Text

if TYPE_CHECKING:
    from ..session.session import Session
    from ..transfer.create_from import CreateFromOptions


@command("create collection", questions="collection:ask_collection", asks_without=("fields", "dim", "file", "sources"))
@word("collection", "-c", "--collection-name", "--collection", needed=False, metavar="NAME", help="Collection name.")
@option(
    "-f",
    "--schema-field",
    "--field",
    "fields",
    multiple=True,
    type=FIELD_DECLARATION,
    metavar="NAME:TYPE[:ARG]",
    help="Field definition (repeatable). ARG is the dimension of a vector, the length of a VARCHAR, or the "
    "element type and capacity of an ARRAY. Also accepts JSON.",
)
@option(
    "-p",
    "--schema-primary-field",
    "--primary",
    "primary",
    type=DECLARED_FIELD,
    default="",
    metavar="FIELD",
    help="Primary key field.",
)
@switch("-a", "-A", "--schema-auto-id", "--auto-id", "auto_id", default=False, help="Let Milvus generate primary keys.")
@option(
    "-d",
    "--is-dynamic",
    "description_or_dynamic",
    is_flag=False,
    flag_value="true",
    metavar="[TEXT|TRUE|FALSE]",
    help="Description. Without a value or with TRUE, enables the dynamic field like --dynamic.",
)
@option(
    "-desc", "--schema-description", "--description", "description", default="", metavar="TEXT", help="Description."
)
@option(
    "--dim",
    type=click.IntRange(1, 32_768),
    metavar="N",
    help="Quick setup instead of fields: an id, a vector of this dimension with a COSINE index, and the dynamic field.",
)
@option(
    "--schema-file",
    "--schema",
    "file",
    type=FILE,
    metavar="FILE",
    help="Schema file, as printed by `show collection -o ddl`, or - for standard input.",
)
@option("--dynamic", is_flag=True, help="Enable the dynamic field.")
@option("--nullable", multiple=True, type=DECLARED_FIELD, metavar="FIELD", help="Nullable field (repeatable).")
@option("--default", "defaults", multiple=True, metavar="FIELD=VALUE", help="Default value of a field (repeatable).")
@option(
    "--partition-key",
    type=DECLARED_FIELD,
    default="",
    metavar="FIELD",
    help="Partition key field.",
)
@option("--clustering-key", type=DECLARED_FIELD, default="", metavar="FIELD", help="Clustering key field.")
@option(
    "--bm25",
    multiple=True,
    metavar="TEXT:SPARSE[:ANALYZER]",
    help="Generate sparse vectors from a VARCHAR field for full text search. Adds the sparse field if missing "
    "(repeatable).",
)
@option(
    "--function",
    "functions",
    multiple=True,
    metavar="NAME:TYPE:INPUT:OUTPUT[:KEY=VALUE…]",
    help="Function that fills a vector field from a text: BM25, TextEmbedding or MinHash. Also accepts JSON "
    "(repeatable).",
)
@option(
    "--index",
    "indexes",
    multiple=True,
    type=INDEX_DECLARATION,
    metavar="FIELD[:TYPE[:METRIC[:KEY=VALUE…]]]",
    help="Index to create (repeatable). [default type: AUTOINDEX]",
)
@option(
    "-s",
    "--shards",
    "--shards-num",
    "shards",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Number of shards. [default: chosen by the server]",
)
@option(
    "--partitions",
    "num_partitions",
    type=click.IntRange(1, 4096),
    metavar="N",
    help="Number of partitions for the partition key. [default: chosen by the server]",
)
@option(
    "-level",
    "--consistency",
    "--consistency-level",
    "consistency",
    type=CONSISTENCY,
    default="",
    metavar="LEVEL",
    help="Default consistency level of reads. [default: Bounded]",
)
@option(
    "--property",
    "properties",
    multiple=True,
    type=COLLECTION_PROPERTY,
    metavar="KEY=VALUE",
    help="Collection property, e.g. collection.ttl.seconds=3600 (repeatable).",
)
@option("--if-not-exists", is_flag=True, help="Succeed if it already exists, without changing it.")
@option(
    "--from",
    "sources",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="Infer the fields from this data file, index and load the collection, and insert the rows (repeatable).",
)
@option(
    "--dry-run",
    is_flag=True,
    help="Show the schema without creating it; with --from, also the equivalent commands.",
)
@format_option
@map_option
@rejects_option
@layout_options
@options("transfer.create_from:CreateFromOptions")
def create_collection(session: Session, options: CreateFromOptions) -> Done | Text:
    """Create a collection.

    Define fields with -f, or use --dim for a quick setup, a schema file, or a data file (--from). Without any of them
    it asks on a terminal. --from infers the fields as `show file` shows them. Override them with -f, -p, --index and
    --nullable.

    \b
    Example: create collection -c library --from books.csv
    Example: create collection -c book -f id:INT64 -f title:VARCHAR:200 -f vector:FLOAT_VECTOR:4 -p id
    Example: create collection album --dim 4
    """
    from ..transfer.create_from import create_collection_from

    return create_collection_from(session, options, partial(read_file, session=session))
