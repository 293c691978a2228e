"""Embedders are kept, listed, tried and deleted; every way in which one can fail has words of its own."""

import base64
import json
import shlex
import sqlite3
import stat
import struct
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import keyring
import pytest

from milvus_cli.connections.embedders import Embedder, EmbedderStore, Remembered, field_place
from milvus_cli.connections.profile import Profile
from milvus_cli.embedding.client import EmbeddingClient
from milvus_cli.embedding.endpoint import endpoint, is_exposed, vectors_of
from milvus_cli.embedding.failures import Busy
from milvus_cli.errors import CliError, InvalidAnswer, InvalidInput, Unreachable
from milvus_cli.rows.patience import Patience
from tests.support.broken_web import BrokenWeb, chunked
from tests.support.cli import Run
from tests.support.embedding_peer import DIMENSION, EmbeddingPeer, Reply, answer, embedding
from tests.support.keyrings import FileKeyring
from tests.support.recorder import run_here
from tests.support.typed import failed

TOKEN = "sk-very-secret"


@pytest.fixture
def peer() -> Iterator[EmbeddingPeer]:
    with EmbeddingPeer() as running:
        yield running


class Embedders:
    """Command lines with a home of their own, and no server."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, line: str, *, input: str = "") -> Run:
        return run_here(shlex.split(line), self.home, input=input)

    def shown(self, name: str, more: str = "") -> dict[str, Any]:
        run = self(f"show embedder {name} -o json {more}")
        assert (run.code, run.err) == (0, "")
        found: dict[str, Any] = json.loads(run.out)
        return found


@pytest.fixture
def typed(tmp_path: Path) -> Embedders:
    return Embedders(tmp_path / "home")


def client(peer: EmbeddingPeer, *, dim: int = 0, seconds: float = 5.0, patience: float = 0.0) -> EmbeddingClient:
    embedder = Embedder("e", url=endpoint(peer.uri), model="words")
    return EmbeddingClient(embedder, TOKEN, dim=dim, seconds=seconds, patience=Patience(patience))


def test_an_embedder_is_created_listed_shown_and_deleted(typed: Embedders, peer: EmbeddingPeer, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    created = typed(f"create embedder e5 --url {peer.uri}/ --model words --token @{tmp_path / 'token'} --dim 16")
    assert created == Run(0, "Created embedder 'e5'.\n", "")
    assert peer.asked == []

    listed = typed("list embedders -o json")
    url = f"{peer.uri}/v1/embeddings"
    assert json.loads(listed.out) == [{"name": "e5", "url": url, "model": "words", "command": None, "dim": 16}]
    shown = typed.shown("e5")
    assert (shown["token"], shown["fields"], shown["dim"]) == ("in the store", [], 16)

    assert typed("delete embedder e5") == Run(0, "Deleted embedder 'e5'.\n", "")
    assert json.loads(typed("list embedders -o json").out) == []
    assert typed("show embedder e5") == failed(
        "embedder 'e5' not found", "`create embedder NAME --url URL` makes one", code=2
    )


def test_the_token_is_sent_and_in_no_output(typed: Embedders, peer: EmbeddingPeer) -> None:
    runs = [typed(f"create embedder e --url {peer.uri} --model words --token {TOKEN} --debug")]
    runs += [typed(line) for line in ("list embedders", "show embedder e --check --debug", "show embedder e -o json")]
    assert [run.code for run in runs] == [0, 0, 0, 0]
    assert not [run for run in runs if TOKEN in run.out + run.err]
    assert [each.headers["Authorization"] for each in peer.asked] == [f"Bearer {TOKEN}"]
    store = typed.home / "connections.db"
    assert stat.S_IMODE(store.stat().st_mode) == 0o600


def test_check_measures_what_the_embedder_returns(typed: Embedders, peer: EmbeddingPeer) -> None:
    typed(f"create embedder e --url {peer.uri}/v1 --model words")
    shown = typed.shown("e", "--check")
    assert (shown["measured_dim"], shown["vector_length"], shown["token"]) == (
        DIMENSION,
        pytest.approx(1.0, abs=1e-3),
        None,
    )
    assert shown["latency_ms"] > 0
    (asked,) = peer.asked
    assert (asked.path, asked.body) == ("/v1/embeddings", {"model": "words", "input": ["milvus_cli"]})
    assert ("Authorization" in asked.headers, asked.headers["User-Agent"]) == (False, "milvus_cli/0.1.0")


def test_check_tells_a_vector_of_zeros(typed: Embedders) -> None:
    typed("create embedder zeros --command 'echo [0, 0]'")
    run = typed("show embedder zeros --check")
    assert (run.code, run.err) == (0, "note: the vector of 'milvus_cli' is all zeros, which COSINE can't compare\n")


def test_a_dimension_is_sent_if_that_is_asked_for(typed: Embedders, peer: EmbeddingPeer) -> None:
    typed(f"create embedder short --url {peer.uri} --model words --dim 5 --send-dim")
    assert typed.shown("short", "--check")["measured_dim"] == 5
    assert peer.asked[0].body["dimensions"] == 5
    typed(f"create embedder other --url {peer.uri} --model words --dim 5")
    other = typed("show embedder other --check")
    assert other == failed(f"embedder 'other': expected vectors of 5 numbers, got {DIMENSION}")


def test_a_token_may_stay_in_the_environment(
    typed: Embedders, peer: EmbeddingPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(f"create embedder e --url {peer.uri} --model words --token-env EMBEDDING_KEY")
    monkeypatch.delenv("EMBEDDING_KEY", raising=False)
    assert typed("show embedder e --check") == failed(
        "embedder 'e' has its token in $EMBEDDING_KEY, which is not set",
        "set EMBEDDING_KEY before milvus_cli starts",
    )
    monkeypatch.setenv("EMBEDDING_KEY", f"{TOKEN}\nX: y")
    assert typed("show embedder e --check") == failed(
        "$EMBEDDING_KEY: expected printable ASCII characters without spaces", code=2
    )
    monkeypatch.setenv("EMBEDDING_KEY", f"{TOKEN}\n")
    assert typed.shown("e", "--check")["token"] == "in $EMBEDDING_KEY"
    assert peer.asked[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_a_name_that_is_taken_needs_force_and_then_gets_the_new_token(typed: Embedders, peer: EmbeddingPeer) -> None:
    line = f"create embedder e --url {peer.uri} --model words"
    typed(f"{line} --token old")
    assert typed(line) == failed("embedder 'e' exists", "add --force to replace it", code=2)
    assert typed(f"{line} --token new --force").code == 0
    typed("show embedder e --check")
    assert peer.asked[0].headers["Authorization"] == "Bearer new"


def test_an_embedder_with_another_model_forgets_its_fields(typed: Embedders, peer: EmbeddingPeer) -> None:
    line = f"create embedder e --url {peer.uri} --model words"
    typed(line)
    store, place = EmbedderStore(typed.home, print), field_place(Profile(), "book", "v")
    store.remember(place, "e", filled=True)
    assert typed(f"{line} --token new --batch-size 7 --force") == Run(0, "Created embedder 'e'.\n", "")
    assert store.places("e") == [place]

    replaced = typed(f"{line} --row-prefix 'row: ' --force")
    assert replaced.err == (
        "note: the former 'e' made other vectors: it is no longer remembered as the embedder of "
        "127.0.0.1:19530/default:book.v\n"
    )
    assert (replaced.code, store.places("e")) == (0, [])


def test_a_keyring_takes_the_token_if_there_is_one(
    typed: Embedders, peer: EmbeddingPeer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_KEYRING_FILE", str(tmp_path / "ring"))
    monkeypatch.setattr(keyring.core, "_keyring_backend", keyring.get_keyring())
    keyring.set_keyring(FileKeyring())  # type: ignore[no-untyped-call]
    assert typed(f"create embedder e --url {peer.uri} --model words --token {TOKEN}").code == 0
    assert typed.shown("e", "--check")["token"] == "in the keyring"
    assert peer.asked[0].headers["Authorization"] == f"Bearer {TOKEN}"

    assert TOKEN.encode() not in (typed.home / "connections.db").read_bytes()
    assert typed("delete embedder e").code == 0
    assert json.loads((tmp_path / "ring").read_text()) == {"milvus_cli": {}}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "give either --url with --model, or --command"),
        ("--url http://h --model m --command c", "give either --url with --model, or --command"),
        ("--url http://h", "missing model"),
        ("--command c --token t", "--model, --token, --token-env and --send-dim are for --url"),
        ("--url ftp://h --model m", "--url: expected a URL that begins with http:// or https://"),
        ("--url http://h:99999 --model m", "--url: expected a URL that begins with http:// or https://"),
        ("--url http://u:p@h --model m", "--url: expected a URL without user and password"),
        ("--url http://h --model m --token a --token-env B", "--token and --token-env cannot be combined"),
        ("--url http://h --model m --token-env sk-x", "--token-env: expected the name of an environment variable"),
        ("--url http://h --model m --token 'a b'", "--token: expected printable ASCII characters without spaces"),
        ("--url http://h --model m --send-dim", "--send-dim needs --dim"),
    ],
)
def test_options_that_make_no_embedder_are_refused(typed: Embedders, given: str, message: str) -> None:
    run = typed(f"create embedder e {given}")
    assert (run.code, run.err.splitlines()[0]) == (2, f"error: {message}")
    assert "u:p" not in run.err


def test_a_name_has_letters_and_digits(typed: Embedders) -> None:
    run = typed("create embedder 'my model' --command cat")
    assert run.err.splitlines()[0] == "error: invalid name 'my model'"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://api.openai.com", "https://api.openai.com/v1/embeddings"),
        ("https://api.openai.com/v1/", "https://api.openai.com/v1/embeddings"),
        ("http://127.0.0.1:11434/v1/embeddings", "http://127.0.0.1:11434/v1/embeddings"),
        ("http://h/proxy", "http://h/proxy/v1/embeddings"),
        ("http://h/api/v3", "http://h/api/v3/embeddings"),
        ("https://h/v1beta/openai", "https://h/v1beta/openai/embeddings"),
        ("https://h/deployments/d/embeddings?api-version=2", "https://h/deployments/d/embeddings?api-version=2"),
        ("HTTP://[::1]:80", "http://[::1]:80/v1/embeddings"),
    ],
)
def test_a_url_is_completed(url: str, found: str) -> None:
    assert endpoint(url) == found


def test_a_token_over_an_unencrypted_network_is_a_note(typed: Embedders) -> None:
    note = "note: the token is sent unencrypted to http://gpu.example/v1/embeddings: https:// protects it\n"
    line = "create embedder {} --url {} --model m --token t"
    assert typed(line.format("far", "http://gpu.example")).err == note
    assert typed(line.format("safe", "https://gpu.example")).err == ""
    assert typed("create embedder open --url http://gpu.example --model m").err == ""


def test_only_loopback_addresses_are_this_machine() -> None:
    assert not any(map(is_exposed, ("http://127.0.0.1", "http://localhost:1", "http://[::1]:1")))
    assert is_exposed("http://127.example.com")


FAILURES = {
    "401": (Reply(401, {"error": {"message": f"Incorrect API key: {TOKEN}"}}), 4, "HTTP 401: Incorrect API key: ***"),
    "403": (Reply(403, {"detail": "no access"}), 4, "HTTP 403: no access"),
    "404": (Reply(404, {"error": "model 'words' not found"}), 1, "HTTP 404: model 'words' not found"),
    "400": (Reply(400, {"message": "input too long"}), 1, "HTTP 400: input too long"),
    "redirect": (
        Reply(307, "", [("Location", "http://other/x?key=a")]),
        1,
        "HTTP 307: Temporary Redirect: redirected to http://other/x?key=*** (not followed)",
    ),
    "html": (Reply(502, "<html><b>Bad Gateway</b></html>"), 1, "HTTP 502: Bad Gateway"),
    "429": (Reply(429, {"error": {"message": "slow down"}}, [("Retry-After", "99")]), 1, "HTTP 429: slow down"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_refusal_is_told_in_the_servers_words(
    typed: Embedders, peer: EmbeddingPeer, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply, code, words = FAILURES[case]
    peer.reply = lambda asked: reply
    typed(f"create embedder e --url {peer.uri} --model words --token {TOKEN}")
    run = typed("show embedder e --check")
    assert (run.code, run.err.splitlines()[0]) == (code, f"error: embedder 'e': {peer.uri}/v1/embeddings: {words}")
    assert TOKEN not in run.err
    assert len(peer.asked) == 1


def body(*vectors: Any, indexes: list[Any] | None = None) -> dict[str, Any]:
    places = indexes or list(range(len(vectors)))
    return {"data": [{"index": at, "embedding": each} for at, each in zip(places, vectors, strict=True)]}


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ("<html>", "the answer is not JSON: '<html>'"),
        ([1], "the answer has no list 'data': [1]"),
        ({"object": "list"}, 'the answer has no list \'data\': {"object": "list"}'),
        (body([1.0]), "the answer has 1 vectors for 2 texts"),
        (body([1.0], [1.0], [1.0]), "the answer has 3 vectors for 2 texts"),
        (body([1.0], [1.0], indexes=[0, 0]), "the answer does not number its vectors from 0 to 1"),
        (body([1.0], [1.0], indexes=[1, 2]), "the answer does not number its vectors from 0 to 1"),
        (body([1.0], [1.0], indexes=[None, True]), "the answer does not number its vectors from 0 to 1"),
        (body([1.0], []), "vector 1 of the answer is not a list of numbers"),
        (body([1.0], None), "vector 1 of the answer is not a list of numbers"),
        (body([1.0], "no base64!"), "vector 1 of the answer is not a list of numbers"),
        (body([1.0], [None]), "vector 1 of the answer has null where a number is expected"),
        (body([1.0], [True]), "vector 1 of the answer has true where a number is expected"),
        (body([1.0], ["1"]), 'vector 1 of the answer has "1" where a number is expected'),
        (body([1.0], [float("nan")]), "vector 1 of the answer has a number that is not finite"),
        (body([1.0], [10**400]), "vector 1 of the answer has a number that is not finite"),
        (body([1.0], [1.0, 2.0]), "expected vectors of 1 numbers, got 2"),
    ],
)
def test_an_answer_that_is_wrong_is_not_used(peer: EmbeddingPeer, reply: Any, message: str) -> None:
    peer.reply = lambda asked: Reply(body=reply)
    with pytest.raises(InvalidAnswer) as caught:
        client(peer, patience=5.0).embed(["a", "b"])
    assert caught.value.message == f"embedder 'e': {message}"
    assert len(peer.asked) == 1


def test_vectors_are_ordered_by_their_index_and_may_be_in_base64(peer: EmbeddingPeer) -> None:
    peer.reply = lambda asked: Reply(body=body([1.0], [2.0], [3.0], indexes=[2, 0, 1]))
    assert client(peer).embed(["a", "b", "c"]) == [[2.0], [3.0], [1.0]]
    packed = base64.b64encode(struct.pack("<2f", 0.5, -1.5)).decode()
    assert vectors_of(json.dumps(body(packed)), 1) == [[0.5, -1.5]]


def test_a_busy_embedder_is_asked_again_when_it_says(peer: EmbeddingPeer) -> None:
    replies = iter([Reply(503, "loading"), Reply(500, ""), Reply(429, "", [("Retry-After", "0.5")])])
    peer.reply = lambda asked: next(replies, None)
    began = time.monotonic()
    assert client(peer, patience=10.0).embed(["a"]) == [embedding("a")]
    assert time.monotonic() - began > 0.5
    assert len(peer.asked) == 4


def test_a_busy_embedder_is_not_waited_for_longer_than_the_patience(peer: EmbeddingPeer) -> None:
    date = formatdate(time.time() + 100, usegmt=True)
    peer.reply = lambda asked: Reply(429, "", [("Retry-After", date)])
    with pytest.raises(Busy) as caught:
        client(peer, patience=5.0).embed(["a"])
    assert caught.value.hint.startswith("it asks to wait 9")
    assert len(peer.asked) == 1


def test_an_answer_that_breaks_off_is_asked_for_again(peer: EmbeddingPeer) -> None:
    replies = iter([Reply(body=answer(["a"]), missing=7)])
    peer.reply = lambda asked: next(replies, None)
    assert client(peer, patience=5.0).embed(["a"]) == [embedding("a")]
    peer.reply = lambda asked: Reply(body=answer(["a"]), missing=7)
    with pytest.raises(Unreachable, match="broke off its answer: 7 bytes are missing"):
        client(peer).embed(["a"])


def test_an_embedder_that_hangs_is_left(peer: EmbeddingPeer) -> None:
    peer.reply = lambda asked: Reply(body=answer(["a"]), seconds=0.8)
    with pytest.raises(Unreachable, match=r"did not answer within 0\.2 s") as caught:
        client(peer, seconds=0.2, patience=5.0).embed(["a"])
    assert caught.value.hint == "--timeout SECONDS waits longer"
    assert len(peer.asked) == 1


@pytest.mark.parametrize(
    ("reply", "message", "is_retried"),
    [
        (b"", "broke off its answer: Remote end closed connection without response", True),
        (b"\0\0\x06SETTINGS\r\n", "serves no HTTP/1", False),
        (chunked(b"{", end=b"5\r\nab"), "broke off its answer: the transfer was interrupted", True),
    ],
)
def test_what_is_no_whole_answer_is_told_apart(reply: bytes, message: str, is_retried: bool) -> None:
    with BrokenWeb() as web:
        web.reply = reply
        embedder = Embedder("e", url=f"http://{web.address}/v1/embeddings", model="m")
        with pytest.raises(Unreachable, match=f"v1/embeddings {message}"):
            EmbeddingClient(embedder, "", dim=0, seconds=5, patience=Patience(1.0)).embed(["a"])
        assert (web.connections > 1) == is_retried


def test_an_embedder_that_never_answered_may_have_another_address() -> None:
    with EmbeddingPeer() as gone:
        embedding_client = client(gone, patience=30.0)
    with pytest.raises(Unreachable, match=f"can't reach {gone.uri}/v1/embeddings: Connection refused"):
        embedding_client.embed(["a"])


def test_batches_are_cut_by_count_and_by_bytes(peer: EmbeddingPeer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milvus_cli.embedding.client.HTTP_BYTES", 100)
    texts = ["a" * 60, "b" * 60, "c" * 300, *"d" * 40]
    batches = list(client(peer).batches(texts))
    assert [text for batch in batches for text in batch] == texts
    assert [len(batch) for batch in batches] == [1, 1, 1, 32, 8]


PRINTS = """awk '{print "[" length($0) ", 1]"}'"""


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("exit 3", "the command exited with 3"),
        ("echo no model >&2; exit 1", "the command exited with 1: no model"),
        ("kill -9 $$", "the command was ended by SIGKILL"),
        ("no_such_program", "the command exited with 127: /bin/sh: "),
        ("true", "the command printed 0 vectors for 1 texts"),
        ("echo '[1]'; echo '[2]'", "the command printed 2 vectors for 1 texts"),
        ("echo Loading; echo '[1]'", "line 1 of the command's output is not a JSON list: 'Loading'"),
        ("echo '[1, NaN]'", "line 1 of the answer has a number that is not finite"),
        ("echo '{\"v\": [1]}'", "line 1 of the command's output is not a JSON list: '{\"v\": [1]}'"),
    ],
)
def test_a_command_that_fails_is_told_by_what_it_says(typed: Embedders, command: str, message: str) -> None:
    typed(f"create embedder c --command {shlex.quote(command)}")
    run = typed("show embedder c --check")
    assert (run.code, run.err.splitlines()[0][: len(message) + 21]) == (1, f"error: embedder 'c': {message}")


def test_a_command_gets_a_text_per_line_and_may_not_run_for_ever(typed: Embedders) -> None:
    typed(f"create embedder c --command {shlex.quote(PRINTS)}")
    assert typed.shown("c", "--check")["measured_dim"] == 2
    typed("create embedder late --command 'sleep 0.4; cat >/dev/null; echo [1]'")
    assert typed.shown("late", "--check")["measured_dim"] == 1
    typed("create embedder slow --command 'sleep 60 & wait'")
    began = time.monotonic()
    assert typed("show embedder slow --check -t 0.3") == failed(
        "embedder 'slow': the command did not finish within 0.3 s", "--timeout SECONDS gives it longer"
    )
    assert time.monotonic() - began < 5


def test_a_store_of_an_earlier_version_takes_embedders(tmp_path: Path) -> None:
    typed = Embedders(tmp_path)
    typed("create embedder e --command cat")
    with sqlite3.connect(tmp_path / "connections.db") as database:
        for table in ("embedder", "embedder_secret", "embedded_field"):
            database.execute(f"DROP TABLE {table}")
    assert json.loads(typed("list embedders -o json").out) == []
    assert typed("create embedder e --command cat").code == 0
    assert [each.name for each in EmbedderStore(tmp_path, print).all()] == ["e"]


def test_what_fills_a_field_is_remembered_before_what_searched_it(tmp_path: Path) -> None:
    store, place = EmbedderStore(tmp_path, print), field_place(Profile(), "book", "v")
    for name in ("a", "b"):
        store.put(Embedder(name, command="cat"), "", replaces=False)
    store.remember(place, "a", filled=False)
    store.remember(place, "b", filled=False)
    assert store.remembered(place) == Remembered("b", False)
    store.remember(place, "a", filled=True)
    store.remember(place, "b", filled=False)
    assert store.remembered(place) == Remembered("a", True)

    store.rename_collection(Profile(), "book", "novel", "")
    moved = place._replace(collection="novel")
    assert (store.remembered(place), store.places("a")) == (None, [moved])
    store.forget_collection(Profile(), "novel")
    assert store.places("a") == []
    store.remember(place, "a", filled=True)
    store.delete("a")
    assert store.remembered(place) is None


def test_an_embedder_that_can_not_be_read_says_how_to_go_on(tmp_path: Path) -> None:
    store = EmbedderStore(tmp_path, print)
    store.put(Embedder("e", command="cat"), "", replaces=False)
    with sqlite3.connect(tmp_path / "connections.db") as database:
        database.execute("UPDATE embedder SET definition = '[]'")
    with pytest.raises(CliError, match="embedder 'e' can't be read from the store"):
        store.get("e")
    with pytest.raises(InvalidInput):
        EmbedderStore(tmp_path / "other", print).get("e")
