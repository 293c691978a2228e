"""Makes and ends connections, as the options of `connect` and `disconnect` say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..connections.private_files import read_whole
from ..connections.profile import DEFAULT_ALIAS
from ..connections.resolve import Request
from ..errors import InvalidInput
from ..result import Done, Record

if TYPE_CHECKING:
    from typing import TextIO

    from .session import Session


@dataclass(frozen=True)
class ConnectOptions:
    """Options of `connect`; None where not given. An empty `lite` is the default data directory."""

    uri: str | None = None
    host: str | None = None
    port: int | None = None
    alias: str | None = None
    disconnect: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    token_file: TextIO | None = None
    secure: bool | None = None
    tls_mode: int | None = None
    ca: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    server_name: str | None = None
    database: str | None = None
    user_agent: str | None = None
    management_port: int | None = None
    lite: str | None = None
    read_only: bool | None = None
    protected: bool | None = None
    save_as: str | None = None
    no_save: bool = False


def connect(session: Session, options: ConnectOptions) -> Record | Done:
    """Connects, and returns the state of the new connection; with `disconnect` it ends the connection instead."""
    request = _request(session, options)
    if options.disconnect:
        if request != Request(alias=request.alias):
            raise InvalidInput("--disconnect goes with --alias only", hint="connect -D -a ALIAS")
        return disconnect(session, request.alias)
    status = session.connect(request, save=not options.no_save)
    profile, server = status.profile, status.server
    return Record(
        {
            "alias": profile.alias,
            "address": profile.address,
            "server_version": server.version or None,
            "database": profile.database,
            "user": profile.user or None,
            "tls": profile.tls.name,
            "state": "connected",
            "latency_ms": server.latency_ms,
        },
        confirms=True,
    )


def disconnect(session: Session, alias: str | None) -> Done:
    alias = alias or session.alias or DEFAULT_ALIAS
    session.connections.saved(alias)
    session.forget(alias)
    # Also where this session only had another one under that alias: the next command must not go to the stored one.
    session.store.mark_disconnected(alias)
    return Done(f"Disconnected {alias!r}.", {"alias": alias})


def disconnect_all(session: Session) -> Done:
    forgotten = [session.forget(alias) for alias in session.state.clients.aliases()]
    count = session.store.mark_disconnected(None) + sum(forgotten)
    return Done(f"Disconnected {count} connection{'' if count == 1 else 's'}.", {"disconnected": count})


def _request(session: Session, options: ConnectOptions) -> Request:
    """Resolves synonyms, reads the token file and makes paths absolute."""
    if options.save_as and options.alias and options.save_as != options.alias:
        raise InvalidInput("--save-as and --alias name two aliases", hint="give one of them")
    tls_mode = None if options.secure is None else int(options.secure)
    if None not in (tls_mode, options.tls_mode) and bool(tls_mode) != bool(options.tls_mode):
        secure = "--secure" if options.secure else "--secure FALSE"
        raise InvalidInput(f"{secure} and --tlsmode {options.tls_mode} cannot be combined")
    lite = options.lite
    request = Request(
        alias=options.save_as or options.alias,
        uri=options.uri,
        host=options.host,
        port=options.port,
        user=options.username,
        password=options.password,
        token=_token(session, options),
        database=options.database,
        tls_mode=tls_mode if options.tls_mode is None else options.tls_mode,
        ca=_absolute(options.ca),
        client_cert=_absolute(options.client_cert),
        client_key=_absolute(options.client_key),
        server_name=options.server_name,
        user_agent=options.user_agent,
        management_port=options.management_port,
        read_only=options.read_only,
        protected=options.protected,
    )
    return request if lite is None else replace(request, lite=_absolute(lite) or session.servers.default_path())


def _token(session: Session, options: ConnectOptions) -> str | None:
    file = options.token_file
    if file is None:
        return options.token
    if options.token is not None:
        raise InvalidInput("--token and --token-file cannot be combined")
    is_stdin = file.name in ("<stdin>", 0)
    return (session.console.read() if is_stdin else read_whole(file, file.name)).strip()


def _absolute(path: str | None) -> str | None:
    return path and str(Path(path).absolute())
