"""A resumed insert recognizes its rows even without a file: from URLs, pipes and standard input."""

import asyncio
import io
import json
import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from milvus_cli.files.row_stream import Chunk, RejectedRow
from milvus_cli.transfer.recognition import Earlier, Witness
from tests.support.broken_web import BrokenWeb, answer
from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.tcp_proxy import TcpProxy
from tests.support.typed import Typed, failed
from tests.test_insert_faults import ANEW, distinct, exact, make_loaded, wait_for

COUNT = 300
NAN = float("nan")


class Shop(BrokenWeb):
    """Serves the files on its shelf by name."""

    def __init__(self) -> None:
        super().__init__()
        self.shelf: dict[str, bytes] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(self.shelf[request.split()[1].decode().lstrip("/")]))
        await writer.drain()


@pytest.fixture
def lite_in_tmp(cli: Cli, lite: LiteServer, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Commands on Milvus Lite that send many small batches, in their directory."""
    monkeypatch.chdir(cli.directory)
    cut(monkeypatch, 2_000)
    return Typed(cli, lite)


def cut(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Sets the approximate bytes of batches."""
    for name in (
        "row_stream.CHUNK_SIZE",
        "record_batches.COLUMN_CHUNK",
        "npy_tables.COLUMN_CHUNK",
        "side_columns.COLUMN_CHUNK",
    ):
        monkeypatch.setattr(f"milvus_cli.files.{name}", size)


Rows = list[tuple[int, float]]


def rows(count: int = COUNT) -> Rows:
    return [(number, number / 8) for number in range(count)]


def breaking(rows: Rows) -> Rows:
    """Appends a row at which --strict stops."""
    return [*rows[:-1], (rows[-1][0], NAN)]


def jsonl(rows: Rows) -> dict[str, bytes]:
    lines = (json.dumps({"id": key, "v": [] if math.isnan(number) else [number, 0.5]}) for key, number in rows)
    return {"rows.jsonl": "".join(f"{line}\n" for line in lines).encode()}


def listed(rows: Rows) -> dict[str, bytes]:
    # A list is read in pieces of many kilobytes.
    return {"rows.json": b"[" + (b"," + b" " * 20_000).join(jsonl(rows)["rows.jsonl"].splitlines()) + b"]"}


def csv(rows: Rows) -> dict[str, bytes]:
    return {"rows.csv": "".join(["id,v\n", *(f'{key},"[{number}, 0.5]"\n' for key, number in rows)]).encode()}


def parquet(rows: Rows) -> dict[str, bytes]:
    import pyarrow
    from pyarrow import parquet

    file = io.BytesIO()
    vectors = pyarrow.array([[number, 0.5] for _, number in rows], pyarrow.list_(pyarrow.float32()))
    parquet.write_table(pyarrow.table({"id": [key for key, _ in rows], "v": vectors}), file)
    return {"rows.parquet": file.getvalue()}


def arrow(rows: Rows) -> dict[str, bytes]:
    import pyarrow

    file = io.BytesIO()
    vectors = pyarrow.array([[number, 0.5] for _, number in rows], pyarrow.list_(pyarrow.float32()))
    table = pyarrow.table({"id": [key for key, _ in rows], "v": vectors})
    with pyarrow.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table)
    return {"rows.arrows": file.getvalue()}


def npy(rows: Rows) -> dict[str, bytes]:
    import numpy

    columns = {"id": numpy.array([key for key, _ in rows]), "v": numpy.array([[n, 0.5] for _, n in rows], "float32")}
    found = {}
    for name, column in columns.items():
        file = io.BytesIO()
        numpy.save(file, column)
        found[f"{name}.npy"] = file.getvalue()
    return found


def beside(rows: Rows) -> dict[str, bytes]:
    lines = "".join(f'{{"id": {key}}}\n' for key, _ in rows)
    return {"rows.jsonl": lines.encode(), "v.npy": npy(rows)["v.npy"]}


