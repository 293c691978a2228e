"""Operations on aliases: create or move, list, delete."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..client.client import Client
from ..client.leaked_alias import is_leaked_alias, message
from ..client.optional import Permitted, permitted
from ..client.parallel import gather
from ..errors import CliError
from ..result import Done, Record, Removal, Table
from ..schema.schema import check_name
from ..session.session import Session
from .existence import alias_names, alias_target, require_alias, require_free

COLUMNS = ("alias", "collection")


def create_aliases(session: Session, collection: str, aliases: Sequence[str], *, alter: bool) -> Done:
    """Gives a collection aliases. Those that exist move to it with `alter`, and are an error without."""
    for alias in aliases:
        check_name(alias, "alias")
    session.require_collection(collection)
    client = session.client
    moved = [alias for alias in aliases if _is_taken(client, alias, alter=alter)]
    for alias in dict.fromkeys(aliases):
        client.call("AlterAlias" if alias in moved else "CreateAlias", collection_name=collection, alias=alias)
    made = {"collection": collection, "aliases": list(dict.fromkeys(aliases)), "moved": list(dict.fromkeys(moved))}
    return Done(f"{_quoted(aliases)} now refer{'s' if len(aliases) == 1 else ''} to collection {collection!r}.", made)


def _is_taken(client: Client, alias: str, *, alter: bool) -> bool:
    """Returns whether an alias exists, to be moved. Raises CliError if it must not be, and for a collection's name."""
    target = permitted(alias_target, client, alias)
    leaked = target is None and is_leaked_alias(client, alias)
    if target is None and not leaked:
        require_free(client, alias)
        return False
    if not alter:
        taken = message(alias) if leaked else f"alias {alias!r} already exists, for collection {target!r}"
        raise CliError(taken, hint="-A moves it to this one")
    return True


def alias_table(session: Session, collection: str | None) -> Table:
    """The aliases of a collection, or of the database with the collection of each."""
    if collection:
        session.require_collection(collection)
    client = session.client
    names = sorted(alias_names(client, collection or ""))
    if collection:
        return Table(COLUMNS, [(name, collection) for name in names])
    permitted = Permitted()

    def ask(alias: str, seconds: float) -> str | None:
        return permitted(alias_target, client, alias, timeout=seconds)

    targets = gather(ask, names, seconds=session.timeout)
    permitted.tell(session.console.note)
    return Table(COLUMNS, list(zip(names, targets, strict=True)))


def alias_record(session: Session, alias: str) -> Record:
    target = require_alias(session.client, alias)
    return Record({"alias": alias, "collection": target, "database": session.profile.database})


def alias_removal(client: Client, alias: str, collection: str | None) -> Removal:
    """The removal of an alias. Raises CliError if a collection is named and the alias belongs to another one."""
    if is_leaked_alias(client, alias):
        target, also = None, "which points to a deleted collection"
    else:
        target = permitted(require_alias, client, alias)
        also = f"which refers to collection {target!r}" if target else ""
    if collection is not None and target is not None and target != collection:
        raise CliError(
            f"alias {alias!r} belongs to collection {target!r}, not to {collection!r}", hint=f"delete alias -a {alias}"
        )
    made = {"alias": alias, "collection": target}
    return Removal(
        "delete", f"alias {alias!r}", also, made, lambda: client.call("DropAlias", alias=alias), loses_data=False
    )


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))
