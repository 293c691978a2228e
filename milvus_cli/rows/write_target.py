"""Where rows go, and how they are written there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..schema.schema import primary_field
from ..values.lite_json import refuse_changed
from ..values.quoted_keys import refuse_quoted

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema
    from ..values.encode import Column


@dataclass(frozen=True)
class WriteTarget:
    """Where rows go. `lite` is set for a Milvus Lite 3; older ones behave like Milvus and report no version.

    `takes_generated` is set if the server takes values for a primary key that it would generate otherwise. A `partial`
    upsert keeps values that rows leave out; `operations` are those on arrays, by field: ARRAY_APPEND or ARRAY_REMOVE.
    `pastes_keys` is as in Version.
    """

    collection: str
    partition: str
    schema: CollectionSchema
    upsert: bool = False
    lite: bool = False
    takes_generated: bool = True
    partial: bool = False
    operations: Mapping[str, str] = field(default_factory=dict)
    pastes_keys: bool = False

    @property
    def generated(self) -> str:
        """The primary field if Milvus generates its values, and takes no others; else empty."""
        key = primary_field(self.schema)
        return key.name if key and key.autoID and not self.upsert and not self.takes_generated else ""

    @property
    def verb(self) -> str:
        """The operation that the command requested."""
        return "Upsert" if self.upsert else "Insert"

    @property
    def method(self) -> str:
        """The RPC to call.

        Milvus Lite's insert replaces rows with equal keys, which Milvus's insert keeps; its upsert keeps dynamic keys
        of the old row that the new row lacks.
        """
        return "Upsert" if self.upsert and (self.partial or not self.lite) else "Insert"

    @property
    def is_repeatable(self) -> bool:
        """Reports whether sending the rows twice has the same effect as sending them once."""
        return "ARRAY_APPEND" not in self.operations.values()

    @property
    def key(self) -> str:
        """The primary field if rows bring their keys; empty if Milvus generates them."""
        key = primary_field(self.schema)
        return key.name if key and (self.upsert or not key.autoID) else ""

    def refuse_misread(self, columns: Mapping[str, Column]) -> None:
        """Raises BadValue for the first value that the server would take for another one, or for SQL."""
        if self.lite:
            refuse_changed(columns, self.schema)
        if self.upsert and self.pastes_keys:
            refuse_quoted(columns.get(self.key, ()), self.key)
