"""Commands for databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidInput
from ..grammar.command import command, dry_run_option, option, word
from ..grammar.types import DATABASE, DATABASE_PROPERTY, DATABASE_PROPERTY_KEY
from ..result import Done, Record, Table
from ..session.removal import carry_out

if TYPE_CHECKING:
    from ..session.session import Session

SPELLINGS = ("-db", "--db_name", "--db-name", "--database", "--db")


@command("create database")
@word("database", *SPELLINGS, metavar="NAME", help="Database name.")
@option(
    "--set", "properties", multiple=True, type=DATABASE_PROPERTY, metavar="KEY=VALUE", help="Property (repeatable)."
)
@option("--if-not-exists", is_flag=True, help="Succeed if it already exists, without changing it.")
def create_database(
    session: Session, database: str, properties: tuple[tuple[str, str], ...], if_not_exists: bool
) -> Done:
    """Create a database.

    \b
    Example: create database -db shop
    """
    from ..server import databases

    return databases.create_database(session, database, properties, if_not_exists=if_not_exists)


@command("list databases")
def list_databases(session: Session) -> Table:
    """List databases.

    \b
    Example: list databases
    """
    return Table(("database",), ((name,) for name in session.client.call("ListDatabases").db_names))


@command("use database")
@word("database", *SPELLINGS, type=DATABASE, metavar="NAME", help="Database to switch to.")
def use_database(session: Session, database: str) -> Done:
    """Switch to another database.

    The database is saved with the connection.

    \b
    Example: use database default
    """
    from ..server import databases

    return databases.use_database(session, database)


@command("show database")
@word(
    "database",
    *SPELLINGS,
    needed=False,
    type=DATABASE,
    metavar="NAME",
    help="Database. [default: the current one]",
)
def show_database(session: Session, database: str | None) -> Record:
    """Show a database.

    Shows the number of collections, and properties if the server reports them.

    \b
    Example: show database default
    """
    from ..server.databases import database_record

    return database_record(session, database)


@command(
    "alter database", questions="settings:ask_property", asks_without=("properties", "keys"), operation="AlterDatabase"
)
@word("database", *SPELLINGS, type=DATABASE, metavar="NAME", help="Database.")
@option(
    "--set",
    "properties",
    multiple=True,
    type=DATABASE_PROPERTY,
    metavar="KEY=VALUE",
    help="Property to set (repeatable).",
)
@option(
    "--unset", "keys", multiple=True, type=DATABASE_PROPERTY_KEY, metavar="KEY", help="Property to remove (repeatable)."
)
def alter_database(
    session: Session, database: str, properties: tuple[tuple[str, str], ...], keys: tuple[str, ...]
) -> Done:
    """Change properties of a database.

    Requires Milvus 2.4 or newer.

    \b
    Example: alter database default --set database.max.collections=100
    """
    from ..server import databases

    if bool(properties) == bool(keys):
        raise InvalidInput("give either --set KEY=VALUE or --unset KEY", hint="help alter database")
    return databases.alter_database(session.client, database, properties, keys)


@command("delete database")
@word("database", *SPELLINGS, type=DATABASE, metavar="NAME", help="Database.")
@dry_run_option
def delete_database(session: Session, database: str, dry_run: bool) -> Done:
    """Delete an empty database.

    Asks for confirmation unless --yes is given.

    \b
    Example: delete database -db shop --yes
    """
    from ..server.databases import database_removal

    return carry_out(session, database_removal(session, database), dry_run=dry_run)
