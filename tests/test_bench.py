"""The bench measures correctly; no test depends on durations."""

import os
import subprocess
import sys

import pytest

from tests.bench.report import Row, compare, table
from tests.bench.timing import (
    BenchFailed,
    Process,
    Prompt,
    Sample,
    cpu_ratio,
    least_wall,
    measure,
    median_wall,
    peak_memory,
    ratio,
)
from tests.support.cli import ROOT

SHELL = "/bin/sh"


def shell(script: str) -> Process:
    return Process([SHELL, "-c", script], os.environ)


def test_ratios_are_taken_round_by_round() -> None:
    floor = [Sample(10, 1), Sample(100, 2), Sample(20, 4)]
    samples = [Sample(20, 3), Sample(300, 8), Sample(40, 8)]
    assert (ratio(samples, floor), cpu_ratio(samples, floor)) == (2, 3)
    assert (median_wall(samples), least_wall(samples)) == (40, 20)


def test_tasks_run_in_turn_after_a_round_that_does_not_count() -> None:
    ran: list[str] = []
    clock = iter(range(100))

    def task(name: str) -> Sample:
        ran.append(name)
        return Sample(next(clock), 0)

    samples = measure({"a": lambda: task("a"), "b": lambda: task("b")}, rounds=2)
    assert ran == ["a", "b", "a", "b", "a", "b"]
    assert samples == {"a": [Sample(2, 0), Sample(4, 0)], "b": [Sample(3, 0), Sample(5, 0)]}


def test_a_process_that_sleeps_takes_longer_than_one_that_does_not() -> None:
    samples = measure({"short": shell(":"), "long": shell("sleep 0.2")}, rounds=3)
    assert least_wall(samples["long"]) >= 200
    assert ratio(samples["long"], samples["short"]) > 1


def test_a_process_gets_its_input_and_only_its_own_environment() -> None:
    Process([SHELL, "-c", 'read line; test "$line $X" = "hello 1" -a -z "$HOME"'], {"X": "1"}, "hello\n")()


def test_a_process_that_fails_is_not_timed() -> None:
    with pytest.raises(BenchFailed, match=r"(?s)ended with 3:\nbroken\n"):
        shell("echo broken; exit 3")()


@pytest.mark.parametrize("shown", ["name> ", "\x1b[1mname\x1b[0m>\x1b[1C", "one\r\nname>"])
def test_a_prompt_is_seen_among_escape_sequences(shown: str) -> None:
    show = "import sys, time; sys.stdout.write(sys.argv[1]); sys.stdout.flush(); time.sleep(60)"
    sample = Prompt([sys.executable, "-c", show, shown], os.environ, "name> ")()
    assert 0 < sample.wall < 30_000


def test_a_shell_that_ends_without_a_prompt_is_not_timed() -> None:
    with pytest.raises(BenchFailed, match="showed no 'name> '"):
        Prompt([SHELL, "-c", "echo nothing"], os.environ, "name> ")()


def test_peak_memory_is_that_of_the_command_alone() -> None:
    ours = bytearray(100_000_000)
    little = peak_memory([sys.executable, "-I", "-c", ""], os.environ)
    much = peak_memory([sys.executable, "-I", "-c", "bytearray(b'x') * 60_000_000"], os.environ)
    assert little < 60 < much < 100 < len(ours)


def test_the_table_says_what_is_over_its_budget() -> None:
    samples = {"floor": [Sample(10, 10)], "good": [Sample(15, 15)], "bad": [Sample(25, 30)]}
    rows = [*compare(samples, "floor", {"good": 2.0, "bad": 2.0}), Row("size", 37.25, 37.25, unit="MB", budget=50.0)]
    assert [(row.is_over, row.verdict) for row in rows] == [(False, ""), (False, "ok"), (True, "over"), (False, "ok")]
    assert table(rows) == (
        "what   median   min  unit  beside  median  ratio   cpu  budget\n"
        "floor    10.0  10.0  ms\n"
        "good     15.0  15.0  ms    floor     10.0   1.50  1.50       2  ok\n"
        "bad      25.0  25.0  ms    floor     10.0   2.50  3.00       2  over\n"
        "size     37.2  37.2  MB                                     50  ok"
    )


def test_help_of_the_bench() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.bench", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: python -m tests.bench")
    said = " ".join(done.stdout.split())
    assert all(
        word in said
        for word in (
            "startup, store, size, typing, collections, collections-2.3.5, search",
            "--rounds",
            "--official",
            "--json",
        )
    )
