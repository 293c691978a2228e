"""The error for a file that can't be written."""

from __future__ import annotations

import errno
import os

from ..errors import CliError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
MAKE_ROOM = "make room on its disk, or write to another disk"


def unwritable(what: object, error: OSError | ValueError, *, hint: str = "") -> CliError:
    """Returns the error; without a hint of its own, a full disk has MAKE_ROOM."""
    number, reason = getattr(error, "errno", None), getattr(error, "strerror", None) or str(error)
    # pyarrow wraps the system's message in its own.
    reason = os.strerror(number) if number and "Detail: [errno" in reason else reason
    return CliError(f"can't write {what}: {reason}", hint=hint or room_hint(error))


def room_hint(error: OSError | ValueError) -> str:
    """Returns MAKE_ROOM for an error of a full disk, else ""."""
    return MAKE_ROOM if getattr(error, "errno", None) in NO_ROOM else ""
