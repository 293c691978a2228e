"""Lists and changes users, roles, grants and privilege groups."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ..client.client import Client
from ..client.optional import permitted, supported
from ..client.parallel import THREADS
from ..client.privileges import EVERY, is_group
from ..errors import CliError, InvalidInput, ServerRefused, Unsupported
from ..text.names import missing_name

ADMIN = "root"
"""Milvus's built-in user."""

BUILT_IN_ROLES = ("admin", "public")
"""Milvus's built-in roles; every user has public."""

USER_NAME = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)
ROLE_NAME = re.compile(r"[A-Za-z_][\w$]{0,254}", re.ASCII)
PASSWORD_BYTES = range(6, 257)
WRONG_PASSWORD = 1400
"""Milvus's code for a wrong old password."""


@dataclass(frozen=True, order=True)
class Grant:
    """A privilege, or privilege group, of a role on an object in a database; all but the role may be `*`."""

    role: str
    database: str
    object_type: str
    object_name: str
    privilege: str
    grantor: str = ""

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """Identity of the grant, regardless of the grantor."""
        return self.role, self.database, self.object_type, self.object_name, self.privilege

    @property
    def words(self) -> str:
        where = "every database" if self.database == EVERY else f"database {self.database}"
        return f"{self.privilege} on {self.object_type} {self.object_name} ({where})"


# Users


def users(client: Client) -> list[str]:
    return sorted(client.call("ListCredUsers").usernames)


def roles_of_users(client: Client, user: str = "") -> dict[str, list[str]]:
    """Returns roles by user: of all users or of the named one, which may be missing."""
    which: dict[str, Any] = {"user": {"name": user}} if user else {}
    results = client.call("SelectUser", include_role_info=True, **which).results
    return {each.user.name: sorted(role.name for role in each.roles) for each in results}


def require_users(client: Client, names: Iterable[str]) -> None:
    """Raises CliError with similar names for a missing user. Does nothing without the privilege to list users."""
    _require(names, permitted(users, client), "user", "list users")


def create_user(client: Client, user: str, password: str, description: str | None = None) -> None:
    client.call("CreateCredential", username=user, password=in_base64(password), description=description)


def describe_user(client: Client, user: str, description: str) -> None:
    """Changes the description of a user: a change of the password without passwords."""
    client.call("UpdateCredential", username=user, description=description)


def user_descriptions(client: Client, user: str = "") -> dict[str, str]:
    """Returns the descriptions of users who have one: of all, or of the named one."""
    which: dict[str, Any] = {"user": {"name": user}} if user else {}
    results = client.call("SelectUser", include_role_info=True, **which).results
    return {each.user.name: each.description for each in results if each.description}


def change_password(client: Client, user: str, old: str, new: str) -> None:
    try:
        client.call("UpdateCredential", username=user, oldPassword=in_base64(old), newPassword=in_base64(new))
    except ServerRefused as exc:
        if exc.server_code != WRONG_PASSWORD:
            raise
        raise CliError(
            f"that is not the old password of user {user!r}",
            hint="give the one that it has now: --old-password -",
            server_code=WRONG_PASSWORD,
        ) from exc


def in_base64(password: str) -> str:
    return base64.b64encode(_bytes(password)).decode()


def check_user_name(name: str) -> None:
    if not USER_NAME.fullmatch(name):
        raise InvalidInput(
            f"invalid user name {name!r}", hint="it starts with a letter and has letters, digits and _ (at most 32)"
        )


def check_role_name(name: str) -> None:
    if not ROLE_NAME.fullmatch(name):
        raise InvalidInput(
            f"invalid role name {name!r}",
            hint="it starts with a letter or _ and has letters, digits, _, $ (at most 255)",
        )


def check_password(password: str, of: str = "") -> None:
    """Raises InvalidInput, without showing the password, if Milvus would refuse its length."""
    length = len(_bytes(password))
    if length not in PASSWORD_BYTES:
        raise InvalidInput(
            f"the password{f' of {of}' if of else ''} is too {'long' if length > 6 else 'short'}",
            hint="a password has 6 to 256 characters",
        )


def _bytes(password: str) -> bytes:
    # Preserves bytes from a terminal that are not UTF-8.
    return password.encode(errors="surrogateescape")


# Roles


def users_of_roles(client: Client, role: str = "") -> dict[str, list[str]]:
    """Returns users by role: of all roles or of the named one, which may be missing."""
    which: dict[str, Any] = {"role": {"name": role}} if role else {}
    results = client.call("SelectRole", include_user_info=True, **which).results
    return {each.role.name: sorted(user.name for user in each.users) for each in results}


