"""Directories that only their owner enters."""

from pathlib import Path


def make_private(path: Path) -> None:
    """Makes a directory, and what is missing above it, with mode 0700; one that exists stays as it is."""
    for each in reversed(path.parents):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
