"""Loads pyarrow, which is optional."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
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
    found = _major(pyarrow().__version__)
    line = install_line(f"pyarrow>={NEEDED}")
    return f"pyarrow {found} may be too old for it: run `{line}`" if found < NEEDED else ""


def _major(version: str) -> int:
    digits = version.partition(".")[0]
    return int(digits) if digits.isdecimal() else 0


def _needs_numpy() -> bool:
    """Returns False for a pyarrow that is known to do without it. importlib.metadata would take 40 ms to tell."""
    spec = find_spec("pyarrow")
    folder = Path(spec.origin).parents[1] if spec and spec.origin else None
    names = [each.name for each in folder.glob("pyarrow-*.dist-info")] if folder else []
    return all(_major(each.removeprefix("pyarrow-")) < NUMPY_OPTIONAL for each in names)


@contextmanager
def _without_numpy() -> Iterator[None]:
    """Hides numpy, which pyarrow loads where it finds it: that takes 50 ms and 10 MiB, and serves nothing here."""
    if "numpy" in sys.modules or "pyarrow" in sys.modules or _needs_numpy():
        yield
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["numpy"]
