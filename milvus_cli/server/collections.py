"""Operations on collections: list, rename, show states and statistics, set and remove properties."""

from __future__ import annotations

from collections.abc import Sequence

from ..client.optional import Permitted
from ..result import Done, Record, Removal, Table
from ..schema.schema import check_name, pairs, params
from ..session.session import Session
from ..text.names import missing_name
from .existence import require_free, require_own_name, require_partitions, statistics
from .listing import lines
from .progress import load_state, loaded_fraction, loaded_percentages

Properties = Sequence[tuple[str, str]]

DESCRIPTION = "collection.description"
"""The property that changes the description of a collection."""
TTL = "collection.ttl.seconds"
"""The property that lets rows expire."""


def collection_table(session: Session, *, only_names: bool, only_loaded: bool) -> Table:
    """The collections of the database; with `only_names` just their names, which takes one call."""
    client = session.client
    names = sorted(client.call("ShowCollections").collection_names)
    percentages = {} if only_names and not only_loaded else loaded_percentages(client, one_by_one=True)
    if only_loaded:
        names = [name for name in names if percentages.get(name) == 100]
    if only_names:
        return Table(("collection",), ((name,) for name in names), bare=True)
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


def rename_collection(session: Session, collection: str, new_name: str, database: str) -> Done:
    """Renames a collection; a `database` moves it there too."""
    check_name(new_name, "collection")
    session.require_collection(collection)
    client = session.client
    require_own_name(client, collection)
    require_free(client.with_options(database=database or client.profile.database, timeout=client.timeout), new_name)
    client.call("RenameCollection", oldName=collection, newName=new_name, newDBName=database)
    session.embedders.rename_collection(client.profile, collection, new_name, database)
    return Done(f"Renamed collection {collection!r} to {new_name!r}.", {"collection": new_name, "former": collection})


def load_state_record(session: Session, collection: str, partitions: Sequence[str]) -> Record:
    return Record({**_scope(collection, partitions), "state": _load_state(session, collection, partitions)})


def loading_record(session: Session, collection: str, partitions: Sequence[str]) -> Record:
    """The load state of a collection, or of partitions, with the percentage that is loaded."""
    state = _load_state(session, collection, partitions)
    # Milvus answers with an error when nothing is being loaded.
    percent = 0 if state == "not loaded" else round(100 * loaded_fraction(session.client, collection, partitions))
    return Record({**_scope(collection, partitions), "state": state, "percent": percent})


def _load_state(session: Session, collection: str, partitions: Sequence[str]) -> str:
    """Raises CliError for a collection or partition that does not exist."""
    session.require_collection(collection)
    if partitions:
        require_partitions(session.client, collection, partitions)
    return load_state(session.client, collection, partitions)


def _scope(collection: str, partitions: Sequence[str]) -> dict[str, object]:
    return {"collection": collection, "partitions": list(partitions) or None}


def collection_statistics(session: Session, collection: str) -> Record:
    session.require_collection(collection)
    answer = session.client.call("GetCollectionStatistics", collection_name=collection)
    return Record({"collection": collection, **statistics(answer)})


def alter_properties(session: Session, collection: str, properties: Properties) -> Done:
    """Sets properties. On a protected connection it asks before rows are made to expire."""
    if DESCRIPTION in dict(properties):
        session.client.require("AlterCollection.description")
    session.require_collection(collection)
    if session.profile.protected and TTL in dict(properties):
        session.confirm(f"Expire entities of {collection!r} on {session.place}?")
    session.client.call("AlterCollection", collection_name=collection, properties=pairs(dict(properties)))
    changed = [key for key, _ in properties]
    made = {"collection": collection, "changed": changed}
    return Done(f"Set {', '.join(changed)} of collection {collection!r}.", made)


def property_removal(session: Session, collection: str, keys: Sequence[str]) -> Removal:
    """Raises CliError for a property that the collection does not have."""
    session.require_collection(collection)
    client = session.client
    known = params(client.call("DescribeCollection", collection_name=collection).properties)
    missing = next((key for key in keys if key not in known), None)
    if missing:
        has = f"it has: {', '.join(known) or 'none'}"
        raise missing_name("property", missing, known, has, before=f"collection {collection!r} has ")
    return Removal(
        "delete",
        f"{', '.join(keys)} of collection {collection!r}",
        "",
        {"collection": collection, "properties": list(keys)},
        lambda: client.call("AlterCollection", collection_name=collection, delete_keys=keys),
        loses_data=False,
    )


def property_words(properties: Properties, keys: Sequence[str]) -> tuple[str, list[str]]:
    """Returns the beginning of a message about properties that were set or removed, and their names."""
    changed = [key for key, _ in properties] or list(keys)
    return f"{'Set' if properties else 'Removed'} {', '.join(changed)}", changed
