"""A collection made to fit a file has a vector field where most values of a column are vectors of one dimension."""

import json
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from tests.support.typed import Typed, failed

VECTORS: list[list[Any]] = [[1.0, 2.0], [1.0, float("nan")], [], [3.0], [5.0, 6.0], [7.0, 8.0]]


@pytest.fixture
def files(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """No collection `made`, and files with VECTORS in the current directory."""
    monkeypatch.chdir(tmp_path)
    typed.gone("made")
    numbered = list(enumerate(VECTORS))
    Path("n.csv").write_text("id,spot\n" + "".join(f'{number},"{each}"\n' for number, each in numbered))
    Path("n.jsonl").write_text("".join(json.dumps({"id": number, "spot": each}) + "\n" for number, each in numbered))
    parquet.write_table(pyarrow.table({"id": list(range(len(VECTORS))), "spot": VECTORS}), "n.parquet")
    return typed


@pytest.mark.parametrize(
    ("name", "row", "first", "reason"),
    [
        ("n.csv", "line", 3, "invalid FLOAT_VECTOR value '[1.0, nan]'"),
        ("n.jsonl", "line", 2, "invalid vector: number 2 is NaN, expected finite numbers"),
        ("n.parquet", "row", 2, "invalid vector: number 2 is NaN, expected finite numbers"),
    ],
)
def test_rows_without_a_vector_of_the_dimension_are_rejected(
    files: Typed, name: str, row: str, first: int, reason: str
) -> None:
    shown = json.loads(files(f"show file {name} -o json").out)
    assert [each["type"] for each in shown["columns"]] == ["INT64", "FLOAT_VECTOR:2"]

    run = files(f"create collection made --from {name}")
    told = f"""\
Created collection 'made', indexed and loaded.
{name}, {row} {first}, column 'spot': {reason}
{name}, {row} {first + 1}, column 'spot': 'spot' takes a list of 2 numbers, not 0 numbers
{name}, {row} {first + 2}, column 'spot': 'spot' takes a list of 2 numbers, not 1 numbers
error: Inserted 3 of 6 rows into 'made', which had 0 and has 3; 3 rejected
hint: --rejects FILE keeps them
"""
    assert (run.code, run.out, run.err) == (5, "", told)
    assert [each["id"] for each in json.loads(files("query -c made -e 'id >= 0' -o json").out)] == [0, 4, 5]
    files.gone("made")


def test_lists_of_mixed_lengths_are_no_vectors(files: Typed) -> None:
    Path("m.jsonl").write_text('{"id": 1, "v": [0.5, 1]}\n{"id": 2, "v": [0.5]}\n')
    shown = json.loads(files("show file m.jsonl -o json").out)
    assert [each["type"] for each in shown["columns"]] == ["INT64", "ARRAY:DOUBLE:16"]
    run = files("create collection made --from m.jsonl")
    told = "m.jsonl has no vectors of one dimension, and a collection needs a vector field"
    assert run == failed(told, "add one: -f NAME:FLOAT_VECTOR:DIM, or --bm25 TEXT:SPARSE for full text search", code=2)
