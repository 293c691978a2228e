"""Every example line of the references of Milvus_CLI, of each generation, runs unchanged and does what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import pytest
from pymilvus import DataType, MilvusClient, utility

from milvus_cli.app.runner import run
from milvus_cli.completion.catalog import Catalog
from milvus_cli.connections.environment import Config
from milvus_cli.grammar.lines import split
from milvus_cli.session.session import Session
from milvus_cli.session.settings import load
from tests.support.milvus_server import MilvusServer
from tests.support.recorder import Recorder

REFERENCES = (Path(__file__).parent / "references.txt").read_text(encoding="utf-8")
SCHEMA = {
    "collection_name": "car",
    "description": "car collection",
    "fields": [
        {"name": "id", "type": "INT64", "is_primary": True, "auto_id": True},
        {"name": "vector", "type": "FLOAT_VECTOR", "dim": 128},
        {"name": "color", "type": "INT64"},
        {"name": "brand", "type": "INT64"},
    ],
}


class Answering(Recorder):
    """A terminal at which somebody answers every question with y."""

    @property
    def interactive(self) -> bool:
        return True

    @property
    def asking(self) -> TextIO:
        return self.stderr


@dataclass
class Example:
    """A line of a reference, its exit code, its effects as expressions, and the parts of its output to keep."""

    line: str
    answered: bool = False
    code: int = 0
    effects: list[str] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)


def examples(text: str) -> Iterator[Example]:
    example: Example | None = None
    for line in text.splitlines():
        mark, _, rest = line.strip().partition(" ")
        if not line.startswith(" "):
            if example is not None:
                yield example
            answered = line.startswith("? ")
            example = Example(line.removeprefix("? "), answered) if line else None
        elif example is not None and mark == "=":
            example.effects.append(rest)
        elif example is not None and mark == ":":
            name, _, pattern = rest.partition(" ")
            example.kept.append((name, pattern))
        elif example is not None and mark == "!":
            example.code = int(rest)
    if example is not None:
        yield example


GENERATIONS = dict(each.split("\n", 1) for each in REFERENCES.split("\n## ")[1:])


class Shell:
    """A shell in which the lines of one generation are typed, and pymilvus, which sees their effects."""

    def __init__(self, home: Path, server: MilvusServer) -> None:
        self.session = Session(Config(home), Recorder(), load(home / "config.toml", {}), catalog=Catalog)
        self.client = MilvusClient(server.uri, token=server.token or "")
        self.known = {"host": server.host, "port": str(server.port), "uri": server.uri}

    def close(self) -> None:
        self.session.close()
        self.client.close()

    def run(self, example: Example) -> list[str]:
        """Runs a line with the prompt before it; returns the differences from the expected effect."""
        line = "milvus_cli > " + self._filled(example.line)
        console = self.session.console = Answering("y\n" * 3) if example.answered else Recorder()
        (statement,) = split(line)
        code = run(statement, self.session)
        out, err = console.written()
        if code != example.code:
            return [f"{line}: exit code {code}\n{out}{err}"]
        for name, pattern in example.kept:
            found = re.search(pattern, out)
            self.known[name] = found[1] if found else ""
        return [f"{line}: not {effect}\n{out}" for effect in example.effects if not self._holds(effect, out)]

    def _filled(self, text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda match: self.known[match[1]], text)

    def _holds(self, effect: str, out: str) -> bool:
        seen = {
            "DataType": DataType,
            "client": self.client,
            "described": self.client.describe_collection,
            "field": self._field,
            "known": self.known,
            "loaded": self._loaded,
            "out": out,
            "rows": self._rows,
            "utility": utility,
        }
        return bool(eval(effect, seen))

    def _field(self, collection: str, name: str) -> dict[str, Any]:
        fields: list[dict[str, Any]] = self.client.describe_collection(collection)["fields"]
        return next(each for each in fields if each["name"] == name)

    def _loaded(self, collection: str, partition: str = "") -> bool:
        return str(self.client.get_load_state(collection, partition)["state"]) == "Loaded"

    def _rows(self, collection: str, partition: str = "_default") -> int:
        """Counts the rows by a query if they are loaded, else by the statistics of what was flushed."""
        if self._loaded(collection):
            (row,) = self.client.query(
                collection,
                output_fields=["count(*)"],
                partition_names=[partition],
                consistency_level="Strong",
            )
            return int(row["count(*)"])
        self.client.flush(collection)
        return int(self.client.get_partition_stats(collection, partition)["row_count"])


@pytest.fixture
def reference_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that the references read, in the current directory."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "examples" / "import_csv"
    folder.mkdir(parents=True)
    for name, brands in (("vectors", "123"), ("arrays", ("[]", '[""a""]', '[""a"", ""b""]'))):
        rows = [f'"{[number / 8] * 128}",{number}0,"{brand}"\n' for number, brand in enumerate(brands, start=1)]
        (folder / f"{name}.csv").write_text("vector,color,brand\n" + "".join(rows))
    (tmp_path / "car.json").write_text(json.dumps(SCHEMA))


@pytest.mark.usefixtures("reference_files")
@pytest.mark.parametrize("generation", [each for each in GENERATIONS if each != "Users and roles"])
def test_every_line_of_a_reference_runs_unchanged(tmp_path: Path, milvus: MilvusServer, generation: str) -> None:
    assert wrong(Shell(tmp_path, milvus), generation) == []


def test_every_line_on_users_and_roles_runs_unchanged(tmp_path: Path, milvus_auth: MilvusServer) -> None:
    assert wrong(Shell(tmp_path, milvus_auth), "Users and roles") == []


def wrong(shell: Shell, generation: str) -> list[str]:
    try:
        for name in shell.client.list_collections():
            if name.startswith("car"):
                shell.client.drop_collection(name)
        return [each for example in examples(GENERATIONS[generation]) for each in shell.run(example)]
    finally:
        shell.close()
