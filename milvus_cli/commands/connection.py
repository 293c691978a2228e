"""Commands for connections, and for those saved under an alias."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import InvalidInput
from ..grammar.command import command, option, switch, word
from ..grammar.offered import OneOf
from ..grammar.options import options
from ..grammar.types import CONNECTION, DATABASE, DIRECTORY, FILE, ONE_DATABASE, URI
from ..grammar.value_types import NO_PATH
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
    help="Address: host, host:port, http(s)://…, milvus://user@host:port/database, or a path for Milvus Lite.",
)
@option("-h", "--host", metavar="HOST", help="Host name or address. [default: 127.0.0.1]")
@option("-p", "--port", type=PORT, metavar="PORT", help="gRPC port. [default: 19530]")
@option(
    "-a", "--alias", type=CONNECTION, metavar="ALIAS", help="Alias to save the connection under. [default: default]"
)
@option("-D", "--disconnect", is_flag=True, help="Disconnect the alias instead. Its parameters are kept.")
@option("-u", "--username", "--user", metavar="USER", help="User name. The password is asked for if not given.")
@option("-pwd", "--password", secret=True, metavar="PASSWORD", help="Password. - asks or reads standard input.")
@option(
    "-t",
    "--token",
    secret=True,
    metavar="TOKEN",
    help="Token: user:password or an API key. - asks or reads standard input.",
)
@option("--token-file", type=click.File(encoding="utf-8"), metavar="FILE", help="Read the token from a file.")
@switch("-s", "--secure", help="Use one-way TLS like --tlsmode 1, or with FALSE plaintext like --tlsmode 0.")
@option(
    "-tls",
    "--tlsmode",
    "tls_mode",
    type=click.IntRange(0, 2),
    metavar="0|1|2",
    help="TLS mode: 0 plaintext, 1 one-way TLS, 2 mutual TLS.",
)
@option(
    "-cert",
    "--cert",
    "--ca",
    "ca",
    type=FILE,
    metavar="FILE",
    help="CA certificate of the server (PEM file).",
)
@option("--client-cert", type=FILE, metavar="FILE", help="Client certificate for mutual TLS (PEM file).")
@option("--client-key", type=FILE, metavar="FILE", help="Client key for mutual TLS (PEM file).")
@option("--server-name", metavar="NAME", help="Expected name in the server's certificate.")
@option("--db", "database", type=DATABASE, metavar="NAME", help="Database. [default: default]")
@option("--user-agent", metavar="TEXT", help="Client name reported to the server.")
@option("--management-port", type=PORT, metavar="PORT", help="Port for health and metrics. [default: 9091]")
@option(
    "--lite",
    is_flag=False,
    flag_value=NO_PATH,
    type=DIRECTORY,
    metavar="[PATH]",
    help="Start or reuse Milvus Lite on a local data directory.",
)
@option("--read-only/--no-read-only", default=None, help="Refuse all changes over this connection.")
@option("--protected/--no-protected", default=None, help="Require typing the alias to confirm anything destructive.")
@option("--save-as", type=CONNECTION, metavar="NAME", help="Same as --alias.")
@option("--no-save", is_flag=True, help="Do not save the connection: it lasts for this session.")
@options("session.connecting:ConnectOptions")
def connect(session: Session, options: ConnectOptions) -> Result:
    """Connect to a Milvus server.

    Saves the connection under an alias and makes it current. Values that are not given come from MILVUS_URI and
    MILVUS_TOKEN, then from the saved alias, then from the defaults.

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
    help="Connection. [default: the current one]",
)
@option("--all", "every", is_flag=True, help="Disconnect all connections.")
def disconnect(session: Session, alias: str | None, every: bool) -> Done:
    """Close a connection.

    Its parameters are kept.

    \b
    Example: disconnect default
    """
    from ..session import connecting

    if every and alias:
        raise InvalidInput("--all and an alias cannot be combined")
    return connecting.disconnect_all(session) if every else connecting.disconnect(session, alias)


@command("list connections")
@option("--check", is_flag=True, help="Ping all connections and show state and latency.")
def list_connections(session: Session, check: bool) -> Table:
    """List connections.

    Includes those of this session that are not saved.

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
    help="Connection. [default: the current one]",
)
@option("-a", "--all", "every", is_flag=True, help="Show all connections, like `list connections`.")
@option(
    "--code", type=OneOf(LANGUAGES), help="Print code that connects with these parameters. The token is a placeholder."
)
def show_connection(session: Session, alias: str | None, every: bool, code: str | None) -> Result:
    """Show the parameters of a connection.

    Shows the source of each value. With --code it prints code that connects the same way.

    \b
    Example: show connection default
    Example: show connection --code python
    """
    from ..server.connections import connection_code, connection_record, connection_table

    if every and code:
        raise InvalidInput("--all and --code cannot be combined", hint="show connection ALIAS --code LANGUAGE")
    if code:
        return connection_code(session, alias, code)
    return connection_table(session) if every else connection_record(session, alias)


@command("use connection")
@word("alias", "-a", "--alias", type=CONNECTION, metavar="ALIAS", help="Connection to switch to.")
@option("--db", "database", type=ONE_DATABASE, metavar="NAME", help="Database to switch to, as with `use database`.")
def use_connection(session: Session, alias: str, database: str | None) -> Done:
    """Switch to another connection.

    \b
    Example: use connection default
    """
    from ..server.databases import use_connection

    return use_connection(session, alias, database)


@command("rename connection")
@word("old", "-old", "--old", type=CONNECTION, metavar="ALIAS", help="Current alias.")
@word("new", "-new", "--new", metavar="ALIAS", help="New alias.")
def rename_connection(session: Session, old: str, new: str) -> Done:
    """Rename a connection.

    \b
    Example: rename connection default prod
    """
    session.rename(old, new)
    return Done(f"Renamed connection {old!r} to {new!r}.", {"old": old, "new": new})


@command("delete connection")
@word("alias", "-a", "--alias", type=CONNECTION, metavar="ALIAS", help="Connection to delete.")
def delete_connection(session: Session, alias: str) -> Done:
    """Delete a saved connection.

    Its credentials are deleted too.

    \b
    Example: delete connection old
    """
    session.connections.saved(alias)
    session.store.delete(alias)
    session.forget(alias)
    return Done(f"Deleted connection {alias!r}.", {"alias": alias})


@command("list connection_history")
def list_connection_history(session: Session) -> Table:
    """List the addresses connected to.

    \b
    Example: list connection_history
    """
    from ..server.connections import address_table

    return address_table(session)


@command("delete connection_history")
@word("uri", "-uri", "--uri", type=URI, metavar="URI", help="Address, as shown by `list connection_history`.")
def delete_connection_history(session: Session, uri: str) -> Done:
    """Delete all connections to an address.

    \b
    Example: delete connection_history -uri http://127.0.0.1:19530
    """
    from ..server.connections import forget_address

    return forget_address(session, uri)


@command("ping")
def ping(session: Session) -> Record:
    """Check that the server responds.

    Shows how long the response took.

    \b
    Example: ping
    """
    from ..server.ping import ping_one

    profile = session.profile
    latency = ping_one(session.client)
    return Record({"alias": profile.alias, "address": session.client.profile.address, "latency_ms": latency})
