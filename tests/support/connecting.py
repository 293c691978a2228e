"""Output of connect and list connections, with values that differ from run to run masked."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version

from tests.support.cli import Cli, Run
from tests.support.milvus_server import MilvusServer
from tests.support.process import ServerProcess

LATENCY = re.compile(r'("latency_ms": )[\d.]+')
WHEN = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d")


def masked(run: Run) -> Run:
    """With 0 for latencies and WHEN for times."""
    return replace(run, out=WHEN.sub("WHEN", LATENCY.sub(r"\g<1>0", run.out)))


def jsonl(*rows: Mapping[str, object]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def version_of(server: ServerProcess) -> str:
    """The version in the handshake."""
    return "v2.3.5-lite" if isinstance(server, MilvusServer) else f"milvus_lite-{version('milvus-lite')}"


def connected(server: ServerProcess, **changes: object) -> Run:
    """What `connect -o jsonl` to the server leaves, masked."""
    return Run(0, jsonl({**_status(server), "state": "connected", "latency_ms": 0, **changes}), "")


def listed(server: ServerProcess, **changes: object) -> dict[str, object]:
    """The server's row of `list connections -o jsonl`, masked."""
    status = _status(server)
    row = {"alias": status["alias"], "current": True, **status, "state": "connected"}
    row["server_version"] = row.pop("server_version")
    return {**row, "last_used": "WHEN", "read_only": False, "protected": False, **changes}


def kept(cli: Cli) -> str:
    """All that `list connections` says, to be compared before and after."""
    run = cli("list", "connections", "-o", "json")
    assert (run.code, run.err) == (0, "")
    return run.out


def _status(server: ServerProcess) -> dict[str, object]:
    return {
        "alias": "default",
        "address": server.address,
        "server_version": version_of(server),
        "database": "default",
        "user": None,
        "tls": "off",
    }
