"""Sends a command's output to a file or through a shell command, as `>`, `>>` and `|` ask."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import IO, TYPE_CHECKING, TextIO, cast

from .errors import CliError, Interrupted
from .lines import Target
from .output.console import Console

if TYPE_CHECKING:
    import subprocess


class LazyFile:
    """A file that is opened at the first write: a command that fails before leaves what was there."""

    encoding = "utf-8"

    def __init__(self, target: Target) -> None:
        self.name = target.name
        self._target = target
        self._file: IO[str] | None = None

    def write(self, text: str) -> int:
        if self._file is None:
            self._file = open(self._target.name, "a" if self._target.kind == ">>" else "w", encoding="utf-8")  # noqa: SIM115
        return self._file.write(text)

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()

    def isatty(self) -> bool:
        return False

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def redirected(console: Console, target: Target | None) -> AbstractContextManager[None]:
    """Within it the console's stdout is the target. Raises CliError for a file that can't be written."""
    return _redirected(console, target) if target else nullcontext()


@contextmanager
def _redirected(console: Console, target: Target) -> Iterator[None]:
    before = console.stdout
    before.flush()
    try:
        with _piped(console, target) if target.kind == "|" else _filed(console, target):
            yield
    finally:
        console.stdout = before


@contextmanager
def _filed(console: Console, target: Target) -> Iterator[None]:
    file = LazyFile(target)
    console.stdout = cast(TextIO, file)
    try:
        yield
    finally:
        try:
            file.close()
        except OSError as exc:
            raise CliError(f"can't write {target.name}: {exc.strerror}") from exc


@contextmanager
def _piped(console: Console, target: Target) -> Iterator[None]:
    import subprocess

    process = subprocess.Popen(
        target.name, shell=True, stdin=subprocess.PIPE, encoding="utf-8", errors="backslashreplace"
    )
    pipe = console.stdout = cast(TextIO, process.stdin)
    try:
        yield
    except BrokenPipeError:
        # It has read what it wanted, as `head` does.
        pass
    finally:
        _wait(process, pipe)
    if process.returncode == -signal.SIGINT:
        raise Interrupted
    if process.returncode not in (0, -signal.SIGPIPE):
        raise CliError(f"{target.name!r} ended with exit code {process.returncode}")


def _wait(process: subprocess.Popen[str], pipe: TextIO) -> None:
    """For the program's end; Ctrl-C is the program's meanwhile, as it may be a pager."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with suppress(BrokenPipeError):
            pipe.close()
        process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
