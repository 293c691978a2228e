"""Starts, stops and shows the Milvus Lite processes of this machine."""

from __future__ import annotations

import shlex
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import CliError
from ..result import Done, Record, Table

if TYPE_CHECKING:
    from ..session.session import Session

COLUMNS = ("path", "address", "pid", "started", "log")


class _Directory(NamedTuple):
    """The data directory that a command is about; `chosen` says why it is that one, unless it was named."""

    path: str
    chosen: str

    def __str__(self) -> str:
        return f"{self.path} ({self.chosen})" if self.chosen else self.path


def start(session: Session, path: str | None) -> Record:
    """Starts the server of a data directory; a running server is left as it is."""
    return Record(_values(session.servers.start(_directory(session, path).path)), confirms=True)


def stop(session: Session, path: str | None) -> Done:
    """Raises CliError when no server runs on the directory."""
    directory = _directory(session, path)
    if not session.servers.stop(directory.path):
        raise _none_runs(directory, "`list servers` shows those that do")
    return Done(f"Stopped the server on {directory}.", {"stopped": [directory.path]})


def stop_all(session: Session) -> Done:
    paths = [server.path for server in session.servers.all() if session.servers.stop(server.path)]
    return Done(f"Stopped {len(paths)} server{'' if len(paths) == 1 else 's'}.", {"stopped": paths})


def show(session: Session, path: str | None) -> Record:
    directory = _directory(session, path)
    server = session.servers.running(directory.path)
    if server is None:
        raise _none_runs(directory, shlex.join(["start", "server", *([path] if path else [])]))
    return Record(_values(server))


def _none_runs(directory: _Directory, hint: str) -> CliError:
    return CliError(f"no server runs on {directory}", hint=hint)


def server_table(session: Session) -> Table:
    return Table(COLUMNS, (tuple(_values(server).values()) for server in session.servers.all()))


def _directory(session: Session, path: str | None) -> _Directory:
    """Returns the directory with this path, else that of the current connection, else the default one."""
    if path:
        return _Directory(str(Path(path).absolute()), "")
    alias = session.alias
    if found := session.connections.lite_directory(alias):
        return _Directory(found, f"connection {alias!r}" if alias else "MILVUS_URI")
    return _Directory(session.servers.default_path(), "default directory")


def _values(server: Any) -> dict[str, Any]:
    started = datetime.fromtimestamp(server.started).astimezone().isoformat(" ", "seconds")
    values = (server.path, f"{server.host}:{server.port}", server.pid, started, server.log)
    return dict(zip(COLUMNS, values, strict=True))
