"""Operations on users: create, list, show, delete, change the password."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..client.client import Client
from ..client.optional import Permitted, permitted
from ..result import Done, Removal, Report, Section, Table
from ..text.names import missing_name
from . import access

GRANT_COLUMNS = ("role", "database", "object_type", "object_name", "privilege")


def check_user(user: str, password: str) -> None:
    """Raises InvalidInput for a name or password that Milvus refuses."""
    access.check_user_name(user)
    access.check_password(password)


def create_user(client: Client, user: str, password: str, roles: Sequence[str]) -> Done:
    """Creates a user with roles. Raises CliError for a role that does not exist."""
    if roles:
        access.require_roles(client, roles)
    access.create_user(client, user, password)
    for role in roles:
        access.operate_role(client, role, user, revoke=False)
    with_roles = f" with {', '.join(roles)}" if roles else ""
    return Done(f"Created user {user!r}{with_roles}.", {"user": user, "roles": list(roles)})


def user_table(client: Client) -> Table:
    names = access.users(client)
    roles = permitted(access.roles_of_users, client)
    return Table(
        ("user", "roles"), [(name, None if roles is None else ", ".join(roles.get(name, ()))) for name in names]
    )


def user_report(client: Client, user: str, note: Callable[[str], None]) -> Report:
    """A user's roles and their grants; notes what this user may not see."""
    permitted = Permitted()
    roles = access.roles_of_users(client, user).get(user)
    if roles is None:
        known = permitted(access.users, client) or []
        raise missing_name("user", user, known, "run `list users`")
    grants = permitted(access.grants, client, roles, access.databases(client))
    permitted.tell(note)
    rows = [grant.key for grant in grants or ()]
    items = [dict(zip(GRANT_COLUMNS, row, strict=True)) for row in rows]
    return Report({"user": user, "roles": roles}, [Section("grants", Table(GRANT_COLUMNS, rows), items)])


def user_removal(client: Client, users: Sequence[str]) -> Removal:
    access.require_users(client, users)
    roles = permitted(access.roles_of_users, client) or {}
    having = sorted({role for name in users for role in roles.get(name, ())})

    def act() -> None:
        for name in dict.fromkeys(users):
            client.call("DeleteCredential", username=name)

    thing = f"user{'' if len(users) == 1 else 's'} {', '.join(map(repr, users))}"
    also = f"with the role{'' if len(having) == 1 else 's'} {', '.join(having)}" if having else ""
    return Removal("delete", thing, also, {"users": list(users)}, act)
