"""Finds the server of Milvus Lite 2, which serves one SQLite file, where that package is installed instead of 3."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

LIBRARY_PATHS = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""Variables with the directories of shared libraries, on Linux and macOS."""


def earlier_program() -> Path | None:
    """Returns the path of the server in the installed package; None if that has none, as Milvus Lite 3."""
    spec = find_spec("milvus_lite")
    folders = spec.submodule_search_locations if spec else None
    programs = (Path(folder) / "lib" / "milvus" for folder in folders or ())
    return next((each for each in programs if os.access(each, os.X_OK)), None)


def earlier_command(program: Path, file: str, address: str) -> tuple[str, ...]:
    return str(program), file, address, "ERROR"


def library_paths(program: Path) -> Mapping[str, str]:
    """Returns the variables by which the server finds the libraries beside it."""
    return dict.fromkeys(LIBRARY_PATHS, str(program.parent))
