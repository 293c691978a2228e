"""Locks a job by a file beside what it works on, for as long as the job's process lives.

The lock ends with the process, however that ends. A killed process leaves the file behind, which is harmless: the next
job takes it over.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from ..connections.private_files import open_own
from ..errors import CliError
from ..text.unwritable import unwritable

WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
"""Errors of file systems without locks, such as some network shares."""
LOOKS, PAUSE = 20, 0.01
"""Attempts to read the holder's description, which is written a moment after the lock is taken, and seconds between."""

Note = Callable[[str], None]


@dataclass(frozen=True)
class Lock:
    """The lock file at `path` for `what`; `doing` describes the holder, as in "exporting to x.csv"."""

    path: str
    what: str
    doing: str


@contextmanager
def held(lock: Lock, note: Note) -> Iterator[None]:
    """Raises CliError if another process holds the lock, or if the file can't be created.

    On a file system without locks it only prints a note.
    """
    file = _acquire(lock, note)
    path = lock.path
    try:
        _introduce(file, lock.doing)
        yield
    finally:
        # Unlinked while locked: a process that opened it meanwhile sees that the path no longer leads to its file.
        if _is_at(path, file):
            os.unlink(path)
        os.close(file)


def _acquire(lock: Lock, note: Note) -> int:
    while True:
        try:
            file = open_own(lock.path)
        except OSError as exc:
            raise unwritable(lock.what, exc) from exc
        try:
            _lock(file, lock, note)
        except CliError:
            os.close(file)
            raise
        if _is_at(lock.path, file):
            return file
        os.close(file)


def _lock(file: int, lock: Lock, note: Note) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _taken(lock, _holder(file)) from None
    except OSError as exc:
        if exc.errno not in WITHOUT_LOCKS:
            raise CliError(f"can't lock {lock.what}: {exc.strerror}") from exc
        note(f"note: can't lock {lock.what} on this file system: don't run two jobs on it at once")


def _is_at(path: str, file: int) -> bool:
    """Returns True if the path still leads to the open file."""
    try:
        there, here = os.lstat(path), os.fstat(file)
    except OSError:
        return False
    return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


def _introduce(file: int, doing: str) -> None:
    """Describes this process in the file, for whoever finds it locked. A full disk only costs the description."""
    holder = {
        "pid": os.getpid(),
        "host": os.uname().nodename,
        "doing": doing,
        "since": time.strftime("%Y-%m-%d %H:%M:%S"),
    }
    with suppress(OSError):
        os.ftruncate(file, 0)
        os.pwrite(file, json.dumps(holder).encode(), 0)


def _holder(file: int) -> Mapping[str, Any]:
    """Returns the holder's description of itself, empty if there is none."""
    for _ in range(LOOKS):
        try:
            found = json.loads(os.pread(file, os.fstat(file).st_size, 0))
            if isinstance(found, dict):
                return found
        except (OSError, ValueError):
            pass
        time.sleep(PAUSE)
    return {}


def _taken(lock: Lock, holder: Mapping[str, Any]) -> CliError:
    pid, host = holder.get("pid"), holder.get("host")
    if pid is None:
        return CliError(f"another process uses {lock.what}", hint="wait until it ends")
    elsewhere = f" on {host}" if host != os.uname().nodename else ""
    return CliError(
        f"another process is {holder.get('doing')} (pid {pid}{elsewhere}, since {holder.get('since')})",
        hint=f"wait until it ends, or stop it with `kill -INT {pid}`",
    )
