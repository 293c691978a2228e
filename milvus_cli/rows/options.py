"""Options that select rows of a collection."""

from __future__ import annotations

from dataclasses import dataclass

from ..client.client import Client
from .filters import filled
from .selection import Selection, selected


@dataclass(frozen=True)
class RowOptions:
    """`expression` is a filter in which `parameters` fill the names in braces; `fields` are separated by commas."""

    collection: str
    expression: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    fields: str | None = None
    partitions: tuple[str, ...] = ()
    consistency: str = "Strong"

    def selection(self, client: Client, *, counting: bool = False) -> Selection:
        """The selection, checked against the server; `counting` allows the field count(*). Raises as `selected`."""
        return selected(
            client,
            self.collection,
            fields=self.fields,
            filter=filled(self.expression, self.parameters),
            partitions=self.partitions,
            consistency=self.consistency,
            counting=counting,
        )
