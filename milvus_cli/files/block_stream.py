"""Reads ranges of a remote file in whole blocks, and keeps the latest ones on disk, where they take no memory."""

from __future__ import annotations

import errno
import io
import os
import tempfile
from collections import OrderedDict
from typing import Any

from .memory import give_back_large_blocks
from .stores import ObjectStream

BLOCK, BLOCKS = 1 << 20, 32
"""Bytes requested at once, and the number of blocks kept: columns are read side by side, each a little at a time."""


class BlockStream(io.RawIOBase):
    """The content of an object, for formats that are not read from beginning to end."""

    def __init__(self, stream: ObjectStream) -> None:
        super().__init__()
        # A page of a column has several megabytes, and is held compressed and decompressed.
        give_back_large_blocks()
        self._stream, self.version = stream, stream.version
        self.size: int = stream.size or stream.seek(0, io.SEEK_END)
        self._position = 0
        self._kept = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
        self._places: OrderedDict[int, int] = OrderedDict()
        """Numbers of the blocks kept with their offsets in the file on disk, the one used last at the end."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)[: max(0, self.size - self._position)]
        done = 0
        while done < len(view):
            number, begin = divmod(self._position + done, BLOCK)
            part = view[done : done + BLOCK - begin]
            done += os.preadv(self._kept.fileno(), [part], self._place(number) + begin)
        self._position += done
        return done

    def _place(self, number: int) -> int:
        if number not in self._places:
            content = self._block(number)
            place = self._places.popitem(last=False)[1] if len(self._places) == BLOCKS else len(self._places) * BLOCK
            # A disk that becomes full takes a part of it without an error.
            if os.pwrite(self._kept.fileno(), content, place) < len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), tempfile.gettempdir())
            self._places[number] = place
        self._places.move_to_end(number)
        return self._places[number]

    def _block(self, number: int) -> bytes:
        begin = self._stream.seek(number * BLOCK)
        size = min(BLOCK, self.size - begin)
        content = self._stream.read(size)
        if len(content) != size:
            raise OSError(f"{len(content):,} bytes instead of {size:,} at byte {begin:,}")
        return content

    def close(self) -> None:
        self._kept.close()
        self._stream.close()
        super().close()
