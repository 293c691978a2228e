"""Searches lists of names by fragment, and suggests the nearest to a mistyped one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from ..errors import CliError

OFFERED = 200
"""Most names offered at once: nobody reads more, and drawing each takes time."""

LETTERS_PER_EDIT = 3
"""Letters of a name for each edit that a typo may have."""


class Name(NamedTuple):
    """A name with a short note about its object."""

    text: str
    note: str


Pairs = Iterable[tuple[str, str]]


class Names(NamedTuple):
    """Names in order. `folded` is the text to search: each name case-folded, after a newline."""

    all: tuple[Name, ...] = ()
    folded: str = ""

    def best(self, text: str, limit: int | None = OFFERED) -> list[Name]:
        """Returns names that begin with the text, then names that contain it; else names with its letters in order."""
        if not text:
            return list(self.all[:limit])
        literal, letters = re.escape(text.casefold()), [re.escape(each) for each in text.casefold()]
        # The first letter must begin a word; the lookbehind stands after it so that the search can skip to the letter.
        scattered = f"{letters[0]}(?<=[\\W_]{letters[0]})" + "".join(f"[^{each}\n]*{each}" for each in letters[1:])
        found = _first(limit, self._lines("\n" + literal), self._lines(literal))
        return [self.all[line] for line in found or _first(limit, self._lines(scattered))]

    def _lines(self, pattern: str) -> Iterator[int]:
        """Yields the indexes of matching names. One search over all is ten times as fast as one per name."""
        line, counted = -1, 0
        for match in re.finditer(pattern, self.folded):
            line += self.folded.count("\n", counted, match.start() + 1)
            counted = match.start() + 1
            yield line


def _first(limit: int | None, *lines: Iterator[int]) -> list[int]:
    found: dict[int, None] = {}
    for line in chain(*lines):
        found[line] = None
        if len(found) == limit:
            break
    return list(found)


def named(pairs: Pairs) -> Names:
    """Builds Names from pairs of name and note, without names that have control or bidirectional characters."""
    names = tuple(Name(text, note) for text, note in pairs if text and text.isprintable())
    return Names(names, "".join("\n" + name.text.casefold() for name in names))


def similar(name: str, known: Iterable[str]) -> list[str]:
    """Returns up to three names that share most of their letters with this one, the nearest first."""
    from difflib import get_close_matches

    return get_close_matches(name, list(known), n=3, cutoff=0.6)


def close_to(name: str, known: Iterable[str]) -> list[str]:
    """Returns the similar names that a typo may have made this one; one edit away, only those.

    A typo changes a letter in three at most: `nope` is not `notee`. For commands, whose words people know.
    """
    found = {each: edits(name, each) for each in similar(name, known)}
    most = max(1, len(name) // LETTERS_PER_EDIT)
    close = [each for each, count in found.items() if count <= most or each.startswith(name)]
    return [each for each in close if found[each] == 1] or close


def edits(one: str, other: str) -> int:
    """Returns how many letters to add, drop, change, or swap with the next one, make one text of the other."""
    before, last = [0] * (len(other) + 1), list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        here = [row]
        for column, same in enumerate(other, start=1):
            fewest = min(last[column] + 1, here[-1] + 1, last[column - 1] + (letter != same))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == same:
                fewest = min(fewest, before[column - 2] + 1)
            here.append(fewest)
        before, last = last, here
    return last[-1]


def nearest(name: str, known: Iterable[str]) -> str:
    """Returns "did you mean …?" with up to three similar names; "" when there is none."""
    found = similar(name, known)
    return f"did you mean {' or '.join(found)}?" if found else ""


WORDS = frozenset(
    (
        *("analyzer", "finding", "import option", "index type", "key", "measure", "metric", "reranker", "setting"),
        *("time zone", "type"),
    )
)
"""Kinds of names that this client and Milvus define, unlike the names of objects, which users choose."""


def missing_name(
    kind: str,
    name: str,
    known: Iterable[str],
    otherwise: str | None = None,
    *,
    before: str = "",
    after: str = "",
    error: type[CliError] = CliError,
) -> CliError:
    """Returns the error "KIND 'NAME' not found", whose hint suggests the known names nearest to it.

    `before` and `after` are added to the message as they are; a `before` that ends with `has ` makes it "has no KIND
    'NAME'", and words of the language are unknown. Where no known name is near, the hint is `otherwise`; None lists the
    known names.
    """
    names = list(known)
    fallback = f"{kind}s: {', '.join(names)}" if otherwise is None else otherwise
    if before.endswith("has "):
        message = f"no {kind} {name!r}"
    else:
        message = f"unknown {kind} {name!r}" if kind in WORDS else f"{kind} {name!r} not found"
    return error(f"{before}{message}{after}", hint=nearest(name, names) or fallback)
