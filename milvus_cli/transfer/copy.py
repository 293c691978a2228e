"""Copies a collection in a session: plans the copy, creates the target, moves the rows, and compares the counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..client.optional import Permitted
from ..connections.read_only import require_writable
from ..errors import CliError, Interrupted, InvalidInput, Partial, ServerRefused, Unreachable
from ..result import Done
from ..rows.changes import SchemaChanged
from ..rows.cursor import Cursor
from ..rows.patience import Patience
from ..rows.write_target import WriteTarget
from ..rows.writing import writes_at_once
from ..schema.definition import DEFAULT_PARTITION
from ..schema.difference import field_differences
from ..schema.features import lacking_features
from ..schema.fitted_indexes import fitted
from ..server.chosen import Choice
from ..server.lost_vectors import warn_of_lost_vectors
from ..server.waiting import load, part_of_job
from ..session.session import Session
from .checkpoint import RESUME_HINT
from .copy_rows import COPIES_IN_FLIGHT, CopiedRows, CopyRoute, Forwarder, all_rows, differing_rows, rows_behind, send
from .job_locks import address_of, key_lock
from .making import (
    build_indexes,
    create_empty,
    index_and_load,
    portable_definition,
    require_known,
    require_partition,
    target_count,
)
from .meter import Meter
from .side import Side

if TYPE_CHECKING:
    from ..connections.version import Version
    from ..schema.definition import Definition
    from .copy_rows import Piece

CAN_NOT_RESUME = "it can't be resumed: copy into a new collection, or delete the rows that it added"
"""With generated keys, copied rows can't be told from rows that were in the target before."""


@dataclass(frozen=True)
class CopyOptions:
    """Options of `copy`; `patience` is in seconds."""

    resume: bool = False
    into_existing: bool = False
    no_indexes: bool = False
    no_load: bool = False
    patience: float = 60.0
    dry_run: bool = False
    collections: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    @property
    def choice(self) -> Choice:
        """The collections of a whole database to copy."""
        return Choice((), self.collections, self.excluded)


@dataclass(frozen=True)
class Plan:
    """The plan of a copy; `definition` is the target's, with the indexes that its server supports.

    `other_indexes` says what became of the source's others.
    """

    source: Side
    target: Side
    definition: Definition
    other_indexes: Sequence[str]
    rows: int
    exists: bool

    @property
    def auto_id(self) -> bool:
        return self.definition.schema.autoID or any(field.autoID for field in self.definition.schema.fields)

    @property
    def words(self) -> str:
        there = "which is there" if self.exists else "which is new"
        return f"{self.rows:,} rows of {self.source} to {self.target}, {there}"


def copy_collection(session: Session, source: Side, target: Side, options: CopyOptions) -> Done:
    """Raises CliError before anything is created where possible, and at the end if the row counts differ."""
    plan = plan_copy(session, source, target, options)
    if options.dry_run:
        return Done(
            f"Would copy {plan.words}.",
            {"source": source.name, "target": target.name, "copied": 0, "source_rows": plan.rows},
        )
    target.view(session).confirm(f"Copy {plan.words}?")
    return carry_out_copy(session, plan, options)


def plan_copy(session: Session, source: Side, target: Side, options: CopyOptions) -> Plan:
    """Checks what can be known before, and notes what the copy will not have. Changes nothing."""
    plan = _plan(source, target, options)
    for line in _notes(plan, options):
        session.console.note(f"note: {target.collection}: {line}")
    fields = [each.name for each in plan.definition.schema.fields]
    warn_of_lost_vectors(session.console, source.client, source.collection, fields)
    return plan


