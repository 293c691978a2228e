"""Milvus's SDK for Node.js, installed from the npm registry into the user's cache once."""

import fcntl
import os
import subprocess
import tempfile
from pathlib import Path

SDK = "@zilliz/milvus2-sdk-node"
VERSION = "3.0.6"
SECONDS = 240
"""It takes ten on a good day."""

# npm itself retries once what the registry failed to send.
INSTALL = (
    "npm",
    "install",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    "--no-package-lock",
    "--no-save",
    "--fetch-retries=1",
)


def node_modules() -> Path:
    """The folder that has it, which is whole: test runs that come here together wait for the first.

    Raises AssertionError when npm can't install it.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "milvus_cli-tests"
    installed = cache / f"node-sdk-{VERSION}"
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / "node-sdk.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not installed.exists():
            with tempfile.TemporaryDirectory(dir=cache, prefix="installing-") as temporary:
                _install(fresh := Path(temporary) / "sdk")
                fresh.rename(installed)
    return installed / "node_modules"


def _install(directory: Path) -> None:
    directory.mkdir()
    command = [*INSTALL, "--prefix", str(directory), f"{SDK}@{VERSION}"]
    done = subprocess.run(
        command,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace")
