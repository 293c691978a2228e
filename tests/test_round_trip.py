"""`insert file` reads an export back into a collection made from the schema file, bit for bit."""

import json
import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.cli import Cli
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.process import ServerProcess
from tests.support.typed import Typed

ROWS = 40
FORMATS = ("csv.gz", "tsv", "jsonl.zst", "json", "parquet", "arrow")
COMMON = (
    "id:INT64",
    "b:BOOL",
    "i8:INT8",
    "i16:INT16",
    "i32:INT32",
    "f:FLOAT",
    "d:DOUBLE",
    "t:VARCHAR:200",
    "j:JSON",
    "a:ARRAY:INT64:8",
    "at:ARRAY:VARCHAR:8:40",
    "ab:ARRAY:BOOL:4",
    "a8:ARRAY:INT8:4",
    "a16:ARRAY:INT16:4",
    "a32:ARRAY:INT32:4",
    "af:ARRAY:FLOAT:4",
    "ad:ARRAY:DOUBLE:4",
    "given:VARCHAR:9",
    "v:FLOAT_VECTOR:3",
)
ONLY_LITE = ("s:SPARSE_FLOAT_VECTOR", "g:GEOMETRY", "z:TIMESTAMPTZ", "gd:GEOMETRY", "zd:TIMESTAMPTZ")
NULLABLE = ("b", "i8", "i16", "i32", "f", "d", "t", "j", "a", "at", "ab", "af", "g", "z", "v")
DEFAULTS = ("given=x", "gd=POINT (0 0)", "zd=1970-01-01T00:00:00Z")
HOSTILE = ("", "NULL", "null", " a,b;\t\"c\" 'd'\n\r\ne\\n\0 ü漢🦅\x1b[31m", "-1", "[1]", "=1+1", "\ufeff")


def row(number: int) -> dict[str, Any]:
    sign = -1 if number % 2 else 1
    text = HOSTILE[number % len(HOSTILE)]
    return {
        "id": sign * (2**63 - 2 - number),
        "b": number % 2 == 0,
        "i8": 127 * sign,
        "i16": sign * (2**15 - 1),
        "i32": sign * (2**31 - 1),
        "f": (0.1, 1e-45, 3.4028235e38, -0.0, "NaN")[number % 5],
        "d": (0.1, 5e-324, 1.7976931348623157e308, 1e22, "-Infinity")[number % 5],
        "t": text,
        "j": ({"deep": [1, None, {"é": text}], "n": 2**63 - 1}, {"x": []}, {"x": "text"}, {"x": 0.1}, {})[number % 5],
        "a": ([], [2**63 - 1, -(2**63)], [0])[number % 3],
        "at": ([], [text[:10], ""], ["x"])[number % 3],
        "ab": ([], [True, False])[number % 2],
        "a8": ([-128, 127], [])[number % 2],
        "a16": [2**15 - 1] * (number % 4),
        "a32": [-(2**31)] * (number % 3),
        "af": ([1e-45, -0.0], ["NaN", "Infinity"], [])[number % 3],
        "ad": ([5e-324, "-Infinity"], [])[number % 2],
        "v": [0.1 * number, -1e-40, 3.4e38],
        **({"given": text[:4]} if number % 2 else {}),
        "more": text,
        "number": 2**53 + 1,
    }


def lite_row(number: int) -> dict[str, Any]:
    made = {
        **row(number),
        "s": {"0": 0.1, str(2**32 - 2): 1e-30},
        "g": ("POINT (0.1 -1e-300)", "point(1 2)", "POLYGON ((0 0, 1 0, 1 1, 0 0))")[number % 3],
        "z": ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2026-01-31T12:00:00.000001+13:45")[number % 3],
        **({"gd": "POINT (1 2)", "zd": "1969-12-31 23:59:59.5-01:00"} if number % 2 else {}),
    }
    return {**made, **dict.fromkeys(NULLABLE, None)} if number % 4 == 0 else made


