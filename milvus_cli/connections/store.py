"""Connections under their aliases, kept in one SQLite file that many processes share."""

import json
import os
import sqlite3
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from ..errors import CliError
from . import secrets
from .private_files import make_private
from .profile import Profile, Tls

LIMIT = 65_536
"""Milvus's own limit of connections, which the store keeps too."""

BUSY_SECONDS = 5.0
COARSEST_CLOCK_NS = 2_000_000_000
"""The longest that file systems take two changes for simultaneous; most tell milliseconds apart."""

SCHEMA_VERSION = 1

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
PRAGMA user_version = {SCHEMA_VERSION};
"""

STORE_COLUMNS = "alias, profile, user, connected, server_version, last_used, secret_in"
PUT = (
    f"INSERT INTO connection ({STORE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (alias) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in STORE_COLUMNS.split(", ")[1:])
)


T = TypeVar("T")


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


Stamp = tuple[tuple[int, int, int], ...]
"""Of each file its inode, the nanosecond of its last change, and its size."""


@dataclass(frozen=True)
class Read:
    """What was read from the file when it had this stamp."""

    stamp: Stamp
    answers: dict[Hashable, Any] = field(repr=False)


class Store:
    """The file `connections.db` under `home`, made at the first write. Knows nothing of servers.

    It is open only during a call (or while `all` is read), under a shared lock, so that a corrupt file
    can be moved when nobody has it open. Every method raises CliError when the file can't be read or
    written; a corrupt one is set aside under a name that `notice` is told, and a new one begun.
    """

    def __init__(self, home: Path, notice: Callable[[str], None]) -> None:
        self.home = home
        self.path = home / "connections.db"
        self._files = (str(self.path), f"{self.path}-wal")
        self._notice = notice
        self._read = Read((), {})

    def get(self, alias: str) -> Saved | None:
        return self._unchanged(("get", alias), lambda: next(self._select("WHERE alias = ?", alias), None))

    def all(self) -> Iterator[Saved]:
        """Every connection in order of alias, one at a time: 65,536 of them take no more memory than one."""
        return self._select("ORDER BY alias")

    def aliases(self) -> list[str]:
        with self._reading() as database:
            rows = database.execute("SELECT alias FROM connection ORDER BY alias") if database else ()
            return [row[0] for row in rows]

    def current(self) -> str:
        """The alias that commands use when none is named; empty when there is none."""
        return self._unchanged("current", lambda: self._value("SELECT current FROM state"))

    def token(self, saved: Saved) -> str:
        """The secret of a stored connection; where the keyring does not give it, `notice` is told and it is empty."""
        if saved.secret_in == secrets.FILE:
            query = "SELECT token FROM secret WHERE alias = ?"
            return self._unchanged(("token", saved.alias), lambda: self._value(query, saved.alias))
        token = secrets.fetch(saved.secret_in)
        if saved.secret_in and not token:
            self._notice(f"The keyring did not give the credentials of {saved.alias!r}: is it locked?")
        return token

    def put(self, profile: Profile, server_version: str) -> None:
        """Records a connection that was just made, and makes it current."""
        secret_in = secrets.keep(profile.alias, profile.token)
        values = (profile.alias, _to_json(profile), profile.user, True, server_version, time.time(), secret_in)
        try:
            with self._writing() as database:
                former = _secret_in(database, profile.alias)
                database.execute(PUT, values)
                _put_secret(database, profile.alias, profile.token, secret_in)
                database.execute("UPDATE state SET current = ?", (profile.alias,))
        except BaseException:
            secrets.forget(secret_in)
            raise
        secrets.forget(former)

    def change(self, alias: str, **changes: object) -> None:
        """Replaces fields of a stored profile (such as `database`), not its token."""
        with self._writing() as database:
            row = database.execute("SELECT profile FROM connection WHERE alias = ?", (alias,)).fetchone()
            if row is None:
                return
            profile = replace(_from_json(alias, row[0]), **changes)  # type: ignore[arg-type]
            database.execute("UPDATE connection SET profile = ? WHERE alias = ?", (_to_json(profile), alias))

    def replace_token(self, alias: str, token: str) -> None:
        """Gives a stored connection another secret."""
        secret_in = secrets.keep(alias, token)
        try:
            with self._writing() as database:
                former = _secret_in(database, alias)
                found = database.execute("UPDATE connection SET secret_in = ? WHERE alias = ?", (secret_in, alias))
                if found.rowcount:
                    _put_secret(database, alias, token, secret_in)
        except BaseException:
            secrets.forget(secret_in)
            raise
        secrets.forget(former if found.rowcount else secret_in)

    def make_current(self, alias: str) -> None:
        with self._writing() as database:
            database.execute("UPDATE state SET current = ?", (alias,))

    def mark_disconnected(self, alias: str | None) -> int:
        """Marks one alias, or all for None; returns how many were connected. The profiles stay."""
        with self._writing() as database:
            where, values = ("", ()) if alias is None else (" AND alias = ?", (alias,))
            return database.execute(f"UPDATE connection SET connected = 0 WHERE connected = 1{where}", values).rowcount

    def rename(self, old: str, new: str) -> None:
        with self._writing() as database:
            database.execute("UPDATE connection SET alias = ? WHERE alias = ?", (new, old))
            database.execute("UPDATE secret SET alias = ? WHERE alias = ?", (new, old))
            database.execute("UPDATE state SET current = ? WHERE current = ?", (new, old))

    def delete(self, alias: str) -> None:
        with self._writing() as database:
            former = _secret_in(database, alias)
            database.execute("DELETE FROM connection WHERE alias = ?", (alias,))
        secrets.forget(former)

    def _select(self, clause: str, *values: object) -> Iterator[Saved]:
        with self._reading() as database:
            for row in database.execute(f"SELECT {STORE_COLUMNS} FROM connection {clause}", values) if database else ():
                yield Saved(_from_json(row[0], row[1]), row[2], bool(row[3]), *row[4:])

    def _value(self, query: str, *values: object) -> str:
        """The one value that a query finds; empty when there is none."""
        with self._reading() as database:
            row = database.execute(query, values).fetchone() if database else None
            return str(row[0]) if row else ""

    def _unchanged(self, key: Hashable, read: Callable[[], T]) -> T:
        """What was read before, while the file is as it was then: opening it costs more than the rest of a command.

        What changed a moment ago is not remembered: the next change might leave the same stamp.
        """
        stamp, now = self._stamp(), time.time_ns()
        if not stamp or any(now - changed < COARSEST_CLOCK_NS for _, changed, _ in stamp):
            return read()
        known = self._read
        if known.stamp != stamp:
            known = self._read = Read(stamp, {})
        if key not in known.answers:
            known.answers[key] = read()
        answer: T = known.answers[key]
        return answer

    def _stamp(self) -> Stamp:
        """Other after every change of the file, or of the WAL beside it; empty where that can't be told."""
        found = []
        for path in self._files:
            try:
                status = os.stat(path)
            except FileNotFoundError:
                continue
            except OSError:
                return ()
            found.append((status.st_ino, status.st_ctime_ns, status.st_size))
        return tuple(found)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """None where nothing was ever stored."""
        with self._translated():
            if not _exists(self.path):
                yield None
                return
            with self._opened() as database:
                yield database

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock from its start, so that it can't fail half-way for another."""
        with self._translated(), self._opened() as database:
            database.execute("BEGIN IMMEDIATE")
            # Whatever ends this block before the commit, closing rolls back.
            yield database
            database.execute("COMMIT")

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        for attempt in (1, 2):
            if not _exists(self.path):
                self._create()
            with self._lock(exclusive=False):
                try:
                    database = self._open()
                except sqlite3.DatabaseError as exc:
                    if attempt == 2 or (_exists(self.path) and not _is_corruption(exc)):
                        raise
                    database = None
                if database is not None:
                    with closing(database):
                        yield database
                    return
            if _exists(self.path):
                self._set_aside()

    def _open(self) -> sqlite3.Connection:
        uri = f"file:{quote(str(self.path.absolute()))}"
        try:
            return self._connected(f"{uri}?mode=rw")
        except sqlite3.OperationalError as exc:
            # WAL wants to make files beside; where nobody can, nobody can be writing either.
            if _is_corruption(exc) or os.access(self.home, os.W_OK) or _exists(Path(f"{self.path}-wal")):
                raise
            return self._connected(f"{uri}?immutable=1")

    def _connected(self, uri: str) -> sqlite3.Connection:
        database = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            database.execute("PRAGMA synchronous = NORMAL")
            if database.execute("PRAGMA user_version").fetchone()[0] > SCHEMA_VERSION:
                raise CliError(
                    f"the connection store {self.path} is of a newer milvus_cli",
                    hint="update milvus_cli, or set MILVUS_CLI_HOME to another directory",
                )
            database.execute("SELECT current, total FROM state").fetchone()
        except BaseException:
            database.close()
            raise
        return database

    def _create(self) -> None:
        """Makes the file whole, or not at all, whatever other processes do at the same time."""
        make_private(self.home)
        with self._lock(exclusive=True):
            if _exists(self.path):
                return
            draft = self.path.with_suffix(".new")
            draft.unlink(missing_ok=True)
            os.close(os.open(draft, os.O_CREAT | os.O_EXCL, 0o600))
            with closing(sqlite3.connect(draft, isolation_level=None)) as database:
                database.execute("PRAGMA journal_mode = WAL")
                database.executescript(f"BEGIN; {SCHEMA} COMMIT;")
            for suffix in ("-wal", "-shm"):
                # Left by a file that somebody removed: it would be replayed into the new one.
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)
            draft.rename(self.path)

    def _set_aside(self) -> None:
        """Moves a corrupt file, when nobody has it open: SQLite removes its WAL by name when it closes one."""
        with self._lock(exclusive=True):
            if not _exists(self.path) or _is_sound(self.path):
                return
            aside = self.path.with_name(f"connections.corrupt-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.db")
            for suffix in ("-wal", "-shm", ""):
                if _exists(Path(f"{self.path}{suffix}")):
                    Path(f"{self.path}{suffix}").rename(f"{aside}{suffix}")
        self._notice(f"The connection store was corrupt: it is kept as {aside}, and a new one begun.")

    @contextmanager
    def _lock(self, *, exclusive: bool) -> Iterator[None]:
        """Shared while the file is open, exclusive to make it or to set it aside."""
        import fcntl

        try:
            descriptor = os.open(self.home / "connections.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            # Who may not write here can neither make the file nor move it, so there is nothing to guard.
            if exclusive or os.access(self.home, os.W_OK):
                raise
            yield
            return
        try:
            until = time.monotonic() + BUSY_SECONDS
            while True:
                try:
                    fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        raise self._failure("it is locked") from None
                    time.sleep(0.005)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """The border where SQLite's and the system's failures become ours."""
        try:
            try:
                yield
            except sqlite3.DatabaseError as exc:
                if not _is_corruption(exc):
                    raise
                self._set_aside()
                raise CliError("the connection store is corrupt", hint="a new one was begun: connect again") from exc
        except sqlite3.IntegrityError as exc:
            raise _refusal(exc) from exc
        except sqlite3.DatabaseError as exc:
            raise self._failure(str(exc)) from exc
        except OSError as exc:
            raise self._failure(exc.strerror or str(exc)) from exc

    def _failure(self, reason: str) -> CliError:
        if os.path.isdir(self.path):
            reason = "it is a directory"
        if "locked" in reason:
            hint = "another process holds it for long; try again, or set MILVUS_CLI_HOME to another directory"
        else:
            hint = "check its permissions and the space on its disk, or set MILVUS_CLI_HOME to another directory"
        return CliError(f"the connection store {self.path} can't be used: {reason}", hint=hint)


def _exists(path: Path) -> bool:
    """Unlike Path.exists, the same in every Python for a directory that may not be searched: PermissionError."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    return True


def _refusal(error: sqlite3.IntegrityError) -> CliError:
    if "full" in str(error):
        return CliError(
            f"{LIMIT:,} connections are stored, and that is the limit", hint="forget one: delete connection ALIAS"
        )
    return CliError("that alias is taken", hint="list connections shows all")


def _is_corruption(error: sqlite3.DatabaseError) -> bool:
    """Python 3.10 has no codes here; the texts are SQLite's own for SQLITE_CORRUPT, SQLITE_NOTADB and no schema."""
    return any(text in str(error) for text in ("malformed", "not a database", "no such table"))


def _is_sound(path: Path) -> bool:
    """Raises sqlite3.DatabaseError when that can't be told, as of a file that another program has locked."""
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as database:
        try:
            database.execute("SELECT current, total FROM state").fetchone()
            return bool(database.execute("PRAGMA quick_check").fetchone() == ("ok",))
        except sqlite3.DatabaseError as exc:
            if _is_corruption(exc):
                return False
            raise


def _put_secret(database: sqlite3.Connection, alias: str, token: str, secret_in: str) -> None:
    database.execute("DELETE FROM secret WHERE alias = ?", (alias,))
    if secret_in == secrets.FILE:
        database.execute("INSERT INTO secret VALUES (?, ?)", (alias, token))


def _secret_in(database: sqlite3.Connection, alias: str) -> str:
    row = database.execute("SELECT secret_in FROM connection WHERE alias = ?", (alias,)).fetchone()
    return str(row[0]) if row else ""


def _to_json(profile: Profile) -> str:
    values = asdict(replace(profile, token=""))
    del values["alias"], values["token"]
    return json.dumps(values)


def _from_json(alias: str, text: str) -> Profile:
    """What a newer milvus_cli added is left out. Raises CliError for what no milvus_cli wrote."""
    try:
        values = json.loads(text)
        tls = Tls(**_known(Tls, values.pop("tls", {})))
        return Profile(alias=alias, **{**_known(Profile, values), "tls": tls})
    except (ValueError, TypeError, AttributeError) as exc:
        raise CliError(
            f"connection {alias!r} can't be read from the store",
            hint=f"connect it again, or forget it: delete connection {alias}",
        ) from exc


def _known(kind: type[Profile] | type[Tls], values: dict[str, Any]) -> dict[str, Any]:
    names = {each.name for each in fields(kind)} - {"alias", "token"}
    return {name: value for name, value in values.items() if name in names}
