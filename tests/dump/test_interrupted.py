"""A dump and a restore that are killed at any moment, and run again."""

import json
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from milvus_cli.dump.journal import Journal
from milvus_cli.errors import CliError
from tests.dump.shelves import DumpedServer, Killed
from tests.support.cli import Cli
from tests.support.lite_server import LiteServer
from tests.support.typed import failed

KILLS = (1, 6)
"""Steps in the journal after which the job is killed."""


def until_done(there: DumpedServer, line: str, ending_at: Callable[[int, bool], None]) -> int:
    """Runs the line, each time ended at a later step than before, until it comes to its end; returns the runs."""
    for number in range(1, 100):
        ending_at(1 + number % 3, number % 2 == 0)
        try:
            run = there(line)
        except Killed:
            continue
        assert run.code == 0, run
        return number
    raise AssertionError("it never comes to its end")


@pytest.mark.parametrize("name", ["d", "d.tar"])
def test_a_dump_that_is_ended_at_each_of_its_steps_is_whole_in_the_end(
    name: str, small_parts: None, on_lite_server: DumpedServer, tmp_path: Path, ending_at: Callable[[int, bool], None]
) -> None:
    path = tmp_path / name
    runs = until_done(on_lite_server, f"dump {path} -c dmp_keys -c dmp_scalars", ending_at)
    assert runs > 10
    assert on_lite_server.json(f"check dump {path}")["intact"] is True
    within = ["default", "manifest.json"] if path.is_dir() else []
    assert sorted(each.name for each in tmp_path.rglob("*") if each.parent == path) == within
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_a_restore_that_is_ended_at_each_of_its_steps_is_whole_in_the_end(
    small_parts: None, on_lite_server: DumpedServer, tmp_path: Path, ending_at: Callable[[int, bool], None]
) -> None:
    path = tmp_path / "d"
    on_lite_server.all(f"dump {path} -c dmp_keys -c dmp_scalars --format jsonl")
    with on_lite_server.without("_ended"):
        runs = until_done(on_lite_server, f"restore {path} --suffix _ended", ending_at)
        assert runs > 10
        for name in ("dmp_keys", "dmp_scalars"):
            assert on_lite_server.json(f"diff {name} {name}_ended --rows all")["same"] is True
        assert list((on_lite_server.home / "restores").iterdir()) == []


def test_rows_that_a_server_lost_after_they_had_arrived_are_missed(
    small_parts: None, on_milvus_server: DumpedServer, tmp_path: Path, ending_at: Callable[[int, bool], None]
) -> None:
    """A killed Milvus 2.3.5 can lose rows that it has acknowledged."""
    path, journals = tmp_path / "d", on_milvus_server.home / "restores"
    on_milvus_server.all(f"dump {path} -c dmp_keys -c dmp_scalars")
    with on_milvus_server.without("_ended"):
        while not any('"finished"' in each.read_text() for each in journals.glob("*.jsonl")):
            ending_at(3, True)
            with pytest.raises(Killed):
                on_milvus_server(f"restore {path} --suffix _ended")
        ending_at(10_000, True)
        on_milvus_server.all("delete entities -c dmp_keys_ended -e 'id != \"\"' --yes")
        run = on_milvus_server(f"restore {path} --suffix _ended")
        assert (run.code, "'dmp_keys_ended' on" in run.err, "has 0 rows, and the dump" in run.err) == (1, True, True)
        assert "hint: they had all arrived: if the server crashed, delete the collection and run" in run.err

        on_milvus_server.all("delete collection dmp_keys_ended -y", f"restore {path} --suffix _ended")
        assert on_milvus_server.json("diff dmp_keys dmp_keys_ended --rows all")["same"] is True


def test_rows_with_generated_keys_are_in_once_after_a_restore_that_was_ended(
    small_parts: None, on_lite_server: DumpedServer, tmp_path: Path, ending_at: Callable[[int, bool], None]
) -> None:
    path = tmp_path / "d"
    with on_lite_server.without("auto_"):
        on_lite_server.all(
            "create collection -c auto_book -f id:INT64 -f v:FLOAT_VECTOR:4 -p id -a --index v:FLAT:L2",
            "insert fake -c auto_book -n 200",
            f"dump {path} -c auto_book",
        )
        ending_at(5, True)
        with pytest.raises(Killed):
            on_lite_server(f"restore {path} --suffix _ended")
        ending_at(10_000, True)
        on_lite_server.all(f"restore {path} --suffix _ended")
        assert on_lite_server.json("count auto_book_ended")["exact"] == 200


@pytest.mark.parametrize("name", ["d", "d.tar"])
@pytest.mark.parametrize("job", ["dump {path} -c 'dmp_*' --jobs 2", "restore {made} --suffix _killed --jobs 2"])
def test_a_killed_process_continues_when_it_is_run_again(
    job: str, name: str, on_lite_server: DumpedServer, lite_dump: Path, tmp_path: Path, lite: LiteServer
) -> None:
    cli, env = Cli(tmp_path), {"MILVUS_URI": lite.uri}
    path = tmp_path / name
    line = job.format(path=path, made=lite_dump).replace("'", "").split()
    with on_lite_server.without("_killed"):
        for steps in KILLS:
            process = cli.start(*line, env=env)
            wait_for_steps(lambda: [*tmp_path.glob("d*/progress.jsonl"), *cli.home.glob("restores/*.jsonl")], steps)
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=20)
        run = cli(*line, env=env)
        assert (run.code, "incomplete" in run.err) == (0, False)
        if path.exists():
            assert on_lite_server.json(f"check dump {path}")["intact"] is True
            assert (
                on_lite_server.json(f"show dump {path}")["rows"]
                == on_lite_server.json(f"show dump {lite_dump}")["rows"]
            )
        else:
            assert on_lite_server.differences("_killed") == []


