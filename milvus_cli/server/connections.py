"""Shows the connections that are saved, or were made in this session."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..connections.profile import Profile
from ..connections.resolve import Resolved
from ..connections.snippets import snippet
from ..errors import CliError
from ..result import Done, Record, Table, Text
from .ping import ping_all

if TYPE_CHECKING:
    from ..connections.store import Saved
    from ..session.session import Session

COLUMNS = (
    "alias",
    "current",
    "address",
    "database",
    "user",
    "tls",
    "state",
    "server_version",
    "last_used",
    "read_only",
    "protected",
)
OPTIONAL = ("tls", "last_used", "user", "server_version", "protected", "read_only", "state", "database", "current")
"""Columns that a narrow terminal may lack, the first to go first."""

PARTS = {"address": "host", "user": "token", "credentials": "token"} | dict.fromkeys(
    ("ca", "client_cert", "client_key", "server_name"), "tls"
)
"""The field of a profile that a shown value is part of."""


def connection_table(session: Session, *, check: bool = False) -> Table:
    """A row for each connection; with `check` it pings all of them."""
    current = session.alias
    if not check:
        rows = (_row(saved, current) for saved in session.connections.all())
        return Table(COLUMNS, rows, optional=OPTIONAL)
    connections = list(session.connections.all())
    answers = ping_all((session.connections.with_token(saved) for saved in connections), session.open_running)
    checked = ((*_row(saved, current), *answer) for saved, answer in zip(connections, answers, strict=True))
    return Table((*COLUMNS, "reachable", "latency_ms", "error"), checked, optional=OPTIONAL)


def address_table(session: Session) -> Table:
    """The addresses of all saved connections."""
    rows = ((saved.profile.uri, saved.alias, saved.profile.tls.name, _when(saved)) for saved in session.store.all())
    return Table(("uri", "alias", "tls", "last_used"), rows)


def forget_address(session: Session, uri: str) -> Done:
    """Forgets every connection to an address."""
    found = [saved.alias for saved in session.store.all() if uri in (saved.profile.uri, saved.profile.address)]
    if not found:
        raise CliError(f"no connection to {uri!r}", hint="run `list connection_history`")
    for alias in found:
        session.store.delete(alias)
        session.forget(alias)
    return Done(f"Deleted {', '.join(found)}.", {"aliases": found})


def connection_code(session: Session, alias: str | None, language: str) -> Text:
    """Code that connects as the connection does."""
    profile = _found(session, alias).profile
    server = session.servers.running(profile.lite) if profile.lite else None
    if server is not None:
        profile = replace(profile, host=server.host, port=server.port)
    saved = session.store.get(profile.alias)
    code = snippet(language, profile, saved.server_version if saved else "")
    return Text(code, {"language": language, "code": code})


def connection_record(session: Session, alias: str | None) -> Record:
    """Every parameter but the token, with the source of each value that is not a default."""
    found = _found(session, alias)
    profile = found.profile
    sources = {**found.sources, "alias": "--alias" if alias else session.alias_source}
    values = {
        "alias": profile.alias or None,
        "address": profile.address,
        "database": profile.database,
        "user": profile.user or None,
        "credentials": "kept" if profile.token else None,
        "tls": profile.tls.name,
        "ca": profile.tls.ca or None,
        "client_cert": profile.tls.client_cert or None,
        "client_key": profile.tls.client_key or None,
        "server_name": profile.tls.server_name or None,
        "user_agent": profile.user_agent or None,
        "management_port": profile.management_port,
        "read_only": profile.read_only,
        "protected": profile.protected,
        "lite": profile.lite or None,
    }
    origins = {name: sources[PARTS.get(name, name)] for name, value in values.items() if value is not None}
    return Record(values, {name: origin for name, origin in origins.items() if origin != "default"})


def _found(session: Session, alias: str | None) -> Resolved:
    """A connection's parameters: of the current one as resolved, of any other one as saved."""
    if alias is None or (alias == session.alias and not _is_disconnected(session, alias)):
        return session.resolved()
    return Resolved(
        session.connections.with_token(session.connections.saved(alias)),
        {each.name: "saved" for each in fields(Profile)},
    )


def _is_disconnected(session: Session, alias: str) -> bool:
    saved = session.store.get(alias)
    return saved is not None and not saved.connected


def _row(saved: Saved, current: str) -> tuple[Any, ...]:
    profile = saved.profile
    return (
        saved.alias,
        saved.alias == current,
        profile.address,
        profile.database,
        saved.user or None,
        profile.tls.name,
        "connected" if saved.connected else "disconnected",
        saved.server_version or None,
        _when(saved),
        profile.read_only,
        profile.protected,
    )


def _when(saved: Saved) -> str | None:
    """Local time with its zone; None for a connection that was never used."""
    return datetime.fromtimestamp(saved.last_used).astimezone().isoformat(" ", "seconds") if saved.last_used else None
