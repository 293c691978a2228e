"""Limits the memory of long transfers on glibc; does nothing elsewhere."""

import ctypes
import os
from contextlib import suppress

M_ARENA_MAX = -8
"""A parameter of mallopt(3)."""


def share_one_heap() -> None:
    """Makes all threads share one heap: separate heaps each retain freed memory, some 20 MB in all.

    Only while the process has a single thread: a heap that existing threads share grows larger than separate ones.
    """
    with suppress(OSError, AttributeError):
        if len(os.listdir("/proc/self/task")) == 1:
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def give_back() -> None:
    """Returns free memory to the system."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
