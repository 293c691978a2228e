"""Loads pyarrow, which is optional."""

from typing import Any

from ..errors import CliError


def pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.ipc
    except ImportError:
        raise CliError("Parquet and Arrow need the package pyarrow", hint="pip install 'milvus_cli[parquet]'") from None
    return pyarrow
