"""What makes a server's users, roles and grants those of a file: one RPC for each difference, in an order that works.

Every change leads nearer to the file, and is only found where the server still differs: whatever ends the work in the
middle, the next run makes the rest.
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
"""In the order in which they are made; they are removed in the other one."""


@dataclass(frozen=True)
class Change:
    """One difference: `sign` + or -, what it is, whose, and the RPC with its fields that makes it."""

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
    """What is missing on the server; with `prune`, then what the file does not have.

    Milvus's own user, roles and their grants are never removed, nor is the user `me`.
    """
    _check_roles(there, wanted)
    order = {kind: position for position, kind in enumerate(KINDS)}
    added = sorted(_missing(there, wanted, "+"), key=lambda each: order[each.kind])
    if not prune:
        return added
    removed = (each for each in _missing(wanted, there, "-") if not _stays(each, me) and _spoken_of(each, wanted))
    return added + sorted(removed, key=lambda each: -order[each.kind])


def new_users(found: Iterable[Change]) -> list[str]:
    """Users that need a password."""
    return [each.name for each in found if (each.sign, each.kind) == ("+", "user")]


def make(client: Client, found: Collection[Change], passwords: Mapping[str, str]) -> None:
    """Makes the changes; `passwords` of the new users. What fails says how many were made."""
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
    """What `wanted` has and `there` has not; with the sign -, the RPCs that remove it."""
    remove = sign == "-"
    own = {*(there.groups or ()), *(wanted.groups or ())}
    for group, privileges in (wanted.groups or {}).items():
        known = (there.groups or {}).get(group)
        if known is None:
            yield Change(
                sign,
                "privilege group",
                group,
                "",
                "DropPrivilegeGroup" if remove else "CreatePrivilegeGroup",
                {"group_name": group},
            )
        if known is not None or not remove:
            for privilege in sorted(set(privileges) - set(known or ())):
                yield Change(sign, "group privilege", group, privilege, *group_call(group, [privilege], remove=remove))
    for role, grants in (wanted.roles or {}).items():
        has = (there.roles or {}).get(role)
        if has is None:
            yield Change(sign, "role", role, "", *_role_call(role, remove=remove))
        keys = {grant.key for grant in has or ()}
        for grant in sorted(grant for grant in grants if grant.key not in keys):
            yield Change(sign, "grant", role, grant.words, *_grant_call(grant, own, remove=remove))
    for user, roles in (wanted.users or {}).items():
        had = (there.users or {}).get(user)
        if had is None:
            yield Change(
                sign, "user", user, "", "DeleteCredential" if remove else "CreateCredential", {"username": user}
            )
        if had is not None or not remove:
            for role in sorted(set(roles) - set(had or ())):
                fields = {"username": user, "role_name": role, "type": int(remove)}
                yield Change(sign, "user role", user, role, "OperateUserRole", fields)


def _role_call(role: str, *, remove: bool) -> tuple[str, Mapping[str, Any]]:
    return ("DropRole", {"role_name": role}) if remove else ("CreateRole", {"entity": {"name": role}})


def _grant_call(grant: Grant, own: Collection[str], *, remove: bool) -> tuple[str, Mapping[str, Any]]:
    return privilege_call(grant, revoke=remove, group=is_group(grant.privilege, own))


def _stays(change: Change, me: str) -> bool:
    """Whether a removal would take what Milvus comes with, or the ground that the work stands on."""
    if change.kind in ("user", "user role"):
        return change.name in (ADMIN, me)
    return change.kind in ("role", "grant") and change.name in BUILT_IN_ROLES


def _spoken_of(change: Change, wanted: Access) -> bool:
    """Whether the file has the part that the change is in: what it leaves out is left alone."""
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
