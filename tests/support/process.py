"""Runs a server as a child process that never outlives the test run."""

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import ClassVar

from typing_extensions import Self

from tests.support.official import MilvusServiceStub, grpc, open_stub
from tests.support.ports import free_ports

STOP_SECONDS = 5.0
START_SECONDS = 90.0

# Kills the server's process group when the pipe from the test run closes, however the run ended.
GUARD = 'read -r pid && { read -r never; kill -9 "-$pid"; }'


class ServerFailed(RuntimeError):
    """A server did not start, or ended by itself; the text ends with the tail of its log."""


class ServerProcess(ABC):
    """A server in a directory of its own, on ports that it keeps over restarts."""

    host = "127.0.0.1"
    port_names: ClassVar[tuple[str, ...]] = ("grpc",)

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self.log = self.directory / "server.log"
        self.ports: dict[str, int] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def prepare(self) -> None:
        """Write the files that the server reads when it starts; the ports are chosen."""

    @abstractmethod
    def command(self) -> list[str]:
        """The program and its arguments."""

    @abstractmethod
    def is_healthy(self, timeout: float) -> bool:
        """Ask the server once whether it serves calls; an error counts as no."""

    def environment(self) -> dict[str, str]:
        """The environment of the server."""
        return dict(os.environ)

    def discard(self) -> None:
        """Remove the leftovers of a failed first start."""
        self.log.unlink(missing_ok=True)

    @property
    def credentials(self) -> grpc.ChannelCredentials | None:
        """TLS for a client of this server; None means plain text."""
        return None

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """gRPC metadata that authenticates a client."""
        return ()

    @property
    def port(self) -> int:
        return self.ports["grpc"]

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def uri(self) -> str:
        return f"{'https' if self.credentials else 'http'}://{self.address}"

    @property
    def pid(self) -> int:
        if self._process is None:
            raise ServerFailed("the server has not been started")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stub(self) -> AbstractContextManager[MilvusServiceStub]:
        """The official client; give each call `metadata=server.metadata`."""
        return open_stub(self.address, self.credentials)

    def start(self) -> None:
        """Start and wait until healthy; a first start that fails is tried once more on other ports."""
        if self.is_running:
            raise ServerFailed(f"the server already runs with pid {self.pid}")
        if self.ports:
            return self._launch()
        try:
            self._choose_ports()
            self._launch()
        except ServerFailed:
            self.discard()
            self._choose_ports()
            self._launch()

    def wait_healthy(self, timeout: float = START_SECONDS) -> None:
        until = time.monotonic() + timeout
        while (left := until - time.monotonic()) > 0:
            if self._process is None or self._process.poll() is not None:
                raise self._failure("ended")
            if self.is_healthy(min(left, 5.0)):
                return
            time.sleep(0.05)
        raise self._failure(f"was not healthy within {timeout:g} s")

    def stop(self) -> None:
        """SIGTERM, and SIGKILL after 5 seconds; nothing when it does not run."""
        if self._process is None:
            return
        self._signal(signal.SIGTERM)
        self.thaw()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """SIGKILL, and wait for the end."""
        if self._process is None:
            return
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._release_guard()

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)
        if self._process is not None and self._process.poll() is None:
            # The signal is on its way until every thread has stopped.
            os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Frozen inside the block."""
        self.freeze()
        try:
            yield
        finally:
            self.thaw()

    def restart(self) -> None:
        """Stop (unless it has ended already) and start on the same ports and data."""
        self.stop()
        self.start()

    def log_tail(self, lines: int = 30) -> str:
        if not self.log.exists():
            return "(no log)"
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - 100_000))
            text = file.read().decode(errors="replace")
        return "\n".join(line[:500] for line in text.splitlines()[-lines:])

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _choose_ports(self) -> None:
        self.ports = dict(zip(self.port_names, free_ports(len(self.port_names)), strict=True))

    def _launch(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.prepare()
        self._spawn()
        try:
            self.wait_healthy()
        except BaseException:
            self.kill()
            raise

    def _spawn(self) -> None:
        guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert guard.stdin is not None
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                cwd=self.directory,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        guard.stdin.write(b"%d\n" % self._process.pid)
        guard.stdin.flush()
        self._guard = guard

    def _release_guard(self) -> None:
        if self._guard is None:
            return
        self._guard.kill()
        self._guard.wait()
        assert self._guard.stdin is not None
        self._guard.stdin.close()
        self._guard = None

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def _failure(self, what: str) -> ServerFailed:
        code = None if self._process is None else self._process.poll()
        state = f"exit code {code}, ports {self.ports}, directory {self.directory}"
        return ServerFailed(f"{type(self).__name__} {what} ({state})\n{self.log_tail()}")
