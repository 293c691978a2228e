"""Commands for indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidInput
from ..grammar.command import collection_option, command, dry_run_option, no_wait_option, option
from ..grammar.options import options
from ..grammar.types import (
    INDEX,
    INDEX_PARAMETER,
    INDEX_PROPERTY,
    INDEX_PROPERTY_KEY,
    INDEX_TYPE,
    INDEXABLE_FIELD,
    METRIC,
)
from ..result import Done, Record, Table
from ..session.removal import carry_out

if TYPE_CHECKING:
    from ..server.indexing import IndexOptions
    from ..session.session import Session

INDEX_SPELLINGS = ("-in", "--index-name", "-i", "--index")


@command(
    "create index",
    questions="index:ask_index",
    asks_without=("field", "name", "index_type", "metric", "params"),
    asks_for_defaults=True,
)
@collection_option
@option("-f", "--field", type=INDEXABLE_FIELD, metavar="FIELD", help="Field to index. [default: the only vector field]")
@option(
    "-in",
    "--index-name",
    "name",
    default="",
    metavar="NAME",
    help="Index name. [default: chosen by the server]",
)
@option(
    "-t",
    "--index-type",
    "index_type",
    type=INDEX_TYPE,
    metavar="TYPE",
    help="Index type, e.g. HNSW, IVF_FLAT, FLAT. [default: AUTOINDEX, or SPARSE_INVERTED_INDEX for sparse vectors]",
)
@option(
    "-m",
    "--metric",
    "--index-metric",
    "metric",
    type=METRIC,
    metavar="METRIC",
    help="Metric, e.g. COSINE, L2, IP. [default: COSINE; HAMMING for binary vectors, IP or BM25 for sparse vectors]",
)
@option(
    "--param",
    "-p",
    "--index-params",
    "params",
    multiple=True,
    type=INDEX_PARAMETER,
    metavar="KEY:VALUE",
    help="Index parameter, also as KEY=VALUE or JSON (repeatable).",
)
@option("--if-not-exists", is_flag=True, help="Succeed if the field already has an index, without changing it.")
@option("--force", is_flag=True, help="Send types, metrics and parameters this client does not recognize.")
@no_wait_option
@options("server.indexing:IndexOptions")
def create_index(session: Session, options: IndexOptions) -> Done:
    """Create an index.

    Waits until the index is built.

    \b
    Example: create index -c book -f vector -in by_vector -t HNSW -m COSINE --param M:16 --param efConstruction:200
    """
    from ..server import indexing

    return indexing.create_index(session, options)


@command("list indexes")
@collection_option
def list_indexes(session: Session, collection: str) -> Table:
    """List the indexes of a collection.

    \b
    Example: list indexes -c book
    """
    from ..server.indexing import index_table

    return index_table(session, collection)


@command("show index")
@collection_option
@option(*INDEX_SPELLINGS, "index", type=INDEX, metavar="NAME", help="Index name. [default: the only one]")
def show_index(session: Session, collection: str, index: str | None) -> Record:
    """Show an index.

    \b
    Example: show index -c book -in by_vector
    """
    from ..server.indexing import index_record

    return index_record(session, collection, index)


@command("show index_progress")
@collection_option
@option(*INDEX_SPELLINGS, "index", type=INDEX, metavar="NAME", help="Index name. [default: all]")
def show_index_progress(session: Session, collection: str, index: str | None) -> Table:
    """Show the build progress of indexes.

    \b
    Example: show index_progress -c book -in by_vector
    """
    from ..server.indexing import progress_table

    return progress_table(session, collection, index)


@command("alter index", questions="settings:ask_property", asks_without=("properties", "keys"), operation="AlterIndex")
@collection_option
@option(*INDEX_SPELLINGS, "index", needed=True, type=INDEX, metavar="NAME", help="Index.")
@option(
    "--set",
    "properties",
    multiple=True,
    type=INDEX_PROPERTY,
    metavar="KEY=VALUE",
    help="Property to set, e.g. mmap.enabled (repeatable).",
)
@option(
    "--unset", "keys", multiple=True, type=INDEX_PROPERTY_KEY, metavar="KEY", help="Property to remove (repeatable)."
)
def alter_index(
    session: Session, collection: str, index: str, properties: tuple[tuple[str, str], ...], keys: tuple[str, ...]
) -> Done:
    """Change properties of an index.

    The collection must be released first. Requires Milvus 2.4 or newer, --unset 2.5.

    \b
    Example: alter index -c book -in by_vector --set mmap.enabled=true
    """
    from ..server import indexing

    if bool(properties) == bool(keys):
        raise InvalidInput("give either --set KEY=VALUE or --unset KEY", hint="help alter index")
    return indexing.alter_index(session, collection, index, properties=properties, keys=keys)


@command("delete index")
@collection_option
@option(*INDEX_SPELLINGS, "index", type=INDEX, metavar="NAME", help="Index name. [default: the only one]")
@dry_run_option
def delete_index(session: Session, collection: str, index: str | None, dry_run: bool) -> Done:
    """Delete an index.

    The collection must be released first. Asks for confirmation unless --yes is given.

    \b
    Example: delete index -c book -in by_vector --yes
    """
    from ..server.indexing import index_removal

    return carry_out(session, index_removal(session, collection, index), dry_run=dry_run)
