"""Writes text files in other encodings than UTF-8, and with a byte order mark."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from ..errors import CliError, InvalidInput
from .text_layout import UTF8

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData

MARK = "\ufeff"
BODIES = {"utf-16": "utf-16-le", "utf-32": "utf-32-le", "utf-8-sig": UTF8}
"""Encodings that begin with a byte order mark, and those of the pages after it."""


class FileWriter(Protocol):
    """A file format; `first` is true for the first page with rows."""

    head: bytes
    tail: bytes

    def page(self, columns: Sequence[FieldData], rows: int, *, first: bool) -> bytes: ...


def encoded(writer: FileWriter, encoding: str, *, bom: bool) -> FileWriter:
    """Returns a writer of the same text in another encoding. Raises InvalidInput for a mark that is none there."""
    name = codecs.lookup(encoding).name
    body = BODIES.get(name, name)
    marked = bom or name in BODIES
    if body == UTF8 and not marked:
        return writer
    if marked and not body.startswith("utf-"):
        raise InvalidInput(f"--bom is for Unicode, and {encoding} has no byte order mark", hint="leave out --bom")
    return EncodedWriter(writer, body, MARK if marked else "")


class EncodedWriter:
    """The text of another writer, in an encoding without a byte order mark; `mark` goes before the head."""

    def __init__(self, writer: FileWriter, encoding: str, mark: str) -> None:
        self._writer = writer
        self._encoding = encoding
        self.head = mark.encode(encoding) + self._encoded(writer.head)
        self.tail = self._encoded(writer.tail)

    def page(self, columns: Sequence[FieldData], rows: int, *, first: bool) -> bytes:
        return self._encoded(self._writer.page(columns, rows, first=first))

    def _encoded(self, data: bytes) -> bytes:
        try:
            return data.decode().encode(self._encoding)
        except UnicodeEncodeError as exc:
            text = exc.object[exc.start]
            raise CliError(
                f"{text!r} can't be written in {self._encoding}", hint="--encoding utf-8 can write every character"
            ) from exc
