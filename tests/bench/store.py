"""What 65,536 stored connections cost, beside a few."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from milvus_cli.connections.profile import Profile
from milvus_cli.connections.store import STORE_COLUMNS, Store
from milvus_cli.connections.store_file import LIMIT
from tests.bench.install import Environment, clean_variables
from tests.bench.report import Row, compare
from tests.bench.timing import Process, Sample, measure, peak_memory

PUTS_PER_ROUND = 20
FEW = 100
MEMORY_BUDGET = 1.25
"""SQLite keeps up to 2 MB of the file's pages, on top of the 18 MB or so that Python and click take."""

MANY = LIMIT


def measure_store(environment: Environment, work: Path, rounds: int) -> list[Row]:
    return [*_adding(work, rounds * PUTS_PER_ROUND), *_listing(environment, work, rounds)]


def _adding(work: Path, rounds: int) -> list[Row]:
    floor, name = "add an alias to an empty store", f"add an alias to {LIMIT - 1:,}"
    few, many = _store(work / "empty", 0), _store(work / "full", LIMIT - 1)
    samples = measure({floor: lambda: _add(few), name: lambda: _add(many)}, rounds)
    return compare(samples, floor, {name: 2.0})


def _add(store: Store) -> Sample:
    profile = Profile(alias="one_more")
    cpu, started = time.process_time(), time.perf_counter()
    store.put(profile, "v2.3.5")
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    store.delete(profile.alias)
    return Sample(wall * 1000, cpu * 1000)


def _listing(environment: Environment, work: Path, rounds: int) -> list[Row]:
    names = [f"list connections -o jsonl, of {count:,}" for count in (FEW, MANY)]
    tasks = {}
    for name, count in zip(names, (FEW, MANY), strict=True):
        variables = clean_variables(work / str(count))
        _store(Path(variables["MILVUS_CLI_HOME"]), count)
        tasks[name] = Process([environment.milvus_cli, "list", "connections", "-o", "jsonl"], variables)
    peaks = [peak_memory(task.argv, task.env) for task in tasks.values()]
    memory = Row(
        f"{names[1]}, peak",
        peaks[1],
        peaks[1],
        unit="MB",
        floor=f"of {FEW}",
        floor_value=peaks[0],
        ratio=peaks[1] / peaks[0],
        budget=MEMORY_BUDGET,
    )
    return [*compare(measure(tasks, min(rounds, 5)), names[0], {}), memory]


def _store(home: Path, count: int) -> Store:
    """A store of COUNT connections, copied from one that the store itself wrote."""
    store = Store(home, print)
    profile = Profile(alias="a")
    store.put(profile, "v2.3.5")
    rest = STORE_COLUMNS.removeprefix("alias, ")
    copies = (
        "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?) "
        f"INSERT INTO connection ({STORE_COLUMNS}) SELECT printf('server_%05d', n), {rest} FROM number, connection"
    )
    with closing(sqlite3.connect(store.path)) as database, database:
        if count > 1:
            database.execute(copies, (count - 1,))
        if count == 0:
            database.execute("DELETE FROM connection")
    return store
