"""The connection store: its contents, its limit, and unusable files."""

import json
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from milvus_cli.connections import store_file as module
from milvus_cli.connections.profile import Profile, Tls
from milvus_cli.connections.store import PUT, Saved, Store
from milvus_cli.connections.store_file import LIMIT, StoreFile
from milvus_cli.errors import CliError
from tests.support.cli import EXEC, NO_KEYRING, ROOT, Cli, Run
from tests.support.grpc_peer import GrpcPeer

FULL_PROFILE = Profile(
    alias="prod",
    host="milvus.example",
    port=443,
    database="books",
    token="root:Milvus",
    tls=Tls(mode=2, ca="/ca.pem", client_cert="/client.pem", client_key="/client.key", server_name="milvus"),
    user_agent="tests",
    management_port=9092,
    read_only=True,
    protected=True,
    lite="/data",
)


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NO_KEYRING.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def notices() -> list[str]:
    return []


@pytest.fixture
def store(cli: Cli, notices: list[str]) -> Store:
    """The store of `cli`'s home."""
    return Store(cli.home, notices.append)


@pytest.fixture(scope="module")
def peer() -> Iterator[GrpcPeer]:
    with GrpcPeer() as started:
        yield started


def connect(peer: GrpcPeer, alias: str, *more: str) -> tuple[str, ...]:
    return ("connect", "-a", alias, "-h", peer.host, "-p", str(peer.port), *more)


def fill(store: Store, count: int, start: int = 0) -> list[str]:
    """Adds COUNT connections in one transaction through the store's own schema."""
    if not store.path.exists():
        store.put(Profile(alias="a"), "v2.3.5")
        store.delete("a")
    aliases = [f"a{number:05}" for number in range(start, start + count)]
    profile = json.dumps({"host": "127.0.0.1", "port": 19530, "database": "default", "tls": {"mode": 0}})
    with closing(sqlite3.connect(store.path, isolation_level=None)) as database:
        database.execute("BEGIN")
        database.executemany(PUT, ((alias, profile, "", 1, "v2.3.5", 1.0, "") for alias in aliases))
        database.execute("COMMIT")
    return aliases


def names(store: Store) -> list[str]:
    return [saved.alias for saved in store.all()]


def set_aside(store: Store) -> list[Path]:
    return sorted(store.home.glob("connections.corrupt-*"))


# Contents


def test_nothing_is_stored_at_first_and_reading_makes_no_file(store: Store) -> None:
    assert (store.get("prod"), list(store.all()), store.aliases(), store.current()) == (None, [], [], "")
    assert not store.home.exists()


def test_put_keeps_every_parameter_and_makes_the_connection_current(store: Store) -> None:
    before = time.time()
    store.put(FULL_PROFILE, "v2.3.5")
    found = store.get("prod")
    assert found is not None
    assert before <= found.last_used <= time.time()

    without_token = Profile(**{**vars(FULL_PROFILE), "token": ""})
    assert found == Saved(without_token, "root", True, "v2.3.5", found.last_used, "file")
    assert store.token(found) == "root:Milvus"
    assert store.current() == "prod"


def test_put_again_replaces_the_profile_and_the_token(store: Store) -> None:
    store.put(FULL_PROFILE, "v2.3.5")
    store.put(Profile(alias="prod", host="other"), "v2.4.0")
    assert names(store) == ["prod"]

    found = store.get("prod")
    assert found is not None
    assert found == Saved(Profile(alias="prod", host="other"), "", True, "v2.4.0", found.last_used, "")
    assert store.token(found) == ""
    assert b"Milvus" not in store.path.read_bytes().split(b"root:")[-1]


def test_the_token_is_in_a_table_of_its_own(store: Store) -> None:
    store.put(FULL_PROFILE, "v2.3.5")
    with closing(sqlite3.connect(store.path)) as database:
        assert database.execute("SELECT * FROM secret").fetchall() == [("prod", "root:Milvus")]
        assert "root:Milvus" not in str(database.execute("SELECT * FROM connection").fetchall())


