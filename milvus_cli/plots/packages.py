"""Checks for the packages that pictures need, before a command reads anything."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec

from ..errors import CliError
from ..text.packages import install_line

DISTRIBUTIONS = {"sklearn": "scikit-learn", "umap": "umap-learn"}
"""Names on PyPI, where they differ from those of the modules."""


def require_packages(modules: Sequence[str], what: str) -> None:
    """Raises CliError, with the command that installs them, for modules that are missing."""
    missing = [DISTRIBUTIONS.get(each, each) for each in modules if not _is_there(each)]
    if missing:
        noun = "package" if len(missing) == 1 else "packages"
        raise CliError(f"{what} needs the {noun} {' and '.join(missing)}", hint=f"run `{install_line(*missing)}`")


def _is_there(module: str) -> bool:
    if module in sys.modules:
        return sys.modules[module] is not None
    return find_spec(module) is not None
