"""Copies and compares whole databases, collection by collection."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..connections.read_only import require_writable
from ..errors import CliError, Interrupted, InvalidInput, NotAuthorized, Unreachable
from ..files.memory import share_one_heap
from ..output.progress import Progress
from ..result import Done, Report, Section, Table
from ..rows.selection import as_of, server_timestamp
from ..server.chosen import Choice, CollectionName, chosen_collections, database_names
from ..server.databases import create_database
from ..text.counts import counted
from .checkpoint import RESUME_HINT
from .compare import Depth, compare_collections
from .copy import CopyOptions, Plan, carry_out_copy, copy_collection, plan_copy
from .many import run_each
from .side import Side, open_side

if TYPE_CHECKING:
    from ..client.client import Client
    from ..rows.freshness import Freshness
    from ..session.collection_ref import CollectionRef
    from ..session.session import Session

COPIED = ("collection", "result", "copied", "source_rows", "target_rows", "message")
COMPARED = ("collection", "result", "rows_a", "rows_b", "differences", "message")


@dataclass(frozen=True)
class DiffOptions:
    """Options of `diff`; `limit` is the number of differing rows to show."""

    rows: str
    sample: int
    limit: int
    collections: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    at_once: int = 1

    @property
    def depth(self) -> Depth:
        return Depth(self.rows, self.sample, self.limit)

    @property
    def choice(self) -> Choice:
        """The collections of whole databases to compare."""
        return Choice((), self.collections, self.excluded)


@dataclass(frozen=True)
class Outcome:
    """A row of the result, and the exit code that it causes."""

    row: tuple[Any, ...]
    exit_code: int = 0


@dataclass(frozen=True)
class _Place:
    """A database to compare, how recent its rows must be, and the names of its collections."""

    ref: CollectionRef
    fresh: Freshness
    names: Collection[str]


def copy(session: Session, source: CollectionRef, target: CollectionRef, options: CopyOptions) -> Done | Report:
    """Copies a collection, which keeps its name if the target has none, or a database if the source has none."""
    share_one_heap()
    if not source.collection:
        return copy_database(session, source, target, options)
    _require_no_patterns(options.choice)
    sides = open_side(session, source), open_side(session, target, collection=source.collection)
    return copy_collection(session, *sides, options)


def diff(session: Session, a: CollectionRef, b: CollectionRef, options: DiffOptions) -> Report:
    """Compares two collections, of which the second has the name of the first by default, or two databases."""
    if not a.collection:
        return compare_databases(session, a, b, options)
    _require_no_patterns(options.choice)
    sides = [open_side(session, each, collection=a.collection) for each in (a, b)]
    a_side, b_side = (replace(each, fresh=_now(each.client)) for each in sides)
    return compare_collections(session, a_side, b_side, options.depth)


def _now(client: Client) -> Freshness:
    """Returns the freshness of reads that see all rows written before now: the server waits only once for its clock."""
    return as_of(server_timestamp(client))


def _require_no_patterns(choice: Choice) -> None:
    if not choice.is_all:
        raise InvalidInput(
            "--collection and --exclude choose among the collections of a database",
            hint="write ALIAS: or ALIAS/DATABASE: for a whole database",
        )


def copy_database(session: Session, source: CollectionRef, target: CollectionRef, options: CopyOptions) -> Report:
    """Copies the chosen collections of a database; those that fail do not end it. The worst decides the exit code."""
    _require_database(target)
    there, here = session.at(source.alias, source.database), session.at(target.alias, target.database)
    if (there.profile.address, there.profile.database) == (here.profile.address, here.profile.database):
        raise InvalidInput(f"source and target are the same: {there.place}", hint="name another database or connection")
    names = _names(there, options.choice)
    require_writable(here.profile, "nothing was copied")
    known = database_names(here)
    missing = known is not None and here.profile.database not in known
    if missing:
        session.console.note(f"note: database {here.profile.database!r} is new on {here.place}")
    if options.dry_run and missing:
        sides = [open_side(session, source, collection=each) for each in names]
        outcomes = [Outcome((side.collection, "would copy", 0, side.count(), None, "")) for side in sides]
    else:
        if not options.dry_run:
            here.confirm(f"Copy {counted(len(names), 'collection')} of {there.place} to {here.place}?")
        if missing:
            create_database(here, here.profile.database, (), if_not_exists=True)
        outcomes = list(_copied(session, source, target, names, options))
    values = {"source": there.place, "target": here.place, "copied": sum(each.row[2] or 0 for each in outcomes)}
    return _report(values, COPIED, outcomes, ("copied", "would copy"))


def _copied(
    session: Session, source: CollectionRef, target: CollectionRef, names: Sequence[str], options: CopyOptions
) -> Iterator[Outcome]:
    """Plans all copies before the first one, so that what the target lacks is said early."""
    plans = [(name, _planned(session, source, target, name, options)) for name in names]
    for name, plan in plans:
        if isinstance(plan, CliError):
            yield _failed(name, plan)
        elif options.dry_run:
            yield Outcome((name, "would copy", 0, plan.rows, None, ""))
        else:
            yield _carried_out(session, name, plan, options)


def _planned(
    session: Session, source: CollectionRef, target: CollectionRef, name: str, options: CopyOptions
) -> Plan | CliError:
    sides = open_side(session, source, collection=name), open_side(session, target, collection=name)
    try:
        return plan_copy(session, *sides, options)
    except (Interrupted, Unreachable, NotAuthorized):
        raise
    except CliError as exc:
        return exc


def _carried_out(session: Session, name: str, plan: Plan, options: CopyOptions) -> Outcome:
    try:
        done: Done = carry_out_copy(session, plan, options)
    except (Interrupted, Unreachable) as exc:
        raise exc.with_context(prefix=name, more_hint=RESUME_HINT) from exc
    except CliError as exc:
        return _failed(name, exc)
    made = done.made
    return Outcome((name, "copied", made["copied"], made["source_rows"], made["target_rows"], ""))


def compare_databases(session: Session, a: CollectionRef, b: CollectionRef, options: DiffOptions) -> Report:
    """Compares the chosen collections of two databases; the worst decides the exit code."""
    choice = options.choice
    _require_database(b)
    sides = session.at(a.alias, a.database), session.at(b.alias, b.database)
    names = [set(_names(each, Choice(excluded=choice.excluded))) for each in sides]
    chosen = [each.collection for each in choice.of(CollectionName("", each) for each in names[0] | names[1])]
    fresh = [_now(each.client) for each in sides]
    places = list(map(_Place, (a, b), fresh, names))
    outcomes = _all_compared(session, places, chosen, options)
    values = {"a": sides[0].place, "b": sides[1].place}
    return _report(values, COMPARED, outcomes, ("same",))


def _all_compared(
    session: Session, places: Sequence[_Place], names: Sequence[str], options: DiffOptions
) -> list[Outcome]:
    quiet = session.with_options(session.options.but({"quiet": True}))
    found, lock = dict[str, Outcome](), threading.Lock()
    with Progress(session.console, "Comparing", quiet=session.quiet) as bar:

        def compare_one(name: str) -> None:
            outcome = _compared(quiet, places, name, options.depth)
            with lock:
                found[name] = outcome
                bar.show(len(found) / len(names), f"{len(found):,} of {counted(len(names), 'collection')}")

        run_each(session, names, compare_one, jobs=options.at_once, stopping=threading.Event())
    return [found[name] for name in names]


def _compared(session: Session, places: Sequence[_Place], name: str, depth: Depth) -> Outcome:
    sides = [open_side(session, each.ref, collection=name, fresh=each.fresh) for each in places if name in each.names]
    if len(sides) < 2:
        return _lonely(sides[0], "a" if name in places[0].names else "b")
    try:
        found = compare_collections(session, sides[0], sides[1], depth)
    except (Interrupted, Unreachable):
        raise
    except CliError as exc:
        return _failed(name, exc)
    values, differences = found.values, found.sections[0].items
    result = {True: "same", False: "different", None: "unknown"}[values["same"]]
    row = (name, result, values["rows_a"], values["rows_b"], len(differences), _most_important(found))
    return Outcome(row, found.exit_code)


def _most_important(found: Report) -> str:
    """Returns the first difference; where there is none, what was not compared."""
    for each in found.sections[0].items:
        return f"{each['what']}: {each['a']} | {each['b']}"
    left_out = found.values["not_compared"]
    return f"not compared: {', '.join(left_out)}" if left_out else ""


def _lonely(side: Side, letter: str) -> Outcome:
    rows = side.count() if side.loaded() else None
    counts = (rows, None) if letter == "a" else (None, rows)
    return Outcome((side.collection, f"only in {letter}", *counts, 1, ""), 1)


def _failed(name: str, error: CliError) -> Outcome:
    return Outcome((name, "failed", *(None, None, None), error.message), error.exit_code)


def _report(values: dict[str, Any], columns: Sequence[str], outcomes: Sequence[Outcome], good: Sequence[str]) -> Report:
    rows = [each.row for each in outcomes]
    items = [dict(zip(columns, row, strict=True)) for row in rows]
    failed = sum(row[1] not in good for row in rows)
    head = {**values, "collections": len(rows), "failed": failed}
    if "same" in good:
        head = {**values, "collections": len(rows), "same": not failed, "differing": failed}
    code = max((each.exit_code for each in outcomes), default=0)
    return Report(head, [Section("collections", Table(columns, rows), items)], code)


def _require_database(ref: CollectionRef) -> None:
    if ref.collection:
        raise InvalidInput(
            f"{ref.collection!r} is one collection, and the source a whole database",
            hint="write ALIAS: or ALIAS/DATABASE: for both",
        )


def _names(session: Session, choice: Choice) -> list[str]:
    return [each.collection for each in chosen_collections(session, [session.profile.database], choice)]
