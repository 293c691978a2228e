"""Finds out how recent a read must be: from options to a consistency level and a guarantee timestamp.

Milvus 2.3 answers a read when it has seen all writes up to its timestamp, so one in the future waits until then, and
one more than 24 hours ahead is refused. Milvus Lite ignores levels and timestamps: each of its reads sees all writes.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from ..client.client import Client
from ..errors import CliError, Unsupported
from ..text.consistency import CUSTOMIZED, LOGICAL_BITS, requested_level


class Freshness(NamedTuple):
    """`timestamp` is hybrid, for the levels Customized and Session."""

    level: str = "Strong"
    timestamp: int = 0


STRONG = Freshness()


def freshness(
    client: Client, level: str | None, timestamp: int | None, graceful: float | None, *, deadline: float
) -> Freshness:
    """Returns what options ask for; `graceful` and `deadline`, of the read that follows, are in seconds.

    Raises InvalidInput as `requested_level`, and CliError for a timestamp that the read would wait for in vain.
    """
    name = requested_level(level, timestamp, graceful)
    least = []
    if name == CUSTOMIZED and timestamp is not None:
        _require_near(client, timestamp, deadline)
        least.append(timestamp)
    if graceful is not None and name != STRONG.level:
        least.append(max(1, _server_clock(client) - round(graceful * 1000)) << LOGICAL_BITS)
    if least:
        return Freshness(CUSTOMIZED, max(least))
    return Freshness(name, client.written if name == "Session" else 0)


def _require_near(client: Client, timestamp: int, deadline: float) -> None:
    wanted = timestamp >> LOGICAL_BITS
    if wanted <= _own_clock():
        return
    ahead = (wanted - _server_clock(client)) / 1000
    if ahead > deadline and not client.version.is_lite:
        raise CliError(
            f"--guarantee-timestamp is {ahead:,.0f} s ahead of the server's clock: the read would wait until then, and "
            f"its deadline is {deadline:g} s",
            hint="give an earlier one; or a longer --timeout, for one less than 24 hours ahead",
        )


def _server_clock(client: Client) -> int:
    """Returns the server's time in milliseconds; this machine's if the server doesn't tell."""
    try:
        # Milvus Lite before 3.0 answers 0.
        return (int(client.call("AllocTimestamp").timestamp) >> LOGICAL_BITS) or _own_clock()
    except Unsupported:
        return _own_clock()


def _own_clock() -> int:
    return int(time.time() * 1000)
