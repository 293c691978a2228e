"""Options that select rows of a collection."""

from __future__ import annotations

from dataclasses import dataclass

from ..client.client import Client
from .filters import filled
from .freshness import freshness
from .sampling import sampled
from .selection import Selection, page_deadline, selected


@dataclass(frozen=True)
class RowOptions:
    """`expression` is a filter in which `parameters` fill the names in braces; `fields` are separated by commas.

    `consistency`, `guarantee_timestamp` and `graceful_time` say how recent the rows must be. With `sample`, only that
    many of them are selected, drawn by `seed`.
    """

    collection: str
    expression: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    fields: str | None = None
    partitions: tuple[str, ...] = ()
    consistency: str | None = None
    guarantee_timestamp: int | None = None
    graceful_time: float | None = None
    sample: int | None = None
    seed: int = 0

    def selection(self, client: Client, *, counting: bool = False) -> Selection:
        """The selection, checked against the server; `counting` allows the field count(*). Raises as `selected`."""
        fresh = freshness(
            client,
            self.consistency,
            self.guarantee_timestamp,
            self.graceful_time,
            deadline=page_deadline(client),
        )
        found = selected(
            client,
            self.collection,
            fields=self.fields,
            filter=filled(self.expression, self.parameters),
            partitions=self.partitions,
            fresh=fresh,
            counting=counting,
        )
        return found if self.sample is None else sampled(client, found, self.sample, self.seed)
