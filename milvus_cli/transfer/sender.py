"""Sends batches, several at once. A refused batch is split until the bad rows are found."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ..client.client import Client
from ..errors import CliError, Fault, Interrupted, ServerRefused, Unreachable
from ..files.row_stream import Chunk, RejectedRow
from ..rows.patience import Attempts, Patience, ignore_retry
from ..rows.readback import Sent
from ..rows.write_target import WriteTarget
from ..rows.writing import OF_VALUES, is_busy, require_unchanged, write_rows
from .intake import PLAIN_VALUES, Batch, RowEncoder
from .settling import settle
from .suspects import Suspect, named_field, suspects

MINIMUM_SECONDS = 60.0
"""Minimum deadline of an insert call, in seconds; batches are larger than ordinary requests."""
SETTLING_SECONDS = 0.2
"""Seconds for which a server may still be working on a request whose connection broke."""


@dataclass(frozen=True)
class Outcome:
    """Result of a batch. `doubtful` rows were sent again, with keys that the server generates.

    `unknown` and `replaced` are as in Settled. `revived` rows had been superseded by a later row with the same key,
    which the server refused, so that they count after all.
    """

    inserted: int
    bad: Sequence[RejectedRow] = field(default=())
    doubtful: int = 0
    unknown: int = 0
    replaced: int = 0
    revived: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            self.inserted + other.inserted,
            [*self.bad, *other.bad],
            self.doubtful + other.doubtful,
            self.unknown + other.unknown,
            self.replaced + other.replaced,
            self.revived + other.revived,
        )


class Refused(Exception):
    """A batch refused possibly because of a value in it; `doubtful` as in `submit`."""

    def __init__(self, refusal: ServerRefused, *, doubtful: bool) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal
        self.doubtful = doubtful


class Sender:
    """Sends batches in `in_flight` threads, each with its own client from `open_client`; `patience` is in seconds.

    `retrying` is called from any thread with the seconds since the first failure, and the patience.
    """

    def __init__(
        self,
        open_client: Callable[[], Client],
        target: WriteTarget,
        *,
        in_flight: int,
        patience: float,
        seconds: float,
        retrying: Callable[[float, float], None] = ignore_retry,
    ) -> None:
        self._open = open_client
        self._intake = RowEncoder(target, {})
        self.target = target
        self._seconds = max(seconds, MINIMUM_SECONDS)
        self.in_flight = in_flight
        self._pool = ThreadPoolExecutor(in_flight, thread_name_prefix="insert")
        self._clients: queue.SimpleQueue[Client] = queue.SimpleQueue()
        self._all: list[Client] = []
        self._stopped = threading.Event()
        self._patience = Patience(patience, retrying, self._stopped)
        self._refused_kinds: dict[str, bool] = {}

    def submit(self, batch: Batch, *, doubtful: bool) -> Future[Outcome]:
        """`doubtful` says that the batch may have been sent before."""
        return self._pool.submit(self._send, batch, doubtful=doubtful)

    def stop(self) -> None:
        """Ends the calls in flight."""
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
            except Refused as exc:
                require_unchanged(client, self.target)
                outcome = self._sifted(client, batch, exc)
                return outcome + self._revived(client, batch, outcome.bad, doubtful=exc.doubtful)

    def _written(self, client: Client, batch: Batch, *, doubtful: bool) -> Outcome:
        """Retries until the outcome is known. Raises Refused, and errors that retrying does not help."""
        target, attempts, lost = self.target, Attempts(self._patience), int(doubtful)
        while True:
            try:
                if lost and target.key and not target.upsert:
                    settled = settle(client, Sent(target, batch.columns, batch.rows), seconds=self._seconds)
                    return Outcome(batch.rows - settled.unknown, unknown=settled.unknown, replaced=settled.replaced)
                write_rows(client, target, batch.columns, batch.rows, seconds=self._seconds)
                return Outcome(batch.rows, doubtful=0 if target.key else lost * batch.rows)
            except Unreachable as exc:
                in_doubt = exc.fault in (Fault.LOST, Fault.SILENT)
                lost += in_doubt
                self._wait(attempts, exc, at_least=SETTLING_SECONDS if in_doubt else 0.0)
            except ServerRefused as exc:
                if not is_busy(exc):
                    if exc.server_code in OF_VALUES and exc.fault is not Fault.NO_ROOM:
                        raise Refused(exc, doubtful=lost > 0) from exc
                    raise
                self._wait(attempts, exc)

    def _wait(self, attempts: Attempts, error: CliError, *, at_least: float = 0.0) -> None:
        if self._stopped.is_set():
            raise Interrupted()
        attempts.wait(error, at_least=at_least)

    def _sifted(self, client: Client, batch: Batch, refused: Refused) -> Outcome:
        """Splits a refused batch, and its parts, until single rows are refused."""
        found = suspects(batch.chunk, self.target.schema)
        if batch.rows == 1:
            return Outcome(0, [self._bad(batch.chunk, 0, found.get(0), refused.refusal.message)])
        found = {row: each for row, each in found.items() if self._refused_kinds.get(each.kind, True)}
        if found:
            return self._without_suspects(client, batch, found, doubtful=refused.doubtful)
        middle = batch.rows // 2
        outcome = self._part(client, batch, range(middle), doubtful=refused.doubtful)
        return outcome + self._rest(client, batch, range(middle, batch.rows), outcome, doubtful=refused.doubtful)

    def _rest(self, client: Client, batch: Batch, rows: range, before: Outcome, *, doubtful: bool) -> Outcome:
        """Sends rows one by one after a part that was refused entirely, until one is accepted.

        A batch without a good row so takes one call per row instead of two.
        """
        outcome = Outcome(0)
        while rows and not (before.inserted or before.unknown):
            before = self._part(client, batch, rows[:1], doubtful=doubtful)
            outcome += before
            rows = rows[1:]
        return outcome + self._part(client, batch, rows, doubtful=doubtful) if rows else outcome

    def _without_suspects(
        self, client: Client, batch: Batch, found: Mapping[int, Suspect], *, doubtful: bool
    ) -> Outcome:
        """Sends the unsuspicious rows; of each kind of suspects one, whose outcome decides for the kind.

        If that was refused because of another field, the others of its kind are sent as well.
        """
        clean = [row for row in range(batch.rows) if row not in found]
        outcome = self._part(client, batch, clean, doubtful=doubtful) if clean else Outcome(0)
        for kind in dict.fromkeys(each.kind for each in found.values()):
            rows = [row for row, each in found.items() if each.kind == kind]
            if kind not in self._refused_kinds:
                first = self._part(client, batch, rows[:1], doubtful=doubtful)
                self._refused_kinds[kind] = bool(first.bad) and first.bad[0].field == found[rows[0]].field
                outcome, rows = outcome + first, rows[1:]
            if self._refused_kinds[kind]:
                outcome += Outcome(0, [self._bad(batch.chunk, row, found[row], "") for row in rows])
            elif rows:
                outcome += self._part(client, batch, rows, doubtful=doubtful)
        return outcome

    def _revived(self, client: Client, batch: Batch, bad: Sequence[RejectedRow], *, doubtful: bool) -> Outcome:
        """Sends earlier rows of a key whose last row was refused: the row before it is now the last."""
        if not self.target.key:
            return Outcome(0)
        lines, key = {each.line for each in bad}, self.target.key
        keys = {each for each, line in zip(batch.keys, batch.chunk.lines, strict=True) if line in lines}
        rows = [row for row, each in enumerate(batch.earlier.columns.get(key, ())) if each in keys]
        if not rows:
            return Outcome(0)
        part = self._intake.batch(batch.earlier.pick(rows), PLAIN_VALUES)
        outcome = self._part(client, part, range(part.rows), doubtful=doubtful)
        outcome += self._revived(client, part, outcome.bad, doubtful=doubtful)
        return outcome + Outcome(0, revived=part.rows)

    def _part(self, client: Client, batch: Batch, rows: Sequence[int], *, doubtful: bool) -> Outcome:
        part = self._intake.batch(batch.chunk.pick(rows), PLAIN_VALUES)
        try:
            return self._written(client, part, doubtful=doubtful)
        except Refused as exc:
            return self._sifted(client, part, exc)

    def _bad(self, chunk: Chunk, row: int, suspect: Suspect | None, reason: str) -> RejectedRow:
        values = row_values(chunk.pick([row]))
        other = named_field(reason, self.target.schema)
        is_other = suspect is not None and other not in ("", suspect.field)
        if suspect is None or is_other or not self._refused_kinds.get(suspect.kind, True):
            return RejectedRow(chunk.lines[row], other if is_other else "", reason, values, unit=chunk.unit)
        reason = f"{suspect.reason} ({reason})" if reason else suspect.reason
        return RejectedRow(chunk.lines[row], suspect.field, reason, values, unit=chunk.unit)

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


def replaced_note(collection: str, rows: int) -> str:
    """Returns the note about rows that were sent again as an upsert."""
    return (
        f"note: {rows:,} rows of {collection!r} were sent again as an upsert, because answers were lost and the "
        "rows could not be read back: earlier rows with the same keys were replaced"
    )


@dataclass(frozen=True)
class Written:
    """Keys of the written rows; `replaced` as in Settled."""

    keys: Sequence[Any]
    replaced: int = 0


def write_once(client: Client, sent: Sent, *, seconds: float) -> Written:
    """Writes rows in one call; if the answer is lost, rows that bring their keys are settled.

    Raises as Client.call. If Milvus generates the keys, or the settling fails too, the outcome of a lost call is
    unknown.
    """
    try:
        ids = write_rows(client, sent.target, sent.columns, sent.rows, seconds=seconds).IDs
        return Written(list(ids.int_id.data or ids.str_id.data))
    except Unreachable as exc:
        if exc.fault not in (Fault.LOST, Fault.SILENT) or not (sent.target.key and sent.target.is_repeatable):
            raise
        time.sleep(SETTLING_SECONDS)
        try:
            return _settled_once(client, sent, exc, seconds=seconds)
        except CliError:
            raise exc from None


def _settled_once(client: Client, sent: Sent, lost: Unreachable, *, seconds: float) -> Written:
    if sent.target.upsert:
        write_rows(client, sent.target, sent.columns, sent.rows, seconds=seconds)
        return Written(sent.keys)
    settled = settle(client, sent, seconds=seconds)
    if settled.unknown:
        raise lost
    return Written(sent.keys, settled.replaced)


def row_values(chunk: Chunk) -> dict[str, object]:
    """Returns the values of a chunk's first row."""
    return {name: values[0] for name, values in chunk.columns.items()}
