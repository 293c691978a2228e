"""Rows come back as they were from every format, compressed or not, by file, pattern, URL and standard input."""

import gzip
import json
import shlex
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy
import pytest
import zstandard

from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.recorder import run_here
from tests.support.typed import Typed

EXPORTED = ("csv", "tsv", "json", "jsonl", "parquet", "arrow")
COMPRESSED: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}
FIELDS = (
    "-f number:INT64 -f title:VARCHAR:99 -f price:DOUBLE -f ok:BOOL -f tags:ARRAY:VARCHAR:9:9 -f meta:JSON "
    "-f vector:FLOAT_VECTOR:3 --nullable title --nullable price --nullable ok --nullable tags --nullable meta "
    "--index vector:FLAT:L2"
)
ROWS: list[dict[str, Any]] = [
    {
        "number": 2**63 - 1,
        "title": "Änne 漢🦅, \"quoted\"\n'line';\t|\\",
        "price": 0.1,
        "ok": True,
        "tags": ["a,b", '"', ""],
        "meta": {"k": [1, None, {"é": 2**53 + 1}]},
        "vector": [0.1, -1e-8, 3.4e38],
    },
    {**dict.fromkeys(("title", "price", "ok", "meta")), "number": 2, "tags": [], "vector": [0.5, -1.0, 4.0]},
    {"number": -1, "title": "", "price": -1e300, "ok": False, "tags": ["x"], "meta": {}, "vector": [0.0, 1.0, 2.0]},
]
IN_NUMPY = ("number", "title", "vector")
"""Columns that NumPy's files have: they know no nulls and no lists of several lengths."""


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """The address of a server of the files in the current directory."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def there_and_back(cli: Cli, lite: LiteServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    """A collection `there` with ROWS, and `back`, which is empty and has the same fields and generated keys."""
    monkeypatch.chdir(tmp_path)
    typed = Typed(cli, lite)
    typed.gone("there", "back")
    typed.all(
        f"create collection there {FIELDS} -p number",
        f"insert row -c there --row {shlex.quote(json.dumps(ROWS))}",
        f"create collection back -f pk:INT64 {FIELDS} -p pk -a",
        "load collection there",
        "load collection back",
    )
    yield typed
    typed.gone("there", "back")


def exported(typed: Typed, kind: str) -> Sequence[dict[str, Any]]:
    # Parquet and Arrow compress their pages themselves.
    suffixes = [""] if kind in ("parquet", "arrow") else list(COMPRESSED)
    for suffix in suffixes:
        assert typed(f"export there rows.{kind}{suffix}").out == f"Exported 3 rows of 'there' to rows.{kind}{suffix}.\n"
    if len(suffixes) == 1:
        compress(kind)
    return ROWS


def saved_by_numpy(kind: str) -> Sequence[dict[str, Any]]:
    rows = [{name: row[name] for name in IN_NUMPY} for row in (ROWS[0], ROWS[2])]
    arrays: dict[str, Any] = {name: numpy.array([row[name] for row in rows]) for name in IN_NUMPY}
    if kind == "npz":
        numpy.savez("rows.npz", **arrays)
    else:
        for name, array in arrays.items():
            numpy.save(f"{name}.npy", array)
    compress(kind)
    return rows


def compress(kind: str) -> None:
    for path in list(Path().glob(f"*.{kind}")):
        for suffix, compressed in COMPRESSED.items():
            path.with_name(path.name + suffix).write_bytes(compressed(path.read_bytes()))


def sources(kind: str, suffix: str, web: str) -> Iterator[tuple[str, bytes]]:
    """Yields the words that name the files, and what is on standard input."""
    names = [f"{name}.npy{suffix}" for name in IN_NUMPY] if kind == "npy" else [f"rows.{kind}{suffix}"]
    yield " ".join(names), b""
    yield f"'*[rel].{kind}{suffix}'" if kind == "npy" else f"'r*s.{kind}{suffix}'", b""
    yield " ".join(f"{web}/{name}" for name in names), b""
    if kind != "npy":
        yield f"- --format {kind}", Path(names[0]).read_bytes()


@pytest.mark.parametrize("kind", [*EXPORTED, "npz", "npy"])
def test_rows_come_back_as_they_were(there_and_back: Typed, web: str, kind: str) -> None:
    rows = exported(there_and_back, kind) if kind in EXPORTED else saved_by_numpy(kind)
    times = 0
    for suffix in COMPRESSED:
        for words, given in sources(kind, suffix, web):
            line = shlex.split(f"insert file -c back {words}")
            run = run_here(line, there_and_back.cli.home, there_and_back.server.uri, input=given)
            counts = f"which had {times * len(rows)} and has {(times + 1) * len(rows)}"
            assert run == Run(0, f"Inserted {len(rows)} of {len(rows)} rows into 'back', {counts}.\n", ""), words
            times += 1
    found = there_and_back.json(f"query -c back --fields {','.join(rows[0])}")
    by_number = sorted(found, key=lambda row: int(row["number"]))
    expected = sorted(rows, key=lambda row: int(row["number"]))
    assert [{name: row[name] for name in rows[0]} for row in by_number] == [
        row for row in expected for _ in range(times)
    ]
