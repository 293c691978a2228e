"""Sends a command's output to a file or through a shell command, as `>`, `>>` and `|` ask.

The target is opened before the command runs, so that nothing is done whose output would be lost. A command that fails
before it writes anything changes neither: the file stays as it was, and the program is not run.
"""

from __future__ import annotations

import os
import re
import signal
import stat
from collections.abc import Callable
from contextlib import ExitStack, suppress
from shutil import which
from typing import IO, TYPE_CHECKING, Protocol, TextIO, cast

from ..errors import CliError, Interrupted
from ..grammar.lines import RedirectTarget
from ..output.console import Console
from ..output.terminal_modes import end_child, given_back, left_to_child
from ..text.unwritable import unwritable

if TYPE_CHECKING:
    import subprocess

SHELL = "/bin/sh"
STARTED_LATER = 'IFS= read -r go && exec "$0" -c "$@"'
"""Becomes the program after an empty line on its standard input. A pager that ran while the command asks a question
would take the answer."""

COMMAND_WORD = re.compile(r"\s*([\w./+-]+)(?=\s|$)")
"""A first word that names a program, not an assignment or a compound command of the shell."""


class Output(Protocol):
    """An open target. `begin` is called before the first write, and at the end of a command that wrote nothing."""

    def begin(self) -> None: ...

    def write(self, data: bytes) -> int: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def check(self) -> None:
        """Raises CliError if the output failed. Called after a command that succeeded."""


class Stream:
    """Replaces stdout."""

    encoding = "utf-8"

    def __init__(self, output: Output) -> None:
        self._begun = False
        self._output = output
        self.buffer = self

    def begin(self) -> None:
        if not self._begun:
            self._begun = True
            self._output.begin()

    def write(self, data: str | bytes) -> int:
        self.begin()
        return self._output.write(data.encode(errors="backslashreplace") if isinstance(data, str) else data)

    def flush(self) -> None:
        if self._begun:
            self._output.flush()

    def isatty(self) -> bool:
        return False


def redirected(console: Console, target: RedirectTarget | None, act: Callable[[], int]) -> int:
    """Runs `act` with the console's stdout redirected to the target; returns its exit code.

    Raises CliError before it runs if the target cannot be opened.
    """
    if target is None:
        return act()
    before = console.stdout
    console.flush()
    output = _Program(target, console.stdin) if target.kind == "|" else _File(target)
    stream = Stream(output)
    console.stdout = cast(TextIO, stream)
    code = 0
    try:
        # A program that stops reading early, such as `head`, has not failed.
        with suppress(BrokenPipeError):
            code = act()
            if not code:
                stream.begin()
            stream.flush()
    finally:
        console.stdout = before
        output.close()
    if not code:
        output.check()
    return code


class _File:
    """A file, truncated at the first write. Removed if it was created for a command that failed before that."""

    def __init__(self, target: RedirectTarget) -> None:
        self._name = os.path.expanduser(target.name) if target.at_home else target.name
        self._appends = target.kind == ">>"
        self._is_ours = True
        try:
            self._file = self._open()
        except (OSError, ValueError) as exc:
            raise self._failed(exc) from exc

    def _open(self) -> IO[bytes]:
        flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if self._appends else 0)
        try:
            descriptor = os.open(self._name, flags | os.O_EXCL, 0o666)
        except FileExistsError:
            self._is_ours = False
            # A named pipe waits here for its reader, until Ctrl-C.
            descriptor = os.open(self._name, flags, 0o666)
        return open(descriptor, "wb")

    def begin(self) -> None:
        self._is_ours = False
        if not self._appends and stat.S_ISREG(os.fstat(self._file.fileno()).st_mode):
            self._file.truncate(0)

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as exc:
            raise self._failed(exc) from exc

    def flush(self) -> None:
        try:
            self._file.flush()
        except OSError as exc:
            raise self._failed(exc) from exc

    def close(self) -> None:
        try:
            self._file.close()
        except OSError as exc:
            raise self._failed(exc) from exc
        if self._is_ours:
            with suppress(OSError):
                os.unlink(self._name)

    def check(self) -> None:
        pass

    def _failed(self, error: OSError | ValueError) -> CliError:
        return unwritable(self._name, error)


class _Program:
    """A shell command that is started at once and waits for the first write."""

    def __init__(self, target: RedirectTarget, keys: TextIO) -> None:
        import subprocess

        self._name = name = target.name
        self._keys = keys
        self._given_back = ExitStack()
        try:
            _require_command(name)
            self._process: subprocess.Popen[bytes] = subprocess.Popen(
                [SHELL, "-c", STARTED_LATER, SHELL, name, SHELL, *target.arguments], stdin=subprocess.PIPE
            )
        except (OSError, ValueError) as exc:
            raise CliError(f"can't run {name!r}: {getattr(exc, 'strerror', None) or exc}") from exc
        self._pipe = cast(IO[bytes], self._process.stdin)

    def begin(self) -> None:
        # From here on it may be a pager.
        self._given_back.enter_context(given_back(self._keys, self._end))
        self._pipe.write(b"\n")

    def _end(self) -> None:
        if self._process.returncode is None:
            end_child(self._process.pid)

    def write(self, data: bytes) -> int:
        return self._pipe.write(data)

    def flush(self) -> None:
        self._pipe.flush()

    def close(self) -> None:
        """Waits for the program to end. Ctrl-C belongs to the program meanwhile: it may be a pager."""
        with left_to_child(), self._given_back:
            with suppress(BrokenPipeError):
                self._pipe.close()
            self._process.wait()

    def check(self) -> None:
        if self._process.returncode != -signal.SIGPIPE:
            require_success(self._name, self._process.returncode)


def require_success(command: str, code: int) -> None:
    """Raises CliError for the exit code of a shell command that failed, Interrupted for one that Ctrl-C ended."""
    if code == -signal.SIGINT:
        raise Interrupted
    if code:
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        raise CliError(f"{command[:80]!r} {how}")


def _require_command(program: str) -> None:
    """Raises CliError if the shell does not know the program."""
    import subprocess

    word = COMMAND_WORD.match(program)
    if word is None or which(word[1]):
        return
    asked = [SHELL, "-c", 'command -v "$1"', SHELL, word[1]]
    if subprocess.run(asked, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode:
        raise CliError(f"can't run {word[1]!r}: command not found")
