"""Changes a server's users, roles and grants to those of a file: one RPC per difference, ordered by dependency.

Changes are computed from the differences that remain, so a run that was interrupted is completed by the next one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..client.client import Client
from ..client.privileges import is_group
from ..errors import CliError, InvalidInput
from ..text.names import nearest
from .access import ADMIN, BUILT_IN_ROLES, Grant, group_call, in_base64, privilege_call
from .file import Access

KINDS = ("privilege group", "group privilege", "role", "grant", "user", "user role")
"""Kinds of changes in the order of creation; they are removed in reverse order."""


@dataclass(frozen=True)
class Change:
    """A difference: `sign` + or -, its kind, the object's name and detail, and the RPC with its fields."""

    sign: str
    kind: str
    name: str
    detail: str
    method: str
    fields: Mapping[str, Any]

    @property
    def row(self) -> tuple[str, str, str, str]:
        return self.sign, self.kind, self.name, self.detail


def changes(there: Access, wanted: Access, *, prune: bool, me: str = "") -> list[Change]:
    """Returns additions of everything missing on the server; with `prune`, also removals of what the file lacks.

    Milvus's built-in user and roles, their grants, and the user `me` are never removed.
    """
    _check_roles(there, wanted)
    order = {kind: position for position, kind in enumerate(KINDS)}
    added = sorted(_missing(there, wanted, "+"), key=lambda each: order[each.kind])
    return added + extras(there, wanted, me=me) if prune else added


def extras(there: Access, wanted: Access, *, me: str = "") -> list[Change]:
    """The removals of what the server has beyond the file; parts that the file leaves out are left alone."""
    order = {kind: position for position, kind in enumerate(KINDS)}
    found = (each for each in _missing(wanted, there, "-") if not _stays(each, me) and _spoken_of(each, wanted))
    return sorted(found, key=lambda each: -order[each.kind])


def new_users(found: Iterable[Change]) -> list[str]:
    """Returns new users, which need a password."""
    return [each.name for each in found if (each.sign, each.kind) == ("+", "user")]


def make(client: Client, found: Collection[Change], passwords: Mapping[str, str]) -> None:
    """Applies the changes, with `passwords` by new user. Errors report how many were applied."""
    for done, each in enumerate(found):
        secret: dict[str, Any] = (
            {"password": in_base64(passwords[each.name])} if each.method == "CreateCredential" else {}
        )
        try:
            client.call(each.method, **each.fields, **secret)
        except CliError as exc:
            so_far = f"{done} of {len(found)} changes were made; apply it again for the rest"
            raise exc.with_context(prefix=" ".join(filter(None, each.row[1:])), more_hint=so_far) from exc


def _missing(there: Access, wanted: Access, sign: str) -> Iterator[Change]:
    """Yields changes for everything in `wanted` that `there` lacks; for the sign -, the removals."""
    own = {*(there.groups or ()), *(wanted.groups or ())}
    yield from _missing_groups(there.groups or {}, wanted.groups or {}, sign)
    yield from _missing_grants(there.roles or {}, wanted.roles or {}, own, sign)
    yield from _missing_roles(there.users or {}, wanted.users or {}, sign)


def _missing_groups(
    there: Mapping[str, Collection[str]], wanted: Mapping[str, Collection[str]], sign: str
) -> Iterator[Change]:
    remove = sign == "-"
    for group, privileges in wanted.items():
        known = there.get(group)
        if known is None:
            method = "DropPrivilegeGroup" if remove else "CreatePrivilegeGroup"
            yield _change(sign, "privilege group", group, (method, {"group_name": group}))
        if known is not None or not remove:
            for privilege in sorted(set(privileges) - set(known or ())):
                call = group_call(group, [privilege], remove=remove)
                yield _change(sign, "group privilege", group, call, detail=privilege)


def _missing_grants(
    there: Mapping[str, Collection[Grant]], wanted: Mapping[str, Collection[Grant]], own: Collection[str], sign: str
) -> Iterator[Change]:
    remove = sign == "-"
    for role, grants in wanted.items():
        known = there.get(role)
        if known is None:
            yield _change(sign, "role", role, _role_call(role, remove=remove))
        keys = {grant.key for grant in known or ()}
        for grant in sorted(grant for grant in grants if grant.key not in keys):
            yield _change(sign, "grant", role, _grant_call(grant, own, remove=remove), detail=grant.words)


def _missing_roles(
    there: Mapping[str, Collection[str]], wanted: Mapping[str, Collection[str]], sign: str
) -> Iterator[Change]:
    remove = sign == "-"
    for user, roles in wanted.items():
        known = there.get(user)
        if known is None:
            method = "DeleteCredential" if remove else "CreateCredential"
            yield _change(sign, "user", user, (method, {"username": user}))
        if known is not None or not remove:
            for role in sorted(set(roles) - set(known or ())):
                fields = {"username": user, "role_name": role, "type": int(remove)}
                yield _change(sign, "user role", user, ("OperateUserRole", fields), detail=role)


def _change(sign: str, kind: str, name: str, call: tuple[str, Mapping[str, Any]], *, detail: str = "") -> Change:
    method, fields = call
    return Change(sign=sign, kind=kind, name=name, detail=detail, method=method, fields=fields)


def _role_call(role: str, *, remove: bool) -> tuple[str, Mapping[str, Any]]:
    return ("DropRole", {"role_name": role}) if remove else ("CreateRole", {"entity": {"name": role}})


def _grant_call(grant: Grant, own: Collection[str], *, remove: bool) -> tuple[str, Mapping[str, Any]]:
    return privilege_call(grant, revoke=remove, group=is_group(grant.privilege, own))


def _stays(change: Change, me: str) -> bool:
    """Reports whether a removal is skipped: of built-in objects, and of the user that makes the changes."""
    if change.kind in ("user", "user role"):
        return change.name in (ADMIN, me)
    return change.kind in ("role", "grant") and change.name in BUILT_IN_ROLES


def _spoken_of(change: Change, wanted: Access) -> bool:
    """Reports whether the file has the part of the change: other parts stay unchanged."""
    part = {"user": wanted.users, "user role": wanted.users, "role": wanted.roles, "grant": wanted.roles}
    return part.get(change.kind, wanted.groups) is not None


def _check_roles(there: Access, wanted: Access) -> None:
    known = {*(there.roles or ()), *(wanted.roles or ())}
    for user, roles in (wanted.users or {}).items():
        for role in roles:
            if role not in known:
                raise InvalidInput(
                    f"user {user!r} has role {role!r}, which neither the file nor the server has",
                    hint=nearest(role, known) or "add it to roles",
                )
