"""Commands for a server's background work: flush, compaction, segments, replicas, and waiting for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import (
    collection_option,
    command,
    no_wait_option,
    option,
    optional_collection_word,
    wait_limit_option,
)
from ..grammar.offered import OneOf
from ..grammar.options import options
from ..grammar.types import INDEX, PARTITION, WAITED_FOR
from ..result import Done, Record, Table

if TYPE_CHECKING:
    from ..server.compaction import CompactOptions
    from ..session.session import Session

SEGMENT_STATES = ("Growing", "Sealed", "Flushing", "Flushed", "Dropped", "Importing")

compaction_option = option(
    "-id",
    "--compaction-id",
    "--id",
    "compaction",
    type=click.IntRange(min=0),
    metavar="ID",
    help="Compaction id, as printed by `compact`. [default: the last one in this shell or script]",
)
compacted_option = optional_collection_word("Collection whose last compaction to show, instead of an id.")


@command("flush")
@collection_option
@wait_limit_option
@no_wait_option
def flush(session: Session, collection: str, timeout: float | None, no_wait: bool) -> Done:
    """Flush a collection to storage.

    Seals growing segments and writes them to storage.

    \b
    Example: flush -c book
    """
    from ..server import waiting

    session.require_collection(collection)
    return waiting.flush(session, collection, seconds=timeout, wait=not no_wait)


@command("flush_all")
@wait_limit_option
@no_wait_option
def flush_all(session: Session, timeout: float | None, no_wait: bool) -> Done:
    """Flush all collections.

    Milvus may take a minute to report an idle collection as flushed.

    \b
    Example: flush_all --no-wait
    """
    from ..server import waiting

    return waiting.flush_all(session, seconds=timeout, wait=not no_wait)


@command("show flush_state")
@collection_option
def show_flush_state(session: Session, collection: str) -> Record:
    """Show whether a collection is flushed.

    Lists the number of segments in each state.

    \b
    Example: show flush_state -c book
    """
    from ..server.segments import flush_record

    return flush_record(session, collection)


@command("compact")
@collection_option
@option("--clustering", is_flag=True, help="Distribute rows by the clustering key.")
@option("--l0", is_flag=True, help="Only apply deletions, which L0 segments hold.")
@option("-p", "--partition", default="", type=PARTITION, metavar="NAME", help="Compact only this partition.")
@option(
    "--target-size",
    type=click.IntRange(1, 2**31),
    metavar="MB",
    help="Size of the resulting segments, in units of 2^20 bytes. [default: the server's]",
)
@wait_limit_option
@no_wait_option
@options("server.compaction:CompactOptions")
def compact(session: Session, collection: str, options: CompactOptions, timeout: float | None, no_wait: bool) -> Done:
    """Compact a collection.

    Merges small segments and removes deleted rows from storage. --clustering requires Milvus 2.4.8, --partition 2.5,
    --l0 2.6.3, --target-size 3.0.

    \b
    Example: compact -c book
    """
    from ..server import compaction

    return compaction.compact(session, collection, options, seconds=timeout, wait=not no_wait)


@command("list compactions", needs="GetCompactionStateWithPlans.collection_name")
@collection_option
def list_compactions(session: Session, collection: str) -> Table:
    """List the compactions of a collection.

    Shows running ones, and those that ended until the server forgets them. Requires Milvus 3.0 or newer.

    \b
    Example: list compactions -c book
    """
    from ..server.compaction import task_table

    return task_table(session, collection)


@command("show compaction_state")
@compacted_option
@compaction_option
def show_compaction_state(session: Session, collection: str | None, compaction: int | None) -> Record:
    """Show the progress of a compaction.

    Takes a compaction id, or shows the last compaction of a collection in this shell or script.

    \b
    Example: show compaction_state -id 470641625798482089
    """
    from ..server.compaction import state_record

    return state_record(session, collection, compaction)


@command("show compaction_plans")
@compacted_option
@compaction_option
def show_compaction_plans(session: Session, collection: str | None, compaction: int | None) -> Table:
    """Show which segments a compaction merges.

    Takes a compaction id, or shows the last compaction of a collection in this shell or script.

    \b
    Example: show compaction_plans -c book -id 470641625798482089
    """
    from ..server.compaction import plan_table

    return plan_table(session, collection, compaction)


@command("show replicas")
@collection_option
def show_replicas(session: Session, collection: str) -> Table:
    """Show the replicas of a collection.

    Shows shards, leaders, nodes and their addresses. The collection must be loaded.

    \b
    Example: show replicas -c book
    """
    from ..server.replicas import replica_table

    return replica_table(session, collection)


@command("list segments")
@collection_option
@option(
    "--state",
    "states",
    multiple=True,
    type=OneOf(SEGMENT_STATES, case_sensitive=False),
    metavar="STATE",
    help="Only segments in this state (repeatable); requires Milvus 3.0. [default: all but dropped ones]",
)
def list_segments(session: Session, collection: str, states: tuple[str, ...]) -> Table:
    """List the stored segments of a collection.

    Shows state, rows, level, whether rows are sorted, and where a segment came from, as far as the server tells.
    Loaded segments with their nodes: `show query_segment_info`.

    \b
    Example: list segments -c book
    """
    from ..server.stored_segments import stored_table

    return stored_table(session, collection, states)


@command("show query_segment_info")
@collection_option
def show_query_segment_info(session: Session, collection: str) -> Table:
    """Show loaded segments.

    Shows rows, memory and the nodes that hold them.

    \b
    Example: show query_segment_info -c book
    """
    from ..server.replicas import segment_table

    return segment_table(session, collection)


@command("show query_segment")
@collection_option
def show_query_segment(session: Session, collection: str) -> Table:
    """Show loaded segments.

    Another name for `show query_segment_info`, for older scripts.

    \b
    Example: show query_segment -c book
    """
    from ..server.replicas import segment_table

    return segment_table(session, collection)


@command("wait_for_index")
@collection_option
@option(
    "-in",
    "--index-name",
    "--index",
    "index",
    type=INDEX,
    default="",
    metavar="NAME",
    help="Index name. [default: all]",
)
@wait_limit_option
def wait_for_index(session: Session, collection: str, index: str, timeout: float | None) -> Done:
    """Wait for an index build.

    Waits for one index, or all of a collection.

    \b
    Example: wait_for_index -c book -in by_vector -t 60
    """
    from ..server.waiting import wait_indexed

    session.require_collection(collection)
    return wait_indexed(session, collection, index, seconds=timeout)


@command("wait collection")
@collection_option
@option(
    "--for",
    "targets",
    type=WAITED_FOR,
    default="loaded,indexed",
    show_default=True,
    metavar="WHAT",
    help="State to wait for: loaded, indexed or both.",
)
@wait_limit_option
def wait_collection(session: Session, collection: str, targets: tuple[str, ...], timeout: float | None) -> Done:
    """Wait for loading or indexing.

    Waits until the collection is loaded, indexed, or both.

    \b
    Example: wait collection book --for loaded,indexed --timeout 5m
    """
    from ..server.waiting import wait_for_states

    return wait_for_states(session, collection, targets, seconds=timeout)
