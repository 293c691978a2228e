"""The files of a dump that is read, wherever they are stored, and those of a directory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from ..connections.private_files import LARGEST, read_whole, why_unreadable
from ..errors import CliError
from ..files.sources import InputFile, find_files


class StoredDump(Protocol):
    """Files by their paths in the dump, with slashes. `path` leads to the dump.

    `unpacking` says how to get its files, before what to do with them; it is "" for those of a directory.
    """

    @property
    def path(self) -> Path: ...

    @property
    def unpacking(self) -> str: ...

    def files(self) -> Iterator[str]:
        """Yields all files without hidden ones, which systems leave."""

    def size(self, file: str) -> int | None:
        """Returns None if there is no such file. Raises OSError."""

    def open(self, file: str) -> BinaryIO:
        """Opens a file that can be read at any position. Raises OSError."""

    def to_insert(self, file: str) -> InputFile:
        """Describes a file of rows."""


class StoredDirectory:
    """A dump as a directory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unpacking = ""

    def files(self) -> Iterator[str]:
        return files_of(self.path)

    def size(self, file: str) -> int | None:
        path = self.path / file
        return path.stat().st_size if path.is_file() else None

    def open(self, file: str) -> BinaryIO:
        return open(self.path / file, "rb")

    def to_insert(self, file: str) -> InputFile:
        return find_files([str((self.path / file).absolute())], None)[0]


def files_of(directory: Path) -> Iterator[str]:
    """Yields the files below, as paths with slashes, without hidden ones."""
    for root, folders, names in os.walk(directory):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield (Path(root) / name).relative_to(directory).as_posix()


def text_of(stored: StoredDump, file: str, most: int = LARGEST) -> str:
    """Returns the text of a file. Raises FileNotFoundError or NotADirectoryError if there is none, and CliError."""
    path = stored.path / file
    try:
        with stored.open(file) as opened:
            return read_whole(opened, str(path), most).decode()
    except (FileNotFoundError, NotADirectoryError):
        raise
    except (OSError, UnicodeDecodeError) as exc:
        raise CliError(f"can't read {path}: {why_unreadable(exc)}") from exc
