"""Leaked aliases: Milvus 2.3 keeps those of a deleted collection, and lists them nowhere; they hide what they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import CliError, ServerRefused
from .not_found import has_number
from .optional import permitted

if TYPE_CHECKING:
    from .client import Client

IS_ALIAS = "use an alias"


def is_leaked_alias(client: Client, name: str) -> bool:
    """Also where a collection of that name was created since: nothing reaches it before the alias is deleted.

    False where this user can't find out.
    """
    try:
        permitted(client.call, "DescribeCollection", collection_name=name)
    except ServerRefused as exc:
        return has_number(exc.reason) and _is_refused_as_alias(client, name)
    return False


def _is_refused_as_alias(client: Client, name: str) -> bool:
    """No read tells; a rename of a name to itself is always refused, and only for an alias with these words."""
    if client.profile.read_only:
        return False
    try:
        permitted(client.call, "RenameCollection", oldName=name, newName=name)
    except ServerRefused as exc:
        return IS_ALIAS in exc.reason
    return False


def require_no_leaked_alias(client: Client, name: str, *, options: str = "") -> None:
    """`options` are those that `delete alias` needs to act on the same server and database."""
    if is_leaked_alias(client, name):
        raise leaked(name, options)


def leaked(name: str, options: str = "") -> CliError:
    return CliError(message(name), hint=f"remove it first: delete alias {name}{options}")


def message(name: str) -> str:
    return f"alias {name!r} points to a deleted collection"
