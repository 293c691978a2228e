"""What a command line asks to be granted or revoked: names checked, types of objects found, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..client.client import Client
from ..client.optional import permitted
from ..client.privileges import COLLECTION, EVERY, GLOBAL, GROUPS, TYPE_OF, USER, check_privilege, is_group
from ..errors import InvalidInput
from ..text.names import nearest
from . import access
from .access import Grant


@dataclass(frozen=True)
class GrantRequest:
    """Privileges on objects for roles, as typed; `object_type` and `database` may be empty.

    To `revoke` them, the database may be gone: what was granted in it is still there, and comes back with it.
    """

    roles: Sequence[str]
    privileges: Sequence[str]
    objects: Sequence[str]
    object_type: str
    database: str
    force: bool
    revoke: bool = False


@dataclass(frozen=True)
class Wanted:
    """A grant, and whether its privilege is a group of them."""

    grant: Grant
    is_group: bool


def wanted(client: Client, asked: GrantRequest) -> list[Wanted]:
    """The grants that a line names. Raises CliError and InvalidInput for what is not there or can't be."""
    access.require_roles(client, asked.roles)
    own = access.groups(client) if any(name not in (*TYPE_OF, *GROUPS, EVERY) for name in asked.privileges) else None
    if not asked.force:
        for name in asked.privileges:
            check_privilege(name, asked.object_type, own or ())
    database = asked.database or client.profile.database
    if not asked.revoke:
        access.require_database(client, database)
    return [
        Wanted(Grant(role, database, kind, name, privilege), group)
        for role in dict.fromkeys(asked.roles)
        for privilege in dict.fromkeys(asked.privileges)
        for kind, group in [_kind(privilege, asked, own or {})]
        for name in _objects(privilege, kind, asked.objects, group=group)
    ]


def not_there(client: Client, found: Sequence[Wanted]) -> Iterator[str]:
    """A sentence on each object that a grant is for and nothing has yet: Milvus takes any name."""
    places = {(each.grant.object_type, each.grant.database) for each in found}
    for kind, database in sorted(place for place in places if EVERY not in place and place[0] != GLOBAL):
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


def _kind(privilege: str, asked: GrantRequest, own: dict[str, list[str]]) -> tuple[str, bool]:
    """The type of object that it is for, and whether it is a group, for which Milvus finds the type."""
    if is_group(privilege, own):
        return GLOBAL, True
    if privilege == EVERY and not asked.object_type:
        raise InvalidInput(
            "* is every privilege on which type of object?",
            hint="--object-type Collection, Global or User; -p All allows everything",
        )
    kind = asked.object_type or TYPE_OF.get(privilege, "")
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
