"""Virtual environments to measure in: milvus_cli installed as its users install it, and the official milvus-cli."""

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.timing import BenchFailed
from tests.support.cli import ROOT

SOURCES = ("pyproject.toml", "README.md", "LICENSE", "setup.cfg")
FOLDERS = ("milvus_cli", "docs", "completions")
"""Folders of what a wheel has."""
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "SYSTEMROOT")


@dataclass(frozen=True)
class Environment:
    """A virtual environment."""

    directory: Path

    @property
    def python(self) -> Path:
        return self.directory / "bin" / "python"

    @property
    def milvus_cli(self) -> Path:
        return self.directory / "bin" / "milvus_cli"

    @property
    def site_packages(self) -> Path:
        return next((self.directory / "lib").glob("python*/site-packages"))

    def make(self) -> None:
        """Only what Python itself puts there: pip, and setuptools before 3.12."""
        shutil.rmtree(self.directory, ignore_errors=True)
        venv.create(self.directory, with_pip=True)

    def pip_install(self, *argv: str) -> None:
        done = subprocess.run(
            [self.python, "-m", "pip", "install", "--quiet", *argv],
            capture_output=True,
            encoding="utf-8",
            cwd=self.directory,
            check=False,
        )
        if done.returncode:
            raise BenchFailed(f"pip install {' '.join(argv)} failed:\n{done.stdout}{done.stderr}")

    def install_milvus_cli(self) -> None:
        """The base install of this working tree, from a copy, as a build leaves files beside its sources."""
        with tempfile.TemporaryDirectory() as name:
            copy = Path(name) / "milvus_cli"
            for each in FOLDERS:
                shutil.copytree(ROOT / each, copy / each, ignore=shutil.ignore_patterns("__pycache__"))
            for each in SOURCES:
                shutil.copy(ROOT / each, copy)
            self.pip_install("--upgrade", str(copy))
            self.pip_install("--force-reinstall", "--no-deps", str(copy))


def base_environment(cache: Path) -> Environment:
    """The base install of the working tree as it is now; the environment itself is made once and reused."""
    found = Environment(cache / f"base-{_version()}")
    if not found.milvus_cli.exists():
        found.make()
    found.install_milvus_cli()
    return found


def official_environment(cache: Path) -> Environment:
    """The official milvus-cli from PyPI; made once and reused."""
    found = Environment(cache / f"official-{_version()}")
    if not found.milvus_cli.exists():
        found.make()
        found.pip_install("milvus-cli")
    return found


def clean_variables(home: Path) -> Mapping[str, str]:
    """The variables of a user with an empty home, and none that change how Python runs."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {**kept, "HOME": str(home), "MILVUS_CLI_HOME": str(home / "milvus_cli"), "TERM": "xterm-256color"}


def _version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"
