"""Directories that only their owner enters, and files that are read at once."""

from pathlib import Path
from typing import IO, AnyStr

from .errors import CliError

LARGEST = 64 << 20
"""Characters of a file that is read at once."""


def make_private(path: Path) -> None:
    """Makes a directory, and what is missing above it, with mode 0700; one that exists stays as it is."""
    for each in reversed(path.parents):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)


def read_whole(file: IO[AnyStr], name: str, most: int = LARGEST) -> AnyStr:
    """All of a file. Raises CliError for one that is larger than such files are."""
    found = file.read(most + 1)
    if len(found) > most:
        raise CliError(f"{name} is larger than {most >> 20} MiB")
    return found
