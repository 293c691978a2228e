"""Draws the panel of one server, in a given number of columns and lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ..output.sparkline import sparkline
from ..output.values import width_of
from .alarms import alarms
from .drawing import GAP, Canvas, Column, Line, flowed, table_lines
from .numbers import rate, size, span, whole
from .rates import Requests
from .state import CollectionUse, Point, Reading, ServerState

LEAST_TABLE = 3
"""Lines of a table that is worth showing: its header and two rows."""

AIRY = 20
"""Lines from which on the parts of a panel are set apart by empty ones."""

HIGH, HIGH_ROWS = 30, 4
"""Lines from which on graphs have several rows, and how many."""

ROOMY, TAIL = 60, 28
"""Columns from which on a graph has its scale behind it, and how many that takes."""

MOST_ALARMS = 4
LABEL, NUMBER = 12, 8
"""Columns of the name of a graph, and of its last value."""

SORTS: Mapping[str, Callable[[Requests], tuple[float | str, ...]]] = {
    "rate": lambda each: (-each.per_second, each.type),
    "latency": lambda each: (-(each.mean_ms or 0.0), each.type),
    "failures": lambda each: (-each.errors_per_second, -each.per_second, each.type),
    "name": lambda each: (each.type,),
}


class Block(NamedTuple):
    """Lines that belong together; on a small screen the block with the highest `rank` goes first."""

    rank: int
    lines: Sequence[Line]


def panel(state: ServerState, sort: str, canvas: Canvas, width: int, height: int) -> list[str]:
    """Returns exactly `height` lines of exactly `width` columns."""
    lines = list(_lines(state, sort, canvas, width, height))[:height]
    painted = [canvas.painted(line, width, pad=True) for line in lines]
    return painted + [" " * width] * (height - len(painted))


def _lines(state: ServerState, sort: str, canvas: Canvas, width: int, height: int) -> list[Line]:
    reading = state.reading
    if reading is None:
        return [_title(state, canvas, width), [("", "waiting for the first answer")]]
    requests, latencies = _graphs(state, canvas, width, height)
    blocks = [
        Block(0, [_title(state, canvas, width)]),
        Block(1, _alarm_lines(alarms(state), canvas, width, height)),
        Block(5, _note_lines(reading, canvas, width)),
        Block(3, requests),
        Block(4, latencies),
        Block(6, flowed(_facts(reading), width, 2)),
        Block(8, flowed(_node_facts(state.points[-1]), width, 2)),
    ]
    tables = [(2, _request_table(state, sort, canvas, width)), (7, _collection_table(reading, sort, canvas, width))]
    blocks = _fitting(blocks, [(rank, lines) for rank, lines in tables if lines], height)
    return _joined(blocks, height)


def _fitting(blocks: Sequence[Block], tables: Sequence[tuple[int, Sequence[Line]]], height: int) -> list[Block]:
    """Leaves blocks out until the rest fits, with some lines for each table; the tables share what is left."""
    least = [Block(rank, lines[:LEAST_TABLE]) for rank, lines in tables]
    kept = [each for each in (*blocks, *least) if each.lines]
    while len(kept) > 1 and sum(len(each.lines) for each in kept) > height:
        kept.remove(max(kept, key=lambda each: each.rank))
    ranks = {each.rank for each in kept}
    fixed = [each for each in blocks if each.rank in ranks and each.lines]
    shown = [(rank, lines) for rank, lines in tables if rank in ranks]
    room = height - sum(len(each.lines) for each in fixed)
    if height >= AIRY:
        room -= len(fixed) + len(shown) - 2
    for place, (rank, lines) in enumerate(shown):
        later = sum(min(len(other), max(LEAST_TABLE, room // len(shown))) for _, other in shown[place + 1 :])
        part = lines[: max(LEAST_TABLE, room - later)]
        fixed.append(Block(rank, part))
        room -= len(part)
    return fixed


def _joined(blocks: Sequence[Block], height: int) -> list[Line]:
    """Sets blocks apart where there is room for it."""
    lines: list[Line] = []
    for each in blocks:
        # The two graphs are one picture, and the alarms belong to the title.
        if height >= AIRY and each.rank not in (0, 1, 4):
            lines.append([])
        lines += each.lines
    return lines


def _title(state: ServerState, canvas: Canvas, width: int) -> Line:
    """On a narrow screen the address is left out, since there is the alias, and then the uptime."""
    uptime = state.reading.uptime if state.reading else None
    name = canvas.safe(state.alias)
    facts = [state.address, state.version, "" if uptime is None else f"up {span(uptime)}"]
    for lacking in ((), (0,), (0, 2)):
        text = "".join(f"  {fact}" for at, fact in enumerate(facts) if fact and at not in lacking)
        if width_of(name + text) <= width:
            break
    return [("error" if alarms(state) else "verb", name), ("header", text)]


def _alarm_lines(found: Sequence[str], canvas: Canvas, width: int, height: int) -> list[Line]:
    most = max(1, min(MOST_ALARMS, height // 4))
    lines: list[Line] = []
    for alarm in found[:most]:
        lines += [
            [("error", f"{'! ' if not place else '  '}{text}")]
            for place, text in enumerate(canvas.wrapped(alarm, width - 2, 2 if height > 8 else 1))
        ]
    if len(found) > most:
        lines[-1] = [("error", f"! {len(found) - most + 1} more alarms")]
    return lines


def _note_lines(reading: Reading, canvas: Canvas, width: int) -> list[Line]:
    """Says why there are no rates, unless the whole server is silent."""
    if reading.activity is not None or not reading.is_answered:
        return []
    return [[("note", text)] for text in canvas.wrapped(f"no rates: {reading.no_metrics}", width, 3)]


def _graphs(state: ServerState, canvas: Canvas, width: int, height: int) -> list[list[Line]]:
    """Returns the lines of the graph of requests, if they are known, and those of latencies."""
    points, rows = state.points, HIGH_ROWS if height >= HIGH else 1
    has_rates = state.reading is not None and state.reading.activity is not None
    latencies = _graph("latency ms", [point.latency_ms for point in points], points, canvas, width, rows)
    if not has_rates and all(point.requests is None for point in points):
        return [[], latencies]
    return [_graph("requests/s", [point.requests for point in points], points, canvas, width, rows), latencies]


def _graph(
    name: str, values: Sequence[float | None], points: Sequence[Point], canvas: Canvas, width: int, rows: int
) -> list[Line]:
    room = max(0, width - LABEL - NUMBER - GAP - (TAIL if width >= ROOMY else 0))
    shown = values[-room:] if room else []
    drawn = sparkline(shown, lines=rows, unicode=canvas.unicode)
    tail = " " * (room - len(shown) + GAP) + _tail(shown, points) if width >= ROOMY else ""
    first: Line = [
        ("", f"{name:<{LABEL}}"),
        ("number", f"{rate(values[-1]):>{NUMBER}}"),
        ("noun", " " * GAP + drawn[0]),
        ("count", tail),
    ]
    return [first, *([("noun", " " * (LABEL + NUMBER + GAP) + row)] for row in drawn[1:])]


def _tail(shown: Sequence[float | None], points: Sequence[Point]) -> str:
    """Returns the scale of a graph: its maximum, and its time span."""
    most = max((value for value in shown if value is not None), default=None)
    since = points[-1].at - points[-len(shown)].at if shown else 0.0
    return f"max {rate(most)} in {span(since)}" if most is not None and since >= 1 else ""


def _facts(reading: Reading) -> list[Line]:
    activity = reading.activity
    totals = activity.totals if activity else None
    facts: list[tuple[str, str]] = []
    if activity and totals:
        cpu = activity.cpu_percent
        facts += [
            ("memory", size(totals.value("memory"))),
            ("CPU", "-" if cpu is None else f"{cpu:.0f} %"),
            ("collections", whole(totals.value("collections"))),
            ("segments", whole(totals.value("segments"))),
            ("loaded rows", whole(totals.value("loaded_rows"))),
            ("growing rows", whole(totals.value("growing_rows"))),
        ]
    elif reading.is_answered:
        facts.append(("collections", str(len(reading.collections))))
    if activity and reading.ping_ms is not None:
        facts.append(("ping", f"{reading.ping_ms:.1f} ms"))
    return [[("count", f"{name} "), ("", value)] for name, value in facts]


def _node_facts(point: Point) -> list[Line]:
    return [
        [("count", f"{role}s " if not role.endswith("y") else "proxies "), ("", whole(count))]
        for role, count in point.nodes.items()
    ]


def _request_table(state: ServerState, sort: str, canvas: Canvas, width: int) -> list[Line]:
    if state.reading is None or state.reading.activity is None:
        return []
    found = sorted(state.requests, key=SORTS[sort])
    columns = [
        Column("req/s", [rate(each.per_second) for each in found]),
        Column("failed/s", [rate(each.errors_per_second) for each in found]),
        Column("mean ms", [rate(each.mean_ms) for each in found]),
        Column("p50 ms", [rate(each.p50_ms) for each in found], spare=2),
        Column("p99 ms", [rate(each.p99_ms) for each in found], spare=1),
    ]
    lines = table_lines(canvas, "request", [each.type for each in found], columns, width)
    return lines if found else [*lines, [("count", "no requests")]]


def _collection_table(reading: Reading, sort: str, canvas: Canvas, width: int) -> list[Line]:
    found = sorted(reading.collections, key=_by_name if sort == "name" else _by_size)
    values = {
        "rows": [each.rows for each in found],
        "loaded": [each.loaded for each in found],
    }
    sizes = {"memory": [each.memory for each in found], "disk": [each.disk for each in found]}
    columns = [
        Column(name, list(map(whole, each))) for name, each in values.items() if any(v is not None for v in each)
    ]
    columns += [
        Column(name, list(map(size, each)), spare=1) for name, each in sizes.items() if any(v is not None for v in each)
    ]
    return table_lines(canvas, "collection", [each.name for each in found], columns, width) if found else []


def _by_name(use: CollectionUse) -> tuple[float | str, ...]:
    return (use.name,)


def _by_size(use: CollectionUse) -> tuple[float | str, ...]:
    return (-(use.memory or 0.0), -(use.rows or 0.0), -(use.loaded or 0.0), use.name)
