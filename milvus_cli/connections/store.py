"""Connections under their aliases, kept in one SQLite file that many processes share."""

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ..errors import CliError
from . import secrets
from .profile import Profile, Tls

LIMIT = 65_536
"""Milvus's own limit of connections, which the store keeps too."""

BUSY_SECONDS = 5.0

# `state.total` is kept by triggers: counting 65,536 rows would cost more than adding one.
SCHEMA = f"""
CREATE TABLE connection (
    alias TEXT PRIMARY KEY, profile TEXT NOT NULL, user TEXT NOT NULL, connected INTEGER NOT NULL,
    server_version TEXT NOT NULL, last_used REAL NOT NULL, secret_in TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE secret (alias TEXT PRIMARY KEY, token TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE state (current TEXT NOT NULL, total INTEGER NOT NULL CONSTRAINT full CHECK (total <= {LIMIT}));
INSERT INTO state VALUES ('', 0);
CREATE TRIGGER added AFTER INSERT ON connection BEGIN UPDATE state SET total = total + 1; END;
CREATE TRIGGER removed AFTER DELETE ON connection BEGIN
    UPDATE state SET total = total - 1;
    UPDATE state SET current = '' WHERE current = old.alias;
    DELETE FROM secret WHERE alias = old.alias;
END;
PRAGMA user_version = 1;
"""

COLUMNS = "alias, profile, user, connected, server_version, last_used, secret_in"


@dataclass(frozen=True)
class Saved:
    """A stored connection. `profile.token` is empty: `Store.token` fetches it. `last_used` is Unix time in seconds."""

    profile: Profile
    user: str
    connected: bool
    server_version: str
    last_used: float
    secret_in: str

    @property
    def alias(self) -> str:
        return self.profile.alias