def wait_for_steps(journals: Callable[[], list[Path]], steps: int) -> None:
    """Waits for a journal with that many lines, or until the job may be over."""
    until = time.monotonic() + 4
    while time.monotonic() < until:
        for each in journals():
            if each.exists() and each.read_bytes().count(b"\n") > steps:
                return
        time.sleep(0.002)


def test_a_dump_is_continued_only_with_the_same_options(
    small_parts: None, on_lite_server: DumpedServer, tmp_path: Path, ending_at: Callable[[int, bool], None]
) -> None:
    path = tmp_path / "d"
    ending_at(6, True)
    with pytest.raises(Killed):
        on_lite_server(f"dump {path} -c dmp_keys")
    ending_at(10_000, True)
    run = on_lite_server(f"dump {path} -c dmp_keys --format jsonl")
    assert run == failed(
        f"{path}/progress.jsonl is of another job: it had another --format",
        "run it as before, or start over with --force",
    )
    on_lite_server.all(f"dump {path} -c dmp_keys --format jsonl --force", f"check dump {path}")


def test_a_collection_that_changes_between_two_runs_is_dumped_again(
    small_parts: None, on_lite_server: DumpedServer, tmp_path: Path, ending_at: Callable[[int, bool], None]
) -> None:
    path = tmp_path / "d"
    with on_lite_server.without("changing_"):
        on_lite_server.all(
            "create collection changing_book --dim 4", "insert fake -c changing_book -n 300 --first 1000"
        )
        ending_at(5, True)
        with pytest.raises(Killed):
            on_lite_server(f"dump {path} -c changing_book")
        ending_at(10_000, True)
        on_lite_server.all("insert fake -c changing_book -n 100 --first 1")
        made = on_lite_server.json(f"dump {path} -c changing_book")
        assert made["rows"] == 400
        on_lite_server.all(f"check dump {path}")


@pytest.mark.parametrize("steps", [6, 7, 8, 10])
def test_a_collection_that_is_made_again_between_two_runs_is_dumped_anew(
    steps: int, on_lite_server: DumpedServer, tmp_path: Path, ending_at: Callable[[int, bool], None]
) -> None:
    path, make = tmp_path / "d", ["create collection changing_book --dim 4", "create partition -c changing_book -p two"]
    fill = "insert fake -c changing_book -n"
    with on_lite_server.without("changing_"):
        on_lite_server.all("create collection changing_too --dim 4")
        on_lite_server.all(*make, f"{fill} 300 --first 1", f"{fill} 200 --first 1000 -p two")
        ending_at(steps, True)
        with pytest.raises(Killed):
            on_lite_server(f"dump {path} -c 'changing_*'")
        ending_at(10_000, True)
        on_lite_server.all("delete collection changing_book -y", *make)
        on_lite_server.all(f"{fill} 100 --first 2000", f"{fill} 100 --first 3000 -p two")
        assert on_lite_server.json(f"dump {path} -c 'changing_*'")["rows"] == 200
        on_lite_server.all(f"check dump {path}")


def test_a_dump_is_not_continued_without_a_collection_that_is_finished(
    on_lite_server: DumpedServer, tmp_path: Path, ending_at: Callable[[int, bool], None]
) -> None:
    path = tmp_path / "d"
    ending_at(10, True)
    with pytest.raises(Killed):
        on_lite_server(f"dump {path} -c dmp_keys -c dmp_nullable")
    ending_at(10_000, True)
    assert on_lite_server(f"dump {path} -c dmp_nullable") == failed(
        f"{path} has default/dmp_keys of an earlier run, which these options leave out",
        "choose it too, or start over with --force",
    )
    on_lite_server.all(f"dump {path} -c dmp_keys", f"check dump {path}")


def test_parts_that_are_gone_between_two_runs_are_read_again(
    small_parts: None, on_lite_server: DumpedServer, tmp_path: Path, ending_at: Callable[[int, bool], None]
) -> None:
    path = tmp_path / "d"
    ending_at(7, True)
    with pytest.raises(Killed):
        on_lite_server(f"dump {path} -c dmp_keys")
    ending_at(10_000, True)
    shutil.rmtree(path / "default")
    on_lite_server.all(f"dump {path} -c dmp_keys", f"check dump {path}")


def test_the_last_line_of_a_killed_journal_may_be_cut(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl", {"of": "a"})
    assert journal.begun() == []
    journal.add({"step": 1})
    journal.close()
    with open(tmp_path / "j.jsonl", "a") as file:
        file.write('{"step": 2, "par')

    again = Journal(tmp_path / "j.jsonl", {"of": "a"})
    assert again.begun() == [{"step": 1}]
    again.add({"step": 3})
    again.close()
    lines = (tmp_path / "j.jsonl").read_text().splitlines()
    assert [json.loads(each) for each in lines[1:]] == [{"step": 1}, {"step": 3}]


def test_a_journal_of_another_job_is_refused(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl", {"a": 1})
    journal.begun()
    journal.add({"step": 1})
    journal.close()
    with pytest.raises(CliError, match="it had another a"):
        Journal(tmp_path / "j.jsonl", {"a": 2}).begun()
