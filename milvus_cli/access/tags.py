"""Tags of users, as key and value, by which row policies choose."""

from __future__ import annotations

from collections.abc import Sequence

from ..client.client import Client
from ..result import Done, Removal, Table
from ..text.names import missing_name
from . import access


def set_tags(client: Client, user: str, tags: Sequence[tuple[str, str]]) -> Done:
    access.require_users(client, [user])
    client.call("AddUserTags", user_name=user, tags=dict(tags))
    changed = [key for key, _ in tags]
    return Done(f"Set {', '.join(changed)} of user {user!r}.", {"user": user, "changed": changed})


def tag_table(client: Client, user: str) -> Table:
    access.require_users(client, [user])
    tags = client.call("GetUserTags", user_name=user).tags
    return Table(("tag", "value"), sorted(tags.items()))


def tag_removal(client: Client, user: str, keys: Sequence[str]) -> Removal:
    """Raises CliError for a tag that the user does not have."""
    access.require_users(client, [user])
    known = client.call("GetUserTags", user_name=user).tags
    missing = next((key for key in keys if key not in known), None)
    if missing is not None:
        raise missing_name("tag", missing, known, f"run `list user_tags -u {user}`", before=f"user {user!r} has ")
    return Removal(
        "delete",
        f"{', '.join(keys)} of user {user!r}",
        "",
        {"user": user, "tags": list(keys)},
        lambda: client.call("DeleteUserTags", user_name=user, tag_keys=keys),
        loses_data=False,
    )


def tagged_table(client: Client, key: str, value: str) -> Table:
    """The users who have a tag, with that value unless it is empty."""
    names = client.call("ListUsersWithTag", tag_key=key, tag_value=value).user_names
    return Table(("user",), [(name,) for name in sorted(names)], bare=True)
