"""Grants and revokes privileges, after checking every name and finding the types of objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..client.client import Client
from ..client.optional import permitted
from ..client.privileges import COLLECTION, EVERY, GLOBAL, GROUPS, TYPE_OF, USER, check_privilege, is_group
from ..errors import CliError, InvalidInput
from ..result import Done, Table
from ..text.names import nearest
from . import access
from .access import Grant

GRANT_COLUMNS = ("role", "database", "object_type", "object_name", "privilege", "grantor")


@dataclass(frozen=True)
class GrantOptions:
    """Options that name grants: privileges, or groups of them, on objects for roles.

    `privileges` are those of each --privilege. Without an object type it is the privilege's own; without a database it
    is the current one.
    """

    roles: tuple[str, ...]
    privileges: tuple[tuple[str, ...], ...]
    objects: tuple[str, ...] = ()
    object_type: str | None = None
    database: str | None = None
    force: bool = False

    @property
    def names(self) -> list[str]:
        """The distinct privileges."""
        return list(dict.fromkeys(name for each in self.privileges for name in each))


@dataclass(frozen=True)
class Wanted:
    """A grant; `is_group` is set if its privilege is a privilege group."""

    grant: Grant
    is_group: bool


def grant(client: Client, options: GrantOptions, note: Callable[[str], None]) -> Done:
    """Grants the privileges; notes objects that don't exist yet."""
    found = wanted(client, options)
    for sentence in not_there(client, found):
        note(sentence)
    for each in found:
        access.operate_privilege(client, each.grant, revoke=False, group=each.is_group)
    return _done("Granted", "to", found)


def revoke(client: Client, options: GrantOptions) -> Done:
    """Revokes the privileges. Raises CliError, before anything changes, for one that a role does not have."""
    found = wanted(client, options, revoke=True)
    databases = list(dict.fromkeys(each.grant.database for each in found))
    there = permitted(access.grants, client, list(options.roles), databases)
    known = None if there is None else {grant.key for grant in there}
    for each in found:
        if known is not None and each.grant.key not in known:
            raise CliError(
                f"role {each.grant.role!r} has no {each.grant.words}",
                hint=f"show role {each.grant.role} shows what it has",
            )
    for each in found:
        access.operate_privilege(client, each.grant, revoke=True, group=each.is_group)
    return _done("Revoked", "from", found)


def grant_table(
    client: Client, roles: Sequence[str], object_name: str | None, object_type: str | None, database: str | None
) -> Table:
    """Returns the grants of the named roles, or of all; None matches any object, type or database."""
    if roles:
        access.require_roles(client, roles)
    names = list(roles) or sorted(access.users_of_roles(client))
    found = access.grants(client, names, [database] if database else access.databases(client))
    if database and not found:
        access.require_database(client, database)
    kept = (
        each for each in found if object_name in (None, each.object_name) and object_type in (None, each.object_type)
    )
    return Table(GRANT_COLUMNS, [(*grant.key, grant.grantor or None) for grant in kept])


def _done(verb: str, to: str, found: Sequence[Wanted]) -> Done:
    grants = [each.grant for each in found]
    roles = ", ".join(map(repr, dict.fromkeys(grant.role for grant in grants)))
    words = ", ".join(dict.fromkeys(grant.words for grant in grants))
    made = [dict(zip(GRANT_COLUMNS, grant.key, strict=False)) for grant in grants]
    return Done(f"{verb} {words} {to} {roles}.", {"grants": made})


def wanted(client: Client, options: GrantOptions, *, revoke: bool = False) -> list[Wanted]:
    """Returns the grants that options name. Raises CliError for missing names, InvalidInput for conflicting ones.

    With `revoke`, the database may be missing: grants outlive it, and apply again if it is created again.
    """
    access.require_roles(client, options.roles)
    names, kind = options.names, options.object_type or ""
    own = access.groups(client) if any(name not in (*TYPE_OF, *GROUPS, EVERY) for name in names) else None
    if not options.force:
        for name in names:
            check_privilege(name, kind, own or ())
    database = options.database or client.profile.database
    if not revoke:
        access.require_database(client, database)
    return [
        Wanted(Grant(role, database=database, object_type=found, object_name=name, privilege=privilege), group)
        for role in dict.fromkeys(options.roles)
        for privilege in names
        for found, group in [_kind(privilege, kind, own or {})]
        for name in _objects(privilege, found, options.objects, group=group)
    ]


def not_there(client: Client, found: Sequence[Wanted]) -> Iterator[str]:
    """Yields a note for each object that does not exist yet: Milvus accepts grants on any name."""
    kinds = {(each.grant.object_type, each.grant.database) for each in found}
    for kind, database in sorted(pair for pair in kinds if EVERY not in pair and pair[0] != GLOBAL):
        known = permitted(_names, client, kind, database)
        objects = {each.grant.object_name: None for each in found if each.grant.object_type == kind}
        for name in objects if known is not None else ():
            if name not in (EVERY, *(known or ())):
                hint = nearest(name, known or ())
                yield f"note: there is no {kind.lower()} {name!r} yet" + (f"; {hint}" if hint else "")


def _names(client: Client, kind: str, database: str) -> list[str]:
    if kind == USER:
        return access.users(client)
    return list(client.call("ShowCollections", db_name=database).collection_names)


def _kind(privilege: str, object_type: str, own: dict[str, list[str]]) -> tuple[str, bool]:
    """Returns a privilege's object type, and whether it is a group, for which Milvus determines the type."""
    if is_group(privilege, own):
        return GLOBAL, True
    if privilege == EVERY and not object_type:
        raise InvalidInput(
            "* is every privilege on which type of object?",
            hint="--object-type Collection, Global or User; -p All allows everything",
        )
    kind = object_type or TYPE_OF.get(privilege, "")
    return kind or GLOBAL, not kind


def _objects(privilege: str, kind: str, objects: Sequence[str], *, group: bool) -> Sequence[str]:
    if kind == GLOBAL and not group:
        if any(name != EVERY for name in objects):
            raise InvalidInput(
                f"{privilege} is a privilege on Global, which has no object {objects[0]!r}",
                hint="leave out --object-name, or make it *",
            )
        return (EVERY,)
    if not objects and (kind in (COLLECTION, USER) or privilege.startswith(COLLECTION)):
        what = kind.lower() if kind != GLOBAL else "collection"
        raise InvalidInput(f"{privilege} on which {what}?", hint="--object-name NAME, or '*' for all of them")
    return tuple(dict.fromkeys(objects)) or (EVERY,)
