"""Creates private directories, opens files safely, and reads whole files with a limit."""

import errno
import os
import stat
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, AnyStr

from ..errors import CliError, InvalidInput

LARGEST = 64 << 20
"""Most characters or bytes of a file that is read at once."""


def make_private(path: Path) -> None:
    """Creates a directory and its missing parents with mode 0700; leaves existing ones unchanged."""
    for each in reversed(path.parents):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)


def require_file(path: str) -> None:
    """Raises InvalidInput for a path that is a directory, a device, a pipe or a circular link."""
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
    """Opens or creates a file for reading and writing. Raises OSError for anything but a plain file with one name.

    A symbolic or hard link, a pipe or a device may have been planted there to make us overwrite its target.
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


def why_unreadable(error: OSError | UnicodeDecodeError) -> str:
    """Returns the reason why a text file can't be read."""
    return error.strerror or str(error) if isinstance(error, OSError) else "it is not UTF-8 text"


def write_whole(path: Path, content: str | bytes, *, replace: bool, mode: int = 0o666) -> None:
    """Writes a file at once: if that fails, there is none, or the one from before. The umask limits its mode.

    Raises OSError; FileExistsError for a file that must not be replaced.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    data = content.encode() if isinstance(content, str) else content
    try:
        with open(draft, "xb", opener=partial(os.open, mode=mode)) as file:
            file.write(data)
        if not replace:
            path.touch(exist_ok=False)
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise


def read_whole(file: IO[AnyStr], name: str, most: int = LARGEST) -> AnyStr:
    """Reads a whole file. Raises CliError if it has more than `most` characters or bytes."""
    found = file.read(most + 1)
    if len(found) > most:
        raise CliError(f"{name} is larger than {most >> 20} MiB")
    return found
