"""Splits text into commands and words: POSIX quoting, JSON in brackets, comments, `;`, and continued lines."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from ..connections.private_files import LARGEST, read_whole, why_unreadable
from ..errors import InvalidInput

PROGRAM = "milvus_cli"
"""The program's name, which is also the prompt of Milvus_CLI: `milvus_cli > list databases`."""

PROMPT_ENDED = f"{PROGRAM}>"
PROMPT = re.compile(rf"{PROMPT_ENDED}(?!>)")
PROMPT_END = re.compile(">(?!>)")
"""The prompt at the start of a word, and its end at the start of the next one; `>>` appends to a file."""

BLANKS = " \t\r"
"""The characters that separate words. As in every shell, other Unicode spaces do not."""

BYTE_ORDER_MARK = "\ufeff"
"""The byte order mark that editors on Windows write."""

QUOTES = "'\""
BRACKETS = {"[": "]", "{": "}"}
"""The brackets of JSON that needs no quotes."""

JSON_MARK = re.compile(r"""[\[\]{}"]""")
"""A bracket or a quote in JSON."""

JSON_STRING = re.compile(r'''"(?:[^"\\]|\\.)*"''', re.DOTALL)

END_OF_WORD = BLANKS + "\n;"
"""Any of these characters; an empty match is the end of the text."""

SYSTEM = "system"
SYSTEM_MARK = "!"
"""The command that runs a shell command, and its short form: the rest of the line belongs to that shell."""

VERTICAL = "\\G"
HOME = re.compile(r"""~[^/'"\\]*(/|$)""")
"""The start of a path in a home directory. As in a shell, a quote before the slash keeps the `~` literal."""

PLAIN = re.compile(r"""[^ \t\r\n;'"\\]+""")
"""A run of literal characters in a word."""


class Unfinished(InvalidInput):
    """The text ends inside a quote or a bracket, or after a backslash; further lines may complete it.

    If `mark` is set, only a line with that character can.
    """

    def __init__(self, message: str, mark: str = "") -> None:
        super().__init__(message)
        self.mark = mark


NumberedLine = tuple[int, str]


class Unreadable(InvalidInput):
    """A line that cannot be parsed; `line` is its number. Parsing can continue at `left`."""

    def __init__(self, error: InvalidInput, line: int, left: Sequence[NumberedLine] = ()) -> None:
        super().__init__(error.message, hint=error.hint)
        self.line = line
        self.left = left


def read_script(path: str) -> str:
    """Returns the text of a script. Raises InvalidInput if it can't be read."""
    try:
        with open(path, encoding="utf-8") as file:
            return read_whole(file, path)
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidInput(f"can't read {path}: {why_unreadable(exc)}") from exc


class Word(NamedTuple):
    """A word: its value, its raw text, and its place from `start` to `end`. `mark` is the quote left open."""

    value: str
    raw: str
    start: int
    mark: str = ""

    @property
    def end(self) -> int:
        return self.start + len(self.raw)


class RedirectTarget(NamedTuple):
    """The target of a command's output: `>` a file, `>>` the end of a file, or `|` a shell command.

    `at_home` is set if the file name begins with an unquoted `~`. `arguments` are the shell command's $1, $2 and so on.
    """

    kind: str
    name: str
    at_home: bool = False
    arguments: tuple[str, ...] = ()


class Statement(NamedTuple):
    """One command: its words, its text as typed, the 1-based line it starts on, and the comment lines before it.

    `target` is where its output goes, `vertical` that it ends with \\G, before that or after it. `cut_option` is a last
    word that looks like an option, if a `;` ends the command there.
    """

    argv: tuple[str, ...]
    text: str
    line: int
    comment: str = ""
    target: RedirectTarget | None = None
    vertical: bool = False
    cut_option: str = ""


def statements(
    lines: Iterable[str], *, passed_over: Callable[[Unreadable], object] | None = None
) -> Iterator[Statement]:
    """Yields the commands of a text, each as soon as its last line is read.

    Raises Unreadable for a quote or bracket that the last line leaves open, and where `split` raises InvalidInput;
    with `passed_over` that is told, and the next line is read: after what is left open the one that follows its first.
    """
    numbered: Iterator[NumberedLine] = enumerate(lines, start=1)
    while True:
        try:
            yield from _statements(numbered)
            return
        except Unreadable as exc:
            if passed_over is None:
                raise
            passed_over(exc)
            numbered = chain(exc.left, numbered)


