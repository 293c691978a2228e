"""Runs Milvus Lite as background processes: one per data directory, on 127.0.0.1 and a free port."""

import errno
import fcntl
import hashlib
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from ..errors import CliError, InvalidInput
from ..text.packages import install_line
from ..text.unwritable import unwritable
from .earlier_lite import earlier_command, earlier_program, library_paths
from .lite_path import is_earlier_database
from .lock_holders import holders_of
from .private_files import make_private
from .profile import Profile

READ_BY_PYMILVUS = ("MILVUS_URI",)
"""Variables that end pymilvus, and the server with it, when it is imported and they are no http(s) addresses."""
START_SECONDS = 30.0
STOP_SECONDS = 10.0
LOOK_SECONDS = 1.0
SERVER = (sys.executable, "-m", "milvus_lite", "server")
RECORDED = ("sh", "-c", 'printf "%s%d}" "$1" $$ > "$2" && shift 2 && exec "$@"', "milvus_lite")
"""Runs a command that first records its own process id: the one that starts it may be killed at any moment."""
EARLIER = ("0", "1", "2")
"""Major versions whose packages have another server, which takes no data directory."""
UPGRADE_HINT = f"run `{install_line('milvus-lite>=3.2', 'pymilvus>=3.0')}`; `help lite` tells how to keep its data"
OWN_ENTRIES = frozenset(("LOCK", "collections"))
"""Entries of every data directory of Milvus Lite 3."""
INSTALL_HINT = f"run `{install_line('milvus-lite', 'pymilvus')}`"


@dataclass(frozen=True)
class LiteServer:
    """An embedded server, perhaps one that is still starting. `started` is Unix time in seconds."""

    path: str
    host: str
    port: int
    pid: int
    started: float
    log: str


class LiteServers:
    """The embedded servers that this user started, recorded under `home`/servers.

    A server holds a lock on its folder's `alive` file for as long as it runs, so a dead one is recognized even if
    its process id is in use again. Methods raise CliError.
    """

    def __init__(self, home: Path, notice: Callable[[str], None]) -> None:
        self.home = home
        self._notice = notice

    def default_path(self) -> str:
        return str(self.home / "lite")

    def all(self) -> Iterator[LiteServer]:
        """Yields running servers by path. Raises CliError if their records can't be read."""
        records = self.home / "servers"
        try:
            found = [self._recorded(records / name) for name in os.listdir(records)]
        except FileNotFoundError:
            found = []
        except OSError as exc:
            raise CliError(f"can't read {records}: {exc.strerror}") from exc
        yield from sorted((each for each in found if each is not None), key=lambda each: each.path)

    def running(self, path: str) -> LiteServer | None:
        return self._recorded(self._folder(path))

    def start(self, path: str) -> LiteServer:
        """Starts the server of a data directory unless it runs, and waits until it accepts connections.

        A server whose starter was killed is waited for like one of our own. A database of Milvus Lite 2 is served by
        that release, if it is installed.
        """
        running = self.running(path)
        if running is not None and _accepts(running.port):
            return running
        program = earlier_program() if is_earlier_database(path) else None
        folder = self._folder(path)
        if program is None:
            _require_milvus_lite()
            _require_directory(path)
        with _starting(folder):
            running = self.running(path)
            if running is not None:
                return _begun(running, folder)
            server = _launch(path, folder, program)
        self._notice(f"Started Milvus Lite on {path}, at {server.host}:{server.port}.")
        return server

    def served(self, profile: Profile) -> Profile:
        """Returns a profile with its embedded server's address of today, starting that; unchanged without one."""
        if not profile.lite:
            return profile
        server = self.start(profile.lite)
        return replace(profile, host=server.host, port=server.port)

    def stop(self, path: str) -> bool:
        """Stops the server of a data directory, by force if SIGINT does not end it; returns False if none runs."""
        server = self.running(path)
        if server is None:
            return False
        for each, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGKILL, STOP_SECONDS)):
            try:
                os.kill(server.pid, each)
            except ProcessLookupError:
                return True
            if _wait(lambda: not _alive(self._folder(path)), seconds):
                return True
        raise CliError(f"Milvus Lite on {path} does not stop (process {server.pid})")

    def _folder(self, path: str) -> Path:
        try:
            name = hashlib.sha256(str(Path(path).resolve()).encode()).hexdigest()[:16]
        except (OSError, ValueError, RuntimeError) as exc:
            raise _unusable(path, exc) from exc
        return self.home / "servers" / name

    def _recorded(self, folder: Path) -> LiteServer | None:
        if not _alive(folder):
            return None
        try:
            return LiteServer(**json.loads((folder / "server.json").read_text()))
        except (OSError, ValueError, TypeError):
            # A lock without a record: the server is launched this very moment.
            return None


def _require_directory(path: str) -> None:
    """Creates the data directory if it is missing. Raises InvalidInput if the server could not write to it."""
    if is_earlier_database(path):
        raise InvalidInput(
            f"{path} is a database of Milvus Lite 2, which Milvus Lite 3 cannot open",
            hint="`help lite` tells how to copy it to a data directory of Milvus Lite 3",
        )
    try:
        make_private(Path(path))
        if not os.path.isdir(path):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if (found := os.listdir(path)) and OWN_ENTRIES.isdisjoint(found):
            raise InvalidInput(
                f"{path} has other files, and no data of Milvus Lite",
                hint="connect --lite PATH, a new or empty directory",
            )
    except FileExistsError as exc:
        raise _unusable(path, NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))) from exc
    except OSError as exc:
        raise _unusable(path, exc) from exc