def test_all_come_in_order_of_alias(store: Store) -> None:
    for alias in ("b", "a", "ä", "C"):
        store.put(Profile(alias=alias), "v2.3.5")
    assert names(store) == store.aliases() == ["C", "a", "b", "ä"]


def test_rename_takes_token_and_current_along(store: Store) -> None:
    store.put(Profile(alias="other"), "v2.3.5")
    store.put(FULL_PROFILE, "v2.3.5")
    store.rename("prod", "live")
    found = store.get("live")
    assert found is not None
    assert (store.token(found), store.current(), names(store)) == ("root:Milvus", "live", ["live", "other"])


def test_rename_to_a_taken_alias_is_refused_and_changes_nothing(store: Store) -> None:
    store.put(Profile(alias="other", token="u:other"), "v2.3.5")
    store.put(FULL_PROFILE, "v2.3.5")
    before = list(store.all())
    with pytest.raises(CliError, match=r"^that alias is taken$"):
        store.rename("prod", "other")
    assert list(store.all()) == before
    assert [store.token(each) for each in before] == ["u:other", "root:Milvus"]


def test_delete_forgets_the_token_and_leaves_no_current_connection(store: Store) -> None:
    store.put(FULL_PROFILE, "v2.3.5")
    store.delete("prod")
    assert (names(store), store.current()) == ([], "")
    with closing(sqlite3.connect(store.path)) as database:
        assert database.execute("SELECT * FROM secret").fetchall() == []


def test_delete_of_another_connection_keeps_the_current_one(store: Store) -> None:
    for alias in ("other", "prod"):
        store.put(Profile(alias=alias), "v2.3.5")
    store.delete("other")
    assert (names(store), store.current()) == (["prod"], "prod")


def test_change_replaces_only_the_named_parameters(store: Store) -> None:
    store.put(FULL_PROFILE, "v2.3.5")
    store.change("prod", database="films")
    found = store.get("prod")
    assert found is not None
    assert found.profile == Profile(**{**vars(FULL_PROFILE), "token": "", "database": "films"})
    assert store.token(found) == "root:Milvus"


def test_change_of_an_alias_that_is_gone_does_nothing(store: Store) -> None:
    store.put(Profile(alias="a"), "v2.3.5")
    store.change("gone", database="films")
    assert names(store) == ["a"]


def test_marking_disconnected_counts_those_that_were_connected(store: Store) -> None:
    for alias in ("a", "b", "c"):
        store.put(Profile(alias=alias), "v2.3.5")
    assert (store.mark_disconnected("a"), store.mark_disconnected("a"), store.mark_disconnected(None)) == (1, 0, 2)
    assert [saved.connected for saved in store.all()] == [False, False, False]


@pytest.mark.parametrize("clock_ns", [module.COARSEST_CLOCK_NS, 0], ids=["just changed", "unchanged for long"])
def test_a_change_by_another_process_is_seen_at_the_next_read(
    store: Store, monkeypatch: pytest.MonkeyPatch, clock_ns: int
) -> None:
    """Also with cached values, which requires changes with distinct timestamps."""
    monkeypatch.setattr(module, "COARSEST_CLOCK_NS", clock_ns)
    pause = 0 if clock_ns else 0.05
    other, seen, left = Store(store.home, print), [], []
    for number in range(3):
        other.put(Profile(alias="a", host=f"host{number}", token=f"user:{number}"), "v2.3.5")
        saved = store.get("a")
        assert saved is not None
        seen.append((saved.profile.host, store.token(saved), store.current()))
        time.sleep(pause)
        other.make_current("")
        left.append(store.current())
        time.sleep(pause)
    other.delete("a")
    assert (seen, left) == ([(f"host{number}", f"user:{number}", "a") for number in range(3)], [""] * 3)
    assert store.get("a") is None


