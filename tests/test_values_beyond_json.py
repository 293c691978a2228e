"""Parquet and NPY values that JSON can't express, such as five-digit years: rejected, and mendable."""

import json
from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet
import pytest

from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.typed import Typed

NAME = "beyond_json"
SECONDS = 253_402_300_800
"""Since 1970, at the begin of the year 10000."""
MAP = pyarrow.map_(pyarrow.string(), pyarrow.int32())


@pytest.fixture
def nullable_values(cli: Cli, lite: LiteServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """With a loaded collection on Milvus Lite that has nullable JSON and times; the current directory is empty."""
    monkeypatch.chdir(tmp_path)
    typed = Typed(cli, lite)
    typed.gone(NAME)
    typed.all(
        f"create collection -c {NAME} -f id:INT64 -p id -f j:JSON --nullable j -f at:TIMESTAMPTZ --nullable at "
        "-f v:FLOAT_VECTOR:1 --dynamic --index v:FLAT:L2",
        f"load collection -c {NAME}",
    )
    return typed


def test_parquet_values_that_json_lacks_are_rejected_and_can_be_mended(nullable_values: Typed) -> None:
    far = pyarrow.array([None, SECONDS, None, None, None, None], pyarrow.timestamp("s"))
    rows = {
        "id": pyarrow.array([1, 2, 3, 4, 5, 6]),
        "v": pyarrow.array([[1.0]] * 6, pyarrow.list_(pyarrow.float32())),
        "dyn": far,
        "day": pyarrow.array([0, 0, 2**31 - 1, 0, 0, 0], pyarrow.date32()),
        "map": pyarrow.array([[("a", 1)], [], [], [("a", 1), ("b", 2), ("a", 3)], [], []], MAP),
        "j": pyarrow.array(
            [{"d": [each]} for each in (0, 0, 0, 0, -719_163, 0)],
            pyarrow.struct({"d": pyarrow.list_(pyarrow.date32())}),
        ),
        "at": pyarrow.array([None] * 5 + [SECONDS * 1000], pyarrow.timestamp("ms", "UTC")),
    }
    pyarrow.parquet.write_table(pyarrow.table(rows), "rows.parquet")
    run = nullable_values(f"insert file -c {NAME} rows.parquet --rejects rejects.jsonl")
    wanted = "(expected the years 1 to 9999)"
    assert run == Run(
        5,
        "",
        (
            f"rows.parquet, row 2: date out of range: +10000-01-01T00:00:00 {wanted}\n"
            f"rows.parquet, row 3: date out of range: +5881580-07-11 {wanted}\n"
            "rows.parquet, row 4: a map has the key 'a' twice\n"
            f"rows.parquet, row 5, column 'j': date out of range: +0000-12-31 {wanted}\n"
            f"rows.parquet, row 6, column 'at': date out of range: +10000-01-01T00:00:00Z {wanted}\n"
            f"error: Inserted 1 of 6 rows into {NAME!r}, which had 0 and has 1; 5 rejected\n"
            "hint: rejects.jsonl has them\n"
        ),
    )

    kept = [json.loads(line)["row"] for line in Path("rejects.jsonl").read_text().splitlines()]
    good = '{"id": %d, "v": [1.0], "dyn": null, "day": "1970-01-01", "map": {}, "j": {"d": ["1970-01-01"]}, "at": null}'
    assert kept == [
        (good % 2).replace('"dyn": null', '"dyn": +10000-01-01T00:00:00'),
        (good % 3).replace('"day": "1970-01-01"', '"day": +5881580-07-11'),
        (good % 4).replace('"map": {}', '"map": map [["a", 1], ["b", 2], ["a", 3]]'),
        (good % 5).replace('["1970-01-01"]', "[+0000-12-31]"),
        (good % 6).replace('"at": null', '"at": +10000-01-01T00:00:00Z'),
    ]

    # They are rejected again unchanged.
    run = nullable_values(f"insert file -c {NAME} rejects.jsonl")
    assert (run.code, run.err.count("not JSON"), nullable_values.json(f"query {NAME} --fields id")) == (
        5,
        5,
        [{"id": 1}],
    )

    mended = json.loads(kept[0].replace("+10000-01-01T00:00:00", '"9999-01-01T00:00:00"'))
    Path("mended.jsonl").write_text(json.dumps(mended))
    assert nullable_values(f"insert file -c {NAME} mended.jsonl").code == 0
    assert nullable_values.json(f"query {NAME} --filter 'id == 2' --fields id,dyn") == [
        {"id": 2, "dyn": "9999-01-01T00:00:00"}
    ]
    nullable_values.gone(NAME)


def test_numpy_moments_beyond_all_calendars_are_rejected(nullable_values: Typed) -> None:
    numpy.save("id.npy", numpy.array([1, 2]))
    numpy.save("v.npy", numpy.ones((2, 1), "f4"))
    numpy.save("moment.npy", numpy.array(["2024-01-02", "10000-01-01"], "M8[ms]"))
    run = nullable_values(f"insert file -c {NAME} id.npy v.npy moment.npy")
    assert run == Run(
        5,
        "",
        (
            "id.npy, v.npy, moment.npy, row 2: date out of range: +10000-01-01T00:00:00Z "
            "(expected the years 1 to 9999)\n"
            f"error: Inserted 1 of 2 rows into {NAME!r}, which had 0 and has 1; 1 rejected\n"
            "hint: --rejects FILE keeps them\n"
        ),
    )
    assert nullable_values.json(f"query {NAME} --fields id,moment") == [{"id": 1, "moment": "2024-01-02T00:00:00Z"}]
    nullable_values.gone(NAME)
