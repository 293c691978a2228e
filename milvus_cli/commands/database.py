"""Commands for databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..command import command, word
from ..result import Done, Table
from ..types import DATABASE

if TYPE_CHECKING:
    from ..session import Session


@command("list databases")
def list_databases(session: Session) -> Table:
    """List the databases of the server.

    \b
    Example: list databases
    """
    return Table(("database",), ((name,) for name in session.client.call("ListDatabases").db_names))


@command("use database")
@word("database", "-db", "--db_name", "--db", type=DATABASE, metavar="NAME", help="The database to use from now on.")
def use_database(session: Session, database: str) -> Done:
    """Make another database the current one; it is kept with the connection.

    \b
    Example: use database default
    """
    session.use_database(database)
    return Done(f"Using database {database!r}.", {"database": database})
