"""The version of a server, for commands that show it."""

from __future__ import annotations

from ..client.client import Client
from ..errors import Unsupported


def server_version(client: Client) -> str:
    """Returns the version as the server writes it. Raises as `Client.call`; Unsupported if it does not tell."""
    try:
        return str(client.call("GetVersion").version)
    except Unsupported as exc:
        raise Unsupported("this server does not report its version", method=exc.method) from exc
