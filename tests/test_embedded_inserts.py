"""insert and upsert file fill vector fields by an embedder: each row once, whatever fails on the way."""

import gzip
import json
import shlex
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from milvus_cli.client.wire.schema_pb2 import CollectionSchema, FieldSchema
from milvus_cli.connections.embedders import Embedder
from milvus_cli.embedding.client import EmbeddingClient
from milvus_cli.embedding.field import vector_packer
from milvus_cli.errors import InvalidAnswer
from milvus_cli.files.row_stream import Chunk
from milvus_cli.rows.write_target import WriteTarget
from milvus_cli.schema.schema import type_number
from milvus_cli.transfer.embedding import FieldFiller, RowEmbedder
from milvus_cli.transfer.intake import PLAIN_VALUES, Prepared, RowEncoder
from milvus_cli.transfer.vector_journal import VectorJournal
from milvus_cli.values.packing import unpack_one
from tests.support.cli import Cli, Run
from tests.support.embedding_peer import DIMENSION, Asked, EmbeddingPeer, Reply, answer, embedding
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.typed import Typed, failed

NAME = "embedded_rows"
WORDS = ("whale", "horse", "cat", "sea", "ship", "storm", "island", "captain")
PROBE = ["milvus_cli"]


def title(number: int) -> str:
    return f"{WORDS[number % 8]} {WORDS[number // 8 % 8]} {number}"


def rows(count: int) -> list[dict[str, Any]]:
    return [{"id": number, "title": title(number)} for number in range(count)]


@pytest.fixture
def peer() -> Iterator[EmbeddingPeer]:
    with EmbeddingPeer() as running:
        yield running


@pytest.fixture(scope="module")
def collection(milvus: MilvusServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typed]:
    """A collection that the tests share: each empties it, or uses keys of its own."""
    typed = Typed(Cli(tmp_path_factory.mktemp("embedded")), milvus)
    typed.gone(NAME)
    typed.all(
        f"create collection -c {NAME} -f id:INT64 -f title:VARCHAR:200 -f vector:FLOAT_VECTOR:{DIMENSION} -p id",
        f"create index -c {NAME} -f vector -t FLAT -m L2",
        f"load collection {NAME}",
    )
    yield typed
    typed.gone(NAME)


