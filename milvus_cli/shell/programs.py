"""The programs that a command's output can be piped to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from ..text.names import OFFERED, Name, named


def programs(start: str) -> list[Name]:
    """Returns the programs on PATH whose names begin with the text."""
    found = {name: folder for folder, names in _folders() for name in names if name.startswith(start)}
    executable = (name for name in sorted(found) if os.access(os.path.join(found[name], name), os.X_OK))
    return list(named((name, "") for name in islice(executable, OFFERED)).all)


def _folders() -> Iterator[tuple[str, tuple[str, ...]]]:
    for folder in os.get_exec_path():
        try:
            yield folder, _names(folder, os.stat(folder).st_mtime_ns)
        except OSError:
            continue


@lru_cache(maxsize=64)
def _names(folder: str, changed: int) -> tuple[str, ...]:
    """Returns the files in a folder; `changed` is the time of its last change, so that a key reads it only once."""
    with os.scandir(folder) as entries:
        return tuple(each.name for each in entries if not each.is_dir())
