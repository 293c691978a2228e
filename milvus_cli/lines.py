"""Text to argv: POSIX quoting, comments, `;` between commands, and lines that go on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from .errors import InvalidInput


class Unfinished(InvalidInput):
    """The text ends inside a quote or after a backslash: more lines may finish it."""


@dataclass(frozen=True)
class Statement:
    """One command: its words, its text as typed, the 1-based line it starts on, and the comment lines before it."""

    argv: tuple[str, ...]
    text: str
    line: int
    comment: str = ""


def statements(lines: Iterable[str]) -> Iterator[Statement]:
    """Yields the commands of a text, each as soon as its last line was read.

    Raises InvalidInput for a quote that the last line leaves open; `.args` tells the line.
    """
    pending, start, comment = "", 1, ""
    for number, line in enumerate(lines, start=1):
        if not pending:
            start = number
        pending += line if line.endswith("\n") else line + "\n"
        try:
            found = list(split(pending, first_line=start))
        except Unfinished:
            continue
        if pending.lstrip().startswith("#"):
            comment += pending
        for statement in found:
            yield replace(statement, comment=comment)
            comment = ""
        pending = ""
    if pending:
        raise InvalidInput(f"line {start}: a quote or backslash is not closed", hint="close it with the same mark")


def split(text: str, *, first_line: int = 1) -> Iterator[Statement]:
    """Splits `text` at newlines and unquoted `;` into commands. Raises Unfinished when it ends in mid-word."""
    line = first_line
    position = 0
    while position < len(text):
        words, end = _command(text, position)
        if words:
            yield Statement(tuple(words), text[position:end].strip(), line)
        line += text.count("\n", position, end + 1)
        position = end + 1


def _command(text: str, position: int) -> tuple[list[str], int]:
    words: list[str] = []
    while position < len(text) and text[position] not in "\n;":
        character = text[position]
        if character.isspace():
            position += 1
        elif text.startswith("\\\n", position):
            _, position = _escaped(text, position)
        elif character == "#":
            newline = text.find("\n", position)
            position = len(text) if newline < 0 else newline
        else:
            word, position = _word(text, position)
            words.append(word)
    return words, position


def _word(text: str, position: int) -> tuple[str, int]:
    parts: list[str] = []
    while position < len(text) and not text[position].isspace() and text[position] != ";":
        character = text[position]
        if character == "'":
            end = text.find("'", position + 1)
            if end < 0:
                raise Unfinished("a single quote is not closed")
            parts.append(text[position + 1 : end])
            position = end + 1
        elif character == '"':
            part, position = _double_quoted(text, position + 1)
            parts.append(part)
        elif character == "\\":
            part, position = _escaped(text, position)
            parts.append(part)
        else:
            parts.append(character)
            position += 1
    return "".join(parts), position


def _double_quoted(text: str, position: int) -> tuple[str, int]:
    parts: list[str] = []
    while position < len(text):
        character = text[position]
        if character == '"':
            return "".join(parts), position + 1
        if character == "\\" and text[position + 1 : position + 2] in ('"', "\\", "$", "`", "\n"):
            part, position = _escaped(text, position)
            parts.append(part)
        else:
            parts.append(character)
            position += 1
    raise Unfinished("a double quote is not closed")


def _escaped(text: str, position: int) -> tuple[str, int]:
    following = text[position + 1 : position + 2]
    if following in ("", "\n") and position + 2 >= len(text):
        raise Unfinished("the line ends with a backslash")
    return ("" if following == "\n" else following), position + 2
