"""Finds out what a dump will contain, and whether all of it can be read, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..client.optional import permitted
from ..client.parallel import THREADS
from ..connections.read_only import require_writable
from ..errors import CliError
from ..result import Table
from ..rows.filters import filled
from ..rows.selection import as_of, exact_count, selected, server_timestamp
from ..schema.indexes import indexes
from ..server.chosen import Choice, CollectionName, chosen_collections, chosen_databases, database_names
from ..server.databases import database_properties
from ..server.existence import row_count
from ..session.collection_ref import CollectionRef
from ..transfer.making import require_known
from ..transfer.side import Side, open_side
from .folders import folder_names
from .manifest import DumpedDatabase

if TYPE_CHECKING:
    from ..rows.selection import Selection
    from ..session.session import Session

LISTED = 5
"""Collections that a message names."""


@dataclass(frozen=True)
class DumpOptions:
    """Options of `dump`; the patterns are those of Choice."""

    path: str
    databases: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    wanted: str = "parquet"
    expression: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    schema_only: bool = False
    data_only: bool = False
    access: bool = False
    load: bool = False
    at_once: int = 1
    patience: float = 60.0
    force: bool = False
    dry_run: bool = False

    @property
    def filter(self) -> str:
        return filled(self.expression, self.parameters)


@dataclass(frozen=True)
class PlannedCollection:
    """A collection to dump. `rows` are those that will be read; None for a dump of the schema only.

    `timestamp` is that of the whole dump: what was written before is in it. The server waits for its clock to get
    there only once. 0 if it tells none.
    """

    name: CollectionName
    side: Side
    folder: str
    rows: int | None
    loaded: bool
    timestamp: int = 0


@dataclass(frozen=True)
class DumpPlan:
    """Databases and collections to dump."""

    databases: Sequence[DumpedDatabase]
    collections: Sequence[PlannedCollection]

    @property
    def rows(self) -> int:
        return sum(each.rows or 0 for each in self.collections)

    @property
    def table(self) -> Table:
        """Returns the table that a dry run shows."""
        rows = [(each.name.database, each.name.collection, each.rows, each.loaded) for each in self.collections]
        return Table(("database", "collection", "rows", "loaded"), rows)


def plan_dump(session: Session, options: DumpOptions) -> DumpPlan:
    """Raises CliError for collections whose rows can't be read, and InvalidInput for patterns without a match."""
    databases = options.databases or ((session.options.database,) if session.options.database else ())
    choice = Choice(databases, options.collections, options.excluded)
    if options.access:
        session.client.require("BackupRBAC")
    known = chosen_databases(session, choice)
    names = chosen_collections(session, known, choice)
    with_properties = database_names(session) is not None
    used = known if not choice.collections else [each for each in known if any(each == one.database for one in names)]
    folders = {
        database: folder_names(each.collection for each in names if each.database == database) for database in used
    }
    tops = folder_names(used)
    paths = {each: f"{tops[each.database]}/{folders[each.database][each.collection]}" for each in names}
    timestamp = 0 if options.schema_only else server_timestamp(session.client)
    planned = _each_at_once(names, lambda name: _planned(session, name, paths[name], options, timestamp))
    if not options.schema_only:
        _require_readable(planned, options)
    return DumpPlan(
        [
            DumpedDatabase(each, permitted(database_properties, session.client, each) if with_properties else None)
            for each in used
        ],
        planned,
    )


def _each_at_once(
    names: Sequence[CollectionName], plan: Callable[[CollectionName], PlannedCollection]
) -> list[PlannedCollection]:
    """Plans several collections at once, as each waits for the server's clock where rows are counted."""
    pool = ThreadPoolExecutor(THREADS)
    try:
        return list(pool.map(plan, names))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _planned(
    session: Session, name: CollectionName, folder: str, options: DumpOptions, timestamp: int
) -> PlannedCollection:
    side = open_side(session, CollectionRef("", name.database, name.collection))
    loaded = side.loaded()
    definition = side.definition()
    try:
        require_known(side, definition, "dump")
    except CliError as exc:
        raise exc.with_context(more_hint=f"--exclude {name} leaves it out") from exc
    if options.schema_only:
        return PlannedCollection(name, side, folder, None, loaded)
    selection = selection_of(side, options.filter, timestamp)
    rows = exact_count(side.client, selection) if loaded else _stored_rows(side)
    return PlannedCollection(name, side, folder, rows, loaded, timestamp)


def _stored_rows(side: Side) -> int:
    """Counts by statistics."""
    return permitted(lambda: row_count(side.client, side.collection) or 0) or 0


def _require_readable(planned: Sequence[PlannedCollection], options: DumpOptions) -> None:
    unloaded = [each for each in planned if not each.loaded]
    without = [each for each in unloaded if not indexes(each.side.client, each.name.collection)]
    if not options.load and unloaded:
        lacking = f"; {_listed(without)} can't be loaded without an index" if without else ""
        raise CliError(
            f"rows of {_listed(unloaded)} can't be read: not loaded{lacking}",
            hint="--load loads them for the dump and releases them afterwards; else --exclude them, or --schema-only",
        )
    if unloaded:
        require_writable(unloaded[0].side.profile, "nothing was dumped, as collections would have to be loaded")
    if without:
        raise CliError(
            f"rows of {_listed(without)} can't be read: without an index they can't be loaded",
            hint="create an index on each vector field, or --exclude them",
        )


def _listed(planned: Sequence[PlannedCollection]) -> str:
    names = ", ".join(str(each.name) for each in planned[:LISTED])
    return names + (f" and {len(planned) - LISTED} more" if len(planned) > LISTED else "")


def selection_of(side: Side, filter: str, timestamp: int) -> Selection:
    """Selects the rows to dump, as of a hybrid timestamp if the server has one."""
    return selected(side.client, side.collection, filter=filter, fresh=as_of(timestamp))
