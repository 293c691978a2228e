"""Copies a collection in a session: what is asked, made, moved, and counted at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..connections.read_only import require_writable
from ..errors import CliError, Interrupted, InvalidInput, NotAuthorized, Partial, ServerRefused, Unreachable
from ..files.memory import share_one_heap
from ..result import Done
from ..session.session import Session
from .locking import address_of, key_lock
from .meter import Meter
from .side import Side, open_side

if TYPE_CHECKING:
    from ..connections.version import Version
    from ..schema.definition import Definition
    from ..schema.indexes import Index
    from ..session.collection_ref import CollectionRef
    from .copy_rows import CopyRoute, Piece, Sent

DEFAULT_PARTITION = "_default"
GOES_ON = "the same line with --resume goes on there"
CAN_NOT_GO_ON = "it can't be resumed: copy into a new collection, or delete the rows that it added"
"""Where keys are generated, nothing tells the rows of a copy from those that were there before."""


@dataclass(frozen=True)
class CopyOptions:
    """Options of `copy`; `patience` is in seconds."""

    resume: bool = False
    into_existing: bool = False
    no_indexes: bool = False
    no_load: bool = False
    patience: float = 60.0
    dry_run: bool = False


@dataclass(frozen=True)
class Plan:
    """What is to be done: `definition` is the target's, with the indexes that its server can build."""

    source: Side
    target: Side
    definition: Definition
    left_out: Sequence[Index]
    rows: int
    exists: bool

    @property
    def auto_id(self) -> bool:
        return self.definition.schema.autoID or any(field.autoID for field in self.definition.schema.fields)

    @property
    def words(self) -> str:
        there = "which is there" if self.exists else "which is new"
        return f"{self.rows:,} rows of {self.source} to {self.target}, {there}"


def copy(session: Session, source: CollectionRef, target: CollectionRef, options: CopyOptions) -> Done:
    """Copies a collection; the copy has its name where the target has none."""
    share_one_heap()
    sides = open_side(session, source), open_side(session, target, collection=source.collection)
    return copy_collection(session, *sides, options)


def copy_collection(session: Session, source: Side, target: Side, wish: CopyOptions) -> Done:
    """Raises CliError before anything is made where that can be known; at the end where the counts are not the same."""
    plan = _plan(source, target, wish)
    for line in _notes(plan, wish):
        session.console.note(f"note: {line}")
    if wish.dry_run:
        return Done(
            f"Would copy {plan.words}.",
            {"source": source.name, "target": target.name, "copied": 0, "source_rows": plan.rows},
        )
    target.view(session).confirm(f"Copy {plan.words}?")
    with ExitStack() as stack:
        doing = f"copying {source.collection!r} to {target}"
        stack.enter_context(key_lock(session, ("copy", *_address(target), target.collection), doing))
        try:
            if target.exists != plan.exists:
                raise CliError(f"{target} was {'deleted' if plan.exists else 'made'} meanwhile", hint="run it again")
            if not plan.exists:
                _make(plan)
            # The same server may be reached by several addresses.
            stack.enter_context(key_lock(session, ("copy", *(target.identity() or _address(target))), doing))
            sent = _move(session, plan, wish)
            refused = _finish(session, plan, wish)
        except KeyboardInterrupt:
            raise Interrupted(hint=_how_to_go_on(plan, wish)) from None
        except CliError as exc:
            if exc.hint and not isinstance(exc, Interrupted | Unreachable):
                raise
            raise exc.with_context(more_hint=_how_to_go_on(plan, wish)) from exc
        if sent.replaced:
            session.console.note(f"note: {sent.replaced:,} rows of the target had other values, and were replaced")
        return _told(session, plan, sent.rows, refused, wish)


def _address(side: Side) -> tuple[str, str]:
    return address_of(side.profile), side.profile.database


def _how_to_go_on(plan: Plan, wish: CopyOptions) -> str:
    return CAN_NOT_GO_ON if plan.auto_id and plan.exists and wish.into_existing else GOES_ON


def _plan(source: Side, target: Side, wish: CopyOptions) -> Plan:
    from ..schema.features import lacking_features, lacking_indexes

    source.require()
    _refuse_itself(source, target)
    require_writable(target.profile, "nothing was copied")
    source.require_loaded()
    definition = _as_told(source).named(target.collection)
    _require_known(source, definition)
    lacks = lacking_features(definition, target.version)
    if lacks:
        raise CliError(f"{target.where} lacks {'; '.join(lacks)}", hint="nothing was made")
    exists = target.exists
    if exists:
        _require_like(target, definition, source.version, wish)
    else:
        target.require_creatable()
    left_out = lacking_indexes(definition, target.version) if not wish.no_indexes else ()
    kept = tuple(each for each in definition.indexes if each not in left_out) if not wish.no_indexes else ()
    plan = Plan(source, target, replace(definition, indexes=kept), left_out, source.count(), exists)
    if exists and wish.resume and wish.into_existing and plan.auto_id:
        raise CliError(
            f"can't resume into {target}: the server generates the keys, and nothing tells which rows were "
            "there before",
            hint="leave out --into-existing where the first run made the collection; else copy into a new one",
        )
    return plan


