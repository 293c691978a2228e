"""Rows read back and compared with those sent, on real servers: every type, and every way to differ."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from milvus_cli.client.client import Client
from milvus_cli.connections.profile import Profile
from milvus_cli.rows.readback import BatchComparison, Sent, read_back, rows_under
from milvus_cli.rows.write_target import WriteTarget
from milvus_cli.rows.writing import write_rows
from milvus_cli.session.clients import open_client
from milvus_cli.transfer.settling import Settled, settle
from milvus_cli.values.encode import encode_rows
from tests.support.lite_server import LiteServer
from tests.support.process import ServerProcess
from tests.support.typed import Typed, on_milvus

SCALARS = (
    "-f t:VARCHAR:100 -p t -f b:BOOL -f i8:INT8 -f i:INT64 -f f:FLOAT -f d:DOUBLE -f j:JSON -f a:ARRAY:INT64:8 "
    "-f at:ARRAY:VARCHAR:8:8 --dynamic"
)
KEYS = ["", 'a"b', "a'b", "back\\slash", "line\nend", "ü漢🦅", "%_{x}"]


def row(number: int, **more: Any) -> dict[str, Any]:
    return {
        "b": number % 2 == 0,
        "i8": -number,
        "i": 2**62 + number,
        "f": -0.0,
        "d": 0.1 * number,
        "j": {"z": 1, "a": [1.5, None, "ü"], "big": 2**60 + 1},
        "a": [],
        "at": ["x", ""],
        **more,
        "more": {"b": 1, "a": number},
    }


@pytest.fixture
def client(server: ServerProcess) -> Iterator[Client]:
    """A client of each kind of server in turn."""
    found = open_client(Profile(host=server.host, port=server.port), timeout=60)
    yield found
    found.close()


def new_collection(typed: Typed, client: Client, fields: str, vector: str) -> WriteTarget:
    typed.gone("proof")
    typed.all(f"create collection -c proof {fields} -f v:{vector}", "load collection -c proof")
    schema = client.call("DescribeCollection", collection_name="proof").schema
    return WriteTarget("proof", "", schema, lite=client.version.is_lite)


def sent(target: WriteTarget, rows: list[dict[str, Any]]) -> Sent:
    return Sent(target, encode_rows(rows, target.schema), len(rows))


def put(client: Client, given: Sent) -> None:
    write_rows(client, given.target, given.columns, given.rows, seconds=60)


@pytest.mark.parametrize(
    ("server", "vector", "value", "other"),
    [
        ("lite", "FLOAT_VECTOR:3 --index v:FLAT:L2", [0.1, -0.0, 3.4e38], [0.1, 0.1, 3.4e38]),
        ("lite", "SPARSE_FLOAT_VECTOR --index v:SPARSE_INVERTED_INDEX:IP", {"7": 0.5, "3": 0.1}, {"7": 0.5}),
        ("milvus", "FLOAT_VECTOR:2 --index v:FLAT:COSINE", [3.0, -0.0], [0.6, 0.8]),
        ("milvus", "BINARY_VECTOR:16 --index v:BIN_FLAT:HAMMING", [0, 255], [1, 255]),
    ],
    indirect=["server"],
    ids=["float on Lite", "sparse on Lite", "float on Milvus", "binary on Milvus"],
)
def test_each_way_in_which_a_row_can_differ_from_the_sent_one_is_found(
    typed: Typed, client: Client, vector: str, value: Any, other: Any
) -> None:
    target = new_collection(typed, client, SCALARS, vector)
    rows = [row(number, t=key, v=value) for number, key in enumerate(KEYS)]
    given = sent(target, rows)

    assert read_back(client, given, seconds=60) == BatchComparison(absent=[*range(len(KEYS))])
    put(client, given)
    assert read_back(client, given, seconds=60) == BatchComparison(same=[*range(len(KEYS))])

    changes: list[dict[str, Any]] = [
        {"b": False},
        {"i8": 7},
        {"i": 7},
        {"d": 0.3},
        {"j": {"z": 2}},
        {"v": other},
        {"more": {"b": 1}},
    ]
    changed = sent(target, [{**each, **change} for each, change in zip(rows, changes, strict=True)])
    found = read_back(client, changed, seconds=60)
    assert found is not None
    dense = not vector.startswith("SPARSE")
    assert (found.same, found.absent) == ([], [])
    assert found.other == [0, 1, 2, 5] if dense else [0, 1, 2]
    assert found.unclear == [3, 4, 6] if dense else [3, 4, 5, 6]
    typed.gone("proof")


def test_keys_at_the_limits_and_values_that_a_server_fills_in(typed: Typed, client: Client, is_lite: bool) -> None:
    fields = "-f id:INT64 -p id -f n:INT64 -f t:VARCHAR:9 --default n=7 " + ("--nullable t" if is_lite else "")
    target = new_collection(typed, client, fields, "FLOAT_VECTOR:2 --index v:FLAT:L2")
    text = {"t": None} if is_lite else {"t": ""}
    given = sent(target, [{"id": key, "v": [1, 2], **text} for key in (-(2**63), 2**63 - 2, 0)])
    put(client, given)
    assert read_back(client, given, seconds=60) == BatchComparison(same=[0, 1, 2])
    other = sent(target, [{"id": 0, "v": [1, 2], "n": 8, "t": "x"}])
    assert read_back(client, other, seconds=60) == BatchComparison(other=[0])
    typed.gone("proof")


def test_a_row_in_another_partition_proves_nothing(typed: Typed, client: Client) -> None:
    target = new_collection(typed, client, "-f id:INT64 -p id", "FLOAT_VECTOR:2 --index v:FLAT:L2")
    typed.all("create partition -c proof -p other")
    given = sent(replace(target, partition="other"), [{"id": 1, "v": [1, 2]}])
    put(client, given)
    assert read_back(client, given, seconds=60) == BatchComparison(same=[0])
    assert read_back(client, replace(given, target=target), seconds=60) == BatchComparison(absent=[0])
    typed.gone("proof")


def test_rows_that_cannot_be_read_prove_nothing(typed: Typed, client: Client) -> None:
    target = new_collection(typed, client, "-f id:INT64 -p id", "FLOAT_VECTOR:2 --index v:FLAT:L2")
    typed.all("release collection proof")
    given = sent(target, [{"id": 1, "v": [1, 2]}])
    assert read_back(client, given, seconds=60) is None
    assert rows_under(client, given, [0], seconds=60) is None
    typed.gone("proof")


@on_milvus
def test_milvus_hides_rows_that_share_a_key_and_they_are_found(typed: Typed, client: Client) -> None:
    target = new_collection(typed, client, "-f id:INT64 -p id -f n:INT64", "FLOAT_VECTOR:2 --index v:FLAT:L2")
    old, new = (sent(target, [{"id": key, "n": n, "v": [n, key]} for key in range(300)]) for n in (0, 1))
    put(client, old)

    # None of the new rows has arrived: each is put beside the older one, as it would have been at first.
    assert settle(client, new, seconds=60) == Settled()
    assert typed.json("count proof")["exact"] == 600

    # All have arrived, though the server shows the older ones.
    assert settle(client, new, seconds=60) == Settled()
    assert typed.json("count proof")["exact"] == 600

    # Two rows per key, neither the one that was sent: it may be hidden behind them.
    third = sent(target, [{"id": key, "n": 1, "v": [2, key]} for key in range(300)])
    assert settle(client, third, seconds=60) == Settled(unknown=300)
    assert typed.json("count proof")["exact"] == 600
    typed.gone("proof")


def test_on_milvus_lite_an_insert_replaces_and_the_last_row_of_a_key_wins(lite: LiteServer, typed: Typed) -> None:
    if not isinstance(typed.server, LiteServer):
        typed = Typed(typed.cli, lite)
    client = open_client(Profile(host=lite.host, port=lite.port), timeout=60)
    target = new_collection(typed, client, "-f id:INT64 -p id -f n:INT64", "FLOAT_VECTOR:2 --index v:FLAT:L2")
    put(client, sent(target, [{"id": 1, "n": 0, "v": [1, 2]}, {"id": 2, "n": 0, "v": [1, 2]}]))
    twice = sent(target, [{"id": 1, "n": 1, "v": [1, 2]}, {"id": 1, "n": 2, "v": [1, 2]}])
    for _ in range(2):
        assert settle(client, twice, seconds=60) == Settled()
        assert [each["n"] for each in typed.json("query -c proof --filter 'id >= 0' --fields n")] == [2, 0]
    client.close()
    typed.gone("proof")


def test_nan_is_the_same_as_nan(typed: Typed, client: Client) -> None:
    target = new_collection(typed, client, "-f id:INT64 -p id -f d:DOUBLE", "FLOAT_VECTOR:2 --index v:FLAT:L2")
    given = sent(target, [{"id": 1, "d": math.nan, "v": [1, 2]}])
    put(client, given)
    assert read_back(client, given, seconds=60) == BatchComparison(same=[0])
    typed.gone("proof")