class Store:
    """The file `connections.db` under `home`, made at the first write. Knows nothing of servers.

    Every method raises CliError when the file can't be read or written; a corrupt file is set aside
    under a name that `notice` is told, and a new one begun.
    """

    def __init__(self, home: Path, notice: Callable[[str], None]) -> None:
        self.home = home
        self.path = home / "connections.db"
        self._notice = notice
        self._opened: sqlite3.Connection | None = None

    def get(self, alias: str) -> Saved | None:
        return next(self._select("WHERE alias = ?", alias), None)

    def all(self) -> Iterator[Saved]:
        """Every connection in order of alias, one at a time: 65,536 of them take no more memory than one."""
        return self._select("ORDER BY alias")

    def aliases(self) -> list[str]:
        return [saved.alias for saved in self.all()]

    def current(self) -> str:
        """The alias that commands use when none is named; empty when there is none."""
        if not self.path.exists():
            return ""
        with self._reading() as database:
            row = database.execute("SELECT current FROM state").fetchone()
        return str(row[0])

    def token(self, saved: Saved) -> str:
        if saved.secret_in == "keyring":
            return secrets.get(self._key(saved.alias))
        if not saved.secret_in:
            return ""
        with self._reading() as database:
            row = database.execute("SELECT token FROM secret WHERE alias = ?", (saved.alias,)).fetchone()
        return str(row[0]) if row else ""

    def put(self, profile: Profile, server_version: str) -> None:
        """Records a connection that was just made, and makes it current."""
        secret_in = self._keep_secret(profile)
        values = (profile.alias, _to_json(profile), profile.user, True, server_version, time.time(), secret_in)
        with self._writing() as database:
            database.execute(
                f"INSERT INTO connection ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (alias) DO UPDATE SET "
                + ", ".join(f"{name} = excluded.{name}" for name in COLUMNS.split(", ")[1:]),
                values,
            )
            database.execute("DELETE FROM secret WHERE alias = ?", (profile.alias,))
            if secret_in == "file":
                database.execute("INSERT INTO secret VALUES (?, ?)", (profile.alias, profile.token))
            database.execute("UPDATE state SET current = ?", (profile.alias,))

    def change(self, alias: str, **changes: object) -> None:
        """Replaces fields of a stored profile (such as `database`), not its token."""
        saved = self.get(alias)
        if saved is None:
            return
        profile = replace(saved.profile, **changes)  # type: ignore[arg-type]
        with self._writing() as database:
            database.execute("UPDATE connection SET profile = ? WHERE alias = ?", (_to_json(profile), alias))

    def make_current(self, alias: str) -> None:
        with self._writing() as database:
            database.execute("UPDATE state SET current = ?", (alias,))

    def mark_disconnected(self, alias: str | None) -> int:
        """Marks one alias, or all for None; returns how many were connected. The profiles stay."""
        with self._writing() as database:
            where, values = ("", ()) if alias is None else (" AND alias = ?", (alias,))
            return database.execute(
                f"UPDATE connection SET connected = 0 WHERE connected = 1{where}", values
            ).rowcount

    def rename(self, old: str, new: str) -> None:
        saved = self.get(old)
        if saved is None:
            return
        if saved.secret_in == "keyring":
            secrets.put(self._key(new), secrets.get(self._key(old)))
        with self._writing() as database:
            current = database.execute("SELECT current FROM state").fetchone()[0]
            database.execute("UPDATE connection SET alias = ? WHERE alias = ?", (new, old))
            database.execute("UPDATE secret SET alias = ? WHERE alias = ?", (new, old))
            if current == old:
                database.execute("UPDATE state SET current = ?", (new,))
        if saved.secret_in == "keyring":
            secrets.forget(self._key(old))

    def delete(self, alias: str) -> None:
        saved = self.get(alias)
        with self._writing() as database:
            database.execute("DELETE FROM connection WHERE alias = ?", (alias,))
        if saved and saved.secret_in == "keyring":
            secrets.forget(self._key(alias))

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _key(self, alias: str) -> str:
        return f"{self.path}#{alias}"

    def _keep_secret(self, profile: Profile) -> str:
        if not profile.token:
            return ""
        return "keyring" if secrets.put(self._key(profile.alias), profile.token) else "file"

    def _select(self, clause: str, *values: object) -> Iterator[Saved]:
        if not self.path.exists():
            return
        with self._reading() as database:
            for row in database.execute(f"SELECT {COLUMNS} FROM connection {clause}", values):
                yield Saved(_from_json(row[0], row[1]), row[2], bool(row[3]), *row[4:])

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._translated():
            yield self._database()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock from its start, so that it can't fail half-way for another."""
        with self._translated():
            database = self._database()
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                if database.in_transaction:
                    database.execute("ROLLBACK")
                raise

    def _database(self) -> sqlite3.Connection:
        if self._opened is None:
            try:
                self._opened = self._open()
            except sqlite3.DatabaseError as exc:
                if not _is_corruption(exc):
                    raise
                self._set_aside()
                self._opened = self._open()
        return self._opened

    def _open(self) -> sqlite3.Connection:
        if not self.path.exists():
            self._create()
        database = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("SELECT current, total FROM state").fetchone()
        return database

    def _create(self) -> None:
        """Makes the file whole, or not at all, whatever other processes do at the same time."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone():
            if self.path.exists():
                return
            draft = self.path.with_suffix(".new")
            draft.unlink(missing_ok=True)
            os.close(os.open(draft, os.O_CREAT | os.O_EXCL, 0o600))
            database = sqlite3.connect(draft, isolation_level=None)
            try:
                database.execute("PRAGMA journal_mode = WAL")
                database.executescript(f"BEGIN; {SCHEMA} COMMIT;")
            finally:
                database.close()
            draft.rename(self.path)

    def _set_aside(self) -> None:
        with self._alone():
            if _is_sound(self.path):
                return
            aside = self.path.with_name(f"connections.corrupt-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.db")
            self.path.rename(aside)
            for suffix in ("-wal", "-shm"):
                beside = Path(f"{self.path}{suffix}")
                if beside.exists():
                    beside.rename(f"{aside}{suffix}")
        self._notice(f"The connection store was corrupt: it is kept as {aside}, and a new one begun.")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time makes the file or sets it aside."""
        import fcntl

        with open(self.home / "connections.lock", "a", opener=_private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """The border where SQLite's and the system's failures become ours."""
        try:
            yield
        except sqlite3.IntegrityError as exc:
            if "full" not in str(exc):
                raise
            raise CliError(
                f"{LIMIT:,} connections are stored, and that is the limit", hint="forget one: delete connection ALIAS"
            ) from exc
        except sqlite3.DatabaseError as exc:
            if _is_corruption(exc):
                self.close()
                self._set_aside()
                raise CliError("the connection store is corrupt", hint="a new one was begun: connect again") from exc
            raise self._failure(str(exc)) from exc
        except OSError as exc:
            raise self._failure(exc.strerror or str(exc)) from exc

    def _failure(self, reason: str) -> CliError:
        if "locked" in reason:
            hint = "another process holds it for long; try again, or set MILVUS_CLI_HOME to another directory"
        else:
            hint = "check its permissions and the space on its disk, or set MILVUS_CLI_HOME to another directory"
        return CliError(f"the connection store {self.path} can't be used: {reason}", hint=hint)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _is_corruption(error: sqlite3.DatabaseError) -> bool:
    """Python 3.10 has no error codes here; the texts are SQLite's own for SQLITE_CORRUPT, SQLITE_NOTADB and no schema."""
    return any(text in str(error) for text in ("malformed", "not a database", "no such table"))


def _is_sound(path: Path) -> bool:
    try:
        database = sqlite3.connect(path, timeout=BUSY_SECONDS)
        try:
            database.execute("SELECT current, total FROM state").fetchone()
            return bool(database.execute("PRAGMA quick_check").fetchone() == ("ok",))
        finally:
            database.close()
    except sqlite3.DatabaseError:
        return False


def _to_json(profile: Profile) -> str:
    values = asdict(replace(profile, token=""))
    del values["alias"], values["token"]
    return json.dumps(values)


def _from_json(alias: str, text: str) -> Profile:
    values = json.loads(text)
    return Profile(alias=alias, **{**values, "tls": Tls(**values["tls"])})
