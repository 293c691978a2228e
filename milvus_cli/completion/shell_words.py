"""Parses a command line up to the cursor as bash, zsh and fish do. Our own shell has other rules: see `lines`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

BLANKS = " \t"
COMMAND_ENDS = ";|&\n"
"""Characters that end a command unless quoted."""

ESCAPED_IN_DOUBLE = '"\\$`\n'
"""Characters that a backslash escapes inside double quotes."""

EXPANDED = "$`"
"""Characters that a shell expands, even inside double quotes."""

QUOTES = "'\""
ANSI = "$'"
"""Opens quotes in which a backslash starts many kinds of escapes."""


class Letter(NamedTuple):
    """A character of a word: `bare` if unquoted, `live` if the shell expands it."""

    text: str
    bare: bool
    live: bool


@dataclass
class Typed:
    """The command at the end of a text: the words before the last one, and the last one by letters.

    `mark` is the quote left open, after `before_quote` letters.
    """

    words: list[str] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    mark: str = ""
    before_quote: int = 0
    comment: bool = False

    @property
    def value(self) -> str:
        """The last word without quotes and escapes."""
        return "".join(letter.text for letter in self.letters)


def typed(text: str, *, escaped_in_single: str = "") -> Typed:
    """Parses a text up to the cursor. In fish a backslash escapes some characters inside single quotes."""
    return _Reader(text, escaped_in_single).read()


class _Reader:
    def __init__(self, text: str, escaped_in_single: str) -> None:
        self._text = text
        self._position = 0
        self._in_word = False
        self._escaped = {"'": escaped_in_single, '"': ESCAPED_IN_DOUBLE}
        self._found = Typed()

    def read(self) -> Typed:
        while self._position < len(self._text) and not self._found.comment:
            character = self._next()
            if self._found.mark:
                self._read_quoted(character)
            elif character in BLANKS or character in COMMAND_ENDS:
                self._end_word(character)
            elif character == "#" and not self._in_word:
                self._found.comment = True
            else:
                self._read_bare(character)
        return self._found

    def _next(self) -> str:
        self._position += 1
        return self._text[self._position - 1 : self._position]

    @property
    def _following(self) -> str:
        return self._text[self._position : self._position + 1]

    def _read_quoted(self, character: str) -> None:
        mark, following = self._found.mark, self._following
        if character == mark[-1]:
            self._found.mark = ""
        elif character == "\\" and following and following in self._escaped.get(mark, following):
            self._keep_escaped(live=mark == ANSI)
        else:
            self._keep(character, live=mark == '"' and character in EXPANDED)

    def _read_bare(self, character: str) -> None:
        if character == "\\":
            self._keep_escaped()
        elif character in QUOTES:
            self._open(character)
        elif character == "$" and self._following in ("'", '"'):
            self._open({"'": ANSI, '"': '"'}[self._next()])
        else:
            self._keep(character, bare=True, live=character in EXPANDED)

    def _open(self, mark: str) -> None:
        self._found.mark, self._found.before_quote, self._in_word = mark, len(self._found.letters), True

    def _keep_escaped(self, *, live: bool = False) -> None:
        character = self._next()
        if character not in ("", "\n"):
            self._keep(character, live=live)

    def _keep(self, character: str, *, bare: bool = False, live: bool = False) -> None:
        self._found.letters.append(Letter(character, bare, live))
        self._in_word = True

    def _end_word(self, character: str) -> None:
        if self._in_word:
            self._found.words.append(self._found.value)
        if character in COMMAND_ENDS:
            self._found.words = []
        self._found.letters, self._in_word = [], False
