"""How long a person waits for a command, and for the prompt, beside the least that a Python program could take."""

from collections.abc import Mapping
from pathlib import Path

from tests.bench.install import Environment, clean_variables
from tests.bench.report import Row, compare
from tests.bench.timing import Process, Prompt, Task, measure
from tests.support.lite_server import LiteServer

IMPORT = "python -c 'import click'"
BARE_CALL = """\
import os, sys
os.environ["GRPC_VERBOSITY"] = "NONE"
import click, grpc
from milvus_cli.client.wire import milvus_pb2
with grpc.insecure_channel(sys.argv[1]) as channel:
    call = channel.unary_unary(
        "/milvus.proto.milvus.MilvusService/{method}",
        request_serializer=milvus_pb2.{method}Request.SerializeToString,
        response_deserializer=milvus_pb2.{method}Response.FromString,
    )
    print(call(milvus_pb2.{method}Request(), timeout=10))
"""
BARE_PROMPT = "from prompt_toolkit import PromptSession\nPromptSession().prompt('> ')"

OFFICIAL = "official milvus-cli"


def measure_startup(environment: Environment, official: Environment | None, work: Path, rounds: int) -> list[Row]:
    server = LiteServer(work / "server")
    with server:
        bench = _Bench(environment, official, work, server.address, rounds)
        return [*bench.version_and_help(), *bench.tab(), *bench.connect(), *bench.list_collections(), *bench.prompt()]


class _Bench:
    def __init__(self, base: Environment, official: Environment | None, work: Path, address: str, rounds: int) -> None:
        self.base = base
        self.official = official
        self.address = address
        self.rounds = rounds
        self.new, self.connected = clean_variables(work / "new"), clean_variables(work / "connected")
        (work / "new").mkdir()
        (work / "connected").mkdir()
        Process([base.milvus_cli, "connect", address], self.connected)()

    def version_and_help(self) -> list[Row]:
        floor = IMPORT
        tasks: dict[str, Task] = {
            floor: Process([self.base.python, "-c", "import click"], self.new),
            "milvus_cli --version": self._cli("--version"),
            "milvus_cli --help": self._cli("--help"),
            "python -m milvus_cli --version": self._module("--version"),
        }
        if self.official:
            tasks[f"{OFFICIAL} --version"] = Process([self.official.milvus_cli, "--version"], self.new)
        return self._rows(tasks, floor, {"milvus_cli --version": 2.0, "milvus_cli --help": 2.0})

    def tab(self) -> list[Row]:
        floor = IMPORT
        line = {"_MILVUS_CLI_COMPLETE": "bash_complete", "COMP_LINE": "milvus_cli li", "COMP_POINT": "13"}
        tasks: dict[str, Task] = {
            floor: Process([self.base.python, "-c", "import click"], self.new),
            "Tab after milvus_cli li": Process([self.base.milvus_cli], {**self.connected, **line}),
        }
        return self._rows(tasks, floor, {"Tab after milvus_cli li": 2.0})

    def connect(self) -> list[Row]:
        floor = "bare click, grpc, Connect"
        tasks: dict[str, Task] = {
            floor: self._bare("Connect"),
            "milvus_cli connect": self._cli("connect", self.address),
            "python -m milvus_cli connect": self._module("connect", self.address),
        }
        if self.official:
            tasks[f"{OFFICIAL}, connect"] = self._official("")
        return self._rows(tasks, floor, {"milvus_cli connect": 1.6})

    def list_collections(self) -> list[Row]:
        floor = "bare click, grpc, ShowCollections"
        tasks: dict[str, Task] = {
            floor: self._bare("ShowCollections"),
            "milvus_cli list collections --names": self._cli("list", "collections", "--names", "-o", "json"),
        }
        if self.official:
            tasks[f"{OFFICIAL}, connect and list"] = self._official("list collections\n")
        return self._rows(tasks, floor, {"milvus_cli list collections --names": 1.6})

    def prompt(self) -> list[Row]:
        floor = "bare PromptSession"
        tasks: dict[str, Task] = {
            floor: Prompt([self.base.python, "-c", BARE_PROMPT], self.new, "> "),
            "milvus_cli, first prompt": Prompt([self.base.milvus_cli], self.new, "milvus_cli> "),
            "milvus_cli, first prompt, connected": Prompt([self.base.milvus_cli], self.connected, "default/default> "),
        }
        if self.official:
            tasks[f"{OFFICIAL}, first prompt"] = Prompt([self.official.milvus_cli], self.new, "milvus_cli > ")
        budgets = dict.fromkeys(("milvus_cli, first prompt", "milvus_cli, first prompt, connected"), 1.5)
        return self._rows(tasks, floor, budgets)

    def _cli(self, *argv: str) -> Process:
        return Process([self.base.milvus_cli, *argv], self.connected)

    def _module(self, *argv: str) -> Process:
        return Process([self.base.python, "-m", "milvus_cli", *argv], self.connected)

    def _bare(self, method: str) -> Process:
        return Process([self.base.python, "-c", BARE_CALL.format(method=method), self.address], self.new)

    def _official(self, commands: str) -> Process:
        """It takes no command on its own command line: its shell reads them from standard input."""
        assert self.official is not None
        return Process([self.official.milvus_cli], self.new, f"connect -uri http://{self.address}\n{commands}exit\n")

    def _rows(self, tasks: Mapping[str, Task], floor: str, budgets: dict[str, float]) -> list[Row]:
        return compare(measure(tasks, self.rounds), floor, budgets)
