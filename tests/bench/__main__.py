"""Measures, prints a table, and ends with 1 when a budget is exceeded, 2 when something could not be measured."""

import argparse
import sys
import tempfile
from pathlib import Path

import platformdirs

from tests.bench.report import Row, table, write_json
from tests.bench.timing import BenchFailed

WHAT = (
    "startup",
    "store",
    "size",
    "typing",
    "collections",
    "collections-2.3.5",
    "search",
    "export",
    "lite",
    "top",
    "insert",
    "memory",
)
BY_HAND = ("growth", "jobs")
"""Measured only when named: they take long."""
ROUNDS = 15
ROWS = 100_000


def main() -> int:
    given = _parser().parse_args()
    rows: list[Row] = []
    for what in given.what or WHAT:
        try:
            with tempfile.TemporaryDirectory(prefix="milvus_cli-bench-") as work:
                found = _measure(what, given, Path(work))
        except BenchFailed as exc:
            print(f"{what}: {exc}", file=sys.stderr)
            return 2
        print(f"\n{what}\n{table(found)}", flush=True)
        rows += found
    if given.json:
        write_json(rows, given.json)
    return 1 if any(row.is_over for row in rows) else 0


def _measure(what: str, given: argparse.Namespace, work: Path) -> list[Row]:
    from tests.bench.collections import measure_collections
    from tests.bench.export import measure_export
    from tests.bench.growth import measure_growth
    from tests.bench.insert import measure_insert
    from tests.bench.install import base_environment, official_environment
    from tests.bench.jobs import measure_jobs
    from tests.bench.lite import measure_lite
    from tests.bench.memory import measure_memory
    from tests.bench.search import measure_search
    from tests.bench.size import measure_size
    from tests.bench.startup import measure_startup
    from tests.bench.store import measure_store
    from tests.bench.top import measure_top
    from tests.bench.typing import measure_typing

    if what == "size":
        return measure_size(work)
    if what == "export":
        return measure_export(work, given.rounds)
    if what == "lite":
        return measure_lite(work, given.rounds)
    if what == "growth":
        return measure_growth(work, given.rows, given.server)
    if what == "jobs":
        return measure_jobs(work, given.rows, given.rounds, given.server)
    if what == "memory":
        return measure_memory(work, given.rows)
    if what == "top":
        return measure_top(given.rounds)
    if what == "insert":
        return measure_insert(official_environment(given.cache) if given.official else None, work, min(given.rounds, 3))
    base = base_environment(given.cache)
    if what == "store":
        return measure_store(base, work, given.rounds)
    if what == "typing":
        return measure_typing(base, work, given.rounds)
    if what.startswith("collections"):
        return measure_collections(base, work, given.rounds, standalone=what != "collections")
    if what == "search":
        return measure_search(base, work, given.rounds)
    official = official_environment(given.cache) if given.official else None
    return measure_startup(base, official, work, given.rounds)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.bench", description=__doc__)
    parser.add_argument(
        "what",
        nargs="*",
        choices=[[], *WHAT, *BY_HAND],
        metavar="WHAT",
        help=f"what to measure: {', '.join(WHAT)}, all when not given; and {', '.join(BY_HAND)}",
    )
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, metavar="N", help=f"runs of each command that count [{ROUNDS}]"
    )
    parser.add_argument(
        "--rows",
        type=int,
        default=ROWS,
        metavar="N",
        help=f"rows of 128 dimensions for memory, jobs and growth [{ROWS}]; a million take half an hour, and growth "
        "also measures ten times as many",
    )
    parser.add_argument(
        "--server",
        choices=["milvus", "lite"],
        default="milvus",
        help="the server for jobs and growth: Milvus 2.3.5 or Milvus Lite [milvus]",
    )
    parser.add_argument(
        "--official",
        action="store_true",
        help="also time the official milvus-cli from PyPI, in an environment of its own",
    )
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="DIR",
        default=Path(platformdirs.user_cache_dir("milvus_cli-bench", appauthor=False)),
        help="where the environments are kept from run to run",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
