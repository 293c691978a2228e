"""Chooses the lock of a job: files by their real paths, other targets by their identity."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from ..connections.private_files import make_private
from ..session.session import Session
from .lock import Lock, held

if TYPE_CHECKING:
    from ..connections.profile import Profile

LOOPBACK = ("127.", "::1")


def file_lock(session: Session, path: str, doing: str, *, what: str = "") -> AbstractContextManager[None]:
    """Locks a file, whichever link leads to it, by a hidden file beside it."""
    folder, name = os.path.split(os.path.realpath(path))
    return held(Lock(os.path.join(folder, f".{name}.milvus_cli.lock"), what or path, doing), session.console.note)


def key_lock(session: Session, key: Sequence[object], doing: str) -> AbstractContextManager[None]:
    """Locks anything that a key identifies."""
    folder = session.config.home / "locks"
    make_private(folder)
    path = str(folder / f"{hashlib.sha256(repr(tuple(key)).encode()).hexdigest()[:16]}.lock")
    return held(Lock(path, path, doing), session.console.note)


def address_of(profile: Profile) -> str:
    """Returns the same address for every name of a server, as far as names can be resolved."""
    try:
        found = socket.getaddrinfo(profile.host, profile.port, type=socket.SOCK_STREAM)
        host = min(str(each[4][0]) for each in found)
    except OSError:
        host = profile.host
    return f"{'loopback' if host.startswith(LOOPBACK) else host}:{profile.port}"
