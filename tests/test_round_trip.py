"""What export writes, insert file reads back into a collection made from the schema file: bit for bit."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Cli
from tests.support.lite_server import LiteServer
from tests.support.process import ServerProcess
from tests.support.typed import Typed

ROWS = 40
FORMATS = ("csv.gz", "tsv", "jsonl.zst", "json", "parquet")
COMMON = (
    "id:INT64", "b:BOOL", "i8:INT8", "i16:INT16", "i32:INT32", "f:FLOAT", "d:DOUBLE", "t:VARCHAR:200", "j:JSON",
    "a:ARRAY:INT64:8", "at:ARRAY:VARCHAR:8:40",
)  # fmt: skip
VECTORS = {False: ("v:FLOAT_VECTOR:3",), True: ("v:FLOAT_VECTOR:3", "s:SPARSE_FLOAT_VECTOR")}
HOSTILE = ("", "NULL", "null", " a,b;\t\"c\" 'd'\n\r\ne\\n\0 ü漢🦅\x1b[31m", "-1", "[1]", "=1+1", "\ufeff")


def row(number: int) -> dict[str, Any]:
    sign = -1 if number % 2 else 1
    text = HOSTILE[number % len(HOSTILE)]
    return {
        "id": sign * (2**63 - 2 - number), "b": number % 2 == 0, "i8": 127 * sign, "i16": sign * (2**15 - 1),
        "i32": sign * (2**31 - 1), "f": (0.1, 1e-45, 3.4028235e38, -0.0, 16777216.0)[number % 5],
        "d": (0.1, 5e-324, 1.7976931348623157e308, 1e22, -1e-7)[number % 5], "t": text,
        "j": ({"deep": [1, None, {"é": text}], "n": 2**63 - 1}, {"x": []}, {"x": "text"}, {"x": 0.1}, {})[number % 5],
        "a": ([], [2**63 - 1, -(2**63)], [0])[number % 3], "at": ([], [text[:10], ""], ["x"])[number % 3],
        "v": [0.1 * number, -1e-40, 3.4e38], "more": text, "number": 2**53 + 1,
    }  # fmt: skip


def lite_row(number: int) -> dict[str, Any]:
    made = {**row(number), "s": {"0": 0.1, str(2**32 - 2): 1e-30}}
    empty = dict.fromkeys(("t", "f", "j", "a"), None) if number % 4 == 0 else {}
    return {**made, **empty}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, server: ServerProcess) -> Iterator[Typed]:
    """A collection `there` with rows of all types of its server, and its schema file."""
    on_lite = isinstance(server, LiteServer)
    typed = Typed(Cli(tmp_path_factory.mktemp("trip")), server)
    typed.gone("there", "back")
    fields = " ".join(f"-f {each}" for each in (*COMMON, *VECTORS[on_lite]))
    options = "--nullable t --nullable f --nullable j --nullable a" if on_lite else ""
    typed.all(f"create collection there {fields} -p id --dynamic {options}")
    rows = [(lite_row if on_lite else row)(number) for number in range(ROWS)]
    typed.all(f"insert row -c there --row {shlex.quote(json.dumps(rows))}", *prepared("there", on_lite))
    (typed.cli.directory / "schema.json").write_text(typed("show collection there -o ddl").out)
    yield typed
    typed.gone("there", "back")


def prepared(name: str, on_lite: bool) -> list[str]:
    more = [f"create index -c {name} -f s"] if on_lite else []
    return [f"create index -c {name} -f v -t FLAT -m L2", *more, f"load {name}"]


@pytest.mark.parametrize("kind", FORMATS)
def test_an_export_comes_back_as_it_went(made: Typed, kind: str) -> None:
    path: Path = made.cli.directory / f"rows.{kind}"
    made.gone("back")
    made.all(
        f"export collection -c there {path} --force",
        f"create collection back --schema-file {made.cli.directory / 'schema.json'}",
    )
    run = made(f"insert file -c back {path}")
    assert run.code == 0, run
    run = made("load back")
    assert run.code == 0, run
    # Exports are in the order of the key, and Milvus Lite shows rows as they came unless it reads by the key.
    there, back = (made(f"query_iterator -c {name} --batch-size 1000 -o json") for name in ("there", "back"))
    # As text: -0.0 is no 0.0.
    assert back == there
    assert len(json.loads(back.out)) == ROWS
