"""Commands for a server's metrics: a snapshot, and a live view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import InvalidInput
from ..grammar.command import argument, command, management_option, option
from ..grammar.offered import Offered
from ..grammar.types import CONNECTION
from ..grammar.value_types import FiniteRange
from ..result import Live, Table

if TYPE_CHECKING:
    from ..session.session import Session


class MetricPattern(Offered):
    name = "pattern"


@command("show metrics")
@argument("pattern", required=False, type=MetricPattern())
@management_option
def show_metrics(session: Session, pattern: str | None, management_port: int | None) -> Table:
    """Show the server's metrics.

    Reads all metrics from the management port, or those whose name contains PATTERN. A pattern with * or ? must match
    the whole name.

    \b
    Example: show metrics proxy_req_count
    Example: show metrics 'milvus_*_num'
    """
    from ..server.metrics import metric_table

    return metric_table(session.profile, management_port, session.timeout, pattern)


@command("top")
@argument("aliases", nargs=-1, type=CONNECTION, metavar="[ALIAS] …")
@option(
    "-i",
    "--interval",
    "seconds",
    type=FiniteRange(min=0.1, max=86400),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="Time between refreshes.",
)
@option(
    "-n",
    "--count",
    "times",
    type=click.IntRange(1),
    metavar="N",
    help="Number of refreshes. [default: until q or Ctrl-C]",
)
@management_option
def top(
    session: Session, aliases: tuple[str, ...], seconds: float, times: int | None, management_port: int | None
) -> Live:
    """Monitor servers.

    Fills the terminal with requests, latencies, collections, nodes and alarms of one or several servers until q or
    Ctrl-C. Press h for the keys. -o jsonl writes one line per server and refresh instead. Rates need the management
    port: without it, a terminal shows health, rows and the latency of a light call. Reconnects to a restarted server.

    \b
    Example: top --count 1 --interval 0.2
    """
    from ..monitor.top import live_view

    if management_port and len(aliases) > 1:
        raise InvalidInput("--management-port is that of one server", hint="connect --management-port keeps it")
    return live_view(session, aliases, seconds=seconds, times=times, management_port=management_port)
