"""The terminal, or what stands in its place: streams, colour, questions."""

import sys
from typing import TextIO

from ..errors import InvalidInput
from .values import harmless


class Console:
    """stdout carries data, stderr talk. `interactive` when a person is there to be asked."""

    def __init__(self, *, color: bool = True) -> None:
        self.stdin: TextIO = sys.stdin
        self.stdout: TextIO = sys.stdout
        self.stderr: TextIO = sys.stderr
        self.color = color
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

    def write(self, text: str) -> None:
        self.stdout.write(text)

    def flush(self) -> None:
        self.stdout.flush()

    def note(self, text: str) -> None:
        """A sentence for the person, never mixed into the data."""
        self.stdout.flush()
        print(harmless(text, keep="\n"), file=self.stderr, flush=True)

    def ask(self, question: str) -> str:
        """The line that a person answers. Raises InvalidInput when nobody is there."""
        self._require_person(question)
        self.stderr.write(harmless(question))
        self.stderr.flush()
        answer = self.stdin.readline()
        if not answer:
            raise InvalidInput("no answer")
        return answer.strip()

    def ask_secret(self, question: str) -> str:
        self._require_person(question)
        from getpass import getpass

        return getpass(harmless(question), stream=self.stderr)

    def _require_person(self, question: str) -> None:
        if not self.interactive:
            raise InvalidInput(f"can't ask {question.strip()!r}: no terminal")


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False
