"""Loads pyarrow, which is optional."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import CliError
from ..text.packages import install_line

NEEDED = 21
"""The first version that reads all types; those before it take the UUIDs of other programs for bytes."""
NUMPY_OPTIONAL = 18
"""The first version that does without numpy."""


def pyarrow() -> Any:
    """Returns the module. Raises CliError if it is not installed."""
    # Its own allocator retains what it frees.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    try:
        with _without_numpy():
            import pyarrow.ipc
    except ImportError:
        raise CliError("Parquet and Arrow need the package pyarrow", hint=f"run `{install_line('pyarrow')}`") from None
    return pyarrow


def newer_pyarrow() -> str:
    """Returns the hint for content that the installed version may be too old for, "" if it is not."""
    found = _major()
    line = install_line(f"pyarrow>={NEEDED}")
    return f"pyarrow {found} may be too old for it: run `{line}`" if found < NEEDED else ""


def _major() -> int:
    """Returns the major version of the installed pyarrow, 0 if there is none."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return int(version("pyarrow").partition(".")[0])
    except (PackageNotFoundError, ValueError):
        return 0


@contextmanager
def _without_numpy() -> Iterator[None]:
    """Hides numpy, which pyarrow loads where it finds it: that takes 100 ms and 11 MiB, and serves nothing here."""
    if "numpy" in sys.modules or "pyarrow" in sys.modules or _major() < NUMPY_OPTIONAL:
        yield
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["numpy"]
