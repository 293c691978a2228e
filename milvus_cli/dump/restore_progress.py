"""Reads from the journal of a restore which collections and parts earlier runs have completed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..server.chosen import CollectionName
from ..transfer.checkpoint import marks_in
from .journal import Event
from .manifest import Part


def checkpoint_of(journal: Path, name: CollectionName, file: str) -> Path:
    """Returns the path of the checkpoint of the insert of a part."""
    # Databases and collections have parts of the same names, and jobs work at the same time.
    job = hashlib.sha256(f"{journal.name} {name} {file}".encode()).hexdigest()[:16]
    return journal.parent / f"{job}.json"


@dataclass
class TargetProgress:
    """`creating` is set before the collection is created, `identity` when it is there.

    It is empty where the server has none. `begun` and `done` are parts of which rows were sent, and whose rows are all
    there, and `arrived` has the rows of a part that the server has acknowledged. `sent` are numbers of rows of a part
    that may be there, as one batch is sent after the other to servers without identities.
    """

    creating: bool = False
    identity: Sequence[str] | None = None
    begun: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    arrived: dict[str, int] = field(default_factory=dict)
    sent: dict[str, set[int]] = field(default_factory=dict)
    finished: bool = False

    def is_same(self, identity: Sequence[object]) -> bool:
        """Returns whether the collection with this identity can be the one that was created."""
        return self.identity is None or list(map(str, identity)) == list(self.identity)

    def take_arrived(self, file: str, rows: int) -> None:
        self.arrived[file] = max(rows, self.arrived.get(file, 0))

    def take_sent(self, file: str, rows: int) -> None:
        if rows:
            self.sent.setdefault(file, set()).add(rows)


class RestoreProgress:
    """The progress of all collections, by their new names; empty for a restore that begins.

    `events` are those of the journal at `path`. The checkpoints of inserts tell what was sent since the last one.
    """

    def __init__(self, events: Sequence[Event], path: Path) -> None:
        self.has_begun = any("identity" in each or "begun" in each for each in events)
        self.access = any("access" in each for each in events)
        self._targets: dict[CollectionName, TargetProgress] = {}
        for event in events:
            if "of" in event:
                self._take(CollectionName(*event["of"]), event)
        for name, found in self._targets.items():
            for file in found.begun - found.done:
                done, sent = marks_in(checkpoint_of(path, name, file))
                found.take_arrived(file, done.line)
                found.take_sent(file, sent.line)

    def of(self, name: CollectionName) -> TargetProgress:
        return self._targets.get(name, TargetProgress())

    def rows_of(self, parts: Iterable[tuple[CollectionName, Part]]) -> int:
        """Returns the rows of those parts that are done."""
        return sum(part.rows for name, part in parts if part.file in self.of(name).done)

    def _take(self, name: CollectionName, event: Event) -> None:
        found = self._targets.setdefault(name, TargetProgress())
        if "creating" in event:
            found = self._targets[name] = TargetProgress(creating=True)
        if "identity" in event:
            found.identity = event["identity"]
        if "begun" in event:
            found.begun.add(event["begun"])
        if "done" in event:
            found.done.add(event["done"])
        if "arrived" in event:
            found.take_arrived(*event["arrived"])
        if "sent" in event:
            found.take_sent(*event["sent"])
        found.finished = found.finished or "finished" in event
