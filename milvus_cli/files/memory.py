"""Keeps the memory of long transfers small, where the C library is glibc; nothing elsewhere."""

import os
from contextlib import suppress

M_ARENA_MAX = -8
"""Of mallopt(3)."""


def share_one_heap() -> None:
    """For all threads: else each has a heap of its own, and each keeps what was freed, some 20 MB in all.

    Only while there is but one thread: what several share later grows further than what each has.
    """
    import ctypes

    with suppress(OSError, AttributeError):
        if len(os.listdir("/proc/self/task")) == 1:
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def give_back() -> None:
    """What is free goes back to the system."""
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
