"""Starts processes that read and encode pieces of files, and ends them."""

from __future__ import annotations

import json
import pickle
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import TracebackType

from .intake import RowEncoder
from .pieces import Parsed, Piece
from .pipeline import WorkerLost
from .worker import Work, receive, send

PROGRAM = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from milvus_cli.transfer.worker import main; main()"

ENDING_SECONDS = 1.0
"""Seconds for which a process whose pipe broke may still be ending."""


class Processes:
    """Up to `count` worker processes, started when there is work for them: `with Processes(4, encoder) as workers:`.

    Each has a thread, which waits for its answers.
    """

    def __init__(self, count: int, encoder: RowEncoder) -> None:
        self.count = count
        self._work = Work(
            encoder.target, dict(encoder.mapping), encoder.ignore_unknown, dict(encoder.types), encoder.exact
        )
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="worker")
        self._idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        self._all: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._closed = False

    def parse(self, piece: Piece) -> Future[Parsed | None]:
        """The result is None for a piece that can't be read. Raises WorkerLost through the future."""
        return self._threads.submit(self._parse, piece)

    def _parse(self, piece: Piece) -> Parsed | None:
        try:
            process = self._idle.get_nowait()
        except Empty:
            process = self._started()
        assert process.stdin
        assert process.stdout
        try:
            send(process.stdin, piece)
            found: Parsed | None = receive(process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError) as exc:
            raise self._lost(process) from exc
        self._idle.put(process)
        return found

    def _started(self) -> subprocess.Popen[bytes]:
        pipe, quiet = subprocess.PIPE, subprocess.DEVNULL
        argv = [sys.executable, "-c", PROGRAM, json.dumps(sys.path)]
        with self._lock:
            if self._closed:
                raise WorkerLost("the worker processes were ended")
            try:
                # In a session of its own, Ctrl-C does not reach it.
                process = subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=quiet, start_new_session=True)
            except OSError as exc:
                raise WorkerLost(f"can't start a worker process: {exc.strerror}", hint="leave --jobs out") from exc
            self._all.append(process)
        assert process.stdin
        try:
            send(process.stdin, self._work)
        except OSError as exc:
            raise self._lost(process) from exc
        return process

    def _lost(self, process: subprocess.Popen[bytes]) -> WorkerLost:
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDING_SECONDS)
        process.kill()
        code = process.wait()
        if code < 0:
            return WorkerLost(
                f"a worker process was ended by {signal.Signals(-code).name}",
                hint="it may have run out of memory: use fewer --jobs",
            )
        return WorkerLost(f"a worker process exited with {code}", hint="leave --jobs out")

    def __enter__(self) -> Processes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends all processes, also those at work."""
        with self._lock:
            self._closed = True
        for process in self._all:
            process.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for process in self._all:
            process.wait()
            # A piece that was on its way may be left in a buffer.
            with suppress(OSError):
                process.communicate()
