"""Detects leaked aliases: those of a deleted collection, which Milvus 2.3 keeps, resolves first and never lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import CliError, ServerRefused
from .not_found import has_number
from .optional import permitted

if TYPE_CHECKING:
    from .client import Client

IS_ALIAS = "use an alias"


def is_leaked_alias(client: Client, name: str) -> bool:
    """Reports whether a name is a leaked alias, even if a collection with that name exists, which it hides.

    Returns False if this user lacks the privileges to find out.
    """
    try:
        permitted(client.call, "DescribeCollection", collection_name=name)
    except ServerRefused as exc:
        return has_number(exc.reason) and _is_refused_as_alias(client, name)
    return False


def _is_refused_as_alias(client: Client, name: str) -> bool:
    """Reports whether renaming the name to itself is refused with IS_ALIAS. No read reveals a leaked alias."""
    if client.profile.read_only:
        return False
    try:
        permitted(client.call, "RenameCollection", oldName=name, newName=name)
    except ServerRefused as exc:
        return IS_ALIAS in exc.reason
    return False


def require_no_leaked_alias(client: Client, name: str, *, options: str = "") -> None:
    """Raises CliError for a leaked alias; `options` are added to the hint's command to reach the same database."""
    if is_leaked_alias(client, name):
        raise leaked(name, options)


def leaked(name: str, options: str = "") -> CliError:
    return CliError(message(name), hint=f"remove it first with `delete alias {name}{options}`")


def message(name: str) -> str:
    return f"alias {name!r} points to a deleted collection"
