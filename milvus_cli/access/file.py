"""Users, roles, grants and privilege groups as one value: reads it from a server or a file, and writes it to a file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..client.client import Client
from ..client.not_found import DEFAULT_DATABASE
from ..client.privileges import COLLECTION, EVERY, GLOBAL, GROUPS, TYPE_OF, check_privilege, is_group, read_type
from ..errors import InvalidInput
from ..text.names import nearest
from . import access
from .access import Grant

PARTS = ("users", "roles", "privilege_groups")
GRANT_KEYS = ("database", "object_type", "object_name", "privileges")
HINT = "export access prints such a file"


@dataclass(frozen=True)
class Access:
    """Roles by user, grants by role, and privileges by group, present or wanted.

    A part is None if the file omits it, or the server does not support it.
    """

    users: Mapping[str, Collection[str]] | None
    roles: Mapping[str, Collection[Grant]] | None
    groups: Mapping[str, Collection[str]] | None


def read_server(client: Client, databases: Collection[str] = ()) -> Access:
    """Reads a server's access; grants in all its databases, and in the named ones, which may be missing."""
    where = list(dict.fromkeys([*access.databases(client), *databases]))
    roles: dict[str, list[Grant]] = {role: [] for role in access.users_of_roles(client)}
    for grant in access.grants(client, list(roles), where):
        roles[grant.role].append(grant)
    groups = access.groups(client)
    own = None if groups is None else {name: groups[name] for name in groups if name not in GROUPS}
    return Access(access.roles_of_users(client), roles, own)


def write_access(found: Access) -> dict[str, Any]:
    """Returns a JSON value, sorted, so that equal access has equal text."""
    written: dict[str, Any] = {}
    if found.users is not None:
        written["users"] = [{"user": name, "roles": sorted(roles)} for name, roles in sorted(found.users.items())]
    if found.roles is not None:
        written["roles"] = [
            {"role": name, "grants": list(_written(grants))} for name, grants in sorted(found.roles.items())
        ]
    if found.groups is not None:
        written["privilege_groups"] = [
            {"group": name, "privileges": sorted(privileges)} for name, privileges in sorted(found.groups.items())
        ]
    return written


def read_access(value: Any, *, force: bool = False) -> Access:
    """Parses a file's value; `force` accepts unknown privileges. Raises InvalidInput with the position."""
    if not isinstance(value, dict):
        raise InvalidInput("the file has no users, roles or privilege_groups", hint=HINT)
    _check_keys(value, PARTS, "the file")
    groups = _part(value, "privilege_groups", "group")
    users, roles = _part(value, "users", "user"), _part(value, "roles", "role")
    own = set(groups or ())
    for user in users or ():
        access.check_user_name(user)
    for role in roles or ():
        access.check_role_name(role)
    return Access(
        None if users is None else {name: _names(each, "roles", f"user {name!r}") for name, each in users.items()},
        None if roles is None else {name: _grants(name, each, own, force=force) for name, each in roles.items()},
        None
        if groups is None
        else {name: _names(each, "privileges", f"group {name!r}") for name, each in groups.items()},
    )


def databases_of(wanted: Access) -> list[str]:
    return sorted({grant.database for grants in (wanted.roles or {}).values() for grant in grants})


def read_passwords(text: str) -> dict[str, str]:
    """Parses lines user:password, without empty lines and # comments. Raises InvalidInput that shows no secret."""
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        user, colon, password = line.partition(":")
        if not colon:
            raise InvalidInput(f"line {number} of the passwords is not user:password")
        access.check_password(password, user)
        found[user.strip()] = password
    return found


def _written(grants: Collection[Grant]) -> Iterator[dict[str, Any]]:
    """Yields an entry for each object, with its privileges."""
    by_object: dict[tuple[str, str, str], list[str]] = {}
    for grant in sorted(grants):
        by_object.setdefault(grant.key[1:4], []).append(grant.privilege)
    for granted_on, privileges in by_object.items():
        yield dict(zip(GRANT_KEYS, (*granted_on, privileges), strict=True))


def _part(value: Mapping[str, Any], key: str, name: str) -> dict[str, Mapping[str, Any]] | None:
    """Returns the entries of a part by name."""
    if key not in value:
        return None
    entries = value[key] if value[key] is not None else []
    if not isinstance(entries, list):
        raise InvalidInput(f"{key} is not a list", hint=HINT)
    found: dict[str, Mapping[str, Any]] = {}
    for number, each in enumerate(entries, start=1):
        where = f"{key}, entry {number}"
        if not isinstance(each, dict) or not isinstance(each.get(name), str) or not each[name]:
            raise InvalidInput(f"{where} has no {name} that is text", hint="a name such as yes or 12 needs quotes")
        _check_keys(each, (name, {"user": "roles", "role": "grants", "group": "privileges"}[name]), where)
        if each[name] in found:
            raise InvalidInput(f"{where}: {name} {each[name]!r} is there twice")
        found[each[name]] = each
    return found


def _grants(role: str, entry: Mapping[str, Any], own: Collection[str], *, force: bool) -> list[Grant]:
    given = entry.get("grants") or []
    if not isinstance(given, list):
        raise InvalidInput(f"role {role!r}: grants is not a list", hint=HINT)
    found = [
        grant
        for number, each in enumerate(given, start=1)
        for grant in _read_grant(role, each, f"role {role!r}, grant {number}", own, force=force)
    ]
    return sorted({grant.key: grant for grant in found}.values())


def _read_grant(role: str, entry: Any, where: str, own: Collection[str], *, force: bool) -> Iterator[Grant]:
    if not isinstance(entry, dict):
        raise InvalidInput(f"{where} is not an object with privileges", hint=HINT)
    _check_keys(entry, GRANT_KEYS, where)
    kind = read_type(_text(entry, "object_type", where)) if entry.get("object_type") else ""
    database = _text(entry, "database", where) or DEFAULT_DATABASE
    name = _text(entry, "object_name", where)
    privileges = _names(entry, "privileges", where)
    if not privileges:
        raise InvalidInput(f"{where} has no privileges", hint=HINT)
    for privilege in privileges:
        group = is_group(privilege, own)
        if not force:
            check_privilege(privilege, "" if group else kind, own, where)
        its_kind = kind or TYPE_OF.get(privilege, GLOBAL if group or force else "")
        if not its_kind:
            raise InvalidInput(f"{where}: * on which object_type?", hint="Collection, Global or User")
        if not name and (its_kind != GLOBAL or privilege.startswith(COLLECTION)):
            raise InvalidInput(f"{where}: {privilege} on which object_name?", hint="* is all of them")
        yield Grant(role, database=database, object_type=its_kind, object_name=name or EVERY, privilege=privilege)


def _names(entry: Mapping[str, Any], key: str, where: str) -> list[str]:
    value = entry.get(key)
    names = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise InvalidInput(f"{where}: {key} is a list of names", hint="a name such as yes or 12 needs quotes")
    return sorted(set(names))


def _text(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = entry.get(key, "")
    if not isinstance(value, str):
        raise InvalidInput(f"{where}: {key} is a name", hint="a name such as yes or 12 needs quotes")
    return value


def _check_keys(entry: Mapping[str, Any], known: Collection[str], where: str) -> None:
    for key in entry:
        if key not in known:
            raise InvalidInput(
                f"{where} has an unknown key {str(key)!r}", hint=nearest(str(key), known) or f"keys: {', '.join(known)}"
            )
