"""One job at a time: a file beside what a job works on stays locked for as long as the job's process lives.

The lock goes with the process, however that ends. The file may be left behind by one that was killed: it is harmless,
and the next job takes it over.
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

WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
"""How file systems refuse that have no locks, as some network shares."""
LOOKS, PAUSE = 20, 0.01
"""A holder writes its words a moment after it has the lock."""

Note = Callable[[str], None]


@dataclass(frozen=True)
class Lock:
    """The lock file at `path` of `what` people named; `doing`, as in "exporting to x.csv", tells who holds it."""

    path: str
    what: str
    doing: str


@contextmanager
def held(lock: Lock, note: Note) -> Iterator[None]:
    """Raises CliError where another process holds it, or where the file can't be made.

    In a file system without locks a note is all that can be done.
    """
    file = _acquire(lock, note)
    path = lock.path
    try:
        _introduce(file, lock.doing)
        yield
    finally:
        # Removed while it is locked: who opened it meanwhile finds that the path has another file, or none.
        if _is_at(path, file):
            os.unlink(path)
        os.close(file)


def _acquire(lock: Lock, note: Note) -> int:
    while True:
        try:
            file = open_own(lock.path)
        except OSError as exc:
            raise CliError(f"can't write {lock.what}: {exc.strerror}") from exc
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
    """Whether a path still names an open file."""
    try:
        there, here = os.lstat(path), os.fstat(file)
    except OSError:
        return False
    return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


def _introduce(file: int, doing: str) -> None:
    """Words for whoever comes second; a disk that is full keeps them away, and nothing else."""
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
    """What the holder says of itself; empty where it says nothing."""
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
        hint=f"wait until it ends, or stop it: kill -INT {pid}",
    )
