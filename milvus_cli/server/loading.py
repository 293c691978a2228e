"""Builds requests to load a collection or some of its partitions, with only the options that were given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..client.client import Client
from .existence import require_field

PRIORITY = "load_priority"
"""The key of the priority in a request's load_params."""


@dataclass(frozen=True)
class LoadOptions:
    """Options of loading. No replicas means the number that the server is configured for, no fields means all.

    `field_names` are separated by commas. `refresh` loads what a bulk insert added to a loaded collection. `priority`
    is "high" or "low".
    """

    replicas: int | None = None
    field_names: str = ""
    skip_dynamic: bool = False
    resource_groups: Sequence[str] = ()
    refresh: bool = False
    priority: str = ""

    @property
    def load_fields(self) -> list[str]:
        return [each.strip() for each in self.field_names.split(",") if each.strip()]


def request_fields(client: Client, collection: str, options: LoadOptions) -> dict[str, Any]:
    """Returns the fields of a request.

    Raises Unsupported for what the server would ignore, CliError for a field that the collection lacks.
    """
    needs = {
        "LoadCollection.load_fields": options.load_fields or options.skip_dynamic,
        "LoadCollection.refresh": options.refresh,
        "LoadCollection.load_params": options.priority,
        "CreateResourceGroup": options.resource_groups,
    }
    for operation, given in needs.items():
        if given:
            client.require(operation)
    for field in options.load_fields:
        require_field(client, collection, field)
    fields: dict[str, Any] = {
        "replica_number": options.replicas,
        "load_fields": options.load_fields,
        "skip_load_dynamic_field": options.skip_dynamic,
        "resource_groups": options.resource_groups,
        "refresh": options.refresh,
        "load_params": {PRIORITY: options.priority} if options.priority else {},
    }
    return {name: value for name, value in fields.items() if value}