def _require_known(side: Side, definition: Definition) -> None:
    """A copy would lack, or take away, what this program does not know."""
    if definition.unknown:
        raise CliError(
            f"refusing to copy: this client does not know {', '.join(definition.unknown)} of {side}",
            hint="nothing was copied; a newer milvus_cli may know it",
        )


def _as_told(source: Side) -> Definition:
    """The source's definition; what Milvus Lite does not keep is as by default, as Milvus takes nothing without it."""
    from ..schema.schema import DEFAULT_MAX_LENGTH, all_fields, params, type_name
    from ..text.consistency import DEFAULT_LEVEL

    definition = source.definition()
    if not source.version.is_lite:
        return definition
    for field in all_fields(definition.schema):
        if type_name(field.element_type) == "VARCHAR" and "max_length" not in params(field.type_params):
            field.type_params.add(key="max_length", value=str(DEFAULT_MAX_LENGTH))
    return replace(definition, consistency=DEFAULT_LEVEL, shards=0)


def _refuse_itself(source: Side, target: Side) -> None:
    one, other = ((side.profile.address, side.profile.database, side.collection) for side in (source, target))
    if one == other or (target.exists and source.identity() and source.identity() == target.identity()):
        raise InvalidInput(f"source and target are the same: {source}", hint="name another collection or connection")


def _require_like(target: Side, definition: Definition, version: Version, wish: CopyOptions) -> None:
    """An existing target needs a word from the person, and fields that take the rows."""
    from ..schema.difference import field_differences

    if not (wish.resume or wish.into_existing):
        raise CliError(
            f"collection {target} exists",
            hint="--resume goes on with an interrupted copy, --into-existing replaces entities with equal keys",
        )
    there = target.definition()
    _require_known(target, there)
    different = field_differences(definition, there, (version, target.version))
    if different:
        words = "; ".join(f"{each.what} is {each.b!r} and not {each.a!r}" for each in different[:3])
        raise CliError(f"{target} takes no rows of the source: {words}", hint="compare them with: diff")


def _notes(plan: Plan, wish: CopyOptions) -> Iterator[str]:
    """What will not be as it is in the source."""
    if plan.auto_id:
        yield "the server gives out the keys anew: rows can't be compared with the source's afterwards"
    for index in plan.left_out:
        yield f"the index on {index.field!r} is left out: {plan.target.where} has no {index.type}"
    if plan.exists and wish.into_existing and not plan.auto_id:
        yield "rows of the target with the same keys are replaced"


def _make(plan: Plan) -> None:
    """The collection without its indexes; where the server did not keep what rows need, it goes again."""
    from ..schema.definition import create, lost

    client, definition = plan.target.client, replace(plan.definition, indexes=())
    create(client, definition)
    needed = [each for each in lost(client, definition) if not each.startswith(("the description", "the clustering"))]
    if needed:
        client.call("DropCollection", collection_name=plan.target.collection)
        raise CliError(f"{plan.target.where} did not keep {', '.join(needed)}", hint="nothing was made")


def _move(session: Session, plan: Plan, wish: CopyOptions) -> Sent:
    """All rows, partition by partition."""
    from ..rows.patience import Patience
    from ..rows.writing import WriteTarget
    from .copy_rows import CopyRoute, Sent

    resume = plan.exists and wish.resume
    # What is there is read first when a copy is resumed, else it is written over unread.
    upsert = plan.exists and wish.into_existing and not resume and not plan.auto_id
    if resume:
        _make_readable(session, plan)
    partitions = [""] if plan.definition.has_partition_key else [DEFAULT_PARTITION, *plan.definition.partitions]
    schema = plan.target.client.call("DescribeCollection", collection_name=plan.target.collection).schema
    moved, lite = Sent(), plan.target.version.is_lite
    with Meter(session, f"Copying {plan.source.collection!r}") as meter:
        patience = Patience(wish.patience, meter.retrying)
        everything = patience.tried(plan.source.selection)
        for partition in partitions:
            _require_partition(plan.target, partition)
            selection = replace(everything, partitions=(partition,) if partition else ())
            target = WriteTarget(plan.target.collection, partition, schema, upsert, lite)
            way = CopyRoute(plan.source.client, selection, target, patience)
            pieces = _remaining(plan, way, wish) if resume else None
            sent = _send(session, plan, way, pieces, meter)
            moved = Sent(moved.rows + sent.rows, moved.replaced + sent.replaced)
    return moved


