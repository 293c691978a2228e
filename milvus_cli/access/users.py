"""Operations on users: create, describe, list, show, delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..client.client import Client
from ..client.optional import Permitted, permitted
from ..client.versions import lacks
from ..errors import CliError
from ..result import Done, Removal, Report, Section, Table
from ..text.names import missing_name
from . import access

GRANT_COLUMNS = ("role", "database", "object_type", "object_name", "privilege")


def check_user(user: str, password: str) -> None:
    """Raises InvalidInput for a name or password that Milvus refuses."""
    access.check_user_name(user)
    access.check_password(password)


def create_user(client: Client, user: str, password: str, roles: Sequence[str], description: str | None = None) -> Done:
    """Creates a user with roles. Raises CliError for a user that exists, or a role that does not."""
    if description is not None:
        client.require("CreateCredential.description")
    if user in (permitted(access.users, client) or ()):
        raise CliError(f"user {user!r} already exists", hint=f"run `show user {user}`")
    if roles:
        access.require_roles(client, roles)
    access.create_user(client, user, password, description)
    for role in roles:
        access.operate_role(client, role, user, revoke=False)
    with_roles = f" with {', '.join(roles)}" if roles else ""
    return Done(f"Created user {user!r}{with_roles}.", {"user": user, "roles": list(roles)})


def alter_user(client: Client, user: str, description: str) -> Done:
    """Changes the description of a user. Raises CliError for one that does not exist."""
    access.require_users(client, [user])
    access.describe_user(client, user, description)
    return Done(f"Changed the description of user {user!r}.", {"user": user, "description": description})


def user_table(client: Client) -> Table:
    """The users with their roles; with descriptions if the server has any."""
    names = access.users(client)
    roles = permitted(access.roles_of_users, client)
    rows = [(name, None if roles is None else ", ".join(roles.get(name, ()))) for name in names]
    described = _descriptions(client)
    if not described:
        return Table(("user", "roles"), rows)
    return Table(("user", "roles", "description"), [(*row, described.get(row[0])) for row in rows])


def _descriptions(client: Client, user: str = "") -> dict[str, str]:
    """Returns no descriptions of an older server, without asking it."""
    if lacks("CreateCredential.description", client.version):
        return {}
    return permitted(access.user_descriptions, client, user) or {}


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
    text = _descriptions(client, user).get(user)
    described = {"description": text} if text else {}
    return Report({"user": user, **described, "roles": roles}, [Section("grants", Table(GRANT_COLUMNS, rows), items)])


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
