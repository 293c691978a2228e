"""Tokens in the system's keyring, and in the store file without a working one."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from milvus_cli.connections import secrets
from milvus_cli.connections.profile import Profile
from milvus_cli.connections.store import Store
from milvus_cli.errors import CliError
from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer

TOKEN = "root:a very secret token"


@pytest.fixture
def keyring_file(tmp_path: Path) -> Path:
    return tmp_path / "keyring.json"


@pytest.fixture
def keyring_env(keyring_file: Path) -> dict[str, str]:
    """The environment of a run with a keyring."""
    return {
        "PYTHON_KEYRING_BACKEND": "tests.support.keyrings.FileKeyring",
        "TEST_KEYRING_FILE": str(keyring_file),
    }


@pytest.fixture
def notices() -> list[str]:
    return []


@pytest.fixture
def store(cli: Cli, keyring_file: Path, notices: list[str], monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store in this process, with a keyring."""
    import keyring

    from tests.support.keyrings import FileKeyring

    monkeypatch.setenv("TEST_KEYRING_FILE", str(keyring_file))
    before = keyring.get_keyring()
    monkeypatch.setattr(keyring.core, "_keyring_backend", before)
    keyring.set_keyring(FileKeyring())  # type: ignore[no-untyped-call]
    return Store(cli.home, notices.append)


def kept(keyring_file: Path) -> list[str]:
    """The passwords in the keyring; all of them are ours."""
    found = json.loads(keyring_file.read_text())
    assert list(found) == ["milvus_cli"]
    return list(found["milvus_cli"].values())


def stored_token(store: Store, alias: str) -> str:
    saved = store.get(alias)
    assert saved is not None
    return store.token(saved)


def test_the_token_is_in_the_keyring_and_no_byte_of_it_under_home(
    cli: Cli, keyring_env: dict[str, str], keyring_file: Path
) -> None:
    with GrpcPeer() as peer:
        argv = ("-a", "prod", "-h", peer.host, "-p", str(peer.port))
        assert cli("connect", *argv, "--token", TOKEN, env=keyring_env).code == 0
        assert kept(keyring_file) == [TOKEN]

        files = [path for path in cli.home.rglob("*") if path.is_file()]
        assert files
        assert [path for path in files if b"very secret" in path.read_bytes()] == []

        assert cli("server_version", "-o", "jsonl", env=keyring_env).code == 0
        authorization = dict(peer.calls[-1].metadata)["authorization"]
    assert authorization == "cm9vdDphIHZlcnkgc2VjcmV0IHRva2Vu"


def test_rename_takes_the_token_along(store: Store, keyring_file: Path) -> None:
    store.put(Profile(alias="old", token=TOKEN), "v2.3.5")
    store.rename("old", "new")
    assert (stored_token(store, "new"), kept(keyring_file)) == (TOKEN, [TOKEN])


def test_delete_forgets_the_token(store: Store, keyring_file: Path) -> None:
    store.put(Profile(alias="a", token="a:1"), "v2.3.5")
    store.put(Profile(alias="b", token="b:2"), "v2.3.5")
    store.delete("a")
    assert kept(keyring_file) == ["b:2"]


def test_another_token_replaces_the_former_one(store: Store, keyring_file: Path) -> None:
    store.put(Profile(alias="a", token="a:1"), "v2.3.5")
    store.put(Profile(alias="a", token="a:2"), "v2.3.5")
    assert (stored_token(store, "a"), kept(keyring_file)) == ("a:2", ["a:2"])


def test_a_token_may_be_replaced_alone(store: Store, keyring_file: Path) -> None:
    store.put(Profile(alias="prod", token=TOKEN), "")
    store.put(Profile(alias="other", token=TOKEN), "")
    store.replace_token("prod", "root:changed")
    store.replace_token("nosuch", "root:lost")
    assert stored_token(store, "prod") == "root:changed"
    assert sorted(kept(keyring_file)) == [TOKEN, "root:changed"]
    assert store.current() == "other"


def test_connecting_without_a_token_forgets_the_former_one(store: Store, keyring_file: Path) -> None:
    store.put(Profile(alias="a", token="a:1"), "v2.3.5")
    store.put(Profile(alias="a"), "v2.3.5")
    assert (stored_token(store, "a"), kept(keyring_file)) == ("", [])


def test_a_store_that_can_not_be_written_keeps_the_former_token_and_no_other(store: Store, keyring_file: Path) -> None:
    store.put(Profile(alias="a", token="a:1"), "v2.3.5")
    with closing(sqlite3.connect(store.path)) as database:
        database.execute("CREATE TRIGGER refuse BEFORE UPDATE ON connection BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(CliError):
        store.put(Profile(alias="a", token="a:2"), "v2.3.5")
    assert (stored_token(store, "a"), kept(keyring_file)) == ("a:1", ["a:1"])


def test_a_keyring_that_has_lost_the_token_is_reported(store: Store, keyring_file: Path, notices: list[str]) -> None:
    store.put(Profile(alias="a", token=TOKEN), "v2.3.5")
    keyring_file.unlink()
    assert stored_token(store, "a") == ""
    assert notices == ["The keyring did not give the credentials of 'a': is it locked?"]


def test_a_connection_without_a_token_asks_no_keyring(store: Store, keyring_file: Path, notices: list[str]) -> None:
    store.put(Profile(alias="a"), "v2.3.5")
    assert (stored_token(store, "a"), keyring_file.exists(), notices) == ("", False, [])


@pytest.mark.parametrize(
    "backend",
    [
        "tests.support.keyrings.LockedKeyring",
        "tests.support.keyrings.BrokenKeyring",
        "keyring.backends.fail.Keyring",
        "no.such.Backend",
    ],
)
def test_where_the_keyring_fails_the_token_is_in_the_private_file(cli: Cli, backend: str) -> None:
    env = {"PYTHON_KEYRING_BACKEND": backend}
    with GrpcPeer() as peer:
        argv = ("-a", "prod", "-h", peer.host, "-p", str(peer.port), "-q")
        found = cli("connect", *argv, "--token", TOKEN, env=env)
        assert (found.code, found.err) == (0, "")
        assert cli("delete", "connection", "prod", env=env) == Run(0, "Deleted connection 'prod'.\n", "")
        assert cli("connect", *argv, "--token", TOKEN, env=env).code == 0
    with closing(sqlite3.connect(cli.home / "connections.db")) as database:
        assert database.execute("SELECT * FROM secret").fetchall() == [("prod", TOKEN)]


def test_no_token_needs_no_place() -> None:
    assert secrets.keep("a", "") == ""
    assert secrets.fetch("") == ""
    secrets.forget("")
