"""Limits the memory of long transfers on glibc; does nothing elsewhere."""

import ctypes
import os
from contextlib import suppress

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Parameters of mallopt(3)."""
LARGE = 1 << 17
"""Bytes of a block that is worth a system call."""


def share_one_heap() -> None:
    """Makes all threads share one heap: separate heaps each retain freed memory, some 20 MB in all.

    Only while the process has a single thread: a heap that existing threads share grows larger than separate ones.
    """
    with suppress(OSError, AttributeError):
        if len(os.listdir("/proc/self/task")) == 1:
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def give_back_large_blocks() -> None:
    """Has large blocks returned to the system as soon as they are freed, for a tenth more processor time."""
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, LARGE)
        libc.mallopt(M_TRIM_THRESHOLD, LARGE)


def give_back() -> None:
    """Returns free memory to the system."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
