"""What the base install takes on disk, and that it is enough to reach a server."""

from collections.abc import Callable, Iterable
from pathlib import Path

from tests.bench.install import Environment, clean_variables
from tests.bench.report import Row
from tests.bench.timing import Process
from tests.support.lite_server import LiteServer

BUDGET_MB = 50.0


def measure_size(work: Path) -> list[Row]:
    environment = Environment(work / "environment")
    environment.make()
    before = set(environment.site_packages.iterdir())
    environment.install_milvus_cli()
    everything = _files(environment.site_packages.iterdir())
    added = _files(set(environment.site_packages.iterdir()) - before)
    rows = [
        _row("base install", added, budget=BUDGET_MB),
        _row("base install, without __pycache__", added, lambda path: "__pycache__" not in path.parts),
        _row("base install, with pip and all that venv adds", everything),
    ]
    _require_connection(environment, work)
    return rows


def _require_connection(environment: Environment, work: Path) -> None:
    server = LiteServer(work / "server")
    with server:
        Process([environment.milvus_cli, "connect", server.address], clean_variables(work / "home"))()


def _files(entries: Iterable[Path]) -> list[Path]:
    return [path for entry in entries for path in ([entry] if entry.is_file() else entry.rglob("*")) if path.is_file()]


def _row(what: str, files: list[Path], counts: Callable[[Path], bool] = bool, budget: float | None = None) -> Row:
    megabytes = sum(path.stat().st_size for path in files if counts(path)) / 1e6
    return Row(what, megabytes, megabytes, unit="MB", budget=budget)
