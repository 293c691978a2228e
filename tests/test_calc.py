"""calc: hybrid timestamps there and back, and distances as the server's searches show them."""

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymilvus.orm import utility

from milvus_cli.search.calc import HIGHEST, hybrid, later, moment, unix_seconds
from tests.support.cli import Cli, Run
from tests.support.recorder import run_here
from tests.support.typed import Typed, failed

KNOWN = 429164525386203142
"""Of Milvus's page on hybrid timestamps: 2021-11-17 15:05:41 in China."""

FORMS = "write a vector as [0.1, 0.2, …] or 0.1, 0.2, …"
YEAR = "hybrid timestamps cover the years 1970 to 4199"


@pytest.fixture
def calc(tmp_path: Path) -> Any:
    def run(*argv: str) -> Run:
        return run_here(["calc", *argv], tmp_path, "")

    return run


def rows(run: Run) -> list[tuple[int, int, Any]]:
    assert (run.code, run.err) == (0, ""), run
    return [tuple(json.loads(line).values()) for line in run.out.splitlines()]


def value(run: Run) -> Any:
    assert (run.code, run.err) == (0, ""), run
    [found] = json.loads(run.out).values()
    return found


@given(st.integers(0, HIGHEST), st.integers(-(10**6), 10**6))
def test_timestamps_are_those_of_pymilvus(hybridts: int, milliseconds: int) -> None:
    assert unix_seconds(hybridts) == utility.hybridts_to_unixtime(hybridts)
    if 0 <= (hybridts >> 18) + milliseconds <= HIGHEST >> 18:
        assert later(hybridts, milliseconds) == utility.mkts_from_hybridts(hybridts, milliseconds=milliseconds)


@given(st.integers(0, HIGHEST >> 18))
def test_every_millisecond_comes_back(milliseconds: int) -> None:
    assert hybrid(round(unix_seconds(milliseconds << 18) * 1000)) == milliseconds << 18


def test_a_timestamp_as_unix_time_and_as_a_date(calc: Any) -> None:
    assert value(calc("hybridts_to_unixtime", "-h", str(KNOWN), "-o", "json")) == 1637132741.494
    shown = value(calc("hybridts_to_datetime", str(KNOWN), "-o", "json"))
    assert datetime.fromisoformat(shown) == datetime(2021, 11, 17, 7, 5, 41, 494000, timezone.utc)
    assert datetime.fromisoformat(shown) == moment(KNOWN)


def test_a_timestamp_of_another_of_unix_time_and_of_a_date(calc: Any) -> None:
    made = {
        "mkts_from_hybridts": ["-h", str(KNOWN), "-m", "1500"],
        "mkts_from_unixtime": ["-e", "1637132741.494", "-m", "1500"],
        "mkts_from_datetime": ["-d", "2021-11-17T07:05:42.994Z"],
    }
    found = {name: value(calc(name, *words, "-o", "json")) for name, words in made.items()}
    whole = KNOWN - KNOWN % (1 << 18) + (1500 << 18)
    assert found == {
        "mkts_from_hybridts": KNOWN + (1500 << 18),
        "mkts_from_unixtime": whole,
        "mkts_from_datetime": whole,
    }


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["mkts_from_unixtime", "-e", "-1"], "-1000 ms since 1970 is not a time of a hybrid timestamp", YEAR),
        (
            ["mkts_from_unixtime", "-e", "nan"],
            "--epoch: expected a finite number, got 'nan'",
            "help calc mkts_from_unixtime",
        ),
        (["mkts_from_hybridts", "-h", "0", "-m", "-1"], "-1 ms since 1970 is not a time of a hybrid timestamp", YEAR),
        (["mkts_from_datetime", "-d", "soon"], "'soon' is not a date and time", "write 2021-11-17 15:05:41+00:00"),
        (
            ["hybridts_to_unixtime", "-h", str(HIGHEST + 1)],
            f"--hybridts: must be between 0 and {HIGHEST}, got {HIGHEST + 1}",
            "help calc hybridts_to_unixtime",
        ),
        (
            ["distance", "-l", "[1]", "-r", "[1, 2]"],
            "left vector 0 has 1 numbers, right vector 0 2",
            "only vectors of one length have a distance",
        ),
        (
            ["distance", "-l", "[1]", "-r", "[true]"],
            "right vector 0 is not a list of numbers",
            "write it as [0.1, 0.2, …]",
        ),
        (
            ["distance", "-l", "[256]", "-r", "[1]", "-m", "HAMMING"],
            "left vector 0 is not a binary vector",
            "write its bytes, each 0 to 255: [3, 255]",
        ),
        (
            ["distance", "-l", "[1.5]", "-r", "[1]", "-m", "HAMMING"],
            "left vector 0 is not a binary vector",
            "write its bytes, each 0 to 255: [3, 255]",
        ),
        (["distance", "-l", "[1", "-r", "[1]"], "--left has no closing bracket", FORMS),
        (["distance", "-l", "[1]", "-r", "one"], "--right has 'one', which is not a number", FORMS),
        (["distance", "-l", "[1]", "-r", "[1]", "-m", "IP", "--sqrt"], "IP has no root: --sqrt goes with L2", ""),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else None,
)
def test_invalid_input_exits_2(calc: Any, words: list[str], message: str, hint: str) -> None:
    assert calc(*words) == failed(message, hint, code=2)


