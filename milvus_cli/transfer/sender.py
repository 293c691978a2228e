"""Sends batches, several at once. A write whose answer was lost is looked for on the server before it is sent again."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..errors import CliError, Fault, Interrupted, ServerRefused, Unreachable
from ..rpc.client import Client
from ..rpc.writing import OF_VALUES, Target, have_arrived, is_busy, write
from .intake import VALUES, Batch, Intake
from .readers import Bad, Chunk

if TYPE_CHECKING:
    from ..rpc.wire.schema_pb2 import FieldData

SECONDS = 60.0
"""That a call may take at least: a batch is more than a command has to send as a rule."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
SETTLING = 0.2
"""Seconds that a request which reached the server before its connection broke may still be under way in it."""


@dataclass(frozen=True)
class Outcome:
    """What became of a batch. `doubtful` rows were sent again, with keys that only the server knows."""

    inserted: int
    bad: Sequence[Bad] = field(default=())
    doubtful: int = 0


class Sender:
    """`open_client` makes a client of its own for each of the calls in flight; `patience` is in seconds."""

    def __init__(
        self, open_client: Callable[[], Client], target: Target, *, in_flight: int, patience: float, seconds: float
    ) -> None:
        self._open = open_client
        self._intake = Intake(target, {})
        self._target = target
        self._patience = patience
        self._seconds = max(seconds, SECONDS)
        self.in_flight = in_flight
        self._pool = ThreadPoolExecutor(in_flight, thread_name_prefix="insert")
        self._clients: queue.SimpleQueue[Client] = queue.SimpleQueue()
        self._all: list[Client] = []
        self._stopped = threading.Event()

    def submit(self, batch: Batch, *, doubtful: bool) -> Future[Outcome]:
        """With `doubtful` it may have been sent before."""
        return self._pool.submit(self._send, batch, doubtful=doubtful)

    def stop(self) -> None:
        """Ends what is in flight."""
        self._stopped.set()
        for client in self._all:
            client.close()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _send(self, batch: Batch, *, doubtful: bool) -> Outcome:
        if not batch.rows:
            return Outcome(0)
        with self._client() as client:
            try:
                return self._written(client, batch, doubtful=doubtful)
            except ServerRefused as exc:
                if exc.server_code not in OF_VALUES:
                    raise
                outcome = self._sifted(client, batch, exc)
                if not outcome.inserted and batch.rows > 1:
                    # Not one row is good: then it is not about rows.
                    raise
                return outcome

    def _written(self, client: Client, batch: Batch, *, doubtful: bool) -> Outcome:
        """Tries until it is known to be there. Raises what no patience helps against."""
        target, until, pause, again = self._target, 0.0, FIRST_PAUSE, 0
        while True:
            try:
                if doubtful and target.key:
                    arrived = None if target.upsert else have_arrived(client, target, batch.keys, seconds=self._seconds)
                    if arrived:
                        return Outcome(batch.rows)
                    # What is sent again takes the place of what may have arrived.
                    target = replace(target, upsert=True)
                elif doubtful:
                    again += batch.rows
                write(client, target, batch.columns, batch.rows, seconds=self._seconds)
                return Outcome(batch.rows, doubtful=again)
            except Unreachable as exc:
                lost = exc.fault in (Fault.LOST, Fault.SILENT)
                doubtful = doubtful or lost
                pause = max(pause, SETTLING) if lost else pause
                until = self._wait(exc, until, pause)
            except ServerRefused as exc:
                if not is_busy(exc):
                    raise
                until = self._wait(exc, until, pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _wait(self, error: CliError, until: float, pause: float) -> float:
        """A pause; raises the error when patience is over. Returns until when it lasts."""
        until = until or time.monotonic() + self._patience
        if self._stopped.is_set():
            raise Interrupted()
        if time.monotonic() + pause > until or self._stopped.wait(pause):
            raise error
        return until

    def _sifted(self, client: Client, batch: Batch, refusal: ServerRefused) -> Outcome:
        """Halves of a batch that was refused, and their halves, until what is refused is a row."""
        if batch.rows == 1:
            return Outcome(0, [Bad(batch.chunk.lines[0], "", refusal.message, _row(batch.chunk))])
        inserted, bad = 0, list[Bad]()
        middle = batch.rows // 2
        for rows in (range(middle), range(middle, batch.rows)):
            part = self._intake.batch(batch.chunk.pick(rows), VALUES)
            try:
                outcome = self._written(client, part, doubtful=False)
            except ServerRefused as exc:
                outcome = self._sifted(client, part, exc)
            inserted += outcome.inserted
            bad += outcome.bad
        return Outcome(inserted, bad)

    @contextmanager
    def _client(self) -> Iterator[Client]:
        try:
            client = self._clients.get_nowait()
        except queue.Empty:
            client = self._open()
            self._all.append(client)
        try:
            yield client
        finally:
            self._clients.put(client)


def write_once(client: Client, target: Target, columns: Sequence[FieldData], rows: int, *, seconds: float) -> Any:
    """The answer to one write. When it is lost, rows that bring their keys are sent again in place of themselves.

    Raises as Client.call: for rows whose keys the server gives out, and for what stays lost, the outcome is unknown.
    """
    try:
        return write(client, target, columns, rows, seconds=seconds)
    except Unreachable as exc:
        if exc.fault is not Fault.LOST or not target.key:
            raise
        time.sleep(SETTLING)
        try:
            return write(client, replace(target, upsert=True), columns, rows, seconds=seconds)
        except CliError:
            raise exc from None


def _row(chunk: Chunk) -> dict[str, object]:
    return {name: values[0] for name, values in chunk.columns.items()}