def _statements(lines: Iterator[NumberedLine]) -> Iterator[Statement]:
    pending: list[NumberedLine] = []
    comment, mark, size = "", "", 0
    for number, line in lines:
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        pending.append((number, line if line.endswith("\n") else line + "\n"))
        size += len(line)
        # Reading all again with each line of a long quote would take the square of its length.
        if size > LARGEST:
            raise Unreadable(InvalidInput(f"longer than {LARGEST >> 20} MiB"), pending[0][0])
        if mark not in line:
            continue
        text, start = "".join(each for _, each in pending), pending[0][0]
        try:
            found = list(split(text, first_line=start))
        except Unfinished as exc:
            mark = exc.mark
            continue
        except InvalidInput as exc:
            raise Unreadable(exc, start) from exc
        mark, pending, size = "", [], 0
        if text.lstrip().startswith("#"):
            comment += text
        for statement in found:
            yield statement._replace(comment=comment)
            comment = ""
    if pending:
        error = InvalidInput("a quote, bracket or backslash is not closed", hint="close what that line opens")
        raise Unreadable(error, pending[0][0], pending[1:])


def split(text: str, *, first_line: int = 1) -> Iterator[Statement]:
    """Splits `text` at newlines and unquoted `;` into commands, without a prompt or the program's name before them.

    Raises Unfinished when it ends in mid-word, and InvalidInput for `>` or `|` with nothing before or after it.
    """
    line = first_line
    position = 0
    while position < len(text):
        words, end = _command(text, position)
        if words := _without_prompt(words):
            is_cut = text[end : end + 1] == ";" and words[-1].raw.startswith("-")
            statement = _statement(words, text[:end], line)
            yield statement._replace(cut_option=statement.argv[-1]) if is_cut else statement
        line += text.count("\n", position, end + 1)
        position = end + 1


def scan(text: str) -> list[list[Word]]:
    """Returns the words of each command in a text, which may end inside a quote or a bracket."""
    commands: list[list[Word]] = []
    position = 0
    while position < len(text):
        words: list[Word] = []
        try:
            for word in _words(text, position):
                words.append(word)
            position = _command(text, position)[1] + 1
        except Unfinished as exc:
            start = words[-1].end if words else position
            start += len(text[start:]) - len(text[start:].lstrip(BLANKS))
            words.append(
                Word(_unfinished_value(text[start:]), text[start:], start, exc.mark if exc.mark in QUOTES else "")
            )
            position = len(text)
        commands.append(_without_prompt(words))
    return commands


def _without_prompt(words: list[Word]) -> list[Word]:
    """Leaves out the prompt of a line that was copied from a document or another shell."""
    raw = [word.raw for word in words[:2]]
    if PROMPT.match("".join(raw[:1])):
        return _without_start(words, PROMPT_ENDED)
    if raw[:1] == [PROGRAM] and PROMPT_END.match("".join(raw[1:])):
        return _without_start(words[1:], ">")
    return words[command_start(raw) :]


def _without_start(words: list[Word], start: str) -> list[Word]:
    """Leaves out the start of the first word, and the word if that is all of it."""
    first, size = words[0], len(start)
    left = first._replace(value=first.value[size:], raw=first.raw[size:], start=first.start + size)
    return [left, *words[1:]] if left.raw else words[1:]


def command_start(words: Sequence[str]) -> int:
    """Returns where the command begins in words that may start with the program's name, as in `milvus_cli version`."""
    return 1 if len(words) > 1 and words[0] == PROGRAM else 0


def _unfinished_value(raw: str) -> str:
    """Returns the value of an unfinished word."""
    for mark in QUOTES:
        try:
            return "".join(word.value for word in _words(raw + mark, 0))
        except Unfinished:
            continue
    return raw.rstrip("\\\n")


def _statement(words: list[Word], text: str, line: int) -> Statement:
    start, end = words[0].start, len(text)
    if words[0].raw == SYSTEM_MARK:
        return Statement(tuple(word.value for word in words), text[start:].strip(), line)
    vertical = words[-1].raw == VERTICAL
    if vertical:
        end = words.pop().start
    number = next((number for number, word in enumerate(words) if word.raw.startswith((">", "|"))), len(words))
    command, rest = words[:number], words[number:]
    target = None
    if rest:
        is_pipe = rest[0].raw.startswith("|")
        target = _pipe_target(text[rest[0].start + 1 : end].strip()) if is_pipe else _file_target(rest)
        if command and command[-1].raw == VERTICAL:
            vertical = True
            command.pop()
    if not command:
        raise InvalidInput("missing command", hint="COMMAND > FILE, COMMAND | PROGRAM, or COMMAND \\G")
    argv = tuple(word.value for word in command)
    return Statement(argv, text[start:].strip(), line, target=target, vertical=vertical)


