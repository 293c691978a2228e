"""Commands for indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import collection_option, command, dry_run_option, no_wait_option, option
from ..grammar.options import options
from ..grammar.types import FIELD, INDEX, INDEX_PARAMETER, INDEX_TYPE, METRIC
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
@option("-f", "--field", type=FIELD, metavar="FIELD", help="The field to index; the only vector field when not given.")
@option(
    "-in",
    "--index-name",
    "name",
    default="",
    metavar="NAME",
    help="The index's name; the server's choice when not given.",
)
@option(
    "-t",
    "--index-type",
    "index_type",
    type=INDEX_TYPE,
    metavar="TYPE",
    help="E.g. HNSW, IVF_FLAT, FLAT [AUTOINDEX; SPARSE_INVERTED_INDEX for sparse vectors].",
)
@option(
    "-m",
    "--metric",
    "--index-metric",
    "metric",
    type=METRIC,
    metavar="METRIC",
    help="E.g. COSINE, L2, IP [COSINE; HAMMING for binary, IP or BM25 for sparse vectors].",
)
@option(
    "--param",
    "-p",
    "--index-params",
    "params",
    multiple=True,
    type=INDEX_PARAMETER,
    metavar="KEY:VALUE",
    help="A parameter of the index, also as KEY=VALUE or JSON.",
)
@option("--if-not-exists", is_flag=True, help="Don't fail when the field has an index; leave it as it is.")
@option("--force", is_flag=True, help="Send types, metrics and parameters that are not known here.")
@no_wait_option
@options("server.indexing:IndexOptions")
def create_index(session: Session, options: IndexOptions) -> Done:
    """Build an index on a field, and wait for it.

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
@option(*INDEX_SPELLINGS, "index", type=INDEX, metavar="NAME", help="The index; needed where there are several.")
def show_index(session: Session, collection: str, index: str | None) -> Record:
    """Show an index.

    \b
    Example: show index -c book -in by_vector
    """
    from ..server.indexing import index_record

    return index_record(session, collection, index)


@command("show index_progress")
@collection_option
@option(*INDEX_SPELLINGS, "index", type=INDEX, metavar="NAME", help="This index; all if not given.")
def show_index_progress(session: Session, collection: str, index: str | None) -> Table:
    """Show how far a collection's indexes are built.

    \b
    Example: show index_progress -c book -in by_vector
    """
    from ..server.indexing import progress_table

    return progress_table(session, collection, index)


@command("delete index")
@collection_option
@option(*INDEX_SPELLINGS, "index", type=INDEX, metavar="NAME", help="The index; needed where there are several.")
@dry_run_option
def delete_index(session: Session, collection: str, index: str | None, dry_run: bool) -> Done:
    """Delete an index; the collection must be released first. It asks first, or takes --yes.

    \b
    Example: delete index -c book -in by_vector --yes
    """
    from ..server.indexing import index_removal

    return carry_out(session, index_removal(session, collection, index), dry_run=dry_run)
