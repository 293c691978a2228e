"""The target of a check: a collection's keys, and one of its vector fields."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..client.client import Client
from ..client.optional import permitted
from ..errors import CliError
from ..rows.selection import Fields, Selection, exact_count
from ..schema.indexes import Index, field_index, one_by_one
from ..schema.schema import WIDTHS, params, type_name
from ..schema.vector_field import search_field
from ..search.check import unsearchable
from ..server.existence import row_count
from ..server.progress import load_state, not_loaded_error
from ..values.packing import row_size

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldSchema

SPARSE_SIZE = 2048
"""Assumed bytes of a sparse vector, whose length is unknown before it is read."""


@dataclass(frozen=True)
class CheckedCollection:
    """`keys` selects the keys of all rows; `schema` is the vector field's."""

    keys: Selection
    schema: FieldSchema

    @property
    def rows(self) -> Selection:
        """Selects the keys and vectors of all rows."""
        return replace(self.keys, fields=_only_fields(*self.keys.fields.asked, self.field))

    @property
    def collection(self) -> str:
        return self.keys.collection

    @property
    def field(self) -> str:
        return self.schema.name

    @property
    def kind(self) -> str:
        return type_name(self.schema.data_type)

    @property
    def dimension(self) -> int:
        """0 for a sparse field."""
        return int(params(self.schema.type_params).get("dim", 0))

    @property
    def row_size(self) -> int:
        """Bytes of a vector; an estimate for sparse ones."""
        return max(1, row_size(self.schema)) if self.kind in WIDTHS else SPARSE_SIZE


def find_keys(client: Client, collection: str, *, loaded: bool = True) -> Selection:
    """Raises CliError if the collection is not loaded, ServerRefused if it does not exist."""
    schema = client.call("DescribeCollection", collection_name=collection).schema
    # If the user may not ask for the load state, reading will show it.
    if loaded and (state := permitted(load_state, client, collection) or "loaded") != "loaded":
        raise not_loaded_error(collection, state)
    found = Selection(schema, collection, _only_fields())
    return replace(found, fields=_only_fields(found.primary.name))


def find_target(client: Client, collection: str, field: str | None, *, loaded: bool = True) -> CheckedCollection:
    """Finds the named vector field, or the only one. Raises as `find_keys`, and CliError for a missing field."""
    keys = find_keys(client, collection, loaded=False)
    target = CheckedCollection(keys, search_field(keys.schema, field))
    if loaded and (state := load_state(client, collection)) != "loaded":
        raise unsearchable(client, collection, target.field, state)
    return target


def count_rows(client: Client, keys: Selection) -> int:
    """Counts exactly if the collection is loaded, else by the statistics, which lack rows not yet flushed."""
    if (permitted(load_state, client, keys.collection) or "loaded") != "loaded":
        return row_count(client, keys.collection) or 0
    return exact_count(client, keys)


def index_on(client: Client, target: CheckedCollection) -> Index | None:
    """Returns the index on the vector field, with its parameters one by one."""
    found = field_index(client, target.collection, target.field)
    return None if found is None else replace(found, params=one_by_one(found.params))


def require_field_index(client: Client, target: CheckedCollection) -> Index:
    found = index_on(client, target)
    if found is None:
        raise CliError(
            f"no index on {target.field!r} of {target.collection!r}",
            hint=f"create one first with `create index -c {target.collection} -f {target.field}`",
        )
    return found


def _only_fields(*names: str) -> Fields:
    return Fields(names, names, flat=False)
