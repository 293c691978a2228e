"""Lines as a person types them, run against one server."""

import json
import shlex
from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.cli import Cli, Run
from tests.support.process import ServerProcess
from tests.support.recorder import run_here

BOOK = "create collection -c {name} -f id:INT64 -f title:VARCHAR:200 -f vector:FLOAT_VECTOR:4 -p id"
ROW = '{{"id": {id}, "title": "t{id}", "vector": [0.1, 0.2, 0.3, {id}]}}'
INDEX = "create index -c {name} -f vector -in by_vector -t HNSW -m COSINE --param M:16 --param efConstruction:200"

# For a test that takes the server which both kinds are else.
on_milvus = pytest.mark.parametrize("server", ["milvus"], indirect=True)
on_lite = pytest.mark.parametrize("server", ["lite"], indirect=True)


class Typed:
    """typed("list collections") -> Run; only the server keeps anything between two lines."""

    def __init__(self, cli: Cli, server: ServerProcess, *, token: str = "") -> None:
        self.cli = cli
        self.server = server
        self.token = token
        self.env: Mapping[str, str] = {"MILVUS_URI": server.uri}

    @property
    def place(self) -> str:
        return f"MILVUS_URI ({self.server.address}, database default)"

    def __call__(self, line: str, *, input: str = "") -> Run:
        return run_here(shlex.split(line), self.cli.home, self.server.uri, token=self.token, input=input)

    def json(self, line: str) -> Any:
        """The value that a command writes with `-o json`; it must succeed."""
        run = self(f"-o json {line}")
        assert (run.code, run.err) == (0, ""), run
        return json.loads(run.out)

    def all(self, *lines: str) -> None:
        """Each must succeed."""
        for line in lines:
            run = self(line)
            assert (run.code, run.err) == (0, ""), (line, run)

    def gone(self, *names: str) -> None:
        """Removes collections that a test has made, whether they are there or not."""
        known = [row["collection"] for row in self.json("list collections --names")]
        for name in names:
            if name in known:
                self(f"release collection {name}")
                self(f"delete collection {name} -y")

    def make(self, name: str, *, rows: int = 0, index: bool = False) -> None:
        """A fresh collection, with rows that have been flushed."""
        self.gone(name)
        self.all(BOOK.format(name=name))
        if rows:
            values = ", ".join(ROW.format(id=number) for number in range(1, rows + 1))
            self.all(f"insert row -c {name} --row '[{values}]'", f"flush -c {name}")
        if index:
            self.all(INDEX.format(name=name))


def failed(message: str, hint: str = "", code: int = 1) -> Run:
    return Run(code, "", f"error: {message}\n" + (f"hint: {hint}\n" if hint else ""))