def _pipe_target(program: str) -> RedirectTarget:
    if not program:
        raise InvalidInput("| takes a program to write to", hint="… | PROGRAM")
    return RedirectTarget("|", program)


def _file_target(words: list[Word]) -> RedirectTarget:
    kind = ">>" if words[0].raw.startswith(">>") else ">"
    pairs = [(word.value, word.raw) for word in words[1:]]
    pairs.insert(0, (words[0].value.removeprefix(kind), words[0].raw.removeprefix(kind)))
    names = [(value, raw) for value, raw in pairs if value]
    if len(names) != 1:
        raise InvalidInput(f"{kind} takes one file, as the last of the line", hint=f"… {kind} FILE")
    value, raw = names[0]
    return RedirectTarget(kind, value, HOME.match(raw) is not None)


def _command(text: str, position: int) -> tuple[list[Word], int]:
    """Returns the words of the command at `position`, and its end: a newline, a `;`, or the end of the text."""
    words = list(_words(text, position))
    return words, _skip(text, words[-1].end if words else position)


def _words(text: str, position: int) -> Iterator[Word]:
    position = _skip(text, position)
    if text.startswith(SYSTEM_MARK, position):
        yield from _system_words(text, position)
        return
    while position < len(text) and text[position] not in "\n;":
        value, end = _word(text, position)
        yield Word(value, text[position:end], position)
        position = _skip(text, end)


def _system_words(text: str, position: int) -> Iterator[Word]:
    """Yields the words of a line that begins with the mark: the command, and the rest as it is."""
    line = text[position:].split("\n", 1)[0].rstrip(BLANKS)
    yield Word(SYSTEM, SYSTEM_MARK, position)
    if rest := line.removeprefix(SYSTEM_MARK).lstrip(BLANKS):
        yield Word(rest, rest, position + len(line) - len(rest))


def _skip(text: str, position: int) -> int:
    """Skips blanks, escaped newlines and a comment; returns the position of the next word or of the command's end."""
    while position < len(text):
        if text[position] in BLANKS:
            position += 1
        elif text.startswith("\\\n", position):
            _, position = _escaped(text, position)
        elif text[position] == "#":
            newline = text.find("\n", position)
            position = len(text) if newline < 0 else newline
        else:
            break
    return position


def _word(text: str, position: int) -> tuple[str, int]:
    plain = PLAIN.match(text, position)
    if plain and text[position] not in BRACKETS and text[plain.end() : plain.end() + 1] in END_OF_WORD:
        return plain[0], plain.end()
    parts: list[str] = []
    if text[position] in BRACKETS:
        end = _bracketed(text, position)
        parts.append(text[position:end])
        position = end
    while position < len(text) and text[position] not in END_OF_WORD:
        character = text[position]
        if character == "'":
            end = text.find("'", position + 1)
            if end < 0:
                raise Unfinished("a single quote is not closed", "'")
            parts.append(text[position + 1 : end])
            position = end + 1
        elif character == '"':
            part, position = _double_quoted(text, position + 1)
            parts.append(part)
        elif character == "\\":
            part, position = _escaped(text, position)
            parts.append(part)
        else:
            end = PLAIN.match(text, position).end()  # type: ignore[union-attr]
            parts.append(text[position:end])
            position = end
    return "".join(parts), position


def _bracketed(text: str, position: int) -> int:
    """Returns the end of the JSON list or object that begins here."""
    end = text.find("]", position)
    if end >= 0 and text[position] == "[" and not any(mark in text[position + 1 : end] for mark in '[{}"'):
        return end + 1
    depth, here = 0, position
    while found := JSON_MARK.search(text, here):
        here = found.end()
        if found[0] == '"':
            string = JSON_STRING.match(text, found.start())
            if string is None:
                raise Unfinished("a double quote is not closed", '"')
            here = string.end()
            continue
        depth += 1 if found[0] in BRACKETS else -1
        if depth == 0:
            return here
    raise Unfinished("a bracket is not closed", BRACKETS[text[position]])


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
    raise Unfinished("a double quote is not closed", '"')


def _escaped(text: str, position: int) -> tuple[str, int]:
    following = text[position + 1 : position + 2]
    if following in ("", "\n") and position + 2 >= len(text):
        raise Unfinished("the line ends with a backslash")
    return ("" if following == "\n" else following), position + 2
