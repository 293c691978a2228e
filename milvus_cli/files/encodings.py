"""Recognizes bytes that are no rows in UTF-8: other encodings, and HTML pages."""

import codecs
import re

from ..errors import CliError, InvalidInput
from .sources import InputFile

CONVERT = "convert the file, for example: iconv -f LATIN1 -t UTF-8"
HTML = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype html|html|head)\b", re.IGNORECASE)


def require_rows(begin: bytes, place: InputFile) -> None:
    """Raises CliError for a text that begins like UTF-16, UTF-32 or HTML.

    UTF-16 is recognized by its byte order mark, or by a zero in every second byte.
    """
    begin = begin[:40]
    if begin.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise CliError(f"{place.name}: not UTF-8; it looks like UTF-32", hint="convert it: iconv -f UTF-32 -t UTF-8")
    if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or 0 < len(begin) <= 3 * begin.count(0):
        raise CliError(f"{place.name}: not UTF-8; it looks like UTF-16", hint="convert it: iconv -f UTF-16 -t UTF-8")
    if HTML.match(begin):
        raise InvalidInput(
            f"{place.name}: this is HTML, not rows",
            hint="open it in a browser: it may be a login page" if place.is_url else "",
        )


def not_utf8(error: UnicodeDecodeError) -> str:
    """Describes the error; the byte position is within the value that was read."""
    byte = error.object[error.start]
    return f"not UTF-8 at byte {error.start + 1} (0x{byte:02X})"


def not_utf8_in(cell: str) -> str:
    """Like `not_utf8`, for a cell of a text file; empty if it is valid UTF-8."""
    try:
        cell.encode("utf-8", "surrogateescape").decode()
    except UnicodeDecodeError as exc:
        return not_utf8(exc)
    return ""
