"""Tells paths of Milvus Lite from addresses, and Milvus Lite's data directories from the files of older releases."""

import os
from pathlib import Path

BEGINNINGS = ("./", "../", "/", "~/")
ENDING = ".db"
SQLITE = b"SQLite format 3\0"


def lite_path(uri: str) -> str | None:
    """Returns the absolute path that a URI is, as clients take it: `./milvus.db`; None for an address."""
    if "://" in uri or not (uri.startswith(BEGINNINGS) or uri.lower().endswith(ENDING)):
        return None
    return os.path.abspath(os.path.expanduser(uri))


def is_earlier_database(path: str) -> bool:
    """Reports whether a path is a database of Milvus Lite before 3.0, which is one SQLite file."""
    try:
        with Path(path).open("rb") as file:
            return file.read(len(SQLITE)) == SQLITE
    except (OSError, ValueError):
        return False
