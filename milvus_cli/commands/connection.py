"""Commands for connections, and for those saved under an alias."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import InvalidInput
from ..grammar.command import command, option, switch, word
from ..grammar.offered import OneOf
from ..grammar.options import options
from ..grammar.types import CONNECTION, DATABASE, DIRECTORY, FILE, ONE_DATABASE, URI
from ..result import Done, Record, Result, Table
from ..text.words import LANGUAGES

if TYPE_CHECKING:
    from ..session.connecting import ConnectOptions
    from ..session.session import Session

PORT = click.IntRange(1, 65535)


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
@switch("-s", "--secure", help="One-way TLS, as --tlsmode 1; with FALSE plaintext, as --tlsmode 0.")
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
@options("session.connecting:ConnectOptions")
def connect(session: Session, options: ConnectOptions) -> Result:
    """Connect to a Milvus server and keep the connection under an alias.

    What is not given comes from MILVUS_URI and MILVUS_TOKEN, then from what the alias saved.

    \b
    Example: connect -h 127.0.0.1 -p 19530 -a default
    """
    from ..session.connecting import connect

    return connect(session, options)


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
    from ..session import connecting

    if every and alias:
        raise InvalidInput("--all and an alias can't be together")
    return connecting.disconnect_all(session) if every else connecting.disconnect(session, alias)


@command("list connections")
@option("--check", is_flag=True, help="Ping them all at once; show state and latency.")
def list_connections(session: Session, check: bool) -> Table:
    """List the connections that are kept, or were made in this session.

    \b
    Example: list connections --check
    """
    from ..server.connections import connection_table

    return connection_table(session, check=check)


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
    from ..server.connections import connection_code, connection_record, connection_table

    if every and code:
        raise InvalidInput("--all and --code can't be together", hint="show connection ALIAS --code LANGUAGE")
    if code:
        return connection_code(session, alias, code)
    return connection_table(session) if every else connection_record(session, alias)


@command("use connection")
@word("alias", "-a", "--alias", type=CONNECTION, metavar="ALIAS", help="The connection to use from now on.")
@option("--db", "database", type=ONE_DATABASE, metavar="NAME", help="Use this database of it, as use database does.")
def use_connection(session: Session, alias: str, database: str | None) -> Done:
    """Make another connection the current one.

    \b
    Example: use connection default
    """
    from ..server.databases import use_connection

    return use_connection(session, alias, database)


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
    from ..server.connections import address_table

    return address_table(session)


@command("delete connection_history")
@word("uri", "-uri", "--uri", type=URI, metavar="URI", help="The address as list connection_history shows it.")
def delete_connection_history(session: Session, uri: str) -> Done:
    """Forget every connection to an address.

    \b
    Example: delete connection_history -uri http://127.0.0.1:19530
    """
    from ..server.connections import forget_address

    return forget_address(session, uri)


@command("ping")
def ping(session: Session) -> Record:
    """Ask the server for a sign of life, and show how long it took.

    \b
    Example: ping
    """
    from ..server.ping import ping_one

    profile = session.profile
    latency = ping_one(session.client)
    return Record({"alias": profile.alias, "address": session.client.profile.address, "latency_ms": latency})
