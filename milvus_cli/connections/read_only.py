"""Decides which operations only read, for gRPC and RESTful alike, and refuses the others on read-only connections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ..errors import CliError

if TYPE_CHECKING:
    from .profile import Profile

READING = (
    *("Get", "Show", "Describe", "List", "Has", "Query", "Search", "Check", "Connect", "Select", "Hybrid", "Alloc"),
    *("RunAnalyzer", "ComputePhraseMatchSlop", "BackupRBAC", "BatchDescribe"),
)
"""Name prefixes of RPCs that only read."""

READING_PATH = re.compile(
    r"/v1/vector/(?:query|get|search)"
    r"|/v2/vectordb/(?:jobs/)?[a-z_]+/"
    r"(?:list|describe|has|get|query|search|hybrid_search|advanced_search"
    r"|get_stats|get_load_state|get_progress|get_compaction_state|run_analyzer)"
)
"""Paths of the RESTful API, without query strings, that only read although they take POST."""


def rpc_reads(method: str) -> bool:
    """Reports whether an RPC only reads."""
    return method.startswith(READING)


def rest_reads(method: str, path: str) -> bool:
    """Reports whether a RESTful request only reads. A path in an unusual spelling counts as writing."""
    plain = path.partition("?")[0]
    if method.upper() == "GET":
        # Only GET requests to /management stop or pause parts of a server.
        return "management" not in _decoded(plain).lower()
    return method.upper() == "POST" and READING_PATH.fullmatch(plain) is not None


def require_writable(profile: Profile, what: str) -> None:
    """Raises CliError on a read-only connection; `what` completes its message, such as "CreateRole was not sent"."""
    if profile.read_only:
        raise CliError(
            f"connection {profile.alias!r} is read-only: {what}",
            hint=f"run `connect -a {profile.alias} --no-read-only` to allow it",
        )


def _decoded(path: str) -> str:
    """Removes percent encoding, even when it was applied repeatedly."""
    while (decoded := unquote(path)) != path:
        path = decoded
    return path
