"""The SQLite file behind the store: made whole, locked while it is open, set aside when it is corrupt."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from ..errors import CliError
from .private_files import make_private

LIMIT = 65_536
"""Milvus's limit of connections per server, enforced by the store as well."""

BUSY_SECONDS = 5.0
COARSEST_CLOCK_NS = 2_000_000_000
"""Coarsest resolution of a file system's timestamps; most tell milliseconds apart."""

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


T = TypeVar("T")

Stamp = tuple[tuple[int, int, int], ...]
"""Inode, time of the last change in ns, and size of each file."""


@dataclass(frozen=True)
class Snapshot:
    """Values that were read while the files had this stamp."""

    stamp: Stamp
    values: dict[Hashable, Any] = field(repr=False)


class StoreFile:
    """The file `connections.db` under `home`, made at the first write.

    It is open only within `reading` and `writing`, under a shared lock, so that a corrupt file can be moved when
    nobody has it open. Both raise CliError when the file can't be read or written; a corrupt one is set aside, which
    `notice` is called with, and a new one begun.
    """

    def __init__(self, home: Path, notice: Callable[[str], None]) -> None:
        self.home = home
        self.path = home / "connections.db"
        self._files = (str(self.path), f"{self.path}-wal")
        self._notice = notice
        self._snapshot = Snapshot((), {})

    def cached(self, key: Hashable, read: Callable[[], T]) -> T:
        """Returns the value read before as long as the file is unchanged: opening it costs more than most commands.

        A file that changed a moment ago is not cached: the next change might leave the same stamp.
        """
        stamp, now = self._stamp(), time.time_ns()
        if not stamp or any(now - changed < COARSEST_CLOCK_NS for _, changed, _ in stamp):
            return read()
        known = self._snapshot
        if known.stamp != stamp:
            known = self._snapshot = Snapshot(stamp, {})
        if key not in known.values:
            known.values[key] = read()
        answer: T = known.values[key]
        return answer

    def _stamp(self) -> Stamp:
        """Differs after every change of the file or of its WAL; empty when the files can't be inspected."""
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
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """Yields an open connection; None when nothing has been stored yet."""
        with self._translated():
            if not _exists(self.path):
                yield None
                return
            with self._opened() as database:
                yield database

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yields a transaction that holds the write lock from its start, so it can't fail half-way for another's."""
        with self._translated(), self._opened() as database:
            database.execute("BEGIN IMMEDIATE")
            # An exception skips the commit, and closing rolls back.
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
            # WAL mode creates files next to the database; where that is impossible, there is no writer either.
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
        """Creates the file atomically, even while other processes do the same."""
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
                # Leftovers of a file that somebody removed would be replayed into the new one.
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)
            draft.rename(self.path)

    def _set_aside(self) -> None:
        """Moves a corrupt file away while nobody has it open: SQLite deletes the WAL by name when it closes a file."""
        with self._lock(exclusive=True):
            if not _exists(self.path) or _is_sound(self.path):
                return
            aside = self.path.with_name(f"connections.corrupt-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.db")
            for suffix in ("-wal", "-shm", ""):
                if _exists(Path(f"{self.path}{suffix}")):
                    Path(f"{self.path}{suffix}").rename(f"{aside}{suffix}")
        self._notice(f"The connection store was corrupt: it is kept as {aside}, and a new one was created.")

    @contextmanager
    def _lock(self, *, exclusive: bool) -> Iterator[None]:
        """Holds the lock file: shared while the store is open, exclusive to create it or set it aside."""
        try:
            descriptor = os.open(self.home / "connections.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            # Without write permission the file can neither be created nor moved: there is nothing to guard.
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
        """Translates errors of SQLite and the operating system into CliError."""
        try:
            try:
                yield
            except sqlite3.DatabaseError as exc:
                if not _is_corruption(exc):
                    raise
                self._set_aside()
                raise CliError("the connection store is corrupt", hint="a new one was created: connect again") from exc
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
    """Like Path.exists, but raises PermissionError for an unsearchable directory in every version of Python."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    return True


def _refusal(error: sqlite3.IntegrityError) -> CliError:
    if "full" in str(error):
        return CliError(
            f"{LIMIT:,} connections are stored, and that is the limit", hint="forget one with `delete connection ALIAS`"
        )
    return CliError("that alias is taken", hint="run `list connections`")


def _is_corruption(error: sqlite3.DatabaseError) -> bool:
    """Recognizes SQLITE_CORRUPT, SQLITE_NOTADB and a missing schema by SQLite's texts: Python 3.10 has no codes."""
    return any(text in str(error) for text in ("malformed", "not a database", "no such table"))


def _is_sound(path: Path) -> bool:
    """Raises sqlite3.DatabaseError when it can't be determined, as for a file that another program has locked."""
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as database:
        try:
            database.execute("SELECT current, total FROM state").fetchone()
            return bool(database.execute("PRAGMA quick_check").fetchone() == ("ok",))
        except sqlite3.DatabaseError as exc:
            if _is_corruption(exc):
                return False
            raise
