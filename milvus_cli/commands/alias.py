"""Commands for aliases: other names of a collection, which can be moved to another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import (
    collection_option,
    command,
    dry_run_option,
    option,
    optional_collection_option,
    optional_collection_word,
    word,
)
from ..grammar.types import COLLECTION_ALIAS
from ..result import Done, Record, Table
from ..session.removal import carry_out

if TYPE_CHECKING:
    from ..session.session import Session

SPELLINGS = ("-a", "--alias-name", "--collection-alias")


@command("create alias")
@collection_option
@option(
    *SPELLINGS,
    "aliases",
    needed=True,
    multiple=True,
    type=COLLECTION_ALIAS,
    metavar="ALIAS",
    help="Alias (repeatable).",
)
@option("-A", "--alter", is_flag=True, help="Move an existing alias to this collection.")
def create_alias(session: Session, collection: str, aliases: tuple[str, ...], alter: bool) -> Done:
    """Create an alias for a collection.

    Several aliases can be created at once.

    \b
    Example: create alias -c book -a novel -a reading
    Example: create alias -c book -a novel -A
    """
    from ..server.aliases import create_aliases

    return create_aliases(session, collection, aliases, alter=alter)


@command("list aliases")
@optional_collection_word("List only this collection's.")
def list_aliases(session: Session, collection: str | None) -> Table:
    """List aliases.

    \b
    Example: list aliases
    Example: list aliases -c book
    """
    from ..server.aliases import alias_table

    return alias_table(session, collection)


@command("show alias")
@word("collection_alias", *SPELLINGS, type=COLLECTION_ALIAS, metavar="ALIAS", help="Alias.")
def show_alias(session: Session, collection_alias: str) -> Record:
    """Show the collection of an alias.

    \b
    Example: show alias -a novel
    """
    from ..server.aliases import alias_record

    return alias_record(session, collection_alias)


@command("delete alias")
@word("collection_alias", *SPELLINGS, type=COLLECTION_ALIAS, metavar="ALIAS", help="Alias.")
@optional_collection_option("Fail unless the alias belongs to this collection.")
@dry_run_option
def delete_alias(session: Session, collection_alias: str, collection: str | None, dry_run: bool) -> Done:
    """Delete an alias.

    The collection is kept. Only a protected connection asks for confirmation.

    \b
    Example: delete alias -a reading
    """
    from ..server.aliases import alias_removal

    return carry_out(session, alias_removal(session.client, collection_alias, collection), dry_run=dry_run)
