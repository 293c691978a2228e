"""Finds out what a restore will create, and what the server lacks for it, before anything is created."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..client.optional import permitted
from ..connections.version import Version
from ..errors import CliError, ServerRefused, Unsupported
from ..result import Table
from ..schema.definition import DEFAULT_PARTITION, Definition
from ..schema.difference import field_differences
from ..schema.features import lacking_features
from ..schema.fitted_indexes import fitted
from ..schema.schema import params, primary_field
from ..schema.schema_file import read_definition
from ..server.chosen import Choice, CollectionName, database_names
from ..server.existence import alias_target
from ..session.collection_ref import CollectionRef
from ..text.json import parse_json
from ..transfer.insert import TAKES_GENERATED
from ..transfer.side import Side, open_side
from .manifest import DumpedCollection, Manifest, Part
from .names import NewNames
from .ours import why_not_ours, why_twice
from .restore_progress import RestoreProgress, TargetProgress
from .stored import StoredDump, text_of
from .target import Target

if TYPE_CHECKING:
    from ..session.session import Session

EARLIER_LITE = Version("v2.4")
"""A server without a version is Milvus Lite 2, which has the types of this Milvus, and functions."""
NAMED = 3
"""Problems that a message names."""
EXISTS = "it already exists"


@dataclass(frozen=True)
class RestoreOptions:
    """Options of `restore`; the patterns are those of Choice, and `mapping` and `suffix` those of NewNames."""

    path: str
    databases: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    mapping: tuple[tuple[str, str], ...] = ()
    suffix: str = ""
    schema_only: bool = False
    data_only: bool = False
    into_existing: bool = False
    no_aliases: bool = False
    no_load: bool = False
    access: bool = False
    at_once: int = 1
    patience: float = 60.0
    dry_run: bool = False

    @property
    def names(self) -> NewNames:
        return NewNames(self.mapping, self.suffix)


@dataclass(frozen=True)
class RestorePlan:
    """Databases to create, and collections to restore."""

    databases: Sequence[str]
    targets: Sequence[Target]

    @property
    def rows(self) -> int:
        return sum(each.dumped.rows for each in self.targets)

    @property
    def parts(self) -> Iterator[tuple[CollectionName, Part]]:
        """The parts of all collections, by their new names."""
        return ((each.name, part) for each in self.targets for part in each.dumped.parts)

    @property
    def problem(self) -> CliError | None:
        """The error for collections that can't be restored."""
        failing = [each for each in self.targets if each.problems]
        if not failing:
            return None
        found = [f"{each.name}: {', '.join(each.problems)}" for each in failing]
        more = f" (and {len(found) - NAMED} more)" if len(found) > NAMED else ""
        others = "--map, --suffix or --into-existing for those that exist, " if _has(failing, EXISTS) else ""
        return CliError(
            f"can't restore {'; '.join(found[:NAMED])}{more}",
            hint=f"nothing was created; use {others}--exclude to leave out, --dry-run to see all",
        )

    @property
    def table(self) -> Table:
        columns = ("database", "collection", "rows", "to_database", "to_collection", "result")
        return Table(columns, [each.row for each in self.targets], failure=self.problem)


def _has(targets: Sequence[Target], problem: str) -> bool:
    return any(problem in each.problems for each in targets)


def chosen_dumped(manifest: Manifest, options: RestoreOptions) -> list[DumpedCollection]:
    """Returns the collections of the dump that the patterns choose. Raises InvalidInput for one without a match."""
    choice = Choice(options.databases, options.collections, options.excluded)
    choice.databases_of([each.database for each in manifest.databases])
    names = set(choice.of(each.name for each in manifest.collections))
    return [each for each in manifest.collections if each.name in names]


def plan_restore(
    session: Session,
    stored: StoredDump,
    manifest: Manifest,
    dumped: Sequence[DumpedCollection],
    options: RestoreOptions,
    progress: RestoreProgress,
) -> RestorePlan:
    """Asks the server about each collection. Changes nothing."""
    options.names.require_usable(manifest.databases, dumped, manifest.collections)
    if not options.no_aliases:
        options.names.require_usable_aliases(dumped)
    known = database_names(session)
    wanted = {options.names.database(each.database) for each in manifest.databases} if _is_whole(options) else set()
    wanted |= {options.names.collection(each.name).database for each in dumped}
    planner = _Planner(session, stored, manifest, options, progress, known)
    missing = sorted(wanted - set(known if known is not None else [session.profile.database]))
    return RestorePlan(missing if known is not None else [], [planner.target(each) for each in dumped])


def _is_whole(options: RestoreOptions) -> bool:
    return not (options.databases or options.collections)


