"""Checks that objects exist. Several servers report success for missing ones, so commands check before they act.

If the user may not ask, the command proceeds, and the server's answer decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..client.leaked_alias import require_no_leaked_alias
from ..client.not_found import DEFAULT_DATABASE, NO_ALIAS, NO_COLLECTION
from ..client.optional import permitted, supported
from ..errors import CliError, NotAuthorized, ServerRefused, Unsupported
from ..schema.definition import DEFAULT_PARTITION
from ..schema.indexes import indexes
from ..schema.nested import nested_names
from ..schema.schema import params
from ..text.names import missing_name

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import DescribeCollectionResponse
    from ..client.wire.schema_pb2 import CollectionSchema, FunctionSchema


def require_database(client: Client, name: str) -> None:
    """Raises CliError for a missing database. A server without databases has the default one."""
    try:
        is_listed = require_listed_database(client, name)
    except ServerRefused:
        # Zilliz Cloud's serverless clusters refuse the list.
        if name != DEFAULT_DATABASE:
            raise
        return
    if not is_listed:
        client.call("ShowCollections", db_name=name)


def require_listed_database(client: Client, name: str) -> bool:
    """Raises CliError for a database that the server does not list; False where this user may not list them."""
    answer = permitted(client.call, "ListDatabases")
    if answer is None:
        return False
    _require("database", name, answer.db_names, "list databases")
    return True


def require_partitions(client: Client, collection: str, names: Iterable[str]) -> None:
    """Raises ServerRefused if the collection does not exist, CliError if it lacks one of the partitions.

    A server without partitions, which would ignore their names, has the default one.
    """
    wanted = list(names)
    try:
        answer = permitted(client.call, "ShowPartitions", collection_name=collection)
    except Unsupported:
        if set(wanted) != {DEFAULT_PARTITION}:
            raise
        return
    if answer is None:
        return
    for name in wanted:
        listing = f"list partitions -c {collection}"
        _require("partition", name, answer.partition_names, listing, f" in {collection!r}")


def require_partition_to_write(client: Client, collection: str, name: str) -> None:
    """Raises Unsupported for a partition of a server without partitions: it would ignore the name.

    Others refuse a missing one themselves.
    """
    if name and not client.version.text:
        require_partitions(client, collection, [name])


def require_index(client: Client, collection: str, name: str) -> None:
    known = [each.index_name for each in indexes(client, collection)]
    _require("index", name, known, f"list indexes -c {collection}", f" on {collection!r}")


def require_field(client: Client, collection: str, name: str) -> CollectionSchema:
    """Returns the schema, after checking that it has the field."""
    schema: CollectionSchema = client.call("DescribeCollection", collection_name=collection).schema
    known = [*(field.name for field in schema.fields), *nested_names(schema)]
    _require("field", name, known, f"show collection {collection}", f" in {collection!r}")
    return schema


def require_function(client: Client, collection: str, name: str) -> FunctionSchema:
    """Returns a function of a collection. Raises CliError if it is missing."""
    schema: CollectionSchema = client.call("DescribeCollection", collection_name=collection).schema
    functions = {each.name: each for each in schema.functions}
    _require("function", name, functions, f"show collection {collection}", f" in {collection!r}")
    return functions[name]


def collection_identity(answer: DescribeCollectionResponse) -> tuple[object, ...]:
    """Identifies a collection whatever address it is reached by; empty if the server has no identity for it."""
    made = answer.created_utc_timestamp
    return (answer.collectionID, made, answer.schema.name) if made else ()


def alias_target(client: Client, alias: str, *, timeout: float | None = None) -> str | None:
    """Returns the collection of an alias; None if the alias does not exist."""
    try:
        answer = client.call("DescribeAlias", alias=alias, db_name=client.profile.database, timeout=timeout)
    except ServerRefused as exc:
        # Milvus Lite has no separate code for a missing alias.
        if exc.server_code in (NO_ALIAS, NO_COLLECTION):
            return None
        raise
    except NotAuthorized as exc:
        return _described_target(client, alias, exc)
    return str(answer.collection)


def _described_target(client: Client, alias: str, refusal: NotAuthorized) -> str | None:
    """Resolves an alias by describing it, which more users may do; raises the refusal if this user may not."""
    try:
        answer = permitted(client.call, "DescribeCollection", collection_name=alias)
    except ServerRefused:
        return None
    if answer is None:
        raise refusal
    return str(answer.schema.name) if answer.schema.name != alias else None


def require_alias(client: Client, alias: str) -> str:
    """Returns the collection of an alias. Raises CliError if the alias does not exist."""
    target = alias_target(client, alias)
    if target is None:
        known = permitted(alias_names, client) or []
        raise missing_name("alias", alias, known, "run `list aliases`")
    return target


def aliases_of(client: Client, answer: DescribeCollectionResponse) -> list[str] | None:
    """Returns the aliases of a described collection; None if this user may not list them."""
    # Milvus Lite and Milvus 2.3 return aliases only on a separate request.
    try:
        found = list(answer.aliases) or permitted(alias_names, client, answer.schema.name)
    except Unsupported:
        return []
    return None if found is None else sorted(found)


def alias_names(client: Client, collection: str = "") -> list[str]:
    """Returns the aliases of a collection, or all in the database."""
    # Milvus 2.3 looks in the database named in the request, and ignores the connection's.
    return list(client.call("ListAliases", collection_name=collection, db_name=client.profile.database).aliases)


def require_own_name(client: Client, collection: str) -> DescribeCollectionResponse:
    """Describes a collection. Raises CliError if it was named by an alias.

    Milvus refuses to delete or rename a collection by its alias; Milvus Lite would delete the collection itself.
    """
    answer = client.call("DescribeCollection", collection_name=collection)
    if answer.schema.name != collection:
        raise CliError(
            f"{collection!r} is an alias, of collection {answer.schema.name!r}", hint="name the collection itself"
        )
    found: DescribeCollectionResponse = answer
    return found


def require_free(client: Client, name: str) -> None:
    """Raises CliError if a collection or an alias already has the name."""
    target = permitted(supported, alias_target, client, name)
    if target is not None:
        raise CliError(f"{name!r} is an alias, of collection {target!r}", hint="take another name")
    if client.call("HasCollection", collection_name=name).value:
        raise CliError(f"there is a collection {name!r}", hint="take another name")
    require_no_leaked_alias(client, name)


def row_count(client: Client, collection: str, partition: str = "", *, timeout: float | None = None) -> int | None:
    """Returns the row count by statistics, which lag behind inserts and include deleted rows; None if missing."""
    fields: dict[str, Any] = {"partition_name": partition} if partition else {}
    method = "GetPartitionStatistics" if partition else "GetCollectionStatistics"
    return row_count_of(client.call(method, collection_name=collection, timeout=timeout, **fields))


def exact_row_count(client: Client, collection: str) -> int | None:
    """Counts a collection's rows by a query; None if it can't be queried now, as when it is not loaded."""
    try:
        answer = client.call("Query", collection_name=collection, output_fields=["count(*)"])
    except ServerRefused:
        return None
    return int(answer.fields_data[0].scalars.long_data.data[0])


def statistics(answer: Any) -> dict[str, Any]:
    """The statistics in an answer; numbers are int."""
    return {key: int(value) if value.isdecimal() else value for key, value in params(answer.stats).items()}


def row_count_of(answer: Any) -> int | None:
    """Returns the row count of an answer with statistics."""
    return next((int(pair.value) for pair in answer.stats if pair.key == "row_count"), None)


def _require(kind: str, name: str, known: Iterable[str], listing: str, after: str = "") -> None:
    names = list(known)
    if name not in names:
        raise missing_name(kind, name, names, f"run `{listing}`", after=after)
