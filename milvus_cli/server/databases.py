"""Operations on databases: create, use, show, alter, delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..client.client import Client
from ..client.not_found import DEFAULT_DATABASE
from ..client.optional import permitted
from ..errors import CliError, Unsupported
from ..result import Done, Record, Removal
from ..schema.schema import check_name, pairs, params
from ..session.session import Session
from .collections import Properties, property_words
from .existence import require_database


def create_database(session: Session, database: str, properties: Properties, *, if_not_exists: bool) -> Done:
    check_name(database, "database")
    listed = permitted(session.client.call, "ListDatabases")
    if listed is not None and database in listed.db_names:
        if if_not_exists:
            return Done(f"Database {database!r} already exists.", {"database": database, "created": False})
        raise CliError(f"database {database!r} already exists", hint=f"run `show database {database}`")
    session.client.call("CreateDatabase", db_name=database, properties=pairs(dict(properties)))
    return Done(f"Created database {database!r} successfully.", {"database": database, "created": True})


def use_database(session: Session, database: str) -> Done:
    require_database(session.client, database)
    session.connections.use_database(session.alias, database)
    return Done(f"Using database {database!r}.", {"database": database})


def use_connection(session: Session, alias: str, database: str | None) -> Done:
    """Makes a connection current, and a database of it where one is given. Raises CliError before either changes."""
    if database is not None:
        require_database(session.at(alias, DEFAULT_DATABASE).client, database)
    session.connections.use_alias(alias)
    if database is None:
        return Done(f"Using connection {alias!r}.", {"alias": alias})
    session.connections.use_database(alias, database)
    return Done(f"Using database {database!r} of connection {alias!r}.", {"alias": alias, "database": database})


def database_record(session: Session, database: str | None) -> Record:
    """A database, by default the current one; `properties` is None where the server keeps none."""
    name = database or session.profile.database
    client = session.client
    require_database(client, name)
    collections = client.call("ShowCollections", db_name=name).collection_names
    return Record({"database": name, "collections": len(collections), "properties": database_properties(client, name)})


def alter_database(client: Client, database: str, properties: Properties, keys: Sequence[str]) -> Done:
    """Sets properties, or removes those with the keys."""
    require_database(client, database)
    client.call("AlterDatabase", db_name=database, properties=pairs(dict(properties)), delete_keys=keys)
    done, changed = property_words(properties, keys)
    return Done(f"{done} of database {database!r}.", {"database": database, "changed": changed})


def database_removal(session: Session, database: str) -> Removal:
    """Raises CliError for a database that has collections."""
    client = session.client
    require_database(client, database)
    count = len(client.call("ShowCollections", db_name=database).collection_names)
    if count:
        raise CliError(
            f"database {database!r} has {count} collection{'' if count == 1 else 's'}",
            hint="delete them first; run `list collections --db NAME`",
        )

    def act() -> None:
        client.call("DropDatabase", db_name=database)
        if session.profile.database == database:
            session.connections.use_database(session.alias, "default")

    return Removal("delete", f"database {database!r}", "which is empty", {"database": database}, act)


def database_properties(client: Client, database: str) -> dict[str, Any] | None:
    """Returns None where the server keeps none."""
    try:
        return params(client.call("DescribeDatabase", db_name=database).properties)
    except Unsupported:
        return None
