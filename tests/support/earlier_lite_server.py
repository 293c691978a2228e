"""Runs Milvus Lite 2.5 as a server: the C++ core of Milvus 2.5, which lacks many RPCs."""

import fcntl
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.official import grpc, milvus_pb2
from tests.support.process import ServerFailed, ServerProcess

VERSION = "2.5.1"
INSTALL_SECONDS = 300


class EarlierLiteServer(ServerProcess):
    """Milvus Lite 2.5 on one SQLite file, plain text and without users. It stands for all servers that lack RPCs."""

    @property
    def data_file(self) -> Path:
        return self.directory / "milvus.db"

    def prepare(self) -> None:
        """Its first start writes the data file."""

    def command(self) -> list[str]:
        return [str(libraries() / "milvus"), str(self.data_file), self.address, "ERROR"]

    def environment(self) -> dict[str, str]:
        return {**os.environ, "LD_LIBRARY_PATH": str(libraries())}

    def is_healthy(self, timeout: float) -> bool:
        """It answers Connect as soon as it serves."""
        with self.stub() as stub:
            try:
                reply = stub.Connect(milvus_pb2.ConnectRequest(), timeout=timeout)
            except grpc.RpcError:
                return False
        return bool(reply.status.code == 0)


def libraries() -> Path:
    """The folder of the program, installed once into the user's cache: the package can't be beside Milvus Lite 3."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "milvus_cli-tests"
    installed = cache / f"milvus-lite-{VERSION}"
    if not installed.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with _locked(cache / f"milvus-lite-{VERSION}.lock"):
            if not installed.exists():
                _install(installed)
    return installed / "milvus_lite" / "lib"


def _install(target: Path) -> None:
    """Installs under another name first, so that an interrupted installation is not taken for a whole one."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="installing-") as temporary:
        fresh = Path(temporary) / "packages"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(fresh)]
        run = subprocess.run(
            [*command, f"milvus-lite=={VERSION}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
        if run.returncode:
            raise ServerFailed(f"milvus-lite {VERSION} was not installed:\n{run.stderr[-2000:]}")
        fresh.rename(target)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One of several test processes installs, the others wait."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
