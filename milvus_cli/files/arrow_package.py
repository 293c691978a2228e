"""Loads pyarrow, which is optional."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import CliError
from ..text.packages import install_line


def pyarrow() -> Any:
    """Returns the module. Raises CliError if it is not installed."""
    # Its own allocator retains what it frees.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    try:
        return _imported()
    except ImportError:
        raise CliError("Parquet and Arrow need the package pyarrow", hint=f"run `{install_line('pyarrow')}`") from None


def _imported() -> Any:
    """Imports pyarrow without numpy: it loads one that it finds, which takes 100 ms and 11 MiB and serves nothing."""
    try:
        with _absent("numpy"):
            import pyarrow.ipc
    except ImportError:
        # Versions before 18 require it.
        import pyarrow.ipc
    return pyarrow


@contextmanager
def _absent(name: str) -> Iterator[None]:
    """Lets imports of a package fail that is not loaded yet."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
