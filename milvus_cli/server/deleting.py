"""Deletes a collection and its aliases: Milvus 2.3 would leave the aliases behind, newer servers require them gone."""

from __future__ import annotations

from collections.abc import Sequence

from ..client.client import Client
from ..errors import CliError, Fault


def delete_with_aliases(client: Client, collection: str, aliases: Sequence[str]) -> None:
    """Deletes the aliases first. If the collection stays, the error lists deleted aliases and how to restore them."""
    gone: list[str] = []
    try:
        for alias in aliases:
            client.call("DropAlias", alias=alias)
            gone.append(alias)
        client.call("DropCollection", collection_name=collection)
    except CliError as exc:
        if not gone:
            raise
        again = " ".join(f"-a {alias}" for alias in gone)
        hint = f"put back what was deleted with `create alias -c {collection} {again}`"
        raise exc.with_context(
            suffix=f"already deleted: {alias_words(gone)}", hint="" if exc.fault is Fault.LOST else hint
        ) from exc


def alias_words(aliases: Sequence[str]) -> str:
    return f"alias{'' if len(aliases) == 1 else 'es'} {', '.join(map(repr, aliases))}"
