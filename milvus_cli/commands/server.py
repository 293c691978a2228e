"""Commands for servers: embedded ones on this machine, versions, health, RESTful calls."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..connections.read_only import require_writable, rest_reads
from ..errors import CliError
from ..grammar.command import argument, command, option, word
from ..grammar.params import TEXT
from ..grammar.types import DIRECTORY, OneOf
from ..result import Document, Done, Record, Result, Table

if TYPE_CHECKING:
    from ..session.session import Session

SERVER_COLUMNS = ("path", "address", "pid", "started", "log")
path_word = word(
    "path",
    "--path",
    needed=False,
    type=DIRECTORY,
    metavar="PATH",
    help="Data directory; the default one when not given.",
)
METHODS = OneOf(["GET", "POST", "PUT", "PATCH", "DELETE"], case_sensitive=False)


@command("start server")
@word(
    "path",
    "--path",
    needed=False,
    type=DIRECTORY,
    metavar="PATH",
    help="Data directory; one of its own when not given.",
)
def start_server(session: Session, path: str | None) -> Record:
    """Start Milvus Lite on a data directory, unless it runs.

    \b
    Example: start server
    """
    return Record(_described(session.servers.start(_path(session, path))), confirms=True)


@command("stop server")
@path_word
@option("--all", "every", is_flag=True, help="Stop every server that was started from here.")
def stop_server(session: Session, path: str | None, every: bool) -> Done:
    """Stop Milvus Lite; its data stays.

    \b
    Example: stop server
    """
    paths = [server.path for server in session.servers.all()] if every else [_path(session, path)]
    stopped = [each for each in paths if session.servers.stop(each)]
    if not stopped and not every:
        raise CliError(f"no server runs on {paths[0]}", hint="list servers shows those that do")
    return Done(f"Stopped {len(stopped)} server{'' if len(stopped) == 1 else 's'}.", {"stopped": stopped})


@command("show server")
@path_word
def show_server(session: Session, path: str | None) -> Record:
    """Show the Milvus Lite that runs on a data directory.

    \b
    Example: show server
    """
    server = session.servers.running(_path(session, path))
    if server is None:
        raise CliError(f"no server runs on {_path(session, path)}", hint="start server")
    return Record(_described(server))


@command("list servers")
def list_servers(session: Session) -> Table:
    """List the embedded servers that run on this machine.

    \b
    Example: list servers
    """
    return Table(SERVER_COLUMNS, (tuple(_described(server).values()) for server in session.servers.all()))


@command("server_version")
def server_version(session: Session) -> Record:
    """Show the version of the server.

    \b
    Example: server_version
    """
    version = session.client.call("GetVersion").version
    return Record({"server_version": version, "address": session.client.profile.address})


@command("show server_version")
def show_server_version(session: Session) -> Record:
    """Show the version of the server.

    \b
    Example: show server_version
    """
    return Record({"server_version": session.client.call("GetVersion").version})


@command("show health")
@option("--management-port", type=click.IntRange(1, 65535), metavar="PORT", help="Port of health and metrics [9091].")
def show_health(session: Session, management_port: int | None) -> Table:
    """Show whether the server is healthy: by its own word, and by its management port. Exit code 1 where it is not.

    \b
    Example: show health
    """
    from ..client.http import management_health

    rows = [_own_word(session)]
    rows += management_health(session.client.profile, management_port, session.timeout)
    ill = CliError(f"{session.place} is not healthy") if any(healthy is False for _, healthy, _ in rows) else None
    return Table(("check", "healthy", "details"), rows, failure=ill)


@command("api")
@argument("method", type=METHODS)
@argument("path")
@option("-d", "--data", type=TEXT, metavar="JSON", help="Body of the request; @FILE reads a file, - standard input.")
@option("--dry-run", is_flag=True, help="Show what would be sent, and stop.")
def api(session: Session, method: str, path: str, data: str | None, dry_run: bool) -> Result:
    """Call the server's RESTful API with this connection's address, credentials, TLS and database.

    A request that may change something asks for confirmation first, or takes --yes.

    \b
    Example: api GET /v1/vector/collections
    """
    from ..client.http import call_api, check_request, in_database

    check_request(path, data)
    reads = rest_reads(method, path)
    if not reads:
        require_writable(session.profile, f"{method} {path} was not sent")
    path, data, database = in_database(method, path, data, session.profile.database)
    place = session.at("", database).place
    if dry_run:
        return Done(f"Would send {method} {path} to {place}.", {"method": method, "path": path, "sent": False})
    if not reads:
        session.confirm(f"Send {method} {path} to {place}?")
    try:
        return Document(call_api(session.client.profile, method, path, data, session.timeout))
    finally:
        if not reads:
            session.names_changed()


def _path(session: Session, path: str | None) -> str:
    return str(Path(path).absolute()) if path else session.servers.default_path()


def _described(server: Any) -> dict[str, Any]:
    from datetime import datetime

    started = datetime.fromtimestamp(server.started).astimezone().isoformat(" ", "seconds")
    values = (server.path, f"{server.host}:{server.port}", server.pid, started, server.log)
    return dict(zip(SERVER_COLUMNS, values, strict=True))


def _own_word(session: Session) -> tuple[str, bool | None, str | None]:
    from ..client.enums import value_name
    from ..client.wire.milvus_pb2 import QuotaState

    answer = session.client.call("CheckHealth")
    details = [*answer.reasons, *(value_name(QuotaState, each) for each in answer.quota_states)]
    return "CheckHealth", answer.isHealthy, ", ".join(details) or None
