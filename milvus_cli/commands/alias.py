"""Commands for aliases of collections: other names that can be moved from one collection to another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import CliError
from ..grammar.command import carry_out, collection_option, command, dry_run_option, option, word
from ..grammar.types import COLLECTION, COLLECTION_ALIAS
from ..result import Done, Record, Removal, Table

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
    help="The alias; several when repeated.",
)
@option("-A", "--alter", is_flag=True, help="Move those that exist from their collection to this one.")
def create_alias(session: Session, collection: str, aliases: tuple[str, ...], alter: bool) -> Done:
    """Give a collection another name, or several.

    \b
    Example: create alias -c book -a novel -a reading
    Example: create alias -c book -a novel -A
    """
    from ..client.leaked_alias import is_leaked_alias, message
    from ..client.optional import permitted
    from ..schema.schema import check_name
    from ..server.existence import alias_target, require_free

    for alias in aliases:
        check_name(alias, "alias")
    session.require_collection(collection)
    client, moved = session.client, list[str]()
    for alias in aliases:
        target = permitted(alias_target, client, alias)
        leaked = target is None and is_leaked_alias(client, alias)
        if target is None and not leaked:
            require_free(client, alias)
        elif alter:
            moved.append(alias)
        else:
            taken = message(alias) if leaked else f"alias {alias!r} exists, for collection {target!r}"
            raise CliError(taken, hint="-A moves it to this one")
    for alias in dict.fromkeys(aliases):
        client.call("AlterAlias" if alias in moved else "CreateAlias", collection_name=collection, alias=alias)
    made = {"collection": collection, "aliases": list(dict.fromkeys(aliases)), "moved": list(dict.fromkeys(moved))}
    return Done(f"{_quoted(aliases)} now stand{'s' if len(aliases) == 1 else ''} for collection {collection!r}.", made)


@command("list aliases")
@word(
    "collection",
    "-c",
    "--collection-name",
    "--collection",
    needed=False,
    type=COLLECTION,
    metavar="NAME",
    help="Only those of this collection.",
)
def list_aliases(session: Session, collection: str | None) -> Table:
    """List the aliases of the database, or of a collection.

    \b
    Example: list aliases
    Example: list aliases -c book
    """
    from ..client.optional import Permitted
    from ..client.parallel import gather
    from ..server.existence import alias_names, alias_target

    if collection:
        session.require_collection(collection)
    client = session.client
    names = sorted(alias_names(client, collection or ""))

    permitted = Permitted()

    def ask(alias: str, seconds: float) -> str | None:
        return permitted(alias_target, client, alias, timeout=seconds)

    if collection:
        return Table(("alias", "collection"), [(name, collection) for name in names])
    targets = gather(ask, names, seconds=session.timeout)
    permitted.tell(session.console.note)
    return Table(("alias", "collection"), list(zip(names, targets, strict=True)))


@command("show alias")
@word("collection_alias", *SPELLINGS, type=COLLECTION_ALIAS, metavar="ALIAS", help="The alias.")
def show_alias(session: Session, collection_alias: str) -> Record:
    """Show which collection an alias stands for.

    \b
    Example: show alias -a novel
    """
    from ..server.existence import require_alias

    target = require_alias(session.client, collection_alias)
    return Record({"alias": collection_alias, "collection": target, "database": session.profile.database})


@command("delete alias")
@word("collection_alias", *SPELLINGS, type=COLLECTION_ALIAS, metavar="ALIAS", help="The alias.")
@dry_run_option
def delete_alias(session: Session, collection_alias: str, dry_run: bool) -> Done:
    """Delete an alias; its collection stays. It asks first, or takes --yes.

    \b
    Example: delete alias -a reading --yes
    """
    from ..client.leaked_alias import is_leaked_alias
    from ..client.optional import permitted
    from ..server.existence import require_alias

    client = session.client
    if is_leaked_alias(client, collection_alias):
        target, also = None, "which points to a deleted collection"
    else:
        target = permitted(require_alias, client, collection_alias)
        also = f"which stands for collection {target!r}" if target else ""
    removal = Removal(
        "delete",
        f"alias {collection_alias!r}",
        also,
        {"alias": collection_alias, "collection": target},
        lambda: client.call("DropAlias", alias=collection_alias),
    )
    return carry_out(session, removal, dry_run=dry_run)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))
