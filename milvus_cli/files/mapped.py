"""Maps a file into memory, so that any part of it can be read without holding the others."""

from __future__ import annotations

import mmap
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from ..errors import CliError


@dataclass(frozen=True)
class MappedFile:
    """`file` stays open as long as its pages are used."""

    name: str
    file: BinaryIO
    pages: mmap.mmap

    def require_whole(self) -> None:
        """Raises CliError if the file became shorter: the system ends a process that reads pages behind the end."""
        if os.fstat(self.file.fileno()).st_size < len(self.pages):
            raise CliError(f"{self.name} changed while it was read", hint="wait until nothing writes to it")

    def forget(self) -> None:
        """Takes the pages out of the memory of the process; they are read again when needed."""
        with suppress(AttributeError, OSError):
            self.pages.madvise(mmap.MADV_DONTNEED)


def mapped_file(name: str, file: BinaryIO) -> MappedFile:
    """Raises CliError for an empty file."""
    try:
        return MappedFile(name, file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except ValueError:
        raise CliError(f"{name} is empty") from None
