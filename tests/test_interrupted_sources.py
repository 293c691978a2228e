"""Sources that break off: changing files, URLs that end too soon, servers lost while rows are read."""

import json
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.broken_web import BrokenWeb, answer, chunked
from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.tcp_proxy import TcpProxy
from tests.support.typed import Typed, failed
from tests.test_insert_faults import ANEW, distinct, exact, make_loaded, wait_for, write_rows

BROKE_OFF = r"{url} is cut off or broken: the transfer was interrupted \(IncompleteRead\)"
GOES_ON = "run the same command with --resume to continue"


@pytest.fixture
def lite_in_tmp(cli: Cli, lite: LiteServer, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Commands on Milvus Lite that send many small batches, in their directory."""
    monkeypatch.chdir(cli.directory)
    monkeypatch.setattr("milvus_cli.files.row_stream.CHUNK_SIZE", 10_000)
    return Typed(cli, lite)


def lines(count: int) -> bytes:
    return b"".join(json.dumps({"id": number, "v": [number, 0.5]}).encode() + b"\n" for number in range(count))


@pytest.mark.parametrize(
    ("broken", "resets", "why"),
    [
        (chunked(lines(2_000), end=b""), False, BROKE_OFF),
        (chunked(lines(2_000), end=b"zz\r\n"), False, BROKE_OFF),
        (chunked(lines(2_000), end=b"ffffff\r\n{"), False, BROKE_OFF),
        (
            answer(lines(2_000), length=len(lines(3_000))),
            False,
            r"{url} is cut off or broken: [0-9,]+ bytes are missing",
        ),
        (answer(lines(2_000), length=len(lines(3_000))), True, r"can't read {url}: Connection reset by peer"),
    ],
    ids=["chunks without an end", "no size of a chunk", "half a chunk", "short", "reset"],
)
def test_a_url_that_breaks_off_is_reported_with_the_inserted_rows_and_resume_continues(
    lite_in_tmp: Typed, broken: bytes, resets: bool, why: str
) -> None:
    make_loaded(lite_in_tmp, "source_url")
    with BrokenWeb() as web:
        url = f"http://{web.address}/rows.jsonl"
        web.reply, web.resets = broken, resets
        run = lite_in_tmp(f"insert file -c source_url {url}")
        there = exact(lite_in_tmp, "source_url")
        assert 1_000 < there <= 2_000
        said = f"error: {why.format(url=re.escape(url))}; {there:,} rows are in\nhint: {GOES_ON}\n"
        assert (run.code, run.out, bool(re.fullmatch(said, run.err))) == (1, "", True), run
        web.reply, web.resets = answer(lines(3_000)), False
        run = lite_in_tmp(f"insert file -c source_url {url} --resume")
    assert (run.code, run.out.partition(" into")[0]) == (0, "Inserted 3,000 of 3,000 rows"), run
    assert (exact(lite_in_tmp, "source_url"), distinct(lite_in_tmp, "source_url")) == (3_000, 3_000)
    lite_in_tmp.gone("source_url")


def test_a_url_that_has_changed_is_not_resumed(lite_in_tmp: Typed) -> None:
    make_loaded(lite_in_tmp, "source_etag")
    with BrokenWeb() as web:
        url = f"http://{web.address}/rows.jsonl"
        web.reply = answer(lines(2_000), headers=['ETag: "a"'], length=1_000_000)
        assert lite_in_tmp(f"insert file -c source_etag {url}").code == 1
        web.reply = answer(lines(2_500), headers=['ETag: "b"'])
        there = exact(lite_in_tmp, "source_etag")
        assert lite_in_tmp(f"insert file -c source_etag {url} --resume") == failed(
            f"{url} has changed since an earlier insert was interrupted; {there:,} rows are in", ANEW, code=2
        )
        # The hint helps.
        assert lite_in_tmp(f"upsert file -c source_etag {url} --restart").code == 0
    assert (exact(lite_in_tmp, "source_etag"), distinct(lite_in_tmp, "source_etag")) == (2_500, 2_500)
    lite_in_tmp.gone("source_etag")


def changing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file gets another row while its first batch is encoded."""
    from milvus_cli.transfer.intake import RowEncoder

    encode, done = RowEncoder.batch, list[bool]()

    def batch(*arguments: Any) -> Any:
        if not done:
            done.append(True)
            with Path("rows.jsonl").open("a") as file:
                file.write('{"id": 1000, "v": [1, 2]}\n')
        return encode(*arguments)

    monkeypatch.setattr(RowEncoder, "batch", batch)


@pytest.mark.parametrize("alias", ["lite", "milvus"])
def test_the_hint_after_a_file_has_changed_helps(
    cli: Cli, alias: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(cli.directory)
    typed = Typed(cli, request.getfixturevalue(alias))
    make_loaded(typed, "source_changed")
    write_rows(Path("rows.jsonl"), 100)
    changing(monkeypatch)
    line = "insert file -c source_changed rows.jsonl --checkpoint how_far"
    run = typed(line)
    assert (run.code, run.err.partition("; ")[0]) == (1, "error: rows.jsonl changed while it was read")
    assert run.err.endswith(f"\nhint: wait until nothing writes to it; then {ANEW}\n")

    there = exact(typed, "source_changed")
    assert typed(f"{line} --resume") == failed(
        f"an earlier insert was interrupted after {there} rows were in, and had another state of the files",
        ANEW,
        code=2,
    )
    assert typed(f"{line.replace('insert', 'upsert', 1)} --restart").code == 0
    assert (exact(typed, "source_changed"), distinct(typed, "source_changed")) == (101, 101)
    typed.gone("source_changed")


def test_where_keys_are_generated_the_hint_says_that_rows_would_be_there_twice(
    lite_in_tmp: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    lite_in_tmp.gone("source_auto")
    lite_in_tmp.all("create collection -c source_auto -f key:INT64 -f id:INT64 -f v:FLOAT_VECTOR:2 -p key -a")
    write_rows(Path("rows.jsonl"), 100)
    changing(monkeypatch)
    run = lite_in_tmp("insert file -c source_auto rows.jsonl")
    assert run.err.endswith(
        "hint: wait until nothing writes to it; then delete the rows that are in, and send all again with --restart: "
        "Milvus generates the keys\n"
    )
    lite_in_tmp.gone("source_auto")


def test_another_option_than_before_is_named(lite_in_tmp: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    make_loaded(lite_in_tmp, "source_option")
    write_rows(Path("rows.jsonl"), 100)
    changing(monkeypatch)
    there = "insert file -c source_option rows.jsonl --checkpoint how_far"
    assert lite_in_tmp(there).code == 1
    state = json.loads(Path("how_far").read_text())
    found = os.stat("rows.jsonl")
    state["job"]["state of the files"] = [f"{found.st_dev}:{found.st_ino}:{found.st_size}:{found.st_mtime_ns}"]
    Path("how_far").write_text(json.dumps(state))
    assert lite_in_tmp(f"{there} --resume --ignore-unknown") == failed(
        f"an earlier insert was interrupted after {state['inserted']} rows were in, and had another --ignore-unknown",
        f"give --ignore-unknown as before; or {ANEW}",
        code=2,
    )
    lite_in_tmp.gone("source_option")


class Interrupted(NamedTuple):
    """An insert that was interrupted after `rows` of 100 rows."""

    typed: Typed
    line: str
    rows: int


@pytest.fixture
def interrupted(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Interrupted]:
    monkeypatch.chdir(typed.cli.directory)
    make_loaded(typed, "source_made_anew")
    monkeypatch.setattr("milvus_cli.files.row_stream.CHUNK_SIZE", 1_000)
    write_rows(Path("rows.jsonl"), 100)
    with Path("rows.jsonl").open("a") as file:
        file.write("no row\n")
    line = "insert file -c source_made_anew rows.jsonl"
    run = typed(f"{line} --strict")
    there = exact(typed, "source_made_anew")
    assert (run.code, there > 0) == (1, True), run
    yield Interrupted(typed, line, there)
    typed.gone("source_made_anew")


def test_an_insert_is_not_resumed_into_another_collection_of_the_same_name(interrupted: Interrupted) -> None:
    typed, there = interrupted.typed, interrupted.rows
    make_loaded(typed, "source_made_anew")
    by_identity = failed(
        f"an earlier insert was interrupted after {there} rows were in, and had another collection of that name",
        "--restart starts over",
        code=2,
    )
    by_rows = failed(
        f"the collection has 0 rows, and {there} were in when the insert was interrupted: "
        "it is another one, or rows were deleted",
        "--restart sends all rows again",
        code=2,
    )
    is_lite = isinstance(typed.server, LiteServer)
    assert typed(f"{interrupted.line} --resume") == (by_rows if is_lite else by_identity)
    assert typed(f"{interrupted.line} --restart").code == 5
    assert exact(typed, "source_made_anew") == 100


def test_rows_deleted_since_an_interruption_are_noted_or_refused(interrupted: Interrupted) -> None:
    typed, there = interrupted.typed, interrupted.rows
    typed.all("delete entities -c source_made_anew -e 'id < 3' -y")
    gone = f"the collection has {there - 3} rows, and {there} were in when the insert was interrupted"
    run = typed(f"{interrupted.line} --resume")
    if isinstance(typed.server, LiteServer):
        assert (run.code, run.err.partition(":")[2].partition(":")[0]) == (2, f" {gone}")
    else:
        note = f"note: {gone}: those that were deleted since are not inserted again\n"
        assert (run.code, run.err.startswith(note)) == (5, True), run


# Servers lost while they are read


@contextmanager
def gone_for(proxy: TcpProxy, seconds: float) -> Iterator[None]:
    """Cuts all connections, and refuses new ones for a while."""
    proxy.refuse()
    proxy.cut()
    timer = threading.Timer(seconds, proxy.accept)
    timer.start()
    try:
        yield
    finally:
        timer.join()


def test_an_export_waits_for_a_server_that_comes_back(cli: Cli, lite: LiteServer) -> None:
    typed = Typed(cli, lite)
    make_loaded(typed, "source_export")
    typed.all("insert fake -c source_export -n 8000")
    file = cli.directory / "x.jsonl"
    with TcpProxy(lite.host, lite.port) as proxy:
        line, env = ["export", "source_export", "x.jsonl"], {"MILVUS_URI": f"http://127.0.0.1:{proxy.port}"}
        proxy.delay(0.1)
        process = cli.start(*line, "--retry", "0.5", env=env)
        wait_for((cli.directory / "x.jsonl.part.json").exists)
        proxy.refuse()
        proxy.cut()
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (3, ""), err
        assert re.fullmatch("error: [^\n]+\nhint: [^\n]+; then run it again with --resume\n", err), err
        proxy.accept()
        state = cli.directory / "x.jsonl.part.json"
        before = state.read_text()
        process = cli.start(*line, "--resume", env=env)
        wait_for(lambda: not state.exists() or state.read_text() != before)
        with gone_for(proxy, 1.5):
            pass
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "Exported 8,000 rows of 'source_export' to x.jsonl.\n"), err
    assert [json.loads(line)["id"] for line in file.read_text().splitlines()] == list(range(1, 8_001))
    typed.gone("source_export")


def test_ctrl_c_ends_an_export_that_waits_for_a_server(cli: Cli, lite: LiteServer) -> None:
    typed = Typed(cli, lite)
    make_loaded(typed, "source_waits")
    typed.all("insert fake -c source_waits -n 3000")
    with TcpProxy(lite.host, lite.port) as proxy:
        proxy.delay(0.1)
        process = cli.start("export", "source_waits", "x.jsonl", env={"MILVUS_URI": f"http://127.0.0.1:{proxy.port}"})
        wait_for((cli.directory / "x.jsonl.part.json").exists)
        proxy.refuse()
        proxy.cut()
        time.sleep(0.5)
        assert process.poll() is None
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, time.monotonic() - began < 10) == (130, "", True), err
    assert err == "error: x.jsonl is incomplete\nhint: run the same command with --resume\n"
    typed.gone("source_waits")


def test_ctrl_c_before_the_first_rows_leaves_nothing_to_resume(
    cli: Cli, lite: LiteServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*given: object) -> int:
        raise KeyboardInterrupt

    typed = Typed(cli, lite)
    make_loaded(typed, "source_early")
    path = tmp_path / "x.jsonl"
    with monkeypatch.context() as patch:
        patch.setattr("milvus_cli.transfer.export.exact_count", interrupted)
        assert typed(f"export source_early {path}") == Run(130, "", f"error: {path} was not written\n")
    assert [each.name for each in tmp_path.glob("x.jsonl*")] == []
    typed.gone("source_early")


def test_a_copy_waits_for_a_source_that_comes_back(cli: Cli, lite: LiteServer, milvus: MilvusServer) -> None:
    typed, there = Typed(cli, lite), Typed(cli, milvus)
    make_loaded(typed, "source_copied")
    typed.all("insert fake -c source_copied -n 3000")
    there.gone("source_copy")
    with TcpProxy(lite.host, lite.port) as proxy:
        for alias, address in (("slow", f"127.0.0.1:{proxy.port}"), ("there", milvus.address)):
            assert cli("connect", address, "-a", alias).code == 0
        proxy.delay(0.3)
        process = cli.start("copy", "slow:source_copied", "there:source_copy", "-y", "--no-load")
        wait_for(lambda: there("show collection source_copy").code == 0)
        with gone_for(proxy, 1.5):
            pass
        proxy.delay(0)
        out, err = process.communicate(timeout=90)
    assert (process.returncode, out.partition(" rows")[0]) == (0, "Copied 3,000"), err
    typed.gone("source_copied")
    there.gone("source_copy")
