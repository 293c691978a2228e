"""Starts, stops and shows the Milvus Lite processes of this machine."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import CliError
from ..result import Done, Record, Table

if TYPE_CHECKING:
    from ..session.session import Session

COLUMNS = ("path", "address", "pid", "started", "log")


def start(session: Session, path: str | None) -> Record:
    """Starts a server on a data directory, by default its own one; a running server is left as it is."""
    return Record(_values(session.servers.start(_absolute(session, path))), confirms=True)


def stop(session: Session, path: str | None) -> Done:
    """Raises CliError when no server runs on the directory."""
    directory = _absolute(session, path)
    if not session.servers.stop(directory):
        raise CliError(f"no server runs on {directory}", hint="`list servers` shows those that do")
    return _stopped([directory])


def stop_all(session: Session) -> Done:
    return _stopped([server.path for server in session.servers.all() if session.servers.stop(server.path)])


def _stopped(paths: list[str]) -> Done:
    return Done(f"Stopped {len(paths)} server{'' if len(paths) == 1 else 's'}.", {"stopped": paths})


def show(session: Session, path: str | None) -> Record:
    directory = _absolute(session, path)
    server = session.servers.running(directory)
    if server is None:
        raise CliError(f"no server runs on {directory}", hint="start server")
    return Record(_values(server))


def server_table(session: Session) -> Table:
    return Table(COLUMNS, (tuple(_values(server).values()) for server in session.servers.all()))


def _absolute(session: Session, path: str | None) -> str:
    return str(Path(path).absolute()) if path else session.servers.default_path()


def _values(server: Any) -> dict[str, Any]:
    started = datetime.fromtimestamp(server.started).astimezone().isoformat(" ", "seconds")
    values = (server.path, f"{server.host}:{server.port}", server.pid, started, server.log)
    return dict(zip(COLUMNS, values, strict=True))