def _send(session: Session, plan: Plan, way: CopyRoute, pieces: Iterator[Piece] | None, meter: Meter) -> Sent:
    from ..rows.writing import writes_at_once
    from .copy_rows import IN_FLIGHT, Forwarder, all_rows, send

    # A server that generates keys gets rows in order, so that those in the target are the first of the source.
    in_flight = writes_at_once(way.target, IN_FLIGHT) if way.target.key else 1
    sender, replacing = (
        Forwarder(
            lambda: session.open(plan.target.profile),
            target,
            in_flight=in_flight,
            patience=way.patience.seconds,
            seconds=session.timeout,
        )
        for target in (way.target, replace(way.target, upsert=True))
    )
    return send(
        pieces or all_rows(way), way, sender, replacing, moved_on=lambda rows, size: meter.add(rows, size, of=plan.rows)
    )


def _remaining(plan: Plan, way: CopyRoute, wish: CopyOptions) -> Iterator[Piece]:
    """What an interrupted copy has not put into a partition yet: whole rows are compared, as a key proves nothing."""
    from ..rows.cursor import Cursor
    from .copy_rows import differing_rows, rows_behind

    selection = replace(plan.target.selection(), partitions=way.selection.partitions)
    there = Cursor(plan.target.client, selection, patience=way.patience).pages()
    if plan.auto_id:
        return rows_behind(way, there)
    return differing_rows(way, there, has_others=wish.into_existing)


def _require_partition(target: Side, partition: str) -> None:
    """One that an interrupted copy has not made, or that an older target lacks."""
    from ..client.optional import permitted

    if not partition or partition == DEFAULT_PARTITION:
        return
    there = permitted(target.client.call, "HasPartition", collection_name=target.collection, partition_name=partition)
    if there is None or not there.value:
        target.client.call("CreatePartition", collection_name=target.collection, partition_name=partition)


def _make_readable(session: Session, plan: Plan) -> None:
    """Its rows tell what has arrived; those of what is not loaded can't be read."""
    if plan.target.loaded():
        return
    try:
        _build_indexes(plan)
        _load(session, plan.target)
    except ServerRefused as exc:
        hint = "delete it, and copy anew" if plan.auto_id else "--into-existing without --resume copies all rows anew"
        raise CliError(f"the rows of {plan.target} can't be read: {exc.message}", hint=hint) from exc


def _build_indexes(plan: Plan) -> list[str]:
    """Those that the target does not have yet; what the server refuses is returned."""
    from ..schema.features import index_for
    from ..schema.indexes import create_index, indexes

    client, name, refused = plan.target.client, plan.target.collection, []
    there = {each.field_name for each in indexes(client, name)}
    for index in plan.definition.indexes:
        if index.field not in there:
            try:
                create_index(client, name, index_for(index, plan.target.version))
            except (ServerRefused, NotAuthorized) as exc:
                refused.append(f"the index on {index.field!r}: {exc.message}")
    return refused


def _load(session: Session, target: Side) -> None:
    from ..server.waiting import load

    load(target.view(session), target.collection)


def _finish(session: Session, plan: Plan, wish: CopyOptions) -> list[str]:
    """Indexes and loading; returns what the server refused of them."""
    from ..server.waiting import wait_indexed

    if wish.no_indexes:
        return []
    refused = _build_indexes(plan)
    if plan.definition.indexes and not refused:
        wait_indexed(plan.target.view(session), plan.target.collection)
    if not wish.no_load and not plan.target.loaded():
        try:
            _load(session, plan.target)
        except (ServerRefused, NotAuthorized) as exc:
            refused.append(f"loading it: {exc.message}")
    return refused


def _told(session: Session, plan: Plan, copied: int, refused: Sequence[str], wish: CopyOptions) -> Done:
    """Counts both sides; what may be there beside the copy makes the target's count no proof."""
    from ..client.optional import Permitted
    from ..rows.patience import Patience

    seen = Permitted()
    source, target = Patience(wish.patience).tried(plan.source.count), seen(_count, session, plan.target)
    message = f"Copied {copied:,} rows of {plan.source} to {plan.target}"
    mixed = plan.exists and wish.into_existing
    if target is not None and ((target < source) if mixed else (target != source)):
        raise CliError(
            f"{message}, but that has {target:,} rows and the source {source:,}",
            hint=f"look with: diff {plan.source.name} {plan.target.name}",
        )
    if refused:
        raise Partial(f"{message}; the server refused {'; '.join(refused)}", hint="the rows are all there")
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


def _count(session: Session, side: Side) -> int:
    """Exactly; by the statistics after a flush where the rows are not loaded."""
    return side.count() if side.loaded() else _flushed_count(session, side, "")


def _flushed_count(session: Session, side: Side, partition: str) -> int:
    """By the statistics after a flush, which are exact where nothing was deleted."""
    from ..server.existence import row_count
    from ..server.waiting import flush

    flush(side.view(session), side.collection)
    return row_count(side.client, side.collection, partition) or 0
