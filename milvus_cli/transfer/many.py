"""Does the same with many collections, several at once, and collects what fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from ..errors import CliError, Interrupted, Unreachable
from ..text.counts import counted
from .meter import Meter

if TYPE_CHECKING:
    from ..server.chosen import CollectionName
    from ..session.session import Session

T = TypeVar("T")
Item = TypeVar("Item", covariant=True)
AGAIN = "run the same command again to continue"


class Named(Protocol):
    """Something with the name of a collection."""

    @property
    def name(self) -> CollectionName: ...


@dataclass(frozen=True)
class Failure(Generic[Item]):
    """An item, and the error that ended the work on it."""

    item: Item
    error: CliError


@dataclass
class Overall:
    """Progress of all collections together, from any thread; `rows` is the number in all.

    Once `stopping` is set, the next report raises Interrupted in the thread that makes it.
    """

    meter: Meter
    rows: int
    stopping: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, rows: int, size: int = 0) -> None:
        self.require_going()
        with self._lock:
            self.meter.add(rows, size, of=self.rows)

    def require_going(self) -> None:
        _require_going(self.stopping)


def _require_going(stopping: threading.Event) -> None:
    if stopping.is_set():
        raise Interrupted()


def run_each(
    session: Session, items: Sequence[T], work: Callable[[T], None], *, jobs: int, stopping: threading.Event
) -> list[Failure[T]]:
    """Works on all items, `jobs` at once, and returns those that failed.

    Ctrl-C, and a server that can't be reached, end it: sets `stopping` and raises that error.
    """
    if jobs == 1 or len(items) < 2:
        return [failure for item in items if (failure := _tried(work, item)) is not None]
    waiting: SimpleQueue[T] = SimpleQueue()
    # In C: wherever Ctrl-C interrupts this thread, no worker is left waiting for it.
    done: SimpleQueue[Failure[T] | BaseException | None] = SimpleQueue()
    for item in items:
        waiting.put(item)
    pool, failures = ThreadPoolExecutor(jobs, thread_name_prefix="collection"), list[Failure[T]]()
    try:
        for _ in items:
            pool.submit(_worked, work, waiting, done, stopping)
        for _ in items:
            found = done.get()
            if isinstance(found, BaseException):
                raise found
            if found is not None:
                failures.append(found)
    except BaseException:
        stopping.set()
        # Ends the calls in flight, so that the workers return.
        session.state.clients.close_all()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return failures


def _worked(
    work: Callable[[T], None],
    waiting: SimpleQueue[T],
    done: SimpleQueue[Failure[T] | BaseException | None],
    stopping: threading.Event,
) -> None:
    try:
        _require_going(stopping)
        done.put(_tried(work, waiting.get()))
    except BaseException as exc:
        done.put(exc)


def _tried(work: Callable[[T], None], item: T) -> Failure[T] | None:
    try:
        work(item)
    except (Interrupted, Unreachable):
        raise
    except CliError as exc:
        return Failure(item, exc)
    return None


def several_failed(
    session: Session, failures: Sequence[Failure[Named]], total: int, done: str, *, again: str = AGAIN
) -> CliError:
    """Notes all failures but the worst, which it returns: that of the highest exit code, the first of those.

    `done` is the participle of what was to be done to `total` collections, and `again` the hint on how to continue.
    """
    worst = max(failures, key=lambda each: each.error.exit_code)
    if total == 1:
        return worst.error.with_context(default_hint=again)
    for each in failures:
        if each is not worst:
            session.console.note(f"error: {each.item.name}: {each.error.message}")
    suffix = f"{counted(len(failures), 'collection')} not {done}"
    return worst.error.with_context(prefix=str(worst.item.name), suffix=suffix, more_hint=again)