@pytest.mark.parametrize(
    ("metric", "left", "right", "expected"),
    [
        ("L2", "[0, 0]", "[[3, 4], [0, 0]]", [25.0, 0.0]),
        ("IP", "[1, 2]", "[3, 4]", [11.0]),
        ("COSINE", "[1, 0]", "[[2, 0], [0, 5], [0, 0]]", [1.0, 0.0, 0.0]),
        ("hamming", "[15, 1]", "[[0, 0], [15, 1]]", [5.0, 0.0]),
        ("JACCARD", "[3]", "[[1], [4], [0]]", [0.5, 1.0, 1.0]),
        ("TANIMOTO", "[3]", "[[1], [3], [4]]", [1.0, 0.0, "Infinity"]),
        ("L2", "0, 0", "[[3. 4.]\n [0. 0.]]", [25.0, 0.0]),
        ("IP", "array([1., 2.], dtype=float32)", '"[3, 4]"\n"[1, 1]"', [11.0, 3.0]),
        ("HAMMING", "15 1", "[ 0.  0.]", [5.0]),
        ("L2", "[1e30]", "[-1e30]", ["Infinity"]),
    ],
)
def test_distances(calc: Any, metric: str, left: str, right: str, expected: list[Any]) -> None:
    found = rows(calc("distance", "-l", left, "-r", right, "-m", metric, "-o", "jsonl"))
    assert found == [(0, number, distance) for number, distance in enumerate(expected)]


def test_vectors_may_be_plain_words_and_the_square_is_noted(calc: Any) -> None:
    run = calc("distance", "[0, 0]", "[1, 1]")
    assert (run.code, run.out.splitlines()[-1]) == (0, "L2 is squared, as searches show it: --sqrt takes the root")
    assert calc("distance", "[0, 0]", "[1, 1]", "-m", "IP").out.endswith("(1 row)\n")
    assert calc("distance", "[0, 0]") == failed("missing right", "-r JSON", code=2)


def test_the_root_of_l2(calc: Any) -> None:
    assert rows(calc("distance", "-l", "[0, 0]", "-r", "[1, 1]", "--sqrt", "-o", "jsonl")) == [(0, 0, 1.4142135)]


@pytest.mark.parametrize(
    ("server_kind", "kind", "index", "metric", "vectors"),
    [
        ("lite", "FLOAT_VECTOR:4", "FLAT", "COSINE", [[0.1, 0.2, 0.3, 0.4], [1, 0, 0.5, -2], [0.25, 7, 0, 1]]),
        ("milvus", "BINARY_VECTOR:16", "BIN_FLAT", "JACCARD", [[255, 0], [1, 3], [129, 77]]),
    ],
)
def test_distances_are_those_of_a_search(
    request: pytest.FixtureRequest,
    cli: Cli,
    server_kind: str,
    kind: str,
    index: str,
    metric: str,
    vectors: list[list[float]],
) -> None:
    here, name = Typed(cli, request.getfixturevalue(server_kind)), f"calc_{metric.lower()}"
    here.gone(name)
    data = json.dumps([{"id": number, "v": vector} for number, vector in enumerate(vectors)])
    here.all(
        f"create collection -c {name} -f id:INT64 -f v:{kind} -p id",
        f"insert row -c {name} --row '{data}'",
        f"create index -c {name} -f v -t {index} -m {metric}",
        f"load {name}",
    )
    asked = json.dumps(vectors[1])
    searched = {row["id"]: row["distance"] for row in here.json(f"search -c {name} -v '{asked}' -l 3")}
    counted = here.json(f"calc distance -l '{asked}' -r '{json.dumps(vectors)}' -m {metric}")
    here.gone(name)
    assert {row["right"]: row["distance"] for row in counted} == pytest.approx(searched, rel=1e-5, abs=1e-6)
