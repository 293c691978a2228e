"""Operations on groups of privileges: create, list, delete, put privileges in and take them out."""

from __future__ import annotations

from collections.abc import Sequence

from ..client.client import Client
from ..client.privileges import check_privilege
from ..errors import CliError
from ..result import Done, Removal, Table
from ..text.names import missing_name, nearest
from .access import all_groups, group_call


def check_privileges(privileges: Sequence[str], *, force: bool) -> None:
    """Raises InvalidInput for privileges that this client does not know, unless forced."""
    for name in () if force else privileges:
        check_privilege(name, "", ())


def create_group(client: Client, group: str, privileges: Sequence[str]) -> Done:
    client.call("CreatePrivilegeGroup", group_name=group)
    if privileges:
        method, fields = group_call(group, privileges, remove=False)
        client.call(method, **fields)
    return Done(f"Created privilege group {group!r}.", {"group": group, "privileges": privileges})


def group_table(client: Client) -> Table:
    found = sorted(all_groups(client).items())
    return Table(("group", "privileges"), [(name, ", ".join(privileges)) for name, privileges in found])


def group_removal(client: Client, group: str) -> Removal:
    privileges = _require_group(client, group)
    also = f"with {', '.join(privileges)}" if privileges else ""

    def act() -> None:
        client.call("DropPrivilegeGroup", group_name=group)

    return Removal("delete", f"privilege group {group!r}", also, {"group": group}, act)


def change_group(client: Client, group: str, privileges: Sequence[str], *, remove: bool) -> Done:
    """Puts privileges into a group, or removes them. Raises CliError for one to remove that is not in it."""
    there = _require_group(client, group)
    missing = next((name for name in privileges if remove and name not in there), None)
    if missing:
        raise CliError(
            f"privilege group {group!r} has no {missing}",
            hint=nearest(missing, there) or f"it has: {', '.join(there) or 'none'}",
        )
    method, fields = group_call(group, privileges, remove=remove)
    client.call(method, **fields)
    verb = "no longer has" if remove else "now has"
    made = {"group": group, "privileges": privileges}
    return Done(f"Privilege group {group!r} {verb} {', '.join(privileges)}.", made)


def _require_group(client: Client, group: str) -> list[str]:
    """The privileges in a group."""
    known = all_groups(client)
    if group not in known:
        raise missing_name("privilege group", group, known, "run `list privilege_groups`")
    return known[group]
