"""Waits for work that a server continues by itself, with a progress bar and a limit; Ctrl-C ends only the waiting."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ..client.optional import permitted
from ..errors import CliError, Interrupted
from ..output.progress import Progress
from ..result import Done
from ..session.session import Session
from .existence import require_index, require_partitions
from .loading import LoadOptions, request_fields
from .progress import indexed_fraction, load_state, loaded_fraction
from .segments import are_stored

FIRST_POLL, LONGEST_POLL = 0.05, 1.0
"""Seconds between two checks: quick work is seen at once, slow work is polled rarely."""
LATE = 1 / 8
"""Maximum delay until the end is seen, as a part of the time that was waited."""
STALLED = 60.0
"""Seconds without progress after which a note says so, and after each further ones."""


@dataclass(frozen=True)
class Work:
    """`doing` as in "loading 'book'"; `fraction` asks the server, from 0 to 1; `look` is a command that shows more."""

    doing: str
    fraction: Callable[[], float]
    look: str


class Stall:
    """Notes work that makes no progress, also where no progress bar is shown; `doing` and `look` are as in Work."""

    def __init__(self, session: Session, doing: str, look: str) -> None:
        self._session, self._doing, self._look = session, doing, look
        self._fraction = -1.0
        self._since = self._noted = time.monotonic()

    def see(self, fraction: float) -> None:
        now = time.monotonic()
        if fraction != self._fraction:
            self._fraction, self._since, self._noted = fraction, now, now
        elif now - self._noted >= STALLED and not self._session.quiet:
            self._noted = now
            self._session.console.note(
                f"note: {self._doing}: at {fraction:.0%}, without progress for {now - self._since:.0f} s "
                f"(run `{self._look}`)"
            )


def wait_for(session: Session, work: Work, *, seconds: float | None = None) -> None:
    """Waits until done. Raises CliError after `seconds`, Interrupted at Ctrl-C, and errors of `fraction`."""
    until = time.monotonic() + seconds if seconds else None
    began, stall = time.monotonic(), Stall(session, work.doing, work.look)
    label = work.doing[:1].upper() + work.doing[1:]
    try:
        with Progress(session.console, label, quiet=session.quiet) as bar:
            while (fraction := work.fraction()) < 1:
                bar.show(fraction)
                stall.see(fraction)
                if seconds and until is not None and time.monotonic() >= until:
                    raise CliError(
                        f"{work.doing}: at {fraction:.0%} after {round(seconds, 1):g} s; the server continues",
                        hint=f"run `{work.look}`",
                    )
                pause = min(max(FIRST_POLL, (time.monotonic() - began) * LATE), LONGEST_POLL)
                time.sleep(pause if until is None else max(0.0, min(pause, until - time.monotonic())))
    except KeyboardInterrupt:
        message = f"no longer waiting; the server continues {work.doing}"
        raise Interrupted(message, hint=f"run `{work.look}`") from None


@contextmanager
def part_of_job() -> Iterator[None]:
    """Around the waiting of a job that can be continued: it says how, so Ctrl-C has no hint of its own."""
    try:
        yield
    except Interrupted:
        raise Interrupted() from None


def load(
    session: Session,
    collection: str,
    partitions: Sequence[str] = (),
    *,
    options: LoadOptions = LoadOptions(),
    wait: bool = True,
) -> Done:
    """Loads a collection, or some of its partitions, and waits for it."""
    client = session.client
    fields = request_fields(client, collection, options)
    if partitions:
        require_partitions(client, collection, partitions)
        fields["partition_names"] = partitions
    client.call("LoadPartitions" if partitions else "LoadCollection", collection_name=collection, **fields)
    thing, made = _loaded_things(collection, partitions)
    if not wait:
        return Done(f"Loading {thing}.", {**made, "loaded": False})
    look = f"show loading_progress -c {collection}"

    def fraction() -> float:
        return loaded_fraction(client, collection, partitions, refresh=options.refresh)

    wait_for(session, Work(f"loading {thing}", fraction, look))
    return Done(f"Loaded {thing}.", {**made, "loaded": True})


def release(session: Session, collection: str, partitions: Sequence[str] = ()) -> Done:
    """Releases a collection, or some of its partitions."""
    session.require_collection(collection)
    if partitions:
        require_partitions(session.client, collection, partitions)
        session.client.call("ReleasePartitions", collection_name=collection, partition_names=partitions)
    else:
        session.client.call("ReleaseCollection", collection_name=collection)
    thing, made = _loaded_things(collection, partitions)
    return Done(f"Released {thing}.", {**made, "released": True})


def flush(session: Session, collection: str, *, seconds: float | None = None, wait: bool = True) -> Done:
    """Flushes a collection, and waits for it."""
    client = session.client
    answer = client.call("Flush", collection_names=[collection])
    segments, stamp = list(answer.coll_segIDs[collection].data), answer.coll_flush_ts[collection]
    made = {"collection": collection, "segments": segments, "flush_ts": stamp or None}
    if not wait:
        return Done(f"Flushing collection {collection!r}.", {**made, "flushed": False})

    def fraction() -> float:
        fields = {"segmentIDs": segments, "flush_ts": stamp, "collection_name": collection}
        known = permitted(client.call, "GetFlushState", **fields)
        return float(are_stored(client, collection, segments) if known is None else known.flushed)

    work = Work(f"flushing collection {collection!r}", fraction, f"show flush_state -c {collection}")
    wait_for(session, work, seconds=seconds)
    return Done(f"Flushed collection {collection!r}.", {**made, "flushed": True})


def flush_all(session: Session, *, seconds: float | None, wait: bool) -> Done:
    """Flushes all collections, and waits for it."""
    client = session.client
    stamp = client.call("FlushAll").flush_all_ts
    made = {"flush_ts": stamp}
    if not wait:
        return Done("Flushing all collections.", {**made, "flushed": False})

    def fraction() -> float:
        return float(client.call("GetFlushAllState", flush_all_ts=stamp).flushed)

    wait_for(session, Work("flushing all collections", fraction, "show flush_state -c NAME"), seconds=seconds)
    return Done("Flushed all collections.", {**made, "flushed": True})


def wait_for_states(session: Session, collection: str, states: Sequence[str], *, seconds: float | None) -> Done:
    """Waits until a collection is in these states, of "indexed" and "loaded", for so many seconds in all."""
    session.require_collection(collection)
    until = time.monotonic() + seconds if seconds else None

    def left() -> float | None:
        return max(0.001, until - time.monotonic()) if until else None

    if "indexed" in states:
        wait_indexed(session, collection, seconds=left())
    if "loaded" in states:
        wait_loaded(session, collection, seconds=left())
    made = {"collection": collection, **dict.fromkeys(states, True)}
    return Done(f"Collection {collection!r} is {' and '.join(states)}.", made)


def _loaded_things(collection: str, partitions: Sequence[str]) -> tuple[str, dict[str, object]]:
    if not partitions:
        return f"collection {collection!r}", {"collection": collection}
    names = ", ".join(map(repr, partitions))
    word = "partition" if len(partitions) == 1 else "partitions"
    return f"{word} {names} of {collection!r}", {"collection": collection, "partitions": list(partitions)}


def wait_loaded(session: Session, collection: str, *, seconds: float | None = None) -> None:
    """Raises CliError at once if the collection is not being loaded."""
    client = session.client
    if load_state(client, collection) == "not loaded":
        raise CliError(f"nothing loads collection {collection!r}", hint=f"load collection -c {collection}")
    work = Work(
        f"loading collection {collection!r}",
        lambda: loaded_fraction(client, collection),
        f"show loading_progress -c {collection}",
    )
    wait_for(session, work, seconds=seconds)


def wait_indexed(session: Session, collection: str, index: str = "", *, seconds: float | None = None) -> Done:
    """Raises CliError at once if the index does not exist."""
    client = session.client
    if index:
        require_index(client, collection, index)
    thing = f"index {index!r} on {collection!r}" if index else f"the indexes of {collection!r}"
    work = Work(
        f"building {thing}", lambda: indexed_fraction(client, collection, index), f"show index_progress -c {collection}"
    )
    wait_for(session, work, seconds=seconds)
    return Done(
        f"{thing[:1].upper()}{thing[1:]} {'is' if index else 'are'} built.",
        {"collection": collection, "index": index or None, "built": True},
    )
