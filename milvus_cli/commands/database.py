"""Commands for databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import CliError, InvalidInput, Unsupported
from ..grammar.command import carry_out, command, dry_run_option, option, word
from ..grammar.types import DATABASE, DATABASE_PROPERTY, DATABASE_PROPERTY_KEY
from ..result import Done, Record, Removal, Table

if TYPE_CHECKING:
    from ..session.session import Session

SPELLINGS = ("-db", "--db_name", "--db-name", "--database", "--db")


@command("create database")
@word("database", *SPELLINGS, metavar="NAME", help="The database's name.")
@option("--set", "properties", multiple=True, type=DATABASE_PROPERTY, metavar="KEY=VALUE", help="A property.")
@option("--if-not-exists", is_flag=True, help="Don't fail when it exists; leave it as it is.")
def create_database(
    session: Session, database: str, properties: tuple[tuple[str, str], ...], if_not_exists: bool
) -> Done:
    """Create a database.

    \b
    Example: create database -db shop
    """
    from ..client.optional import permitted
    from ..schema.schema import check_name, pairs

    check_name(database, "database")
    listed = permitted(session.client.call, "ListDatabases")
    if listed is not None and database in listed.db_names:
        if if_not_exists:
            return Done(f"Database {database!r} exists.", {"database": database, "created": False})
        raise CliError(f"database {database!r} exists", hint=f"see it with: show database {database}")
    session.client.call("CreateDatabase", db_name=database, properties=pairs(dict(properties)))
    return Done(f"Created database {database!r}.", {"database": database, "created": True})


@command("list databases")
def list_databases(session: Session) -> Table:
    """List the databases of the server.

    \b
    Example: list databases
    """
    return Table(("database",), ((name,) for name in session.client.call("ListDatabases").db_names))


@command("use database")
@word("database", *SPELLINGS, type=DATABASE, metavar="NAME", help="The database to use from now on.")
def use_database(session: Session, database: str) -> Done:
    """Make another database the current one; it is kept with the connection.

    \b
    Example: use database default
    """
    from ..server.existence import require_database

    require_database(session.client, database)
    session.connections.use_database(session.alias, database)
    return Done(f"Using database {database!r}.", {"database": database})


@command("show database")
@word(
    "database",
    *SPELLINGS,
    needed=False,
    type=DATABASE,
    metavar="NAME",
    help="The database; the current one if not given.",
)
def show_database(session: Session, database: str | None) -> Record:
    """Show a database: how many collections it has, and its properties where the server tells them.

    \b
    Example: show database default
    """
    from ..server.existence import require_database

    name = database or session.profile.database
    require_database(session.client, name)
    collections = session.client.call("ShowCollections", db_name=name).collection_names
    return Record({"database": name, "collections": len(collections), "properties": _properties(session, name)})


@command("alter database")
@word("database", *SPELLINGS, type=DATABASE, metavar="NAME", help="The database.")
@option("--set", "properties", multiple=True, type=DATABASE_PROPERTY, metavar="KEY=VALUE", help="Set a property.")
@option("--unset", "keys", multiple=True, type=DATABASE_PROPERTY_KEY, metavar="KEY", help="Remove a property.")
def alter_database(
    session: Session, database: str, properties: tuple[tuple[str, str], ...], keys: tuple[str, ...]
) -> Done:
    """Change the properties of a database (Milvus 2.4 and newer).

    \b
    Example: alter database default --set database.max.collections=100
    """
    from ..schema.schema import pairs
    from ..server.existence import require_database

    if bool(properties) == bool(keys):
        raise InvalidInput("give either --set KEY=VALUE or --unset KEY", hint="help alter database")
    require_database(session.client, database)
    session.client.call("AlterDatabase", db_name=database, properties=pairs(dict(properties)), delete_keys=keys)
    changed = [key for key, _ in properties] or list(keys)
    verb = "Set" if properties else "Removed"
    return Done(f"{verb} {', '.join(changed)} of database {database!r}.", {"database": database, "changed": changed})


@command("delete database")
@word("database", *SPELLINGS, type=DATABASE, metavar="NAME", help="The database.")
@dry_run_option
def delete_database(session: Session, database: str, dry_run: bool) -> Done:
    """Delete a database, which must be empty. It asks first, or takes --yes.

    \b
    Example: delete database -db shop --yes
    """
    from ..server.existence import require_database

    client = session.client
    require_database(client, database)
    count = len(client.call("ShowCollections", db_name=database).collection_names)
    if count:
        raise CliError(
            f"database {database!r} has {count} collection{'' if count == 1 else 's'}",
            hint="delete them first; see them with: list collections --db NAME",
        )

    def act() -> None:
        client.call("DropDatabase", db_name=database)
        if session.profile.database == database:
            session.connections.use_database(session.alias, "default")

    removal = Removal("delete", f"database {database!r}", "which is empty", {"database": database}, act)
    return carry_out(session, removal, dry_run=dry_run)


def _properties(session: Session, database: str) -> dict[str, Any] | None:
    from ..schema.schema import params

    try:
        return params(session.client.call("DescribeDatabase", db_name=database).properties)
    except Unsupported:
        return None
