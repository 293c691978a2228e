"""Changes that Milvus Lite 3 makes to rows: an upsert that merges, a text in a JSON field that is parsed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from milvus_cli.schema.declaration import Declaration, declared
from tests.support.cli import Run
from tests.support.process import ServerProcess
from tests.support.recorder import run_here
from tests.support.shelf import Shelf
from tests.support.tcp_proxy import TcpProxy
from tests.support.typed import Typed, failed, on_lite

NAME = "lite_values"
FIELDS = "-f id:INT64 -f j:JSON --nullable j -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2 --dynamic"
OLD = {"id": 1, "j": {"x": 1, "y": 2}, "v": [1.0, 2.0], "keep": 1, "change": 1}
NEW = {"id": 1, "j": {"x": 2}, "v": [3.0, 4.0], "change": 2}


@pytest.fixture
def old_row(typed: Typed) -> Iterator[Typed]:
    """A fresh collection with one row."""
    typed.gone(NAME)
    typed.all(f"create collection -c {NAME} {FIELDS}", f"load {NAME}")
    put_row(typed, NAME, OLD)
    yield typed
    typed.gone(NAME)


def put_row(typed: Typed, name: str, row: object, *, verb: str = "insert") -> None:
    typed.all(f"{verb} row -c {name} --row '{json.dumps(row)}'")


def rows_of(typed: Typed, name: str) -> object:
    """Exact rows, without keys that only other rows have."""
    found: object = typed.json(f"query {name} --fields id,j,v,$meta")
    return found


@on_lite
@pytest.mark.parametrize("how", ["row", "file"])
def test_an_upserted_row_keeps_nothing_of_the_one_before(old_row: Typed, tmp_path: Path, how: str) -> None:
    path = tmp_path / "new.jsonl"
    path.write_text(json.dumps(NEW))
    if how == "row":
        put_row(old_row, NAME, NEW, verb="upsert")
    else:
        run = old_row(f"upsert file -c {NAME} {path}")
        assert run == Run(0, f"Upserted 1 of 1 rows into {NAME!r}, which had 1 and has 1.\n", "")
    assert rows_of(old_row, NAME) == [{"id": 1, "j": {"x": 2}, "v": [3.0, 4.0], "$meta": {"change": 2}}]


@on_lite
@pytest.mark.parametrize("how", ["--into-existing", "--resume"])
def test_a_row_that_a_copy_replaces_keeps_nothing_of_the_one_before(old_row: Typed, how: str) -> None:
    old_row.gone("lite_source")
    old_row.all(f"create collection -c lite_source {FIELDS}", "load lite_source")
    put_row(old_row, "lite_source", NEW)
    run = old_row(f"-q copy lite_source {NAME} {how} --yes")
    assert run.code == 0, run
    assert rows_of(old_row, NAME) == rows_of(old_row, "lite_source")
    assert old_row(f"diff lite_source {NAME} --rows all").code == 0
    old_row.gone("lite_source")


@on_lite
def test_a_row_whose_answer_was_lost_keeps_nothing_of_the_one_before(
    old_row: Typed, server: ServerProcess, tmp_path: Path
) -> None:
    """An insert replaces on Milvus Lite; its answer is lost, so that the row is sent again as an upsert."""
    path, long = tmp_path / "new.jsonl", "x" * 60_000
    path.write_text(json.dumps({**NEW, "change": long}))
    with TcpProxy(server.host, server.port) as proxy:
        proxy.cut_after(40_000)
        run = run_here(["insert", "file", "-c", NAME, str(path)], old_row.cli.home, f"http://{proxy.address}")
    replaced = f"note: 1 row of {NAME!r} replaced another row with its key: Milvus Lite keeps one row for each key\n"
    assert run == Run(0, f"Inserted 1 of 1 rows into {NAME!r}, which had 1 and has 1.\n", replaced)
    assert rows_of(old_row, NAME) == [{"id": 1, "j": {"x": 2}, "v": [3.0, 4.0], "$meta": {"change": long}}]


# Texts in JSON fields

TEXTS = {
    "5": "a number",
    "null": "null",
    "true": "true or false",
    '{"a": 1}': "an object",
    "[1]": "a list",
    '"x"': "another text",
    "": "null",
    " 5 ": "a number",
    "NaN": "a number",
}
KEPT = ["hello", "01", "nullx", {"a": "5", "b": ["null", ""]}, ["5"], {}, None]


@on_lite
def test_a_text_that_would_come_back_as_another_value_is_rejected(old_row: Typed, tmp_path: Path) -> None:
    path, rejects = tmp_path / "rows.jsonl", tmp_path / "rejects.jsonl"
    rows = [{"id": 10 + place, "j": value, "v": [1.0, 2.0], "d": value} for place, value in enumerate([*TEXTS, *KEPT])]
    path.write_text("\n".join(map(json.dumps, rows)))
    run = old_row(f"upsert file -c {NAME} {path} --rejects {rejects}")
    reasons = [f"Milvus Lite would return the text {json.dumps(text)} as {what}" for text, what in TEXTS.items()]
    told = "".join(f"{path}, line {line}, column 'j': {each}\n" for line, each in enumerate(reasons, 1))
    assert run == Run(
        5,
        "",
        f"{told}error: Upserted 7 of 16 rows into {NAME!r}, which had 1 and has 8; 9 rejected\n"
        f"hint: {rejects} has them\n",
    )
    kept = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [(each["reason"], each["row"]) for each in kept] == list(zip(reasons, rows[:9], strict=True))
    there = old_row.json(f"query {NAME} --filter 'id >= 10' --fields id,j,v,d")
    assert sorted(there, key=lambda each: int(each["id"])) == rows[9:]

    # A mended row is accepted.
    mended = [{**each, "row": {**each["row"], "j": {"text": each["row"]["j"]}}} for each in kept]
    rejects.write_text("\n".join(map(json.dumps, mended)))
    assert old_row(f"insert file -c {NAME} {rejects}").code == 0
    there = old_row.json(f"query {NAME} --filter 'id >= 10 and id < 19' --fields id,j,v,d")
    assert sorted(there, key=lambda each: int(each["id"])) == [{**row, "j": {"text": row["j"]}} for row in rows[:9]]


@on_lite
def test_a_row_with_a_text_that_would_change_is_not_sent(old_row: Typed) -> None:
    run = old_row(f'insert row -c {NAME} --row \'{{"id": 2, "v": [1, 2], "j": "5"}}\'')
    assert run == failed("row 1, field 'j': Milvus Lite would return the text \"5\" as a number", code=2)
    assert [row["id"] for row in old_row.json(f"query {NAME}")] == [1]


@on_lite
def test_a_text_that_would_change_is_not_copied(old_row: Typed) -> None:
    """The source is a Milvus, which keeps such texts."""
    schema = declared(Declaration("lite_source", ("id:INT64", "j:JSON", "v:FLOAT_VECTOR:2"), primary="id")).schema
    old_row.gone("lite_source")
    with Shelf(schema) as peer:
        for alias, uri in (("shelf", peer.uri), ("lite", old_row.server.uri)):
            assert run_here(["connect", "--uri", uri, "-a", alias], old_row.cli.home).code == 0
        for value, expected in (("hello", ""), ("null", "null")):
            row = json.dumps({"id": 1, "j": value, "v": [1, 2]})
            line = ["--alias", "shelf", "insert", "row", "-c", "lite_source", "--row", row]
            assert run_here(line, old_row.cli.home).code == 0
            run = run_here(["-q", "copy", "shelf:lite_source", "lite:", "--no-indexes", "--yes"], old_row.cli.home)
            old_row.gone("lite_source")
            if expected:
                assert run == failed(
                    "row 1 of 'lite_source', field 'j': Milvus Lite would return the text \"null\" as null",
                    "upsert the row with another value in the source",
                )
            else:
                assert run.code == 0, run
