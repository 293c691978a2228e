"""Random samples of rows: uniform, reproducible, and of the rows that the filter matches."""

import json
from collections import Counter
from pathlib import Path

import pytest

from milvus_cli.rows.sampling import reservoir
from tests.support.typed import Typed, failed

ROWS = 60


@pytest.fixture(scope="module")
def filled_servers() -> set[str]:
    """The servers that already have the collection of this module."""
    return set()


@pytest.fixture
def sampled_rows(typed: Typed, filled_servers: set[str]) -> Typed:
    """Servers with a loaded collection `sampled_rows`, whose keys are 1 to 60."""
    if typed.server.address not in filled_servers:
        typed.make("sampled_rows", rows=ROWS, index=True)
        typed.all("load sampled_rows")
        filled_servers.add(typed.server.address)
    return typed


def keys_of(typed: Typed, line: str) -> list[int]:
    return [row["id"] for row in typed.json(f"query sampled_rows --fields id {line}")]


def test_a_sample_is_the_same_with_the_same_seed_and_another_with_another(sampled_rows: Typed) -> None:
    first = keys_of(sampled_rows, "--sample 10 --seed 1")
    assert len(set(first)) == 10
    assert keys_of(sampled_rows, "--sample 10 --seed 1") == first
    assert keys_of(sampled_rows, "--sample 10 --seed 2") != first
    assert keys_of(sampled_rows, "--sample 1000") == keys_of(sampled_rows, "")


def test_a_sample_is_drawn_from_the_rows_that_match(sampled_rows: Typed) -> None:
    found = keys_of(sampled_rows, "--filter 'id > 40' --sample 5")
    assert (len(found), min(found) > 40) == (5, True)
    assert keys_of(sampled_rows, "--filter 'id > 1000' --sample 5") == []
    assert len(keys_of(sampled_rows, "--sample 5 --limit 3")) == 3


def test_a_limit_and_an_offset_hold_for_a_list_of_keys_too(sampled_rows: Typed) -> None:
    assert keys_of(sampled_rows, "--filter 'id in [3, 5, 7, 9]' --limit 2") == [3, 5]
    assert keys_of(sampled_rows, "--filter 'id in [3, 5, 7, 9]' --limit 2 --offset 1") == [5, 7]
    assert keys_of(sampled_rows, "--filter 'id in [3, 5, 7, 9]' --limit 4 --offset 2") == [7, 9]


def test_blanks_around_a_parameter_are_part_of_its_value(sampled_rows: Typed) -> None:
    line = "query sampled_rows -e 'title == {{t}}' --param 't={}' --fields id"
    assert sampled_rows.json(line.format("t7")) == [{"id": 7}]
    assert sampled_rows.json(line.format(" t7")) == sampled_rows.json(line.format("t7 ")) == []


def test_an_export_of_a_sample_has_the_rows_of_the_query(sampled_rows: Typed, tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    run = sampled_rows(f"export sampled_rows {file} --sample 10 --seed 1")
    assert (run.code, run.out) == (0, f"Exported 10 rows of 'sampled_rows' to {file}.\n")
    exported = [json.loads(line)["id"] for line in file.read_text().splitlines()]
    assert exported == keys_of(sampled_rows, "--sample 10 --seed 1")


def test_a_sample_of_nothing_is_refused(sampled_rows: Typed) -> None:
    assert sampled_rows("query sampled_rows --sample 0") == failed(
        "--sample: must be between 1 and 100000, got 0", "help query", code=2
    )


def test_every_row_is_equally_likely() -> None:
    drawn = Counter(key for seed in range(3000) for key in reservoir([range(10), range(10, 20)], 5, seed)[0])
    # 750 expected each; five standard deviations are 119.
    assert all(631 < drawn[key] < 869 for key in range(20)), drawn