def test_the_directory_is_0700_and_every_file_0600(store: Store) -> None:
    old = os.umask(0)
    try:
        store.put(FULL_PROFILE, "v2.3.5")
        rows = store.all()
        next(rows)
        found = {path.name: stat.filemode(path.stat().st_mode) for path in store.home.iterdir()}
        rows.close()  # type: ignore[attr-defined]
    finally:
        os.umask(old)
    assert stat.filemode(store.home.stat().st_mode) == "drwx------"
    assert found == dict.fromkeys(
        ("connections.db", "connections.db-shm", "connections.db-wal", "connections.lock"), "-rw-------"
    )


# Unwritable and unreadable directories


# Makes root obey permissions, by dropping CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH from the bounding set.
WITHOUT_POWERS = """
import ctypes, os
if os.geteuid() == 0:
    for capability in (1, 2):
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)
"""


def run_powerless(cli: Cli, *argv: str) -> Run:
    process = cli.start(*argv, stdin=subprocess.DEVNULL, before=WITHOUT_POWERS)
    out, err = process.communicate(timeout=60)
    return Run(process.returncode, out, err)


def unusable(path: Path, reason: str) -> str:
    return (
        f"error: the connection store {path} can't be used: {reason}\n"
        "hint: check its permissions and the space on its disk, or set MILVUS_CLI_HOME to another directory\n"
    )


def test_a_directory_that_may_not_be_written_refuses_the_first_connection(cli: Cli, peer: GrpcPeer) -> None:
    cli.home.mkdir(mode=0o500)
    assert run_powerless(cli, "list", "connections", "-o", "jsonl") == Run(0, "", "")
    path = cli.home / "connections.db"
    assert run_powerless(cli, *connect(peer, "a")) == Run(1, "", unusable(path, "Permission denied"))


READER = """
import sys
from pathlib import Path
from milvus_cli.connections.store import Store
from milvus_cli.errors import CliError

try:
    print(Store(Path(sys.argv[1]), print).aliases())
except CliError as exc:
    print(exc.message)
"""


