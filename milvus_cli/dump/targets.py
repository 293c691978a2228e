"""Fills single collections of a restore: creates them, inserts their parts, builds indexes, loads, and counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..client.optional import Permitted
from ..errors import CliError, Partial
from ..schema.difference import field_differences
from ..server.existence import row_count
from ..server.waiting import flush, release
from ..transfer.checkpoint import RESUME_HINT
from ..transfer.insert import insert_files
from ..transfer.insert_job import InsertOptions
from ..transfer.insert_summary import KEEP_REJECTS
from ..transfer.making import create_empty, index_and_load, require_partition, target_count
from ..transfer.many import AGAIN
from ..transfer.pipeline import WITHOUT_STRICT
from ..transfer.quoted import has_pasted_keys
from .ours import why_kept, why_not_ours
from .restore_progress import TargetProgress, checkpoint_of

if TYPE_CHECKING:
    from ..server.chosen import CollectionName
    from ..session.session import Session
    from ..transfer.many import Overall
    from .journal import Journal
    from .manifest import Part
    from .restore_plan import RestoreOptions
    from .restore_progress import RestoreProgress
    from .stored import StoredDump
    from .target import Target


LOST = "they had all arrived: if the server crashed, delete the collection and run the same command again"


class TargetFiller:
    """Fills collections, and records each step in the journal."""

    def __init__(
        self,
        session: Session,
        options: RestoreOptions,
        stored: StoredDump,
        journal: Journal,
        progress: RestoreProgress,
        overall: Overall,
    ) -> None:
        self._session = session.with_options(session.options.but({"quiet": True}))
        self._options = options
        self._stored = stored
        self._journal = journal
        self._progress = progress
        self._overall = overall

    def fill(self, target: Target) -> None:
        """Raises CliError if not all rows arrived; what arrived is recorded for the next run."""
        done = self._progress.of(target.name)
        is_ours = target.exists and done.creating and done.is_same(target.side.identity())
        if not is_ours and done.creating:
            # What was put into another collection of this name is not in this one.
            done = TargetProgress()
        if is_ours and done.finished:
            self.recount(target)
            return
        if is_ours and (why := why_not_ours(self._session, target, done)):
            raise CliError(f"can't continue into {target.side}: {why}")
        if is_ours and self._must_redo(target, done):
            if why := why_kept(self._session, target, done):
                raise CliError(f"can't continue into {target.side}: {why}")
            target.side.client.call("DropCollection", collection_name=target.side.collection)
            self._overall.add(-sum(each.rows for each in target.dumped.parts if each.file in done.done))
            is_ours, target_exists = False, False
        else:
            target_exists = target.exists
        if is_ours and done.identity is None:
            self._require_empty(target)
            self._record(target.name, identity=list(map(str, target.side.identity())))
        elif not target_exists:
            done = self._create(target)
        into_existing = target_exists and not is_ours
        if not self._options.schema_only:
            self._insert(target, done, upsert=into_existing)
        self._complete(target, done, into_existing=into_existing)
        self._record(target.name, finished=True)

    def recount(self, target: Target) -> None:
        """Raises CliError for too few rows in a collection that was finished: a crash of the server may lose some."""
        if not self._options.schema_only:
            self._compare_count(target, self._progress.of(target.name), into_existing=True, hint=LOST)

    def _must_redo(self, target: Target, done: TargetProgress) -> bool:
        """Returns whether no upsert can send rows again: of generated keys, or of keys that may be run as SQL."""
        return bool(done.begun - done.done) and (target.generates or _has_pasted_keys(target))

    def _require_empty(self, target: Target) -> None:
        """Raises CliError for a collection that was made by somebody else before this one could be created."""
        side = target.side
        flush(side.view(self._session), side.collection)
        assert target.definition is not None
        different = field_differences(target.definition, side.definition(), (side.version, side.version))
        if different or row_count(side.client, side.collection):
            raise CliError(f"{side} was made by another job meanwhile", hint="restore it under another name")

    def _create(self, target: Target) -> TargetProgress:
        assert target.definition is not None
        self._record(target.name, creating=True)
        # They tell of rows in an earlier collection of this name.
        for part in target.dumped.parts:
            checkpoint_of(self._journal.path, target.name, part.file).unlink(missing_ok=True)
        create_empty(target.side, target.definition)
        self._record(target.name, identity=list(map(str, target.side.identity())))
        return TargetProgress(creating=True)

    def _insert(self, target: Target, done: TargetProgress, *, upsert: bool) -> None:
        for partition in dict.fromkeys([*target.dumped.partitions, *(each.partition for each in target.dumped.parts)]):
            require_partition(target.side, partition)
        if upsert and target.generates and done.begun - done.done:
            raise CliError(
                f"can't continue into {target.side}: the server generates the keys, and nothing tells which rows "
                "have arrived",
                hint="restore it under another name",
            )
        for part in target.dumped.parts:
            self._overall.require_going()
            if part.file not in done.done:
                self._record(target.name, begun=part.file)
                self._keep_marks(target, part, done)
                # Rows of a part that was interrupted may be in: an upsert puts each in once.
                sent_before = part.file in done.begun and not target.generates
                self._insert_part(target, part, upsert=(upsert or sent_before) and not target.generates)
                self._record(target.name, done=part.file)

    def _keep_marks(self, target: Target, part: Part, done: TargetProgress) -> None:
        """Records what the checkpoint tells of an earlier run, which the insert begins anew."""
        if rows := done.arrived.get(part.file):
            self._record(target.name, arrived=[part.file, rows])
        for rows in sorted(done.sent.get(part.file, ())):
            self._record(target.name, sent=[part.file, rows])

    def _insert_part(self, target: Target, part: Part, *, upsert: bool) -> None:
        counted = 0

        def report(rows: int) -> None:
            nonlocal counted
            if counted < rows < part.rows:
                self._record(target.name, arrived=[part.file, rows])
            self._overall.add(rows - counted, part.bytes * (rows - counted) // part.rows)
            counted = rows

        generated = () if target.keeps_keys else ((self._key(target), ""),)
        options = InsertOptions(
            collection=target.side.collection,
            files=[self._stored.to_insert(part.file)],
            partition=part.partition,
            upsert=upsert,
            mapping=generated,
            strict=True,
            restart=True,
            checkpoint=str(checkpoint_of(self._journal.path, target.name, part.file)),
            patience=self._options.patience,
        )
        try:
            insert_files(target.side.view(self._session), options, report=report)
        except CliError as exc:
            raise _rejected(exc, target, part, self._stored.unpacking) from exc
        self._overall.add(part.rows - counted)

    def _key(self, target: Target) -> str:
        return target.side.selection().primary.name

    def _complete(self, target: Target, done: TargetProgress, *, into_existing: bool) -> None:
        """Builds indexes, compares the number of rows, and loads or releases the collection as it was."""
        side, refused = target.side, list[str]()
        wants_load = target.dumped.loaded and not self._options.no_load
        if target.definition is not None:
            refused = index_and_load(self._session, side, target.definition, wants_load=wants_load)
        if not self._options.schema_only:
            lost = LOST if done.done and not into_existing else ""
            self._compare_count(target, done, into_existing=into_existing, hint=lost)
        # Milvus Lite loads each new collection.
        if not (wants_load or into_existing) and side.loaded():
            release(side.view(self._session), side.collection)
        if refused:
            raise Partial(f"the server refused {'; '.join(refused)}", hint="all rows are there")

    def _compare_count(self, target: Target, done: TargetProgress, *, into_existing: bool, hint: str = "") -> None:
        """Raises CliError for too few rows, and for too many in a collection of its own."""
        side, wanted, seen = target.side, target.dumped.rows, Permitted()
        count = seen(target_count, self._session, side)
        if count is None:
            missing = ", ".join(sorted(seen.missing))
            self._session.console.note(f"note: {target.name}: its rows can't be counted without {missing}")
            return
        # Statistics count rows that an upsert has replaced.
        may_be_more = into_existing or (bool(done.begun) and not side.loaded())
        if count < wanted or (count > wanted and not may_be_more):
            raise CliError(f"{side} has {count:,} rows, and the dump {wanted:,}", hint=hint)

    def _record(self, name: CollectionName, **event: Any) -> None:
        self._journal.add({"of": list(name), **event})


def _has_pasted_keys(target: Target) -> bool:
    definition = target.definition or target.side.definition()
    return has_pasted_keys(target.side, definition.schema)


def _rejected(error: CliError, target: Target, part: Part, unpacking: str) -> CliError:
    """Returns the error of an insert as one of the restore; rejected rows can't be left out: says what is left."""
    # The insert would be continued with an option that a restore does not have.
    error = error.with_context(hint=error.hint.replace(RESUME_HINT, AGAIN))
    if not any(each in error.hint for each in (KEEP_REJECTS, WITHOUT_STRICT)):
        return error
    return error.with_context(
        prefix=part.file,
        suffix=f"{target.side} is left with the other rows that arrived, and running this again repeats the rejection",
        hint="delete the collection, and restore a dump without these rows (`dump --filter`); "
        f"or {unpacking}insert the files of {part.file.rpartition('/')[0]} with `insert file --rejects FILE`",
    )