@pytest.fixture
def typed(collection: Typed, cli: Cli, peer: EmbeddingPeer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    """Command lines in a home of their own, with the embedder `words`; batches have few rows."""
    monkeypatch.chdir(cli.directory)
    monkeypatch.setattr("milvus_cli.files.row_stream.CHUNK_SIZE", 3_000)
    monkeypatch.setattr("milvus_cli.transfer.embedding.PART_ROWS", 20)
    found = Typed(cli, collection.server)
    found.all(f"create embedder words --url {peer.uri} --model words --batch-size 5")
    yield found
    collection(f"delete entities -c {NAME} --filter 'id >= 0' -y")


def write(path: str, lines: Sequence[dict[str, Any]]) -> str:
    Path(path).write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def insert(typed: Typed, path: str, more: str = "") -> Run:
    return typed(f"insert file -c {NAME} {path} --embed title:vector=words {more}")


def stored(typed: Typed, name: str = NAME) -> dict[int, list[float]]:
    found = typed.json(f"query -c {name} --filter 'id >= 0' --fields id,vector -l 1000 --consistency Strong")
    return {row["id"]: row["vector"] for row in found}


def vectors(numbers: Sequence[int]) -> dict[int, list[float]]:
    return {number: embedding(title(number)) for number in numbers}


def test_each_row_gets_the_vector_of_its_text_and_each_text_is_sent_once(typed: Typed, peer: EmbeddingPeer) -> None:
    run = insert(typed, write("rows.jsonl", rows(200)))
    assert (run.code, run.err) == (0, "")
    assert run.out == f"Inserted 200 of 200 rows into {NAME!r}, which had 0 and has 200.\n"
    assert stored(typed) == vectors(range(200))

    assert sorted(peer.texts) == sorted([*PROBE, *map(title, range(200))])
    assert (max(len(each.texts) for each in peer.asked), 1 < peer.most_at_once <= 4) == (5, True)


def test_equal_texts_of_a_part_are_sent_once(typed: Typed, peer: EmbeddingPeer) -> None:
    write("rows.jsonl", [{"id": number, "title": title(number % 2)} for number in range(20)])
    assert insert(typed, "rows.jsonl").code == 0
    assert peer.texts == [*PROBE, title(0), title(1)]


@pytest.mark.parametrize("name", ["rows.csv", "rows.csv.gz", "rows.parquet"])
def test_rows_come_from_any_file(typed: Typed, name: str) -> None:
    lines = ["id,title", *(f"{row['id']},{row['title']}" for row in rows(30))]
    content = "".join(f"{line}\n" for line in lines).encode()
    if name.endswith("parquet"):
        from pyarrow import Table, parquet

        parquet.write_table(Table.from_pylist(rows(30)), name)
    else:
        Path(name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    assert insert(typed, name).code == 0
    assert stored(typed) == vectors(range(30))


def test_a_text_need_not_be_stored(typed: Typed, peer: EmbeddingPeer) -> None:
    write("rows.jsonl", [{"id": 1, "title": "short", "body": "a long text"}])
    line = f"insert file -c {NAME} rows.jsonl --embed body:vector=words"
    assert typed(line).code == 0
    assert stored(typed) == {1: embedding("a long text")}
    assert typed.json(f"query -c {NAME} --filter 'id == 1' --fields title")[0]["title"] == "short"


def test_prefixes_stand_before_the_texts(typed: Typed, peer: EmbeddingPeer) -> None:
    typed.all(f"create embedder e5 --url {peer.uri} --model m --row-prefix 'passage: ' --query-prefix 'query: '")
    typed.all(f"insert file -c {NAME} {write('rows.jsonl', rows(1))} --embed title:vector=e5")
    typed(f"search {NAME} --text whale")
    assert peer.texts == [*PROBE, f"passage: {title(0)}", "query: whale"]


def test_an_upsert_embeds_and_the_field_remembers_its_embedder(typed: Typed, peer: EmbeddingPeer) -> None:
    insert(typed, write("rows.jsonl", rows(3)))
    write("new.jsonl", [{"id": 1, "title": "another title"}])
    run = typed(f"upsert file -c {NAME} new.jsonl --embed title:vector")
    assert (run.code, run.err) == (0, "")
    assert stored(typed)[1] == embedding("another title")
    (found,) = typed.json(f"search {NAME} --text 'another title' -l 1 --consistency Strong")
    assert (found["id"], typed.json("show embedder words")["fields"]) == (
        1,
        [f"{typed.server.address}/default:{NAME}.vector"],
    )


def test_another_embedder_than_the_fields_is_a_note(typed: Typed, peer: EmbeddingPeer) -> None:
    insert(typed, write("rows.jsonl", rows(1)))
    typed.all(f"create embedder other --url {peer.uri} --model m")
    run = typed(f"upsert file -c {NAME} rows.jsonl --embed title:vector=other --restart")
    assert run.code == 0
    assert run.err == "note: 'vector' has vectors of embedder 'words': those of 'other' can't be compared with them\n"


def test_rows_without_a_text_are_rejected_and_those_with_a_vector_keep_it(typed: Typed, peer: EmbeddingPeer) -> None:
    own = [0.5] * DIMENSION
    lines: list[dict[str, Any]] = [
        {"id": 1, "title": "", "vector": own},
        {"id": 2, "title": " "},
        {"id": 3, "title": 3},
        {"id": 4},
    ]
    run = insert(typed, write("rows.jsonl", [*lines, {"id": 5, "title": "good"}]), "--rejects bad.jsonl")
    assert run.code == 5, run
    assert peer.texts == [*PROBE, "good"]
    assert stored(typed) == {1: own, 5: embedding("good")}
    bad = [json.loads(line) for line in Path("bad.jsonl").read_text().splitlines()]
    assert [(each["row"]["id"], each["reason"]) for each in bad] == [
        (2, "has no text to embed"),
        (3, "is not a text"),
        (4, "has no text to embed"),
    ]


def test_a_text_that_the_embedder_refuses_rejects_its_row_alone(typed: Typed, peer: EmbeddingPeer) -> None:
    peer.reply = lambda asked: Reply(400, {"error": "too long"}) if title(7) in asked.texts else None
    run = insert(typed, write("rows.csv.jsonl", rows(12)), "--rejects bad.jsonl")
    assert run.code == 5
    assert stored(typed) == vectors([number for number in range(12) if number != 7])
    (bad,) = [json.loads(line) for line in Path("bad.jsonl").read_text().splitlines()]
    assert (bad["line"], bad["column"], bad["row"]) == (8, "title", {"id": 7, "title": title(7)})
    assert bad["reason"] == f"embedder 'words': {peer.uri}/v1/embeddings: HTTP 400: too long"

    peer.reply = lambda asked: None
    assert insert(typed, "bad.jsonl").code == 0
    assert len(stored(typed)) == 12


def test_an_embedder_that_begins_to_refuse_every_text_leaves_a_job_that_resumes(
    typed: Typed, peer: EmbeddingPeer
) -> None:
    broken = threading.Event()

    def reply(asked: Asked) -> Reply | None:
        if title(90) in asked.texts:
            broken.set()
        return Reply(400, {"error": "no such model"}) if broken.is_set() else None

    peer.reply = reply
    run = insert(typed, write("rows.jsonl", rows(160)))
    assert (run.code, "HTTP 400: no such model (now also for a text that it embedded before)" in run.err) == (1, True)
    assert "`show embedder words --check` tries it; run the same command with --resume to continue" in run.err
    peer.reply = lambda asked: None
    assert insert(typed, "rows.jsonl", "--resume").code == 0
    assert stored(typed) == vectors(range(160))


def test_many_texts_in_a_row_may_be_refused_for_what_they_are(typed: Typed, peer: EmbeddingPeer) -> None:
    few = {title(number) for number in range(5)}
    peer.reply = lambda asked: None if {*few, *PROBE}.issuperset(asked.texts) else Reply(400, {"error": "too long"})
    run = insert(typed, write("rows.jsonl", rows(60)))
    assert (run.code, stored(typed)) == (5, vectors(range(5)))


def test_a_busy_embedder_makes_the_insert_wait(
    typed: Typed, peer: EmbeddingPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milvus_cli.transfer.embedding_job.WORTH_TELLING", 0.0)
    replies = iter(
        [None, None, Reply(429, "", [("Retry-After", "0.2")]), Reply(503), Reply(body=answer(["x"]), missing=3)]
    )
    peer.reply = lambda asked: next(replies, None)
    run = insert(typed, write("rows.jsonl", rows(40)))
    assert (run.code, run.err) == (0, "note: embedder 'words' is busy: trying again for 60 s\n")
    assert stored(typed) == vectors(range(40))


def test_an_embedder_that_fails_midway_leaves_a_job_that_resumes(typed: Typed, peer: EmbeddingPeer) -> None:
    peer.reply = lambda asked: Reply(401, {"error": "expired"}) if title(90) in asked.texts else None
    run = insert(typed, write("rows.jsonl", rows(120)))
    assert (run.code, run.out) == (4, "")
    assert f"embedder 'words': {peer.uri}/v1/embeddings: HTTP 401: expired" in run.err
    assert "run the same command with --resume to continue" in run.err

    there = stored(typed)
    assert 0 < len(there) < 100
    peer.asked.clear()
    peer.reply = lambda asked: None
    assert insert(typed, "rows.jsonl", "--resume").code == 0

    assert stored(typed) == vectors(range(120))
    assert not {title(number) for number in there} & set(peer.texts)
    assert not list((typed.cli.home / "inserts").iterdir())


def test_a_killed_insert_embeds_nothing_again_that_was_sent(
    typed: Typed, peer: EmbeddingPeer, lite: LiteServer
) -> None:
    """An embedder with other digits at each request would make rows that have arrived look like others."""
    asked_before = threading.Event()

    def drifting(asked: Asked) -> Reply:
        if title(700) in asked.texts:
            asked_before.set()
            return Reply(503)
        found = answer(asked.texts)
        for each in found["data"]:
            each["embedding"] = [number + len(peer.asked) / 1e5 for number in each["embedding"]]
        return Reply(body=found)

    peer.reply = drifting
    line = ["insert", "file", "-c", NAME, write("rows.jsonl", rows(800)), "--embed", "title:vector=words"]
    process = typed.cli.start(*line, env=typed.env)
    assert asked_before.wait(60)
    until = time.monotonic() + 60
    while not typed.json(f"count {NAME}")["exact"] and time.monotonic() < until:
        time.sleep(0.1)
    process.kill()
    process.communicate()
    before = stored(typed)
    assert before

    peer.asked.clear()
    peer.reply = lambda asked: None
    run = insert(typed, "rows.jsonl", "--resume")
    assert (run.code, run.err) == (0, "")
    after = stored(typed)
    assert (sorted(after), {number: after[number] for number in before}) == (list(range(800)), before)
    assert not {title(number) for number in before} & set(peer.texts)
    assert typed.json(f"count {NAME}")["exact"] == 800


FAULTS: dict[str, tuple[str, str, int]] = {
    "an embedder that is not there": ("title:vector=wrods", "embedder 'wrods' not found", 2),
    "no embedder": ("title:vector", "no embedder is known for 'vector'", 2),
    "a field that is not there": ("title:vectr=words", f"{NAME} has no vector field 'vectr'", 1),
    "a field that is no vector": ("title:id=words", f"'id' of {NAME} is not a vector: its type is INT64", 1),
    "a text that is none": ("id:vector=words", "--embed: expected a text field, got 'id', whose type is INT64", 2),
    "a text that no column has": ("tilte:vector=words", "rows.csv has no column 'tilte'", 2),
    "another dimension": (
        "title:vector=short",
        f"embedder 'short' makes vectors of 4 numbers, and 'vector' has {DIMENSION}",
        1,
    ),
    "a token that is not accepted": ("title:vector=closed", "embedder 'closed': ", 4),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_can_be_known_is_checked_before_the_first_row(typed: Typed, peer: EmbeddingPeer, case: str) -> None:
    embed, message, code = FAULTS[case]
    peer.reply = lambda asked: Reply(401, "") if asked.body["model"] == "closed" else None
    typed.all(
        f"create embedder short --url {peer.uri} --model words --dim 4 --send-dim",
        f"create embedder closed --url {peer.uri} --model closed",
    )
    Path("rows.csv").write_text("id,title\n1,one\n")
    run = typed(f"insert file -c {NAME} rows.csv --embed {embed}")
    assert (run.code, run.err.splitlines()[0][: len(message) + 7]) == (code, f"error: {message}")
    assert "one" not in peer.texts


def test_a_text_that_no_row_has_is_told_once(typed: Typed) -> None:
    write("rows.jsonl", rows(3))
    run = typed(f"insert file -c {NAME} rows.jsonl --embed tilte:vector=words")
    assert (run.code, run.err.splitlines()[0]) == (2, "error: rows.jsonl has no column 'tilte'")
    assert "title" in run.err.splitlines()[1]


@pytest.mark.parametrize("text", ["body", "title"])
@pytest.mark.parametrize("name", ["rows.jsonl", "rows.csv"])
def test_a_mapped_column_may_have_its_own_name(typed: Typed, name: str, text: str) -> None:
    write("rows.jsonl", [{"id": number, "body": title(number)} for number in range(3)])
    Path("rows.csv").write_text("id,body\n" + "".join(f"{number},{title(number)}\n" for number in range(3)))
    run = typed(f"insert file -c {NAME} {name} --map body=title --embed {text}:vector=words")
    assert (run.code, stored(typed)) == (0, vectors(range(3)))


def test_a_file_with_vectors_is_not_filled(typed: Typed) -> None:
    Path("rows.csv").write_text('id,title,vector\n1,one,"[1]"\n')
    assert insert(typed, "rows.csv") == failed(
        "rows.csv has a column for 'vector', which --embed fills",
        "leave --embed out, or the column: --map vector=",
        code=2,
    )
    assert insert(typed, "rows.csv", "--map vector=").code == 0
    assert typed(f"insert file -c {NAME} rows.csv --embed title:vector=words --embed id:vector=words") == failed(
        "--embed fills 'vector' twice", code=2
    )
    assert typed(f"insert file -c {NAME} rows.csv --embed title").code == 2


def test_binary_vectors_and_their_metrics_are_refused(typed: Typed) -> None:
    name = "embedded_bits"
    typed.gone(name)
    typed.all(f"create collection -c {name} -f id:INT64 -f t:VARCHAR:9 -f v:BINARY_VECTOR:16 -p id")
    write("rows.jsonl", [{"id": 1, "t": "a"}])
    refused = typed(f"insert file -c {name} rows.jsonl --embed t:v=words")
    wanted = "FLOAT_VECTOR or FLOAT16_VECTOR or BFLOAT16_VECTOR"
    assert refused == failed(f"an embedder can't fill 'v': its type is BINARY_VECTOR, not {wanted}", code=2)
    assert typed(f"search {name} --text a --embed words").code != 0
    typed.gone(name)


def test_a_command_embeds_rows_too(typed: Typed) -> None:
    numbers = ",".join(["0.25"] * DIMENSION)
    command = f"sed 's/.*/[{numbers}]/'"
    typed.all(f"create embedder fixed --command {shlex.quote(command)}")
    write("rows.jsonl", rows(50))
    assert typed(f"insert file -c {NAME} rows.jsonl --embed title:vector=fixed").code == 0
    assert stored(typed) == dict.fromkeys(range(50), [0.25] * DIMENSION)
    typed.all("create embedder broken --command 'read -r line; echo \"[1]\"'")
    other = typed(f"upsert file -c {NAME} rows.jsonl --embed title:vector=broken")
    assert "error: embedder 'broken' makes vectors of 1 numbers, and 'vector' has 16\n" in other.err


def test_two_fields_are_filled_and_searched_by_their_texts(cli: Cli, lite: LiteServer, peer: EmbeddingPeer) -> None:
    typed, name = Typed(cli, lite), "embedded_twice"
    typed.all(
        f"create embedder words --url {peer.uri} --model words",
        f"create collection -c {name} -f id:INT64 -f a:VARCHAR:99 -f b:VARCHAR:99 -f va:FLOAT_VECTOR:{DIMENSION} "
        f"-f vb:FLOAT_VECTOR:{DIMENSION} -p id",
        *(f"create index -c {name} -f {field} -t FLAT -m IP" for field in ("va", "vb")),
        f"load collection {name}",
    )
    path = cli.directory / "rows.jsonl"
    path.write_text('{"id": 1, "a": "one whale", "b": "two cats"}\n')
    typed.all(f"insert file -c {name} {path} --embed a:va=words --embed b:vb=words")
    (row,) = typed.json(f"query -c {name} --filter 'id == 1' --fields va,vb")
    assert (row["va"], row["vb"]) == (embedding("one whale"), embedding("two cats"))
    chosen = typed(f"search {name} --text 'two cats'")
    assert chosen == failed(f"{name} has 2 vector fields with an embedder", "give one: -f va or vb", code=2)
    assert typed.json(f"search {name} --text 'two cats' -f vb")[0]["distance"] == pytest.approx(1.0, abs=1e-3)
    typed.gone(name)


@pytest.mark.parametrize(
    ("kind", "digits"), [("FLOAT_VECTOR", 1e-7), ("FLOAT16_VECTOR", 1e-3), ("BFLOAT16_VECTOR", 1e-2)]
)
def test_vectors_are_encoded_as_the_field_keeps_them(kind: str, digits: float) -> None:
    field = FieldSchema(name="v", data_type=type_number(kind), type_params=[{"key": "dim", "value": "3"}])
    pack = vector_packer(Embedder("e"), field)
    assert unpack_one(field, pack([0.1, -2.5, 3])) == pytest.approx([0.1, -2.5, 3], rel=digits)
    with pytest.raises(InvalidAnswer, match="embedder 'e': "):
        pack([1e39, 0.0, 0.0])


def test_ctrl_c_waits_for_no_answer(typed: Typed, peer: EmbeddingPeer) -> None:
    def hanging(asked: Asked) -> Reply | None:
        return None if asked.texts == PROBE else Reply(body=answer(asked.texts), seconds=20)

    peer.reply = hanging
    line = ["insert", "file", "-c", NAME, write("rows.jsonl", rows(40)), "--embed", "title:vector=words"]
    process = typed.cli.start(*line, env=typed.env)
    while len(peer.asked) < 3:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, err = process.communicate(timeout=15)
    assert (process.returncode, "interrupted" in err) == (130, True)
    assert time.monotonic() - began < 6


def test_an_insert_is_not_resumed_with_another_model(typed: Typed, peer: EmbeddingPeer) -> None:
    peer.reply = lambda asked: Reply(401, "") if title(90) in asked.texts else None
    assert insert(typed, write("rows.jsonl", rows(120))).code == 4
    peer.reply = lambda asked: None
    assert typed(f"create embedder words --url {peer.uri} --model other --force").code == 0
    run = insert(typed, "rows.jsonl", "--resume")
    assert (run.code, run.err.splitlines()[0].rpartition(" and ")[2]) == (2, "had another --embed")


def test_requests_run_ahead_by_a_bounded_number_of_rows(peer: EmbeddingPeer, tmp_path: Path) -> None:
    fields = [{"name": "t", "data_type": "VarChar"}, {"name": "v", "data_type": "FloatVector"}]
    schema = CollectionSchema(fields=fields)
    schema.fields[1].type_params.add(key="dim", value=str(DIMENSION))
    embedder = Embedder("e", url=f"{peer.uri}/v1/embeddings", model="words", batch_size=10)
    client = EmbeddingClient(embedder, "", dim=DIMENSION, seconds=5)
    filler = FieldFiller("t", schema.fields[1], client, vector_packer(embedder, schema.fields[1]))
    rows = RowEmbedder([filler], VectorJournal(tmp_path / "kept", resume=False), threading.Event(), partial=False)
    encoder = RowEncoder(WriteTarget("c", "", schema), {})
    chunks = (Chunk({"t": [f"{number} {row}" for row in range(1500)]}, range(1500)) for number in range(3))
    filled = rows.fill(Prepared(encoder, chunk, PLAIN_VALUES) for chunk in chunks)
    first = next(filled)
    assert len(first.chunk.lines) == 500
    assert len(peer.texts) <= 1000

    assert len([*islice(filled, 3)]) == 3
    assert len(peer.texts) <= 2500
    assert len([*filled]) == 5
    assert len(list((tmp_path / "kept").iterdir())) == 8

    rows.stop()


def test_a_partial_upsert_embeds_the_texts_that_change(
    cli: Cli, lite: LiteServer, peer: EmbeddingPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(cli.directory)
    typed, name = Typed(cli, lite), "embedded_partly"
    typed.gone(name)
    typed.all(
        f"create embedder words --url {peer.uri} --model words",
        f"create collection -c {name} -f id:INT64 -f title:VARCHAR:99 -f n:INT64 -f vector:FLOAT_VECTOR:{DIMENSION} "
        "-p id",
        f"create index -c {name} -f vector -t FLAT -m L2",
        f"load collection {name}",
    )
    write("rows.jsonl", [{**row, "n": 1} for row in rows(2)])
    typed.all(f"insert file -c {name} rows.jsonl --embed title:vector=words")
    write("new.jsonl", [{"id": 0, "n": 2}, {"id": 1, "title": "changed"}])
    typed.all(f"upsert file -c {name} new.jsonl --partial --embed title:vector=words")
    found = typed.json(f"query -c {name} --filter 'id >= 0' --fields id,title,n,vector")
    assert [(row["title"], row["n"], row["vector"]) for row in sorted(found, key=lambda row: int(row["id"]))] == [
        (title(0), 2, embedding(title(0))),
        ("changed", 1, embedding("changed")),
    ]
    assert peer.texts == [*PROBE, title(0), title(1), *PROBE, "changed"]
    typed.gone(name)


def test_a_text_that_is_not_stored_is_kept_with_a_rejected_row(typed: Typed) -> None:
    Path("rows.csv").write_text("id,title,words\nx,one,white whale\n2,two,black cat\n")
    line = f"insert file -c {NAME} {{}} --embed body:vector=words"
    assert typed(f"{line.format('rows.csv')} --map words=body --rejects bad.jsonl").code == 5
    assert stored(typed) == {2: embedding("black cat")}
    bad = json.loads(Path("bad.jsonl").read_text())
    assert bad["row"] == {"id": "x", "title": "one", "body": "white whale"}

    Path("bad.jsonl").write_text(json.dumps({**bad, "row": {**bad["row"], "id": "1"}}))
    assert typed(line.format("bad.jsonl")).code == 0
    assert stored(typed) == {1: embedding("white whale"), 2: embedding("black cat")}


def test_the_last_row_of_a_key_is_embedded_and_upserted(typed: Typed) -> None:
    path = write("rows.jsonl", [{"id": 1, "title": "old"}, {"id": 2, "title": "two"}, {"id": 1, "title": "new"}])
    assert typed(f"upsert file -c {NAME} {path} --embed title:vector=words").code == 0
    assert stored(typed) == {1: embedding("new"), 2: embedding("two")}
    Path("long.jsonl").write_text(f'{{"id": 3, "title": "{"x" * 300}"}}\n{{"id": 4, "title": "four"}}\n')
    assert insert(typed, "long.jsonl", "--rejects bad.jsonl").code == 5
    assert (4 in stored(typed), json.loads(Path("bad.jsonl").read_text())["row"]["id"]) == (True, 3)
