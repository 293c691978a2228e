"""Builds the packages, installs them into fresh environments, and runs the program there as a user does.

An environment for each Python from 3.10 on that is found on PATH or below pyenv's directory, and one with the lowest
versions that the package allows. `python -m tests.installed` takes about a minute, and exits 1 at the first failure.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.support.cli import ROOT
from tests.support.terminal import Terminal

MINORS = range(10, 20)
"""Minor versions of Python 3 that are looked for."""
PIP = (sys.executable, "-m", "pip")
"""The one of this environment: a pip in each would take seconds to install."""
SHARED = (
    "share/man/man1/milvus_cli.1",
    "share/bash-completion/completions/milvus_cli.bash",
    "share/zsh/site-functions/_milvus_cli",
    "share/fish/vendor_completions.d/milvus_cli.fish",
)
LOWEST = re.compile(r"^Requires-Dist: (?P<name>[\w.-]+)>=(?P<version>[\w.]+)$", re.MULTILINE)
"""A requirement of the base install, in the metadata of a wheel."""


class Failed(Exception):
    """A command that did not do what it promises."""


class Installed:
    """An environment with the wheel in it, and a home of its own."""

    def __init__(self, python: str, directory: Path, *packages: str) -> None:
        self.directory = directory
        self.env = {**os.environ, "MILVUS_CLI_HOME": str(directory / "home"), "PYTHONPATH": ""}
        run(python, "-m", "venv", "--without-pip", str(directory))
        run(*PIP, "--python", str(self.path("bin/python")), "install", "--quiet", "--no-compile", *packages)

    def path(self, name: str) -> Path:
        return self.directory / name

    def __call__(self, *argv: str, input: str = "", expected: int = 0) -> str:
        """Returns what a command writes. Raises Failed for another exit code."""
        return run(str(self.path("bin/milvus_cli")), *argv, env=self.env, input=input, expected=expected)

    def in_shell(self, line: str, shown: str) -> None:
        """Types a line in the interactive shell, in a pseudo-terminal, and waits for its output."""
        with Terminal([str(self.path("bin/milvus_cli"))], cols=100, env=self.env, cwd=self.directory) as terminal:
            terminal.wait_for(">")
            terminal.send_line(line)
            terminal.wait_for(shown)
            terminal.send_line("exit")
            if terminal.wait_exit() != 0:
                raise Failed(f"the shell ended with an error:\n{terminal.text}")


def run(*argv: str, env: dict[str, str] | None = None, input: str = "", expected: int = 0) -> str:
    # Away from the checkout: the package that is run must be the installed one.
    done = subprocess.run(
        argv, env=env, input=input, capture_output=True, text=True, timeout=600, cwd=tempfile.gettempdir(), check=False
    )
    if done.returncode != expected:
        raise Failed(f"{' '.join(argv)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="milvus_cli-installed-") as work:
        try:
            for done in _checks(Path(work)):
                print(f"{time.monotonic() - began:5.0f} s  {done}", flush=True)
        except (Failed, AssertionError) as exc:
            print(f"failed: {exc}", file=sys.stderr)
            return 1
    return 0


def _checks(work: Path) -> Iterator[str]:
    wheel = _built(work)
    yield f"built {wheel.name} from the source distribution"
    newest = Installed(sys.executable, work / "newest", f"{wheel}[lite]")
    newest("quickstart")
    port = re.findall(r"127\.0\.0\.1:(\d+)", newest("list", "servers", "-o", "jsonl"))[0]
    try:
        _used(newest, port)
        yield f"Python {sys.version_info.major}.{sys.version_info.minor}, with Milvus Lite"
        for name, python, constraints in _environments(wheel):
            _used(Installed(python, work / name, str(wheel), *constraints), port)
            yield name
    finally:
        newest("stop", "server", "--all", "--yes")


def _built(work: Path) -> Path:
    """Builds the source distribution, and the wheel from that. Returns the wheel."""
    run(sys.executable, "-m", "build", "--outdir", str(work / "dist"), str(ROOT))
    (wheel,) = (work / "dist").glob("*.whl")
    (sources,) = (work / "dist").glob("*.tar.gz")
    shutil.unpack_archive(sources, work / "sources", filter="data")
    (unpacked,) = (work / "sources").iterdir()
    if (unpacked / "tests").exists():
        raise Failed("the source distribution has tests, and not what they need")
    return wheel


def _environments(wheel: Path) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Yields names, interpreters and further arguments of pip."""
    for minor in MINORS:
        if minor != sys.version_info.minor and (python := _interpreter(minor)):
            yield f"Python 3.{minor}", python, ()
    with zipfile.ZipFile(wheel) as packed:
        (name,) = (each for each in packed.namelist() if each.endswith(".dist-info/METADATA"))
        metadata = packed.read(name).decode()
    lowest = [f"{each['name']}=={each['version']}" for each in LOWEST.finditer(metadata)]
    yield "lowest versions", sys.executable, lowest


def _interpreter(minor: int) -> str | None:
    """Returns a Python 3 of this minor version that runs: a shim of pyenv may lead nowhere."""
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [shutil.which(f"python3.{minor}"), *map(str, versions.glob(f"3.{minor}.*/bin/python3"))]
    return next(
        (each for each in found if each and subprocess.run([each, "-V"], capture_output=True).returncode == 0), None
    )


def _used(installed: Installed, port: str) -> None:
    """Runs one command after another, a script, and the shell."""
    for name in SHARED:
        if not installed.path(name).is_file():
            raise Failed(f"{name} is not installed")
    installed("connect", "-h", "127.0.0.1", "-p", port, "-a", "smoke")
    _has(installed("list", "collections", "-o", "jsonl"), "films")
    _has(installed("-c", "count -c films -o json; list databases"), '"exact"')
    _has(installed(input="show collection films -o yaml\n"), "FLOAT_VECTOR")
    installed("show", "collection", "nowhere", expected=1)
    installed.in_shell("list collections", "films")


def _has(text: str, expected: str) -> None:
    if expected not in text:
        raise Failed(f"no {expected!r} in:\n{text}")


if __name__ == "__main__":
    sys.exit(main())
