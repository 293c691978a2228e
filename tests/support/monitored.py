"""States of monitored servers, made of texts of metrics."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from milvus_cli.monitor.rates import activity
from milvus_cli.monitor.series import Reader
from milvus_cli.monitor.state import CollectionUse, Reading, ServerState

BEGIN = 100.0
NOON = datetime(2026, 1, 2, 12, 0, 0)


def reading(before: str, now: str, *, at: float = BEGIN + 1, collections: Sequence[CollectionUse] = ()) -> Reading:
    """What a server told whose metrics were BEFORE, and a second later NOW."""
    reader = Reader()
    first, second = replace(reader.totals(before), at=at - 1), replace(reader.totals(now), at=at)
    return Reading(
        at=at,
        time=NOON,
        activity=activity("one", first, second),
        ping_ms=1.25,
        version="Milvus 2.3.5",
        collections=collections,
        uptime=3_725.0,
    )


def state(*readings: Reading, alias: str = "one") -> ServerState:
    found = ServerState(alias, "127.0.0.1:19530")
    for each in readings:
        found = found.after(each)
    return found


def gauges(values: Mapping[str, float]) -> str:
    """A text of metrics with these series."""
    names = dict.fromkeys(series.partition("{")[0] for series in values)
    blocks = (
        f"# TYPE {name} gauge\n"
        + "".join(f"{series} {value}\n" for series, value in values.items() if series.partition("{")[0] == name)
        for name in names
    )
    return "".join(blocks)
