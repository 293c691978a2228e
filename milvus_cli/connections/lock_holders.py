"""Tells which processes have a file open, where /proc says so."""

import os
from contextlib import suppress
from pathlib import Path


def holders_of(path: Path) -> list[int]:
    """Returns the ids of other processes that have a file open; none where that can't be seen, as on macOS."""
    try:
        wanted = path.stat()
        processes = sorted(int(name) for name in os.listdir("/proc") if name.isdecimal())
    except OSError:
        return []
    return [pid for pid in processes if pid != os.getpid() and _has_open(pid, wanted)]


def _has_open(pid: int, wanted: os.stat_result) -> bool:
    # Processes of other users, and those that end meanwhile.
    with suppress(OSError):
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            with suppress(OSError):
                if os.path.samestat(os.stat(f"/proc/{pid}/fd/{descriptor}"), wanted):
                    return True
    return False
