"""Messages for missing objects: Milvus and Milvus Lite each have several texts for the same refusal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DEFAULT_DATABASE = "default"

NO_COLLECTION, NOT_LOADED, NO_PARTITION, NO_INDEX, NO_DATABASE, NO_ALIAS = 100, 101, 200, 700, 800, 1600
"""Codes of Milvus since 2.3, and of Milvus Lite."""

RATE_LIMIT, QUOTA, COLLECTION_LIMIT = 8, 9, 102
"""Milvus's codes for limits, which Zilliz Cloud sets for its serverless and free clusters."""

LIST_COLLECTIONS, LIST_DATABASES = "run `list collections`", "run `list databases`"

HINTS = {
    NO_COLLECTION: LIST_COLLECTIONS,
    NOT_LOADED: "load it first with `load collection NAME`",
    NO_INDEX: "create one first with `create index`",
    NO_DATABASE: LIST_DATABASES,
    RATE_LIMIT: "the server limits the rate of requests: try again a little later",
    QUOTA: "delete data, or give the server more room",
    COLLECTION_LIMIT: "delete a collection first, or raise the server's limit",
}
"""Hints by code when the name is unknown."""

COLLECTION_FIELDS = ("collection_name", "collectionName", "oldName", "collection_names", "collections_name")
"""Fields of requests that name their collection."""

# The server reports a number instead of a name for the target of a leaked alias, and for a collection that it is
# still deleting.
HAS_NUMBER = re.compile(r"collection not found\[collection=\d+\]")


NAMELESS = "collection not found"
"""End of Milvus Lite 2.5's refusals, which do not name the collection."""


@dataclass(frozen=True)
class Missing:
    """Message and hint for an object that is missing or not ready."""

    message: str
    hint: str


def has_number(reason: str) -> bool:
    """Reports whether a leaked alias may have caused a refusal."""
    return HAS_NUMBER.search(reason) is not None


def no_collection(name: str, database: str) -> str:
    """Names the database unless it is the default one."""
    return f"collection {name!r} not found" + ("" if database == DEFAULT_DATABASE else f" in database {database!r}")


def no_database(name: str) -> Missing:
    return Missing(f"database {name!r} not found", LIST_DATABASES)


def not_loaded(collection: str, which: str = "") -> Missing:
    """`which` names the part of the collection that is not loaded, unless it is all of it."""
    return Missing(
        f"{which or f'collection {collection!r}'} is not loaded",
        f"load it first with `load collection -c {collection}`",
    )


def database_of(fields: Mapping[str, Any], database: str) -> str:
    """Returns the database of a request: its own, or else the connection's."""
    return str(fields.get("db_name") or database)


def missing(code: int, reason: str, fields: Mapping[str, Any], database: str) -> Missing | None:
    """Identifies the missing object by the refusal's code and the names in its request; None if it is unclear.

    `database` is the connection's; a request may override it.
    """
    database = database_of(fields, database)
    if code == NO_DATABASE or reason == f"database {database!r} does not exist":
        # Milvus Lite has no code for it.
        return no_database(database)
    alias = str(fields.get("alias", ""))
    if code in (NO_COLLECTION, NO_ALIAS) and alias and _is_about(reason, alias, ("alias=", "alias ")):
        return Missing(f"alias {alias!r} not found", "run `list aliases`")
    name = _collection(fields)
    if not name:
        return None
    if code == NO_COLLECTION and has_number(reason):
        hint = f"{LIST_COLLECTIONS}; one that is shown and not found has a leaked alias: run `delete alias {name}`"
        return Missing(no_collection(name, database), hint)
    if code == NO_COLLECTION and (_is_about(reason, name, ("",)) or reason.endswith(NAMELESS)):
        return Missing(no_collection(name, database), LIST_COLLECTIONS)
    if code == NOT_LOADED:
        return not_loaded(name)
    if code == NO_PARTITION:
        return _no_partition(name, reason, _partitions(fields))
    if code == NO_INDEX:
        return _no_index(name, str(fields.get("index_name", "")))
    return None


def _is_about(reason: str, name: str, before: Sequence[str]) -> bool:
    return any(form in reason for each in before for form in (f"{each}{name}]", f"{each}{name!r}"))


def _no_partition(collection: str, reason: str, names: Sequence[str]) -> Missing | None:
    # Milvus Lite's reason is just the name.
    named = [each for each in names if reason == each or f"partition={each}]" in reason]
    if len(named) != 1:
        return None
    message = f"partition {named[0]!r} not found in {collection!r}"
    return Missing(message, f"run `list partitions -c {collection}`")


def _no_index(collection: str, name: str) -> Missing:
    if name:
        return Missing(f"index {name!r} not found on {collection!r}", f"run `list indexes -c {collection}`")
    return Missing(f"{collection!r} has no index", f"create one first with `create index -c {collection}`")


def _collection(fields: Mapping[str, Any]) -> str:
    given = next((fields[each] for each in COLLECTION_FIELDS if fields.get(each)), "")
    if isinstance(given, str):
        return given
    return given[0] if len(given) == 1 else ""


def _partitions(fields: Mapping[str, Any]) -> list[str]:
    one = fields.get("partition_name")
    return [str(one)] if one else list(fields.get("partition_names") or ())
