"""The terminal, or what stands in its place: streams, colour, questions."""

import errno
import signal
import sys
from collections.abc import Callable
from getpass import getpass
from typing import TextIO

from ..connections.private_files import LARGEST, read_whole
from ..errors import CliError, InvalidInput, OutputLost
from .standard import abandon, standard_error, standard_input, standard_output
from .terminal_modes import given_back
from .values import harmless


class Console:
    """stdout carries data, stderr talk. `interactive` when a person is there to be asked."""

    def __init__(self) -> None:
        self.stdin: TextIO = standard_input()
        self.stdout: TextIO = standard_output()
        self.stderr: TextIO = standard_error()
        self.commands_on_stdin = False
        for stream in (self.stdout, self.stderr):
            if hasattr(stream, "reconfigure"):
                # A name with a lone surrogate must not end a command in mid-output.
                stream.reconfigure(errors="backslashreplace")

    @property
    def interactive(self) -> bool:
        return _is_terminal(self.stdin) and _is_terminal(self.stderr)

    @property
    def to_terminal(self) -> bool:
        return _is_terminal(self.stdout)

    @property
    def stderr_is_terminal(self) -> bool:
        return _is_terminal(self.stderr)

    def write(self, text: str) -> None:
        """Everything that goes to stdout: exact in a file or pipe, with nothing that a terminal would obey on one."""
        self._write(harmless(text, keep="\n\t") if self.to_terminal else text)

    def write_bytes(self, data: bytes) -> None:
        """As `write`, of UTF-8 text, whatever the encoding of stdout."""
        buffer = getattr(self.stdout, "buffer", None)
        if buffer is None or self.to_terminal:
            self.write(data.decode())
            return
        self.flush()
        self._send(buffer.write, data)

    def _write(self, text: str) -> None:
        self._send(self.stdout.write, text)

    def flush(self) -> None:
        self._send(self.stdout.flush)

    def _send(self, act: Callable[..., object], *data: str | bytes) -> None:
        try:
            act(*data)
        except BrokenPipeError:
            raise
        except OSError as exc:
            raise self._lost(exc) from exc

    def _lost(self, error: OSError) -> CliError | OutputLost:
        """OutputLost where stdout takes no more, CliError where a file or pipe in its place doesn't."""
        if self.stdout is sys.stdout:
            reason = "standard output is closed" if error.errno == errno.EBADF else error.strerror
            return OutputLost(f"can't write the output: {reason}")
        return CliError(f"can't write {self.stdout.name}: {error.strerror}")

    def clear(self) -> None:
        """An empty screen, where there is one."""
        if self.to_terminal:
            self._write("\x1b[H\x1b[2J")

    def note(self, text: str) -> None:
        """A sentence for the person, never mixed into the data. Where stderr takes no more, nobody can be told."""
        self.flush()
        try:
            print(harmless(text, keep="\n"), file=self.stderr, flush=True)
        except BrokenPipeError:
            raise
        except OSError:
            abandon(self.stderr)

    def read(self) -> str:
        """All of standard input, as a value. Raises InvalidInput where commands come from there."""
        if self.commands_on_stdin:
            raise InvalidInput("- is standard input, and the commands come from there", hint="give @FILE")
        return read_whole(self.stdin, "standard input")

    def read_bytes(self, most: int = LARGEST) -> bytes:
        """As `read`, of what may be no text."""
        buffer = getattr(self.stdin, "buffer", None)
        if self.commands_on_stdin or buffer is None:
            return self.read().encode()
        return bytes(read_whole(buffer, "standard input", most))

    def ask(self, question: str) -> str:
        """The line that a person answers. Raises InvalidInput when there is no terminal."""
        self._require_person(question)
        self.stderr.write(harmless(question))
        self.stderr.flush()
        answer = self.stdin.readline()
        if not answer:
            raise self._no_answer()
        return answer.strip()

    def ask_secret(self, question: str, *, twice: bool = False) -> str:
        """What a person types unseen; `twice` is for what is new. Raises InvalidInput where the two differ."""
        self._require_person(question)
        # Who came back from Ctrl-Z would see what is typed.
        before = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        try:
            with given_back(self.stdin):
                answer = self._typed_unseen(question)
                if twice and self._typed_unseen("Once more: ") != answer:
                    raise InvalidInput("the two differ", hint="type it again")
                return answer
        finally:
            signal.signal(signal.SIGTSTP, before)

    def _typed_unseen(self, question: str) -> str:
        try:
            return getpass(harmless(question), stream=self.stderr)
        except EOFError as exc:
            raise self._no_answer() from exc

    def _no_answer(self) -> InvalidInput:
        """Ctrl-D leaves the cursor behind the question."""
        self.stderr.write("\n")
        return InvalidInput("no answer")

    def _require_person(self, question: str) -> None:
        if not self.interactive:
            raise InvalidInput(f"can't ask {question.strip()!r}: no terminal")


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False
