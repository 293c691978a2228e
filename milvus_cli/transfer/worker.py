"""A process that reads and encodes pieces of files: takes them from standard input, and answers on standard output.

It ends with its standard input, and so with the process that started it, however that ends.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Collection
from contextlib import suppress
from typing import IO, Any, NamedTuple

from ..errors import CliError
from ..files.memory import give_back, share_one_heap
from ..files.row_stream import EMPTY, NULL
from ..rows.write_target import WriteTarget
from ..values.encode import ABSENT
from .intake import RowEncoder
from .pieces import Parsed, Piece, parse

SENTINELS = {"EMPTY": EMPTY, "NULL": NULL, "ABSENT": ABSENT}
"""Values that are told by their identity."""
TRIMMED = 8
"""Number of pieces after which free memory is returned to the system."""


class Work(NamedTuple):
    """The arguments of the encoder, which the other process sends first."""

    target: WriteTarget
    mapping: dict[str, str]
    ignore_unknown: bool
    types: dict[str, str]
    exact: Collection[str]

    @property
    def encoder(self) -> RowEncoder:
        return RowEncoder(*self)


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> str | None:
        return next((name for name, each in SENTINELS.items() if each is obj), None)


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, pid: Any) -> Any:
        return SENTINELS[pid]


def send(stream: IO[bytes], value: Any) -> None:
    _Pickler(stream, pickle.HIGHEST_PROTOCOL).dump(value)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Raises EOFError when the other process is gone."""
    return _Unpickler(stream).load()


def main() -> None:
    share_one_heap()
    with suppress(EOFError, OSError, KeyboardInterrupt):
        encoder, count = receive(sys.stdin.buffer).encoder, 0
        while True:
            send(sys.stdout.buffer, parsed_or_none(encoder, receive(sys.stdin.buffer)))
            count += 1
            if count % TRIMMED == 0:
                give_back()
    # Without a message about what could not be written.
    os._exit(0)


def parsed_or_none(encoder: RowEncoder, piece: Piece) -> Parsed | None:
    """Returns None for a piece that can't be read: the other process reads it again, and raises the error."""
    try:
        return parse(encoder, piece)
    except CliError:
        return None
