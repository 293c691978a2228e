"""Compares `insert file --jobs N` with one process, and with sending messages that are already encoded."""

from pathlib import Path

from tests.bench.endless import Shape
from tests.bench.insert import DIM, NAME, Fresh, prebuild
from tests.bench.install import clean_variables
from tests.bench.memory import write_files
from tests.bench.report import Row, compare
from tests.bench.timing import Process, Task, measure
from tests.support.cli import COMMAND, ROOT
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.process import ServerProcess

FORMATS = ("csv", "jsonl", "parquet")
JOBS = (1, 2, 3)


def measure_jobs(work: Path, rows: int, rounds: int, server: str) -> list[Row]:
    """Processor time is that of all processes of a command."""
    (work / "home").mkdir()
    prebuild(work / "messages", rows)
    files = {kind: write_files(Shape(rows, DIM, 0), kind, work) for kind in FORMATS}
    started: ServerProcess = (MilvusServer if server == "milvus" else LiteServer)(work / "server")
    with started as there:
        variables = {**clean_variables(work / "home"), "PYTHONPATH": str(ROOT), "MILVUS_URI": there.uri}
        floor = f"prebuilt messages, {rows:,} rows"
        sending: list[str | Path] = [COMMAND[0], "-m", "tests.bench.insert", there.address, work / "messages"]
        if server == "lite":
            # Milvus Lite loses one of two first inserts at a time.
            sending.append("1")
        tasks: dict[str, Task] = {floor: Process(sending, variables)}
        for kind in FORMATS:
            # Parquet is read in one process anyway.
            for jobs in JOBS if kind != "parquet" else JOBS[:1]:
                argv: list[str | Path] = [*COMMAND, "insert", "file", "-c", NAME, *files[kind], "--jobs", str(jobs)]
                tasks[f"insert file, {kind}, --jobs {jobs}"] = Process(argv, variables)
        samples = measure({name: Fresh(there, task) for name, task in tasks.items()}, min(rounds, 3))
    return compare(samples, floor, {})
