"""Checks for the packages that pictures need, before a command reads anything."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from itertools import chain

from ..errors import CliError
from ..text.packages import install_line

DISTRIBUTIONS = {"sklearn": "scikit-learn", "umap": "umap-learn"}
"""Names on PyPI, where they differ from those of the modules."""


def require_packages(modules: Mapping[str, Sequence[str]]) -> None:
    """Raises CliError, with the command that installs them, for missing modules; the keys say what needs them."""
    lacking = {what: [each for each in names if not _is_there(each)] for what, names in modules.items()}
    users = [what for what, names in lacking.items() if names]
    missing = [DISTRIBUTIONS.get(each, each) for each in dict.fromkeys(chain.from_iterable(lacking.values()))]
    if missing:
        verb, noun = "needs" if len(users) == 1 else "need", "package" if len(missing) == 1 else "packages"
        raise CliError(
            f"{_listed(users)} {verb} the {noun} {_listed(missing)}",
            hint=f"run `{install_line(*missing)}`",
        )


def _listed(words: Sequence[str]) -> str:
    *before, last = words
    return f"{', '.join(before)} and {last}" if before else last


def _is_there(module: str) -> bool:
    if module in sys.modules:
        return sys.modules[module] is not None
    return find_spec(module) is not None