@pytest.fixture(scope="module")
def old_and_back(tmp_path_factory: pytest.TempPathFactory, server: ServerProcess) -> Iterator[Typed]:
    """A collection `there` with rows of all types of its server, and `back` from its schema file, with partitions."""
    on_lite = isinstance(server, LiteServer)
    typed = Typed(Cli(tmp_path_factory.mktemp("trip")), server)
    typed.gone("there", "back")
    fields = [*COMMON, *(ONLY_LITE if on_lite else ())]
    options = [f"-f {each}" for each in fields] + [f"--nullable {each}" for each in NULLABLE if on_lite]
    options += [f"--default '{each}'" for each in (DEFAULTS if on_lite else DEFAULTS[:1])]
    typed.all(f"create collection there {' '.join(options)} -p id --dynamic")
    schema = typed.cli.directory / "schema.json"
    schema.write_text(typed("show collection there -o ddl").out)
    rows = [(lite_row if on_lite else row)(number) for number in range(ROWS)]
    typed.all(f"insert row -c there --row {shlex.quote(json.dumps(rows))}")
    typed.all(f"create collection back --schema-file {schema}", *partitions("back"))
    for name in ("there", "back"):
        typed.all(*([f"create index -c {name} -f s"] if on_lite else []), *index_and_load(name, "FLAT", "L2"))
    yield typed
    typed.gone("there", "back")


def partitions(name: str) -> list[str]:
    """One for each format, so that rows with the same keys can be in all of them."""
    return [f"create partition -c {name} -p {kind.partition('.')[0]}" for kind in FORMATS]


def index_and_load(name: str, index: str, metric: str) -> list[str]:
    return [f"create index -c {name} -f v -t {index} -m {metric}", f"load {name}"]


def rows_in(typed: Typed, name: str, partition: str) -> str:
    """Rows in key order, as text: -0.0 differs from 0.0."""
    # Milvus Lite returns rows in insertion order unless it reads by key.
    run = typed(f"query_iterator -c {name} -p {partition} --batch-size 1000 -o json")
    assert run.code == 0, run
    return run.out


@pytest.mark.parametrize("kind", FORMATS)
def test_an_export_comes_back_as_it_went(old_and_back: Typed, kind: str) -> None:
    path, partition = old_and_back.cli.directory / f"rows.{kind}", kind.partition(".")[0]
    old_and_back.all(f"export collection -c there {path} --force")
    run = old_and_back(f"insert file -c back -p {partition} {path}")
    assert run.code == 0, run
    there = rows_in(old_and_back, "there", "_default")
    assert rows_in(old_and_back, "back", partition) == there
    assert len(json.loads(there)) == ROWS


@pytest.mark.parametrize(
    ("field", "index", "metric", "vectors"),
    [
        ("BINARY_VECTOR:16", "BIN_FLAT", "HAMMING", [[0, 255], [1, 128]]),
        ("FLOAT16_VECTOR:2", "FLAT", "L2", [[0.1, -65500.0], [6e-08, -0.0]]),
    ],
)
def test_vectors_of_every_type_come_back(
    cli: Cli, milvus: MilvusServer, field: str, index: str, metric: str, vectors: list[list[float]]
) -> None:
    """Types that only Milvus has. It allows one vector field per collection."""
    typed = Typed(cli, milvus)
    typed.gone("trip_vectors")
    rows = [{"id": number, "v": vector} for number, vector in enumerate(vectors)]
    typed.all(
        f"create collection trip_vectors -f id:INT64 -f v:{field} -p id",
        *partitions("trip_vectors"),
        f"insert row -c trip_vectors -p _default --row '{json.dumps(rows)}'",
        *index_and_load("trip_vectors", index, metric),
    )
    assert json.loads(rows_in(typed, "trip_vectors", "_default")) == rows
    for kind in FORMATS:
        path, partition = cli.directory / f"rows.{kind}", kind.partition(".")[0]
        typed.all(f"export collection -c trip_vectors -p _default {path}")
        run = typed(f"insert file -c trip_vectors -p {partition} {path}")
        assert run.code == 0, run
        assert rows_in(typed, "trip_vectors", partition) == rows_in(typed, "trip_vectors", "_default")
    typed.gone("trip_vectors")
