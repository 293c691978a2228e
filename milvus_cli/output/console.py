"""The standard streams, as a terminal or redirected: output, notes, questions."""

from __future__ import annotations

import errno
import re
import signal
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TextIO, TypeAlias

from ..connections.private_files import LARGEST, read_whole
from ..errors import CliError, InvalidInput, OutputLost
from ..text.unwritable import room_hint, unwritable
from .colors import PLAIN, Palette
from .standard import abandon, standard_error, standard_input, standard_output
from .terminal_modes import given_back, moves_cursor, unflushed, woken
from .values import harmless, harmless_but_colors

if TYPE_CHECKING:
    from .transcript import Transcript

    class Candidate(Protocol):
        """A possible answer, and a note about it."""

        value: str
        help: str | None

    Offered: TypeAlias = Callable[[str], Sequence[Candidate]]
    Editor: TypeAlias = Callable[[str, Offered, "Console"], str]


LABEL = re.compile(r"^(?:(?P<error>error:| *\^+$)|(?P<note>note:|warning:)|(?P<hint>hint:))", re.MULTILINE)


class Console:
    """Writes data to stdout and messages to stderr. `interactive` is set if a person can answer questions.

    `editor` reads an answer with completion; without one, questions read a plain line. `pasted` are lines that were
    pasted together with an answer, for the questions that follow it. `palette` has the chosen colors. The `transcript`
    gets a copy of all output and messages.
    """

    def __init__(self) -> None:
        self.stdin: TextIO = standard_input()
        self.stdout: TextIO = standard_output()
        self.stderr: TextIO = standard_error()
        self.commands_on_stdin = False
        self.reserved_lines = 0
        """Lines of the terminal that the shell's prompt needs for its menu."""
        self.palette = PLAIN
        self.editor: Editor | None = None
        self.pasted: list[str] = []
        self.transcript: Transcript | None = None
        for stream in (self.stdout, self.stderr):
            if hasattr(stream, "reconfigure"):
                # A name with a lone surrogate must not abort a command in the middle of its output.
                stream.reconfigure(errors="backslashreplace")

    @property
    def interactive(self) -> bool:
        return _is_terminal(self.stdin) and self.asking is not None

    @property
    def asking(self) -> TextIO | None:
        """The terminal for questions, which are no data; with `2>err.log`, that of stdout."""
        streams = (self.stderr, standard_output(), self.stdout)
        return next((each for each in streams if _is_terminal(each)), None)

    @property
    def to_terminal(self) -> bool:
        return _is_terminal(self.stdout)

    @property
    def stderr_is_terminal(self) -> bool:
        return _is_terminal(self.stderr)

    def write(self, text: str) -> None:
        """Writes to stdout: exactly to a file or pipe, with control characters escaped on a terminal.

        All output goes through here or `write_bytes`.
        """
        self._write(harmless(text, keep="\n\t") if self.to_terminal else text)

    @property
    def stdout_palette(self) -> Palette:
        """The colors for stdout: none without a terminal, unless they are forced."""
        return self.palette if self.palette.forced or self.to_terminal else PLAIN

    def write_painted(self, text: str) -> None:
        """Like `write`, for text that has colors of our own between parts that are escaped already."""
        self._write(harmless_but_colors(text) if self.to_terminal else text)

    def write_bytes(self, data: bytes) -> None:
        """Like `write`, for UTF-8 text regardless of the encoding of stdout."""
        buffer = getattr(self.stdout, "buffer", None)
        if buffer is None or self.to_terminal:
            self.write(data.decode())
            return
        self.flush()
        self._send(buffer.write, data)
        if self.transcript is not None:
            self._record_output(data.decode(errors="backslashreplace"))

    def _write(self, text: str) -> None:
        self._send(self.stdout.write, text)
        self._record_output(text)

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
        """Returns OutputLost for a failed stdout, CliError for a file or pipe that replaces it."""
        if self.stdout is sys.stdout:
            reason = "standard output is closed" if error.errno == errno.EBADF else error.strerror
            return OutputLost(f"can't write the output: {reason}", room_hint(error))
        return unwritable(self.stdout.name, error)

    def start_transcript(self, path: str) -> None:
        """Begins a transcript, in place of another one. Raises CliError for a file that can't be opened."""
        from .transcript import Transcript

        started = Transcript(path)
        self.stop_transcript()
        self.transcript = started

    def stop_transcript(self) -> str | None:
        """Ends the transcript; returns its path, or None without one."""
        ended, self.transcript = self.transcript, None
        return ended.close() if ended is not None else None

    def record(self, text: str) -> None:
        """Adds a text to the transcript, if there is one. A transcript that can't be written ends with a note."""
        if self.transcript is None:
            return
        try:
            self.transcript.write(text)
        except OSError as exc:
            path = self.stop_transcript()
            self.note(f"warning: copying to {path} ended: {exc.strerror}")

    def _record_output(self, text: str) -> None:
        """Records the output of a command that has no target of its own."""
        if self.stdout is sys.stdout or self.to_terminal:
            self.record(text)

    def clear(self) -> None:
        """Clears the screen of a terminal that can be cleared."""
        if self.to_terminal and moves_cursor():
            self._send(self.stdout.write, "\x1b[H\x1b[2J")

    def note(self, text: str) -> None:
        """Writes a message to stderr, after flushing the data. A failed stderr is abandoned silently."""
        self.flush()
        text = harmless(text, keep="\n")
        self.record(f"{text}\n")
        try:
            print(self._labeled(text), file=self.stderr, flush=True)
        except BrokenPipeError:
            raise
        except OSError:
            abandon(self.stderr)

    def _labeled(self, text: str) -> str:
        """Colors the words error, note and hint at the start of lines, and the caret below a place."""
        palette = self.palette if self.palette.forced or self.stderr_is_terminal else PLAIN
        if not palette.is_on:
            return text
        return LABEL.sub(lambda found: palette.paint(found.lastgroup or "", found.group()), text)

    def read(self) -> str:
        """Reads all of standard input as a value. Raises InvalidInput if commands are read from there."""
        if self.commands_on_stdin:
            raise InvalidInput("- is standard input, and the commands come from there", hint="give @FILE")
        return read_whole(self.stdin, "standard input")

    def read_bytes(self, most: int = LARGEST) -> bytes:
        """Like `read`, for binary data."""
        buffer = getattr(self.stdin, "buffer", None)
        if self.commands_on_stdin or buffer is None:
            return self.read().encode()
        return bytes(read_whole(buffer, "standard input", most))

    def ask(self, question: str, offered: Offered | None = None, *, strip: bool = True) -> str:
        """Asks a question and returns the answered line. Raises InvalidInput without a terminal or an answer.

        Tab completes the answer by what `offered` returns for its text, if there is an editor.
        """
        screen = self._screen_for(question)
        if offered is not None and self.editor is not None:
            answer = self._edited(question, offered)
        else:
            answer = self._read_answer(question, screen)
        self.record(f"{harmless(question)}{harmless(answer)}\n")
        return answer.strip() if strip else answer

    def _read_answer(self, question: str, screen: TextIO) -> str:
        screen.write(harmless(question))
        screen.flush()
        answer = self.stdin.readline()
        if not answer:
            raise _no_answer(screen)
        return answer.rstrip("\r\n")

    def _edited(self, question: str, offered: Offered) -> str:
        assert self.editor is not None
        self.flush()
        try:
            return self.editor(harmless(question), offered, self)
        except EOFError as exc:
            raise InvalidInput("no answer") from exc

    def take_pasted(self) -> list[str]:
        """Returns the pasted lines that answered nothing yet; they answer no other question then."""
        taken, self.pasted = self.pasted, []
        return taken

    def ask_secret(self, question: str, *, twice: bool = False) -> str:
        """Asks without echo; `twice` is for a new secret, asked again while the answers differ."""
        screen = self._screen_for(question)
        # After Ctrl-Z and fg the terminal would echo the secret.
        before = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        try:
            with given_back(self.stdin), unflushed(self.stdin), woken():
                while True:
                    answer = _typed_unseen(question, screen)
                    if not twice or _typed_unseen("Once more: ", screen) == answer:
                        return answer
                    # An error would leave the next attempt to the prompt, which shows and keeps it.
                    self.note("the passwords differ: type them again")
        finally:
            signal.signal(signal.SIGTSTP, before)

    def _screen_for(self, question: str) -> TextIO:
        """Returns where to ask. Raises InvalidInput without a person to answer."""
        screen = self.asking
        if screen is None or not self.interactive:
            raise InvalidInput(f"can't ask {question.strip()!r}: no terminal")
        return screen


def _typed_unseen(question: str, screen: TextIO) -> str:
    from getpass import getpass

    try:
        return getpass(harmless(question), stream=screen)
    except EOFError as exc:
        raise _no_answer(screen) from exc


def _no_answer(screen: TextIO) -> InvalidInput:
    """Ends the line of the question, where Ctrl-D leaves the cursor."""
    screen.write("\n")
    return InvalidInput("no answer")


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False
