"""Options that select rows of a collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..client.client import Client
from ..client.versions import lacks
from ..errors import InvalidInput
from .elements import ELEMENTS, is_of_elements
from .filters import filled
from .freshness import freshness
from .sampling import sampled
from .selection import COUNTED, Selection, page_deadline, selected
from .templates import with_templates


@dataclass(frozen=True)
class RowOptions:
    """`expression` is a filter in which `parameters` fill the names in braces; `fields` are separated by commas.

    `consistency`, `guarantee_timestamp` and `graceful_time` say how recent the rows must be, `timezone` and
    `time_fields` how their times are written. With `sample`, only that many of them are selected, drawn by `seed`.
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
    timezone: str = ""
    time_fields: str = ""
    namespace: str = ""

    def selection(self, client: Client, *, counting: bool = False) -> Selection:
        """The selection, checked against the server; `counting` allows the field count(*). Raises as `selected`."""
        for given, operation in ((self.timezone or self.time_fields, "Query.timezone"), (self.namespace, "namespace")):
            if given and lacks(operation, client.version):
                raise client.unsupported(operation)
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
            params={key: each for key, each in self._params() if each},
            namespace=self.namespace,
        )
        if self.sample is None:
            return found
        if found.fields is COUNTED:
            raise InvalidInput("count(*) counts all rows, and takes no --sample")
        return sampled(client, found, self.sample, self.seed)

    def _params(self) -> Sequence[tuple[str, str]]:
        return (("timezone", self.timezone), ("time_fields", self.time_fields))


@dataclass(frozen=True)
class QueryOptions(RowOptions):
    """Options of `query`: `group_by` are fields, or lists of them, and `order_by` fields with a direction."""

    group_by: tuple[str, ...] = ()
    order_by: tuple[str, ...] = ()

    def selection(self, client: Client, *, counting: bool = False) -> Selection:
        """Like that of RowOptions, with parameters beside the filter where the server takes them so."""
        selection = super().selection(client, counting=counting)
        fields = selection.fields
        if is_of_elements(selection.filter) and fields is not COUNTED and ELEMENTS not in fields.shown:
            selection = replace(selection, fields=replace(fields, shown=(*fields.shown, ELEMENTS)))
        if self.sample is not None:
            return selection
        expression, templates = with_templates(client, self.expression, self.parameters)
        return replace(selection, filter=expression, templates=templates) if templates else selection

    def without_fields(self) -> QueryOptions:
        """Returns the same options for all fields."""
        return replace(self, fields=None)
