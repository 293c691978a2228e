"""Collections to search: small, deterministic, no two distances the same."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.cli import Cli
from tests.support.process import ServerProcess
from tests.support.typed import Typed

ROWS = 60
DIM = 8
BITS = 64


def gaussian(seed: int, count: int, dim: int = DIM) -> list[list[float]]:
    """Numbers that a float32 holds exactly."""
    numbers = random.Random(seed)
    return [[struct.unpack("<f", struct.pack("<f", numbers.gauss(0, 1)))[0] for _ in range(dim)] for _ in range(count)]


def bits(ones: int) -> list[int]:
    """A binary vector whose first ONES bits are set."""
    return list((((1 << ones) - 1) & ((1 << BITS) - 1)).to_bytes(BITS // 8, "little"))


@dataclass(frozen=True)
class Kind:
    """A vector type with a metric, and how it is declared and indexed."""

    type: str
    metric: str
    index: str = "FLAT"

    @property
    def name(self) -> str:
        return f"searched_{self.type}_{self.metric}".lower()

    @property
    def declaration(self) -> str:
        size = {"SPARSE_FLOAT_VECTOR": "", "BINARY_VECTOR": f":{BITS}"}.get(self.type, f":{DIM}")
        return f"v:{self.type}{size}"

    def vectors(self, count: int = ROWS, seed: int = 1) -> list[Any]:
        if self.type == "BINARY_VECTOR":
            return [bits(number + seed) for number in range(count)]
        if self.type == "SPARSE_FLOAT_VECTOR":
            return [{str(place): abs(value) for place, value in enumerate(each)} for each in gaussian(seed, count)]
        return gaussian(seed, count)

    def official(self, vector: Any) -> Any:
        """As pymilvus takes a query."""
        if self.type == "BINARY_VECTOR":
            return bytes(vector)
        if self.type == "SPARSE_FLOAT_VECTOR":
            return {int(place): value for place, value in vector.items()}
        return vector


# The METRICS of each server, found by trying all of them; tests try the others too, and are refused.
MILVUS = (
    Kind("FLOAT_VECTOR", "L2"),
    Kind("FLOAT_VECTOR", "IP"),
    Kind("FLOAT_VECTOR", "COSINE"),
    Kind("BINARY_VECTOR", "HAMMING", "BIN_FLAT"),
    Kind("BINARY_VECTOR", "JACCARD", "BIN_FLAT"),
    Kind("BINARY_VECTOR", "SUBSTRUCTURE", "BIN_FLAT"),
    Kind("BINARY_VECTOR", "SUPERSTRUCTURE", "BIN_FLAT"),
)
LITE = (
    Kind("FLOAT_VECTOR", "L2"),
    Kind("FLOAT_VECTOR", "IP"),
    Kind("FLOAT_VECTOR", "COSINE"),
    Kind("SPARSE_FLOAT_VECTOR", "IP", "SPARSE_INVERTED_INDEX"),
)
INDEXES = {"BINARY_VECTOR": "BIN_FLAT", "SPARSE_FLOAT_VECTOR": "SPARSE_INVERTED_INDEX"}
"""Names of exact indexes other than FLAT."""
HALF = Kind("FLOAT16_VECTOR", "L2")
"""Milvus 2.3.5 keeps such vectors, and takes a search of them; it reads as many float32s from the query, beyond its
end: what it answers is another each time, for pymilvus too."""
NOWHERE = {
    "milvus": ("BFLOAT16_VECTOR", "INT8_VECTOR", "SPARSE_FLOAT_VECTOR"),
    "lite": ("BINARY_VECTOR", "FLOAT16_VECTOR", "BFLOAT16_VECTOR", "INT8_VECTOR"),
}
"""Types that a server does not have: requests about them are compared as messages, without a server."""
TIED = ("SUBSTRUCTURE", "SUPERSTRUCTURE")
"""Metrics that know near and not near, and nothing between."""


def typed_on(directory: Path, server: ServerProcess) -> Typed:
    return Typed(Cli(directory), server)


def fill(
    typed: Typed, name: str, declarations: Sequence[str], rows: list[dict[str, Any]], *indexes: str, options: str = ""
) -> None:
    """A fresh, loaded collection with an id, these fields and rows, half of them in partition `odd`.

    Several may be filled at once.
    """
    typed.gone(name)
    fields = " ".join(f"-f {each}" for each in declarations)
    typed.all(f"create collection -c {name} -f id:INT64 -p id {fields} {options}", f"create partition -c {name} -p odd")
    typed.all(*(f"create index -c {name} {each}" for each in indexes))
    file = typed.cli.directory / f"{name}.json"
    for partition, remainder in (("", 0), ("-p odd", 1)):
        file.write_text(json.dumps([row for row in rows if row["id"] % 2 == remainder]))
        typed.all(f"insert row -c {name} {partition} --row @{file}")
    typed.all(f"load {name}")
