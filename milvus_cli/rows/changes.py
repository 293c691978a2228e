"""Tells an answer that is invalid from one by a schema that changed while rows were read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from ..client.client import Client
from ..errors import CliError, InvalidAnswer, ServerRefused

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema


class SchemaChanged(CliError):
    """A collection got other fields while it was read; what was read before can't be continued."""


@contextmanager
def explaining_changes(client: Client, collection: str, schema: CollectionSchema) -> Iterator[None]:
    """Raises SchemaChanged for a refused or invalid answer if the server now describes another schema."""
    try:
        yield
    except (InvalidAnswer, ServerRefused) as exc:
        if _has_changed(client, collection, schema):
            raise SchemaChanged(f"the schema of {collection!r} changed while it was read") from exc
        raise


def _has_changed(client: Client, collection: str, schema: CollectionSchema) -> bool:
    with suppress(CliError):
        return bool(client.call("DescribeCollection", collection_name=collection).schema != schema)
    return False
