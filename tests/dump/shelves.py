"""Collections of all types of each server, and lines that dump, restore and compare them."""

import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.cli import Run
from tests.support.process import ServerProcess
from tests.support.recorder import run_here

WORDS = '{"name": "words", "type": "ARRAY", "element_type": "VARCHAR", "max_capacity": 9, "max_length": 65535}'
SCALARS = (
    "-f flag:BOOL -f tiny:INT8 -f small:INT16 -f medium:INT32 -f single:FLOAT -f double:DOUBLE -f object:JSON "
    f"-f numbers:ARRAY:INT32:9 -f '{WORDS}' -f text:VARCHAR:100"
)
COMMON = {
    "dmp_scalars": f"-f id:INT64 {SCALARS} -f vector:FLOAT_VECTOR:8 -p id --dynamic --index vector:FLAT:L2",
    "dmp_keys": "-f id:VARCHAR:40 -f vector:FLOAT_VECTOR:4 -p id --index vector:IVF_FLAT:COSINE:nlist=16",
}
OWN = {
    "milvus": {
        "dmp_binary": "-f id:INT64 -f vector:BINARY_VECTOR:16 -p id --index vector:BIN_FLAT:HAMMING",
        "dmp_by_key": "-f id:INT64 -f shelf:VARCHAR:20 -f vector:FLOAT_VECTOR:4 -p id --partition-key shelf "
        "--partitions 3 --index vector:FLAT:IP --property collection.ttl.seconds=86400",
    },
    "lite": {
        "dmp_nullable": "-f id:INT64 -f n:INT32 -f text:VARCHAR:50 -f v:FLOAT_VECTOR:4 -f s:SPARSE_FLOAT_VECTOR "
        "-f at:TIMESTAMPTZ -f where:GEOMETRY -p id --nullable n --default text=none "
        "--index v:FLAT:L2 --index s:SPARSE_INVERTED_INDEX:IP",
        "dmp_full_text": "-f id:INT64 -f text:VARCHAR:200 -p id --bm25 text:sparse",
    },
    "earlier_lite": {
        "dmp_vectors": "-f id:INT64 -f b:BINARY_VECTOR:16 -f h:FLOAT16_VECTOR:4 -f g:BFLOAT16_VECTOR:4 "
        "-f s:SPARSE_FLOAT_VECTOR -p id --index b:BIN_FLAT:HAMMING --index h:FLAT:COSINE --index g:FLAT:COSINE "
        "--index s:SPARSE_INVERTED_INDEX:IP",
    },
}
ROWS, SECOND = 300, 40
"""Rows of each collection, and of them in a partition of its own where the server has partitions."""


class Killed(BaseException):
    """Ends a job in the middle of a step, as a signal does that can't be caught."""


@dataclass(frozen=True)
class DumpedServer:
    """One server with a connection of its own, and its collections to dump."""

    home: Path
    server: ServerProcess
    kind: str

    def __call__(self, line: str) -> Run:
        return run_here(shlex.split(line), self.home, self.server.uri)

    def all(self, *lines: str) -> None:
        """Each must succeed."""
        for line in lines:
            run = self(line)
            assert run.code == 0, (line, run)

    def json(self, line: str, *, code: int = 0) -> Any:
        run = self(f"-o json {line}")
        assert run.code == code, (line, run)
        return json.loads(run.out or run.err)

    @property
    def has_partitions(self) -> bool:
        return self.kind != "earlier_lite"

    @property
    def names(self) -> list[str]:
        return [*COMMON, *OWN[self.kind]]

    @property
    def all_names(self) -> list[str]:
        return [row["collection"] for row in self.json("list collections --names")]

    def make(self) -> None:
        self.clear()
        for name, fields in {**COMMON, **OWN[self.kind]}.items():
            self.all(f"create collection -c {name} {fields}", f"load collection {name}")
            self.all(f"insert fake -c {name} -n {ROWS}")
            if self.has_partitions and name in COMMON:
                self.all(f"create partition -c {name} -p second", f"create alias -c {name} -a also_{name}")
                self.all(f"insert fake -c {name} -n {SECOND} --first 9000 -p second")

    def clear(self, part: str = "dmp_") -> None:
        """Deletes the collections whose names have this part."""
        for name in self.all_names:
            if part in name:
                self(f"release collection {name}")
                self.all(f"delete collection {name} -y")

    def differences(self, suffix: str) -> list[str]:
        """The collections that are not the same as those with the suffix, by all their rows."""
        return [each for each in self.names if not self.json(f"diff {each} {each}{suffix} --rows all")["same"]]

    @contextmanager
    def without(self, part: str) -> Iterator[None]:
        """Deletes collections whose names have this part afterwards."""
        try:
            yield
        finally:
            self.clear(part)
