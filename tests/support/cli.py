"""Runs milvus_cli as its users do: as a process."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from tests.support.launcher import Job, Launcher
from tests.support.terminal import Terminal

ROOT = Path(__file__).parents[2]
StrPath: TypeAlias = str | Path
EXEC = "import os, sys\nos.execv(sys.argv[1], sys.argv[1:])"
COMMAND = (sys.executable, "-m", "milvus_cli")

# Variables that would change a run from one machine to the next.
REMOVED_PREFIXES = ("MILVUS_", "ZILLIZ_")
REMOVED = {"NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "PAGER", "LESS"} | {
    "GRPC_VERBOSITY",
    "GRPC_TRACE",
    "PYTHONUNBUFFERED",
}
# The keyring of whoever runs the tests is none of their business.
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy", "grpc_proxy", "no_grpc_proxy"}


@dataclass(frozen=True)
class Run:
    """The outcome of a command: exit code (minus the signal that ended it), stdout and stderr."""

    code: int
    out: str
    err: str


# Variables that Python reads when it starts, and a fork of a started one does not.
START_UP = ("PYTHON", "LC_", "LANG")


class Cli:
    """milvus_cli with an empty home of its own, run in DIRECTORY; by LAUNCHER where that makes no difference."""

    def __init__(self, directory: Path, launcher: Launcher | None = None) -> None:
        self.directory = directory
        self.home = directory / "home"
        self._launcher = launcher

    def __call__(
        self,
        *argv: StrPath,
        input: str | bytes | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> Run:
        """Run to the end with INPUT on stdin (else nothing)."""
        data = input if isinstance(input, bytes) else (input or "").encode()
        if self._launcher is not None and not any(name.startswith(START_UP) for name in env or {}):
            job = Job([str(each) for each in argv], self.environment(env), str(self.directory))
            code, out, err = self._launcher.run(job, data, timeout)
            return Run(code, out.decode(), err.decode())
        done = subprocess.run(
            [*COMMAND, *argv],
            input=data,
            capture_output=True,
            env=self.environment(env),
            cwd=self.directory,
            timeout=timeout,
            check=False,
        )
        return Run(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(
        self, *argv: StrPath, env: Mapping[str, str] | None = None, before: str = "", **options: Any
    ) -> subprocess.Popen[str]:
        """Start with pipes on all three streams and don't wait; OPTIONS are Popen's.

        BEFORE is Python that the process runs first: a preexec_fn would run in a fork of our threads, and grpc's
        end such a fork now and then.
        """
        command = (sys.executable, "-c", f"{before}\n{EXEC}", *COMMAND) if before else COMMAND
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [*command, *argv],
            env=self.environment(env),
            cwd=self.directory,
            encoding="utf-8",
            **{**pipes, **options},
        )

    def terminal(
        self,
        *argv: StrPath,
        rows: int = 24,
        cols: int = 80,
        env: Mapping[str, str] | None = None,
        term: str = "xterm-256color",
    ) -> Terminal:
        """Start in a pseudo-terminal; the caller closes it."""
        command = [*COMMAND, *map(str, argv)]
        return Terminal(command, rows=rows, cols=cols, env=self.environment(env), cwd=self.directory, term=term)

    def environment(self, env: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a run: ours without the settings of this machine, with ENV on top."""
        kept = {name: value for name, value in os.environ.items() if not _is_removed(name)}
        ours = {"MILVUS_CLI_HOME": str(self.home), "PYTHONPATH": _python_path(), **NO_KEYRING}
        return {**kept, **ours, **(env or {})}


def _is_removed(name: str) -> bool:
    return name.startswith(REMOVED_PREFIXES) or name in REMOVED or name.lower() in PROXIES


def _python_path() -> str:
    return os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
