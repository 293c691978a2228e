"""Reads relevance judgments (qrels): TREC's `query 0 document grade`, or BEIR's table of query, document and score."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from ..errors import CliError, InvalidInput
from ..files.sources import InputFile, open_source
from ..text.numbers import finite

FORM = "write `QUERY 0 DOCUMENT GRADE` on each line, or a header `query-id corpus-id score` and three columns"
HEADER = ("query-id", "corpus-id", "score")
Qrels = dict[str, dict[str, float]]
"""Grades of documents by query."""


@contextmanager
def open_text(path: str) -> Iterator[TextIO]:
    """Opens a text file or URL, compressed or not. Raises CliError for one that can't be read, or is no text."""
    file = InputFile(path, "text")
    with open_source(file) as source:
        try:
            yield io.TextIOWrapper(source.stream, "utf-8-sig")
        except UnicodeDecodeError:
            raise CliError(f"{file.name} is not UTF-8 text") from None


def read_qrels(path: str) -> Qrels:
    """Raises InvalidInput for a line of another form, or two grades for one document."""
    found: Qrels = {}
    with open_text(path) as lines:
        for number, line in enumerate(lines, start=1):
            cells = _cells(line)
            if not line.strip() or (number == 1 and _is_header(cells)):
                continue
            place = f"{path}, line {number}"
            query, document, grade = _judgment(cells, place)
            grades = found.setdefault(query, {})
            if grades.setdefault(document, grade) != grade:
                raise InvalidInput(f"{place}: document {document!r} has two grades for query {query!r}")
    if not found:
        raise InvalidInput(f"{path} has no judgments", hint=FORM)
    return found


def _cells(line: str) -> list[str]:
    """Splits a line at its tabs, else at its blanks: with tabs, an identifier may have blanks."""
    return [each.strip() for each in line.split("\t")] if "\t" in line else line.split()


def _is_header(cells: list[str]) -> bool:
    return tuple(each.lower().replace("_", "-") for each in cells) == HEADER


def _judgment(cells: list[str], place: str) -> tuple[str, str, float]:
    if len(cells) not in (3, 4):
        raise InvalidInput(f"{place} has {len(cells)} columns, expected 3 or 4", hint=FORM)
    query, document, grade = cells[0], cells[-2], cells[-1]
    try:
        return query, document, finite(grade)
    except ValueError:
        raise InvalidInput(f"{place}: invalid grade {grade!r}", hint=FORM) from None
