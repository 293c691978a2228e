"""Runs milvus_cli as a process that need not import it first: a fork of one that has, with streams of its own."""

import os
import runpy
import select
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from json import dumps, loads
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

ROOT = Path(__file__).parents[2]
READY = b"ready\n"


@dataclass(frozen=True)
class Job:
    """A command to run: its words, its whole environment, and where."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: str


class Launcher:
    """The process that forks; it lives as long as the context."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="launcher-")
        self._address = f"{self._directory.name}/socket"

    @property
    def command(self) -> str:
        """The words in bash that run milvus_cli by this launcher."""
        return f"'{sys.executable}' -S '{ROOT}/tests/support/launched.py' '{self._address}'"

    def run(self, job: Job, input: bytes | None, timeout: float) -> tuple[int, bytes, bytes]:
        """Exit code (minus the signal that ended it), stdout and stderr; killed, with TimeoutError, when late."""
        with socket.socket(socket.AF_UNIX) as control, tempfile.TemporaryFile() as stdin:
            control.connect(self._address)
            stdin.write(input or b"")
            stdin.seek(0)
            outputs = [os.pipe(), os.pipe()]
            socket.send_fds(control, [b"!"], [stdin.fileno(), *(writer for _, writer in outputs)])
            for _, writer in outputs:
                os.close(writer)
            control.sendall(dumps(asdict(job)).encode())
            control.shutdown(socket.SHUT_WR)
            control.settimeout(timeout)
            pid = int(control.recv(32))
            try:
                out, err = _read_all([reader for reader, _ in outputs], timeout)
                return int(control.recv(32)), out, err
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.launcher", self._address],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == READY
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
        self._directory.cleanup()


def _read_all(readers: Sequence[int], timeout: float) -> list[bytes]:
    found = dict.fromkeys(readers, b"")
    with selectors.DefaultSelector() as selector:
        for reader in readers:
            selector.register(reader, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(timeout)
            if not ready:
                raise TimeoutError(f"no output and no end within {timeout:g} s")
            for key, _ in ready:
                chunk = os.read(key.fd, 65536)
                found[key.fd] += chunk
                if not chunk:
                    selector.unregister(key.fd)
                    os.close(key.fd)
    return list(found.values())


def _serve(address: str) -> None:
    """Forks for each job a process that forks the command and tells how it ended; ends when standard input does."""
    _import_what_commands_import()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        sys.stdout.buffer.write(READY)
        sys.stdout.flush()
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            control, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _watch(control)
            control.close()


def _import_what_commands_import() -> None:
    import milvus_cli.app.runner
    import milvus_cli.cli
    import milvus_cli.client.client
    import milvus_cli.output.render  # noqa: F401
    from milvus_cli.grammar.tree import tree

    tree()


def _watch(control: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, _, _ = socket.recv_fds(control, 1, 3)
    job = Job(**loads(b"".join(iter(lambda: control.recv(65536), b""))))
    pid = os.fork()
    if pid == 0:
        control.close()
        _become(job, streams)
    for stream in (*streams, 0, 1, 2):
        os.close(stream)
    control.sendall(str(pid).encode().ljust(32))
    _, status = os.waitpid(pid, 0)
    control.sendall(str(os.waitstatus_to_exitcode(status)).encode().ljust(32))
    os._exit(0)


def _become(job: Job, streams: Sequence[int]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    # The streams of the process that forked us keep their state.
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(job.env)
    os.chdir(job.cwd)
    sys.argv = ["milvus_cli", *job.argv]
    runpy.run_module("milvus_cli", run_name="__main__", alter_sys=True)
    sys.exit(0)


if __name__ == "__main__":
    _serve(sys.argv[1])
