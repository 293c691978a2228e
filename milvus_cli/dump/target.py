"""A collection to restore."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..schema.definition import Definition
from ..server.chosen import CollectionName
from ..transfer.side import Side
from .manifest import DumpedCollection


@dataclass(frozen=True)
class Target:
    """A collection to restore. `definition` has the indexes that the server supports; None for rows only.

    `problems` keep it from being restored, `notes` say what it will lack. `keeps_keys` is False if the server
    generates new ones.
    """

    dumped: DumpedCollection
    side: Side
    definition: Definition | None
    exists: bool
    aliases: Sequence[str]
    keeps_keys: bool = True
    generates: bool = False
    problems: Sequence[str] = field(default=())
    notes: Sequence[str] = field(default=())

    @property
    def name(self) -> CollectionName:
        return CollectionName(self.side.profile.database, self.side.collection)

    @property
    def row(self) -> tuple[object, ...]:
        result = "; ".join(self.problems) or "; ".join(["existing" if self.exists else "new", *self.notes])
        return (self.dumped.database, self.dumped.collection, self.dumped.rows, *self.name, result)
