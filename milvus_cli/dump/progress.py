"""Reads from the journal of a dump which parts earlier runs have completed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..server.chosen import CollectionName
from .journal import Event
from .manifest import DumpedCollection, Part, dumped_collection

REPLACES = "replaces"
"""The step that lets the dump replace a complete one, also when it is continued."""


@dataclass
class CollectionProgress:
    """The parts of a collection that are complete.

    `made` identifies the collection as it was; `partitions` are those whose rows are all there, and `last` is the key
    of the last row in the partition that is not. `loaded` says that the dump loaded it, and must release it.
    """

    made: Any = None
    parts: list[Part] = field(default_factory=list)
    partitions: list[str] = field(default_factory=list)
    read_at: list[str] = field(default_factory=list)
    last: Any = None
    loaded: bool = False
    finished: DumpedCollection | None = None

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.parts)

    def forget(self) -> None:
        """Forgets all rows."""
        self.parts, self.partitions, self.read_at, self.last = [], [], [], None


class DumpProgress:
    """The progress of all collections; empty for a dump that begins."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.has_begun = bool(events)
        self.replaces = any(REPLACES in each for each in events)
        self.started = next((str(each["started"]) for each in events if "started" in each), "")
        self._collections: dict[CollectionName, CollectionProgress] = {}
        for event in events:
            if "of" in event:
                self._take(CollectionName(*event["of"]), event)

    def of(self, name: CollectionName) -> CollectionProgress:
        return self._collections.get(name, CollectionProgress())

    @property
    def finished(self) -> list[CollectionName]:
        return [name for name, found in self._collections.items() if found.finished is not None]

    def rows_of(self, names: Iterable[CollectionName]) -> int:
        return sum(self.of(each).rows for each in names)

    def _take(self, name: CollectionName, event: Mapping[str, Any]) -> None:
        found = self._collections.setdefault(name, CollectionProgress())
        if "made" in event:
            loaded = found.loaded
            found = self._collections[name] = CollectionProgress(made=event["made"], loaded=loaded)
        if "read_at" in event:
            found.read_at.append(event["read_at"])
        if "part" in event:
            found.parts.append(Part(**event["part"]))
            found.last = event["last"]
        if "partition" in event:
            found.partitions.append(event["partition"])
            found.last = None
        if "loaded" in event:
            found.loaded = event["loaded"]
        if "finished" in event:
            found.finished = dumped_collection(event["finished"])
