"""The end of an insert: its last line, what was not inserted, and how far it came before an error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..client.optional import permitted
from ..errors import CliError, Partial, ServerRefused, Unreachable
from ..result import Done
from ..server.existence import exact_row_count
from ..session.session import Session
from ..text.counts import counted
from .checkpoint import InsertCounts
from .insert_job import InsertOptions, is_device
from .sender import replaced_note

OTHERS = ("another row with its key", "other rows with their keys")
KEEP_REJECTS = "--rejects FILE keeps them"


def with_counts(error: CliError, counts: InsertCounts, hint: str = "") -> CliError:
    """Returns the error that ended an insert, with the number of inserted rows and a hint on how to continue."""
    unsure = counts.are_unsure
    if not counts.read and (not unsure or isinstance(error, ServerRefused)):
        return error.with_context()
    rows = f"{counts.inserted:,} rows are in{', and what was on its way may be' if unsure else ''}"
    # A more specific error, such as that of a full disk, already says how to continue.
    has_hint = "--resume" in error.hint or "--restart" in error.hint
    return error.with_context(suffix=rows, more_hint="" if has_hint else hint)


def count_again(session: Session, collection: str) -> int | None:
    """Counts the collection's rows; None if the server is lost, as the rows were inserted all the same."""
    try:
        return permitted(exact_row_count, session.client, collection)
    except Unreachable:
        return None


def summary(
    session: Session,
    options: InsertOptions,
    counts: InsertCounts,
    shown: Sequence[str],
    rows: tuple[int | None, int | None],
) -> Done:
    """Returns the last line. Raises Partial unless every row is known to have arrived.

    `shown` are the rejected rows shown so far; `rows` is the collection's count before and after.
    """
    verb = "Upserted" if options.upsert else "Inserted"
    before, after = rows
    known = "" if before is None or after is None else f", which had {before:,} and has {after:,}"
    message = f"{verb} {counts.inserted:,} of {counts.read:,} rows into {options.collection!r}{known}"
    if counts.superseded:
        # The keys from before an interruption are unknown.
        least = "at least " if options.resume else ""
        message += f"; {least}{counts.superseded:,} superseded by later rows of their key"
    if counts.replaced:
        session.console.note(replaced_note(options.collection, counts.replaced))
    if (same := _sharing_keys(session, options, counts, rows)) > 0:
        replaced = f"{counted(same, 'row')} of {options.collection!r} replaced {OTHERS[same > 1]}"
        session.console.note(f"note: {replaced}: Milvus Lite keeps one row for each key")
    # Rows sent again are in only once if the collection has grown by exactly the inserted rows.
    once = not options.resume and before is not None and after == before + counts.inserted
    failures = list(_shortfalls(session, options, replace(counts, doubtful=0) if once else counts, shown))
    if failures:
        error = Partial("; ".join([message, *(each.message for each in failures)]))
        for each in failures:
            error = error.with_context(more_hint=each.hint)
        raise error
    return Done(f"{message}.", _values(options, counts, before, after))


def _sharing_keys(
    session: Session, options: InsertOptions, counts: InsertCounts, rows: tuple[int | None, int | None]
) -> int:
    """Returns how many rows replaced others in Milvus Lite, whose insert leaves one row for each key."""
    before, after = rows
    is_plain = not (options.upsert or options.resume or counts.unknown or counts.replaced or counts.are_unsure)
    if before is None or after is None or not is_plain or not session.client.version.is_lite:
        return 0
    return before + counts.inserted - after


def _values(options: InsertOptions, counts: InsertCounts, before: int | None, after: int | None) -> dict[str, object]:
    values: dict[str, object] = {
        "collection": options.collection,
        "read": counts.read,
        "inserted": counts.inserted,
        "rejected": counts.rejected,
        "before": before,
        "after": after,
    }
    return {**values, "superseded": counts.superseded} if counts.superseded else values


def _shortfalls(
    session: Session, options: InsertOptions, counts: InsertCounts, shown: Sequence[str]
) -> Iterator[Partial]:
    """Yields the reasons why not every row is known to have arrived."""
    if counts.rejected:
        more = counts.rejected - len(shown)
        if more > 0:
            session.console.note(f"… and {more:,} more")
        hint = f"{options.rejects} has them" if options.rejects else KEEP_REJECTS
        # A device does not keep them.
        hint = "" if options.rejects and is_device(options.rejects) else hint
        yield Partial(f"{counts.rejected:,} rejected", hint=hint)
    if counts.unknown:
        yield Partial(
            f"{counts.unknown:,} may be in or not: answers were lost, and other rows have the same keys",
            hint="upsert file with the same files puts every row in, and leaves one for each key",
        )
    if counts.missed:
        yield Partial(
            f"{counts.missed:,} rows are missing from completed import jobs",
            hint=f"compare the file with the collection; `list bulk_insert_tasks -c {options.collection}` has the jobs",
        )
    if counts.doubtful:
        yield Partial(
            f"{counts.doubtful:,} were sent again and may be in twice: answers were lost, and Milvus assigns the keys",
            hint="compare the number of rows with the files",
        )
