"""The jobs of a soak: how each begins, how it goes on, and what must be there when it says that it is done."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from tests.soak.rows import CREATE, page_problems, read_exported, stored_count, stored_problems, write_rows
from tests.support.cli import Cli
from tests.support.process import ServerProcess

Words: TypeAlias = list[str | Path]

NAME = "soak"
PATIENT = ("--retry", "120")
SLOW = "60"
"""Seconds that an answer may take: Milvus Lite does nothing else while it builds an index."""


class SetUpFailed(RuntimeError):
    """What stands before the faults failed: the round says nothing."""


class Stage:
    """A server with its collection `soak`. `version` is the one that all its rows have, None where it is unknown."""

    def __init__(self, server: ServerProcess, cli: Cli, count: int) -> None:
        self.server = server
        self.cli = cli
        self.count = count
        self.version: int | None = None
        self._newest = 0

    def next_version(self) -> int:
        self._newest += 1
        return self._newest

    def run(self, *words: str | Path) -> None:
        """Directly, without faults."""
        run = self.cli("--timeout", SLOW, *words, env={"MILVUS_URI": self.server.uri}, timeout=300)
        if run.code:
            raise SetUpFailed(f"{words}: {run}")

    def make_empty(self) -> None:
        self.version = None
        if self.cli("show", "collection", NAME, env={"MILVUS_URI": self.server.uri}).code == 0:
            self.run("delete", "collection", NAME, "-y")
        self.run(*CREATE, "-c", NAME)
        self.run("create", "index", "-c", NAME, "-f", "vector", "-t", "FLAT", "-m", "L2")
        self.load()

    def load(self) -> None:
        self.run("load", "collection", NAME)

    def make_full(self) -> None:
        """All keys in one version, whatever it is."""
        if self.version is not None:
            return
        self.make_empty()
        version, path = self.next_version(), self.cli.directory / "base.parquet"
        write_rows(path, np.arange(self.count), version)
        self.run("insert", "file", "-c", NAME, path)
        problems = stored_problems(self.server, NAME, self.count, version, older=False)
        if problems:
            raise SetUpFailed(f"without any fault: {'; '.join(problems)}")
        self.version = version


@dataclass
class Job:
    """One way of moving all rows. `bytes_a_row` is about what goes over the wire, both ways."""

    stage: Stage
    line: Words
    version: int
    bytes_a_row: int = 70
    again: Sequence[str] = ("--resume",)
    older: bool = False

    def may_begin_anew(self) -> bool:
        """Asked when nothing is to be resumed: whether no row of it is there."""
        return stored_count(self.stage.server, NAME, f"version == {self.version}") == 0

    def begin_again(self) -> Words:
        return self.line

    def wrong(self, told: str) -> list[str]:
        """What is not as it must be after the last line that it wrote."""
        stage = self.stage
        problems = stored_problems(stage.server, NAME, stage.count, self.version, older=self.older)
        stage.version = None if problems or self.older else self.version
        return problems

    def give_up(self) -> None:
        self.stage.version = None


class Insert(Job):
    """Its last line has the counts."""

    def wrong(self, told: str) -> list[str]:
        expected = f"ed {self.stage.count:,} of {self.stage.count:,} rows"
        return ([] if expected in told else [f"it says {told!r}"]) + super().wrong(told)


@dataclass
class Export(Job):
    """Into a file."""

    path: Path = Path()

    def may_begin_anew(self) -> bool:
        return True

    def wrong(self, told: str) -> list[str]:
        try:
            pages = list(read_exported(self.path))
        except (OSError, ValueError, KeyError) as exc:
            return [f"{self.path.name} can't be read: {exc!r}"]
        rows = sum(len(page.ids) for page in pages)
        found = [f"{rows:,} rows instead of {self.stage.count:,}"] if rows != self.stage.count else []
        left = [each.name for each in self.path.parent.glob(f"{self.path.name}.*")]
        return found + page_problems(pages, self.stage.count, self.version) + [f"{name} is left" for name in left]

    def give_up(self) -> None:
        """Nothing was written to the server."""


def make_job(kind: str, stage: Stage, other: Stage, uri: str, chance: random.Random) -> Job:
    """Prepares both servers for it; it reaches STAGE at this URI."""
    if kind == "export":
        return _export(stage, chance)
    if kind.startswith("copy"):
        return _copy(kind, stage, other, uri, chance)
    if kind == "insert new":
        stage.make_empty()
    else:
        stage.make_full()
    version, ids = stage.next_version(), np.arange(stage.count)
    if chance.random() < 0.5:
        np.random.default_rng(chance.randrange(1 << 30)).shuffle(ids)
    path = stage.cli.directory / f"rows.{chance.choice(['csv', 'jsonl', 'parquet'])}"
    write_rows(path, ids, version)
    checkpoint = stage.cli.directory / "how_far"
    checkpoint.unlink(missing_ok=True)
    verb = kind.split()[0]
    line: Words = [verb, "file", "-c", NAME, path, "--checkpoint", checkpoint, *PATIENT]
    return Insert(stage, line, version, older=kind == "insert existing")


def _copy(kind: str, stage: Stage, other: Stage, uri: str, chance: random.Random) -> Job:
    into = kind == "copy into existing"
    if into:
        stage.make_full()
    other.make_full()
    while into and other.version == stage.version:
        other.version = None
        other.make_full()
    if not into and stage.cli("show", "collection", NAME, env={"MILVUS_URI": stage.server.uri}).code == 0:
        stage.run("delete", "collection", NAME, "-y")
    assert other.version is not None
    stage.version = None
    for alias, address in (("source", other.server.uri), ("target", uri)):
        if stage.cli("connect", address, "-a", alias).code:
            raise SetUpFailed(f"can't connect to {address}")
    line: Words = ["copy", f"source:{NAME}", f"target:{NAME}", "--yes", *PATIENT]
    if into:
        line.append("--into-existing")
    return Job(stage, line, other.version)


def _export(stage: Stage, chance: random.Random) -> Job:
    stage.make_full()
    assert stage.version is not None
    path = stage.cli.directory / f"exported.{chance.choice(['csv', 'jsonl'])}"
    for each in stage.cli.directory.glob("exported.*"):
        each.unlink()
    line: Words = ["export", "collection", "-c", NAME, path, "--force"]
    return Export(stage, line, stage.version, bytes_a_row=55, path=path)
