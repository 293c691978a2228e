"""Dumps single collections: the schema file, then the rows, partition by partition."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..connections.private_files import write_whole
from ..errors import CliError
from ..files.writers import FileShape
from ..rows.patience import Patience
from ..rows.selection import exact_count
from ..schema.definition import DEFAULT_PARTITION
from ..schema.schema_file import to_text, write_definition
from ..server.existence import aliases_of
from ..server.waiting import load, part_of_job, release
from ..session.session import Session
from ..text.consistency import LOGICAL_BITS
from ..transfer.export import require_complete
from ..transfer.making import portable_definition
from .directory import remove_folder
from .folders import plain_name
from .journal import Journal
from .manifest import SCHEMA, DumpedCollection, DumpFile, Part, dump_file
from .parts import PartFiles, Rows, written_parts
from .plan import DumpOptions, PlannedCollection, selection_of
from .progress import CollectionProgress, DumpProgress

if TYPE_CHECKING:
    from ..rows.selection import Selection
    from ..schema.definition import Definition
    from ..server.chosen import CollectionName
    from ..transfer.many import Overall
    from ..transfer.side import Side

ALL_PARTITIONS = "rows"
"""The name in files of rows whose partition a key decides."""


class CollectionDumper:
    """Dumps collections, and records each step in the journal. `finished` are those that are complete."""

    def __init__(
        self,
        session: Session,
        options: DumpOptions,
        directory: Path,
        journal: Journal,
        progress: DumpProgress,
        overall: Overall,
    ) -> None:
        self._session = session.with_options(session.options.but({"quiet": True}))
        self._options = options
        self._directory = directory
        self._journal = journal
        self._progress = progress
        self._overall = overall
        self._patience = Patience(options.patience, overall.meter.retrying, overall.stopping)
        self._shape = FileShape(options.wanted)
        self.finished: dict[CollectionName, DumpedCollection] = {}

    def dump(self, planned: PlannedCollection) -> None:
        """Raises CliError if the collection can't be read whole. What is complete is kept for the next run."""
        side, name = planned.side, planned.name
        # What an interrupted run has loaded was not loaded before.
        planned = replace(planned, loaded=planned.loaded and not self._progress.of(name).loaded)
        answer = side.client.call("DescribeCollection", collection_name=side.collection)
        aliases = sorted(aliases_of(side.client, answer) or ())
        definition = portable_definition(side)
        schema = to_text(_schema_file(definition, aliases, loaded=planned.loaded))
        identity = side.identity()
        made = [planned.folder, *map(str, identity), hashlib.sha256(schema.encode()).hexdigest()]
        done = self._progress.of(name)
        is_same = done.made == made and self._has(done.parts)
        if done.finished is not None:
            # A collection without an identity may have been made again: its rows tell.
            is_same = is_same and (bool(identity) or planned.rows in (None, done.rows))
            if is_same and self._has(done.finished.files):
                self.finished[name] = done.finished
                return
        if not is_same:
            self._overall.add(-done.rows)
            done = CollectionProgress(made=made, loaded=done.loaded)
            self._begin(planned, done)
        partitions = () if definition.has_partition_key else (DEFAULT_PARTITION, *definition.partitions)
        if not self._options.schema_only:
            self._dump_rows(planned, partitions or ("",), done)
        written = None if self._options.data_only else self._write_schema(planned, schema)
        self.finished[name] = finished = DumpedCollection(
            *name,
            rows=done.rows,
            loaded=planned.loaded,
            aliases=aliases,
            partitions=definition.partitions,
            read_at=done.read_at,
            schema=written,
            parts=done.parts,
        )
        self._record(name, finished=asdict(finished))

    def _begin(self, planned: PlannedCollection, done: CollectionProgress) -> None:
        """Begins a collection anew, without what earlier runs have written of it."""
        remove_folder(self._directory, planned.folder)
        (self._directory / planned.folder).mkdir(parents=True)
        self._record(planned.name, made=done.made)

    def _has(self, files: Iterable[DumpFile]) -> bool:
        """Returns whether the files of an earlier run are still there, by their sizes."""
        paths = [(self._directory / each.file, each.bytes) for each in files]
        return all(path.is_file() and path.stat().st_size == size for path, size in paths)

    def _write_schema(self, planned: PlannedCollection, text: str) -> DumpFile:
        file = f"{planned.folder}/{SCHEMA}"
        write_whole(self._directory / file, text + "\n", replace=True)
        return dump_file(self._directory, file)

    def _dump_rows(self, planned: PlannedCollection, partitions: Sequence[str], done: CollectionProgress) -> None:
        side, view = planned.side, planned.side.view(self._session)
        if not planned.loaded:
            self._record(planned.name, loaded=True)
            with part_of_job():
                load(view, side.collection)
        self._read(planned, partitions, done)
        if not planned.loaded:
            release(view, side.collection)
            self._record(planned.name, loaded=False)

    def _read(self, planned: PlannedCollection, partitions: Sequence[str], done: CollectionProgress) -> None:
        """Reads the rows that earlier runs have not read. Reads all again if rows came between their keys meanwhile."""
        side, has_begun = planned.side, bool(done.parts or done.partitions)
        everything = self._patience.tried(lambda: selection_of(side, self._options.filter, planned.timestamp))
        before = self._patience.tried(lambda: exact_count(side.client, everything))
        if any(each not in done.partitions for each in partitions):
            done.read_at.append(_time_of(planned.timestamp))
            self._record(planned.name, read_at=done.read_at[-1])
        for partition in partitions:
            if partition not in done.partitions:
                self._dump_partition(planned, partition, everything, done)
        if not self._is_whole(side, everything, done.rows, before, has_begun=has_begun):
            self._overall.add(-done.rows)
            done.forget()
            self._begin(planned, done)
            self._read(planned, partitions, done)

    def _is_whole(self, side: Side, everything: Selection, rows: int, before: int, *, has_begun: bool) -> bool:
        """Returns False if all rows are to be read again, as those of earlier runs may be of another collection.

        Raises CliError if this run has read too few.
        """
        try:
            # Milvus Lite counts all partitions, whichever is named.
            require_complete(side.client, everything, rows, before, self._patience)
        except CliError:
            if not has_begun:
                raise
            return False
        return not has_begun or bool(side.identity()) or rows == before

    def _dump_partition(
        self, planned: PlannedCollection, partition: str, everything: Selection, done: CollectionProgress
    ) -> None:
        selection = replace(everything, partitions=(partition,) if partition else ())
        files = PartFiles(self._directory, planned.folder, plain_name(partition or ALL_PARTITIONS), self._shape)
        rows = Rows(planned.side.client, selection, done.last, self._patience)
        for part in written_parts(rows, files, len(done.parts) + 1, report=self._overall.add):
            found = Part(**asdict(part.file), partition=partition, rows=part.rows)
            done.parts.append(found)
            self._record(planned.name, part=asdict(found), last=part.last)
        done.partitions.append(partition)
        done.last = None
        self._record(planned.name, partition=partition)

    def _record(self, name: CollectionName, **event: Any) -> None:
        self._journal.add({"of": list(name), **event})


def _schema_file(definition: Definition, aliases: Sequence[str], *, loaded: bool) -> Mapping[str, Any]:
    """Returns the schema file, with what a collection has beside its definition."""
    state = "loaded" if loaded else "not loaded"
    return {**write_definition(definition), **({"aliases": aliases} if aliases else {}), "load_state": state}


def _time_of(timestamp: int) -> str:
    """Returns the time of a hybrid timestamp, and of now without one."""
    seconds = (timestamp >> LOGICAL_BITS) / 1000 if timestamp else time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds * 1000) % 1000:03d}Z"