def test_a_directory_that_may_not_be_searched_is_an_error(store: Store) -> None:
    store.home.mkdir(mode=0o000)
    found = subprocess.run(
        [sys.executable, "-c", f"{WITHOUT_POWERS}\n{EXEC}", sys.executable, "-c", READER, str(store.home)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout == f"the connection store {store.path} can't be used: Permission denied\n"


def test_a_store_in_a_read_only_directory_can_be_read_and_not_written(cli: Cli, store: Store, peer: GrpcPeer) -> None:
    assert cli(*connect(peer, "a")).code == 0
    listed = cli("list", "connections", "-o", "jsonl")

    store.path.chmod(0o400)
    cli.home.chmod(0o500)
    assert run_powerless(cli, "list", "connections", "-o", "jsonl") == listed
    assert run_powerless(cli, "use", "database", "default").code == 1
    refused = run_powerless(cli, *connect(peer, "b"))
    assert refused == Run(1, "", unusable(store.path, "attempt to write a readonly database"))

    cli.home.chmod(0o700)
    assert cli("list", "connections", "-o", "jsonl") == listed


def test_a_store_that_may_not_be_read_is_an_error_and_stays(cli: Cli, store: Store) -> None:
    store.put(Profile(alias="a"), "v2.3.5")
    store.path.chmod(0o000)
    found = run_powerless(cli, "list", "connections")
    assert found == Run(1, "", unusable(store.path, "unable to open database file"))
    store.path.chmod(0o600)
    assert names(store) == ["a"]


# Corruption


def garbage(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def halved(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def page_overwritten(path: Path) -> None:
    """Corrupts only the rows: header, schema and state stay readable."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xff" * 4096 * 2)


CORRUPTIONS = [garbage, emptied, halved, page_overwritten]


@pytest.mark.parametrize("corrupt", CORRUPTIONS)
def test_a_corrupt_file_is_set_aside_whole_and_a_new_one_begun(
    store: Store, notices: list[str], corrupt: Callable[[Path], None]
) -> None:
    fill(store, 500)
    corrupt(store.path)
    broken = store.path.read_bytes()
    try:
        read: object = names(store)
    except CliError as exc:
        read = (exc.message, exc.hint)
    assert read in ([], ("the connection store is corrupt", "a new one was created: connect again"))
    (aside,) = set_aside(store)
    assert notices == [f"The connection store was corrupt: it is kept as {aside}, and a new one was created."]
    assert aside.read_bytes() == broken
    store.put(FULL_PROFILE, "v2.3.5")
    assert (names(store), store.current(), len(set_aside(store)), len(notices)) == (["prod"], "prod", 1, 1)


@pytest.mark.parametrize("corrupt", CORRUPTIONS)
def test_connecting_with_a_corrupt_store_continues_with_a_new_one(
    cli: Cli, store: Store, peer: GrpcPeer, corrupt: Callable[[Path], None]
) -> None:
    fill(store, 500)
    corrupt(store.path)
    found = cli(*connect(peer, "a00250", "-q"))
    (aside,) = set_aside(store)
    notice = f"The connection store was corrupt: it is kept as {aside}, and a new one was created.\n"
    error = "error: the connection store is corrupt\nhint: a new one was created: connect again\n"
    assert (found.code, found.err) in ((0, notice), (1, notice + error))
    assert cli(*connect(peer, "a00250")).code == 0
    assert names(store) == ["a00250"]


def test_a_file_of_another_program_is_set_aside(store: Store, notices: list[str]) -> None:
    store.home.mkdir()
    with closing(sqlite3.connect(store.path)) as database:
        database.execute("CREATE TABLE recipe (name)")
    store.put(Profile(alias="a"), "v2.3.5")
    assert (names(store), len(set_aside(store)), len(notices)) == (["a"], 1, 1)


def test_files_left_by_a_removed_store_are_not_taken_into_the_new_one(store: Store, cli: Cli) -> None:
    store.put(Profile(alias="old"), "v2.3.5")
    rows = store.all()
    next(rows)
    store.put(Profile(alias="older"), "v2.3.5")
    wal = Path(f"{store.path}-wal").read_bytes()
    rows.close()  # type: ignore[attr-defined]
    assert wal
    store.path.unlink()
    Path(f"{store.path}-wal").write_bytes(wal)
    store.put(Profile(alias="new"), "v2.3.5")
    assert names(store) == ["new"]


WRITER = """
import sys
from pathlib import Path
from milvus_cli.connections.profile import Profile
from milvus_cli.connections.store import Store

store = Store(Path(sys.argv[1]), lambda text: print(text, file=sys.stderr))
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    store.put(Profile(alias=f"a{number}", token=f"user:{number}"), "v2.3.5")
    print(number, flush=True)
"""


def start_writer(home: Path, start: int, end: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home), str(start), str(end)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )


def go(*writers: subprocess.Popen[str]) -> None:
    """Lets all processes begin after the last one has started."""
    for each in writers:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in writers:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()


@pytest.mark.parametrize("corrupt", [garbage, emptied])
def test_processes_that_find_the_same_corrupt_file_set_it_aside_once_and_lose_nothing(
    store: Store, corrupt: Callable[[Path], None]
) -> None:
    fill(store, 500)
    corrupt(store.path)
    broken = store.path.read_bytes()
    writers = [start_writer(store.home, start, start + 5) for start in range(0, 60, 5)]
    go(*writers)
    ended = [(each.communicate(timeout=60), each.returncode) for each in writers]
    (aside,) = set_aside(store)
    assert [code for _, code in ended] == [0] * 12
    notice = f"The connection store was corrupt: it is kept as {aside}, and a new one was created.\n"
    assert sorted(err for (_, err), _ in ended) == [*[""] * 11, notice]
    assert aside.read_bytes() == broken
    assert sorted(names(store)) == sorted(f"a{number}" for number in range(60))


def test_a_corrupt_file_that_another_process_reads_is_left_until_it_has_done(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, 500)
    reading = store.all()
    next(reading)
    page_overwritten(store.path)
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.2)
    with pytest.raises(CliError, match=r"it is locked$"):
        Store(store.home, print).put(Profile(alias="a00250"), "v2.3.5")
    assert set_aside(store) == []


# Other versions


def test_a_store_of_a_newer_program_is_refused_and_left_alone(cli: Cli, store: Store) -> None:
    store.put(Profile(alias="a"), "v2.3.5")
    with closing(sqlite3.connect(store.path)) as database:
        database.execute("DROP TABLE state")
        database.execute("PRAGMA user_version = 2")
    expected = (
        f"error: the connection store {store.path} is of a newer milvus_cli\n"
        "hint: update milvus_cli, or set MILVUS_CLI_HOME to another directory\n"
    )
    assert cli("list", "connections") == Run(1, "", expected)
    assert set_aside(store) == []


def change_profile(store: Store, profile: str) -> None:
    with closing(sqlite3.connect(store.path, isolation_level=None)) as database:
        database.execute("UPDATE connection SET profile = ?", (profile,))


def test_unknown_parameters_are_ignored(store: Store) -> None:
    store.put(FULL_PROFILE, "v2.3.5")
    values = {"host": "h", "port": 1, "colour": "red", "token": "no", "tls": {"mode": 1, "curve": "P-256"}}
    change_profile(store, json.dumps(values))
    found = store.get("prod")
    assert found is not None
    assert found.profile == Profile(alias="prod", host="h", port=1, tls=Tls(mode=1))


@pytest.mark.parametrize("profile", ["", "{", "[]", "7", '{"tls": 7}', "\x00"])
def test_an_invalid_row_is_named_and_can_be_replaced_or_deleted(store: Store, profile: str) -> None:
    store.put(FULL_PROFILE, "v2.3.5")
    change_profile(store, profile)
    with pytest.raises(CliError) as caught:
        store.get("prod")
    assert (caught.value.message, caught.value.hint) == (
        "connection 'prod' can't be read from the store",
        "connect it again, or forget it with `delete connection prod`",
    )
    store.put(Profile(alias="prod"), "v2.3.5")
    assert names(store) == ["prod"]
    change_profile(store, profile)
    store.delete("prod")
    assert names(store) == []


# Many processes


def test_a_store_locked_for_long_is_an_error_that_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put(Profile(alias="a"), "v2.3.5")
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.2)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        with pytest.raises(CliError) as caught:
            store.put(Profile(alias="b"), "v2.3.5")
        assert 0.2 <= time.monotonic() - started < 4
        assert names(store) == ["a"]
    assert (caught.value.exit_code, caught.value.message, caught.value.hint) == (
        1,
        f"the connection store {store.path} can't be used: database is locked",
        "another process holds it for long; try again, or set MILVUS_CLI_HOME to another directory",
    )
    assert set_aside(store) == []


def test_a_store_locked_for_a_moment_is_waited_for(store: Store) -> None:
    store.put(Profile(alias="a"), "v2.3.5")
    with closing(sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        release = threading.Timer(0.3, other.execute, ["COMMIT"])
        release.start()
        store.put(Profile(alias="b"), "v2.3.5")
        release.join()
    assert names(store) == ["a", "b"]


def test_sixteen_processes_connect_at_once_to_an_empty_home(cli: Cli, store: Store, peer: GrpcPeer) -> None:
    aliases = [f"a{number:02}" for number in range(16)]
    started = [cli.start(*connect(peer, alias, "-q"), stdin=subprocess.DEVNULL) for alias in aliases]
    ended = [(each.communicate(timeout=120)[1], each.returncode) for each in started]
    assert ended == [("", 0)] * 16
    assert names(store) == aliases
    assert store.current() in aliases


def test_sixteen_writers_of_twenty_aliases_each_lose_none(store: Store) -> None:
    writers = [start_writer(store.home, start, start + 20) for start in range(0, 320, 20)]
    go(*writers)
    assert [(each.communicate(timeout=120)[1], each.returncode) for each in writers] == [("", 0)] * 16
    assert sorted(names(store)) == sorted(f"a{number}" for number in range(320))


def test_a_writer_killed_at_any_moment_leaves_every_connection_that_it_said_it_had_stored(
    store: Store, notices: list[str]
) -> None:
    moments = random.Random(7)
    stored: list[int] = []
    for start in range(0, 12_000, 1_000):
        writer = start_writer(store.home, start, start + 1_000)
        go(writer)
        assert writer.stdout is not None
        stored.append(int(writer.stdout.readline()))
        time.sleep(moments.uniform(0, 0.15))
        writer.kill()
        stored += [int(line) for line in writer.stdout.read().split()]
        writer.communicate(timeout=60)
        found = {saved.alias: store.token(saved) for saved in store.all()}
        assert {f"a{number}": f"user:{number}" for number in stored}.items() <= found.items()
        assert len(found) <= len(stored) + start // 1_000 + 1

    assert notices == []
    with closing(sqlite3.connect(store.path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# Disk full


TINY_DISK = """
mount -t tmpfs -o size=256k,mode=700 none "$HOME_DIRECTORY" && cd "$HOME_DIRECTORY" || exit 77
$CONNECT -a first >/dev/null && head -c 1M /dev/zero >ballast 2>/dev/null
$CONNECT -a second; echo "code $?"
rm ballast
$LIST
"""


def test_a_full_disk_refuses_the_connection_and_keeps_the_others(cli: Cli, peer: GrpcPeer) -> None:
    cli.home.mkdir()
    program = f"{sys.executable} -m milvus_cli"
    variables = {
        "HOME_DIRECTORY": str(cli.home),
        "CONNECT": f"{program} connect -h {peer.host} -p {peer.port}",
        "LIST": f"{program} list connections -o csv",
    }
    try:
        done = subprocess.run(
            ["unshare", "-rm", "sh", "-c", TINY_DISK],
            env=cli.environment(variables),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    except FileNotFoundError:
        pytest.skip("no unshare here")
    if done.returncode in (1, 77):
        pytest.skip("no file system can be mounted here")
    path = cli.home / "connections.db"
    assert done.stderr in [unusable(path, reason) for reason in ("disk I/O error", "database or disk is full")]
    code, header, first = done.stdout.splitlines()
    assert (done.returncode, code) == (0, "code 1")
    assert (header.split(",")[:2], first.split(",")[:2]) == (["alias", "current"], ["first", "true"])


def test_a_file_that_may_not_grow_refuses_the_connection_and_keeps_the_others(cli: Cli, store: Store) -> None:
    aliases = fill(store, 200)

    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (8_192, 8_192))"
    done = cli.start("rename", "connection", "a00000", "b", stdin=subprocess.DEVNULL, before=limit)
    out, err = done.communicate(timeout=60)
    assert (done.returncode, out) == (1, "")
    assert err in [unusable(store.path, reason) for reason in ("disk I/O error", "database or disk is full")]
    assert names(store) == aliases


# The limit


@pytest.fixture(scope="module")
def full_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with 65,536 connections; tests use copies."""
    store = Store(tmp_path_factory.mktemp("full") / "home", print)
    fill(store, LIMIT)
    return store.home


def test_the_connection_after_the_65536th_is_refused_and_changes_nothing(
    cli: Cli, store: Store, full_home: Path, peer: GrpcPeer
) -> None:
    shutil.copytree(full_home, cli.home)
    current = store.current()
    expected = (
        "error: 65,536 connections are stored, and that is the limit\nhint: forget one with `delete connection ALIAS`\n"
    )
    assert cli(*connect(peer, "one_more", "--token", "root:secret")) == Run(1, "", expected)
    assert (len(store.aliases()), store.get("one_more"), store.current()) == (LIMIT, None, current)
    with closing(sqlite3.connect(store.path)) as database:
        assert database.execute("SELECT count(*) FROM secret").fetchone() == (0,)


def test_at_the_limit_a_connection_can_be_replaced_or_make_room_for_another(
    cli: Cli, store: Store, full_home: Path, peer: GrpcPeer
) -> None:
    shutil.copytree(full_home, cli.home)
    assert cli(*connect(peer, "a65535")).code == 0
    found = store.get("a65535")
    assert found is not None
    assert (found.profile.port, store.current()) == (peer.port, "a65535")
    store.delete("a00000")
    store.put(Profile(alias="one_more"), "v2.3.5")
    with pytest.raises(CliError, match=r"^65,536 connections are stored, and that is the limit$"):
        store.put(Profile(alias="two_more"), "v2.3.5")


class WatchedFile(StoreFile):
    """Records the statements that it runs."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, print)
        self.statements: list[str] = []

    def _connected(self, uri: str) -> sqlite3.Connection:
        database = super()._connected(uri)
        database.set_trace_callback(self.statements.append)
        return database


def test_no_statement_of_adding_a_connection_reads_more_rows_when_there_are_more(store: Store) -> None:
    watched = WatchedFile(store.home)
    store._file = watched
    store.put(FULL_PROFILE, "v2.3.5")
    # A trace shows a trigger's work as a comment, or as the statement that fired it, again.
    statements = dict.fromkeys(each for each in watched.statements if not each.startswith(("--", "BEGIN", "COMMIT")))
    assert [each.split()[:3] for each in statements] == [
        ["SELECT", "secret_in", "FROM"],
        ["INSERT", "INTO", "connection"],
        ["DELETE", "FROM", "secret"],
        ["INSERT", "INTO", "secret"],
        ["UPDATE", "state", "SET"],
    ]
    triggered = ["UPDATE state SET total = total + 1"]
    with closing(sqlite3.connect(store.path)) as database:
        added = database.execute("SELECT sql FROM sqlite_master WHERE name = 'added'").fetchone()[0]
        assert added == f"CREATE TRIGGER added AFTER INSERT ON connection BEGIN {triggered[0]}; END"
        plans = [row[3] for each in [*statements, *triggered] for row in database.execute(f"EXPLAIN QUERY PLAN {each}")]
        assert database.execute("SELECT count(*) FROM state").fetchone() == (1,)
    # The table `state` always has one row.
    assert {each for each in plans if "SCAN" in each} == {"SCAN state"}


def peak_kilobytes(cli: Cli, *argv: str) -> int:
    """Returns the peak memory of a successful run, in kilobytes."""
    process = cli.start(*argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1)


def test_all_65536_connections_are_listed_in_the_memory_of_100(cli: Cli, full_home: Path, tmp_path: Path) -> None:
    shutil.copytree(full_home, cli.home)
    other = Cli(tmp_path / "other")
    other.directory.mkdir()
    fill(Store(other.home, print), 100)
    few, many = (peak_kilobytes(each, "list", "connections", "-o", "jsonl") for each in (other, cli))
    assert many - few < 8 * 1024


def test_the_first_of_65536_connections_is_written_before_the_last_is_read(cli: Cli, full_home: Path) -> None:
    shutil.copytree(full_home, cli.home)
    process = cli.start("list", "connections", "-o", "jsonl", stdin=subprocess.DEVNULL)
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    assert (first["alias"], process.poll()) == ("a00000", None)
    rest = process.stdout.read().splitlines()
    assert (len(rest), json.loads(rest[-1])["alias"], process.wait(60)) == (LIMIT - 1, "a65535", 0)
