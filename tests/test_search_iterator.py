"""search_iterator gives every row once, nearest first, in requests of any size."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from milvus_cli.client.client import Client
from milvus_cli.connections.profile import Profile
from milvus_cli.search.hits import Shown
from milvus_cli.search.request import Search
from milvus_cli.search.widening import UNLIMITED, hits_without_limit
from milvus_cli.session.clients import open_client
from tests.support.cli import Cli
from tests.support.process import ServerProcess
from tests.support.searched import fill, gaussian, typed_on
from tests.support.typed import Typed, failed

NAME = "walked"
ROWS = 200
VECTOR = "[0.1, -0.2, 0.3]"
# Every fourth vector stands there four times more: their distances are the same.
VECTORS = [vector for number, vector in enumerate(gaussian(7, 100, 3)) for _ in range(5 if number % 4 == 0 else 1)]


@pytest.fixture(scope="module")
def walked_server(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typed]:
    """Each kind of server in turn, with ROWS vectors in a loaded collection."""
    typed = typed_on(tmp_path_factory.mktemp("walked"), server)
    rows = [{"id": number, "g": number % 7, "v": vector} for number, vector in enumerate(VECTORS)]
    fill(typed, NAME, ["v:FLOAT_VECTOR:3", "g:INT64"], rows, "-f v -t FLAT -m L2")
    yield typed
    typed.gone(NAME)


@pytest.fixture
def walked_rows(walked_server: Typed, tmp_path: Path) -> Typed:
    """That server, with a fresh home."""
    return Typed(Cli(tmp_path), walked_server.server)


def test_every_row_comes_once_nearest_first(walked_rows: Typed) -> None:
    assert len(VECTORS) == ROWS
    every = walked_rows.json(f"search {NAME} -v '{VECTOR}' -l {ROWS} --fields g")

    for size in (1, 7, 1000):
        found = walked_rows.json(f"search_iterator {NAME} -v '{VECTOR}' --batch-size {size} --fields g")
        assert [row["rank"] for row in found] == list(range(1, ROWS + 1))
        assert sorted(row["id"] for row in found) == list(range(ROWS))
        assert [row["distance"] for row in found] == [row["distance"] for row in every]
        assert [row["g"] for row in found] == [row["id"] % 7 for row in found]


def test_limit_filter_partition_and_radius_reach_the_server(walked_rows: Typed) -> None:
    every = walked_rows.json(f"search {NAME} -v '{VECTOR}' -l {ROWS}")
    line = f"search_iterator {NAME} -v '{VECTOR}' --batch-size 5"
    assert [row["distance"] for row in walked_rows.json(f"{line} -l 13")] == [row["distance"] for row in every[:13]]
    assert {row["id"] for row in walked_rows.json(f"{line} --filter 'g == 2'")} == set(range(2, ROWS, 7))
    assert {row["id"] for row in walked_rows.json(f"{line} --partition odd")} == set(range(1, ROWS, 2))
    far = every[50]["distance"]
    near = {row["id"] for row in every if row["distance"] < far}
    assert {row["id"] for row in walked_rows.json(f"search_iterator {NAME} -v '{VECTOR}' --radius {far}")} == near


def test_beyond_the_limit_of_one_request_it_continues_by_distance(walked_rows: Typed, is_lite: bool) -> None:
    """Milvus gives 16,384 hits at the most; here it is asked for 12."""
    client = open_client(Profile(host=walked_rows.server.host, port=walked_rows.server.port), timeout=20)
    try:
        asked = _asked(walked_rows, client)
        most = UNLIMITED if is_lite else 12
        rows: list[tuple[Any, ...]] = list(
            hits_without_limit(client, asked, Shown(), lower=True, primary="id", most=most)
        )
    finally:
        client.close()
    assert [row[1] for row in rows] == list(range(1, ROWS + 1))
    assert sorted(row[2] for row in rows) == list(range(ROWS))
    assert [row[3] for row in rows] == sorted(row[3] for row in rows)


def test_one_query_only(walked_rows: Typed) -> None:
    assert walked_rows(f"search_iterator {NAME} -v [[1,2,3],[4,5,6]]") == failed(
        "2 queries are given, and search_iterator takes one", "search takes several", 2
    )
    assert walked_rows(f"search_iterator {NAME}") == failed("missing query", "-v VECTOR, --like ID or --text TEXT", 2)


def test_a_row_like_another_leaves_that_out(walked_rows: Typed) -> None:
    found = walked_rows.json(f"search_iterator {NAME} --like 0 --batch-size 3")
    assert sorted(row["id"] for row in found) == list(range(1, ROWS))
    assert {(row["id"], row["distance"]) for row in found[:4]} == {(1, 0.0), (2, 0.0), (3, 0.0), (4, 0.0)}


def _asked(typed: Typed, client: Client) -> Search:
    from milvus_cli.search.queries import read_queries

    schema = client.call("DescribeCollection", collection_name=NAME).schema
    field = next(each for each in schema.fields if each.name == "v")
    return Search(NAME, "v", read_queries([VECTOR], field, bytes), limit=5)
