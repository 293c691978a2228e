"""Writes the rows of a selection as files of bounded size, each complete before it gets its name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ..client.client import Client
from ..files.arrow import to_columnar
from ..files.writers import COLUMNAR_FORMATS, FileShape, writer_of
from ..rows.cursor import Cursor
from ..rows.patience import Patience
from .manifest import DumpFile, dump_file

if TYPE_CHECKING:
    from ..rows.cursor import Page
    from ..rows.selection import Selection

PART_BYTES = 64 << 20
"""A part ends with the page that exceeds this: so much is read again after an interruption."""
DRAFT = ".draft"
"""Ending of files that are being written."""


@dataclass(frozen=True)
class WrittenPart:
    """A complete part, its rows, and the key of its last row."""

    file: DumpFile
    rows: int
    last: Any


@dataclass(frozen=True)
class PartFiles:
    """Names parts: `folder` is the collection's in the dump, and `stem` that of the partition."""

    directory: Path
    folder: str
    stem: str
    shape: FileShape

    def name(self, number: int) -> str:
        return f"{self.folder}/{number:06d}.{self.stem}.{self.shape.format}"


@dataclass(frozen=True)
class Rows:
    """The rows to write: those of the selection after a key."""

    client: Client
    selection: Selection
    after: Any
    patience: Patience


def written_parts(
    rows: Rows, files: PartFiles, first: int, *, report: Callable[[int, int], None]
) -> Iterator[WrittenPart]:
    """Yields each part when it is on the disk, numbered from `first`. `report` takes the rows and bytes of a page.

    Raises OSError if a file can't be written.
    """
    number, pages = first, Cursor(rows.client, rows.selection, patience=rows.patience).pages(rows.after)
    page = next(pages, None)
    while page is not None and page.keys:
        path = files.directory / files.name(number)
        with open(f"{path}{DRAFT}", "wb") as draft:
            last, count, page = _fill(draft, rows.selection, files.shape, page, pages, report)
        yield WrittenPart(_completed(files, number, rows.selection), count, last)
        number += 1


def _fill(
    draft: IO[bytes],
    selection: Selection,
    shape: FileShape,
    page: Page | None,
    pages: Iterator[Page],
    report: Callable[[int, int], None],
) -> tuple[Any, int, Page | None]:
    """Writes pages until the part is large enough; returns the last key, the rows and the next page."""
    writer, count, size, last = writer_of(shape, selection), 0, 0, None
    draft.write(writer.head)
    while page is not None and page.keys and size < PART_BYTES:
        data = writer.page(page.columns, len(page.keys), first=not count)
        draft.write(data)
        size += len(data)
        count += len(page.keys)
        last = page.last
        report(len(page.keys), len(data))
        page = next(pages, None)
    draft.write(writer.tail)
    return last, count, page


def _completed(files: PartFiles, number: int, selection: Selection) -> DumpFile:
    name = files.name(number)
    path = str(files.directory / name)
    draft = f"{path}{DRAFT}"
    if files.shape.format in COLUMNAR_FORMATS:
        streams, draft = draft, f"{path}.{files.shape.format}{DRAFT}"
        to_columnar(streams, draft, selection, files.shape.format)
        os.remove(streams)
    os.replace(draft, path)
    return dump_file(files.directory, name)
