"""Pages of a cursor over all rows: each row once, in key order, and no more scans of Milvus Lite than necessary."""

from collections.abc import Iterator
from typing import Any

import pytest

from milvus_cli.client.client import Client
from milvus_cli.connections.profile import Profile
from milvus_cli.rows.cursor import Cursor
from milvus_cli.rows.selection import selected
from milvus_cli.rows.write_target import WriteTarget
from milvus_cli.rows.writing import write_rows
from milvus_cli.session.clients import open_client
from milvus_cli.values.encode import encode_rows
from tests.support.process import ServerProcess
from tests.support.typed import Typed, on_lite

LOWEST = -(2**63)
TEXTS = sorted(["", " ", 'a"b', "a'b", "back\\slash", "\\", "line\nend", "\r\t", "\x00", "id in [1]", "ü漢🦅", "%_{x}"])


@pytest.fixture
def client(server: ServerProcess) -> Iterator[Client]:
    """A client of each kind of server in turn."""
    found = open_client(Profile(host=server.host, port=server.port), timeout=60)
    yield found
    found.close()


@pytest.fixture
def expressions(client: Client, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The expressions of all queries that the client sends from now on."""
    found, call = [], client.call

    def noted(method: str, **fields: Any) -> Any:
        if method == "Query":
            found.append(fields["expr"])
        return call(method, **fields)

    monkeypatch.setattr(client, "call", noted)
    return found


def fill(typed: Typed, client: Client, key: str, keys: list[Any]) -> None:
    """Makes the collection `paged` with these keys, and a number for each: its place."""
    typed.gone("paged")
    typed.all(
        f"create collection -c paged -f id:{key} -f n:INT64 -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2",
        "load collection -c paged",
    )
    schema = client.call("DescribeCollection", collection_name="paged").schema
    rows = [{"id": key, "n": place, "v": [1, 2]} for place, key in enumerate(keys)]
    write_rows(client, WriteTarget("paged", "", schema), encode_rows(rows, schema), len(rows), seconds=60)


def pages(client: Client, after: Any = None, **options: Any) -> Iterator[list[Any]]:
    """The keys of each page of two rows."""
    cursor = Cursor(client, selected(client, "paged", **options), rows=2)
    return (list(page.keys) for page in cursor.pages(after))


@on_lite
def test_lite_is_scanned_once_for_keys_and_not_for_the_rows(
    typed: Typed, client: Client, expressions: list[str]
) -> None:
    fill(typed, client, "INT64", [5, 3, LOWEST, 4, -1])

    assert list(pages(client)) == [[LOWEST, -1], [3, 4], [5]]
    assert expressions == ["", f"id in [{LOWEST}, -1]", "id in [3, 4]", "id in [5]"]

    expressions.clear()
    assert list(pages(client, 3)) == [[4, 5]]
    assert expressions == ["id > 3", "id in [4, 5]"]


@on_lite
def test_rows_of_a_filter_are_read_from_lite_together_with_what_matches(
    typed: Typed, client: Client, expressions: list[str]
) -> None:
    fill(typed, client, "INT64", [1, 2, 3, 4])
    assert list(pages(client, filter="n > 0")) == [[2, 3], [4]]
    assert expressions == ["n > 0", "(n > 0) and (id > 3)"]


@on_lite
def test_rows_deleted_from_lite_meanwhile_are_missing_and_end_nothing(typed: Typed, client: Client) -> None:
    fill(typed, client, "INT64", list(range(10)))
    reading = pages(client)
    assert next(reading) == [0, 1]
    typed.all("delete ids -c paged --ids 4,5,6,7,8 -y -q")
    assert list(reading) == [[2, 3], [9]]


def test_each_text_is_read_as_a_key(typed: Typed, client: Client) -> None:
    fill(typed, client, "VARCHAR:100", TEXTS)
    assert [key for page in pages(client) for key in page] == TEXTS