def role_descriptions(client: Client, role: str = "") -> dict[str, str]:
    """Returns the descriptions of roles that have one: of all, or of the named one."""
    which: dict[str, Any] = {"role": {"name": role}} if role else {}
    results = client.call("SelectRole", include_user_info=True, **which).results
    return {each.role.name: each.role.description for each in results if each.role.description}


def require_roles(client: Client, names: Iterable[str]) -> None:
    """Like `require_users`, for roles."""
    _require(names, permitted(users_of_roles, client), "role", "list roles")


def operate_role(client: Client, role: str, user: str, *, revoke: bool) -> None:
    client.call("OperateUserRole", username=user, role_name=role, type=int(revoke))


# Grants


def databases(client: Client) -> list[str]:
    """Returns `*` and all databases; without the privilege to list them, `*` and the connection's database."""
    known = permitted(supported, all_databases, client)
    return [EVERY, *(known or [client.profile.database])]


def require_database(client: Client, name: str) -> None:
    """Raises CliError if a database does not exist. `*` means all databases."""
    if name != EVERY:
        _require([name], permitted(all_databases, client), "database", "list databases")


def all_databases(client: Client) -> list[str]:
    return list(client.call("ListDatabases").db_names)


def grants(client: Client, roles: Sequence[str], databases: Sequence[str]) -> list[Grant]:
    """Returns the grants of roles in databases, in order. The server reports each role and database separately."""

    def ask(where: tuple[str, str]) -> list[Grant]:
        role, database = where
        entity = {"role": {"name": role}, "db_name": database}
        return [_read(each) for each in client.call("SelectGrant", entity=entity).entities]

    pairs = [(role, database) for role in roles for database in databases]
    with ThreadPoolExecutor(THREADS) as pool:
        found = {grant.key: grant for each in pool.map(ask, pairs) for grant in each}
    # Grants on all databases are reported for each of them.
    return sorted(grant for grant in found.values() if grant.database in databases)


def operate_privilege(client: Client, grant: Grant, *, revoke: bool, group: bool) -> None:
    method, fields = privilege_call(grant, revoke=revoke, group=group)
    client.call(method, **fields)


def revoke_all(client: Client, found: Iterable[Grant]) -> None:
    own = groups(client) or {}
    for grant in found:
        operate_privilege(client, grant, revoke=True, group=is_group(grant.privilege, own))


def privilege_call(grant: Grant, *, revoke: bool, group: bool) -> tuple[str, Mapping[str, Any]]:
    """Returns the RPC that grants or revokes, and its fields; `group` is set for a privilege group."""
    grantor = {"privilege": {"name": grant.privilege}}
    if group:
        return "OperatePrivilegeV2", {
            "role": {"name": grant.role},
            "grantor": grantor,
            "type": int(revoke),
            "db_name": grant.database,
            "collection_name": grant.object_name,
        }
    entity = {
        "role": {"name": grant.role},
        "object": {"name": grant.object_type},
        "object_name": grant.object_name,
        "grantor": grantor,
        "db_name": grant.database,
    }
    return "OperatePrivilege", {"entity": entity, "type": int(revoke)}


def _read(entity: Any) -> Grant:
    return Grant(
        role=entity.role.name,
        database=entity.db_name,
        object_type=entity.object.name,
        object_name=entity.object_name,
        privilege=entity.grantor.privilege.name,
        grantor=entity.grantor.user.name,
    )


# Groups of privileges


def groups(client: Client) -> dict[str, list[str]] | None:
    """Returns privileges by group; None if the server has no groups, or this user may not list them."""
    try:
        return permitted(all_groups, client)
    except Unsupported:
        return None


def all_groups(client: Client) -> dict[str, list[str]]:
    """Like `groups`, but raises Unsupported and NotAuthorized."""
    found = client.call("ListPrivilegeGroups").privilege_groups
    return {each.group_name: sorted(privilege.name for privilege in each.privileges) for each in found}


def group_call(name: str, privileges: Iterable[str], *, remove: bool) -> tuple[str, Mapping[str, Any]]:
    """Returns the RPC that adds or removes privileges of a group, and its fields."""
    return "OperatePrivilegeGroup", {
        "group_name": name,
        "privileges": [{"name": each} for each in privileges],
        "type": int(remove),
    }


def _require(names: Iterable[str], known: Iterable[str] | None, what: str, listing: str) -> None:
    if known is None:
        return
    known = list(known)
    for name in names:
        if name not in known:
            raise missing_name(what, name, known, f"run `{listing}`")