class _Planner:
    """Plans single collections; `known` are the server's databases, None if it has none or does not list them."""

    def __init__(
        self,
        session: Session,
        stored: StoredDump,
        manifest: Manifest,
        options: RestoreOptions,
        progress: RestoreProgress,
        known: Sequence[str] | None,
    ) -> None:
        self._session = session
        self._stored = stored
        self._made_by = Version(manifest.server)
        self._options = options
        self._progress = progress
        self._known = known

    def target(self, dumped: DumpedCollection) -> Target:
        names, options = self._options.names, self._options
        name = names.collection(dumped.name)
        side = open_side(self._session, CollectionRef("", name.database, name.collection))
        if self._known is None and name.database != self._session.profile.database:
            return Target(dumped, side, None, False, (), problems=["this server has no databases"])
        is_there = self._known is None or name.database in self._known
        exists = is_there and side.exists
        definition = None if options.data_only or dumped.schema is None else self._definition(dumped, name.collection)
        aliases = [] if options.no_aliases else [names.alias(each) for each in dumped.aliases]
        target = Target(dumped, side, definition, exists, aliases)
        target = self._with_aliases(target) if is_there else target
        if exists:
            target = replace(target, problems=[*target.problems, *self._misfits(target)])
        elif definition is None:
            target = replace(target, problems=[*target.problems, "it does not exist, and is restored without a schema"])
        return self._fitted(target)

    def _definition(self, dumped: DumpedCollection, name: str) -> Definition:
        """Reads the schema file. Raises InvalidInput if it is none."""
        assert dumped.schema is not None
        file = dumped.schema.file
        text = text_of(self._stored, file)
        return read_definition(parse_json(text, str(self._stored.path / file), ""), name=name)

    def _misfits(self, target: Target) -> Iterator[str]:
        """Yields why rows can't go into the collection that exists."""
        side, ours = target.side, self._progress.of(target.name)
        if side.client.call("DescribeCollection", collection_name=side.collection).schema.name != side.collection:
            yield "the name is an alias of another collection"
            return
        there = side.definition()
        if ours.creating and ours.is_same(side.identity()):
            if why := why_not_ours(self._session, target, ours):
                yield why
            return
        if not self._options.into_existing:
            yield EXISTS
            return
        if target.definition is not None:
            different = field_differences(target.definition, there, (self._made_by, side.version))
            if different:
                first = different[0]
                yield f"the existing collection takes no such rows: {first.what} is {first.b!r} and not {first.a!r}"

    def _fitted(self, target: Target) -> Target:
        """Returns the target with what its server lacks, and without indexes that it can't build."""
        definition, side = target.definition, target.side
        schema = definition.schema if definition is not None else None
        if schema is None and target.exists:
            schema = side.client.call("DescribeCollection", collection_name=side.collection).schema
        problems, notes = list(target.problems), list(target.notes)
        if definition is not None and not target.exists:
            lacks = _lacking(definition, side.version)
            problems += [f"{_product(side)} lacks {', '.join(lacks)}"] if lacks else []
        if any(each not in ("", DEFAULT_PARTITION) for each in target.dumped.partitions) and not _has_partitions(side):
            problems.append(f"{_product(side)} has no partitions")
        if definition is not None:
            definition, other_indexes = fitted(definition, side.version, _product(side))
            notes += other_indexes
        key = primary_field(schema) if schema is not None else None
        generates = key is not None and key.autoID
        keeps = not generates or side.version.is_lite or _takes_generated(target)
        if not keeps:
            notes.append("the server generates new keys")
        target = replace(target, generates=generates)
        problems += self._doubled(target)
        return replace(target, definition=definition, problems=problems, notes=notes, keeps_keys=keeps)

    def _doubled(self, target: Target) -> Iterator[str]:
        """Yields why rows would be in an existing collection twice."""
        ours = self._progress.of(target.name)
        if not (target.exists and target.generates and self._options.into_existing and target.dumped.parts):
            return
        is_ours = ours.creating and ours.is_same(target.side.identity())
        sent = TargetProgress() if ours.creating else ours
        if not (is_ours or self._options.schema_only) and (why := why_twice(self._session, target, sent)):
            yield why

    def _with_aliases(self, target: Target) -> Target:
        """Returns the target with the aliases that it can have, and problems for names that are taken."""
        client, problems, notes, kept = target.side.client, list(target.problems), list(target.notes), list[str]()
        for alias in target.aliases:
            try:
                there = permitted(alias_target, client, alias)
            except Unsupported:
                notes.append(f"aliases are left out: {_product(target.side)} has none")
                break
            if there not in (None, target.side.collection):
                problems.append(f"alias {alias!r} already refers to {there!r} (--no-aliases leaves it)")
            elif there is None and client.call("HasCollection", collection_name=alias).value:
                problems.append(f"there is a collection with the name of its alias {alias!r} (--no-aliases leaves it)")
            kept.append(alias)
        return replace(target, aliases=kept, problems=problems, notes=notes)


def _lacking(definition: Definition, version: Version) -> list[str]:
    if version.text:
        return lacking_features(definition, version)
    return [each for each in lacking_features(definition, EARLIER_LITE) if not each.startswith("function")]


def _has_partitions(side: Side) -> bool:
    """Asks servers that report no version; all others have partitions."""
    if side.version.text:
        return True
    try:
        side.client.call("ShowPartitions", collection_name=side.collection)
    except Unsupported:
        return False
    except ServerRefused:
        return True
    return True


def _takes_generated(target: Target) -> bool:
    if target.exists:
        answer = target.side.client.call("DescribeCollection", collection_name=target.side.collection)
        return params(answer.properties).get(TAKES_GENERATED) == "true"
    return target.definition is not None and target.definition.properties.get(TAKES_GENERATED) == "true"


def _product(side: Side) -> str:
    return side.version.product or "this server"
