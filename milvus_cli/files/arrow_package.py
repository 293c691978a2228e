"""Loads pyarrow, which is optional."""

import os
from typing import Any

from ..errors import CliError
from ..text.packages import install_line


def pyarrow() -> Any:
    # Its own allocator retains what it frees.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    try:
        import pyarrow
        import pyarrow.ipc
    except ImportError:
        raise CliError("Parquet and Arrow need the package pyarrow", hint=f"run `{install_line('pyarrow')}`") from None
    return pyarrow
