"""Directories that only their owner enters, files that lead nowhere else, and files that are read at once."""

import errno
import os
import stat
from pathlib import Path
from typing import IO, AnyStr

from ..errors import CliError, InvalidInput

LARGEST = 64 << 20
"""Characters of a file that is read at once."""


def make_private(path: Path) -> None:
    """Makes a directory, and what is missing above it, with mode 0700; one that exists stays as it is."""
    for each in reversed(path.parents):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)


def require_file(path: str) -> None:
    """Raises InvalidInput for what no file may take the place of: a folder, a device, a pipe, links in a circle."""
    try:
        os.stat(path)
    except OSError as exc:
        if exc.errno == errno.ELOOP:
            raise InvalidInput(
                f"{path} is a symbolic link that leads nowhere: {exc.strerror}", hint="name a file"
            ) from exc
    if os.path.exists(path) and not os.path.isfile(path):
        raise InvalidInput(f"{path} is not a file", hint="name a file")


def require_free(path: str, *, replace: bool) -> None:
    """Raises InvalidInput for a file that exists, unless it may be replaced, and as `require_file`."""
    require_file(path)
    if os.path.exists(path) and not replace:
        raise InvalidInput(f"{path} exists", hint="add --force to replace it")


def open_own(path: str, mode: int = 0o600) -> int:
    """Opens a file for reading and writing, which may be new. Raises OSError where it is anything but a plain file.

    A symbolic link, a second name of another file, a pipe or a device may have been put there for us to overwrite.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, mode)
    except OSError as exc:
        if exc.errno != errno.ELOOP:
            raise
        raise OSError(errno.ELOOP, "it is a symbolic link", path) from exc
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        os.close(file)
        raise OSError(errno.EINVAL, "it is not a plain file with one name", path)
    return file


def read_whole(file: IO[AnyStr], name: str, most: int = LARGEST) -> AnyStr:
    """All of a file. Raises CliError for one that is larger than such files are."""
    found = file.read(most + 1)
    if len(found) > most:
        raise CliError(f"{name} is larger than {most >> 20} MiB")
    return found
