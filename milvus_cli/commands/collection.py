"""Commands for collections."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from ..errors import CliError
from ..grammar.command import (
    Removal,
    carry_out,
    collection_option,
    command,
    dry_run_option,
    no_wait_option,
    option,
    word,
)
from ..grammar.types import (
    COLLECTION,
    COLLECTION_PROPERTY,
    COLLECTION_PROPERTY_KEY,
    DATABASE,
    FIELD,
    FIELD_PROPERTY,
    PARTITION,
    KeyValue,
)
from ..result import Done, Record, Table
from ..text.names import nearest

if TYPE_CHECKING:
    from ..session.session import Session

TTL = "collection.ttl.seconds"
"""The property that lets rows expire."""

partitions_option = option(
    "-p",
    "--partition",
    "--partition-name",
    "partitions",
    multiple=True,
    type=PARTITION,
    metavar="NAME",
    help="Only this partition; several when repeated.",
)


def set_option(kind: KeyValue) -> Callable[[Any], Any]:
    """Properties of this kind."""
    return option(
        "--set",
        "-p",
        "--property",
        "properties",
        needed=True,
        multiple=True,
        type=kind,
        metavar="KEY=VALUE",
        help="A property; several when repeated.",
    )


@command("list collections")
@option("--names", "only_names", is_flag=True, help="Names alone, one call: for scripts.")
@option("-l", "--loaded", "--show-loaded", "only_loaded", is_flag=True, help="Only those that are loaded.")
def list_collections(session: Session, only_names: bool, only_loaded: bool) -> Table:
    """List the collections of the database: load state, rows by the statistics (`count` is exact), indexes.

    \b
    Example: list collections
    Example: list collections --names
    """
    from ..client.optional import Permitted
    from ..server.listing import lines
    from ..server.progress import loaded_percentages

    client = session.client
    names = sorted(client.call("ShowCollections").collection_names)
    percentages = {} if only_names and not only_loaded else loaded_percentages(client)
    if only_loaded:
        names = [name for name in names if percentages.get(name) == 100]
    if only_names:
        return Table(("collection",), ((name,) for name in names))
    permitted = Permitted()
    rows = lines(client, names, percentages, permitted, seconds=session.timeout)
    permitted.tell(session.console.note)
    late = sum(row.late for row in rows)
    note = f"(no answer about {late} of these within {session.timeout:g} s, see --timeout)" if late else ""
    return Table(
        ("collection", "state", "rows_by_statistics", "indexes"),
        [(row.name, row.state, row.rows, row.indexes) for row in rows],
        note=note,
    )


@command("rename collection")
@word("collection", "-old", "--old-collection-name", "--old", type=COLLECTION, metavar="NAME", help="The collection.")
@word("new_name", "-new", "--new-collection-name", "--new", metavar="NAME", help="Its new name.")
@option("--to-database", type=DATABASE, default="", metavar="NAME", help="Move it to this database too.")
def rename_collection(session: Session, collection: str, new_name: str, to_database: str) -> Done:
    """Give a collection another name.

    \b
    Example: rename collection book novels
    Example: rename collection -old novels -new book
    """
    from ..schema.schema import check_name
    from ..server.existence import require_free, require_own_name

    check_name(new_name, "collection")
    session.require_collection(collection)
    require_own_name(session.client, collection)
    client = session.client
    require_free(client.with_options(database=to_database or client.profile.database, timeout=client.timeout), new_name)
    session.client.call("RenameCollection", oldName=collection, newName=new_name, newDBName=to_database)
    return Done(f"Renamed collection {collection!r} to {new_name!r}.", {"collection": new_name, "former": collection})


@command("delete collection")
@collection_option
@dry_run_option
def delete_collection(session: Session, collection: str, dry_run: bool) -> Done:
    """Delete a collection with its data, indexes and aliases. It asks first, or takes --yes.

    \b
    Example: delete collection -c book --yes
    """
    from ..rows.selection import rows_told
    from ..server.deleting import alias_words, delete_with_aliases
    from ..server.existence import aliases_of, require_own_name

    session.require_collection(collection)
    client, unknown = session.client, "listing them takes ListAliases"
    aliases = aliases_of(client, require_own_name(client, collection))
    parts = [] if session.options.yes else [rows_told(client, collection)]
    if aliases is None:
        parts.append(f"unknown aliases ({unknown})")
    elif aliases:
        parts.append(alias_words(aliases))

    def act() -> None:
        delete_with_aliases(client, collection, aliases or ())
        if aliases is None:
            session.console.note(f"note: aliases of {collection!r} may remain: {unknown}")

    also = f"with {' and '.join(parts)}" if parts else ""
    made = {"collection": collection, "aliases": aliases}
    return carry_out(session, Removal("delete", f"collection {collection!r}", also, made, act), dry_run=dry_run)


@command("truncate")
@collection_option
@dry_run_option
def truncate(session: Session, collection: str, dry_run: bool) -> Done:
    """Delete all rows of a collection, keep its schema and indexes (Milvus 2.6.11 and newer). It asks first.

    \b
    Example: truncate -c book --dry-run
    """
    from ..rows.selection import rows_told
    from ..server.existence import aliases_of, require_own_name

    session.require_collection(collection)
    client = session.client
    aliases = ", ".join(map(repr, aliases_of(client, require_own_name(client, collection)) or ()))
    rows = "" if session.options.yes else f"with {rows_told(client, collection)}"
    also = ", ".join(filter(None, (rows, aliases and f"also known as {aliases}")))
    removal = Removal(
        "truncate",
        f"collection {collection!r}",
        also,
        {"collection": collection},
        lambda: client.call("TruncateCollection", collection_name=collection),
    )
    return carry_out(session, removal, dry_run=dry_run)


@command("load collection")
@collection_option
@partitions_option
@option("--replicas", type=click.IntRange(min=1), default=1, show_default=True, metavar="N", help="How many copies.")
@no_wait_option
def load_collection(
    session: Session, collection: str, partitions: tuple[str, ...], replicas: int, no_wait: bool
) -> Done:
    """Load a collection into memory, so that it can be searched. It needs an index first.

    \b
    Example: load collection -c book
    """
    from ..server.waiting import load

    return load(session, collection, partitions, replicas=replicas, wait=not no_wait)


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
    """Show whether a collection, or partitions of it, are loaded.

    \b
    Example: show load_state -c book
    """
    return Record({**_place(collection, partitions), "state": _load_state(session, collection, partitions)})


@command("show loading_progress")
@collection_option
@partitions_option
def show_loading_progress(session: Session, collection: str, partitions: tuple[str, ...]) -> Record:
    """Show how far a collection, or partitions of it, are loaded.

    \b
    Example: show loading_progress -c book
    """
    from ..server.progress import loaded_fraction

    state = _load_state(session, collection, partitions)
    # Milvus has no progress of what nobody loads: an error there, and nothing wrong.
    percent = 0 if state == "not loaded" else round(100 * loaded_fraction(session.client, collection, partitions))
    return Record({**_place(collection, partitions), "state": state, "percent": percent})


def _load_state(session: Session, collection: str, partitions: tuple[str, ...]) -> str:
    """Raises CliError for what is not there."""
    from ..server.existence import require_partitions
    from ..server.progress import load_state

    session.require_collection(collection)
    if partitions:
        require_partitions(session.client, collection, partitions)
    return load_state(session.client, collection, partitions)


def _place(collection: str, partitions: tuple[str, ...]) -> dict[str, object]:
    return {"collection": collection, "partitions": list(partitions) or None}


@command("show collection_stats")
@collection_option
def show_collection_stats(session: Session, collection: str) -> Record:
    """Show the statistics of a collection. They lag behind inserts; `count` is exact.

    \b
    Example: show collection_stats -c book
    """
    from ..schema.schema import params

    session.require_collection(collection)
    answer = session.client.call("GetCollectionStatistics", collection_name=collection)
    numbers = {key: int(value) if value.isdecimal() else value for key, value in params(answer.stats).items()}
    return Record({"collection": collection, **numbers})


@command("alter collection_properties")
@collection_option
@set_option(COLLECTION_PROPERTY)
def alter_collection_properties(session: Session, collection: str, properties: tuple[tuple[str, str], ...]) -> Done:
    """Set properties of a collection.

    \b
    Example: alter collection_properties -c book --set collection.ttl.seconds=86400
    """
    from ..schema.schema import pairs

    session.require_collection(collection)
    if session.profile.protected and TTL in dict(properties):
        session.confirm(f"Expire entities of {collection!r} on {session.place}?")
    session.client.call("AlterCollection", collection_name=collection, properties=pairs(dict(properties)))
    changed = [key for key, _ in properties]
    made = {"collection": collection, "changed": changed}
    return Done(f"Set {', '.join(changed)} of collection {collection!r}.", made)


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
    help="The property; several when repeated.",
)
@dry_run_option
def delete_collection_properties(session: Session, collection: str, keys: tuple[str, ...], dry_run: bool) -> Done:
    """Remove properties from a collection (Milvus 2.5 and newer). It asks first, or takes --yes.

    \b
    Example: delete collection_properties -c book -k collection.ttl.seconds --dry-run
    """
    from ..schema.schema import params

    session.require_collection(collection)
    client = session.client
    known = params(client.call("DescribeCollection", collection_name=collection).properties)
    missing = next((key for key in keys if key not in known), None)
    if missing:
        raise CliError(
            f"collection {collection!r} has no property {missing!r}",
            hint=nearest(missing, known) or f"it has: {', '.join(known) or 'none'}",
        )
    removal = Removal(
        "delete",
        f"{', '.join(keys)} of collection {collection!r}",
        "",
        {"collection": collection, "properties": list(keys)},
        lambda: client.call("AlterCollection", collection_name=collection, delete_keys=keys),
    )
    return carry_out(session, removal, dry_run=dry_run)


@command("alter collection_field")
@collection_option
@option("-f", "--field", "--field-name", "field", needed=True, type=FIELD, metavar="FIELD", help="The field.")
@set_option(FIELD_PROPERTY)
def alter_collection_field(
    session: Session, collection: str, field: str, properties: tuple[tuple[str, str], ...]
) -> Done:
    """Set properties of a field (Milvus 2.5 and newer).

    \b
    Example: alter collection_field -c book -f title --set max_length=400
    """
    from ..schema.schema import pairs
    from ..server.existence import require_field

    session.require_collection(collection)
    require_field(session.client, collection, field)
    session.client.call(
        "AlterCollectionField", collection_name=collection, field_name=field, properties=pairs(dict(properties))
    )
    changed = [key for key, _ in properties]
    made = {"collection": collection, "field": field, "changed": changed}
    return Done(f"Set {', '.join(changed)} of field {field!r} of {collection!r}.", made)