@pytest.mark.parametrize("form", [jsonl, listed, csv, parquet, arrow, npy, beside])
def test_urls_are_resumed_only_while_they_serve_the_same_rows(
    lite_in_tmp: Typed, form: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_loaded(lite_in_tmp, "again")
    with Shop() as shop:
        shop.shelf = form(breaking(rows()))
        urls = [f"http://{shop.address}/{name}" for name in shop.shelf]
        line = f"insert file -c again {' '.join(urls)}"
        run = lite_in_tmp(f"{line} --strict")
        there = exact(lite_in_tmp, "again")
        assert (run.code, 20 < there < COUNT) == (1, True), run

        has = "has" if len(urls) == 1 else "have"
        refused = failed(
            f"{', '.join(urls)} {has} changed since an earlier insert was interrupted; {there:,} rows are in",
            ANEW,
            code=2,
        )
        swapped = [rows()[1], rows()[0], *rows()[2:]]
        for other in (rows()[::-1], rows()[5:], swapped, [(0, 7.0), *rows()[1:]], rows()[: there - 1], rows()[:1]):
            shop.shelf = form(other)
            assert lite_in_tmp(f"{line} --resume") == refused
            assert exact(lite_in_tmp, "again") == there

        # Other batches than before, but the same rows.
        shop.shelf = form(rows())
        cut(monkeypatch, 2_700)
        run = lite_in_tmp(f"{line} --resume")
    assert run == Run(0, f"Inserted {COUNT} of {COUNT} rows into 'again', which had {there} and has {COUNT}.\n", ""), (
        run
    )
    assert distinct(lite_in_tmp, "again") == COUNT
    lite_in_tmp.gone("again")


def test_an_insert_that_is_interrupted_a_second_time_knows_the_rows_of_both(lite_in_tmp: Typed) -> None:
    make_loaded(lite_in_tmp, "again_twice")
    body = jsonl(rows())["rows.jsonl"]
    with BrokenWeb() as web:
        line = f"insert file -c again_twice http://{web.address}/rows.jsonl"
        for size in (4_000, 7_000):
            web.reply = answer(body[:size], length=len(body))
            assert lite_in_tmp(line if size == 4_000 else f"{line} --resume").code == 1

        there = exact(lite_in_tmp, "again_twice")
        second = body.replace(b'"id": 130, "v": [16.25,', b'"id": 130, "v": [16.26,')
        assert (there > 150, second != body) == (True, True)

        web.reply = answer(second)
        assert lite_in_tmp(f"{line} --resume").code == 2
        web.reply = answer(body)
        assert lite_in_tmp(f"{line} --resume").code == 0
    assert (exact(lite_in_tmp, "again_twice"), distinct(lite_in_tmp, "again_twice")) == (COUNT, COUNT)
    lite_in_tmp.gone("again_twice")


@contextmanager
def piped(data: bytes) -> Iterator[str]:
    """A named pipe."""
    os.mkfifo("pipe.jsonl")
    # Opened for both directions, it blocks nobody, and its data is read before it ends.
    writer = threading.Thread(target=lambda: _write(data))
    writer.start()
    try:
        yield "pipe.jsonl"
    finally:
        # If the reader stopped early, or never came, the writer must end too.
        os.close(os.open("pipe.jsonl", os.O_RDONLY | os.O_NONBLOCK))
        writer.join(10)
        os.unlink("pipe.jsonl")


def _write(data: bytes) -> None:
    try:
        Path("pipe.jsonl").write_bytes(data)
    except BrokenPipeError:
        return


def test_a_pipe_with_other_rows_is_not_resumed(lite_in_tmp: Typed) -> None:
    make_loaded(lite_in_tmp, "again_pipe")
    line = "insert file -c again_pipe {} --strict"
    with piped(jsonl(breaking(rows()))["rows.jsonl"]) as name:
        assert lite_in_tmp(line.format(name)).code == 1
    there = exact(lite_in_tmp, "again_pipe")
    with piped(jsonl(rows()[5:])["rows.jsonl"]) as name:
        assert lite_in_tmp(f"{line.format(name)} --resume") == failed(
            f"pipe.jsonl has changed since an earlier insert was interrupted; {there:,} rows are in", ANEW, code=2
        )
    with piped(jsonl(rows())["rows.jsonl"]) as name:
        assert lite_in_tmp(f"{line.format(name)} --resume").code == 0
    assert (exact(lite_in_tmp, "again_pipe"), distinct(lite_in_tmp, "again_pipe")) == (COUNT, COUNT)
    lite_in_tmp.gone("again_pipe")


PIPED = ["insert", "file", "-", "--format", "jsonl", "--checkpoint", "how_far"]


def test_standard_input_with_other_rows_is_not_resumed(lite_in_tmp: Typed) -> None:
    make_loaded(lite_in_tmp, "again_stdin")
    line, cli = [*PIPED, "-c", "again_stdin", "--strict"], lite_in_tmp.cli
    # Each is larger than a batch.
    good = [json.dumps({"id": number, "v": [number, 0.5]}) + " " * 1_500_000 + "\n" for number in range(4)]
    run = cli(*line, input="".join([*good, "{}\n"]), env=lite_in_tmp.env)
    there = exact(lite_in_tmp, "again_stdin")
    assert (run.code, 0 < there <= 4) == (1, True), run
    run = cli(*line, "--resume", input="".join(good[1:]), env=lite_in_tmp.env)
    assert run == failed(
        f"standard input has changed since an earlier insert was interrupted; {there:,} rows are in", ANEW, code=2
    )
    assert cli(*line, "--resume", input="".join(good), env=lite_in_tmp.env).code == 0
    assert (exact(lite_in_tmp, "again_stdin"), distinct(lite_in_tmp, "again_stdin")) == (4, 4)
    lite_in_tmp.gone("again_stdin")


def test_an_insert_killed_before_the_first_answer_says_that_rows_may_be_in(lite_in_tmp: Typed) -> None:
    make_loaded(lite_in_tmp, "again_killed")
    line, data = [*PIPED, "-c", "again_killed"], jsonl(rows(20))["rows.jsonl"].decode()
    checkpoint, server = lite_in_tmp.cli.directory / "how_far", lite_in_tmp.server
    with TcpProxy(server.host, server.port) as proxy:
        env = {"MILVUS_URI": f"http://127.0.0.1:{proxy.port}"}
        process = lite_in_tmp.cli.start(*line, env=env)
        wait_for(lambda: checkpoint.exists() and checkpoint.stat().st_size > 0)
        # By then it has sent its last request, and waits for rows.
        time.sleep(1)
        proxy.freeze()
        assert process.stdin
        process.stdin.write(data)
        process.stdin.close()
        wait_for(lambda: json.loads(checkpoint.read_text())["sent"]["line"] == 20)
        process.kill()
        process.wait()
        proxy.thaw()
        assert lite_in_tmp.cli(*line, input=data, env=env) == failed(
            "an earlier run of this insert stopped after 0 rows; rows that were on their way may be in too",
            "--resume continues it; --restart sends all rows again",
            code=2,
        )
        run = lite_in_tmp.cli(*line, "--resume", input=data, env=env)
    assert (run.code, run.out.partition(" into")[0], run.err) == (0, "Inserted 20 of 20 rows", "")
    assert (exact(lite_in_tmp, "again_killed"), distinct(lite_in_tmp, "again_killed")) == (20, 20)
    lite_in_tmp.gone("again_killed")


def test_resume_begins_where_nothing_was_sent_but_not_where_all_may_be_done(lite_in_tmp: Typed) -> None:
    make_loaded(lite_in_tmp, "again_none")
    line, data = [*PIPED, "-c", "again_none"], jsonl(rows(20))["rows.jsonl"].decode()
    checkpoint = lite_in_tmp.cli.directory / "how_far"
    process = lite_in_tmp.cli.start(*line, env=lite_in_tmp.env)
    wait_for(lambda: checkpoint.exists() and checkpoint.stat().st_size > 0)
    process.kill()
    process.communicate()
    run = lite_in_tmp.cli(*line, "--resume", input=data, env=lite_in_tmp.env)
    assert run == Run(
        0,
        "Inserted 20 of 20 rows into 'again_none', which had 0 and has 20.\n",
        "note: nothing to resume: starting from the beginning\n",
    )
    # It is complete, and has left nothing that distinguishes it from one that never began.
    run = lite_in_tmp.cli(*line, "--resume", input=data, env=lite_in_tmp.env)
    assert run == failed(
        "there is nothing to resume",
        "it may have finished: check the row count before running it without --resume",
    )
    assert exact(lite_in_tmp, "again_none") == 20
    lite_in_tmp.gone("again_none")


def test_resume_begins_where_the_collection_is_empty(lite_in_tmp: Typed) -> None:
    make_loaded(lite_in_tmp, "again_empty")
    line, data = [*PIPED, "-c", "again_empty"], jsonl(rows(20))["rows.jsonl"].decode()
    assert lite_in_tmp.cli(*line, "--resume", input=data, env=lite_in_tmp.env) == Run(
        0,
        "Inserted 20 of 20 rows into 'again_empty', which had 0 and has 20.\n",
        "note: nothing to resume: starting from the beginning\n",
    )
    lite_in_tmp.gone("again_empty")


# The digest


def digest(*chunks: Chunk) -> str:
    witness = Witness(Earlier(), "it has", "")
    for _ in witness.watch(iter(chunks)):
        pass
    return witness.digest


def test_a_digest_does_not_depend_on_how_rows_are_cut_into_chunks() -> None:
    from milvus_cli.values.encode import ABSENT

    bad = RejectedRow(2, "", "not a JSON object", "x")
    whole = Chunk({"b": [ABSENT, "y", "z"], "a": [[1.5, 2], {"k": 1}, None]}, [1, 3, 4], [bad])
    parts = (Chunk({"a": [[1.5, 2]]}, [1], [bad]), Chunk({"a": [{"k": 1}, None], "b": ["y", "z"]}, [3, 4]))
    assert digest(whole) == digest(*parts)


def deep(leaf: int) -> Any:
    value: Any = leaf
    for _ in range(5_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1.0, 2.0], [1.0, 2.5]),
        ([1.0, "2"], [1.0, "3"]),
        ([1.0, 10**400], [1.0, 10**401]),
        ("\ud800", "\ud801"),
        ("1", 1),
        (b"\0\1", b"\0\2"),
        ({"k": [1]}, {"k": [2]}),
        (deep(1), deep(2)),
    ],
    ids=["vectors", "mixed", "huge", "surrogates", "text and number", "bytes", "objects", "deep"],
)
def test_a_digest_tells_rows_that_differ(one: Any, other: Any) -> None:
    assert digest(Chunk({"a": [one]}, [1])) == digest(Chunk({"a": [one]}, [1]))
    assert len({digest(Chunk({"a": [value]}, [line])) for value, line in ((one, 1), (other, 1), (one, 2))}) == 3
