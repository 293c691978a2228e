"""Decodes text files; recognizes bytes that are no rows in UTF-8: other encodings, and HTML pages."""

from __future__ import annotations

import codecs
import io
import re
from typing import Any, BinaryIO, cast

from ..errors import CliError, InvalidInput
from .sources import BUFFER, InputFile, Source
from .text_layout import UTF8

PAIRS = re.compile(rb"(?:[\xb0-\xf7][\xa1-\xfe])+")
"""A run of characters in the two bytes of GB 2312, which GBK extends."""
PIECE = 1 << 16
"""Bytes decoded at once."""
HIGH = re.compile(rb"[\x80-\xff]+")
HTML = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype html|html|head)\b", re.IGNORECASE)


BINARY = {
    b"PAR1": "a Parquet file",
    b"ARROW1": "an Arrow file",
    b"\x93NUMPY": "an NPY file",
    b"PK\x03\x04": "a ZIP archive, such as an NPZ or Excel file",
    b"SQLite format 3": "an SQLite database",
    b"%PDF-": "a PDF",
}
"""Binary formats, by the first bytes of a file."""


def _foreign(file: InputFile, encoding: str) -> CliError:
    return CliError(f"{file.name}: not UTF-8; it looks like {encoding}", hint=f"--encoding {encoding.lower()}")


def require_rows(begin: bytes, file: InputFile) -> None:
    """Raises CliError for a file that begins like UTF-16, UTF-32, HTML, or a binary format.

    UTF-16 is recognized by its byte order mark, or by a zero in every second byte.
    """
    begin = begin[:40]
    if kind := next((kind for magic, kind in BINARY.items() if begin.startswith(magic)), None):
        raise CliError(f"{file.name} is {kind}, not text", hint="give its format: --format FORMAT, or convert it")
    if begin.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise _foreign(file, "UTF-32")
    if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or 0 < len(begin) <= 3 * begin.count(0):
        raise _foreign(file, "UTF-16")
    if HTML.match(begin):
        raise InvalidInput(
            f"{file.name}: this is HTML, not rows",
            hint="open it in a browser: it may be a login page" if file.is_url else "",
        )


def not_decoded(error: UnicodeDecodeError, encoding: str) -> str:
    """Describes the error; the byte position is within the value that was read."""
    byte = f"0x{error.object[error.start]:02X}"
    if encoding != UTF8:
        return f"not {encoding} ({byte})"
    guess, name = _guess(error.object)
    return f"not UTF-8 at byte {error.start + 1} ({byte}); it looks like {guess}: --encoding {name}"


def cell_not_decoded(cell: str, encoding: str) -> str:
    """Like `not_decoded`, for a cell of a text file; empty if it is valid."""
    try:
        cell.encode("utf-8", "surrogateescape").decode()
    except UnicodeDecodeError as exc:
        return not_decoded(exc, encoding)
    return ""


def _guess(data: bytes) -> tuple[str, str]:
    """Guesses the encoding of bytes that are not UTF-8, and returns what it is called and its name in Python.

    Windows-1252 has all letters of Latin-1, and where that has control characters also the euro sign and others.
    """
    return ("GBK", "gbk") if all(map(PAIRS.fullmatch, HIGH.findall(data))) else ("Windows-1252", "cp1252")


def as_utf8(source: Source, encoding: str) -> None:
    """Converts the stream of a source to UTF-8. Bytes that are invalid in the encoding are passed on as they are."""
    if codecs.lookup(encoding).name != UTF8:
        source.encoding = encoding
        source.stream = cast(BinaryIO, io.BufferedReader(_Recoded(source.stream, source.file, encoding), BUFFER))


class _Recoded(io.RawIOBase):
    """A stream of text in UTF-8, read from one in another encoding."""

    def __init__(self, raw: BinaryIO, file: InputFile, encoding: str) -> None:
        self._raw = raw
        self._file = file
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            found = self._raw.read(PIECE)
            self._ready = memoryview(self._recoded(found))
            if not found:
                break
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size

    def _recoded(self, data: bytes) -> bytes:
        try:
            text = self._decoder.decode(data, final=not data)
        except UnicodeError as exc:
            raise CliError(f"{self._file.name}: not {self._encoding}: {exc}", hint="try another --encoding") from exc
        return text.encode("utf-8", "surrogateescape")