def carry_out_copy(session: Session, plan: Plan, options: CopyOptions) -> Done:
    """Raises CliError if the target has changed since the plan was made, or the row counts differ at the end."""
    target = plan.target
    with ExitStack() as stack:
        doing = f"copying {plan.source.collection!r} to {target}"
        stack.enter_context(key_lock(session, ("copy", *_address(target), target.collection), doing))
        try:
            if target.exists != plan.exists:
                raise CliError(f"{target} was {'deleted' if plan.exists else 'made'} meanwhile", hint="run it again")
            if not plan.exists:
                create_empty(target, plan.definition)
            # The same server may have several addresses.
            stack.enter_context(key_lock(session, ("copy", *(target.identity() or _address(target))), doing))
            sent = _copy_rows(session, plan, options)
            refused = _index_and_load(session, plan, options)
        except KeyboardInterrupt:
            raise Interrupted(hint=_resume_hint(plan, options)) from None
        except SchemaChanged as exc:
            raise exc.with_context(hint="copy into a new collection") from exc
        except CliError as exc:
            if exc.hint and not isinstance(exc, Interrupted | Unreachable):
                raise
            raise exc.with_context(more_hint=_resume_hint(plan, options)) from exc
        if sent.replaced:
            rows = f"{sent.replaced:,} rows of {target.collection!r}"
            session.console.note(f"note: {rows} had other values, and were replaced")
        return _summary(session, plan, sent.rows, refused, options)


def _address(side: Side) -> tuple[str, str]:
    return address_of(side.profile), side.profile.database


def _resume_hint(plan: Plan, options: CopyOptions) -> str:
    return CAN_NOT_RESUME if plan.auto_id and plan.exists and options.into_existing else RESUME_HINT


def _plan(source: Side, target: Side, options: CopyOptions) -> Plan:
    source.require()
    _refuse_itself(source, target)
    require_writable(target.profile, "nothing was copied")
    source.require_loaded()
    definition = portable_definition(source).named(target.collection)
    require_known(source, definition, "copy")
    lacks = lacking_features(definition, target.version)
    if lacks:
        raise CliError(f"{target.where} lacks {'; '.join(lacks)}", hint="nothing was created")
    exists = target.exists
    if exists:
        _require_like(target, definition, source.version, options)
    else:
        target.require_creatable()
    if options.no_indexes:
        definition = replace(definition, indexes=())
    definition, other_indexes = fitted(definition, target.version, target.where)
    plan = Plan(source, target, definition, other_indexes, source.count(), exists)
    if exists and options.resume and options.into_existing and plan.auto_id:
        raise CliError(
            f"can't resume into {target}: the server generates the keys, and nothing tells which rows were "
            "there before",
            hint="leave out --into-existing where the first run made the collection; else copy into a new one",
        )
    return plan


def _refuse_itself(source: Side, target: Side) -> None:
    one, other = ((side.profile.address, side.profile.database, side.collection) for side in (source, target))
    if one == other or (target.exists and source.identity() and source.identity() == target.identity()):
        raise InvalidInput(f"source and target are the same: {source}", hint="name another collection or connection")


def _require_like(target: Side, definition: Definition, version: Version, options: CopyOptions) -> None:
    """Raises CliError for an existing target without a flag that allows it, or with fields that can't take the rows."""
    if not (options.resume or options.into_existing):
        raise CliError(
            f"collection {target} already exists",
            hint="--resume continues an interrupted copy, --into-existing replaces entities with equal keys",
        )
    there = target.definition()
    require_known(target, there, "copy")
    different = field_differences(definition, there, (version, target.version))
    if different:
        words = "; ".join(f"{each.what} is {each.b!r} and not {each.a!r}" for each in different[:3])
        raise CliError(f"{target} takes no rows of the source: {words}", hint="compare them with `diff`")


def _notes(plan: Plan, options: CopyOptions) -> Iterator[str]:
    """Yields notes on differences between source and target."""
    if plan.auto_id:
        yield "the server generates new keys"
    yield from plan.other_indexes
    if plan.exists and options.into_existing and not plan.auto_id:
        yield "rows of the target with the same keys are replaced"


