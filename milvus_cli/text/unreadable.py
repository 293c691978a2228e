"""The error for a file that can't be read."""

from __future__ import annotations

from ..errors import CliError, InvalidInput


def unreadable(path: str, error: OSError) -> CliError:
    """Returns InvalidInput for a path that does not exist, and CliError for what can't be read there."""
    kind = InvalidInput if isinstance(error, (FileNotFoundError, NotADirectoryError)) else CliError
    return kind(f"can't read {path}: {error.strerror or error}")
