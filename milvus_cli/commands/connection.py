"""Commands for connections: connect, disconnect, and what is kept under aliases."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..connections.private_files import read_whole
from ..errors import CliError, InvalidInput
from ..grammar.command import command, option, word
from ..grammar.types import CONNECTION, DATABASE, DIRECTORY, FILE, URI, OneOf
from ..result import Done, Record, Result, Table, Text
from ..text.words import LANGUAGES

if TYPE_CHECKING:
    from ..connections.resolve import Request, Resolved
    from ..connections.store import Saved
    from ..session.session import Session, Status

PORT = click.IntRange(1, 65535)
PARTS = {"address": "host", "user": "token", "credentials": "token"} | dict.fromkeys(
    ("ca", "client_cert", "client_key", "server_name"), "tls"
)
"""The field of a profile that a shown value is part of."""

CONNECTION_COLUMNS = ("alias", "current", "address", "database", "user", "tls", "state", "server_version", "last_used")


@command("connect")
@word(
    "uri",
    "-uri",
    "--uri",
    needed=False,
    type=URI,
    metavar="ADDRESS",
    help="host, host:port, http(s)://… or milvus://user@host:port/database.",
)
@option("-h", "--host", metavar="HOST", help="Host name or address [127.0.0.1].")
@option("-p", "--port", type=PORT, metavar="PORT", help="gRPC port [19530].")
@option("-a", "--alias", type=CONNECTION, metavar="ALIAS", help="Name under which the connection is kept [default].")
@option("-D", "--disconnect", is_flag=True, help="Disconnect the alias instead; its parameters stay.")
@option("-u", "--username", "--user", metavar="USER", help="User name; the password is asked for when not given.")
@option("-pwd", "--password", secret=True, metavar="PASSWORD", help="Password; - asks or reads standard input.")
@option(
    "-t", "--token", secret=True, metavar="TOKEN", help="user:password or an API key; - asks or reads standard input."
)
@option("--token-file", type=click.File(encoding="utf-8"), metavar="FILE", help="Read the token from a file.")
@option("-s", "--secure", is_flag=True, help="One-way TLS, as --tlsmode 1.")
@option(
    "-tls",
    "--tlsmode",
    "tls_mode",
    type=click.IntRange(0, 2),
    metavar="0|1|2",
    help="0 plaintext, 1 one-way TLS, 2 mutual TLS.",
)
@option(
    "-cert",
    "--cert",
    "--ca",
    "ca",
    type=FILE,
    metavar="FILE",
    help="PEM file of the CA that signed the server's certificate.",
)
@option("--client-cert", type=FILE, metavar="FILE", help="PEM file of our certificate, for mutual TLS.")
@option("--client-key", type=FILE, metavar="FILE", help="PEM file of our key, for mutual TLS.")
@option("--server-name", metavar="NAME", help="Name to expect in the server's certificate.")
@option("--db", "database", type=DATABASE, metavar="NAME", help="Database [default].")
@option("--user-agent", metavar="TEXT", help="What this client calls itself.")
@option("--management-port", type=PORT, metavar="PORT", help="Port of health and metrics [9091].")
@option(
    "--lite",
    is_flag=False,
    flag_value="",
    type=DIRECTORY,
    metavar="[PATH]",
    help="Start or reuse Milvus Lite on a data directory here.",
)
@option("--read-only/--no-read-only", default=None, help="Refuse whatever would change something.")
@option("--protected/--no-protected", default=None, help="Ask for the alias by name before anything goes.")
@option("--save-as", type=CONNECTION, metavar="NAME", help="Same as --alias.")
@option("--no-save", is_flag=True, help="Keep the connection in this session only.")
def connect(session: Session, disconnect: bool, no_save: bool, **given: Any) -> Result:
    """Connect to a Milvus server and keep the connection under an alias.

    What is not given comes from MILVUS_URI and MILVUS_TOKEN, then from what the alias saved.

    \b
    Example: connect -h 127.0.0.1 -p 19530 -a default
    """
    from ..connections.resolve import Request

    request = _request(session, **given)
    if disconnect:
        if request != Request(alias=request.alias):
            raise InvalidInput("--disconnect goes with --alias only", hint="connect -D -a ALIAS")
        return _disconnect(session, request.alias)
    status = session.connect(request, save=not no_save)
    return _status(status)


@command("disconnect")
@word(
    "alias",
    "-a",
    "--alias",
    needed=False,
    type=CONNECTION,
    metavar="ALIAS",
    help="The connection; the current one when not given.",
)
@option("--all", "every", is_flag=True, help="Disconnect every connection.")
def disconnect(session: Session, alias: str | None, every: bool) -> Done:
    """Close a connection and mark it disconnected; its parameters stay.

    \b
    Example: disconnect default
    """
    if every and alias:
        raise InvalidInput("--all and an alias can't be together")
    return _disconnect_all(session) if every else _disconnect(session, alias)


@command("list connections")
@option("--check", is_flag=True, help="Ping them all at once; show state and latency.")
def list_connections(session: Session, check: bool) -> Table:
    """List the connections that are kept, or were made in this session.

    \b
    Example: list connections --check
    """
    current = session.alias
    if not check:
        return Table(CONNECTION_COLUMNS, (_row(saved, current) for saved in session.connections.all()))
    from ..server.ping import ping_all

    connections = list(session.connections.all())
    answers = ping_all((session.connections.with_token(saved) for saved in connections), session.open_running)
    rows = ((*_row(saved, current), *answer) for saved, answer in zip(connections, answers, strict=True))
    return Table((*CONNECTION_COLUMNS, "reachable", "latency_ms", "error"), rows)


@command("show connection")
@word(
    "alias",
    "--alias",
    needed=False,
    type=CONNECTION,
    metavar="ALIAS",
    help="The connection; the current one when not given.",
)
@option("-a", "--all", "every", is_flag=True, help="Show all, as list connections does.")
@option("--code", type=OneOf(LANGUAGES), help="Print code that connects this way; a token is a placeholder in it.")
def show_connection(session: Session, alias: str | None, every: bool, code: str | None) -> Result:
    """Show one connection's parameters, and where each came from; or code that connects with them.

    \b
    Example: show connection default
    Example: show connection --code python
    """
    if every and code:
        raise InvalidInput("--all and --code can't be together", hint="show connection ALIAS --code LANGUAGE")
    if code:
        return _code(session, alias, code)
    if every:
        return Table(CONNECTION_COLUMNS, (_row(saved, session.alias) for saved in session.connections.all()))
    return _details(session, alias)


@command("use connection")
@word("alias", "-a", "--alias", type=CONNECTION, metavar="ALIAS", help="The connection to use from now on.")
def use_connection(session: Session, alias: str) -> Done:
    """Make another connection the current one.

    \b
    Example: use connection default
    """
    session.connections.use_alias(alias)
    return Done(f"Using connection {alias!r}.", {"alias": alias})


@command("rename connection")
@word("old", "-old", "--old", type=CONNECTION, metavar="ALIAS", help="The alias it has.")
@word("new", "-new", "--new", metavar="ALIAS", help="The alias it gets.")
def rename_connection(session: Session, old: str, new: str) -> Done:
    """Rename a connection.

    \b
    Example: rename connection default prod
    """
    session.rename(old, new)
    return Done(f"Renamed connection {old!r} to {new!r}.", {"old": old, "new": new})


@command("delete connection")
@word("alias", "-a", "--alias", type=CONNECTION, metavar="ALIAS", help="The connection to forget.")
def delete_connection(session: Session, alias: str) -> Done:
    """Forget a connection and its credentials.

    \b
    Example: delete connection old
    """
    session.connections.saved(alias)
    session.store.delete(alias)
    session.forget(alias)
    return Done(f"Deleted connection {alias!r}.", {"alias": alias})


@command("list connection_history")
def list_connection_history(session: Session) -> Table:
    """List the addresses that connections were made to.

    \b
    Example: list connection_history
    """
    rows = ((saved.profile.uri, saved.alias, saved.profile.tls.name, _when(saved)) for saved in session.store.all())
    return Table(("uri", "alias", "tls", "last_used"), rows)


@command("delete connection_history")
@word("uri", "-uri", "--uri", type=URI, metavar="URI", help="The address as list connection_history shows it.")
def delete_connection_history(session: Session, uri: str) -> Done:
    """Forget every connection to an address.

    \b
    Example: delete connection_history -uri http://127.0.0.1:19530
    """
    found = [saved.alias for saved in session.store.all() if uri in (saved.profile.uri, saved.profile.address)]
    if not found:
        raise CliError(f"no connection to {uri!r}", hint="list connection_history shows all")
    for alias in found:
        session.store.delete(alias)
        session.forget(alias)
    return Done(f"Deleted {', '.join(found)}.", {"aliases": found})


@command("ping")
def ping(session: Session) -> Record:
    """Ask the server for a sign of life, and show how long it took.

    \b
    Example: ping
    """
    from ..server.ping import ping_one

    profile = session.profile
    answer = ping_one(session.client)
    return Record({"alias": profile.alias, "address": session.client.profile.address, "latency_ms": answer})


def _request(session: Session, save_as: str | None, alias: str | None, **given: Any) -> Request:
    """The options as what they ask for: synonyms resolved, secrets read, paths made absolute."""
    if save_as and alias and save_as != alias:
        raise InvalidInput("--save-as and --alias name two aliases", hint="give one of them")
    secure, token_file, lite = given.pop("secure"), given.pop("token_file"), given.pop("lite")
    if secure and given["tls_mode"] == 0:
        raise InvalidInput("--secure and --tlsmode 0 can't be together")
    if secure and given["tls_mode"] is None:
        given["tls_mode"] = 1
    if token_file is not None:
        if given["token"] is not None:
            raise InvalidInput("--token and --token-file can't be together")
        is_stdin = token_file.name in ("<stdin>", 0)
        text = session.console.read() if is_stdin else read_whole(token_file, token_file.name)
        given["token"] = text.strip()
    for name in ("ca", "client_cert", "client_key"):
        given[name] = given[name] and str(Path(given[name]).absolute())
    if lite is not None:
        lite = str(Path(lite).absolute()) if lite else session.servers.default_path()
    from ..connections.resolve import Request

    return Request(alias=save_as or alias, user=given.pop("username"), lite=lite, **given)


def _status(status: Status) -> Record:
    profile, server = status.profile, status.server
    return Record(
        {
            "alias": profile.alias,
            "address": profile.address,
            "server_version": server.version,
            "database": profile.database,
            "user": profile.user or None,
            "tls": profile.tls.name,
            "state": "connected",
            "latency_ms": server.latency_ms,
        },
        confirms=True,
    )


def _disconnect(session: Session, alias: str | None) -> Done:
    from ..connections.profile import DEFAULT_ALIAS

    alias = alias or session.alias or DEFAULT_ALIAS
    session.connections.saved(alias)
    session.forget(alias)
    # Also where this session only had another one under that alias: the next command must not go to the stored one.
    session.store.mark_disconnected(alias)
    return Done(f"Disconnected {alias!r}.", {"alias": alias})


def _disconnect_all(session: Session) -> Done:
    forgotten = [session.forget(alias) for alias in session.state.clients.aliases()]
    count = session.store.mark_disconnected(None) + sum(forgotten)
    return Done(f"Disconnected {count} connection{'' if count == 1 else 's'}.", {"disconnected": count})


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
    )


def _when(saved: Saved) -> str | None:
    """Local time with its zone; nothing for what was never used."""
    return datetime.fromtimestamp(saved.last_used).astimezone().isoformat(" ", "seconds") if saved.last_used else None


def _code(session: Session, alias: str | None, language: str) -> Text:
    from ..connections.snippets import snippet

    profile = _found(session, alias).profile
    server = session.servers.running(profile.lite) if profile.lite else None
    if server is not None:
        profile = replace(profile, host=server.host, port=server.port)
    saved = session.store.get(profile.alias)
    code = snippet(language, profile, saved.server_version if saved else "")
    return Text(code, {"language": language, "code": code})


def _found(session: Session, alias: str | None) -> Resolved:
    """A connection's parameters; those of another than the current one as they are kept."""
    if alias is None or (alias == session.alias and not _is_disconnected(session, alias)):
        return session.resolved()
    from ..connections.profile import Profile
    from ..connections.resolve import Resolved

    return Resolved(
        session.connections.with_token(session.connections.saved(alias)),
        {each.name: "saved" for each in fields(Profile)},
    )


def _details(session: Session, alias: str | None) -> Record:
    """Every parameter but the token, and where each value that is no default came from."""
    found = _found(session, alias)
    profile, sources = found.profile, {**found.sources, "alias": _alias_source(session, alias)}
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


def _is_disconnected(session: Session, alias: str) -> bool:
    saved = session.store.get(alias)
    return saved is not None and not saved.connected


def _alias_source(session: Session, alias: str | None) -> str:
    return "--alias" if alias else session.alias_source
