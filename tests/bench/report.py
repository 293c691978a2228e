"""What was measured, as a table for people and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.timing import Samples, cpu_ratio, least_wall, median_wall, ratio

HEADER = ("what", "median", "min", "unit", "beside", "median", "ratio", "cpu", "budget", "")


@dataclass(frozen=True)
class Row:
    """One measurement. `ratio` is over the floor, `cpu_ratio` the same in processor time.

    `budget` bounds the ratio, or the value where there is no floor.
    """

    what: str
    value: float
    least: float
    unit: str = "ms"
    floor: str = ""
    floor_value: float | None = None
    ratio: float | None = None
    cpu_ratio: float | None = None
    budget: float | None = None

    @property
    def is_over(self) -> bool:
        measured = self.value if self.ratio is None else self.ratio
        return self.budget is not None and measured > self.budget

    @property
    def verdict(self) -> str:
        if self.budget is None:
            return ""
        return "over" if self.is_over else "ok"


def compare(samples: Samples, floor: str, budgets: dict[str, float]) -> list[Row]:
    """The floor's own row, then each other task beside it."""
    base = samples[floor]
    rows = [Row(floor, median_wall(base), least_wall(base))]
    for name, taken in samples.items():
        if name != floor:
            rows.append(
                Row(
                    name,
                    median_wall(taken),
                    least_wall(taken),
                    floor=floor,
                    floor_value=median_wall(base),
                    ratio=ratio(taken, base),
                    cpu_ratio=cpu_ratio(taken, base),
                    budget=budgets.get(name),
                )
            )
    return rows


def table(rows: Sequence[Row]) -> str:
    cells = [HEADER, *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join("  ".join(_aligned(line, widths)).rstrip() for line in cells)


def write_json(rows: Sequence[Row], path: Path) -> None:
    values = [{**asdict(row), "verdict": row.verdict} for row in rows]
    path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.what,
        _number(row.value),
        _number(row.least),
        row.unit,
        row.floor,
        _number(row.floor_value),
        _number(row.ratio, 2),
        _number(row.cpu_ratio, 2),
        "" if row.budget is None else f"{row.budget:g}",
        row.verdict,
    )


def _number(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _aligned(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    words = {0, 3, 4, 9}
    return [
        cell.ljust(width) if index in words else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]
