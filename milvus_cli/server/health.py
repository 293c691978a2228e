"""Shows the health of a server, as it reports it over gRPC and on its management port."""

from __future__ import annotations

from typing import TypeAlias

from ..client.client import Client
from ..client.enums import value_name
from ..client.http import management_health
from ..client.optional import supported
from ..client.wire.milvus_pb2 import QuotaState
from ..errors import CliError
from ..result import Table
from ..session.session import Session

Check: TypeAlias = tuple[str, bool | None, str | None]
"""What was checked, whether it is healthy if that is known, and details."""


def health_table(session: Session, management_port: int | None) -> Table:
    """A row for each check; the failure of the table is a server that is not healthy."""
    rows = [supported(_own_report, session.client) or ("CheckHealth", None, "not supported by this server")]
    rows += management_health(session.client.profile, management_port, session.timeout)
    ill = CliError(f"{session.place} is not healthy") if any(healthy is False for _, healthy, _ in rows) else None
    return Table(("check", "healthy", "details"), rows, failure=ill)


def _own_report(client: Client) -> Check:
    answer = client.call("CheckHealth")
    details = [*answer.reasons, *(value_name(QuotaState, each) for each in answer.quota_states)]
    return "CheckHealth", answer.isHealthy, ", ".join(details) or None