def _unusable(path: str, error: Exception) -> InvalidInput:
    reason = "not UTF-8" if isinstance(error, UnicodeEncodeError) else getattr(error, "strerror", None) or str(error)
    return InvalidInput(f"cannot use data directory: {path} ({reason})", hint="connect --lite PATH")


def _require_milvus_lite() -> None:
    missing = [name for name in ("milvus_lite", "pymilvus") if find_spec(name) is None]
    if missing:
        raise CliError(f"Milvus Lite is not installed ({', '.join(missing)} missing)", hint=INSTALL_HINT)
    installed = version("milvus-lite")
    if installed.partition(".")[0] in EARLIER:
        raise CliError(f"Milvus Lite {installed} is too old: 3.2 or newer is required", hint=UPGRADE_HINT)


def _launch(path: str, folder: Path, program: Path | None) -> LiteServer:
    """`program` is the server of Milvus Lite 2, for its database; None for that of the installed Milvus Lite 3."""
    record, log = folder / "server.json", folder / "server.log"
    last_port = _last_port(record)
    record.unlink(missing_ok=True)
    with _reserved_port(last_port) as port:
        server = LiteServer(path=path, host="127.0.0.1", port=port, pid=0, started=time.time(), log=str(log))
        process = _process(server, folder, record, program)
        try:
            _wait(lambda: not _alive(folder) or _accepts(port), START_SECONDS)
            if not _alive(folder) or not _accepts(port):
                raise _not_started(server)
        except BaseException:
            process.kill()
            raise
    return replace(server, pid=process.pid)


def _process(server: LiteServer, folder: Path, record: Path, program: Path | None) -> subprocess.Popen[bytes]:
    """Runs the server, which completes its record with its process id, and inherits the lock on `alive`."""
    known = asdict(server)
    del known["pid"]
    with _private(folder / "alive") as alive, _private(Path(server.log)) as output, _private(record):
        # Other commands that look whether it is held hold it for a moment.
        _wait(lambda: _try_lock(alive), LOOK_SECONDS)
        command: tuple[str, ...] = (
            *SERVER,
            "--data-dir",
            server.path,
            "--host",
            server.host,
            "--port",
            str(server.port),
        )
        env = {name: value for name, value in os.environ.items() if name not in READ_BY_PYMILVUS}
        if program is not None:
            command = earlier_command(program, server.path, f"{server.host}:{server.port}")
            env |= library_paths(program)
        return subprocess.Popen(
            [*RECORDED, json.dumps(known)[:-1] + ', "pid": ', str(record), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[alive],
            env=env,
            start_new_session=True,
        )


def _begun(server: LiteServer, folder: Path) -> LiteServer:
    """Waits for a server that another process launched. Raises CliError if it does not start."""
    _wait(lambda: not _alive(folder) or _accepts(server.port), START_SECONDS)
    if not _alive(folder):
        raise _not_started(server)
    if not _accepts(server.port):
        raise CliError(
            f"Milvus Lite on {server.path} does not respond (process {server.pid})",
            hint=shlex.join(["stop", "server", server.path]),
        )
    return server


def _not_started(server: LiteServer) -> CliError:
    message = f"Milvus Lite did not start on {server.path}"
    if (failure := _log_failure(Path(server.log))) is not None:
        return unwritable(server.log, failure, hint=LOG_HINT).with_context(prefix=message)
    message = f"{message}: {_last_line(Path(server.log))}"
    holders = [pid for pid in holders_of(Path(server.path) / "LOCK") if pid != server.pid]
    if not holders:
        return CliError(message, hint=f"its log is {server.log}")
    processes = f"process{'' if len(holders) == 1 else 'es'} {', '.join(map(str, holders))}"
    return CliError(f"{message} (held by {processes})", hint=f"end it with `kill {' '.join(map(str, holders))}`")


def _last_port(record: Path) -> int:
    try:
        return int(json.loads(record.read_text())["port"])
    except (OSError, ValueError, KeyError):
        return 0


@contextmanager
def _reserved_port(wanted: int) -> Iterator[int]:
    """Yields the wanted port if it is free, else another free one, and holds it so that no other process gets it.

    The server can still bind the port, because it sets SO_REUSEPORT too.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            holder.bind(("127.0.0.1", 0 if wanted and _accepts(wanted) else wanted))
        except OSError:
            holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _alive(folder: Path) -> bool:
    """Reports whether a process holds a lock on the folder's `alive` file."""
    try:
        descriptor = os.open(folder / "alive", os.O_RDWR)
    except OSError:
        return False
    try:
        # Shared, so that two that look at once don't take each other for the server.
        return not _try_lock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with _private(path) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def _starting(folder: Path) -> Iterator[None]:
    """Lets one process at a time start a server. Raises CliError if its records can't be written."""
    with ExitStack() as stack:
        try:
            make_private(folder)
            stack.enter_context(_locked(folder / "starting"))
        except OSError as exc:
            raise unwritable(folder, exc, hint="set MILVUS_CLI_HOME") from exc
        yield


@contextmanager
def _private(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "no reason in its log"


LOG_HINT = "make room on its disk, or set MILVUS_CLI_HOME to a directory on another disk"


def _log_failure(log: Path) -> OSError | None:
    """Returns why nothing can be written to an empty log, as on a full disk."""
    try:
        if not log.stat().st_size:
            log.write_bytes(b"\n")
    except OSError as exc:
        return exc
    return None