def _copy_rows(session: Session, plan: Plan, options: CopyOptions) -> CopiedRows:
    """Copies all rows, partition by partition."""
    resume = plan.exists and options.resume
    # A resumed copy first reads the target's rows; otherwise they are overwritten unread.
    upsert = plan.exists and options.into_existing and not resume and not plan.auto_id
    if resume:
        _make_readable(session, plan)
    partitions = [""] if plan.definition.has_partition_key else [DEFAULT_PARTITION, *plan.definition.partitions]
    schema = plan.target.client.call("DescribeCollection", collection_name=plan.target.collection).schema
    moved, version = CopiedRows(), plan.target.version
    to = WriteTarget(plan.target.collection, "", schema, upsert, version.is_lite, pastes_keys=version.pastes_keys)
    with Meter(session, f"Copying {plan.source.collection!r}") as meter:
        patience = Patience(options.patience, meter.retrying)
        everything = patience.tried(plan.source.selection)
        for partition in partitions:
            require_partition(plan.target, partition)
            selection = replace(everything, partitions=(partition,) if partition else ())
            route = CopyRoute(plan.source.client, selection, replace(to, partition=partition), patience)
            pieces = _remaining(plan, route, options) if resume else None
            sent = _send(session, plan, route, pieces, meter)
            moved = CopiedRows(moved.rows + sent.rows, moved.replaced + sent.replaced)
    return moved


def _send(session: Session, plan: Plan, route: CopyRoute, pieces: Iterator[Piece] | None, meter: Meter) -> CopiedRows:
    # If the server generates keys, rows must arrive in order, so that the target holds the first rows of the source.
    in_flight = writes_at_once(route.target, COPIES_IN_FLIGHT) if route.target.key else 1
    sender, replacing = (
        Forwarder(
            lambda: session.open(plan.target.profile),
            target,
            in_flight=in_flight,
            patience=route.patience.seconds,
            seconds=session.timeout,
        )
        for target in (route.target, replace(route.target, upsert=True))
    )
    return send(
        pieces or all_rows(route),
        route,
        sender,
        replacing,
        moved_on=lambda rows, size: meter.add(rows, size, of=plan.rows),
    )


def _remaining(plan: Plan, route: CopyRoute, options: CopyOptions) -> Iterator[Piece]:
    """Yields the rows that an interrupted copy has not put into a partition; compares whole rows, not only keys."""
    selection = replace(plan.target.selection(), partitions=route.selection.partitions)
    there = Cursor(plan.target.client, selection, patience=route.patience).pages()
    if plan.auto_id:
        return rows_behind(route, there)
    return differing_rows(route, there, has_others=options.into_existing)


def _make_readable(session: Session, plan: Plan) -> None:
    """Loads the target, whose rows show what has arrived; unloaded rows can't be read."""
    if plan.target.loaded():
        return
    try:
        build_indexes(session, plan.target, plan.definition)
        with part_of_job():
            load(plan.target.view(session), plan.target.collection)
    except ServerRefused as exc:
        hint = "delete it, and copy again" if plan.auto_id else "--into-existing without --resume copies all rows again"
        raise CliError(f"the rows of {plan.target} can't be read: {exc.message}", hint=hint) from exc


def _index_and_load(session: Session, plan: Plan, options: CopyOptions) -> list[str]:
    """Builds indexes and loads the collection; returns what the server refused."""
    if options.no_indexes:
        return []
    return index_and_load(session, plan.target, plan.definition, wants_load=not options.no_load)


def _summary(session: Session, plan: Plan, copied: int, refused: Sequence[str], options: CopyOptions) -> Done:
    """Compares the counts of both sides. With other rows in the target, only too few rows prove a loss."""
    seen = Permitted()
    source, target = Patience(options.patience).tried(plan.source.count), seen(target_count, session, plan.target)
    message = f"Copied {copied:,} rows of {plan.source} to {plan.target}"
    mixed = plan.exists and options.into_existing
    if target is not None and ((target < source) if mixed else (target != source)):
        raise CliError(
            f"{message}, but that has {target:,} rows and the source {source:,}",
            hint=f"run `diff {plan.source.name} {plan.target.name}`",
        )
    if refused:
        raise Partial(f"{message}; the server refused {'; '.join(refused)}", hint="all rows are there")
    if target is None:
        counts = f"the source has {source:,}, the target's can't be counted without {', '.join(sorted(seen.missing))}"
    else:
        counts = f"it has {target:,}" if mixed else f"both have {source:,}"
    made = {
        "source": plan.source.name,
        "target": plan.target.name,
        "copied": copied,
        "source_rows": source,
        "target_rows": target,
    }
    return Done(f"{message}: {counts}.", made)
