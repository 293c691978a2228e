"""Merges two streams of pages in key order: which keys both sides have, and which only one of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..rows.cursor import Page
from ..values.columns import raw_values

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData

RUN_LIMIT = 256
"""Rows compared at once: with more, runs of differing keys would be compared again and again."""


@dataclass(frozen=True)
class WindowRows:
    """Rows `start` to `stop` of a window, in key order."""

    window: PageWindow
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    @property
    def keys(self) -> Sequence[Any]:
        return self.window.keys[self.start : self.stop]

    @property
    def page(self) -> Page:
        return self.window.page

    @property
    def positions(self) -> Sequence[int] | None:
        """Positions in the page's columns, None for all rows in the page's order."""
        if len(self) == len(self.window.keys):
            return self.window.order
        return (self.window.order or range(len(self.window.keys)))[self.start : self.stop]

    def raw(self, field: str) -> Sequence[Any]:
        """Returns the raw values of a field, see `columns.raw_values`."""
        return self.window.raw(field)[self.start : self.stop]


@dataclass(frozen=True)
class Run:
    """Consecutive keys that both sides have, or only one of them."""

    a: WindowRows | None
    b: WindowRows | None


class PageWindow:
    """A page, and the position reached in it. Only a page that is the whole result may be unordered."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.at = 0
        self.keys = sorted(page.keys)
        positions = sorted(range(len(page.keys)), key=page.keys.__getitem__) if self.keys != list(page.keys) else None
        self.order = positions
        self._raw: dict[str, Sequence[Any]] = {}

    @property
    def left(self) -> int:
        return len(self.keys) - self.at

    @property
    def key(self) -> Any:
        return self.keys[self.at]

    def column(self, field: str) -> FieldData | None:
        return next((each for each in self.page.columns if each.field_name == field), None)

    def raw(self, field: str) -> Sequence[Any]:
        if field not in self._raw:
            column, count = self.column(field), len(self.keys)
            values = [None] * count if column is None else raw_values(column, count)
            self._raw[field] = values if self.order is None else [values[position] for position in self.order]
        return self._raw[field]

    def take(self, count: int) -> WindowRows:
        self.at += count
        return WindowRows(self, self.at - count, self.at)

    def before(self, key: Any) -> int:
        """Returns the number of remaining rows with smaller keys."""
        return bisect_left(self.keys, key, self.at) - self.at


class _Stream:
    def __init__(self, pages: Iterator[Page]) -> None:
        self._pages = pages
        self.window: PageWindow | None = None

    def filled(self) -> PageWindow | None:
        """Returns a window with rows left, None at the end."""
        while self.window is None or not self.window.left:
            page = next(self._pages, None)
            if page is None:
                return None
            self.window = PageWindow(page)
        return self.window


def merged(a_pages: Iterator[Page], b_pages: Iterator[Page]) -> Iterator[Run]:
    """Yields all rows of both streams in key order; holds at most one page of each."""
    a_stream, b_stream = _Stream(a_pages), _Stream(b_pages)
    while True:
        a, b = a_stream.filled(), b_stream.filled()
        if a is None and b is None:
            return
        if a is None or b is None:
            yield Run(a.take(a.left) if a else None, b.take(b.left) if b else None)
        elif same := _same(a, b):
            yield Run(a.take(same), b.take(same))
        elif a.key < b.key:
            yield Run(a.take(a.before(b.key)), None)
        else:
            yield Run(None, b.take(b.before(a.key)))


def paired(a_pages: Iterator[Page], b_pages: Iterator[Page]) -> Iterator[Run]:
    """Yields all rows of both streams, paired by position whatever their keys are."""
    a_stream, b_stream = _Stream(a_pages), _Stream(b_pages)
    while True:
        a, b = a_stream.filled(), b_stream.filled()
        if a is None and b is None:
            return
        count = min(a.left, b.left) if a and b else 0
        yield Run(a.take(count or a.left) if a else None, b.take(count or b.left) if b else None)


def _same(a: PageWindow, b: PageWindow) -> int:
    """Returns the number of equal keys that follow on both sides."""
    count = min(a.left, b.left, RUN_LIMIT)
    mine, theirs = a.keys[a.at : a.at + count], b.keys[b.at : b.at + count]
    if mine == theirs:
        return count
    return next(position for position, (one, other) in enumerate(zip(mine, theirs, strict=True)) if one != other)
