"""The questions about privileges and passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..access.access import all_groups
from ..client.privileges import check_privilege
from ..errors import NotAuthorized, Unsupported

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..client.client import Client
    from ..grammar.dialogue import Interview


def ask_privilege(ask: Interview) -> None:
    """Asks for a grant, to give or to take back."""
    ask.ask("roles", "Role")
    ask.ask("object_type", "Object type: Collection, Global or User (empty: as the privilege says)")
    ask.ask("objects", "Object (empty: *)")
    groups = _groups(ask.session.client)
    kind = ask.value("object_type") or ""
    ask.ask("privileges", "Privilege", check=lambda text: check_privilege(text, kind, groups))
    ask.ask("database", "Database (empty: the current one)")


def _groups(client: Client) -> Collection[str]:
    """Returns the privilege groups, none if the server lacks them or this user may not see them."""
    try:
        return all_groups(client)
    except (Unsupported, NotAuthorized):
        return ()


def ask_password(ask: Interview) -> None:
    """Asks for the old password too; Enter takes the one that this connection has for its own user."""
    name: str = ask.ask("username", "User")
    is_own = ask.session.profile.user == name
    ask.ask("old_password", f"Old password{' (empty: that of this connection)' if is_own else ''}")
    if is_own and not ask.secrets.get("old_password"):
        ask.secrets.pop("old_password", None)
    ask.ask("new_password", "New password")
