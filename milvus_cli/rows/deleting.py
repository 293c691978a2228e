"""Deletes rows: those for which a filter holds, those with given primary keys, or all with their collection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..client.client import Client
from ..client.optional import permitted
from ..errors import CliError
from ..result import Done, Removal
from ..schema.schema import type_name
from ..server.deleting import alias_words, delete_with_aliases
from ..server.existence import aliases_of, require_own_name
from ..text.counts import counted
from ..values.quoted_keys import QUOTE, TO_LITE_3, quoted_key, why_refused
from .filters import both, filled, quoted
from .selection import (
    Fields,
    Selection,
    count_if_loaded,
    exact_count,
    keys_of,
    parse_keys,
    query,
    row_count_text,
    selected,
    with_keys,
)


def removal_by_filter(
    client: Client, collection: str, expression: str, parameters: Sequence[tuple[str, str]], partition: str | None
) -> Removal | Done:
    """The removal of the rows for which a filter holds; Done where there are none."""
    selection = selected(
        client, collection, fields="*", filter=filled(expression, parameters), partitions=_only(partition)
    )
    matching = permitted(exact_count, client, selection)
    _refuse_quoted(client, selection)
    return _removal(client, selection, matching, f"where {selection.filter}")


def removal_by_ids(client: Client, collection: str, ids: str, partition: str | None) -> Removal | Done:
    """The removal of the rows with these primary keys; Done where there are none."""
    plain = selected(client, collection, partitions=_only(partition))
    keys = parse_keys(ids, plain.schema)
    selection = with_keys(plain, keys)
    if client.version.pastes_keys and (key := quoted_key(keys)) is not None:
        raise CliError(why_refused(key), hint=TO_LITE_3)
    matching = count_if_loaded(client, selection)
    return _removal(client, selection, matching, f"by {counted(len(keys), 'id')}")


def _refuse_quoted(client: Client, selection: Selection) -> None:
    """Raises CliError if the filter selects a row with a key that the server would take for SQL."""
    if not client.version.pastes_keys or type_name(selection.primary.data_type) != "VARCHAR":
        return
    name = selection.primary.name
    with_quotes = both(selection.filter, f"{name} like {quoted(f'%{QUOTE}%')}")
    keys = replace(selection, fields=Fields((name,), (name,), flat=False))
    key = quoted_key(keys_of(query(client, keys, with_quotes, params={"limit": 1}), selection))
    if key is not None:
        raise CliError(why_refused(key), hint=TO_LITE_3)


def collection_removal(client: Client, collection: str, note: Callable[[str], None], *, counted: bool) -> Removal:
    """The removal of a collection with its aliases; `counted` says how many rows go with it."""
    aliases = aliases_of(client, require_own_name(client, collection))
    unknown = "listing them takes ListAliases"
    parts = [row_count_text(client, collection)] if counted else []
    if aliases is None:
        parts.append(f"unknown aliases ({unknown})")
    elif aliases:
        parts.append(alias_words(aliases))

    def act() -> None:
        delete_with_aliases(client, collection, aliases or ())
        if aliases is None:
            note(f"note: aliases of {collection!r} may remain: {unknown}")

    also = f"with {' and '.join(parts)}" if parts else ""
    return Removal("delete", f"collection {collection!r}", also, {"collection": collection, "aliases": aliases}, act)


def truncation(client: Client, collection: str, *, counted: bool) -> Removal:
    """The removal of all rows of a collection; `counted` says how many. Raises Unsupported on an old server."""
    aliases = ", ".join(map(repr, aliases_of(client, require_own_name(client, collection)) or ()))
    client.require("TruncateCollection")
    rows = f"with {row_count_text(client, collection)}" if counted else ""
    return Removal(
        "truncate",
        f"collection {collection!r}",
        ", ".join(filter(None, (rows, aliases and f"also known as {aliases}"))),
        {"collection": collection},
        lambda: client.call("TruncateCollection", collection_name=collection),
    )


def _only(partition: str | None) -> tuple[str, ...]:
    return (partition,) if partition else ()


def _removal(client: Client, selection: Selection, matching: int | None, which: str) -> Removal | Done:
    """`matching` is None where the rows can't be counted."""
    made = {"collection": selection.collection, "count": matching}
    if matching == 0:
        return Done(f"No row of {selection.collection!r} to delete {which}.", {**made, "deleted": False})
    rows = "rows" if matching is None else counted(matching, "row")
    return Removal(
        "delete",
        f"{rows} of {selection.collection!r} {which}",
        "how many there are is not known, as they can't be read" if matching is None else "",
        made,
        lambda: client.call(
            "Delete",
            collection_name=selection.collection,
            expr=selection.filter,
            partition_name=next(iter(selection.partitions), ""),
        ),
    )
