"""Commands for collections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import collection_option, command, dry_run_option, no_wait_option, option, switch, word
from ..grammar.load_options import load_options
from ..grammar.options import options
from ..grammar.types import (
    COLLECTION,
    COLLECTION_PROPERTY,
    COLLECTION_PROPERTY_KEY,
    DATABASE,
    PARTITION,
)
from ..result import Done, Record, Report, Table, Text
from ..session.removal import carry_out

if TYPE_CHECKING:
    from ..server.loading import LoadOptions
    from ..session.session import Session

partitions_option = option(
    "-p",
    "--partition",
    "--partition-name",
    "partitions",
    multiple=True,
    type=PARTITION,
    metavar="NAME",
    help="Restrict to this partition (repeatable).",
)

DDL = "ddl"


@command("list collections")
@option("--names", "only_names", is_flag=True, help="Print names only, with a single request.")
@switch("-l", "--loaded", "--show-loaded", "only_loaded", default=False, help="List only loaded collections.")
def list_collections(session: Session, only_names: bool, only_loaded: bool) -> Table:
    """List collections.

    Shows load states, indexes, and row counts from the statistics, which lag behind. `count` is exact.

    \b
    Example: list collections
    Example: list collections --names
    """
    from ..server.collections import collection_table

    return collection_table(session, only_names=only_names, only_loaded=only_loaded)


@command("show collection", formats=(DDL,))
@collection_option
def show_collection(session: Session, collection: str) -> Report | Text:
    """Show a collection.

    Shows fields, indexes, load state, counts, aliases, partitions and properties. The exact count is a query of the
    loaded collection. The statistics lag behind and include deleted rows. With -o ddl it prints a schema file for
    `create collection --schema-file`.

    \b
    Example: show collection -c book
    Example: show collection book -o ddl
    """
    from ..server.overview import collection_report, schema_text

    session.require_collection(collection)
    return schema_text(session, collection) if session.output == DDL else collection_report(session, collection)


@command("rename collection")
@word("collection", "-old", "--old-collection-name", "--old", type=COLLECTION, metavar="NAME", help="Collection.")
@word("new_name", "-new", "--new-collection-name", "--new", metavar="NAME", help="New name.")
@option("--to-database", type=DATABASE, default="", metavar="NAME", help="Also move it to this database.")
def rename_collection(session: Session, collection: str, new_name: str, to_database: str) -> Done:
    """Rename a collection.

    \b
    Example: rename collection book novels
    Example: rename collection -old novels -new book
    """
    from ..server import collections

    return collections.rename_collection(session, collection, new_name, to_database)


@command("delete collection")
@collection_option
@dry_run_option
def delete_collection(session: Session, collection: str, dry_run: bool) -> Done:
    """Delete a collection.

    Deletes its data, indexes and aliases. Asks for confirmation unless --yes is given.

    \b
    Example: delete collection -c book --yes
    """
    from ..rows.deleting import collection_removal

    session.require_collection(collection)
    counted = dry_run or not session.options.yes
    removal = collection_removal(session.client, collection, session.console.note, counted=counted)
    done = carry_out(session, removal, dry_run=dry_run)
    if not dry_run:
        session.embedders.forget_collection(session.client.profile, collection)
    return done


@command("truncate")
@collection_option
@dry_run_option
def truncate(session: Session, collection: str, dry_run: bool) -> Done:
    """Delete all rows of a collection.

    Keeps the schema and the indexes. Asks for confirmation unless --yes is given. Requires Milvus 2.6.11 or newer.

    \b
    Example: truncate -c book --dry-run
    """
    from ..rows.deleting import truncation

    session.require_collection(collection)
    removal = truncation(session.client, collection, counted=dry_run or not session.options.yes)
    return carry_out(session, removal, dry_run=dry_run)


@command("load collection")
@collection_option
@partitions_option
@load_options
@no_wait_option
@options("server.loading:LoadOptions")
def load_collection(
    session: Session, collection: str, partitions: tuple[str, ...], options: LoadOptions, no_wait: bool
) -> Done:
    """Load a collection into memory.

    A collection must be loaded before it can be searched, and indexed before it can be loaded. --fields requires
    Milvus 2.5, --priority Milvus 2.6.

    \b
    Example: load collection -c book
    """
    from ..server.waiting import load

    return load(session, collection, partitions, options=options, wait=not no_wait)


@command("release collection")
@collection_option
@partitions_option
def release_collection(session: Session, collection: str, partitions: tuple[str, ...]) -> Done:
    """Release a collection from memory.

    \b
    Example: release collection -c book
    """
    from ..server.waiting import release

    return release(session, collection, partitions)


@command("show load_state")
@collection_option
@partitions_option
def show_load_state(session: Session, collection: str, partitions: tuple[str, ...]) -> Record:
    """Show whether a collection is loaded.

    \b
    Example: show load_state -c book
    """
    from ..server.collections import load_state_record

    return load_state_record(session, collection, partitions)


@command("show loading_progress")
@collection_option
@partitions_option
def show_loading_progress(session: Session, collection: str, partitions: tuple[str, ...]) -> Record:
    """Show the loading progress of a collection.

    \b
    Example: show loading_progress -c book
    """
    from ..server.collections import loading_record

    return loading_record(session, collection, partitions)


@command("show collection_stats")
@collection_option
def show_collection_stats(session: Session, collection: str) -> Record:
    """Show the statistics of a collection.

    Statistics lag behind inserts. `count` is exact.

    \b
    Example: show collection_stats -c book
    """
    from ..server.collections import collection_statistics

    return collection_statistics(session, collection)


@command("alter collection_properties", questions="settings:ask_property")
@collection_option
@option(
    "--set",
    "-p",
    "--property",
    "properties",
    needed=True,
    multiple=True,
    type=COLLECTION_PROPERTY,
    metavar="KEY=VALUE",
    help="Property, e.g. collection.description (repeatable).",
)
def alter_collection_properties(session: Session, collection: str, properties: tuple[tuple[str, str], ...]) -> Done:
    """Change properties of a collection.

    collection.description changes its description. Requires Milvus 2.5.12 or newer.

    \b
    Example: alter collection_properties -c book --set collection.ttl.seconds=86400
    """
    from ..server.collections import alter_properties

    return alter_properties(session, collection, properties)


@command("delete collection_properties")
@collection_option
@option(
    "-k",
    "--key",
    "--property-key",
    "keys",
    needed=True,
    multiple=True,
    type=COLLECTION_PROPERTY_KEY,
    metavar="KEY",
    help="Property (repeatable).",
)
@dry_run_option
def delete_collection_properties(session: Session, collection: str, keys: tuple[str, ...], dry_run: bool) -> Done:
    """Remove properties of a collection.

    Requires Milvus 2.5 or newer. Only a protected connection asks for confirmation.

    \b
    Example: delete collection_properties -c book -k collection.ttl.seconds --dry-run
    """
    from ..server.collections import property_removal

    return carry_out(session, property_removal(session, collection, keys), dry_run=dry_run)
