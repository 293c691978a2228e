"""Commands for Milvus Lite processes, server versions, health and RESTful calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.api_types import BODY_FILE, METHOD, METHOD_OR_PATH, RAW_FIELD, REST_PATH, TYPED_FIELD
from ..grammar.command import argument, command, management_option, option, word
from ..grammar.offered import Offered
from ..grammar.options import options
from ..grammar.params import TEXT
from ..grammar.types import DIRECTORY
from ..result import Done, Record, Result, Table

if TYPE_CHECKING:
    from ..server.rest_request import ApiOptions
    from ..session.session import Session

path_word = word(
    "path",
    "--path",
    needed=False,
    type=DIRECTORY,
    metavar="PATH",
    help="Data directory. [default: that of the current connection, or one managed by milvus_cli]",
)


class ConfigPattern(Offered):
    name = "pattern"


@command("start server")
@path_word
def start_server(session: Session, path: str | None) -> Record:
    """Start Milvus Lite.

    Does nothing if it is already running on the data directory.

    \b
    Example: start server
    """
    from ..server import lite_servers

    return lite_servers.start(session, path)


@command("stop server")
@path_word
@option("--all", "every", is_flag=True, help="Stop all servers started by milvus_cli.")
def stop_server(session: Session, path: str | None, every: bool) -> Done:
    """Stop Milvus Lite.

    Without PATH, stops the server of the current connection if that is Milvus Lite, else the one on the default
    directory. The data is kept.

    \b
    Example: stop server
    """
    from ..server import lite_servers

    return lite_servers.stop_all(session) if every else lite_servers.stop(session, path)


@command("show server")
@path_word
def show_server(session: Session, path: str | None) -> Record:
    """Show a Milvus Lite server.

    \b
    Example: show server
    """
    from ..server import lite_servers

    return lite_servers.show(session, path)


@command("list servers")
def list_servers(session: Session) -> Table:
    """List Milvus Lite servers.

    \b
    Example: list servers
    """
    from ..server.lite_servers import server_table

    return server_table(session)


@command("server_version")
def server_version(session: Session) -> Record:
    """Show the server version.

    \b
    Example: server_version
    """
    from ..server.version import server_version

    client = session.client
    return Record({"server_version": server_version(client), "address": client.profile.address})


@command("show server_version")
def show_server_version(session: Session) -> Record:
    """Show the server version.

    \b
    Example: show server_version
    """
    from ..server.version import server_version

    return Record({"server_version": server_version(session.client)})


@command("show health")
@option(
    "--management-port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="Port for health and metrics. [default: 9091]",
)
def show_health(session: Session, management_port: int | None) -> Table:
    """Show the health of the server.

    Combines the server's own report with its management port. Exits with 1 if it is not healthy.

    \b
    Example: show health
    """
    from ..server.health import health_table

    return health_table(session, management_port)


@command("list nodes", needs="GetMetrics")
def list_nodes(session: Session) -> Table:
    """List the nodes of the server.

    Shows role, address, version, processor and memory of each. The servers of a cluster are nodes, a standalone server
    has one of each role.

    \b
    Example: list nodes
    """
    from ..server.nodes import node_table

    return node_table(session.client)


@command("show config", needs="GetMetrics.configuration")
@argument("pattern", required=False, type=ConfigPattern())
@management_option
def show_config(session: Session, pattern: str | None, management_port: int | None) -> Table:
    """Show the server's configuration.

    Shows all settings, or those whose key contains PATTERN. A pattern with * or ? must match the whole key. Reads the
    management port; Milvus before 2.5 reports only a few settings, by node. Secrets are hidden.

    \b
    Example: show config segment
    """
    from ..server.nodes import config_table

    return config_table(session, pattern, management_port)


@command("list slow_requests", needs="GetMetrics.slow_requests")
@management_option
def list_slow_requests(session: Session, management_port: int | None) -> Table:
    """List recent slow searches and queries.

    Shows what the proxy remembers, from its management port. Requires Milvus 2.5 or newer.

    \b
    Example: list slow_requests
    """
    from ..server.nodes import slow_table

    return slow_table(session, management_port)


@command("api")
@argument("words", nargs=-1, type=METHOD_OR_PATH, metavar="[METHOD] PATH")
@option(
    "-X",
    "--method",
    type=METHOD,
    metavar="METHOD",
    help="HTTP method. [default: POST with a body and for RESTful v2, else GET]",
)
@option(
    "-f",
    "--raw-field",
    "raw_fields",
    type=RAW_FIELD,
    multiple=True,
    metavar="KEY=VALUE",
    help="Add a text to the body, or to the query string of GET. Repeatable.",
)
@option(
    "-F",
    "--field",
    "fields",
    type=TYPED_FIELD,
    multiple=True,
    metavar="KEY=VALUE",
    help="Add a number, true, false, null, a JSON array or object, @FILE, or - for standard input. Repeatable.",
)
@option("-d", "--data", type=TEXT, metavar="JSON", help="Request body. @FILE reads a file, - standard input.")
@option(
    "--input",
    "source",
    type=BODY_FILE,
    metavar="FILE",
    help="Read the request body from a file, or - for standard input.",
)
@option("--paginate", is_flag=True, help="Fetch all pages of a query, of 1,000 entities or the limit in the body.")
@option("--dry-run", is_flag=True, help="Show the request without sending it.")
@option(
    "--list",
    "pattern",
    flag_value="",
    is_flag=False,
    type=REST_PATH,
    metavar="[PATTERN]",
    help="List the paths of RESTful v2, or those that contain a text.",
)
@options("server.rest_request:ApiOptions")
def api(session: Session, options: ApiOptions, pattern: str | None) -> Result:
    """Call the server's RESTful API.

    Uses the address, credentials, TLS settings and database of the connection. Requests that may change data ask for
    confirmation unless --yes is given. A list in `data` is shown as rows; -o json, and a pipe without -o, get the whole
    answer.

    Fields make the body: `a[b]=1` is an object in it, `a[]=1` an element of an array, `a[]` an empty array. Other texts
    of -F stay texts; -f never changes them.

    \b
    With Milvus 2.4 or later:
      api /v2/vectordb/collections/list
      api /v2/vectordb/entities/query -f collectionName=book -f 'filter=id > 0' -F limit=10
      api /v2/vectordb/entities/search -f collectionName=book -F 'data=[[1, 0, 0, 0]]'

    \b
    Example: api GET /v1/vector/collections
    Example: api --list collections
    """
    from ..server import rest

    return rest.call(session, options) if pattern is None else rest.paths_table(pattern, options)
