"""Reads vectors from text: JSON, bare numbers, and arrays as numpy, PyTorch and Python print them.

Vectors stand one after the other, on lines of their own or not, or in a list. A vector may span lines. A line in
quotes is a cell of CSV.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from ..text.repeated_keys import RepeatedKey, refuse_repeated_keys

Found = tuple[int, Any]
"""The number of the line where a vector begins, and the vector or the row that has it."""
Lines = Iterator[tuple[int, str]]

CALL = r"(?:\w+\.)?(?:array|tensor)\("
BEGIN = re.compile(rf"\s*(?:[\[({{]|{CALL})")
"""Start of a vector or a list in brackets."""
WRAPPED = re.compile(rf"{CALL}(.*?),?\s*(?:\w+=[^\[\]]*)?\)", re.DOTALL)
"""An array with its type and the like: `array([0.1, 0.2], dtype=float32)`."""
SCALAR = re.compile(r"\b(?:np|numpy)\.\w+\(([^()]*)\)")
"""A number as numpy 2 prints it within a list: `np.float32(0.5)`."""
LIST = re.compile(rf"\[\s*(?:[\[({{]|{CALL})|\(\s*[\[(]")
SPARSE_LIST = re.compile(r"\[\s*(?:\{|\[\s*\[)")
"""Start of a list of vectors; a sparse vector may be a list of pairs itself."""
BRACKETS = re.compile(r"[\[\](){}]")
MARKS = re.compile(rf'"[^"\\]*(?:\\.[^"\\]*)*"|{BRACKETS.pattern}', re.DOTALL)
"""Brackets, and the strings that may contain some."""
SEPARATOR = re.compile(r"\s*,?\s*")
PAIRS = ("[]", "()")
IGNORED = ("#", "Parameter containing:")
"""Beginnings of lines that say nothing of a vector."""

CUT_OFF = "save the array with numpy.save, or print it after numpy.set_printoptions(threshold=sys.maxsize)"
FORMS = "write a vector as [0.1, 0.2, …] or 0.1, 0.2, …"


class UnreadableVector(Exception):
    """`reason` continues a sentence that begins with the place of the text: "has no closing bracket"."""

    def __init__(self, line: int, reason: str, hint: str = FORMS) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason
        self.hint = hint


def vectors_in(lines: Iterable[str], *, sparse: bool) -> Iterator[Found]:
    """Yields the vectors of a text, one at a time. Raises UnreadableVector."""
    return _vectors(_numbered(lines), sparse=sparse)


def vectors_of_file(lines: Iterable[str], name: str, *, sparse: bool) -> Iterator[Found]:
    """Like `vectors_in`; below a CSV header with this name, reads only the cells of its column."""
    numbered = _numbered(lines)
    number, first = next(((number, line) for number, line in numbered if line.strip()), (1, ""))
    names = [] if BEGIN.match(first) else [each.strip() for each in _record(number, first, iter(()))]
    if names.count(name) > 1:
        raise UnreadableVector(number, f"has {names.count(name)} columns called {name!r}", "remove the duplicates")
    if name in names:
        return _column(numbered, names.index(name), sparse=sparse)
    if not BEGIN.match(first) and _count_up(labels := _cells(first)):
        following = next((each for each in numbered if each[1].strip()), (0, ""))
        if len(labels) == len(_cells(following[1])):
            begin = ",".join(map(str.strip, labels[:2]))
            hint = "write the file without the header (header=False), or a vector of these numbers in brackets"
            raise UnreadableVector(number, f"is {begin},…, which looks like the header that pandas writes", hint)
        numbered = chain([following], numbered)
    return _vectors(chain([(number, first)], numbered), sparse=sparse)


def _count_up(labels: list[str]) -> bool:
    """Reports whether these are whole numbers in sequence, from 0 or 1, in any notation: 0.0, 1.0, …"""
    try:
        numbers = list(map(float, labels))
    except ValueError:
        return False
    return len(numbers) > 1 and numbers in ([*range(len(numbers))], [*range(1, len(numbers) + 1)])


def _numbered(lines: Iterable[str]) -> Lines:
    """Numbers the lines; leaves out comments as numpy writes them, and the heading of a parameter of PyTorch."""
    return (each for each in enumerate(lines, start=1) if not each[1].lstrip().startswith(IGNORED))


def _vectors(lines: Lines, *, sparse: bool) -> Iterator[Found]:
    for number, line in lines:
        if BEGIN.match(line):
            yield from _elements(number, _balanced(line, lines), sparse=sparse)
        elif line.lstrip().startswith('"'):
            yield from _cell(number, _only_cell(number, _record(number, line.lstrip(), lines)), sparse=sparse)
        elif line.strip():
            yield number, _numbers(number, line)


def _column(lines: Lines, position: int, *, sparse: bool) -> Iterator[Found]:
    for number, line in lines:
        if not line.strip():
            continue
        cells = _record(number, line, lines)
        found = list(_cell(number, cells[position], sparse=sparse)) if position < len(cells) else []
        if len(found) != 1:
            raise UnreadableVector(number, f"has {len(found) or 'no'} vector{'s' * bool(found)} where one is expected")
        yield found[0]


def _record(number: int, line: str, following: Lines) -> list[str]:
    """Returns the cells of the CSV record that begins with a line; takes the other lines of a quoted cell."""
    csv.field_size_limit(2**31 - 1)
    try:
        return next(csv.reader(chain([line], (text for _, text in following))), [])
    except csv.Error as exc:
        raise UnreadableVector(number, f"is not CSV: {exc}") from exc


def _only_cell(number: int, cells: list[str]) -> str:
    first, *others = cells
    if any(map(str.strip, others)):
        hint = "name the vector field in a header, or keep only the column of vectors"
        raise UnreadableVector(number, f"has {len(cells)} columns where one vector is expected", hint)
    return first


def _cell(number: int, text: str, *, sparse: bool) -> Iterator[Found]:
    """Yields the vectors of a cell, which may span lines, without brackets too."""
    if BEGIN.match(text):
        yield from _elements(number, text, sparse=sparse)
    elif text.strip():
        yield number, _numbers(number, text)


def _balanced(line: str, following: Lines) -> str:
    """Returns a line, and those after it until each bracket is closed."""
    pieces, depth = [line], _depth(line)
    while depth > 0 and (text := next(following, (0, ""))[1]):
        pieces.append(text)
        depth += _depth(text)
    return "".join(pieces)


def _depth(text: str) -> int:
    """Returns how many brackets a text opens, less those that it closes."""
    marks = "".join(each[0] for each in MARKS.findall(text)) if '"' in text else text
    return sum(map(marks.count, "[({")) - sum(map(marks.count, "])}"))


def _elements(number: int, text: str, *, sparse: bool) -> Iterator[Found]:
    """Yields the vectors of a balanced text, also those of a list of vectors, without holding all of them."""
    for line, element in _split(number, text):
        inner = _unwrapped(element)
        if (SPARSE_LIST if sparse else LIST).match(inner):
            yield from ((place, _value(place, each)) for place, each in _split(line, inner[1:-1]))
        else:
            yield line, _value(line, inner)


def _split(line: int, text: str) -> Iterator[tuple[int, str]]:
    """Yields the bracketed elements side by side, with commas or space between, each with its line."""
    depth = start = 0
    # Most texts are of numbers only, in which brackets alone are found in half the time.
    for mark in (MARKS if '"' in text else BRACKETS).finditer(text):
        depth += (mark[0] in "[({") - (mark[0] in "])}")
        if depth < 0 or (depth == 0 and mark[0][0] == '"'):
            raise UnreadableVector(line, f"has an unexpected {mark[0][:40]}")
        if depth == 0:
            body = SEPARATOR.sub("", text[start : mark.end()], count=1)
            line += text.count("\n", start, mark.end() - len(body))
            yield line, body
            line += body.count("\n")
            start = mark.end()
    rest = SEPARATOR.sub("", text[start:], count=1).strip()
    if depth:
        raise UnreadableVector(line, "has no closing bracket")
    if rest:
        raise UnreadableVector(line, f"has an unexpected {rest[:40]!r}")


def _unwrapped(text: str) -> str:
    wrapped = WRAPPED.fullmatch(text)
    return wrapped[1].strip() if wrapped else text


def _value(line: int, text: str) -> Any:
    """Parses one vector, or a row of JSON."""
    try:
        value = json.loads(text)
        if "{" in text:
            refuse_repeated_keys(text, value)
        return value
    except RepeatedKey as exc:
        raise UnreadableVector(line, f"has a {exc}", "remove the duplicates") from exc
    except RecursionError:
        raise UnreadableVector(line, "is nested too deeply") from None
    except ValueError as exc:
        plain = SCALAR.sub(r"\1", _unwrapped(text))
        if f"{plain[:1]}{plain[-1:]}" not in PAIRS or MARKS.search(plain, 1, len(plain) - 1):
            raise UnreadableVector(line, f"is not JSON: {exc}") from exc
        return _numbers(line, plain[1:-1])


def _numbers(line: int, text: str) -> list[float]:
    """Parses numbers with commas between, or else with space; a comma may follow the last one."""
    if "..." in text or "…" in text:
        raise UnreadableVector(line, "is cut off: it was printed with '...' in place of most numbers", CUT_OFF)
    cells = _cells(text)
    try:
        # Python's own notation has underscores, which no other program means as part of a number.
        return list(map(float, cells)) if "_" not in text else [_number(line, cell) for cell in cells]
    except ValueError:
        return [_number(line, cell) for cell in cells]


def _cells(text: str) -> list[str]:
    cells = text.split(",") if "," in text else text.split()
    if len(cells) > 1 and not cells[-1].strip():
        cells.pop()
    return cells


def _number(line: int, cell: str) -> float:
    try:
        return float(cell.replace("_", "?"))
    except ValueError:
        raise UnreadableVector(line, f"has {cell.strip()[:40]!r}, which is not a number") from None
