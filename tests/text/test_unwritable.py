"""A file that can't be written is told with the reason, and what to do where there is no room."""

import errno
import os

import pytest

from milvus_cli.text.unwritable import unwritable

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
OF_PYARROW = OSError(errno.ENOSPC, "Error writing bytes to file. Detail: [errno 28] No space left on device")
ROOM = "make room on its disk, or write to another disk"


@pytest.mark.parametrize(
    ("error", "hint", "told"),
    [
        (FULL, "", ("can't write x.csv: No space left on device", ROOM)),
        (FULL, "--resume continues", ("can't write x.csv: No space left on device", "--resume continues")),
        (OF_PYARROW, "", ("can't write x.csv: No space left on device", ROOM)),
        (OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)), "", ("can't write x.csv: Disk quota exceeded", ROOM)),
        (OSError(errno.EACCES, "Permission denied"), "", ("can't write x.csv: Permission denied", "")),
        (OSError(errno.ELOOP, "it is a symbolic link"), "", ("can't write x.csv: it is a symbolic link", "")),
        (ValueError("embedded null byte"), "", ("can't write x.csv: embedded null byte", "")),
    ],
)
def test_the_reason_and_the_hint(error: OSError | ValueError, hint: str, told: tuple[str, str]) -> None:
    found = unwritable("x.csv", error, hint=hint)
    assert (found.message, found.hint) == told
