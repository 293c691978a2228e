"""Operations on roles: create, describe, list, show, delete, give to users and take from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..client.client import Client
from ..client.optional import permitted
from ..client.versions import lacks
from ..errors import CliError
from ..result import Done, Removal, Report, Section, Table
from . import access

GRANT_COLUMNS = ("database", "object_type", "object_name", "privilege")


def check_roles(roles: Iterable[str]) -> None:
    """Raises InvalidInput for names that Milvus refuses."""
    for role in roles:
        access.check_role_name(role)


def create_roles(client: Client, roles: Sequence[str], description: str = "") -> Done:
    if description:
        client.require("AlterRole")
    known = permitted(access.users_of_roles, client) or {}
    for role in roles:
        if role in known:
            raise CliError(f"role {role!r} already exists", hint=f"run `show role {role}`")
    for role in dict.fromkeys(roles):
        client.call("CreateRole", entity={"name": role, "description": description})
    return Done(f"Created role{_s(roles)} {_quoted(roles)}.", {"roles": list(roles)})


def alter_role(client: Client, role: str, description: str) -> Done:
    """Changes the description of a role. Raises CliError for one that does not exist."""
    access.require_roles(client, [role])
    client.call("AlterRole", role_name=role, description=description)
    return Done(f"Changed the description of role {role!r}.", {"role": role, "description": description})


def role_table(client: Client) -> Table:
    """The roles with their users; with descriptions if the server has any."""
    roles = access.users_of_roles(client)
    rows = [(role, ", ".join(users)) for role, users in sorted(roles.items())]
    described = _descriptions(client)
    if not described:
        return Table(("role", "users"), rows)
    return Table(("role", "users", "description"), [(*row, described.get(row[0])) for row in rows])


def _descriptions(client: Client, role: str = "") -> dict[str, str]:
    """Returns no descriptions of an older server, without asking it."""
    if lacks("AlterRole", client.version):
        return {}
    return permitted(access.role_descriptions, client, role) or {}


def role_report(client: Client, role: str) -> Report:
    """A role's users and grants; `users` is None where this user may not see them."""
    access.require_roles(client, [role])
    users = permitted(access.users_of_roles, client, role)
    rows = [grant.key[1:] for grant in access.grants(client, [role], access.databases(client))]
    items = [dict(zip(GRANT_COLUMNS, row, strict=True)) for row in rows]
    section = Section("grants", Table(GRANT_COLUMNS, rows), items)
    text = _descriptions(client, role).get(role)
    described = {"description": text} if text else {}
    return Report({"role": role, **described, "users": None if users is None else users.get(role, [])}, [section])


def check_deletable(roles: Iterable[str]) -> None:
    """Raises CliError for roles that every Milvus has."""
    for role in roles:
        if role in access.BUILT_IN_ROLES:
            raise CliError(f"role {role!r} is Milvus's own, and stays")


def role_removal(client: Client, roles: Sequence[str], *, force: bool = False) -> Removal:
    """The removal of roles with their grants: Milvus deletes no role that is granted something, unless forced to."""
    if force:
        client.require("DropRole.force_drop")
    access.require_roles(client, roles)
    grants = permitted(access.grants, client, roles, access.databases(client)) or []
    known = permitted(access.users_of_roles, client) or {}
    users = sorted({user for role in roles for user in known.get(role, ())})

    def act() -> None:
        if not force:
            access.revoke_all(client, grants)
        for role in dict.fromkeys(roles):
            client.call("DropRole", role_name=role, force_drop=force)

    also = f"with {len(grants)} grant{_s(grants)}" + (f", taken from {', '.join(users)}" if users else "")
    made = {"roles": list(roles)}
    return Removal("delete", f"role{_s(roles)} {_quoted(roles)}", also, made, act, loses_data=False)


def give_roles(client: Client, roles: Sequence[str], users: Sequence[str]) -> Done:
    access.require_roles(client, roles)
    access.require_users(client, users)
    _operate(client, roles, users, revoke=False)
    return _changed(roles, users, "now")


def take_roles(client: Client, roles: Sequence[str], users: Sequence[str]) -> Done:
    """Raises CliError, before anything changes, for a user who does not have one of the roles."""
    access.require_roles(client, roles)
    access.require_users(client, users)
    known = permitted(access.users_of_roles, client)
    for user in users:
        for role in roles:
            if known is not None and user not in known.get(role, ()):
                raise CliError(f"user {user!r} does not have role {role!r}", hint=f"show user {user} shows its roles")
    _operate(client, roles, users, revoke=True)
    return _changed(roles, users, "no longer")


def _operate(client: Client, roles: Sequence[str], users: Sequence[str], *, revoke: bool) -> None:
    for user in users:
        for role in roles:
            access.operate_role(client, role, user, revoke=revoke)


def _changed(roles: Sequence[str], users: Sequence[str], when: str) -> Done:
    has = "has" if len(users) == 1 else "have"
    message = f"User{_s(users)} {_quoted(users)} {when} {has} {_quoted(roles)}."
    return Done(message, {"roles": list(roles), "users": list(users)})


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))


def _s(many: Sequence[object]) -> str:
    return "" if len(many) == 1 else "s"
